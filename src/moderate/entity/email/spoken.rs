//! Addresses whose `@` or point is said.

use super::domain::{domain, is_spoken_ending};
use super::point::{begins, bracketed, point_before};
use super::{LOCAL, SPOKEN, is_address, is_one_of, local_start};
use crate::moderate::entity::Scan;
use crate::moderate::entity::kind::EntityKind;
use aho_corasick::packed::Searcher;
use std::ops::Range;
use std::sync::LazyLock;

/// Judges a bracket; gives where to go on.
pub(in crate::moderate::entity) fn at_bracket(scan: &mut Scan<'_, '_, '_>, bracket: usize) -> usize {
    let view = scan.view;
    if let Some(end) = bracketed(&view, bracket, &SPOKEN.signs) {
        spoken(scan, bracket..end);
    }
    bracket + 1
}

/// Judges a point between letters, where a domain may stand after a spoken `@`; gives where to go on.
pub(in crate::moderate::entity) fn at_point(scan: &mut Scan<'_, '_, '_>, point: usize) -> usize {
    let view = scan.view;
    if view.byte(point + 1).is_ascii_alphabetic() && view.byte_before(point).is_ascii_alphanumeric() {
        let start = view.token(point - 1).start;
        loosely(scan, start);
    }
    point + 1
}

/// Looks for a loose `@` before a domain that begins here.
fn loosely(scan: &mut Scan<'_, '_, '_>, start: usize) {
    // All of them end in a space.
    if scan.view.byte_before(start) != b' ' {
        return;
    }
    let before = &scan.view.bytes()[..start];
    let ends = |word: &&String| before.len() > word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    let host = scan.view.text()[start..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let weak = SPOKEN.weak_signs.iter().filter(|_| is_one_of(&SPOKEN.providers, host));
    if let Some(word) = SPOKEN.loose_signs.iter().chain(weak).find(ends) {
        spoken(scan, start - word.len()..start);
    }
}

/// Judges a provider whose point is left out, with its ending: "jane at gmail com".
fn pointless(scan: &mut Scan<'_, '_, '_>, host: Range<usize>) {
    let view = scan.view;
    let before = &view.text()[..host.start];
    let sign = SPOKEN.loose_signs.iter().chain(&SPOKEN.weak_signs).map(String::as_str).chain([" @ ", "@"]).find(|sign| before.ends_with(sign));
    let Some(at) = sign.map(|sign| before.len() - sign.len()) else { return };
    let start = local_start(&view, at);
    if start < at && view.text()[start..at].is_ascii() && !view.byte(host.end).is_ascii_alphanumeric() {
        scan.hit(start..host.end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Spoken points between spaces as one search, in the cases that people write; a mere mark is too frequent for one.
static SPOKEN_POINTS: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let words = SPOKEN.loose_points.iter().map(|point| point.trim()).filter(|word| word.chars().all(char::is_alphabetic));
    let cases = words.flat_map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        [word.to_owned(), word.to_uppercase(), first.to_uppercase() + rest]
    });
    let pointless = SPOKEN.providers.iter().flat_map(|name| [name.clone(), name[..1].to_uppercase() + &name[1..]]).map(|name| name + " com");
    let joined = cases.clone().filter(|word| word.is_ascii()).map(|word| format!("-{word}-"));
    Searcher::new(joined.chain(cases.map(|word| format!(" {word} "))).chain(pointless).collect::<std::collections::BTreeSet<_>>())
});

/// Looks for loosely spoken addresses around the spoken points of the whole text.
pub(in crate::moderate::entity) fn spoken_points(scan: &mut Scan<'_, '_, '_>) {
    let view = scan.view;
    let Some(search) = &*SPOKEN_POINTS else { return };
    for point in search.find_iter(view.bytes()) {
        if view.byte(point.start()) == b'-' {
            hyphenated(scan, point.start()..point.end());
            continue;
        }
        if view.byte(point.start()) != b' ' {
            pointless(scan, point.start()..point.end());
            continue;
        }
        let mut start = point.start();
        for character in view.text()[..point.start()].chars().rev().take(63) {
            if !(character.is_alphanumeric() || character == '-') {
                break;
            }
            start -= character.len_utf8();
        }
        if start < point.start() {
            loosely(scan, start);
        }
    }
}

/// Judges an address whose parts are joined by hyphens around a point: "info-at-example-dot-com".
fn hyphenated(scan: &mut Scan<'_, '_, '_>, point: Range<usize>) {
    let view = scan.view;
    let is_in = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let bytes = view.bytes();
    let start = point.start - bytes[..point.start].iter().rev().take(2 * LOCAL).take_while(is_in).count();
    let end = point.end + bytes[point.end..].iter().take(LOCAL).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let signs = SPOKEN.loose_signs.iter().map(|sign| sign.trim_matches([' ', '-', '_', '~'])).filter(|sign| sign.is_ascii());
    let before = &view.text()[start..point.start];
    let at = signs.filter_map(|sign| before.to_ascii_lowercase().rfind(&format!("-{sign}-")).map(|at| (at, at + sign.len() + 2))).max();
    let Some((local, host)) = at.map(|(at, after)| (&before[..at], &before[after..])) else { return };
    let ending = &view.text()[point.end..end];
    if is_spoken_ending(ending) && is_address(&format!("{local}@{host}.{ending}")) && !view.is_in_address(start) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Judges a spoken `@`.
pub(super) fn spoken(scan: &mut Scan<'_, '_, '_>, said: Range<usize>) {
    let view = scan.view;
    let loose = view.byte(said.start) == b' ' && view.byte(said.end - 1) == b' ';
    let bracketed = !loose;
    let at = said.start - usize::from(bracketed && view.byte_before(said.start) == b' ');
    let after = said.end + usize::from(bracketed && view.byte(said.end) == b' ');
    let mut start = local_start(&view, at);
    if start == at {
        return;
    }
    let Some((end, dotted)) = domain(&view, after) else { return };
    // "first dot last at example dot com"; one word each, or it is the sentence before.
    while dotted
        && let Some(before) = point_before(&view, start)
        && let earlier = local_start(&view, before)
        && earlier < before
        && at - earlier < LOCAL
    {
        start = earlier;
    }
    let (local, host) = (&view.text()[start..at], &view.text()[after..end]);
    let sign = !view.text()[said.clone()].trim().chars().all(char::is_alphabetic);
    let first = host.split(['.', ' ', '[', '(']).next().unwrap_or_default();
    if is_one_of(&SPOKEN.prose, first) || SPOKEN.paths.iter().any(|path| begins(&view.bytes()[end..], path)) {
        return;
    }
    // "look at example.com" is prose: without brackets the point must be spoken too, or the name look like one.
    let named = local.contains(['.', '_', '+']) || local.bytes().any(|byte| byte.is_ascii_digit());
    let named = named && !local.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // "user AT example.com" shouts its sign.
    let shouted = view.text()[said.clone()].trim() == "AT" && !local.bytes().any(|byte| byte.is_ascii_uppercase());
    // "requests.Response at urllib3.raw" names parts of a program.
    let named = named && is_spoken_ending(host.rsplit('.').next().unwrap_or_default());
    if loose && !dotted && !named && !sign && !shouted {
        scan.miss(start..end, EntityKind::Email, "context");
        return;
    }
    let short = bracketed && view.text()[said.clone()].eq_ignore_ascii_case("(a)") && local.len() < 3;
    if short {
        return;
    }
    scan.hit(start..end, EntityKind::Email, "spoken", if bracketed || dotted { 0.85 } else { 0.7 });
}
