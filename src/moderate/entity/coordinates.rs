//! Coordinates: decimal pairs and degrees, minutes and seconds, after ISO 6709 and its annex D. Latitude comes first.

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use super::number::Number;
use super::view::View;
use crate::data::own_data;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// Decimals that a pair without a name needs: four are eleven metres; fewer are prices and scores too.
const DECIMALS: usize = 4;

/// What halves of a pair are called (`rules/entity/coordinates.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    longitude: Vec<String>,
    compass: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| own_data!("entity/coordinates.toml"));

/// A decimal number: its bytes, value, and count of decimals.
struct Decimal {
    range: Range<usize>,
    value: f64,
    decimals: usize,
}

/// Looks for a decimal pair, or degrees, that begin with this number; gives where they end.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> Option<usize> {
    if !scan.has(EntityKind::Coordinates) {
        return None;
    }
    if let Some(end) = degrees(scan, number) {
        return Some(end);
    }
    let view = scan.view;
    let latitude = decimal(&view, number.groups()[0].start)?;
    if latitude.decimals < 2 {
        return None;
    }
    if let Some(half) = half(scan, &latitude) {
        return Some(half);
    }
    let (after, hemisphere) = hemisphere(&view, latitude.range.end);
    let mut at = after;
    let mut parted = false;
    while let Some(mark) = view.char_after(at).filter(|mark| matches!(mark, ',' | '،' | ';' | '/' | ' ' | '&') && at < after + 4) {
        parted |= mark != ' ';
        at += mark.len_utf8();
    }
    // "lat: 24.7136, lng: 46.6753"
    let mut named_longitude = false;
    for name in NAMES.longitude.iter().map(String::as_str) {
        let rest = &view.text()[at..];
        let is_measure = name == "x" && !rest.get(1..).unwrap_or_default().trim_start().starts_with([':', '=']);
        if !is_measure && rest.is_char_boundary(name.len()) && rest.len() > name.len() && rest[..name.len()].eq_ignore_ascii_case(name) {
            at += name.len();
            at = view.run(at, |byte| matches!(byte, b':' | b'=' | b' ' | b'"'));
            named_longitude = true;
            break;
        }
    }
    // "N 24.71355, E 46.67529"
    let leading = letter_before(&view, latitude.range.start).filter(|_| matches!(view.byte(at), b'E' | b'W'));
    if leading.is_some() {
        at = view.run(at + 1, |byte| *byte == b' ');
    }
    if at == after || !(view.byte(at).is_ascii_digit() || (matches!(view.byte(at), b'-' | b'+') && view.byte(at + 1).is_ascii_digit())) {
        return None;
    }
    let signed = usize::from(!view.byte(at).is_ascii_digit());
    let longitude = decimal(&view, at + signed)?;
    let (end, other) = self::hemisphere(&view, longitude.range.end);
    let mut start = latitude.range.start;
    if matches!(view.byte_before(start), b'-' | b'+') {
        start -= 1;
    }
    start = leading.unwrap_or(start);
    let range = start..end;
    let before = view.byte_before(start);
    let after = view.byte(end);
    if before.is_ascii_alphanumeric() || matches!(before, b'.' | b'_' | b'$') || after.is_ascii_alphanumeric() || after == b'%' {
        return None;
    }
    let context = Context::of(view, &range);
    let named = context.says(Class::Coordinates) || named_longitude;
    let lettered = (hemisphere && other) || leading.is_some();
    if !named && !lettered && is_listed(&view, &range) {
        scan.miss(range, EntityKind::Coordinates, "context");
        return None;
    }
    if latitude.value > 90.0 || longitude.value > 180.0 {
        if named {
            scan.miss(range, EntityKind::Coordinates, "format");
        }
        return None;
    }
    // Shares of one, small measures of four decimals, and values that are round to the hundredth, are statistics.
    let round = |half: &Decimal| view.text()[half.range.clone()].ends_with("00");
    let measured = latitude.value < 10.0 && longitude.value < 10.0 && latitude.decimals.max(longitude.decimals) <= DECIMALS;
    let statistic = (latitude.value < 1.0 && longitude.value < 1.0) || measured || (round(&latitude) && round(&longitude));
    // The Arabic comma parts the values of a sentence as well.
    let decimals = if view.text()[latitude.range.end..longitude.range.start].contains('،') { DECIMALS + 1 } else { DECIMALS };
    let precise = latitude.decimals >= decimals && longitude.decimals >= decimals && !statistic;
    // Two numbers side by side, of two decimals, are any two numbers.
    let paired = parted || lettered || named_longitude || latitude.decimals.min(longitude.decimals) >= DECIMALS;
    if !(precise && (parted || lettered) || ((named || lettered) && longitude.decimals >= 2 && paired))
        || (context.denies(Class::Coordinates) && !lettered)
    {
        scan.miss(range, EntityKind::Coordinates, "context");
        return None;
    }
    scan.hit(range, EntityKind::Coordinates, "decimal", if named || lettered { 0.95 } else { 0.75 });
    Some(end)
}

/// One half of a pair, where the whole value is called so: `"latitude": "24.7136"`.
fn half(scan: &mut Scan<'_, '_, '_>, half: &Decimal) -> Option<usize> {
    let view = scan.view;
    let (before, after) = (&view.text()[..half.range.start], &view.text()[half.range.end..]);
    if half.decimals < DECIMALS || half.value > 180.0 || !matches!(before, "" | "-" | "+") || !after.trim_end().is_empty() || view.label().is_empty()
    {
        return None;
    }
    if !Context::of(view, &half.range).is_labelled(Class::Coordinates) {
        return None;
    }
    scan.hit(0..half.range.end, EntityKind::Coordinates, "half", 0.8);
    Some(half.range.end)
}

/// Whether a pair is part of a list of more than two decimals.
fn is_listed(view: &View<'_>, range: &Range<usize>) -> bool {
    let marks = [',', '،', ' '];
    let next = view.text()[range.end..].strip_prefix([',', '،']).map(|rest| view.text().len() - rest.trim_start_matches(' ').len());
    let is_decimal = |at: usize| view.byte(at).is_ascii_digit() && decimal(view, at).is_some_and(|next| next.decimals > 1);
    let after = next.is_some_and(|at| is_decimal(at + usize::from(view.byte(at) == b'-')));
    let before = view.text()[..range.start].trim_end_matches(marks);
    let is_number = before.len() < range.start && before.ends_with(|c: char| c.is_ascii_digit());
    let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
    after || (is_number && before.len() - digits.len() > 1 && digits.ends_with(['.', '٫']))
}

fn decimal(view: &View<'_>, at: usize) -> Option<Decimal> {
    let whole = view.digits(at);
    let point = view.char_after(whole.end).filter(|point| matches!(point, '.' | '٫'))?;
    if !(1..=3).contains(&whole.len()) {
        return None;
    }
    let fraction = view.digits(whole.end + point.len_utf8());
    if fraction.is_empty() || (view.byte(fraction.end) == b'.' && view.byte(fraction.end + 1).is_ascii_digit()) {
        return None;
    }
    let range = whole.start..fraction.end;
    let text = &view.text()[range.clone()];
    let value = if point == '.' { text.parse() } else { text.replace('٫', ".").parse() };
    Some(Decimal { value: value.ok()?, decimals: fraction.len(), range })
}

/// Where the letter of the compass stands that leads a latitude.
fn letter_before(view: &View<'_>, at: usize) -> Option<usize> {
    let before = view.text()[..at].trim_end_matches(' ').strip_suffix(['N', 'S'])?;
    (!before.ends_with(char::is_alphanumeric)).then_some(before.len())
}

/// Passes a degree sign and a letter of the compass.
fn hemisphere(view: &View<'_>, at: usize) -> (usize, bool) {
    let rest = &view.text()[at..];
    let trimmed = rest.strip_prefix('°').or_else(|| rest.strip_prefix('º')).unwrap_or(rest);
    let spaced = trimmed.strip_prefix(' ').unwrap_or(trimmed);
    let lettered = spaced.starts_with(['N', 'S', 'E', 'W']) && !spaced[1..].starts_with(|c: char| c.is_alphanumeric());
    if lettered { (at + rest.len() - spaced.len() + 1, true) } else { (at + rest.len() - trimmed.len(), false) }
}

/// Looks for degrees, minutes and seconds with their signs, and the other half of the pair; gives where they end.
pub(super) fn degrees(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> Option<usize> {
    let view = scan.view;
    let first = number.groups().first()?;
    if !scan.has(EntityKind::Coordinates) || !matches!(view.char_after(first.end), Some('°' | 'º')) {
        return None;
    }
    let before = view.text()[..first.start].trim_end_matches(' ');
    // The letter of the compass may lead each half.
    let leads =
        before.ends_with(['N', 'S']) && before.len() + 2 > first.start && !before[..before.len() - 1].ends_with(|c: char| c.is_alphanumeric());
    let (middle, latitude) = sexagesimal(&view, first.start, 90, leads)?;
    let mut at = view.run(middle, |byte| matches!(byte, b' ' | b',' | b';'));
    if leads && matches!(view.byte(at), b'E' | b'W') {
        at = view.run(at + 1, |byte| *byte == b' ');
    }
    let (end, longitude) = sexagesimal(&view, at, 180, leads)?;
    let range = if leads { before.len() - 1 } else { first.start }..end;
    // Whole degrees are a region.
    let written = &view.text()[range.clone()];
    let is_decimal = |fraction: &str| fraction.bytes().take_while(u8::is_ascii_digit).count() > 1;
    let is_exact = written.contains(['′', '\'', '’', 'ʹ']) || written.split('.').skip(1).any(is_decimal);
    if !(latitude && longitude && is_exact) {
        scan.miss(range, EntityKind::Coordinates, "format");
        return None;
    }
    scan.hit(range, EntityKind::Coordinates, "dms", 0.95);
    Some(end)
}

/// One half: where it ends, and whether its letter of the compass is there.
fn sexagesimal(view: &View<'_>, at: usize, most: u32, leads: bool) -> Option<(usize, bool)> {
    let part = |at: usize, below: u32| {
        let digits = view.digits(at);
        view.text()[digits.clone()].parse().ok().filter(|value: &u32| *value <= below)?;
        Some(if view.byte(digits.end) == b'.' { view.digits(digits.end + 1).end } else { digits.end })
    };
    let sign = |at: usize, signs: &[&str]| {
        let rest = &view.text()[at..];
        let trimmed = rest.trim_start_matches(' ');
        signs.iter().find(|sign| trimmed.starts_with(**sign)).map(|sign| at + rest.len() - trimmed.len() + sign.len())
    };
    let skip = |at: usize| view.run(at, |byte| *byte == b' ');
    let mut end = sign(part(at, most)?, &["°", "º"])?;
    if let Some(minutes) = part(skip(end), 60).and_then(|at| sign(at, &["′", "'", "’", "ʹ"])) {
        end = minutes;
        if let Some(seconds) = part(skip(end), 60).and_then(|at| sign(at, &["″", "\"", "”", "''", "′′", "’’"])) {
            end = seconds;
        }
    }
    if leads {
        return Some((end, true));
    }
    let letter = view.text()[end..].trim_start_matches(' ');
    let space = view.text().len() - end - letter.len();
    let found = letter.starts_with(['N', 'S', 'E', 'W', 'O']) && !letter[1..].starts_with(|c: char| c.is_alphanumeric());
    if found {
        return Some((end + space + 1, true));
    }
    let word = NAMES.compass.iter().filter(|word| letter.starts_with(word.as_str())).map(|word| word.len()).max();
    Some(word.map_or((end, false), |length| (end + space + length, true)))
}
