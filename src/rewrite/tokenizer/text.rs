//! Text of an element that holds nothing else, up to where its end tag begins, and of CDATA sections.

use super::{Escapes, State, Tokenizer};
use crate::error::RewriteError;
use crate::rewrite::tag::Tag;
use crate::rewrite::token::{TextKind, TokenKind};

impl Tokenizer {
    /// What follows the start tag that was read is text.
    pub(super) fn enter_text(&mut self) {
        self.state = State::Text(self.start_tag.tag);
    }

    /// Text up to its end tag, where nothing in it but that may be more than text; else lol_html tells where it ends.
    pub(super) fn text(&mut self, tag: Tag, rest: &str) -> Result<(TokenKind, usize), RewriteError> {
        let bytes = rest.as_bytes();
        let (sign, at) = next_sign(bytes, tag);
        match sign {
            Sign::EndTag => {
                self.state = State::Data;
                // Nothing stands between the two tags: the end tag is next.
                if at == 0 { self.end_tag(rest) } else { Ok((TokenKind::Text(kind_of(tag)), at)) }
            }
            Sign::Unsure => {
                let token_bytes = self.token_bytes;
                self.escapes.get_or_insert_with(|| Escapes::new(token_bytes)).begin(tag)?;
                self.escaped(tag, self.position + at as u64, false, rest)
            }
            Sign::None => Ok((TokenKind::Text(kind_of(tag)), if self.ended { bytes.len() } else { at })),
        }
    }

    /// Text up to the end tag that lol_html reports, or as far as no end tag can begin. It is shown nothing behind that end tag: it
    /// stops to look wherever one may end.
    pub(super) fn escaped(&mut self, tag: Tag, mut shown_to: u64, mut may_end: bool, rest: &str) -> Result<(TokenKind, usize), RewriteError> {
        let bytes = rest.as_bytes();
        while let Some(escapes) = &mut self.escapes {
            let unseen = &bytes[(shown_to - self.position) as usize..];
            let (length, goes_on) = match may_end {
                true => memchr::memchr(b'>', unseen).map_or((unseen.len(), false), |at| (at + 1, true)),
                false => match end_tag_name(unseen, tag.name().as_bytes()) {
                    Ok(after) => (after, true),
                    Err(before) => (before, false),
                },
            };
            escapes.show(&unseen[..length])?;
            (shown_to, may_end) = (shown_to + length as u64, may_end || goes_on);
            if let Some(behind) = escapes.behind_text() {
                self.state = State::Data;
                let length = (shown_to - behind).saturating_sub(self.position) as usize;
                // Nothing stands between the two tags: the end tag is next.
                return if length == 0 { self.end_tag(rest) } else { Ok((TokenKind::Text(kind_of(tag)), length)) };
            }
            if !goes_on {
                break;
            }
        }
        self.state = State::Escaped { tag, shown_to, may_end };
        Ok((TokenKind::Text(kind_of(tag)), if self.ended { bytes.len() } else { begin_of_end_tag(bytes, tag.name()) }))
    }

    /// The end tag of a text. One place for both ways that lead to it: what it calls is written out wherever it is used.
    fn end_tag(&mut self, rest: &str) -> Result<(TokenKind, usize), RewriteError> {
        self.data(rest, false)
    }

    /// A CDATA section's text, and the mark at its end (13.2.5.69).
    pub(super) fn cdata(&mut self, rest: &str) -> (TokenKind, usize) {
        match memchr::memmem::find(rest.as_bytes(), b"]]>") {
            Some(0) => {
                self.state = State::Data;
                (TokenKind::Nothing, 3)
            }
            Some(end) => (TokenKind::Text(TextKind::Literal), end),
            None if self.ended => (TokenKind::Text(TextKind::Literal), rest.len()),
            None => (TokenKind::Text(TextKind::Literal), rest.trim_end_matches(']').len()),
        }
    }
}

/// How the text of such an element is to be read.
fn kind_of(tag: Tag) -> TextKind {
    match tag {
        Tag::Title | Tag::Textarea => TextKind::Rcdata,
        Tag::Plaintext => TextKind::Literal,
        _ => TextKind::Raw,
    }
}

/// What in a text may be more than text.
enum Sign {
    None,
    /// Its end tag, with nothing but a name.
    EndTag,
    /// What may be its end tag, or escapes those that follow.
    Unsure,
}

/// The first sign in a text and where it begins; without one, where what may still become one does.
fn next_sign(bytes: &[u8], tag: Tag) -> (Sign, usize) {
    let name = tag.name().as_bytes();
    for at in memchr::memchr_iter(b'<', bytes) {
        let after = &bytes[at + 1..];
        match after {
            [b'/', given @ ..] => {
                let length = given.len().min(name.len());
                if given[..length].eq_ignore_ascii_case(&name[..length]) {
                    return match given.get(name.len()) {
                        None => (Sign::None, at),
                        Some(b'>') if tag != Tag::Plaintext => (Sign::EndTag, at),
                        Some(_) => (Sign::Unsure, at),
                    };
                }
            }
            // In a script this begins an escape.
            _ if after.starts_with(b"!--") && tag == Tag::Script => return (Sign::Unsure, at),
            _ if b"!--".starts_with(after) => return (Sign::None, at),
            _ => {}
        }
    }
    (Sign::None, bytes.len())
}

/// Whether the content of such an element is text to the tokenizer (13.2.6.2 and where 13.2.6.4 refers to it, scripting enabled).
pub(super) fn holds_text(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Script
            | Tag::Style
            | Tag::Title
            | Tag::Textarea
            | Tag::Xmp
            | Tag::Iframe
            | Tag::Noembed
            | Tag::Noframes
            | Tag::Noscript
            | Tag::Plaintext
    )
}

/// Offset behind the first `</` and name; without one, offset of what may still become that, else the length of the text.
fn end_tag_name(bytes: &[u8], name: &[u8]) -> Result<usize, usize> {
    for at in memchr::memchr_iter(b'<', bytes) {
        match &bytes[at + 1..] {
            [] => return Err(at),
            [b'/', given @ ..] => {
                let length = given.len().min(name.len());
                if given[..length].eq_ignore_ascii_case(&name[..length]) {
                    return if length == name.len() { Ok(at + 2 + length) } else { Err(at) };
                }
            }
            _ => {}
        }
    }
    Err(bytes.len())
}

/// Offset of what may be the beginning of an end tag of this name that is not whole yet; else the length of the text.
fn begin_of_end_tag(bytes: &[u8], name: &str) -> usize {
    for at in memchr::memrchr_iter(b'<', bytes) {
        let after = &bytes[at + 1..];
        let begins = match after {
            [] => true,
            [b'/', given @ ..] => {
                let length = given.len().min(name.len());
                given[..length].eq_ignore_ascii_case(&name.as_bytes()[..length])
            }
            _ => false,
        };
        if begins {
            return at;
        }
        // An end tag that is not whole cannot hold this much.
        if bytes.len() - at > END_TAG_BYTES {
            break;
        }
    }
    bytes.len()
}

/// An end tag of a script or the like with more than this behind its name is not looked for.
const END_TAG_BYTES: usize = 4096;
