//! Telephone numbers: international form everywhere, national forms of the configured regions.
//!
//! The numbering plans are libphonenumber's metadata, read through the `phonenumber` crate; ITU-T E.164 gives the outer form (at most
//! 15 digits, country code first), E.123 the written ones.

mod book;
mod form;
mod plan;
mod surroundings;

pub(super) use book::PhoneBook;
pub(crate) use plan::in_full;
pub(super) use plan::international;

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use super::number::{Gap, Number};
use crate::data::own_data;
use form::{Form, score};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;
use surroundings::{fits, is_marked};

/// Numbers that no plan has and people write, and letters that are written for digits (`rules/entity/phone.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    fiction: FxHashMap<String, Vec<String>>,
    letters: FxHashMap<char, String>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| own_data!("entity/phone.toml"));

/// Finds the telephone numbers among the groups of a number.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) {
    if !scan.has(EntityKind::Phone) {
        return;
    }
    let count = number.groups().len();
    let mut from = 0;
    while from < count {
        let windows = (from + 1..=count).rev().filter(|to| number.parts_before(*to)).map(|to| from..to);
        let mut found = None;
        if number.parts_before(from) {
            for window in windows {
                if (7..=18).contains(&number.width(window.clone()))
                    && let Some((region, score)) = judge(scan, number, window.clone())
                {
                    found = Some((window, region, score));
                    break;
                }
            }
        }
        let Some((window, region, score)) = found else {
            from += 1;
            continue;
        };
        from = window.end;
        scan.hit(spelled(number, window), EntityKind::Phone, region, score);
    }
}

/// The bytes of a window with the plus or bracket that belong to it.
fn spelled(number: &Number<'_>, window: Range<usize>) -> Range<usize> {
    let range = number.range(window.clone());
    let start = if window.start == 0 {
        number.start
    } else if number.view.byte_before(range.start) == b'(' && number.view.bytes()[range.clone()].contains(&b')') {
        range.start - 1
    } else {
        range.start
    };
    start..range.end
}

fn judge(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>, window: Range<usize>) -> Option<(&'static str, f32)> {
    let mut digits = number.digits(window.clone())?;
    let range = number.range(window.clone());
    let plus = number.plus && window.start == 0;
    let view = number.view;
    // "(0)" after a country code is not dialled from abroad.
    if (plus || digits.as_str().starts_with("00")) && number.groups()[window.clone()].iter().any(|group| is_optional_zero(number, group)) {
        let mut kept = super::number::Digits::empty();
        for group in number.groups()[window.clone()].iter().filter(|group| !is_optional_zero(number, group)) {
            view.bytes()[group.start..group.end].iter().for_each(|byte| kept.push(*byte));
        }
        digits = kept;
    }
    let text = digits.as_str();
    let phones = &scan.finder.phones;
    let (region, form) = if plus {
        (international(text.strip_prefix("00").unwrap_or(text)), Form::Plus)
    } else if let Some(rest) = text.strip_prefix("00").filter(|rest| rest.len() >= 8) {
        (international(rest), Form::Zeros)
    } else if let Some((region, form)) = phones.national(text) {
        (Some(region), form)
    } else {
        (phones.bare_international(text), Form::Code)
    };
    let whole = spelled(number, window.clone());
    let Some(region) = region else {
        if (7..=15).contains(&text.len()) && window == (0..number.groups().len()) && is_named_value(number) && !number.is_date(window.clone()) {
            return Some(("unknown", 0.7));
        }
        let looks = plus || text.starts_with('0') || number.says(Class::Phone);
        if scan.near.is_some() && looks && window == (0..number.groups().len()) && !number.is_date(window.clone()) {
            scan.miss(whole, EntityKind::Phone, if (9..=15).contains(&text.len()) { "region" } else { "length" });
        }
        return None;
    };
    if !fits(number, &window, &range, plus) || (view.is_in_address(whole.start) && !is_marked(&view, whole.start)) {
        scan.miss(whole, EntityKind::Phone, "boundary");
        return None;
    }
    if number.is_date(window.clone()) || is_book_number(number, &window, text) || is_of_year(number, &window) {
        scan.miss(whole, EntityKind::Phone, "format");
        return None;
    }
    let groups = &number.groups()[window.clone()];
    // "966501234567+": on a line from right to left the plus is typed last.
    let plus_after = form == Form::Code && window.end == number.groups().len() && view.byte(range.end) == b'+' && text.len() >= 11;
    let score = if plus_after && !view.byte(range.end + 1).is_ascii_alphanumeric() { Some(0.8) } else { score(number, &window, groups, form) };
    if score.is_none() {
        scan.miss(whole, EntityKind::Phone, "context");
    }
    score.map(|score| (region, score))
}

/// Digits of the shortest number in which letters stand for some.
const WITH_LETTERS: usize = 5;

/// Judges a number some of whose digits are letters that look like them, as in "O5Ol234567"; gives whether it is one.
pub(super) fn with_letters(scan: &mut Scan<'_, '_, '_>, range: Range<usize>) -> bool {
    let mut digits = super::number::Digits::empty();
    let mut count = 0;
    for byte in &scan.view.bytes()[range.clone()] {
        match byte {
            b'0'..=b'9' => {
                count += 1;
                digits.push(*byte);
            }
            byte => match DATA.letters.iter().find(|(_, letters)| letters.as_bytes().contains(byte)) {
                Some((digit, _)) => digits.push(*digit as u8),
                None => return false,
            },
        }
    }
    let national = scan.finder.phones.national(digits.as_str()).filter(|(_, form)| *form == Form::Trunk && count >= WITH_LETTERS);
    let Some((region, _)) = national.filter(|_| Context::of(scan.view, &range).says(Class::Phone)) else { return false };
    scan.hit(range, EntityKind::Phone, region, 0.8);
    true
}

/// Judges a number that is spelled out, a word for each digit: with a plus, or as it is dialled at home.
pub(super) fn spelled_out(scan: &mut Scan<'_, '_, '_>, range: Range<usize>, digits: &str, is_plus: bool) {
    let phones = &scan.finder.phones;
    let abroad = digits.strip_prefix("00").filter(|_| !is_plus);
    let is_named = || Context::of(scan.view, &range).says(Class::Phone);
    let region = if is_plus {
        international(digits)
    } else if let Some(digits) = abroad {
        international(digits)
    } else {
        // Digits in their order are counted, not dialled.
        let is_counted = digits.as_bytes().windows(2).all(|pair| pair[0].abs_diff(pair[1]) == 1);
        let national = phones.national(digits).filter(|(_, form)| !is_counted && (*form == Form::Trunk || is_named()));
        national.map(|(region, _)| region).or_else(|| phones.bare_international(digits).filter(|_| is_named()))
    };
    match region {
        Some(region) => scan.hit(range, EntityKind::Phone, region, 0.8),
        None => scan.miss(range, EntityKind::Phone, "region"),
    }
}

fn is_optional_zero(number: &Number<'_>, group: &super::number::Group) -> bool {
    group.len() == 1 && number.view.byte(group.start) == b'0' && number.view.byte_before(group.start) == b'(' && number.view.byte(group.end) == b')'
}

/// Whether a number is all of a value that is called a phone, as in `"telephone": "678-667-0125"`: it is one in whatever country.
fn is_named_value(number: &Number<'_>) -> bool {
    let view = number.view;
    let others = [&view.text()[..number.start], &view.text()[number.end()..]];
    !view.label().is_empty() && !others.iter().any(|other| other.contains(char::is_alphanumeric)) && number.says(Class::Phone)
}

/// Whether a number is one of a year's, as in "0551/2024", and not called a phone.
fn is_of_year(number: &Number<'_>, window: &Range<usize>) -> bool {
    let groups = &number.groups()[window.clone()];
    let is_year = |group: usize| number.groups()[group].len() == 4 && (1900..=2099).contains(&number.value(group));
    groups.len() == 2 && groups[1].gap == Gap::Slash && (is_year(window.start) || is_year(window.start + 1)) && !number.says(Class::Phone)
}

/// ISBN-13 and EAN-13 of books: prefix 978 or 979 and a check digit with weights 1 and 3 (ISO 2108).
fn is_book_number(number: &Number<'_>, window: &Range<usize>, digits: &str) -> bool {
    let plus = number.plus && window.start == 0;
    !plus && digits.len() == 13 && (digits.starts_with("978") || digits.starts_with("979")) && {
        let sum: u32 = digits.bytes().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        sum.is_multiple_of(10)
    }
}
