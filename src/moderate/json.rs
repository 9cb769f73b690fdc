//! The strings and long numbers of a JSON-LD block, read as they stand: a block with mistakes is searched as far as it has strings.

use super::reference::References;
use super::surface::{Surface, Writing};
use super::view::View;
use crate::rewrite::tag::is;
use crate::rewrite::{Tag, tag_name};
use std::ops::Range;

/// Digits of the shortest number that may stand for anything.
const DIGITS: usize = 7;

/// Adds every string that is a value, not a name, as a block of its own, and every long number. `from` is where `text` stands on the page.
/// A number has no quotes, which what is written into it needs: `numbers` gets where its block begins, and its bytes.
pub(super) fn add_values(text: &str, from: u64, event: u64, view: &mut View, numbers: &mut Vec<(u32, Range<u64>)>) {
    let bytes = text.as_bytes();
    let (mut at, mut key) = (0, "");
    loop {
        let open = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)).map_or(bytes.len(), |open| at + open);
        for number in numbers_of(text.get(at..open).unwrap_or_default()) {
            let number = at + number.start..at + number.end;
            numbers.push((view.plain.len() as u32, from + number.start as u64..from + number.end as u64));
            view.begin_block(Surface::JsonLd, Writing::Json, event);
            view.label(key);
            view.add(&text[number.clone()], from + number.start as u64, References::No, false);
            view.end_block();
        }
        if open >= bytes.len() {
            break;
        }
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

/// The long numbers of what stands between two strings.
fn numbers_of(between: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let mut at = if between.len() < DIGITS { between.len() } else { 0 };
    std::iter::from_fn(move || {
        loop {
            let bytes = between.as_bytes();
            let start = at + bytes.get(at..)?.iter().position(is_part)?;
            let end = start + bytes[start..].iter().take_while(|byte| is_part(byte)).count();
            at = end;
            let is_long = bytes[start..end].iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS;
            // "1e9", and what is no JSON at all, are left alone.
            let is_value = |next: Option<&u8>, marks: &[u8]| next.is_none_or(|next| marks.contains(next));
            let before = bytes[..start].iter().rev().find(|byte| !byte.is_ascii_whitespace());
            let after = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
            if is_long && is_value(before, b":[,") && is_value(after, b",}]") {
                return Some(start..end);
            }
        }
    })
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
            add_html(&text[at..at + run], from + at as u64, view);
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

/// What stands between two escapes, which may be of a text with tags and references.
fn add_html(text: &str, from: u64, view: &mut View) {
    let mut at = 0;
    for open in memchr::memchr_iter(b'<', text.as_bytes()) {
        let tag = &text[open..];
        let is_tag = tag.as_bytes().get(1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'/');
        let Some(close) = tag.find('>').filter(|_| is_tag && open >= at) else { continue };
        view.add(&text[at..open], from + at as u64, References::Attribute, false);
        view.markup();
        if Tag::of(&tag_name(tag).to_ascii_lowercase()).has(is::BLOCK) {
            view.hard_break(from + open as u64);
        }
        at = open + close + 1;
    }
    view.add(&text[at..], from + at as u64, References::Attribute, false);
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
        add_values(text, 100, 0, &mut view, &mut Vec::new());
        assert_eq!(view.plain, "aم😀 \"b\"\n050\n");
        let at = view.plain.find('م').unwrap();
        let range = view.page_range(at..at + 2);
        assert_eq!(&text[range.start as usize - 100..range.end as usize - 100], "\\u0645");
    }

    #[test]
    fn long_numbers_are_values_too() {
        let text = r#"{"telephone": 966501234567, "width": 1200, "geo": [24.713552, 46.675297], "x": 12345678e9, "last": -7654321.5}"#;
        let (mut view, mut numbers) = (View::default(), Vec::new());
        add_values(text, 0, 0, &mut view, &mut numbers);
        let found: Vec<&str> = numbers.iter().map(|(_, range)| &text[range.start as usize..range.end as usize]).collect();
        assert_eq!(found, ["966501234567", "24.713552", "46.675297", "-7654321.5"]);
        assert_eq!(view.plain, "966501234567\n24.713552\n46.675297\n-7654321.5\n");
        assert_eq!(view.label_of(0), "telephone");
    }
}
