//! `match`: what a rule looks for, as conditions over its single matchers.

use super::Builder;
use super::field::count;
use crate::moderate::entity::{EntityKind, Region};
use crate::moderate::{Condition, LeafKind, WordOptions, evasion};
use crate::rules::pack::{Reader, Value, suggest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const MATCH_KEYS: &[&str] = &["words", "phrase", "regex", "entity", "regions", "all", "any", "none", "near", "within", "clitics", "evasion"];
const EVASIONS: &[&str] = &["spaced", "repeat", "leet"];

/// Words between a context word and what it is about, unless the rule says otherwise.
pub(super) const WITHIN: usize = 10;

/// Options of matchers, handed down.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner {
    clitics: Option<bool>,
    evasion: u8,
}

impl Manner {
    /// Arabic words take clitics unless a rule says no.
    pub(super) fn options(self) -> WordOptions {
        WordOptions { clitics: self.clitics.unwrap_or(true), evasion: self.evasion }
    }
}

impl Builder {
    /// A matcher, whatever it is made of. With mistakes it comes out empty.
    pub(super) fn condition(&mut self, value: &Value<'_>, manner: Manner, rule: u32, reader: &mut Reader<'_>) -> Condition {
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

    pub(super) fn near(
        &mut self,
        near: &Value<'_>,
        within: Option<usize>,
        manner: Manner,
        rule: u32,
        reader: &mut Reader<'_>,
        parts: &mut Vec<Condition>,
    ) {
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

    pub(super) fn manner(&mut self, table: &DeTable<'_>, mut manner: Manner, reader: &mut Reader<'_>) -> Manner {
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
}

pub(super) fn finding_leaves(condition: &Condition) -> Vec<u32> {
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

pub(super) fn leaves_of(condition: &Condition, into: &mut Vec<u32>) {
    match condition {
        Condition::Leaves(leaves) => into.extend(leaves),
        Condition::All(parts) | Condition::Any(parts) | Condition::Near(parts, _) | Condition::None(parts) => {
            parts.iter().for_each(|part| leaves_of(part, into));
        }
        Condition::Beside(subject, ..) => leaves_of(subject, into),
    }
}
