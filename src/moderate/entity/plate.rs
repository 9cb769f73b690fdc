//! Licence plates of the configured regions: their shapes are data in `rules/entity/plates.toml`.

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use super::region::Region;
use crate::data::own_data;
use regex::Regex;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plates {
    plate: Vec<Plate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plate {
    region: String,
    strict: bool,
    pattern: String,
}

static PLATES: LazyLock<Plates> = LazyLock::new(|| own_data!("entity/plates.toml"));

/// Bytes around a digit in which a plate is looked for.
const BEFORE: usize = 24;
const AFTER: usize = 24;

/// The plates of one finder.
#[derive(Debug, Default)]
pub(super) struct PlateBook {
    plates: Vec<(&'static str, bool, Regex)>,
    /// Some plates have no letters.
    digits_alone: bool,
    /// One of them, whichever; one of those of strict shape: most places are told from all plates at one go.
    any: Option<Regex>,
    strict: Option<Regex>,
}

impl PlateBook {
    pub(super) fn new(regions: &[Region]) -> Self {
        if regions.is_empty() {
            return PlateBook::default();
        }
        let plates = PLATES.plate.iter().filter(|plate| regions.iter().any(|region| region.code() == plate.region));
        // Every pattern of the file is compiled by a test.
        let digits_alone = plates.clone().any(|plate| !plate.pattern.contains(char::is_alphabetic));
        let together = |strict_only: bool| {
            let patterns: Vec<String> =
                plates.clone().filter(|plate| plate.strict || !strict_only).map(|plate| format!("(?:{})", plate.pattern)).collect();
            (!patterns.is_empty()).then(|| Regex::new(&patterns.join("|")).ok()).flatten()
        };
        PlateBook {
            digits_alone,
            any: together(false),
            strict: together(true),
            plates: plates.filter_map(|plate| Some((plate.region.as_str(), plate.strict, Regex::new(&plate.pattern).ok()?))).collect(),
        }
    }
}

/// Looks for a plate that holds a digit: of strict shape, or after a name.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, digit: usize) {
    let view = scan.view;
    let after = view.digits(digit).end;
    if after - digit > 6 || scan.finder.plates.plates.is_empty() {
        return;
    }
    let before = digit - view.bytes()[..digit].iter().rev().take_while(|byte| matches!(byte, b' ' | b'-')).count();
    let next = view.run(after, |byte| matches!(byte, b' ' | b'-' | b'/'));
    // Most numbers stand among small letters, as a byte tells.
    let may_letter = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii();
    let near = digit - before <= 3
        && may_letter(view.byte_before(before))
        && lettered(view.char_before(before))
        && is_short(view.text()[..before].chars().rev());
    let joined = near || (may_letter(view.byte(next)) && lettered(view.char_after(next)) && is_short(view.text()[next..].chars()));
    if !(joined || scan.finder.plates.digits_alone) {
        return;
    }
    let window = view.line_start(digit, BEFORE)..view.line_end(after, AFTER);
    let text = &view.text()[window.clone()];
    let may_hold = |plates: &Option<Regex>| plates.as_ref().is_some_and(|plates| plates.is_match(text));
    if !may_hold(&scan.finder.plates.any) {
        return;
    }
    let context = Context::of(view, &(digit..after));
    let loose = context.says(Class::PlateLoose);
    let name = if context.says(Class::Plate) || (loose && context.mentions(Class::Vehicle)) {
        Name::Sure
    } else if loose {
        Name::Loose
    } else {
        Name::None
    };
    if name != Name::None || may_hold(&scan.finder.plates.strict) {
        search(scan, window, digit, name);
    }
}

/// What a plate is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// A plate of a vehicle.
    Sure,
    /// A plate, which may be a picture's or a dish as well.
    Loose,
    None,
}

/// Letters of plates: capitals, and Arabic ones.
fn lettered(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_ascii_uppercase() || ('\u{621}'..='\u{64a}').contains(&character))
}

/// Whether a run of letters is no longer than plates have, or the name of an emirate's end.
fn is_short(run: impl Iterator<Item = char>) -> bool {
    run.take(8).take_while(|character| lettered(Some(*character))).count() <= 3
}

/// Searches a window for a plate that holds this digit.
fn search(scan: &mut Scan<'_, '_, '_>, window: Range<usize>, digit: usize, name: Name) {
    let view = scan.view;
    let text = &view.text()[window.clone()];
    let mut best: Option<(Range<usize>, &'static str)> = None;
    for (region, strict, pattern) in &scan.finder.plates.plates {
        if name == Name::None && !strict {
            continue;
        }
        for found in pattern.find_iter(text) {
            let range = window.start + found.start()..window.start + found.end();
            let joins = |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
            let marked = |byte: u8| matches!(byte, b'-' | b'/' | b'.');
            let glued = joins(view.char_before(range.start)) || joins(view.char_after(range.end));
            let marked = marked(view.byte_before(range.start))
                || (marked(view.byte(range.end)) && view.char_after(range.end + 1).is_some_and(char::is_alphanumeric));
            // The end of a longer row of digits.
            let is_rest = name == Name::None
                && view.byte(range.start).is_ascii_digit()
                && view.text()[..range.start].strip_suffix([' ', '-']).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
            let elsewhere = is_rest || !range.contains(&digit);
            if glued || marked || elsewhere || view.is_in_address(range.start) {
                continue;
            }
            let text = &view.text()[range.clone()];
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let letters = text.chars().filter(|character| character.is_alphabetic()).count();
            // "plate C3" is a picture, and "لوحة 2024" of a year.
            let year = letters == 0 && digits == 4 && (text.starts_with("19") || text.starts_with("20"));
            // Digits alone need their name right before them.
            let bare = letters == 0 && !Context::of(view, &range).is_labelled(Class::Plate);
            if !strict && (year || (bare && name != Name::Loose) || (name == Name::Loose && (letters < 2 || digits < 3))) {
                continue;
            }
            // Of those that hold the digit the longest.
            let better = best.as_ref().is_none_or(|(other, _)| range.len() > other.len());
            if better {
                best = Some((range, region));
            }
        }
    }
    if let Some((range, region)) = best {
        scan.hit(
            range,
            EntityKind::Plate,
            region,
            match name {
                Name::Sure => 0.9,
                Name::Loose => 0.7,
                Name::None => 0.6,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_sound() {
        for plate in &PLATES.plate {
            assert!(plate.region.parse::<Region>().is_ok(), "{}", plate.region);
            assert!(Regex::new(&plate.pattern).is_ok(), "{}", plate.pattern);
        }
    }
}
