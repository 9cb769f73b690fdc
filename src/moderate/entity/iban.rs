//! International bank account numbers: ISO 13616-1, with the lengths and structures of the SWIFT IBAN registry and the check digits
//! of ISO/IEC 7064 (mod 97-10), all three by the `iban_validate` crate.

use super::Scan;
use super::kind::EntityKind;
use super::view::View;
use crate::data::own_data;
use crate::moderate::letters::LETTERS;
use iban::{Iban, ParseIbanError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;
use std::sync::LazyLock;

/// Accounts of the registry that the crate does not know (`rules/entity/iban.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    countries: BTreeMap<String, String>,
}

static MORE: LazyLock<More> = LazyLock::new(|| own_data!("entity/iban.toml"));

/// The longest IBAN of the registry.
const LONGEST: usize = 34;
/// Letters of the country.
const COUNTRY: usize = 2;
/// Where many countries have a bank's letters, behind the check digits.
const BANK: Range<usize> = 4..8;
/// The shortest (Norway).
const SHORTEST: usize = 15;

/// Looks for an account number whose check digits begin at `first`; gives where it ends, or `first`.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, first: usize) -> usize {
    if !scan.has(EntityKind::Iban) || first < 2 {
        return first;
    }
    let view = scan.view;
    let bytes = view.bytes();
    // The country may stand apart, in one piece or in two: "QA 40QNBA…", "S A 0 3 …".
    // An O for the first check digit, as in "SAO3 …".
    let has_letter =
        bytes[first - 1] == b'O' && country_before(&view, first - 1, false).is_some_and(|(country, _)| country.iter().all(u8::is_ascii_uppercase));
    let check = first - usize::from(has_letter);
    let last = if matches!(bytes[check - 1], b' ' | b'-') { check - 1 } else { check };
    let Some((letters, start)) = country_before(&view, last, last < check) else { return first };
    let upper = letters.iter().all(u8::is_ascii_uppercase);
    let lower = letters.iter().all(u8::is_ascii_lowercase) && last == check;
    let before = view.byte_before(start);
    let is_named = start >= 4 && bytes[start - 4..start].eq_ignore_ascii_case(b"iban");
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'O';
    let second = if last == check || is_digit(view.byte(check + 1)) { check + 1 } else { check + 2 };
    if !(upper || lower) || (before.is_ascii_alphanumeric() && !is_named) || before == b'_' || !is_digit(view.byte(second)) {
        return first;
    }
    // Characters of the account, and the ends of the groups they stand in.
    let (mut account, mut length) = ([0; LONGEST], 0);
    let (mut ends, mut count) = ([(0, 0); LONGEST], 0);
    let mut at = start;
    loop {
        let byte = view.byte(at);
        let next = view.char_after(at);
        if let Some(character) = next.and_then(in_ascii).filter(|_| length < LONGEST) {
            // A word in letters of another script may follow right behind.
            if !byte.is_ascii() && count < ends.len() {
                ends[count] = (length, at);
                count += 1;
            }
            account[length] = character.to_ascii_uppercase();
            length += 1;
            at += next.map_or(1, char::len_utf8);
            continue;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            break; // longer than any: the group it ends in is no end
        }
        if count < ends.len() {
            ends[count] = (length, at);
            count += 1;
        }
        let gap = match next {
            Some(mark @ (' ' | '\u{a0}' | '-' | '.' | '/' | '·' | '\u{2022}' | '\u{2010}'..='\u{2015}' | '\u{2212}')) => mark.len_utf8(),
            _ => break,
        };
        if view.char_after(at + gap).and_then(in_ascii).is_none() {
            break;
        }
        at += gap;
    }
    let mut failed = None;
    for (length, end) in ends[..count].iter().rev().filter(|(length, _)| *length >= SHORTEST) {
        match parsed(&account[..*length]) {
            Ok(_) => {
                let country = country(&account[..2]);
                scan.hit(start..*end, EntityKind::Iban, country, 0.99);
                return *end;
            }
            Err(ParseIbanError::InvalidBban(_)) => failed = Some(("length", *end)),
            Err(ParseIbanError::InvalidBaseIban { .. }) => failed = failed.or(Some(("checksum", *end))),
            Err(ParseIbanError::UnknownCountry(_)) => {
                if let Some((country, _)) = MORE.countries.iter().find(|(country, shape)| is_shaped(&account[..*length], country, shape)) {
                    scan.hit(start..*end, EntityKind::Iban, country, 0.99);
                    return *end;
                }
            }
        }
    }
    if let Some((failed, end)) = failed.filter(|_| country(&account[..2]) != "iban") {
        scan.miss(start..end, EntityKind::Iban, failed);
    }
    first
}

/// Reads an account; letters O in it may stand for zeros, of which the check digits tell.
fn parsed(account: &[u8]) -> Result<Iban, ParseIbanError> {
    let parse = |account: &[u8]| Iban::from_str(std::str::from_utf8(account).unwrap_or_default());
    let written = parse(account);
    if written.is_ok() || !account[COUNTRY..].contains(&b'O') {
        return written;
    }
    let zeroed = |kept: Range<usize>| {
        let mut account = account.to_vec();
        account.iter_mut().enumerate().skip(COUNTRY).filter(|(at, byte)| **byte == b'O' && !kept.contains(at)).for_each(|(_, byte)| *byte = b'0');
        parse(&account)
    };
    zeroed(0..0).or_else(|_| zeroed(BANK)).or(written)
}

/// The letters of the country that end at a place, and where they begin; `is_apart` lets them stand apart from each other.
fn country_before(view: &View<'_>, end: usize, is_apart: bool) -> Option<([u8; COUNTRY], usize)> {
    let letter_before = |end: usize| view.char_before(end).and_then(|character| Some((in_ascii(character)?, end - character.len_utf8())));
    let (second, at) = letter_before(end)?;
    let at = at - usize::from(is_apart && matches!(view.byte_before(at), b' ' | b'-'));
    let (first, start) = letter_before(at)?;
    Some(([first, second], start))
}

/// A letter or digit of ASCII, or the letter that one of another script looks like.
fn in_ascii(character: char) -> Option<u8> {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric().then_some(character as u8);
    }
    let letter = LETTERS.latin(character.to_lowercase().next()?)? as u8;
    Some(if character.is_uppercase() { letter.to_ascii_uppercase() } else { letter })
}

/// Whether an account is of a country and written as the registry says.
fn is_shaped(account: &[u8], country: &str, shape: &str) -> bool {
    let fits = |(byte, shape): (&u8, u8)| match shape {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_alphanumeric(),
    };
    account.len() == 4 + shape.len() && account.starts_with(country.as_bytes()) && account[4..].iter().zip(shape.bytes()).all(fits)
}

/// The country of an account, by the registry.
fn country(code: &[u8]) -> &'static str {
    const COUNTRIES: &str = "AD AE AL AT AZ BA BE BG BH BI BR BY CH CR CY CZ DE DJ DK DO EE EG ES FI FK FO FR GB GE GI GL GR GT HN HR HU IE IL IQ IS IT JO KW KZ LB LC LI LT LU LV LY MC MD ME MK MN MR MT MU NI NL NO OM PK PL PS PT QA RO RS RU SA SC SD SE SI SK SM SO ST SV TL TN TR UA VA VG XK YE";
    COUNTRIES.split(' ').find(|country| country.as_bytes() == code).unwrap_or("iban")
}
