//! Words that go into dates and numbers, in every language of the packs: data from `rules/lexicon/`.

use crate::fold::{Folded, Word};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Looks up date and number words in folded form.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// First word to all entries that begin with it, longest first.
    entries: FxHashMap<Box<str>, Vec<Entry>>,
    multipliers: FxHashSet<Box<str>>,
    /// Lists of forms that phrases name as placeholders, until the phrase book takes them.
    lists: Vec<(String, Vec<String>)>,
}

#[derive(Debug)]
struct Entry {
    rest: Vec<Box<str>>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Marker,
    Past,
    Unit,
    Weekday,
    Month,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    #[serde(default)]
    months: Vec<String>,
    #[serde(default)]
    weekdays: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    markers: Vec<String>,
    #[serde(default)]
    past: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    forms: Vec<String>,
}

impl Lexicon {
    /// Reads a lexicon file: a table per language, `[multipliers]` with its `words`, and lists for phrases as tables with `forms`.
    pub fn from_toml(source: &str) -> Result<Self, toml::de::Error> {
        let languages: BTreeMap<String, Language> = toml::from_str(source)?;
        let mut lexicon = Lexicon::default();
        for (name, language) in &languages {
            if !language.forms.is_empty() {
                lexicon.lists.push((name.clone(), language.forms.clone()));
            }
            for (kind, list) in [
                (Kind::Month, &language.months),
                (Kind::Weekday, &language.weekdays),
                (Kind::Unit, &language.units),
                (Kind::Marker, &language.markers),
                (Kind::Past, &language.past),
            ] {
                list.iter().for_each(|entry| lexicon.add(entry, kind));
            }
            lexicon.multipliers.extend(language.words.iter().map(|word| Folded::of(word).texts().collect::<String>().into_boxed_str()));
        }
        for entries in lexicon.entries.values_mut() {
            entries.sort_by_key(|entry| (std::cmp::Reverse(entry.rest.len()), std::cmp::Reverse(entry.kind)));
        }
        Ok(lexicon)
    }

    /// Adds what another lexicon holds.
    pub fn merge(&mut self, other: Lexicon) {
        for (first, entries) in other.entries {
            self.entries.entry(first).or_default().extend(entries);
        }
        self.multipliers.extend(other.multipliers);
    }

    /// Hands over the lists of forms.
    pub fn take_lists(&mut self) -> Vec<(String, Vec<String>)> {
        std::mem::take(&mut self.lists)
    }

    fn add(&mut self, entry: &str, kind: Kind) {
        let folded = Folded::of(entry);
        let mut words = folded.texts().map(Box::<str>::from);
        if let Some(first) = words.next() {
            self.entries.entry(first).or_default().push(Entry { rest: words.collect(), kind });
        }
    }

    /// Whether a word multiplies the number before it ("12 K", "3 آلاف").
    pub fn is_multiplier(&self, word: &str) -> bool {
        self.multipliers.contains(word)
    }

    /// The words that a date may begin with, in folded form.
    pub fn date_words(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(|word| &**word)
    }

    /// The words that may be a date by themselves, or begin one, in folded form.
    pub fn days(&self) -> impl Iterator<Item = &str> {
        let begins_day = |entries: &[Entry]| entries.iter().any(|entry| entry.kind == Kind::Weekday);
        self.entries.iter().filter(move |(_, entries)| begins_day(entries)).map(|(first, _)| &**first)
    }

    /// All words that dates are made of, in folded form.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|(first, entries)| {
            let rest = entries.iter().flat_map(|entry| &entry.rest);
            std::iter::once(first).chain(rest).map(|word| &**word)
        })
    }

    /// The words that multiply the number before them, in folded form.
    pub fn multipliers(&self) -> impl Iterator<Item = &str> {
        self.multipliers.iter().map(|word| &**word)
    }

    /// Whether a date may begin with this word.
    pub fn begins_date(&self, word: &str) -> bool {
        self.entries.contains_key(word)
    }

    /// How many words from `at` on are a date or a time; 0 if they are none.
    ///
    /// A date is a run of numbers and date words that holds a month beside a number, a weekday, a number written as a date or time
    /// (`26/7/2025`, `06:30`), a unit with a number or another of these words, or two numbers one of which is a year. Behind a whole date a
    /// number counts something else, unless a date word says what it is: `26 July 2025 3 comments`.
    pub fn date_length(&self, line: &Folded, at: usize) -> usize {
        let words = line.words();
        let (mut here, mut tells, mut numbers, mut units, mut years) = (at, false, 0, 0, false);
        let (mut has_month, mut is_written_out) = (false, false);
        while here < words.len() {
            if words[here].number {
                let text = line.word(here);
                let is_whole = is_written_out || (years && (numbers > 2 || (numbers > 1 && has_month)));
                if is_whole && self.counts_something(line, here) {
                    break;
                }
                let separators = text.bytes().filter(|b| matches!(b, b'/' | b'-' | b':' | b'.')).count();
                is_written_out |= separators == 2;
                tells |= separators == 2 || (separators == 1 && text.contains(':'));
                years |= text.len() == 4 && (text.starts_with("19") || text.starts_with("20") || text.starts_with("14"));
                numbers += 1;
                here += 1;
                continue;
            }
            let Some((length, kind)) = self.entry(line, here) else { break };
            match kind {
                Kind::Month => {
                    has_month = true;
                    tells |= numbers > 0 || words.get(here + length).is_some_and(|w| w.number);
                }
                Kind::Weekday => tells = true,
                Kind::Unit => units += 1,
                Kind::Marker | Kind::Past => {}
            }
            here += length;
        }
        // A year by itself says of a work when it came out.
        let spoken = units > 0 && (numbers > 0 || here - at > 1) && !(years && numbers == 1);
        if tells || spoken || (years && numbers > 1) { here - at } else { 0 }
    }

    /// Whether a date of so many words names its day, in a year that a page may be of or by its weekday, or says how long ago it was: neither
    /// a time nor a weekday by itself does, nor how long something takes.
    pub fn names_day(&self, line: &Folded, at: usize, length: usize) -> bool {
        let is_recent = |text: &str| text.len() == 4 && ["20", "14", "13"].iter().any(|century| text.starts_with(century));
        let (mut here, mut numbers, mut years, mut units, mut past) = (at, 0, false, 0, false);
        let (mut weekday, mut month) = (false, false);
        while here < at + length {
            let text = line.word(here);
            if line.words()[here].number {
                let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
                let is_old = |part: &&str| part.len() == 4 && !is_recent(part);
                if parts.len() == 3 && !parts.iter().any(is_old) {
                    return true;
                }
                let is_year = text.len() == 4 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit());
                if is_year && !is_recent(text) {
                    return false;
                }
                numbers += 1;
                years |= is_recent(text);
                here += 1;
                continue;
            }
            let Some((length, kind)) = self.entry(line, here) else { return false };
            units += usize::from(kind == Kind::Unit);
            past |= kind == Kind::Past;
            weekday |= kind == Kind::Weekday;
            month |= kind == Kind::Month;
            here += length;
        }
        (years && numbers > 1) || (weekday && month && numbers > 0) || (past && units > 0)
    }

    /// Whether a number without signs in it, but for those between thousands, stands before a word that is none of dates.
    fn counts_something(&self, line: &Folded, at: usize) -> bool {
        let is_other = |next: &Word| !next.number && self.entry(line, at + 1).is_none();
        line.word(at).bytes().all(|byte| byte.is_ascii_digit() || byte == b',') && line.words().get(at + 1).is_some_and(is_other)
    }

    fn entry(&self, line: &Folded, at: usize) -> Option<(usize, Kind)> {
        let entries = self.entries.get(line.word(at))?;
        let found = entries.iter().find(|entry| {
            at + entry.rest.len() < line.words().len() && entry.rest.iter().enumerate().all(|(n, word)| line.word(at + 1 + n) == &**word)
        })?;
        Some((1 + found.rest.len(), found.kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_ends_before_what_is_counted() {
        let source = "[en]\nmonths = ['July']\nweekdays = ['Monday']\nunits = ['hours']\nmarkers = ['at', 'ago', 'pm']\n";
        let lexicon = Lexicon::from_toml(source).unwrap();
        for (line, length) in [
            ("26 July 2025 2,310 comments", 3),
            ("26 July 2025 3 comments", 3),
            ("July 26, 2025 3 comments", 3),
            ("Monday 26 July 2025 at 06:30 12 views", 6),
            ("26/7/2025 3 comments", 1),
            ("2025-07-26 06:30 3 comments", 2),
            ("26 July 2025 6 pm", 5),
            ("26 July 2025 3 hours ago", 6),
            ("26 July 2025 06:30", 4),
            ("26 July 2025 12", 4),
            ("26 July 12 views", 3),
            ("12 July 2025", 3),
            ("July 2025 3 comments", 3),
            ("06:30 3 comments", 2),
            ("3 hours ago 3 comments", 4),
            ("3 comments", 0),
            ("12 2025", 2),
        ] {
            assert_eq!(lexicon.date_length(&Folded::of(line), 0), length, "{line}");
        }
    }

    #[test]
    fn a_day_has_a_year_of_pages_or_is_past() {
        let source =
            "[en]\nmonths = ['May', 'July']\nweekdays = ['Monday']\nunits = ['hours', 'hour']\nmarkers = ['at', 'pm', 'and']\npast = ['ago']\n";
        let lexicon = Lexicon::from_toml(source).unwrap();
        let names = |line: &str| {
            let line = Folded::of(line);
            lexicon.names_day(&line, 0, lexicon.date_length(&line, 0))
        };
        for day in ["26 July 2025", "Monday 26 July 2025 at 06:30", "26/7/2025", "26.07.25 10:15", "2025-07-26", "Monday 26 July", "3 hours ago"] {
            assert!(names(day), "{day}");
        }
        for other in ["Monday", "06:30", "26 July", "July 2025", "4 May 1921", "12 May 1934 3 July 2021", "4/5/1921", "2 hours", "1 hour and 3 hours"]
        {
            assert!(!names(other), "{other}");
        }
    }
}
