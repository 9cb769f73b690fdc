//! International bank account numbers: ISO 13616-1, with the lengths and structures of the SWIFT IBAN registry and the check digits
//! of ISO/IEC 7064 (mod 97-10), all three by the `iban_validate` crate.

use super::Scan;
use super::kind::EntityKind;
use crate::data::own_data;
use iban::{Iban, ParseIbanError};
use serde::Deserialize;
use std::collections::BTreeMap;
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
    let last = if matches!(bytes[first - 1], b' ' | b'-') { first - 1 } else { first };
    let Some(pair) = last.checked_sub(2) else { return first };
    let start = if last < first && pair > 0 && matches!(bytes[pair], b' ' | b'-') { pair - 1 } else { pair };
    let letters = [bytes[start], bytes[last - 1]];
    let upper = letters.iter().all(u8::is_ascii_uppercase);
    let lower = letters.iter().all(u8::is_ascii_lowercase) && last == first;
    let before = view.byte_before(start);
    let is_named = start >= 4 && bytes[start - 4..start].eq_ignore_ascii_case(b"iban");
    let second = if last == first || view.byte(first + 1).is_ascii_digit() { first + 1 } else { first + 2 };
    if !(upper || lower) || (before.is_ascii_alphanumeric() && !is_named) || before == b'_' || !view.byte(second).is_ascii_digit() {
        return first;
    }
    // Characters of the account, and the ends of the groups they stand in.
    let (mut account, mut length) = ([0; LONGEST], 0);
    let (mut ends, mut count) = ([(0, 0); LONGEST], 0);
    let mut at = start;
    loop {
        let byte = view.byte(at);
        if byte.is_ascii_alphanumeric() && length < LONGEST {
            account[length] = byte.to_ascii_uppercase();
            length += 1;
            at += 1;
            continue;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            break; // longer than any: the group it ends in is no end
        }
        if count < ends.len() {
            ends[count] = (length, at);
            count += 1;
        }
        let gap = match byte {
            b' ' | b'-' | b'.' | b'/' => 1,
            0xc2 if view.byte(at + 1) == 0xa0 => 2,
            _ => break,
        };
        if !view.byte(at + gap).is_ascii_alphanumeric() {
            break;
        }
        at += gap;
    }
    let mut failed = None;
    for (length, end) in ends[..count].iter().rev().filter(|(length, _)| *length >= SHORTEST) {
        let Ok(text) = std::str::from_utf8(&account[..*length]) else { continue };
        match Iban::from_str(text) {
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
