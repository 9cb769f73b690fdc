//! A token: a piece of the page with its range.

use super::tag::Tag;
use std::ops::Range;

/// What a piece of the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Read into [`Tokenizer::start_tag`](super::tokenizer::Tokenizer::start_tag).
    StartTag,
    EndTag(Tag),
    Text(TextKind),
    Comment,
    Doctype,
    /// Bytes that the tokenizer drops: `</>`, the marks of a CDATA section.
    Nothing,
}

/// How the characters of a text are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Text with character references.
    Data,
    /// Text of `title` and `textarea`: with character references, without tags.
    Rcdata,
    /// Script, style, noscript and the like: not shown.
    Raw,
    /// Literal text: plain text input, `<plaintext>`, CDATA sections.
    Literal,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<u64>,
}
