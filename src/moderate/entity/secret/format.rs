//! Formats that are known by how they begin or, of a Telegram bot's token, by the id in front.

use super::SECRETS;
use super::entropy::{KEY_ENTROPY, entropy};
use super::stand_in::is_placeholder;
use crate::moderate::entity::Scan;
use crate::moderate::entity::kind::EntityKind;
use crate::moderate::entity::number::Number;
use base64::Engine;
use serde::Deserialize;
use std::ops::Range;

/// A format that is known by how it begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    id: String,
    pub(super) prefix: String,
    rest: Alphabet,
    min: usize,
    max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Alphabet {
    Upper,
    Hex,
    Alnum,
    Base64url,
    Dotted,
    Base64,
    Path,
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Alphabet::Alnum => byte.is_ascii_alphanumeric(),
            Alphabet::Base64url => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Alphabet::Dotted => Alphabet::Base64url.holds(byte) || byte == b'.',
            Alphabet::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Alphabet::Path => Alphabet::Base64url.holds(byte) || byte == b'/',
        }
    }
}

/// Bytes that the header of a web token has at most.
const HEADER_BYTES: usize = 1024;

/// Judges what follows a known beginning.
pub(super) fn prefixed(scan: &mut Scan<'_, '_, '_>, format: usize, prefix: Range<usize>) {
    let format = &SECRETS.format[format];
    let view = scan.view;
    // The search ignores case, for the names; the beginnings of keys do not.
    if view.text()[prefix.clone()] != format.prefix {
        return;
    }
    let before = view.byte_before(prefix.start);
    if format.id == "jwt" && before == b'.' && follows_header(view.text(), prefix.clone()) {
        return; // the payload of the one that begins before
    }
    let slash = format.prefix.contains('/');
    let is_glued = before.is_ascii_alphanumeric() || before == b'_' || (before == b'-' && !slash);
    // What begins in the middle of a word is none, however it goes on.
    let most = if is_glued { format.min } else { format.max + 1 };
    let mut end = view.short_run(prefix.end, most, |byte| format.rest.holds(*byte));
    while matches!(format.rest, Alphabet::Dotted) && view.byte(end - 1) == b'.' && end > prefix.end {
        end -= 1;
    }
    let (range, length) = (prefix.start..end, end - prefix.end);
    if length < format.min / 2 {
        return; // prose
    }
    if is_glued || view.byte(end).is_ascii_alphanumeric() || view.byte(end) == b'_' {
        scan.miss(range, EntityKind::Secret, "boundary");
        return;
    }
    if format.id == "jwt" {
        judge_web_token(scan, range);
        return;
    }
    let value = &view.text()[prefix.end..end];
    let failed = if !(format.min..=format.max).contains(&length) {
        Some("length")
    } else if is_placeholder(value) {
        Some("placeholder")
    } else if entropy(value) < if format.rest == Alphabet::Hex { 2.5 } else { KEY_ENTROPY } {
        Some("entropy")
    } else {
        None
    };
    match failed {
        Some(failed) => scan.miss(range, EntityKind::Secret, failed),
        None => scan.hit(range, EntityKind::Secret, &format.id, 0.95),
    }
}

/// Whether the part before a dot is the header of a web token. Parts longer than a header are not looked through.
fn follows_header(text: &str, prefix: Range<usize>) -> bool {
    let before = &text.as_bytes()[..prefix.start.saturating_sub(1)];
    let part = before.iter().rev().take(HEADER_BYTES).take_while(|byte| Alphabet::Base64url.holds(**byte)).count();
    let from = before.len() - part;
    before[from..].starts_with(&text.as_bytes()[prefix.clone()]) && is_header(&text[from..before.len()])
}

fn decoded(part: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn is_header(part: &str) -> bool {
    decoded(part).is_some_and(|header| header.contains_key("alg"))
}

fn judge_web_token(scan: &mut Scan<'_, '_, '_>, range: Range<usize>) {
    let text = &scan.view.text()[range.clone()];
    let mut parts = text.split('.');
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if payload.is_empty() || text.len() > 8_192 {
        return;
    }
    if !is_header(header) || (text.split('.').count() == 3 && decoded(payload).is_none()) {
        scan.miss(range, EntityKind::Secret, "format");
    } else {
        scan.hit(range, EntityKind::Secret, "jwt", 0.99);
    }
}

/// A Telegram bot's token: its id, a colon, 35 characters, of which the first two are `AA` (Telegram Bot API, "Authorizing your bot"). Whether a
/// number is written like the id of one.
pub(in crate::moderate::entity) fn bot_token(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> bool {
    let view = scan.view;
    if number.groups().len() != 1 || view.byte(number.end()) != b':' || !(8..=10).contains(&number.digit_count()) {
        return false;
    }
    let end = view.short_run(number.end() + 1, 36, |byte| Alphabet::Base64url.holds(*byte));
    let range = number.start..end;
    if end - number.end() - 1 != 35 {
        return false;
    }
    if !scan.has(EntityKind::Secret) {
        return true;
    }
    if !view.text()[number.end() + 1..end].starts_with("AA") || is_placeholder(&view.text()[range.clone()]) {
        scan.miss(range, EntityKind::Secret, "format");
    } else {
        scan.hit(range, EntityKind::Secret, "telegram-bot-token", 0.95);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::SEARCHES;
    use super::*;

    #[test]
    fn the_data_is_sound() {
        assert!(SECRETS.format.iter().all(|format| format.min <= format.max && format.prefix.len() >= 2 && !format.id.is_empty()));
        assert!(SEARCHES.prefixes.patterns_len() == SECRETS.format.len());
    }
}
