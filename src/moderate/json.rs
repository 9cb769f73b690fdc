//! The strings of a JSON-LD block, read as they stand: a block with mistakes is searched as far as it has strings.

use super::reference::References;
use super::surface::{Surface, Writing};
use super::view::View;

/// Adds every string that is a value, not a name, as a block of its own. `from` is where `text` stands on the page.
pub(super) fn add_strings(text: &str, from: u64, event: u64, view: &mut View) {
    let bytes = text.as_bytes();
    let (mut at, mut key) = (0, "");
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)).map(|open| at + open) {
        // A string that does not end is one all the same: somebody may read it.
        let close = end_of_string(bytes, open + 1).unwrap_or(bytes.len());
        let next = bytes[bytes.len().min(close + 1)..].iter().find(|b| !b.is_ascii_whitespace());
        if next == Some(&b':') {
            key = &text[open + 1..close];
        } else if close > open + 1 {
            view.begin_block(Surface::JsonLd, Writing::Json, event);
            view.label(key);
            add_string(text, open + 1, close, from, view);
            view.end_block();
        }
        at = close + 1;
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}

fn add_string(text: &str, start: usize, end: usize, from: u64, view: &mut View) {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < end {
        let run = memchr::memchr(b'\\', &bytes[at..end]).unwrap_or(end - at);
        if run > 0 {
            view.add(&text[at..at + run], from + at as u64, References::No, false);
            at += run;
            continue;
        }
        let (character, length) = escape(&bytes[at..end]);
        view.character(character, from + at as u64..from + (at + length) as u64);
        at += length;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// The character of an escape (RFC 8259, 7) and the bytes it takes.
fn escape(bytes: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = bytes.get(at..at + 6).filter(|part| part.starts_with(b"\\u"))?;
        u32::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
    };
    match bytes.get(1) {
        Some(b'n' | b'r' | b't') => (' ', 2),
        Some(b'u') => match (unit(0), unit(6)) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).unwrap_or('\u{FFFD}'), 12)
            }
            (Some(one), _) => (char::from_u32(one).unwrap_or('\u{FFFD}'), 6),
            (None, _) => ('\u{FFFD}', 2.min(bytes.len())),
        },
        Some(other) if other.is_ascii() => (char::from(*other), 2),
        _ => ('\u{FFFD}', bytes.len().min(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_through_their_escapes() {
        let text = r#"{"name": "a\u0645\ud83d\ude00 \"b\"", "tel" : ["05\u0660", ""]}"#;
        let mut view = View::default();
        add_strings(text, 100, 0, &mut view);
        assert_eq!(view.plain, "aم😀 \"b\"\n050\n");
        let at = view.plain.find('م').unwrap();
        let range = view.page_range(at..at + 2);
        assert_eq!(&text[range.start as usize - 100..range.end as usize - 100], "\\u0645");
    }
}
