//! International bank account numbers: ISO 13616-1, with the lengths and structures of the SWIFT IBAN registry and the check digits
//! of ISO/IEC 7064 (mod 97-10), all three by the `iban_validate` crate.

use super::Scan;
use super::kind::EntityKind;
use iban::{Iban, ParseIbanError};
use std::str::FromStr;

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
    let start = first - 2;
    let bytes = view.bytes();
    let upper = bytes[start..first].iter().all(u8::is_ascii_uppercase);
    let lower = bytes[start..first].iter().all(u8::is_ascii_lowercase);
    let before = view.byte_before(start);
    let is_named = start >= 4 && bytes[start - 4..start].eq_ignore_ascii_case(b"iban");
    if !(upper || lower) || (before.is_ascii_alphanumeric() && !is_named) || before == b'_' || !view.byte(first + 1).is_ascii_digit() {
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
            b' ' | b'-' => 1,
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
            Err(ParseIbanError::UnknownCountry(_)) => {}
        }
    }
    if let Some((failed, end)) = failed.filter(|_| country(&account[..2]) != "iban") {
        scan.miss(start..end, EntityKind::Iban, failed);
    }
    first
}

/// The country of an account, by the registry.
fn country(code: &[u8]) -> &'static str {
    const COUNTRIES: &str = "AD AE AL AT AZ BA BE BG BH BI BR BY CH CR CY CZ DE DJ DK DO EE EG ES FI FK FO FR GB GE GI GL GR GT HN HR HU IE IL IQ IS IT JO KW KZ LB LC LI LT LU LV LY MC MD ME MK MN MR MT MU NI NL NO OM PK PL PS PT QA RO RS RU SA SC SD SE SI SK SM SO ST SV TL TN TR UA VA VG XK YE";
    COUNTRIES.split(' ').find(|country| country.as_bytes() == code).unwrap_or("iban")
}
