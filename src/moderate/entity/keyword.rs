//! What numbers are called: a search over the few bytes around a candidate.

use super::view::View;
use crate::data::own_data;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// What a number is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Phone,
    Card,
    Iban,
    NationalId,
    /// "ID", which anything has.
    NationalIdLoose,
    Crypto,
    Ip,
    Coordinates,
    Plate,
    /// May be a plate or a painting, a dish, a board.
    PlateLoose,
    Vehicle,
    Birth,
    Other,
    Unit,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ContextWords {
    phone: Words,
    glued: Words,
    card: Words,
    iban: Words,
    national_id: Words,
    national_id_loose: Words,
    crypto: Words,
    ip: Words,
    coordinates: Words,
    plate: Words,
    plate_loose: Words,
    vehicle: Words,
    birth: Words,
    other: Words,
    unit: Words,
    numbered: Numbered,
    short: Words,
    joining: Words,
    national_id_of: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbered {
    marks: Vec<String>,
    after: Vec<String>,
}

static WORDS: LazyLock<ContextWords> = LazyLock::new(|| own_data!("entity/context.toml"));

/// Words that a phone number may be joined to.
pub(super) fn glued() -> impl Iterator<Item = &'static String> {
    WORDS.glued.words.iter()
}

#[derive(Debug)]
struct ContextSearch {
    search: AhoCorasick,
    classes: Vec<Class>,
}

static CONTEXT: LazyLock<ContextSearch> = LazyLock::new(|| {
    let words = &*WORDS;
    let lists = [
        (Class::Phone, &words.phone),
        (Class::Card, &words.card),
        (Class::Iban, &words.iban),
        (Class::NationalId, &words.national_id),
        (Class::NationalIdLoose, &words.national_id_loose),
        (Class::Crypto, &words.crypto),
        (Class::Ip, &words.ip),
        (Class::Coordinates, &words.coordinates),
        (Class::Plate, &words.plate),
        (Class::PlateLoose, &words.plate_loose),
        (Class::Vehicle, &words.vehicle),
        (Class::Birth, &words.birth),
        (Class::Other, &words.other),
        (Class::Unit, &words.unit),
    ];
    let all = lists.iter().flat_map(|(class, list)| list.words.iter().flat_map(|word| cased(word).map(|word| (*class, word))));
    let (classes, words): (Vec<_>, Vec<_>) = all.unzip();
    ContextSearch { search: build(&words.iter().map(String::as_str).collect::<Vec<_>>()), classes }
});

/// A word, and as sentences begin with it and headings write it, where that is not only ASCII's case.
fn cased(word: &str) -> impl Iterator<Item = String> {
    let first = word.chars().next().map_or(0, char::len_utf8);
    let mut forms = vec![word.to_owned(), word[..first].to_uppercase() + &word[first..], word.to_uppercase()];
    let mut seen = Vec::new();
    forms.retain(|form| {
        let lower = form.to_ascii_lowercase();
        let is_new = !seen.contains(&lower);
        seen.push(lower);
        is_new
    });
    forms.into_iter()
}

// A few hundred short words: far below every limit of the automaton, the only cause of an error.
#[allow(clippy::expect_used)]
pub(super) fn build(words: &[&str]) -> AhoCorasick {
    let builder = &mut AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA));
    builder.build(words).expect("few short words")
}

/// Whether a word stands by itself; an Arabic one may carry clitics.
fn is_word(view: View<'_>, range: &Range<usize>) -> bool {
    let text = view.text();
    let joins = |character: char| character.is_alphabetic();
    let ideographic = |at: Option<char>| at.is_some_and(|c| ('\u{3040}'..='\u{9fff}').contains(&c));
    let edge = |character: Option<char>| character.is_none_or(|character| !joins(character));
    let first = view.char_after(range.start);
    if ideographic(first) || first.is_none_or(|first| !joins(first)) {
        return true;
    }
    // A word of two letters (كم) is a part of many others (كما).
    let arabic = first.is_some_and(|first| ('\u{600}'..='\u{6ff}').contains(&first)) && range.len() > 4;
    let before = text[..range.start].trim_end_matches(|c| arabic && matches!(c, 'ا' | 'ل' | 'و' | 'ف' | 'ب' | 'ك'));
    let carried = text[before.len()..range.start].chars().count();
    let after = text[range.end..].trim_start_matches(|c| arabic && matches!(c, 'ه' | 'ا' | 'ك' | 'م' | 'ن' | 'ي' | 'ت'));
    let suffixed = text[range.end..text.len() - after.len()].chars().count();
    let (left, right) = (before.chars().next_back(), after.chars().next());
    // "AssemblyVersion" holds "Version".
    let humped = |lower: Option<char>, upper: Option<char>| lower.is_some_and(char::is_lowercase) && upper.is_some_and(char::is_uppercase);
    let begins = edge(left) || humped(left, Some(first.unwrap_or_default()));
    let ends = edge(right) || humped(text[..range.end].chars().next_back(), right);
    begins && carried <= 4 && ends && suffixed <= 3
}

#[derive(Debug)]
struct RegionSearch {
    search: AhoCorasick,
    regions: Vec<&'static str>,
}

static REGIONS: LazyLock<RegionSearch> = LazyLock::new(|| {
    let all = WORDS.national_id_of.iter().flat_map(|(region, words)| words.iter().map(|word| (region.as_str(), word.as_str())));
    let (regions, words): (Vec<_>, Vec<_>) = all.unzip();
    RegionSearch { search: build(&words), regions }
});

/// The one country whose ids are called what stands nearest before a number.
pub(super) fn region_before(view: View<'_>, at: usize) -> Option<&'static str> {
    let start = view.line_start(at, BEFORE);
    let found = REGIONS.search.find_iter(&view.bytes()[start..at]);
    let named = found.filter(|word| is_word(view, &(word.start() + start..word.end() + start))).last()?;
    Some(REGIONS.regions[named.pattern().as_usize()])
}

/// Whether "no." stands right before a number and the name of a thing before that, as in "سند رقم": the number is the thing's.
pub(super) fn is_numbered(view: View<'_>, at: usize) -> bool {
    let line = view.text()[view.line_start(at, BEFORE)..at].trim_end_matches([' ', ':']);
    let numbered = &WORDS.numbered;
    let Some(before) = numbered.marks.iter().find_map(|mark| line.strip_suffix(mark.as_str())).and_then(|rest| rest.strip_suffix([' ', '('])) else {
        return false;
    };
    let thing = before.trim_end_matches([' ', '(']).rsplit(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
    !thing.is_empty() && !numbered.after.iter().any(|word| word == thing)
}

/// What stands around a number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    before: u32,
    after: u32,
    /// The name right before it, with no number or end of a sentence between.
    label: Option<Class>,
    /// Where the label ends.
    label_end: usize,
    amount: bool,
}

/// Bytes of the line that are searched before and after a number.
const BEFORE: usize = 96;
const AFTER: usize = 32;
/// Words between a name and a number that has a form of its own.
const NEARBY: usize = 2;

impl Context {
    pub(super) fn of(view: View<'_>, range: &Range<usize>) -> Self {
        let mut context = Context::default();
        let (start, end) = (view.line_start(range.start, BEFORE), view.line_end(range.end, AFTER));
        let book = &*CONTEXT;
        let mut nearest = None;
        let shifted = |word: &aho_corasick::Match, by: usize| word.start() + by..word.end() + by;
        for word in book.search.find_iter(&view.bytes()[start..range.start]) {
            let (class, place) = (book.classes[word.pattern().as_usize()], shifted(&word, start));
            if is_word(view, &place) {
                if class == Class::Vehicle {
                    context.before |= 1 << class as u32;
                    continue;
                }
                if class == Class::Unit {
                    // A currency is written before its amount too.
                    context.amount |= view.text()[place.end..range.start].trim().is_empty();
                    continue;
                }
                context.before |= 1 << class as u32;
                nearest = Some((class, place.end));
            }
        }
        if let Some((class, from)) = nearest {
            let between = &view.text()[from..range.start];
            // "Order no. 12" is one phrase, "your order. 12" the end of one.
            let word = &view.text()[start..from];
            let ends = |end: &String| word.len() >= end.len() && word.as_bytes()[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
            let short = WORDS.short.words.iter().any(ends);
            let between = if short { between.strip_prefix('.').unwrap_or(between) } else { between };
            let parted = between.contains(['!', '?', '؟', ';', '؛']) || between.contains(". ") || between.bytes().any(|byte| byte.is_ascii_digit());
            context.label_end = from;
            context.label = (!parted && between.len() <= 64).then_some(class);
        }
        if nearest.is_none()
            && let Some(name) = view.label_of(range.start)
        {
            let label = View::new(name);
            let words = book.search.find_iter(label.bytes()).filter(|word| is_word(label, &word.range()));
            let classes = words.map(|word| book.classes[word.pattern().as_usize()]);
            // Of a field it says that a machine counts: "app_id".
            let is_field = name == view.label();
            let class = classes.filter(|class| !matches!(class, Class::Unit | Class::Vehicle)).last();
            if let Some(class) = class.map(|class| if is_field && class == Class::NationalIdLoose { Class::Other } else { class }) {
                context.before |= 1 << class as u32;
                (context.label, context.label_end) = (Some(class), range.start);
            }
        }
        for word in book.search.find_iter(&view.bytes()[range.end..end]) {
            let (class, place) = (book.classes[word.pattern().as_usize()], shifted(&word, range.end));
            if is_word(view, &place) {
                let between = &view.text()[range.end..place.start];
                if class == Class::Unit {
                    context.amount |= between.trim_start().is_empty();
                } else if class == Class::Vehicle
                    || (class != Class::Other && between.len() <= 12 && !between.bytes().any(|byte| byte.is_ascii_digit()))
                {
                    context.after |= 1 << class as u32;
                }
            }
        }
        context
    }

    /// Whether it is called this, and nothing else is nearer.
    pub(super) fn says(&self, class: Class) -> bool {
        let bit = 1 << class as u32;
        match self.label {
            Some(label) if label == class => true,
            Some(_) => false,
            None => (self.before | self.after) & bit != 0,
        }
    }

    /// Whether such a word stands anywhere around it.
    pub(super) fn mentions(&self, class: Class) -> bool {
        (self.before | self.after) & 1 << class as u32 != 0
    }

    /// Whether it is called this directly: no other name, number or end of a sentence between.
    pub(super) fn is_labelled(&self, class: Class) -> bool {
        self.label == Some(class)
    }

    /// Whether its name ends at most so many words before it, and none of them joins another sentence.
    pub(super) fn is_labelled_within(&self, class: Class, words: usize, view: View<'_>, start: usize) -> bool {
        let between = view.text()[self.label_end.min(start)..start].split_whitespace();
        let joins = |word: &str| WORDS.joining.words.iter().any(|known| known == word);
        self.is_labelled(class) && between.clone().count() <= words && !between.clone().any(joins)
    }

    /// Whether what stands beside it says how much or how many it is.
    pub(super) fn is_amount(&self) -> bool {
        self.amount
    }

    /// The same for what is itself unlike most numbers: only what it is called nearby counts.
    pub(super) fn denies_nearby(&self, class: Class, view: View<'_>, start: usize) -> bool {
        let between = view.text()[self.label_end.min(start)..start].split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
        self.denies(class) && (self.amount || between.count() <= NEARBY)
    }

    /// Whether it is called something else, or an amount.
    pub(super) fn denies(&self, class: Class) -> bool {
        let named = self.label.is_some_and(|label| label != class);
        (named && !self.says(class)) || (self.amount && self.label != Some(class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(text: &str) -> Context {
        let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
        let view = View::new(text);
        Context::of(view, &view.digits(start))
    }

    #[test]
    fn the_nearest_name_counts() {
        assert!(context("Order no: 1023456789").denies(Class::Phone));
        assert!(context("After your order, phone 1023456789").says(Class::Phone));
        assert!(context("واتصل بجواله: 0501234567").says(Class::Phone));
        assert!(context("رقم الهوية 1012345678").says(Class::NationalId));
        assert!(context("بلغت 1012345678 ريال").denies(Class::NationalId));
        assert!(context("0501234567 (جوال)").says(Class::Phone));
        assert!(!context("a reordered 1012345678").denies(Class::Phone));
        assert!(!context("Thanks for the order! 1012345678").denies(Class::Phone));
    }
}
