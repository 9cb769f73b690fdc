//! Moderation packs: read like every other pack, key by key, and compiled into one set.

mod action;
mod context;
mod field;
mod matcher;
mod word_list;

use super::When;
use super::mistake::{Mistake, Severity};
use super::pack::{PackSource, Placed, Reader, Value};
use crate::moderate::entity::{EntityFinder, EntityKind, Region};
use crate::moderate::{Action, Condition, Finder, Key, Leaf, LeafKind, ModerationRule, ModerationSet, Surfaces, View};
use action::action;
use field::{number, one_of, surfaces};
use matcher::{Manner, finding_leaves};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const PACK_KEYS: &[&str] = &["about", "when", "thresholds", "rule"];
const RULE_KEYS: &[&str] =
    &["id", "why", "severity", "category", "when", "match", "except", "action", "context", "surfaces", "min_score", "hit", "miss"];
const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
/// A finding below this is none, unless the rule says otherwise.
pub(super) const MIN_SCORE: f32 = 0.5;

/// Whether a pack moderates: by its folder, or by the keys of its rules.
pub(super) fn is_moderation(pack: &PackSource) -> bool {
    if pack.name.starts_with("moderate/") {
        return true;
    }
    let (table, _) = DeTable::parse_recoverable(&pack.text);
    let is_ours = |table: &DeTable<'_>| {
        let has = |name: &str| table.iter().any(|(key, _)| key.get_ref() == name);
        has("match") || has("action") || (has("severity") || has("category")) && !has("select") && !has("text")
    };
    match table.get_ref().get("rule").map(Spanned::get_ref) {
        Some(DeValue::Array(rules)) => rules.iter().any(|rule| matches!(rule.get_ref(), DeValue::Table(table) if is_ours(table))),
        _ => false,
    }
}

/// Collects the rules of all packs.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) set: ModerationSet,
    wanted: BTreeMap<Vec<Region>, Vec<(EntityKind, u32)>>,
    /// Exceptions as written, to see later whether they can apply.
    exceptions: Vec<(u32, String, Mistake)>,
    /// Texts of all lists, for the digest.
    pub(super) lists: Vec<(String, Arc<str>)>,
}

impl Builder {
    /// Reads a pack. `taken` says whether an id is taken or switched off.
    pub(super) fn pack(
        &mut self,
        pack: &PackSource,
        mistakes: &mut Vec<Mistake>,
        taken: &mut dyn FnMut(&mut Reader<'_>, &Placed) -> Option<String>,
        key: Option<&Key>,
    ) {
        let mut reader = Reader { pack, mistakes };
        let text = Arc::clone(&pack.text);
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in &errors {
            reader.error(error.span().unwrap_or(0..0), error.message(), None);
        }
        let (span, table) = (table.span(), table.into_inner());
        reader.check_keys(&table, PACK_KEYS, "a pack");
        if table.get("about").and_then(|about| reader.string(about)).is_none() {
            reader.warning(span.start..span.start, "the pack does not say what it is about", Some("add `about = \"…\"` as its first line".into()));
        }
        if let Some(thresholds) = table.get("thresholds") {
            self.thresholds(thresholds, &mut reader);
        }
        let when = table.get("when").map(|when| reader.when(when)).unwrap_or_default();
        match table.get("rule").map(Spanned::get_ref) {
            Some(DeValue::Array(rules)) => {
                for rule in rules.iter() {
                    self.rule(rule, &when, pack, &mut reader, taken, key);
                }
            }
            Some(_) => reader.error(0..0, "`rule` must be a list of tables", Some("write `[[rule]]`, with two brackets".into())),
            None => reader.warning(0..0, "the pack has no rule", Some("a rule begins with `[[rule]]`".into())),
        }
    }

    fn thresholds(&mut self, value: &Value<'_>, reader: &mut Reader<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            return reader.error(value.span(), "`thresholds` must be a table", Some("write `thresholds = { flag = 2.0, quarantine = 6.0 }`".into()));
        };
        reader.check_keys(table, &["flag", "quarantine"], "`thresholds`");
        let lower = |old: Option<f32>, new: Option<f32>| match (old, new) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
        let flag = table.get("flag").and_then(|value| number(value, reader));
        let quarantine = table.get("quarantine").and_then(|value| number(value, reader));
        self.set.thresholds.flag = lower(self.set.thresholds.flag, flag);
        self.set.thresholds.quarantine = lower(self.set.thresholds.quarantine, quarantine);
    }

    fn rule(
        &mut self,
        value: &Value<'_>,
        pack_when: &When,
        pack: &PackSource,
        reader: &mut Reader<'_>,
        taken: &mut dyn FnMut(&mut Reader<'_>, &Placed) -> Option<String>,
        key: Option<&Key>,
    ) {
        let span = value.span();
        let DeValue::Table(table) = value.get_ref() else {
            return reader.error(span, "a rule must be a table", Some("write `[[rule]]`, with two brackets".into()));
        };
        let head = span.start..span.start + pack.text[span.start..].find('\n').unwrap_or(0);
        reader.check_keys(table, RULE_KEYS, "a moderation rule");
        let Some(id) = table.get("id").and_then(|id| reader.string(id)) else {
            if table.get("id").is_none() {
                reader.error(head, "the rule has no id", Some("add `id = \"…\"`: it names the rule in reports".into()));
            }
            return;
        };
        let Some(full) = taken(reader, &id) else { return };
        let rule = self.set.rules.len() as u32;
        let first_leaf = self.set.leaves.len();
        let text = |reader: &mut Reader<'_>, key: &str| table.get(key).and_then(|value| reader.string(value));
        let why = text(reader, "why").map(Spanned::into_inner).unwrap_or_default();
        let category = text(reader, "category").map(Spanned::into_inner).unwrap_or_default();
        let severity = text(reader, "severity").map_or("medium".to_owned(), |severity| one_of(&severity, SEVERITIES, "severity", reader));
        let when = reader.when_within(table, pack_when);
        let condition = match table.get("match") {
            Some(value) => self.condition(value, Manner::default(), rule, reader),
            None => {
                reader.error(id.span(), format!("rule `{full}` looks for nothing"), Some("add `match = { words = […] }`".into()));
                return;
            }
        };
        if !condition.finds() && condition != Condition::Any(Vec::new()) {
            reader.error(
                table.get("match").map_or(id.span(), Spanned::span),
                "the match finds nothing by itself",
                Some("`none` only vetoes: say beside it what is to be found".into()),
            );
        }
        for leaf in finding_leaves(&condition) {
            self.set.leaves[leaf as usize].finds = true;
        }
        let except = table.get("except").map(|value| self.exceptions(value, rule, reader)).unwrap_or_default();
        let context = table.get("context").map(|value| self.contexts(value, rule, reader)).unwrap_or_default();
        let (action, dry_run) = table.get("action").map_or((Action::Flag, false), |value| action(value, reader));
        if matches!(action, Action::Pseudonym) && key.is_none() {
            let span = table.get("action").map_or(id.span(), Spanned::span);
            let hint = "set NAQI_PSEUDONYM_KEY, or rules.pseudonym_key to a file, with at least 16 bytes";
            reader.error(span, format!("rule `{full}` makes pseudonyms, and there is no key for them"), Some(hint.into()));
        }
        let (surfaces, all_links) = table.get("surfaces").map_or((Surfaces::DEFAULT, false), |value| surfaces(value, reader));
        let min_score = table.get("min_score").and_then(|value| number(value, reader)).unwrap_or(MIN_SCORE);
        let list = |reader: &mut Reader<'_>, key: &str| -> Vec<String> {
            table.get(key).map(|value| reader.strings(value)).unwrap_or_default().into_iter().map(Spanned::into_inner).collect()
        };
        let (hit, miss) = (list(reader, "hit"), list(reader, "miss"));
        for (list, key, what) in [(&hit, "hit", "shows no text that it finds"), (&miss, "miss", "shows no near-miss that it spares")] {
            if list.is_empty() {
                reader.warning(id.span(), format!("rule `{full}` {what}"), Some(format!("add `{key} = [\"…\"]`")));
            }
        }
        let written = table.get("match").and_then(|value| pack.text.get(value.span())).unwrap_or_default().to_owned();
        let line = pack.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        debug_assert!(first_leaf <= self.set.leaves.len());
        self.set.rules.push(ModerationRule {
            id: full,
            why,
            file: pack.file.clone(),
            line,
            severity,
            category,
            when,
            action,
            dry_run,
            surfaces,
            all_links,
            min_score,
            condition,
            except,
            context,
            written,
            hit,
            miss,
        });
    }

    fn leaf(&mut self, rule: u32, kind: LeafKind) -> u32 {
        self.set.leaves.push(Leaf { rule, kind, finds: false });
        self.set.leaves.len() as u32 - 1
    }

    /// The set, and what can only be seen when it is whole.
    pub(super) fn finish(mut self, key: Option<Key>, mistakes: &mut Vec<Mistake>) -> (ModerationSet, Vec<(String, Arc<str>)>) {
        let mut fail = |message: String| {
            mistakes.push(Mistake { severity: Severity::Error, file: "rules".into(), source: "".into(), span: 0..0, message, hint: None });
        };
        if let Err(error) = self.set.book.finish() {
            fail(format!("the words cannot be used together: {error}"));
        }
        if let Err(error) = self.set.patterns.finish() {
            fail(format!("the expressions cannot be used together: {error}"));
        }
        for (regions, wanted) in std::mem::take(&mut self.wanted) {
            let kinds: HashSet<EntityKind> = wanted.iter().map(|(kind, _)| *kind).collect();
            let kinds: Vec<(EntityKind, Vec<Region>)> = kinds.into_iter().map(|kind| (kind, regions.clone())).collect();
            self.set.finders.push(Finder { finder: EntityFinder::new(&kinds), wanted });
        }
        self.set.key = key;
        let all = self.set.rules.iter().fold(Surfaces::NONE, |all, rule| all.union(rule.surfaces));
        self.set.surfaces = (!self.set.rules.is_empty()).then_some(all);
        self.set.reach = self.set.rules.iter().flat_map(|rule| &rule.context).map(|context| context.within).max().unwrap_or(0);
        self.set.all_links = self.set.rules.iter().any(|rule| rule.all_links);
        for (rule, text, mistake) in std::mem::take(&mut self.exceptions) {
            if !self.set.finds_in(rule, &View::of(&text)) {
                mistakes.push(mistake);
            }
        }
        (self.set, self.lists)
    }
}
