//! Cosmetic filters of EasyList-syntax files, as the user gives them. We bundle none: their licences differ from ours.
//!
//! Syntax: <https://help.adblockplus.org/hc/en-us/articles/360062733293>, "Content filters".

use super::pack::PackSource;
use super::selector::{self, Refusal, SelectorIndex};
use super::when::host_name;
use super::{Rule, RuleIndex, TextScope, When};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// A kind of filter that is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsupported {
    /// Blocks requests; a saved page makes none.
    Network,
    /// `#?#`, and selectors of adblockers' own (`:has-text()`, `:xpath()`).
    Procedural,
    /// `#$#`, `#%#`, `##+js()`: runs code or sets styles.
    Scripted,
    /// `##^`: filters the response.
    Response,
    /// A selector that looks ahead, such as `:has()`.
    LooksAhead,
    /// For domains that are named by a pattern (`google.*`, `/regex/`), or are none.
    Domain,
    /// Anything else that is no selector.
    Malformed,
}

/// What was taken from a list.
#[derive(Clone, Debug, Serialize)]
pub struct AdblockReport {
    /// The file.
    pub file: String,
    /// Filters in use.
    pub used: usize,
    /// `#@#` exceptions in use.
    pub exceptions: usize,
    /// Filters that are not applied, by kind.
    pub unsupported: BTreeMap<Unsupported, usize>,
}

enum Line<'a> {
    Nothing,
    Hide { domains: &'a str, selector: &'a str },
    Spare { domains: &'a str, selector: &'a str },
    Unsupported(Unsupported),
}

fn parse(line: &str) -> Line<'_> {
    let line = line.trim();
    let is_section = line.starts_with('[') && line.ends_with(']');
    if line.is_empty() || line.starts_with('!') || is_section {
        return Line::Nothing;
    }
    let Some(at) = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| ["##", "#@#", "#?#", "#$#", "#%#", "#@?#", "#@$#", "#$?#", "#@%#"].iter().any(|mark| line[*at..].starts_with(mark)))
    else {
        return Line::Unsupported(Unsupported::Network);
    };
    let (domains, rest) = line.split_at(at);
    // `/banner/*$domain=a##b`: what stands before the mark is no list of domains.
    if !is_domain_list(domains) {
        return Line::Unsupported(Unsupported::Network);
    }
    if let Some(selector) = rest.strip_prefix("##") {
        return match selector {
            _ if selector.starts_with("+js(") || selector.starts_with("script:inject(") => Line::Unsupported(Unsupported::Scripted),
            _ if selector.starts_with('^') => Line::Unsupported(Unsupported::Response),
            _ => Line::Hide { domains, selector },
        };
    }
    if let Some(selector) = rest.strip_prefix("#@#") {
        return Line::Spare { domains, selector };
    }
    Line::Unsupported(if rest.contains("?#") { Unsupported::Procedural } else { Unsupported::Scripted })
}

fn is_domain_list(text: &str) -> bool {
    let is_expression = |domain: &str| domain.len() > 1 && domain.starts_with('/') && domain.ends_with('/');
    text.is_empty() || is_expression(text.trim_start_matches('~')) || !text.contains(['/', '$', '|', '^', '=', '?', '&', ' '])
}

/// Pseudo-classes that adblockers invented.
const PROCEDURAL: [&str; 14] = [
    "has-text",
    "contains",
    "-abp-",
    "xpath",
    "upward",
    "matches-css",
    "min-text-length",
    "watch-attr",
    "nth-ancestor",
    "remove",
    "style",
    "if(",
    "if-not",
    "matches-",
];

/// Adds a list's filters to a rule set, but for those that are switched off; each is a rule named by its file and line.
pub(super) fn read(list: &PackSource, rules: &mut Vec<Rule>, index: &mut SelectorIndex, mut is_off: impl FnMut(&str) -> bool) -> AdblockReport {
    let mut report = AdblockReport { file: list.file.clone(), used: 0, exceptions: 0, unsupported: BTreeMap::new() };
    // An exception names the very selector that it spares.
    let mut spared_everywhere = HashSet::new();
    let mut spared_on: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in list.text.lines() {
        if let Line::Spare { domains, selector } = parse(line) {
            let Some(when) = scope(domains) else {
                *report.unsupported.entry(Unsupported::Domain).or_default() += 1;
                continue;
            };
            report.exceptions += 1;
            if when.hosts.is_empty() {
                spared_everywhere.insert(selector);
            } else {
                spared_on.entry(selector).or_default().extend(when.hosts);
            }
        }
    }
    for (number, line) in list.text.lines().enumerate() {
        let unsupported = match parse(line) {
            Line::Hide { domains, selector } => match selector::parse(selector) {
                Ok(_) if spared_everywhere.contains(selector) => continue,
                Ok(parsed) => match scope(domains) {
                    Some(mut when) => {
                        when.not_hosts.extend(spared_on.get(selector).into_iter().flatten().cloned());
                        let rule = rule(list, number + 1, selector, when);
                        if !is_off(&rule.id) {
                            index.add(&parsed, RuleIndex(rules.len() as u32));
                            rules.push(rule);
                            report.used += 1;
                        }
                        continue;
                    }
                    None => Unsupported::Domain,
                },
                Err(refused) => match refused.refusal {
                    Refusal::LooksAhead(_) => Unsupported::LooksAhead,
                    _ if PROCEDURAL.iter().any(|name| selector.contains(&format!(":{name}"))) => Unsupported::Procedural,
                    _ => Unsupported::Malformed,
                },
            },
            Line::Unsupported(kind) => kind,
            Line::Nothing | Line::Spare { .. } => continue,
        };
        *report.unsupported.entry(unsupported).or_default() += 1;
    }
    report
}

/// Where a filter applies; `None` if none of the domains that it is for can be read, or one that it is not for.
fn scope(domains: &str) -> Option<When> {
    let (mut when, mut is_for_some) = (When::default(), false);
    for domain in domains.split(',').map(str::trim).filter(|domain| !domain.is_empty()) {
        match domain.strip_prefix('~') {
            Some(except) => when.not_hosts.push(host_name(except)?),
            None => {
                is_for_some = true;
                when.hosts.extend(host_name(domain));
            }
        }
    }
    (!is_for_some || !when.hosts.is_empty()).then_some(when)
}

fn rule(list: &PackSource, line: usize, selector: &str, when: When) -> Rule {
    Rule {
        id: format!("{}:{line}", list.name),
        why: "a filter of a list given with --adblock".into(),
        file: list.file.clone(),
        line,
        when,
        select: vec![selector.to_owned()],
        text: Vec::new(),
        scope: TextScope::Block,
        joins: false,
        alone: true,
        linked: false,
        below_title: false,
        careful: false,
        prose: false,
        heading: true,
        keep: false,
        hit: Vec::new(),
        miss: Vec::new(),
        built_in: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_used_spared_and_counted() {
        let text = "[Adblock Plus 2.0]\n! comment\n##.ad-box\nnews.example,~m.news.example##.promo\n##.spared\n#@#.spared\nx.example#@#.ad-box\n\
                    ||ads.example^\nn.example#?#div:-abp-has(.a)\n##+js(set)\n##^script\n##div:has(a)\n##p:has-text(x)\n##..\n#$#body{}\n";
        let list = PackSource { name: "adblock/l".into(), file: "l.txt".into(), text: text.into() };
        let (mut rules, mut index) = (Vec::new(), SelectorIndex::default());
        let report = read(&list, &mut rules, &mut index, |_| false);
        assert_eq!((report.used, report.exceptions), (2, 2));
        let counts: Vec<usize> = report.unsupported.values().copied().collect();
        assert_eq!(counts, [1, 2, 2, 1, 1, 1]);
        assert_eq!((rules[0].id.as_str(), rules[0].when.not_hosts.as_slice()), ("adblock/l:3", &["x.example".to_owned()][..]));
        assert!(rules[1].when.allows(Some("www.news.example"), None) && !rules[1].when.allows(Some("m.news.example"), None));
    }

    #[test]
    fn domains_are_hosts_or_the_filter_is_counted() {
        let text = "google.*##.a\nbücher.example##.b\ngoogle.*,News.example##.c\n~google.*##.d\n/^g\\.x$/##.e\n/banner/*$domain=a##b\n\
                    google.*#@#.f\n##.f\n||ads.example^$domain=x.example##y\n~/x/#@#.f\n##.off\n";
        let list = PackSource { name: "adblock/l".into(), file: "l.txt".into(), text: text.into() };
        let (mut rules, mut index) = (Vec::new(), SelectorIndex::default());
        let report = read(&list, &mut rules, &mut index, |id| id == "adblock/l:11");
        let hosts: Vec<&[String]> = rules.iter().map(|rule| rule.when.hosts.as_slice()).collect();
        assert_eq!(hosts, [&["xn--bcher-kva.example".to_owned()][..], &["news.example".to_owned()], &[]]);
        assert_eq!((report.used, report.exceptions), (3, 0));
        assert_eq!(report.unsupported, BTreeMap::from([(Unsupported::Network, 2), (Unsupported::Domain, 5)]));
    }
}
