//! Rules as a run uses them: read, compiled, and tested against their own examples where the user brought them.

use super::console::{Console, takes_color};
use crate::config::{KEY_VARIABLE, Rules};
use anyhow::{Context, Result, bail};
use naqi::check::{Failure, check, check_moderation};
use naqi::moderate::{Key, SHORTEST_KEY};
use naqi::rules::{Mistake, RuleSet, RuleSources, Severity, builtin_sources, read_adblock, read_packs};
use std::collections::HashSet;
use std::io;
use std::sync::Arc;

/// Rules read from where the settings say, not yet compiled.
#[derive(Debug)]
pub struct ReadRules {
    /// All of them.
    pub sources: RuleSources,
    /// Files of the packs that are not built in.
    pub own_files: HashSet<String>,
}

/// Reads packs and lists.
pub fn read(settings: &Rules) -> Result<ReadRules> {
    let mut sources = builtin_sources();
    if !settings.builtin {
        // Word lists and media are not rules: phrases with {date} mean the same with or without the built-in packs.
        sources.packs.clear();
    }
    let mut own_files = HashSet::new();
    for path in &settings.packs {
        for pack in read_packs(path)? {
            // The same file may be named twice, by itself and by its folder.
            if own_files.insert(pack.file.clone()) {
                sources.packs.push(pack);
            }
        }
    }
    for path in &settings.adblock {
        sources.adblock.push(read_adblock(path)?);
    }
    sources.off = settings.off.clone();
    sources.with = settings.with.clone();
    sources.key = key(settings)?;
    Ok(ReadRules { sources, own_files })
}

/// The key of pseudonyms: from its variable, or from the file that the settings name.
fn key(settings: &Rules) -> Result<Option<Key>> {
    let (secret, place) = match std::env::var_os(KEY_VARIABLE) {
        Some(secret) => (secret.into_encoded_bytes(), KEY_VARIABLE.to_owned()),
        None => match &settings.pseudonym_key {
            path if path.as_os_str().is_empty() => return Ok(None),
            path => (std::fs::read(path).with_context(|| format!("cannot read the key in {}", path.display()))?, path.display().to_string()),
        },
    };
    match Key::new(&secret) {
        Some(key) => Ok(Some(key)),
        None => bail!("the key in {place} is too short: at least {SHORTEST_KEY} bytes are asked for"),
    }
}

/// Reads, compiles and tests the rules. Mistakes are shown all at once; any of them refuses the whole set.
pub fn load(settings: &Rules, console: &Console) -> Result<Arc<RuleSet>> {
    let read = read(settings)?;
    let color = takes_color(&io::stderr());
    let (rules, warnings) = match read.sources.compile() {
        Ok(compiled) => compiled,
        Err(mistakes) => {
            let severe = mistakes.iter().filter(|mistake| mistake.severity == Severity::Error);
            severe.for_each(|mistake| console.block(&mistake.render(color)));
            bail!("the rules cannot be used: {}", count(errors(&mistakes), "mistake"));
        }
    };
    if !console.is_quiet() {
        let own = warnings.iter().filter(|warning| read.own_files.contains(&warning.file));
        own.for_each(|warning| console.block(&warning.render(color)));
    }
    let rules = Arc::new(rules);
    let (_, failures) = test(&read, &rules)?;
    if !failures.is_empty() {
        failures.iter().for_each(|failure| console.error(&render(failure)));
        bail!("the rules cannot be used: {} of their own examples", count(failures.len(), "failure"));
    }
    for list in rules.adblock() {
        let unsupported: Vec<String> = list.unsupported.iter().map(|(kind, count)| format!("{count} {}", name(kind))).collect();
        let unsupported = if unsupported.is_empty() { "none".to_owned() } else { unsupported.join(", ") };
        console.note(&format!(
            "{}: {} used, {}; not supported: {unsupported}",
            list.file,
            count(list.used, "filter"),
            count(list.exceptions, "exception")
        ));
    }
    tracing::info!(moderation = rules.moderation().rules().len(), matchers = rules.moderation().matcher_count(), "moderation rules loaded");
    tracing::info!(rules = rules.rules().len(), selectors = rules.selector_count(), digest = rules.digest(), "rules loaded");
    Ok(rules)
}

/// What streams has left before a page can be held back, so rules that do are refused for it.
pub fn refuse_late_verdicts(rules: &RuleSet, mode: naqi::strip::StripMode) -> Result<()> {
    if mode == naqi::strip::StripMode::Article || !rules.moderation().holds_back() {
        return Ok(());
    }
    let by = rules
        .moderation()
        .holding_rule()
        .map_or("thresholds.quarantine".to_owned(), |rule| format!("{}:{}: rule `{}`", rule.file, rule.line, rule.id));
    bail!("{by} can hold a page back, but with this strip.mode a page is written before it is known; use --strip article")
}

/// Runs the examples of the packs that are not built in. Filter lists stay out of it: an author cannot know them.
pub fn test(read: &ReadRules, rules: &Arc<RuleSet>) -> Result<(usize, Vec<Failure>)> {
    if read.own_files.is_empty() {
        return Ok((0, Vec::new()));
    }
    let without_lists = if read.sources.adblock.is_empty() {
        Arc::clone(rules)
    } else {
        let sources = RuleSources { adblock: Vec::new(), ..read.sources.clone() };
        match sources.compile() {
            Ok((rules, _)) => Arc::new(rules),
            Err(mistakes) => bail!("the rules cannot be used without the filter lists: {}", count(errors(&mistakes), "mistake")),
        }
    };
    let (mut count, mut failures) = check(&without_lists, |rule| read.own_files.contains(&rule.file));
    let (more, moderation) = check_moderation(&without_lists, |rule| read.own_files.contains(&rule.file));
    count += more;
    failures.extend(moderation);
    Ok((count, failures))
}

/// Count of mistakes that forbid the use of a set.
pub fn errors(mistakes: &[Mistake]) -> usize {
    mistakes.iter().filter(|mistake| mistake.severity == Severity::Error).count()
}

/// A failed example: file and line of the rule, the rule, what happened, the example.
pub fn render(failure: &Failure) -> String {
    let Failure { file, line, rule, what, example } = failure;
    format!("{file}:{line}: rule `{rule}`: {what}\n  example: {example}")
}

/// `1 page`, `2 pages`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn name(kind: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(kind).ok();
    name.as_ref().and_then(|name| name.as_str()).map(|name| name.replace('_', " ")).unwrap_or_default()
}
