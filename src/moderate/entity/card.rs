//! Payment cards: issuer prefix and length, then the check digit of ISO/IEC 7812-1 annex B (Luhn).
//!
//! Prefixes and lengths as the networks publish them (ISO/IEC 7812 issuer identification numbers; Visa, Mastercard, American
//! Express, Diners, Discover, JCB, UnionPay, RuPay, Mir, Troy, Meeza, mada).

use super::Scan;
use super::keyword::Class;
use super::kind::EntityKind;
use super::number::{Gap, Number};

/// First prefix, last prefix, bit per length, name.
type Issuer = (u32, u32, u32, &'static str);

const fn lengths(list: &[u32]) -> u32 {
    let (mut bits, mut at) = (0, 0);
    while at < list.len() {
        bits |= 1 << list[at];
        at += 1;
    }
    bits
}

/// Prefixes of six digits; the first that fits names the issuer, so narrow ones come first.
const ISSUERS: &[Issuer] = &[
    (507803, 507810, lengths(&[16]), "meeza"),
    (968201, 968299, lengths(&[16]), "mada"),
    (979200, 979299, lengths(&[16]), "troy"),
    (220000, 220499, lengths(&[16, 17, 18, 19]), "mir"),
    (222100, 272099, lengths(&[16]), "mastercard"),
    (510000, 559999, lengths(&[16]), "mastercard"),
    (400000, 499999, lengths(&[13, 16, 19]), "visa"),
    (340000, 349999, lengths(&[15]), "american-express"),
    (370000, 379999, lengths(&[15]), "american-express"),
    (300000, 305999, lengths(&[14, 16]), "diners"),
    (309500, 309599, lengths(&[14, 16]), "diners"),
    (360000, 369999, lengths(&[14]), "diners"),
    (380000, 399999, lengths(&[14, 16]), "diners"),
    (352800, 358999, lengths(&[16, 17, 18, 19]), "jcb"),
    (601100, 601199, lengths(&[16, 19]), "discover"),
    (644000, 649999, lengths(&[16, 19]), "discover"),
    (608100, 608199, lengths(&[16]), "rupay"),
    (652150, 653149, lengths(&[16]), "rupay"),
    (650000, 659999, lengths(&[16, 19]), "discover"),
    (508500, 508999, lengths(&[16]), "rupay"),
    (620000, 629999, lengths(&[16, 17, 18, 19]), "unionpay"),
    (500000, 509999, lengths(&[13, 15, 16, 18, 19]), "maestro"),
    (560000, 589999, lengths(&[13, 15, 16, 18, 19]), "maestro"),
    (670000, 679999, lengths(&[13, 15, 16, 18, 19]), "maestro"),
];

/// Whether the digits end in their check digit (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Finds a card that its name is joined to: "PAN4111…".
pub(super) fn find_glued(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) {
    if scan.has(EntityKind::Card) && number.says(Class::Card) {
        find(scan, number);
    }
}

/// Finds the cards among the groups of a number.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) {
    if !scan.has(EntityKind::Card) || number.digit_count() < 13 || number.plus || number.follows_account() {
        return;
    }
    let count = number.groups().len();
    let mut from = 0;
    while from < count {
        let mut windows = (from + 1..=count).rev().filter(|to| (13..=19).contains(&number.width(from..*to)) && whole(number, from, *to));
        // A card's date may look like its last group.
        from = windows.find(|to| judge(scan, number, from, *to)).unwrap_or(from + 1);
    }
}

/// Whether a window can be a card as written: one run, or groups with one kind of mark, parted from their neighbours.
fn whole(number: &Number<'_>, from: usize, to: usize) -> bool {
    let groups = &number.groups()[from..to];
    let gap = number.gap_within(from..to);
    let lengths = || groups.iter().map(|group| group.len());
    let fours = groups.len() >= 4 && lengths().rev().skip(1).all(|length| length == 4) && lengths().next_back().is_some_and(|last| last <= 4);
    let written = match gap {
        Some(Gap::None) => true,
        // Digit by digit.
        Some(Gap::Space | Gap::Hyphen | Gap::Dot) if groups.len() > 12 => lengths().all(|length| length == 1) && number.says(Class::Card),
        Some(Gap::Slash | Gap::Wide) => fours,
        Some(Gap::Space | Gap::Hyphen | Gap::Dot) => fours || lengths().eq([4, 6, 5]) || lengths().eq([4, 6, 4]) || lengths().eq([6, 13]),
        _ => false,
    };
    let apart =
        |group: usize| group == 0 || group == number.groups().len() || !matches!(number.groups()[group].gap, Gap::Hyphen | Gap::Dot | Gap::Bracket);
    written && apart(from) && apart(to)
}

fn judge(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>, from: usize, to: usize) -> bool {
    let Some(digits) = number.digits(from..to) else { return false };
    let (digits, range) = (digits.as_str(), number.range(from..to));
    let prefix = digits[..6].parse().unwrap_or(0);
    let issuer = ISSUERS.iter().find(|(first, last, lengths, _)| (*first..=*last).contains(&prefix) && lengths & 1 << digits.len() != 0);
    let named = number.says(Class::Card);
    let Some((.., name)) = issuer else {
        if named && luhn(digits) {
            scan.miss(range, EntityKind::Card, "issuer");
        }
        return false;
    };
    let view = scan.view;
    // Four groups of a longer row of fours are a part of it; a card's date or code is shorter.
    let four = |group: usize| number.groups().get(group).is_some_and(|group| group.len() == 4);
    let row = (from > 0 && number.groups()[from].gap == Gap::Space && four(from - 1))
        || number.groups().get(to).is_some_and(|next| next.gap == Gap::Space && next.len() == 4);
    if to - from > 1 && row && !named {
        scan.miss(range, EntityKind::Card, "boundary");
        return false;
    }
    // "PAN4111…": its name may be joined to it.
    let is_glued =
        view.is_glued(&range) && !(named && view.byte_before(range.start).is_ascii_alphabetic() && !view.byte(range.end).is_ascii_alphanumeric());
    // "4111…/12/28" has its date behind it.
    let is_continued = number.is_continued(&range) && view.byte(range.end) != b'/';
    if is_glued || is_continued || view.is_in_address(range.start) || matches!(view.byte_before(range.start), b'-' | b'#') {
        scan.miss(range, EntityKind::Card, "boundary");
        return false;
    }
    if !luhn(digits) {
        scan.miss(range, EntityKind::Card, "checksum");
        return false;
    }
    // Thirteen digits are an EAN more often than an old Visa, and ones that are long, loose and unnamed a serial number.
    // The ids of large networks are as long, and the second series of Mastercard has many beginnings.
    let weak = digits.len() == 13
        || (digits.len() == 14 && to - from == 1 && prefix >= 380_000)
        || (to - from == 1 && (222_100..=272_099).contains(&prefix))
        || *name == "maestro"
        || digits.bytes().all(|digit| digit == digits.as_bytes()[0]);
    if number.context().denies(Class::Card) && !number.says(Class::Card) || (weak && !named) {
        scan.miss(range, EntityKind::Card, "context");
        return false;
    }
    let grouped = to - from > 1;
    scan.hit(range, EntityKind::Card, name, if named || grouped { 0.95 } else { 0.8 });
    true
}
