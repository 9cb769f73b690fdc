//! Private keys, from their first line to their last (RFC 7468).

use super::stand_in::is_placeholder;
use crate::moderate::entity::Scan;
use crate::moderate::entity::kind::EntityKind;
use std::ops::Range;

/// The longest private key that is followed to its end line, in bytes (RSA with 16,384 bits has about 13,000).
const LONGEST_PRIVATE_KEY: usize = 16_384;

/// What the first line of a private key begins with, before a space and its label.
pub(super) const PRIVATE_KEY: &[u8] = b"-----BEGIN";

/// Finds a private key from its first line to its last; without a last line, to the end of what looks like it.
pub(super) fn private_key(scan: &mut Scan<'_, '_, '_>, begin: Range<usize>) {
    let view = scan.view;
    let mut limit = (begin.start + LONGEST_PRIVATE_KEY).min(view.text().len());
    while !view.text().is_char_boundary(limit) {
        limit -= 1;
    }
    let text = &view.text()[begin.start..limit];
    let Some(label) = text[begin.len()..].split("-----").next().filter(|label| label.len() < 40) else { return };
    if !(label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")) {
        return;
    }
    let body = begin.len() + label.len() + 5;
    if body > text.len() {
        return;
    }
    let close = memchr::memmem::find(&text.as_bytes()[body..], b"-----END ");
    let end = match close {
        Some(close) => {
            let line = body + close + 9;
            text[line..].find("-----").map_or(line, |dashes| line + dashes + 5)
        }
        None => {
            body + text[body..]
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b' ' | b'\r'))
                .count()
        }
    };
    let inner = text[body..close.map_or(end, |close| body + close)].bytes().filter(u8::is_ascii_alphanumeric).count();
    let range = begin.start..begin.start + text[..end].trim_end().len();
    if inner < 40 || is_placeholder(&text[body..end.min(body + 120)]) {
        scan.miss(range, EntityKind::Secret, "placeholder");
    } else {
        scan.hit(range, EntityKind::Secret, "private-key", 0.99);
    }
}
