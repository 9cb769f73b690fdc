//! Moderation packs: read like every other pack, key by key, and compiled into one set.

use super::When;
use super::load::read_list;
use super::mistake::{Mistake, Severity};
use super::pack::{PackSource, Placed, Reader, Value, suggest};
use crate::moderate::entity::{EntityFinder, EntityKind, Region};
use crate::moderate::{
    Action, Condition, Context, Finder, Key, Leaf, LeafKind, ModerationRule, ModerationSet, Surface, Surfaces, View, WordOptions, evasion,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const PACK_KEYS: &[&str] = &["about", "when", "thresholds", "rule"];
const RULE_KEYS: &[&str] =
    &["id", "why", "severity", "category", "when", "match", "except", "action", "context", "surfaces", "min_score", "hit", "miss"];
const MATCH_KEYS: &[&str] = &["words", "phrase", "regex", "entity", "regions", "all", "any", "none", "near", "within", "clitics", "evasion"];
const WORDS_KEYS: &[&str] = &["list", "file", "clitics", "evasion"];
const CONTEXT_KEYS: &[&str] = &["raise", "veto", "within", "by"];
const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
const ACTIONS: &[&str] = &["flag", "mask", "partial", "replace", "hash", "pseudonym", "unlink", "drop-block", "quarantine", "drop"];
const EVASIONS: &[&str] = &["spaced", "repeat", "leet"];
const SURFACES: &[(&str, Surface)] = &[
    ("text", Surface::Text),
    ("attributes", Surface::Attribute),
    ("links", Surface::Link),
    ("json-ld", Surface::JsonLd),
    ("meta", Surface::Meta),
    ("rcdata", Surface::Rcdata),
    ("comments", Surface::Comment),
    ("attribute", Surface::Attribute),
    ("link", Surface::Link),
    ("title", Surface::Rcdata),
    ("comment", Surface::Comment),
    ("json_ld", Surface::JsonLd),
];
/// Words between a context word and what it is about, unless the rule says otherwise.
const WITHIN: usize = 10;
/// What a context word adds to a score, unless the rule says otherwise.
const RAISE: f32 = 0.3;
/// A finding below this is none, unless the rule says otherwise.
pub(super) const MIN_SCORE: f32 = 0.5;
/// Fewer letters make a word that is part of too many others.
const SHORTEST_STEM: usize = 3;

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

/// Options of matchers, handed down.
#[derive(Clone, Copy, Default)]
struct Manner {
    clitics: Option<bool>,
    evasion: u8,
}

impl Manner {
    /// Arabic words take clitics unless a rule says no.
    fn options(self) -> WordOptions {
        WordOptions { clitics: self.clitics.unwrap_or(true), evasion: self.evasion }
    }
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
        let mut when = pack_when.clone();
        if let Some(own) = table.get("when").map(|when| reader.when(when)) {
            when.hosts.extend(own.hosts);
            when.not_hosts.extend(own.not_hosts);
            when.langs.extend(own.langs);
        }
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

    /// A matcher, whatever it is made of. With mistakes it comes out empty.
    fn condition(&mut self, value: &Value<'_>, manner: Manner, rule: u32, reader: &mut Reader<'_>) -> Condition {
        let table = match value.get_ref() {
            DeValue::Table(table) => table,
            DeValue::Array(list) => return Condition::Any(list.iter().map(|item| self.condition(item, manner, rule, reader)).collect()),
            DeValue::String(_) => return self.words(value, manner, LeafKind::Phrase, rule, reader),
            _ => {
                reader.error(value.span(), "a match must be a table", Some("write `match = { words = [\"…\"] }`".into()));
                return Condition::Any(Vec::new());
            }
        };
        reader.check_keys(table, MATCH_KEYS, "a match");
        let manner = self.manner(table, manner, reader);
        let mut parts = Vec::new();
        for (key, kind) in [("words", LeafKind::Words), ("phrase", LeafKind::Phrase)] {
            if let Some(value) = table.get(key) {
                parts.push(self.words(value, manner, kind, rule, reader));
            }
        }
        if let Some(value) = table.get("regex") {
            parts.push(self.regex(value, rule, reader));
        }
        if let Some(value) = table.get("entity") {
            parts.push(self.entity(value, table.get("regions"), rule, reader));
        } else if let Some(regions) = table.get("regions") {
            reader.error(regions.span(), "`regions` belongs to `entity`", None);
        }
        let list = |this: &mut Self, value: &Value<'_>, reader: &mut Reader<'_>| -> Vec<Condition> {
            match value.get_ref() {
                DeValue::Array(items) => items.iter().map(|item| this.condition(item, manner, rule, reader)).collect(),
                _ => vec![this.condition(value, manner, rule, reader)],
            }
        };
        if let Some(value) = table.get("any") {
            parts.push(Condition::Any(list(self, value, reader)));
        }
        if let Some(value) = table.get("all") {
            parts.extend(list(self, value, reader));
        }
        let within = table.get("within").and_then(|value| count(value, reader));
        if let Some(near) = table.get("near") {
            self.near(near, within, manner, rule, reader, &mut parts);
        } else if within.is_some() {
            reader.error(table.get("within").map_or(value.span(), Spanned::span), "`within` belongs to `near`", None);
        }
        let only_vetoes = parts.is_empty();
        if let Some(value) = table.get("none") {
            parts.push(Condition::None(list(self, value, reader)));
        }
        if only_vetoes && table.get("none").is_none() {
            reader.error(value.span(), "the match is empty", Some(format!("there are: {}", MATCH_KEYS.join(", "))));
        }
        if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) }
    }

    fn near(&mut self, near: &Value<'_>, within: Option<usize>, manner: Manner, rule: u32, reader: &mut Reader<'_>, parts: &mut Vec<Condition>) {
        if let DeValue::Array(items) = near.get_ref()
            && parts.is_empty()
        {
            let items: Vec<Condition> = items.iter().map(|item| self.condition(item, manner, rule, reader)).collect();
            if items.len() < 2 {
                reader.error(near.span(), "`near` needs two matchers at least", None);
            }
            return parts.push(Condition::Near(items, within.unwrap_or(WITHIN)));
        }
        // Beside other keys it says what must be near to what they find.
        let inner = match near.get_ref() {
            DeValue::Table(table) => table.get("within").and_then(|value| count(value, reader)),
            _ => None,
        };
        let within = within.or(inner).unwrap_or(WITHIN);
        let condition = match near.get_ref() {
            DeValue::Table(table) if inner.is_some() => {
                let mut rest = table.clone();
                rest.remove("within");
                self.condition(&Spanned::new(near.span(), DeValue::Table(rest)), manner, rule, reader)
            }
            _ => self.condition(near, manner, rule, reader),
        };
        match (parts.len(), condition) {
            (0, Condition::All(items)) => parts.push(Condition::Near(items, within)),
            (0, _) => reader.error(near.span(), "`near` needs two matchers at least", Some("write `near = [{ … }, { … }], within = 5`".into())),
            (count, condition) => {
                let subject = if count == 1 { parts.remove(0) } else { Condition::All(std::mem::take(parts)) };
                parts.push(Condition::Beside(Box::new(subject), Box::new(condition), within));
            }
        }
    }

    fn manner(&mut self, table: &DeTable<'_>, mut manner: Manner, reader: &mut Reader<'_>) -> Manner {
        if let Some(value) = table.get("clitics") {
            match value.get_ref().as_bool() {
                Some(clitics) => manner.clitics = Some(clitics),
                None => reader.error(value.span(), "`clitics` must be true or false", None),
            }
        }
        if let Some(value) = table.get("evasion") {
            manner.evasion = 0;
            for name in reader.strings(value) {
                match name.get_ref().as_str() {
                    "spaced" => manner.evasion |= evasion::SPACED,
                    "repeat" | "repeated" => manner.evasion |= evasion::REPEAT,
                    "leet" => manner.evasion |= evasion::LEET,
                    other => reader.error(name.span(), format!("there is no evasion `{other}`"), Some(suggest(other, EVASIONS))),
                }
            }
        }
        manner
    }

    fn words(&mut self, value: &Value<'_>, manner: Manner, kind: LeafKind, rule: u32, reader: &mut Reader<'_>) -> Condition {
        let leaf = self.leaf(rule, kind);
        let mut seen = HashMap::new();
        match value.get_ref() {
            DeValue::Table(table) => {
                reader.check_keys(table, WORDS_KEYS, "`words`");
                let manner = self.manner(table, manner, reader);
                if let Some(list) = table.get("list") {
                    self.add_words(reader.strings(list), leaf, kind, manner, &mut seen, reader);
                }
                for file in table.get("file").map(|file| reader.strings(file)).unwrap_or_default() {
                    self.list(&file, leaf, kind, manner, &mut seen, reader);
                }
                if table.get("file").is_none() && table.get("list").is_none() {
                    reader.error(value.span(), "there is neither `list` nor `file`", None);
                }
            }
            _ => self.add_words(reader.strings(value), leaf, kind, manner, &mut seen, reader),
        }
        Condition::Leaves(vec![leaf])
    }

    fn add_words(
        &mut self,
        words: Vec<Placed>,
        leaf: u32,
        kind: LeafKind,
        manner: Manner,
        seen: &mut HashMap<String, usize>,
        reader: &mut Reader<'_>,
    ) {
        for word in words {
            if self.set.book.add(word.get_ref(), leaf, manner.options()).is_err() {
                reader.error(word.span(), "nothing of the word can be seen", None);
                continue;
            }
            if let Some((message, hint)) = lint(word.get_ref(), kind, 0, seen) {
                reader.warning(word.span(), message, Some(hint));
            }
        }
    }

    /// Adds the words of a file beside the pack: a line each, or the first column of a CSV.
    fn list(&mut self, file: &Placed, leaf: u32, kind: LeafKind, manner: Manner, seen: &mut HashMap<String, usize>, reader: &mut Reader<'_>) {
        let name = file.get_ref();
        let text: Arc<str> = match read_list(reader.pack, name) {
            Ok(text) => text.into(),
            Err(error) => {
                return reader.error(file.span(), format!("cannot read the list `{name}`: {error}"), Some("paths start at the pack's folder".into()));
            }
        };
        let is_csv = name.to_ascii_lowercase().ends_with(".csv");
        let mut at = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let span = at..at + line.trim_end().len();
            at += line.len();
            let line = line.trim();
            let word = if is_csv { first_field(line) } else { line.to_owned() };
            let is_comment = word.is_empty() || word == "#" || word.starts_with("# ") || word.starts_with("//");
            if is_comment || (is_csv && number == 0 && ["word", "words", "term"].contains(&word.to_ascii_lowercase().as_str())) {
                continue;
            }
            let mut note = |severity, message: String, hint: Option<String>| {
                let place = list_path(reader.pack, name);
                reader.mistakes.push(Mistake { severity, file: place, source: Arc::clone(&text), span: span.clone(), message, hint });
            };
            if self.set.book.add(&word, leaf, manner.options()).is_err() {
                note(Severity::Error, "nothing of the word can be seen".to_owned(), None);
            } else if let Some((message, hint)) = lint(&word, kind, number + 1, seen) {
                note(Severity::Warning, message, Some(hint));
            }
        }
        self.lists.push((name.clone(), text));
    }

    fn regex(&mut self, value: &Value<'_>, rule: u32, reader: &mut Reader<'_>) -> Condition {
        let leaf = self.leaf(rule, LeafKind::Regex);
        for pattern in reader.strings(value) {
            if let Err(error) = self.set.patterns.add(pattern.get_ref(), leaf) {
                let is_size = error.contains("size limit");
                let hint = is_size.then(|| "an open or large repetition of a large class takes that much: bound it, or name less".to_owned());
                let message = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(&error).trim_start_matches("error: ").to_owned();
                reader.error(pattern.span(), format!("the expression cannot be used: {message}"), hint);
                continue;
            }
            let text = pattern.get_ref();
            let has_arabic = text.chars().any(|c| matches!(c, '\u{0621}'..='\u{06D3}'));
            for (part, instead) in [
                ("\\b", "Arabic words take prefixes, and digits stand glued to them: use `words`, or spell out what may stand beside it"),
                ("[0-9]", "use `\\d`: digits of every script are read as ASCII"),
            ] {
                if has_arabic && text.contains(part) {
                    reader.warning(pattern.span(), format!("`{part}` beside Arabic does not mean what it seems"), Some(instead.into()));
                }
            }
        }
        Condition::Leaves(vec![leaf])
    }

    fn entity(&mut self, value: &Value<'_>, regions: Option<&Value<'_>>, rule: u32, reader: &mut Reader<'_>) -> Condition {
        let mut wanted = Vec::new();
        for code in regions.map(|regions| reader.strings(regions)).unwrap_or_default() {
            match code.get_ref().to_uppercase().parse::<Region>() {
                Ok(region) => wanted.push(region),
                Err(error) => reader.error(code.span(), error.to_string(), None),
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let leaf = self.leaf(rule, LeafKind::Entity);
        for name in reader.strings(value) {
            match name.get_ref().replace('_', "-").parse::<EntityKind>() {
                Ok(kind) => self.wanted.entry(wanted.clone()).or_default().push((kind, leaf)),
                Err(_) => {
                    reader.error(name.span(), format!("there is no entity `{}`", name.get_ref()), Some(suggest(name.get_ref(), &EntityKind::NAMES)))
                }
            }
        }
        Condition::Leaves(vec![leaf])
    }

    fn exceptions(&mut self, value: &Value<'_>, rule: u32, reader: &mut Reader<'_>) -> Vec<u32> {
        let items: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut leaves = Vec::new();
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                let mistake = Mistake {
                    severity: Severity::Warning,
                    file: reader.pack.file.clone(),
                    source: Arc::clone(&reader.pack.text),
                    span: item.span(),
                    message: "the exception can never apply: the rule finds nothing in it".into(),
                    hint: Some("an exception is a longer text that holds what the rule would find".into()),
                };
                self.exceptions.push((rule, text.clone().into_owned(), mistake));
            }
            let condition = self.condition(item, Manner::default(), rule, reader);
            leaves_of(&condition, &mut leaves);
        }
        leaves
    }

    fn contexts(&mut self, value: &Value<'_>, rule: u32, reader: &mut Reader<'_>) -> Vec<Context> {
        let tables: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut contexts = Vec::new();
        for value in tables {
            let DeValue::Table(table) = value.get_ref() else {
                reader.error(
                    value.span(),
                    "`context` must be a table",
                    Some("write `context = { raise = [\"…\"], veto = [\"…\"], within = 10 }`".into()),
                );
                continue;
            };
            reader.check_keys(table, CONTEXT_KEYS, "`context`");
            let within = table.get("within").and_then(|value| count(value, reader)).unwrap_or(WITHIN);
            let by = table.get("by").and_then(|value| number(value, reader)).unwrap_or(RAISE);
            for (key, raise) in [("raise", Some(by)), ("veto", None)] {
                if let Some(value) = table.get(key) {
                    let condition = match value.get_ref() {
                        DeValue::Table(_) => self.condition(value, Manner::default(), rule, reader),
                        DeValue::Array(items) if items.iter().any(|item| !matches!(item.get_ref(), DeValue::String(_))) => {
                            self.condition(value, Manner::default(), rule, reader)
                        }
                        _ => self.words(value, Manner::default(), LeafKind::Words, rule, reader),
                    };
                    let mut leaves = Vec::new();
                    leaves_of(&condition, &mut leaves);
                    contexts.push(Context { leaves, within, raise });
                }
            }
        }
        contexts
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
        self.set.all_links = self.set.rules.iter().any(|rule| rule.all_links);
        for (rule, text, mistake) in std::mem::take(&mut self.exceptions) {
            if !self.set.finds_in(rule, &View::of(&text)) {
                mistakes.push(mistake);
            }
        }
        (self.set, self.lists)
    }
}

/// What is odd about a word, if anything is.
fn lint(word: &str, kind: LeafKind, line: usize, seen: &mut HashMap<String, usize>) -> Option<(String, String)> {
    let folded = View::of(word).folded.trim().to_owned();
    let letters = folded.chars().filter(|c| c.is_alphanumeric()).count();
    let is_spaceless = folded.chars().any(|c| c as u32 > 0x0E00 && !matches!(c as u32, 0xFB50..=0xFEFF));
    if let Some(other) = seen.insert(folded, line) {
        let place = if other > 0 { format!("line {other} has") } else { "the list has".to_owned() };
        return Some((format!("after folding, {place} this word already"), "remove one of the two".into()));
    }
    (kind == LeafKind::Words && letters > 0 && letters < SHORTEST_STEM && !is_spaceless)
        .then(|| (format!("a word of {letters} letters is part of too much"), "name longer words, or the phrase that it stands in".into()))
}

fn finding_leaves(condition: &Condition) -> Vec<u32> {
    let mut leaves = Vec::new();
    match condition {
        Condition::Leaves(own) => leaves.extend(own),
        Condition::All(parts) | Condition::Any(parts) | Condition::Near(parts, _) => {
            parts.iter().for_each(|part| leaves.extend(finding_leaves(part)))
        }
        Condition::None(_) => {}
        Condition::Beside(subject, ..) => leaves.extend(finding_leaves(subject)),
    }
    leaves
}

fn leaves_of(condition: &Condition, into: &mut Vec<u32>) {
    match condition {
        Condition::Leaves(leaves) => into.extend(leaves),
        Condition::All(parts) | Condition::Any(parts) | Condition::Near(parts, _) | Condition::None(parts) => {
            parts.iter().for_each(|part| leaves_of(part, into));
        }
        Condition::Beside(subject, ..) => leaves_of(subject, into),
    }
}

fn one_of(value: &Placed, known: &[&str], what: &str, reader: &mut Reader<'_>) -> String {
    if !known.contains(&value.get_ref().as_str()) {
        reader.error(value.span(), format!("there is no {what} `{}`", value.get_ref()), Some(suggest(value.get_ref(), known)));
    }
    value.get_ref().clone()
}

fn number(value: &Value<'_>, reader: &mut Reader<'_>) -> Option<f32> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().replace('_', "").parse::<f32>().ok(),
        DeValue::Float(float) => float.as_str().replace('_', "").parse::<f32>().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite() && *number >= 0.0);
    if number.is_none() {
        reader.error(value.span(), "a number of 0 or more is needed here", None);
    }
    number
}

fn count(value: &Value<'_>, reader: &mut Reader<'_>) -> Option<usize> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().replace('_', "").parse::<usize>().ok(),
        _ => None,
    };
    if number.is_none() {
        reader.error(value.span(), "a whole number is needed here", None);
    }
    number
}

fn surfaces(value: &Value<'_>, reader: &mut Reader<'_>) -> (Surfaces, bool) {
    let (mut surfaces, mut all_links) = (Surfaces::NONE, false);
    for name in reader.strings(value) {
        match SURFACES.iter().find(|(known, _)| known == name.get_ref()) {
            Some((_, surface)) => {
                surfaces = surfaces.with(*surface);
                all_links |= *surface == Surface::Link;
            }
            None if name.get_ref() == "all" => surfaces = surfaces.union(Surfaces::DEFAULT).with(Surface::Comment),
            None => {
                let names: Vec<&str> = SURFACES.iter().map(|(name, _)| *name).take(7).chain(["all"]).collect();
                reader.error(name.span(), format!("there is no surface `{}`", name.get_ref()), Some(suggest(name.get_ref(), &names)));
            }
        }
    }
    (surfaces, all_links)
}

/// The mask where a rule names none.
const MASK: &str = "█";

fn action(value: &Value<'_>, reader: &mut Reader<'_>) -> (Action, bool) {
    let plain = |name: &str| {
        Some(match name {
            "flag" => Action::Flag,
            "mask" => Action::Mask(MASK.into()),
            "partial" => Action::Partial { first: 0, last: 4, mask: MASK.into() },
            "hash" => Action::Hash,
            "pseudonym" => Action::Pseudonym,
            "unlink" => Action::Unlink,
            "drop-block" | "drop_block" => Action::DropBlock,
            "quarantine" => Action::Quarantine,
            "drop" => Action::Drop,
            "replace" => Action::Replace("[…]".into()),
            _ => return None,
        })
    };
    let table = match value.get_ref() {
        DeValue::String(name) => {
            return (
                plain(name).unwrap_or_else(|| {
                    reader.error(value.span(), format!("there is no action `{name}`"), Some(suggest(name, ACTIONS)));
                    Action::Flag
                }),
                false,
            );
        }
        DeValue::Table(table) => table,
        _ => {
            reader.error(value.span(), "an action is a name or a table", Some("write `action = \"flag\"` or `action = { mask = \"█\" }`".into()));
            return (Action::Flag, false);
        }
    };
    let (mut found, mut dry_run) = (None, false);
    for (key, value) in table.iter() {
        let name: &str = key.get_ref();
        if matches!(name, "dry-run" | "dry_run") {
            match value.get_ref().as_bool() {
                Some(is_dry) => dry_run = is_dry,
                None => reader.error(value.span(), format!("`{name}` must be true or false"), None),
            }
            continue;
        }
        if found.is_some() {
            reader.error(key.span(), "a rule has one action", Some("write two rules".into()));
            continue;
        }
        found = match (name, value.get_ref()) {
            ("mask", DeValue::String(mask)) if !mask.is_empty() => Some(Action::Mask(mask.clone().into_owned())),
            ("replace", DeValue::String(text)) => Some(Action::Replace(text.clone().into_owned())),
            ("partial", DeValue::Table(partial)) => Some(self::partial(partial, reader)),
            (_, DeValue::Boolean(true) | DeValue::Table(_)) if plain(name).is_some() && name != "replace" => plain(name),
            _ => {
                match plain(name) {
                    Some(_) => reader.error(
                        value.span(),
                        format!("`{name}` does not take this"),
                        Some("write `{ mask = \"█\" }`, `{ replace = \"…\" }`, `{ partial = { keep_last = 4 } }`, or `true` for the others".into()),
                    ),
                    None => reader.error(key.span(), format!("there is no action `{name}`"), Some(suggest(name, ACTIONS))),
                }
                Some(Action::Flag)
            }
        };
    }
    if found.is_none() && !dry_run {
        reader.error(value.span(), "the action is empty", Some(format!("there are: {}", ACTIONS.join(", "))));
    }
    (found.unwrap_or(Action::Flag), dry_run)
}

fn partial(table: &DeTable<'_>, reader: &mut Reader<'_>) -> Action {
    reader.check_keys(table, &["keep_first", "keep_last", "mask"], "`partial`");
    let first = table.get("keep_first").and_then(|value| count(value, reader));
    let last = table.get("keep_last").and_then(|value| count(value, reader));
    let mask = table.get("mask").and_then(|value| reader.string(value)).map_or(MASK.to_owned(), Spanned::into_inner);
    let last = last.unwrap_or(if first.is_some() { 0 } else { 4 });
    Action::Partial { first: first.unwrap_or(0), last, mask }
}

/// The first field of a line of CSV (RFC 4180).
fn first_field(line: &str) -> String {
    let Some(quoted) = line.strip_prefix('"') else { return line.split(',').next().unwrap_or_default().trim().to_owned() };
    let mut field = String::new();
    let mut characters = quoted.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => break,
            other => field.push(other),
        }
    }
    field
}

fn list_path(pack: &PackSource, name: &str) -> String {
    let folder = std::path::Path::new(&pack.file).parent().unwrap_or(std::path::Path::new(""));
    folder.join(name).display().to_string()
}
