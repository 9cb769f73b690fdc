//! Numbers that a state gives its people: each with the structure and check digits that its authority publishes.
//!
//! A number that other numbers look like (ten or eleven digits with one check digit) is sure only when it is named; the score says
//! which: 0.95 named, 0.5 to 0.8 by its own structure.

mod checksum;
mod scheme;

use super::Scan;
use super::keyword::{Class, Context, region_before};
use super::kind::EntityKind;
use super::number::{Gap, Number};
use scheme::{LETTERED, SCHEMES, Scheme};
use std::ops::Range;

/// Letters and digits of the shortest id with letters.
const SHORTEST_SMALL: usize = 9;

/// Finds the ids of digits alone among the groups of a number.
pub(super) fn find_digits(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) {
    if !scan.has(EntityKind::NationalId) || number.plus || number.follows_account() {
        return;
    }
    let count = number.groups().len();
    for from in 0..count {
        for to in (from + 1..=count).rev() {
            let width = number.width(from..to);
            if !(9..=18).contains(&width) || !number.parts_before(from) || !number.parts_before(to) {
                continue;
            }
            if judge(scan, number, from, to, width) {
                return;
            }
        }
    }
}

fn judge(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>, from: usize, to: usize, width: usize) -> bool {
    let view = scan.view;
    let range = number.range(from..to);
    let mut digits = None;
    let mut failed = None;
    let finder = scan.finder;
    let regions = finder.regions(EntityKind::NationalId);
    let mut best: Option<(&'static str, f32)> = None;
    let mut only = None;
    for scheme in SCHEMES.iter().filter(|scheme| usize::from(scheme.digits) == width) {
        let asked = regions.iter().any(|region| region.is(scheme.region));
        if (!regions.is_empty() && !asked) || !is_written_so(number, from, to, scheme) {
            continue;
        }
        if digits.is_none() {
            digits = number.digits(from..to);
            // "CPF" and "TC kimlik" are of one country: what fails its check is no other's.
            only = Some(()).filter(|()| is_named(number.context(), width, !regions.is_empty())).and_then(|()| region_before(view, range.start));
        }
        if only.is_some_and(|only| only != scheme.region) {
            continue;
        }
        let Some(text) = digits.as_ref().map(super::number::Digits::as_str) else { return false };
        match (scheme.check)(text.as_bytes()) {
            Ok(()) => {}
            Err(reason) => {
                failed = failed.or(Some(reason));
                continue;
            }
        }
        let named = is_named(number.context(), width, asked);
        let grouped = to - from > 1;
        // Nine digits in groups are unmistakable with hyphens only.
        if grouped && !named && width == 9 && number.gap_within(from..to) != Some(Gap::Hyphen) {
            continue;
        }
        let score = if named {
            0.95
        } else if grouped {
            scheme.grouped
        } else {
            scheme.bare
        };
        // Where no region was asked for, only what no other number looks like counts without a name.
        let score = if named || asked || score >= 0.7 { score } else { 0.0 };
        if best.is_none_or(|(_, other)| score > other) {
            best = Some((scheme.region, score));
        }
    }
    let Some((region, score)) = best else {
        if let Some(failed) = failed.filter(|_| scan.near.is_some() && is_named(number.context(), width, !regions.is_empty())) {
            scan.miss(range, EntityKind::NationalId, failed);
        }
        return false;
    };
    let glued = view.is_glued(&range)
        || matches!(view.byte_before(range.start), b'#' | b'$' | b'@' | b'-' | b'.')
        || matches!(view.byte(range.end), b'@' | b'%');
    // Groups within a longer row of groups are a part of it.
    let spaced = |group: usize| number.groups().get(group).is_some_and(|group| group.gap == Gap::Space);
    if to - from > 1 && (from > 0 && spaced(from) || spaced(to)) && !is_named(number.context(), width, !regions.is_empty()) {
        scan.miss(range, EntityKind::NationalId, "boundary");
        return false;
    }
    let hyphened = view.byte(range.end) == b'-' && view.byte(range.end + 1).is_ascii_alphanumeric();
    if glued || hyphened || number.is_continued(&range) || view.is_in_address(range.start) {
        scan.miss(range, EntityKind::NationalId, "boundary");
        return false;
    }
    let lettered = view.char_before(range.start).is_some_and(char::is_alphabetic) && !is_named(number.context(), width, !regions.is_empty());
    if score <= 0.0
        || number.context().is_amount()
        || (number.context().denies(Class::NationalId)
            && !number.context().is_labelled(Class::NationalIdLoose)
            // "بطاقة" is a card of any kind.
            && !(number.context().is_labelled(Class::Card) && !number.context().is_amount() && regions.iter().any(|asked| asked.is(region))))
        || number.is_date(from..to)
        || lettered
    {
        scan.miss(range, EntityKind::NationalId, "context");
        return false;
    }
    scan.hit(range, EntityKind::NationalId, region, score);
    true
}

/// Whether a number of so many digits is called a person's id; "ID" says so only where ids of its country are looked for.
fn is_named(context: &Context, width: usize, asked: bool) -> bool {
    context.says(Class::NationalId) || (asked && width > 9 && context.says(Class::NationalIdLoose))
}

/// Whether a window is one run, or grouped as the scheme's documents print it.
fn is_written_so(number: &Number<'_>, from: usize, to: usize, scheme: &Scheme) -> bool {
    let groups = &number.groups()[from..to];
    if groups.len() == 1 {
        return true;
    }
    let gaps_fit = groups[1..].iter().all(|group| matches!(group.gap, Gap::Space | Gap::Hyphen | Gap::Dot | Gap::Slash));
    // What is called an id may be grouped in any way.
    if gaps_fit && groups.len() <= 5 && number.context().is_labelled(Class::NationalId) && from == 0 && to == number.groups().len() {
        return true;
    }
    // The check digits may stand behind a stroke: "… 080 276 / 83".
    let (last, others) = (groups.len() - 1, &groups[1..groups.len() - 1]);
    let gaps_fit = gaps_fit
        || (groups[last].gap == Gap::Wide
            && groups[last].len() == 2
            && others.iter().all(|group| matches!(group.gap, Gap::Space | Gap::Hyphen | Gap::Dot)));
    gaps_fit
        && scheme
            .groupings
            .iter()
            .any(|grouping| grouping.len() == groups.len() && groups.iter().zip(*grouping).all(|(group, length)| group.len() == usize::from(*length)))
}

/// Finds the ids with letters in them, of which `first` is the first digit; it stands in this token.
pub(super) fn find_lettered(scan: &mut Scan<'_, '_, '_>, first: usize, token: &Range<usize>) {
    if !scan.has(EntityKind::NationalId) {
        return;
    }
    let view = scan.view;
    let finder = scan.finder;
    let regions = finder.regions(EntityKind::NationalId);
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-' | b'.');
    let before = view.byte_before(first);
    // In small letters it must be called so, and be in one piece.
    let small = token.len() >= SHORTEST_SMALL && !view.bytes()[token.clone()].iter().any(u8::is_ascii_uppercase);
    let leads =
        before.is_ascii_uppercase() || (is_gap(before) && first > 1 && view.byte(first - 2).is_ascii_uppercase()) || (small && token.start < first);
    let digits = view.digits(first);
    let after = if is_gap(view.byte(digits.end)) { view.byte(digits.end + 1) } else { view.byte(digits.end) };
    // "12.345.678-Z" or a run of digits with a letter at its end, or none of those without a letter before.
    let trails = matches!(digits.len(), 6 | 8 | 17) && (after.is_ascii_uppercase() || (small && after.is_ascii_lowercase()))
        || (digits.len() == 2 && view.byte(digits.end) == b'.' && after.is_ascii_digit());
    if !leads && !trails {
        return;
    }
    for scheme in LETTERED.iter().filter(|scheme| if scheme.before > 0 { leads } else { trails }) {
        if !regions.is_empty() && !regions.iter().any(|region| region.is(scheme.region)) {
            continue;
        }
        let Some((range, text, length)) = read(scan, first, scheme.before, scheme.length, small) else { continue };
        let text = &text[..length];
        if !scheme.shape.bytes().zip(text).all(|(shape, byte)| fits(shape, *byte)) {
            continue;
        }
        if view.is_glued(&range)
            || matches!(view.byte_before(range.start), b'-' | b'/' | b'#')
            || (view.byte(range.end) == b'-' && view.byte(range.end + 1).is_ascii_alphanumeric())
        {
            continue;
        }
        if let Err(failed) = (scheme.check)(text) {
            scan.miss(range, EntityKind::NationalId, failed);
            continue;
        }
        let context = Context::of(view, &range);
        let asked = regions.iter().any(|region| region.is(scheme.region));
        let named = is_named(&context, scheme.length, asked);
        let is_small = view.bytes()[range.clone()].iter().any(u8::is_ascii_lowercase);
        if (!named && (is_small || scheme.bare <= 0.0 || (context.denies(Class::NationalId) && !context.is_labelled(Class::NationalIdLoose))))
            || view.is_in_address(range.start)
        {
            scan.miss(range, EntityKind::NationalId, "context");
            continue;
        }
        scan.hit(range, EntityKind::NationalId, scheme.region, if named { 0.95 } else { scheme.bare });
        return;
    }
}

fn fits(shape: u8, byte: u8) -> bool {
    match shape {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    }
}

/// Reads so many letters and digits, single spaces, points and hyphens between them left out, beginning `before` letters before `first`.
fn read(scan: &Scan<'_, '_, '_>, first: usize, before: usize, length: usize, small: bool) -> Option<(std::ops::Range<usize>, [u8; 18], usize)> {
    let view = scan.view;
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || (small && byte.is_ascii_lowercase());
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-' | b'.');
    let mut start = first;
    for letter in 0..before {
        // "CSM GFN 59A07 D612H": by threes, as it is printed.
        if letter % 3 == 0 && is_gap(view.byte_before(start)) && start > 1 {
            start -= 1;
        }
        if !is_letter(view.byte_before(start)) {
            return None;
        }
        start -= 1;
    }
    let (mut text, mut count, mut at) = ([0; 18], 0, start);
    while count < length {
        if count > 0 && is_gap(view.byte(at)) {
            at += 1;
        }
        if !(view.byte(at).is_ascii_digit() || is_letter(view.byte(at))) {
            return None;
        }
        text[count] = view.byte(at).to_ascii_uppercase();
        count += 1;
        at += 1;
    }
    Some((start..at, text, count))
}
