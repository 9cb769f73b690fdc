//! What attributes that are no text and no address may say: nothing but what the HTML standard has them for. Nobody reads them, so that
//! moderation does not either, and nothing may hide there.

use crate::rewrite::Tag;

/// Digits in a row that any of them may have.
const DIGITS: usize = 8;
/// Bytes of the longest name: of a language (BCP 47, 4.4.1).
const NAME: usize = 35;

/// Whether an attribute of an element may have a value.
pub(super) fn allows(tag: Tag, name: &str, value: &str) -> bool {
    let is_one_of = |known: &[&str]| known.iter().any(|known| value.trim().eq_ignore_ascii_case(known));
    match name {
        "width" | "height" | "colspan" | "rowspan" | "span" | "start" => is_length(value.trim()),
        "value" if tag == Tag::Li => is_length(value.trim()),
        "lang" | "hreflang" | "srclang" => value.is_empty() || is_name(value.trim()),
        "headers" => value.split_ascii_whitespace().all(is_name),
        "scope" => is_one_of(&["row", "col", "rowgroup", "colgroup", "auto"]),
        "kind" => is_one_of(&["subtitles", "captions", "descriptions", "chapters", "metadata"]),
        "type" if tag == Tag::Source => is_condition(value) && value.contains('/'),
        "type" => is_one_of(&["1", "a", "i", "disc", "circle", "square"]),
        "sizes" | "media" => is_condition(value) && value.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).all(is_word_or_length),
        _ => true,
    }
}

/// Whether a value is a number, with what it is a number of.
fn is_length(value: &str) -> bool {
    let number = value.strip_prefix(['-', '+']).unwrap_or(value).trim_end_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '%' | ' '));
    value.len() - number.len() <= 4 && is_short(number) && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Whether a value is the name of a language, of people or of machines (with what a class says it is), or of a cell.
pub(super) fn is_name(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'#' | b'.' | b':');
    value.len() <= NAME && value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.bytes().all(is_part) && is_short(value)
}

/// Whether a value is of what conditions and media types are made of.
fn is_condition(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b" \t\r\n()[]<>=:;,.%/*+-_'\"".contains(&byte);
    value.bytes().all(is_part) && is_short(value)
}

/// Whether a part of a condition is a word or a number with a unit: no key is.
fn is_word_or_length(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic()) || is_length(part)
}

/// Whether a value has no number in it that could be anybody's. Marks between digits do not part them.
fn is_short(value: &str) -> bool {
    let mut digits = 0;
    value.bytes().all(|byte| {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'+' | b'.' | b'(' | b')' => {}
            _ => digits = 0,
        }
        digits <= DIGITS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_say_what_they_are_for() {
        for (tag, name, value) in [
            (Tag::Img, "width", "640"),
            (Tag::Img, "height", "12.5em"),
            (Tag::Img, "height", "480 PX"),
            (Tag::Td, "colspan", "2"),
            (Tag::Ol, "start", "-3"),
            (Tag::Ol, "type", "A"),
            (Tag::P, "lang", "zh-Hant-TW"),
            (Tag::P, "lang", ""),
            (Tag::Td, "headers", "h1 c_2"),
            (Tag::Th, "scope", "COL"),
            (Tag::Source, "type", "video/mp4; codecs=\"avc1.640028, mp4a.40.2\""),
            (Tag::Source, "media", "(min-width: 1024px) and (max-width: 100rem)"),
            (Tag::Img, "sizes", "(max-width: 600px) calc(100vw - 2 * 1.5rem), 1200px"),
        ] {
            assert!(allows(tag, name, value), "{name}={value}");
        }
        for (tag, name, value) in [
            (Tag::Img, "width", "+966501234567"),
            (Tag::Img, "width", "0501234567"),
            (Tag::Td, "colspan", "050 123 4567"),
            (Tag::Ol, "type", "casino"),
            (Tag::P, "lang", "a.reader@example.org"),
            (Tag::P, "lang", "t-050-123-4567"),
            (Tag::P, "lang", "call me"),
            (Tag::Td, "headers", "tel 0501234567"),
            (Tag::Th, "scope", "4111111111111111"),
            (Tag::Source, "type", "casino"),
            (Tag::Source, "media", "a@b.example"),
            (Tag::Img, "sizes", "+966501234567"),
            (Tag::Img, "sizes", "050 123 4567, 050.123.4567"),
            (Tag::Source, "media", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ] {
            assert!(!allows(tag, name, value), "{name}={value}");
        }
        assert!(["c++", "objective-c", "1c"].iter().all(|language| is_name(&format!("language-{language}"))));
        assert!(!is_name("language-0501234567") && !is_name("0501234567"));
    }
}
