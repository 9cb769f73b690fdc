//! Words and phrases: lists in the rule, files beside the pack, and what is odd about a word.

use super::Builder;
use super::matcher::Manner;
use crate::moderate::{Condition, LeafKind, View};
use crate::rules::load::read_list;
use crate::rules::mistake::{Mistake, Severity};
use crate::rules::pack::{PackSource, Placed, Reader, Value};
use std::collections::HashMap;
use std::sync::Arc;
use toml::de::DeValue;

const WORDS_KEYS: &[&str] = &["list", "file", "clitics", "evasion"];

/// Fewer letters make a word that is part of too many others.
const SHORTEST_STEM: usize = 3;

impl Builder {
    pub(super) fn words(&mut self, value: &Value<'_>, manner: Manner, kind: LeafKind, rule: u32, reader: &mut Reader<'_>) -> Condition {
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
