//! Rules tested against their own examples: every `hit` must lose something to its rule, every `miss` must come out whole.

use crate::pipeline::{Origin, Settings, clean};
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
                    Ok(by) if by.is_empty() => fail(hit, format!("nothing was removed ({mode:?} mode)")),
                    Ok(by) => fail(hit, format!("only other rules removed something: {} ({mode:?} mode)", by.join(", "))),
                    Err(error) => fail(hit, error),
                }
            }
            for miss in &rule.miss {
                count += 1;
                match removed(rules, rule, miss, mode) {
                    Ok(by) if by.is_empty() => {}
                    Ok(by) => fail(miss, format!("{} removed something from it ({mode:?} mode)", by.join(", "))),
                    Err(error) => fail(miss, error),
                }
            }
        }
    }
    (count, failures)
}

/// Ids of the rules that took something from an example.
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
    // Inside what goes anyway, rules are only asked where all of them are to be told.
    let settings = Settings { strip, explain: true, ..Settings::default() };
    let mut out = Vec::new();
    let report = clean(rules, &settings, &origin, page.as_bytes(), &mut out).map_err(|error| error.to_string())?;
    let mut by: Vec<String> = report.removals.into_iter().filter(|removal| removal.extent != "refused").flat_map(|removal| removal.rules).collect();
    by.sort();
    by.dedup();
    Ok(by)
}
