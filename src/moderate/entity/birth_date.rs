//! Dates of birth: a whole date right after a name for it. Names are data in `rules/entity/context.toml`, months in
//! `rules/lexicon/dates.toml`. A year alone is no date.

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use super::number::Number;
use super::view::View;
use crate::data::own_data;
use rustc_hash::FxHashSet;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Language {
    #[serde(default)]
    months: Vec<String>,
}

/// Names of months, folded, and what they begin with: most words are told from them by that.
struct Months {
    names: FxHashSet<String>,
    beginnings: FxHashSet<Beginning>,
    /// The same for two letters of ASCII: a bit for the second in the number of the first.
    ascii: [u32; 32],
}

/// The first two letters.
type Beginning = (Option<char>, Option<char>);

static MONTHS: LazyLock<Months> = LazyLock::new(|| {
    let languages: BTreeMap<String, Language> = own_data!("lexicon/dates.toml");
    let months = || languages.values().flat_map(|language| &language.months);
    let mut ascii = [0; 32];
    for month in months() {
        if let Some((first, second)) = ascii_beginning(month) {
            ascii[first] |= second;
        }
    }
    Months { names: months().map(|month| folded(month).collect()).collect(), beginnings: months().map(|month| beginning(month)).collect(), ascii }
});

/// The first two letters in whatever case, if they are of ASCII, as a number and a bit.
fn ascii_beginning(word: &str) -> Option<(usize, u32)> {
    let letters = word.as_bytes().first_chunk::<2>().filter(|letters| letters.iter().all(u8::is_ascii_alphabetic))?;
    Some((usize::from(letters[0] & 31), 1 << (letters[1] & 31)))
}

impl Months {
    fn has(&self, word: &str) -> bool {
        let may_be = match ascii_beginning(word) {
            Some((first, second)) => self.ascii[first] & second != 0,
            None => self.beginnings.contains(&beginning(word)),
        };
        may_be && self.names.contains(&folded(word).collect::<String>())
    }
}

fn beginning(word: &str) -> Beginning {
    let mut letters = folded(word);
    (letters.next(), letters.next())
}

/// Looks for a date whose first digit stands here, and judges it by its name. `number` is all of the number, if that can be a date.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, first: usize, number: Option<&Number<'_>>) {
    let view = scan.view;
    let digits = view.digits(first);
    let numeric = number.and_then(numeric);
    let found = numeric.or_else(|| year_first(&view, &digits)).or_else(|| day_first(&view, &digits)).or_else(|| month_first(&view, &digits));
    let Some((range, year)) = found else { return };
    // "born in Cairo, Egypt, on", and nothing that happened later.
    if !Context::of(view, &range).is_labelled_within(Class::Birth, 4, view, range.start) {
        return;
    }
    match year {
        1900..=2100 => scan.hit(range, EntityKind::BirthDate, "gregorian", 0.9),
        1300..=1450 => scan.hit(range, EntityKind::BirthDate, "hijri", 0.9),
        _ => scan.miss(range, EntityKind::BirthDate, "format"),
    }
}

/// 12/05/1990, 1990-05-12, 12.5.90.
fn numeric(number: &Number<'_>) -> Option<(Range<usize>, u32)> {
    if number.groups().len() < 3 {
        return None;
    }
    let gap = number.gap_within(0..3)?;
    if gap == super::number::Gap::Space || !number.is_date(0..3) {
        return None;
    }
    let year =
        [0, 2].into_iter().find(|group| number.groups()[*group].len() == 4).map_or_else(|| 1900 + number.value(2), |group| number.value(group));
    Some((number.range(0..3), year))
}

/// 5 May 1990, 5. Mai 1990, 5 de mayo de 1990, 5 مايو 1990.
fn day_first(view: &View<'_>, day: &Range<usize>) -> Option<(Range<usize>, u32)> {
    if !is_day(view, day) {
        return None;
    }
    let mut at = day.end;
    if let Some(suffix) = ["st", "nd", "rd", "th", "er", "º", "o"].into_iter().find(|suffix| stands(view, at, suffix)) {
        at += suffix.len();
    }
    at = skip(view, at, &["de", "of", "من", "شهر", "d'"]);
    if at == day.end && !view.char_after(at).is_some_and(char::is_alphabetic) {
        return None;
    }
    let month = month(view, at)?;
    let at = skip(view, month, &["de", "del", "عام", "سنة", "لعام"]);
    let year = view.digits(at);
    (year.len() == 4).then(|| (day.start..year.end, view.text()[year].parse().unwrap_or(0)))
}

fn is_day(view: &View<'_>, digits: &Range<usize>) -> bool {
    digits.len() <= 2 && view.text()[digits.clone()].parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
}

/// May 5, 1990.
fn month_first(view: &View<'_>, day: &Range<usize>) -> Option<(Range<usize>, u32)> {
    let mut at = day.end;
    if let Some(suffix) = ["st", "nd", "rd", "th"].into_iter().find(|suffix| stands(view, at, suffix)) {
        at += suffix.len();
    }
    at = view.run(at, |byte| matches!(byte, b',' | b' '));
    let year = view.digits(at);
    if year.len() != 4 || !is_day(view, day) {
        return None;
    }
    let from = view.line_start(day.start, 24);
    let before = view.text()[from..day.start].trim_end();
    let word = before.rsplit(|character: char| character.is_whitespace() || character == ':').next()?;
    let start = from + before.len() - word.len();
    MONTHS.has(word.trim_end_matches('.')).then(|| (start..year.end, view.text()[year].parse().unwrap_or(0)))
}

/// 1990年5月12日.
fn year_first(view: &View<'_>, digits: &Range<usize>) -> Option<(Range<usize>, u32)> {
    if view.byte(digits.end).is_ascii() {
        return None;
    }
    let mut at = digits.start;
    for sign in ['年', '月', '日'] {
        at = view.digits(at).end;
        if view.char_after(at) != Some(sign) {
            return None;
        }
        at += sign.len_utf8();
    }
    Some((digits.start..at, view.text()[digits.clone()].parse().unwrap_or(0)))
}

/// Whether a text stands here.
#[inline]
fn stands(view: &View<'_>, at: usize, text: &str) -> bool {
    // The first byte tells nearly always.
    text.as_bytes().first() == view.bytes().get(at) && view.text()[at..].starts_with(text)
}

/// Passes spaces, commas, points and these words.
fn skip(view: &View<'_>, at: usize, words: &[&str]) -> usize {
    let mut at = at;
    loop {
        let from = at;
        loop {
            at = view.run(at, |byte| matches!(byte, b' ' | b',' | b'.' | b'-' | b'/'));
            if !stands(view, at, "،") {
                break;
            }
            at += '،'.len_utf8();
        }
        for word in words {
            if stands(view, at, word) && !view.text()[at + word.len()..].starts_with(char::is_alphabetic) {
                at += word.len();
            }
        }
        if at == from {
            return at;
        }
    }
}

/// Where the name of a month that begins here ends: of two words, or one.
fn month(view: &View<'_>, at: usize) -> Option<usize> {
    let text = &view.text()[at..];
    let word =
        |from: usize| from + text[from..].find(|character: char| !character.is_alphabetic() && character != '\u{64b}').unwrap_or(text.len() - from);
    let one = word(0);
    if one == 0 || one > 40 {
        return None;
    }
    if text[one..].starts_with(' ') {
        let two = word(one + 1);
        if two > one + 1 && two < 60 && MONTHS.has(&text[..two]) {
            return Some(at + two);
        }
    }
    MONTHS.has(&text[..one]).then_some(at + one)
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    let letters = text.chars().filter(|character| !('\u{64b}'..='\u{652}').contains(character));
    let unified = letters.map(|character| match character {
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        other => other,
    });
    unified.flat_map(char::to_lowercase)
}
