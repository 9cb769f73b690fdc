//! What a `pre` holds, or what its style makes one: text that somebody set in lines, or code, verse and tables, whose lines are not ours to
//! judge.

use super::tag::Tag;

/// So much of it is looked at, in bytes.
const LOOK: usize = 8 * 1024;
/// A line of text has so many letters, and so many letters are text.
const LINE_LETTERS: u32 = 32;
const TEXT_LETTERS: u32 = 200;
/// Where a style keeps lines, one letter in so many of them stands in lines of text.
const STYLED_SHARE: u32 = 6;
/// One letter of a script without spaces stands for so many.
const WIDE: u32 = 3;
/// Of what is no white space in a line of text, so many percent are letters.
const LETTERS_OF_HUNDRED: u32 = 80;
/// What begins further right is set out: code, an option of a manual.
const INDENT: usize = 2;

/// Text of longer lines is not wrapped: a line is a paragraph.
const WRAPPED_LETTERS: u32 = 110;

/// What a `pre` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text in lines, those of so many letters or more wrapped.
    Lines { wrapped_at: u32 },
    /// Code, verse, a table, little of anything.
    Other,
}

/// What the content of an element is, and how many bytes of it were looked at; `None` where more of it has to come first. An element that is no
/// `pre` has its lines by its style, and they are the writer's own, not wrapped.
pub(super) fn look(rest: &str, tag: Tag, at_end: bool) -> Option<(Content, usize)> {
    let head = &rest[..rest.floor_char_boundary(LOOK)];
    let end = find_tag(head, format!("/{}", tag.name()).as_bytes());
    if end.is_none() && !at_end && rest.len() < LOOK {
        return None;
    }
    let content = &head[..end.unwrap_or(head.len())];
    if ["code", "samp", "kbd", "var"].iter().any(|name| find_tag(content, name.as_bytes()).is_some()) {
        return Some((Content::Other, content.len()));
    }
    if content.matches("<span class=").count() > content.lines().count() {
        // Colours of a highlighter.
        return Some((Content::Other, content.len()));
    }
    let (mut text, mut all, mut widest) = (0, 0, 0);
    for line in content.split(['\n', '\r']) {
        let (letters, is_text) = measure(line);
        all += letters;
        widest = widest.max(letters);
        text += if is_text { letters } else { 0 };
    }
    let is_pre = tag == Tag::Pre;
    let wrapped_at = if is_pre && widest <= WRAPPED_LETTERS { widest / 3 * 2 } else { u32::MAX };
    let is_text = text >= TEXT_LETTERS && text * if is_pre { 2 } else { STYLED_SHARE } >= all;
    Some((if is_text { Content::Lines { wrapped_at } } else { Content::Other }, content.len()))
}

/// The letters of a text outside of tags.
pub(super) fn letters(text: &str) -> u32 {
    measure(text).0
}

/// Where a tag of this name begins.
fn find_tag(text: &str, name: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).find(|at| {
        let rest = &bytes[at + 1..];
        let is_named = rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        is_named && rest.get(name.len()).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
    })
}

/// The letters of a line outside of tags and references, and whether it is one of text: no columns, few signs, not set in.
fn measure(line: &str) -> (u32, bool) {
    let indent = line.len() - line.trim_start().len();
    let (mut letters, mut signs, mut gaps) = (0, 0, 0);
    let (mut before, mut has_tags) = (' ', true);
    let mut rest = line.trim();
    while let Some(character) = rest.chars().next() {
        let skipped = match character {
            '<' if has_tags => {
                let end = rest.find('>');
                has_tags = end.is_some();
                end
            }
            '&' => reference(rest),
            _ => None,
        };
        rest = &rest[skipped.map_or(character.len_utf8(), |last| last + 1)..];
        match character {
            // A reference stands for a letter where a page is written in them.
            '&' if skipped.is_some() => letters += 1,
            _ if skipped.is_some() => continue,
            _ if character.is_alphabetic() => letters += if ('\u{2e80}'..'\u{fb00}').contains(&character) { WIDE } else { 1 },
            _ if character.is_whitespace() => gaps += u32::from(before == ' ' || character == '\t'),
            _ if is_mark(character) => {}
            _ => signs += 1,
        }
        before = if character.is_whitespace() { ' ' } else { character };
    }
    let is_text = indent <= INDENT && gaps <= 2 && letters >= LINE_LETTERS && letters * 100 >= (letters + signs) * LETTERS_OF_HUNDRED;
    (letters, is_text)
}

/// Where the reference ends that a text begins with; many pages leave out the semicolon of numbers.
fn reference(text: &str) -> Option<usize> {
    let length = text.bytes().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    match text.as_bytes().get(length + 1) {
        _ if length == 0 || length > 10 => None,
        Some(b';') => Some(length + 1),
        _ if text.as_bytes()[1] == b'#' => Some(length),
        _ => None,
    }
}

/// Marks that stand in sentences, and marks on letters.
fn is_mark(character: char) -> bool {
    matches!(character, '.' | ',' | ':' | '!' | '?' | '\'' | '"' | '-') || (!character.is_ascii() && !character.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{Content, Tag, look as look_at};

    fn look(rest: &str, at_end: bool) -> Option<Content> {
        look_at(rest, Tag::Pre, at_end).map(|(content, _)| content)
    }

    const TEXT: &str = "The harbour of the old town was closed for three days, because the\nstorm had torn the lights off the pier and nobody could see the way.\n\n\
        A <b>ferry</b> waited outside until the fishermen of the next village\nhad brought lamps &amp; rope, and then came in between them at dawn.\n\n";

    #[test]
    fn text_in_lines_is_told_from_code_and_verse() {
        assert_eq!(look(&format!("Share\n{TEXT}</pre>"), false), Some(Content::Lines { wrapped_at: 36 }));
        assert_eq!(look(TEXT, false), None);
        assert_eq!(look(TEXT, true), Some(Content::Lines { wrapped_at: 36 }));
        assert_eq!(look(&TEXT.repeat(50), false), Some(Content::Lines { wrapped_at: 36 }));
        assert_eq!(look(&format!("<code>{TEXT}</code></pre>"), false), Some(Content::Other));
        let code = "fn main() {\n    let message = String::from(\"hello, harbour town\");\n    println!(\"{message}\");\n}\n".repeat(8);
        assert_eq!(look(&format!("{code}</pre>"), false), Some(Content::Other));
        let coloured = TEXT.replace("the ", "<span class=\"k\">the</span> ").replace(" and ", " <span class='o'>and</span> <span class=s>in</span> ");
        assert_eq!(look(&format!("{coloured}{coloured}</pre>").replace("a", "<span class=n>a</span>"), false), Some(Content::Other));
        let verse = "The sea is calm to-night,\nthe tide is full,\nthe moon lies fair\n".repeat(8);
        assert_eq!(look(&format!("{verse}</pre>"), false), Some(Content::Other));
        let table = "Name of the harbour      Boats of all kinds      Depth in metres at low tide\n".repeat(8);
        assert_eq!(look(&format!("{table}</pre>"), false), Some(Content::Other));
        let manual = "       The option makes the program list all of the files that it has found so far.\n".repeat(8);
        assert_eq!(look(&format!("{manual}</pre>"), false), Some(Content::Other));
    }
}
