//! Telephone numbers that are spelled out, a word for each digit: "zero five five …". Words are data (`rules/entity/spoken.toml`).

use super::Scan;
use super::number::{DIGITS, Digits};
use super::phone;
use super::view::View;
use crate::data::own_data;
use aho_corasick::packed::Searcher;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    /// Words, by digit.
    digits: Vec<Vec<String>>,
    /// Words that write the next digit more than once.
    twice: Vec<String>,
    thrice: Vec<String>,
    /// A leading plus.
    plus: Vec<String>,
    /// What is searched for.
    beginnings: Vec<String>,
}

static SPOKEN: LazyLock<Spoken> = LazyLock::new(|| own_data!("entity/spoken.toml"));

/// What a word is in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Digit(u8),
    /// Digits that stand among the words.
    Written,
    Times(usize),
    Plus,
}

static WORDS: LazyLock<FxHashMap<&'static str, Word>> = LazyLock::new(|| {
    let mut words = FxHashMap::default();
    for (digit, names) in (b'0'..=b'9').zip(&SPOKEN.digits) {
        words.extend(names.iter().map(|name| (name.as_str(), Word::Digit(digit))));
    }
    for (names, word) in [(&SPOKEN.twice, Word::Times(2)), (&SPOKEN.thrice, Word::Times(3)), (&SPOKEN.plus, Word::Plus)] {
        words.extend(names.iter().map(|name| (name.as_str(), word)));
    }
    words
});

static SEARCH: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let cases = SPOKEN.beginnings.iter().flat_map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        [word.clone(), word.to_uppercase(), first.to_uppercase() + rest]
    });
    Searcher::new(cases.collect::<std::collections::BTreeSet<_>>())
});

/// Digits of a number that is spelled out; fewer are a pin, or a score.
const SHORTEST: usize = 9;
/// Words of it; the others may be written as digits.
const FEWEST: usize = 3;
/// Digits in a row among the words.
const LONGEST_WRITTEN: usize = 10;
/// Letters of the longest word, in bytes.
const LONGEST_WORD: usize = 20;
/// Bytes between two words.
const LONGEST_GAP: usize = 3;

/// Finds the numbers of the whole text.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>) {
    let Some(search) = &*SEARCH else { return };
    let view = scan.view;
    let mut read = 0;
    for found in search.find_iter(view.bytes()) {
        if found.start() < read {
            continue;
        }
        let Some((_, first)) = word_at(&view, found.start()) else { continue };
        // Most stand alone.
        let (before, after) = (word_before(&view, first.start), word_after(&view, first.end));
        if before.is_none() && after.is_none() {
            continue;
        }
        let mut start = first.start;
        while let Some((_, word)) = word_before(&view, start).filter(|(_, word)| word.start >= read) {
            start = word.start;
        }
        read = number(scan, start);
    }
}

/// Judges the number whose first word begins here; gives where its words end.
fn number(scan: &mut Scan<'_, '_, '_>, start: usize) -> usize {
    let view = scan.view;
    let (mut digits, mut times, mut is_plus, mut end, mut count) = (Digits::empty(), 1, false, start, 0);
    let mut next = word_at(&view, start);
    while let Some((word, range)) = next {
        match word {
            Word::Digit(digit) => {
                (0..times).for_each(|_| digits.push(digit));
                times = 1;
                count += 1;
            }
            Word::Written => view.bytes()[range.clone()].iter().for_each(|byte| digits.push(*byte)),
            Word::Times(by) => times = by,
            Word::Plus if count > 0 => break,
            Word::Plus => is_plus = true,
        }
        end = range.end;
        next = word_after(&view, end);
    }
    if count >= FEWEST && (SHORTEST..DIGITS).contains(&digits.as_str().len()) {
        phone::spelled_out(scan, start..end, digits.as_str(), is_plus);
    }
    end
}

/// The word that holds a place, if it is one of a number.
fn word_at(view: &View<'_>, at: usize) -> Option<(Word, Range<usize>)> {
    let text = view.text();
    let mut start = at;
    for character in text[..at].chars().rev() {
        if !character.is_alphabetic() || at - start > LONGEST_WORD {
            break;
        }
        start -= character.len_utf8();
    }
    let length: usize = text[start..].chars().take_while(|c| c.is_alphabetic()).take(LONGEST_WORD).map(char::len_utf8).sum();
    let range = start..start + length;
    let word = &text[range.clone()];
    let known = WORDS.get(word).or_else(|| WORDS.get(word.to_lowercase().as_str()));
    known.map(|known| (*known, range.clone())).or_else(|| digit_at(view, at))
}

/// Digits among the words.
fn digit_at(view: &View<'_>, at: usize) -> Option<(Word, Range<usize>)> {
    let digit = view.byte(at);
    if !digit.is_ascii_digit() {
        return None;
    }
    let token = view.token(at);
    let is_written = token.len() <= LONGEST_WRITTEN && view.bytes()[token.clone()].iter().all(u8::is_ascii_digit);
    is_written.then_some((if token.len() == 1 { Word::Digit(digit) } else { Word::Written }, token))
}

fn is_gap(character: char) -> bool {
    matches!(character, ' ' | ',' | '-' | '.' | '،' | '/')
}

fn word_after(view: &View<'_>, end: usize) -> Option<(Word, Range<usize>)> {
    let rest = &view.text()[end..];
    let gap = rest.len() - rest.trim_start_matches(is_gap).len();
    if !(1..=LONGEST_GAP).contains(&gap) || rest.len() == gap {
        return None;
    }
    word_at(view, end + gap)
}

fn word_before(view: &View<'_>, start: usize) -> Option<(Word, Range<usize>)> {
    let before = &view.text()[..start];
    let trimmed = before.trim_end_matches(is_gap);
    let last = trimmed.chars().next_back().filter(|_| (1..=LONGEST_GAP).contains(&(before.len() - trimmed.len())))?;
    word_at(view, trimmed.len() - last.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderate::entity::{EntityFinder, EntityKind};

    #[test]
    fn numbers_that_are_spelled_out() {
        assert_eq!(SPOKEN.digits.len(), 10);
        let finder = EntityFinder::new(&[(EntityKind::Phone, vec!["SA".parse().unwrap(), "EG".parse().unwrap()])]);
        for (text, found) in [
            ("call zero five five one two three four five six seven now", Some("zero five five one two three four five six seven")),
            ("Zero-Five-Double Five-one two three four 5 six", Some("Zero-Five-Double Five-one two three four 5 six")),
            ("plus nine six six five five one two three four five six seven", Some("plus nine six six five five one two three four five six seven")),
            ("جوالي صفر خمسة خمسة واحد اثنين ثلاثة أربعة خمسة ستة سبعة شكرا", Some("صفر خمسة خمسة واحد اثنين ثلاثة أربعة خمسة ستة سبعة")),
            ("ten nine eight seven six five four three two one zero", None),
            ("one two three four five six seven eight nine", None),
            ("zero five five one two", None),
            ("من واحد إلى تسعة، خمس مدن وسبع قرى", None),
        ] {
            let mut matches = Vec::new();
            finder.find(text, &mut matches, None);
            assert_eq!(matches.first().map(|found| &text[found.range.clone()]), found, "{text}");
        }
    }
}
