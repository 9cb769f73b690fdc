//! The number that a reader sees on a link which dials it: it is one wherever it is dialled from.

use super::entity::{EntityKind, EntityMatch, dialled_locally};
use std::ops::Range;

/// Digits that the two must share at their ends; what is left is a country's code or the zero before a number.
const SHARED: usize = 7;
/// Digits of the longest number, ITU-T E.164.
const LONGEST: usize = 15;

/// A link that dials: its text as bytes of the plain form, and the digits of its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialled {
    pub(crate) text: Range<usize>,
    pub(crate) digits: Box<str>,
}

/// The digits that a link's target dials, if it does nothing else.
pub(super) fn target(href: &str) -> Option<Box<str>> {
    let number = dialled_locally(href.trim_start())?.split(['?', ';', ',']).next().unwrap_or_default();
    let mut parts = number.split('%');
    let mut digits = String::new();
    digits.extend(parts.next().unwrap_or_default().chars().filter(char::is_ascii_digit));
    // After a percent sign stand two digits of a byte.
    parts.for_each(|part| digits.extend(part.chars().skip(2).filter(char::is_ascii_digit)));
    (SHARED..=LONGEST).contains(&digits.len()).then(|| digits.into())
}

/// The number in the text of a link that dials it, unless it is found already.
pub(super) fn number(plain: &str, dialled: &Dialled, found: &[EntityMatch]) -> Option<EntityMatch> {
    let text = plain.get(dialled.text.clone())?;
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let first = text.bytes().position(is_digit)?;
    let last = text.bytes().rposition(is_digit)?;
    let written = &text[first..=last];
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let is_number = written.bytes().all(|byte| byte.is_ascii_digit() || b" -.()/".contains(&byte) || !byte.is_ascii());
    let shared = digits.len().checked_sub(SHARED).and_then(|from| digits.get(from..));
    if !is_number || digits.len() > LONGEST || !shared.is_some_and(|shared| dialled.digits.ends_with(shared)) {
        return None;
    }
    let before = text[..first].trim_end_matches(['(', '+']).len();
    let range = dialled.text.start + before..dialled.text.start + last + 1;
    let is_found = |found: &&EntityMatch| found.kind == EntityKind::Phone && found.range.start < range.end && range.start < found.range.end;
    (!found.iter().any(|found| is_found(&found))).then_some(EntityMatch { range, kind: EntityKind::Phone, detail: "dialled", score: 0.9 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_what_is_dialled() {
        for (href, text, found) in [
            ("tel:4087489663", "(408) 748-9663", Some("(408) 748-9663")),
            ("tel:+1%20408%20748%209663", "Call 408.748.9663 now", Some("408.748.9663")),
            ("sms:+14087489663?body=1", "+1 408 748 9663", Some("+1 408 748 9663")),
            ("tel:4087489663", "Order 2024-7489", None),
            ("tel:4087489663", "408 748 9663 or 408 748 9664", None),
            ("tel:911", "911", None),
            ("https://news.example/4087489663", "408-748-9663", None),
        ] {
            let number = target(href).and_then(|digits| {
                let dialled = Dialled { text: 0..text.len(), digits };
                number(text, &dialled, &[])
            });
            assert_eq!(number.map(|number| &text[number.range]), found, "{href} {text}");
        }
    }
}
