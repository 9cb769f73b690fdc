//! Rules tested against their own examples: every `hit` must lose something to its rule, or be found by it; every `miss` must come out
//! whole, or be passed by.

use crate::emit::EmitFormat;
use crate::moderate::ModerationRule;
use crate::pipeline::{Origin, Settings, clean};
use crate::report::PageReport;
use crate::rewrite::Markup;
use crate::rules::{Rule, RuleSet};
use crate::strip::StripMode;
use std::sync::Arc;
use url::Url;

/// An example that did not come out as its rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// File of the rule.
    pub file: String,
    /// Line of the rule, from 1.
    pub line: usize,
    /// The example.
    pub example: String,
    /// What happened instead.
    pub what: String,
}

/// Runs the examples of all rules that `wants` takes; gives how many there were, and those that failed.
pub fn check(rules: &Arc<RuleSet>, wants: impl Fn(&Rule) -> bool) -> (usize, Vec<Failure>) {
    let (mut count, mut failures) = (0, Vec::new());
    for rule in rules.rules().iter().filter(|rule| wants(rule)) {
        let mut fail = |example: &String, what: String| {
            failures.push(Failure { rule: rule.id.clone(), file: rule.file.clone(), line: rule.line, example: example.clone(), what });
        };
        for mode in [StripMode::Rules, StripMode::Article] {
            for hit in &rule.hit {
                count += 1;
                match removed(rules, rule, hit, mode) {
                    Ok(by) if by.contains(&rule.id) => {}
                    Ok(_) if rule.keep => fail(hit, format!("nothing was kept by it ({mode:?} mode)")),
                    Ok(by) if by.is_empty() => fail(hit, format!("nothing was removed ({mode:?} mode)")),
                    Ok(by) => fail(hit, format!("only other rules removed something: {} ({mode:?} mode)", by.join(", "))),
                    Err(error) => fail(hit, error),
                }
            }
            for miss in &rule.miss {
                count += 1;
                match removed(rules, rule, miss, mode) {
                    Ok(by) if rule.keep && by.contains(&rule.id) => fail(miss, format!("it kept something of it ({mode:?} mode)")),
                    Ok(_) if rule.keep => {}
                    Ok(by) if by.is_empty() => {}
                    Ok(by) => fail(miss, format!("{} removed something from it ({mode:?} mode)", by.join(", "))),
                    Err(error) => fail(miss, error),
                }
            }
        }
    }
    (count, failures)
}

/// Runs the examples of moderation rules that `wants` takes: a `hit` must be found by its rule, a `miss` must not, and what a rule
/// redacts it must not find again.
pub fn check_moderation(rules: &Arc<RuleSet>, wants: impl Fn(&ModerationRule) -> bool) -> (usize, Vec<Failure>) {
    let (mut count, mut failures) = (0, Vec::new());
    for rule in rules.moderation().rules().iter().filter(|rule| wants(rule)) {
        let mut fail = |example: &String, what: String| {
            failures.push(Failure { rule: rule.id.clone(), file: rule.file.clone(), line: rule.line, example: example.clone(), what });
        };
        for hit in &rule.hit {
            count += 1;
            match moderated(rules, rule, hit, hit.as_bytes()) {
                Err(error) => fail(hit, error),
                Ok((report, _)) if !report.findings.iter().any(|finding| finding.rule == rule.id) => {
                    fail(hit, format!("nothing was found{}", nearly(&report, rule)));
                }
                Ok((_, out)) if rule.action.redacts() && !rule.dry_run => match moderated(rules, rule, hit, &out) {
                    Ok((again, _)) if again.findings.iter().any(|finding| finding.rule == rule.id) => {
                        fail(hit, "what it left is found by it again".to_owned());
                    }
                    _ => {}
                },
                Ok(_) => {}
            }
        }
        for miss in &rule.miss {
            count += 1;
            match moderated(rules, rule, miss, miss.as_bytes()) {
                Err(error) => fail(miss, error),
                Ok((report, _)) => {
                    if let Some(finding) = report.findings.iter().find(|finding| finding.rule == rule.id) {
                        fail(miss, format!("bytes {}..{} were found ({})", finding.start, finding.end, finding.steps.join(", ")));
                    }
                }
            }
        }
    }
    (count, failures)
}

fn nearly(report: &PageReport, rule: &ModerationRule) -> String {
    let failed: Vec<&str> = report.near_misses.iter().filter(|near| near.rule == rule.id).map(|near| near.failed.as_str()).collect();
    if failed.is_empty() { String::new() } else { format!("; nearly: {}", failed.join(", ")) }
}

/// An example as moderation alone sees it: what was found, and the page as `preserve` writes it.
fn moderated(rules: &Arc<RuleSet>, rule: &ModerationRule, example: &str, page: &[u8]) -> Result<(PageReport, Vec<u8>), String> {
    let markup = if example.contains('<') { Markup::Html } else { Markup::Text };
    let host = rule.when.hosts.first().map(|host| host.trim_start_matches("*."));
    let url = host.and_then(|host| Url::parse(&format!("https://{host}/")).ok());
    let origin = Origin { url, content_type: Some("text/html; charset=utf-8".into()), markup };
    let settings = Settings { strip: StripMode::Off, emit: EmitFormat::Preserve, explain: true, ..Settings::default() };
    let mut out = Vec::new();
    let report = clean(rules, &settings, &origin, page, &mut out).map_err(|error| error.to_string())?;
    Ok((report, out))
}

/// Ids of the rules that took something from an example, or said that something is content.
fn removed(rules: &Arc<RuleSet>, rule: &Rule, example: &str, strip: StripMode) -> Result<Vec<String>, String> {
    let markup = if example.contains('<') { Markup::Html } else { Markup::Text };
    // A rule for certain hosts or languages is tried where it applies.
    let host = rule.when.hosts.first().map(|host| host.trim_start_matches("*."));
    let url = host.and_then(|host| Url::parse(&format!("https://{host}/")).ok());
    let origin = Origin { url, content_type: Some("text/html; charset=utf-8".into()), markup };
    let page = match rule.when.langs.first().filter(|_| markup == Markup::Html && !example.contains("<html")) {
        Some(lang) => format!("<html lang=\"{lang}\"><body>{example}"),
        None => example.to_owned(),
    };
    // Inside what goes anyway, rules are only asked where all of them are to be told. Examples are about rules alone.
    let settings = Settings { strip, explain: true, model: false, ..Settings::default() };
    let mut out = Vec::new();
    let report = clean(rules, &settings, &origin, page.as_bytes(), &mut out).map_err(|error| error.to_string())?;
    let kept = report.kept.iter().map(|kept| kept.rule.clone());
    let mut by: Vec<String> =
        report.removals.into_iter().filter(|removal| removal.extent != "refused").flat_map(|removal| removal.rules).chain(kept).collect();
    by.sort();
    by.dedup();
    Ok(by)
}
