//! Who wrote the page, where its markup says so by names and words that no standard knows: data of `rules/metadata/byline.toml`.

use super::{Captured, Collector, Field, trust};
use crate::data::own_data;
use crate::fold::Folded;
use crate::rewrite::{ElementRef, KnownName};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use std::sync::LazyLock;

static BYLINES: LazyLock<Bylines> = LazyLock::new(|| {
    let mut bylines: Bylines = own_data!("metadata/byline.toml");
    for words in [&mut bylines.labels, &mut bylines.particles] {
        *words = words.iter().map(|label| folded(label)).collect();
    }
    bylines
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bylines {
    classes: FxHashSet<String>,
    paths: Vec<String>,
    labels: FxHashSet<String>,
    particles: FxHashSet<String>,
}

/// Where a line of names comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Data: names, and sometimes what stands before them in the text.
    Data,
    /// The text of the page.
    Text,
}

/// The most words that a label before a name has.
const LABEL_WORDS: usize = 4;
/// A line of names is not longer: bytes, and words where it is the page's text.
const BYTES: usize = 200;
const WORDS: usize = 14;
/// What parts a name from the date or the section behind it.
const SEPARATORS: [&str; 6] = [" - ", " – ", " — ", " | ", " • ", " · "];

/// A name is not looked for any further in a text.
const BYLINE_BYTES: usize = 512;
/// So many bytes of text behind the headline an author is heard whom no standard names: where the line about the author stands.
const LEAD_BYTES: usize = 800;

fn folded(text: &str) -> String {
    Folded::of(text).texts().collect::<Vec<_>>().join(" ")
}

/// Whether a text is what stands before the name of an author: "Written by".
pub(super) fn is_label(text: &str) -> bool {
    BYLINES.labels.contains(&folded(text))
}

/// Whether an element is named as one that holds the author's name.
fn is_named(element: ElementRef<'_>) -> bool {
    let classes = element.get(KnownName::Class).unwrap_or_default();
    classes.split_ascii_whitespace().any(|class| BYLINES.classes.contains(class))
}

/// Whether an address is that of an author's own page.
fn is_address(href: &str) -> bool {
    BYLINES.paths.iter().any(|path| href.contains(path.as_str()))
}

/// The names in a line that says who wrote the page, without the words before them. `None` where it can't be a line of names.
pub(super) fn names(line: &str, source: Source) -> Option<String> {
    let is_particle = |words: &str| source == Source::Text && BYLINES.particles.contains(&folded(words));
    let is_before = |words: &str| is_label(words) || is_particle(words);
    let words: Vec<&str> = line.split_whitespace().collect();
    // "作者：…" has no white space.
    let whole = words.join(" ");
    let names = match whole.split_once([':', '：']).filter(|(label, _)| is_before(label)) {
        Some((_, rest)) => rest.to_owned(),
        None => {
            let is_before = |count: &usize| {
                let label = words[..*count].join(" ");
                is_label(&label) || (is_particle(&label) && words.len() > *count + 1)
            };
            let label = (1..words.len().min(LABEL_WORDS + 1)).rev().find(is_before);
            words[label.unwrap_or(0)..].join(" ")
        }
    };
    let parted = || SEPARATORS.iter().filter_map(|separator| names.find(separator)).min();
    let names = if source == Source::Text { &names[..parted().unwrap_or(names.len())] } else { &names };
    let names = names.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '•' | '·' | '-' | '–' | '—' | '/' | ':'));
    let is_digit = |c: char| crate::fold::digit(c).is_some();
    let is_number = |word: &str| word.contains(is_digit) && word.chars().all(|c| c.is_ascii_punctuation() || is_digit(c));
    let in_text = || names.split(' ').count() <= WORDS && !names.split(' ').any(is_number);
    let is_line = names.len() <= BYTES && names.chars().any(char::is_alphabetic) && (source == Source::Data || in_text());
    // A profile's address or number names nobody; a sentence says something of somebody.
    (is_line && !names.contains("://") && !names.ends_with(['!', '?', '؟']) && !is_before(names)).then(|| names.to_owned())
}

impl Collector {
    /// The author's name ends with its line: what else stands in the element says something of the author.
    pub(super) fn end_byline(&mut self) {
        let Some(capture) = self.capture.as_mut().filter(|capture| matches!(capture.what, Captured::Byline(_))) else { return };
        if names(&htmlize::unescape(capture.text.as_str()), Source::Text).is_some() {
            return self.captured();
        }
        if capture.text.len() > BYLINE_BYTES {
            // Whatever it is, it is no line of names.
            self.capture = None;
        } else if !capture.text.ends_with(' ') {
            // The label has a line of its own.
            capture.text.push(' ');
        }
    }

    /// Whether the headline has come, and little text since.
    pub(super) fn is_behind_headline(&self) -> bool {
        self.heading.is_some() && self.since_heading < LEAD_BYTES
    }

    /// Whether names that no standard knows are heard.
    #[inline]
    pub(super) fn wants_byline(&self) -> bool {
        self.is_behind_headline() && self.trust[Field::Byline as usize] > trust::NAMED
    }

    /// Whether an element holds the name of the author.
    pub(super) fn byline_of(&self, element: ElementRef<'_>) -> Option<Captured> {
        let says = |name: KnownName, wanted: &str| {
            element.get(name).is_some_and(|value| value.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(wanted)))
        };
        let around = self.capture.as_ref().and_then(|capture| if let Captured::Byline(rank) = capture.what { Some(rank) } else { None });
        if around.is_some() && says(KnownName::Itemprop, "name") {
            return Some(Captured::Byline(trust::MARKUP));
        }
        if around == Some(trust::MARKUP) {
            // It may hold several names.
            return None;
        }
        if says(KnownName::Rel, "author") || says(KnownName::Itemprop, "author") {
            return Some(Captured::Byline(trust::MARKUP));
        }
        let is_wanted = self.wants_byline();
        let is_named = || is_named(element) || element.get(KnownName::Href).is_some_and(is_address);
        (is_wanted && is_named()).then_some(Captured::Byline(trust::NAMED))
    }

    pub(super) fn set_byline(&mut self, rank: u8, line: &str, source: Source) {
        if let Some(names) = names(line, source) {
            self.set(Field::Byline, rank, &names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_behind_labels() {
        for (line, name) in [
            ("By Thai Vong", "Thai Vong"),
            ("  Written  by: Tom May ", "Tom May"),
            ("بقلم: منى الحسن", "منى الحسن"),
            ("كتبت سلمى عبد الله", "سلمى عبد الله"),
            ("作者：张三", "张三"),
            ("Byron Bay", "Byron Bay"),
            (", USA TODAY", "USA TODAY"),
            ("Von Ida Brandt |", "Ida Brandt"),
            ("Dr. Lina Osman - Mar 27, 2024", "Dr. Lina Osman"),
            ("gull203", "gull203"),
            ("View all posts by Ida Brandt", "Ida Brandt"),
            ("Ida Brandt & Jonas Holm", "Ida Brandt & Jonas Holm"),
            ("Oleh Sukhov", "Oleh Sukhov"),
        ] {
            assert_eq!(names(line, Source::Text).as_deref(), Some(name), "{line}");
        }
        for line in ["262588213843476", "https://example.org/people/7", "Written by", "By", "", "Who are we?", "Updated January 8, 2026"] {
            assert_eq!(names(line, Source::Text), None, "{line}");
        }
        let sentence = "Trevor Jackins is a senior manager who writes about everything that swims and is also a passionate sailor.";
        assert_eq!(names(sentence, Source::Text), None);
        assert_eq!(names("von Trotha", Source::Data).as_deref(), Some("von Trotha"));
    }
}
