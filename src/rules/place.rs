//! Where a byte of a string stands in the TOML that it is written in: behind its quotes, its escapes and the lines that it leaves out.

use std::ops::Range;

/// The character or escape of the source that stands for the byte `at` of a string's value; past its end, the quote that closes it. `span` is
/// that of the string with its quotes.
pub(super) fn place_in(source: &str, span: Range<usize>, value: &str, at: usize) -> Range<usize> {
    let Some(written) = source.get(span.clone()) else { return span };
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| written.starts_with(quote)) else { return span };
    let mut here = quote.len();
    if quote.len() == 3 {
        here += line_end(&written[here..]);
    }
    let has_escapes = quote.starts_with('"');
    let mut read = 0;
    for character in value.chars() {
        here += if has_escapes { left_out(&written[here..]) } else { 0 };
        let length = length_of(&written[here..], has_escapes, character);
        if read + character.len_utf8() > at {
            return span.start + here..(span.start + here + length).min(span.end);
        }
        read += character.len_utf8();
        here = (here + length).min(written.len());
    }
    here += if has_escapes { left_out(&written[here..]) } else { 0 };
    let end = span.start + here.min(written.len().saturating_sub(quote.len()));
    end..(end + 1).min(span.end)
}

/// Length of the end of a line at the beginning of a text.
fn line_end(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with('\n')) }
}

/// Length of a backslash at the end of its line and all white space behind it, as often as they come: they stand for nothing.
fn left_out(text: &str) -> usize {
    let mut rest = text;
    while let Some(behind) = rest.strip_prefix('\\') {
        let next = behind.trim_start_matches([' ', '\t']);
        if line_end(next) == 0 {
            break;
        }
        rest = next.trim_start_matches([' ', '\t', '\r', '\n']);
    }
    text.len() - rest.len()
}

/// Length of what is written for a character.
fn length_of(text: &str, has_escapes: bool, character: char) -> usize {
    let plain = if character == '\n' { line_end(text) } else { 0 };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('\\'), Some(kind)) if has_escapes => match kind {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            _ => 1 + kind.len_utf8(),
        },
        _ if plain > 0 => plain,
        (first, _) => first.map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Spanned;
    use toml::de::{DeTable, DeValue};

    /// What the source has for the letter `!` in a string, or for its end.
    fn shown(source: &str) -> String {
        let table = DeTable::parse(source).unwrap();
        let value = table.get_ref().get("k").unwrap();
        let DeValue::String(text) = value.get_ref() else { panic!("no string") };
        let at = text.find('!').unwrap_or(text.len());
        let place = place_in(source, Spanned::span(value), text, at);
        assert!(source.is_char_boundary(place.start) && source.is_char_boundary(place.end), "{source}");
        format!("{}[{}]", &source[..place.start].replace(['\n', '\r'], "~"), &source[place])
    }

    #[test]
    fn all_kinds_of_strings_are_counted_as_they_are_written() {
        for (source, expected) in [
            ("k = \"é!a\"", "k = \"é[!]"),
            ("k = 'é!a'", "k = 'é[!]"),
            ("k = '''é!a'''", "k = '''é[!]"),
            ("k = \"\"\"é!a\"\"\"", "k = \"\"\"é[!]"),
            ("k = '''\né\n!a'''", "k = '''~é~[!]"),
            ("k = '''\r\né\r\n!a'''", "k = '''~~é~~[!]"),
            ("k = \"\"\"\r\né\r\n!a\"\"\"", "k = \"\"\"~~é~~[!]"),
            ("k = \"\"\"a \\\n   b\\\r\n\n \\\n !\"\"\"", "k = \"\"\"a \\~   b\\~~~ \\~ [!]"),
            ("k = \"\\\"\\t\\u00e9\\U000000e9\\\\!\"", "k = \"\\\"\\t\\u00e9\\U000000e9\\\\[!]"),
            ("k = \"a\\u0021b\"", "k = \"a[\\u0021]"),
            ("k = \"é\"", "k = \"é[\"]"),
            ("k = 'é'", "k = 'é[']"),
            ("k = '''é'''", "k = '''é[']"),
            ("k = '''é''''", "k = '''é'[']"),
            ("k = \"\"\"é\"\"\" # '", "k = \"\"\"é[\"]"),
            ("k = \"\"", "k = \"[\"]"),
        ] {
            assert_eq!(shown(source), expected);
        }
    }
}
