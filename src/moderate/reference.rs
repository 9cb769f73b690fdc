//! Character references, as a reader of the page sees them.

use std::borrow::Cow;

/// How raw text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum References {
    No,
    Text,
    Attribute,
}

/// The longest name in the standard's table of references has 31 letters.
const REFERENCE_BYTES: usize = 34;

/// The character reference that `raw` begins with: how many bytes it takes, and what it stands for. None for a mere `&`.
pub(super) fn reference(raw: &str, references: References) -> Option<(usize, Cow<'_, str>)> {
    let bytes = raw.as_bytes();
    let body = bytes[1..].iter().take(REFERENCE_BYTES).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    let mut length = 1 + body + usize::from(bytes.get(1 + body) == Some(&b';') && body > 0);
    if raw.starts_with("&#") {
        let is_hex = matches!(bytes.get(2), Some(b'x' | b'X'));
        let start = if is_hex { 3 } else { 2 };
        let digits = bytes[start.min(bytes.len())..].iter().take_while(|b| if is_hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count();
        length = start + digits;
        length += usize::from(bytes.get(length) == Some(&b';'));
        if digits == 0 {
            length = 1;
        }
    }
    let candidate = &raw[..length];
    let mut decoded = htmlize::unescape(candidate);
    if length == 1 || decoded == candidate {
        return None;
    }
    let mut rest = 0;
    if !candidate.ends_with(';') && !candidate.starts_with("&#") || (candidate.ends_with(';') && decoded.ends_with(';') && decoded.len() > 1) {
        rest = candidate.bytes().rev().zip(decoded.bytes().rev()).take_while(|(a, b)| a == b && a.is_ascii()).count();
    }
    let is_open = !candidate.ends_with(';') && !candidate.starts_with("&#");
    // In an attribute a name without its semicolon is none when more follows (13.2.5.73).
    if references == References::Attribute && is_open && (rest > 0 || bytes.get(length) == Some(&b'=')) {
        return None;
    }
    if rest > 0 {
        decoded = decoded[..decoded.len() - rest].to_owned().into();
    }
    Some((length - rest, decoded))
}
