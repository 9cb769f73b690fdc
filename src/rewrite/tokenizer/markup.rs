//! What stands outside of elements that hold nothing but text: tags, comments, and the text between them.

use super::text::holds_text;
use super::{State, Tokenizer};
use crate::error::RewriteError;
use crate::rewrite::attributes::{read_tag, tag_name_length};
use crate::rewrite::tag::Tag;
use crate::rewrite::token::{TextKind, TokenKind};

impl Tokenizer {
    /// Kind and length in bytes of what comes next outside of texts; 0 when that is not known yet.
    #[inline(always)]
    pub(super) fn data(&mut self, rest: &str, in_foreign: bool) -> Result<(TokenKind, usize), RewriteError> {
        let bytes = rest.as_bytes();
        if bytes[0] != b'<' {
            return Ok((TokenKind::Text(TextKind::Data), text_length(bytes)));
        }
        // What does not end before the page does.
        let broken = |kind: TokenKind| if self.ended { (kind, bytes.len()) } else { (kind, 0) };
        let until = |from: usize, end: &[u8], kind: TokenKind| match memchr::memmem::find(bytes.get(from..).unwrap_or_default(), end) {
            Some(found) => (kind, from + found + end.len()),
            None => broken(kind),
        };
        Ok(match &bytes[1..] {
            [letter, ..] if letter.is_ascii_alphabetic() => match self.start_tag.read(rest) {
                Some(end) => {
                    // In SVG and MathML these hold tags like any other element.
                    if holds_text(self.start_tag.tag) && !in_foreign {
                        self.enter_text();
                    }
                    (TokenKind::StartTag, end)
                }
                // The standard drops a tag without end.
                None => broken(TokenKind::Nothing),
            },
            [b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                let name_end = 2 + tag_name_length(&bytes[2..]);
                let end = match bytes.get(name_end) {
                    Some(b'>') => Some(name_end + 1),
                    // An end tag may carry attributes, which mean nothing but may hold a `>`.
                    _ => {
                        self.start_tag.attributes.clear();
                        read_tag(rest, name_end, &mut self.start_tag.attributes).map(|(end, _)| end)
                    }
                };
                match end {
                    Some(end) => (TokenKind::EndTag(Tag::at(&bytes[2..], name_end - 2)), end),
                    None => broken(TokenKind::Nothing),
                }
            }
            [b'/', b'>', ..] => (TokenKind::Nothing, 3),
            [b'/', _, ..] | [b'?', ..] => until(2, b">", TokenKind::Comment),
            [b'!', b'-', b'-', ..] => match end_of_comment(bytes) {
                Some(end) => (TokenKind::Comment, end),
                None => broken(TokenKind::Comment),
            },
            [b'!', name @ ..] if name.get(..7).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype")) => until(9, b">", TokenKind::Doctype),
            [b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] if in_foreign => {
                self.state = State::CData;
                (TokenKind::Nothing, 9)
            }
            // It may still become one of the above.
            [b'!', name @ ..] if name.len() < 8 && !name.contains(&b'>') && !self.ended => (TokenKind::Comment, 0),
            [b'!', ..] => until(2, b">", TokenKind::Comment),
            [] | [b'/'] if !self.ended => (TokenKind::Nothing, 0),
            // A `<` that begins nothing is text.
            _ => (TokenKind::Text(TextKind::Data), text_length(bytes)),
        })
    }
}

/// Length of the text that `bytes` begin with: up to a `<` behind its first byte that may begin something else.
fn text_length(bytes: &[u8]) -> usize {
    let begins = |at: &usize| match bytes.get(at + 1) {
        Some(next) => next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'),
        None => true,
    };
    memchr::memchr_iter(b'<', &bytes[1..]).map(|at| at + 1).find(begins).unwrap_or(bytes.len())
}

/// Offset after a comment that `bytes` begin with (13.2.5.43 to 13.2.5.51).
fn end_of_comment(bytes: &[u8]) -> Option<usize> {
    match &bytes[4..] {
        [b'>', ..] => return Some(5),
        [b'-', b'>', ..] => return Some(6),
        _ => {}
    }
    let mut after = 4;
    while let Some(dashes) = memchr::memmem::find(&bytes[after..], b"--") {
        // More dashes may follow before the end; each is looked at once.
        after += dashes + bytes[after + dashes..].iter().take_while(|b| **b == b'-').count();
        match &bytes[after..] {
            [b'>', ..] => return Some(after + 1),
            [b'!', b'>', ..] => return Some(after + 2),
            _ => {}
        }
    }
    None
}
