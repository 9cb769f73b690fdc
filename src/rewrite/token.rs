//! lol_html as a tokenizer: the only place that knows the crate's rewriter.
//!
//! Text, comments and doctypes note their ranges and nothing else. What no handler reported are the tags. They are cut here: end
//! tags because lol_html gives them only to elements that it saw open, and its stack is not the standard's; start tags because
//! an element handler costs half as much again as all the rest, and all that it would tell is where the tag ends.

use super::attributes::{Attribute, read_tag, tag_name_length};
use super::tag::Tag;
use super::window::Window;
use crate::error::RewriteError;
use lol_html::html_content::TextType;
use lol_html::{DocumentContentHandlers, HtmlRewriter, MemorySettings, Settings};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// What a piece of the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// The place of its head among those read with it.
    StartTag(u32),
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

/// What was read of a start tag.
#[derive(Clone, Debug)]
pub(super) struct TagHead {
    pub(super) tag: Tag,
    /// In bytes.
    pub(super) name_length: u32,
    /// Which known names its attributes have.
    pub(super) known: u32,
    /// Its attributes among those read with it.
    pub(super) attributes: Range<u32>,
}

impl TagHead {
    /// Reads the start tag that `source` begins with; with it comes the offset after it. `None` when it does not end.
    pub(super) fn read(source: &str, attributes: &mut Vec<Attribute>) -> Option<(TagHead, usize)> {
        let name_length = tag_name_length(&source.as_bytes()[1..]);
        let first = attributes.len() as u32;
        let (end, known) = read_tag(source, 1 + name_length, attributes)?;
        let tag = Tag::of(&source[1..1 + name_length]);
        Some((TagHead { tag, name_length: name_length as u32, known, attributes: first..attributes.len() as u32 }, end))
    }
}

/// Tokens in order, and what was read of the start tags among them.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) heads: Vec<TagHead>,
    pub(super) attributes: Vec<Attribute>,
}

impl Tokens {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.heads.clear();
        self.attributes.clear();
    }

    fn push(&mut self, kind: TokenKind, range: Range<u64>) {
        self.list.push(Token { kind, range });
    }
}

/// Cuts decoded HTML into tokens whose ranges cover it without gap or overlap.
pub(super) struct Tokenizer {
    lol: HtmlRewriter<'static, fn(&[u8])>,
    seen: Rc<RefCell<Vec<(TokenKind, Range<usize>)>>>,
    /// Everything before this offset has been handed out.
    position: u64,
}

impl Tokenizer {
    /// `token_bytes` caps what one tag or comment may make the tokenizer buffer.
    pub(super) fn new(token_bytes: usize) -> Self {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let note = |seen: &Rc<RefCell<Vec<(TokenKind, Range<usize>)>>>| {
            let seen = Rc::clone(seen);
            move |kind, bytes: Range<usize>| seen.borrow_mut().push((kind, bytes))
        };
        let (texts, comments, doctypes) = (note(&seen), note(&seen), note(&seen));
        let document = DocumentContentHandlers::default()
            .text(move |text: &mut lol_html::html_content::TextChunk<'_>| {
                texts(TokenKind::Text(text_kind(text.text_type())), text.source_location().bytes());
                Ok(())
            })
            .comments(move |comment: &mut lol_html::html_content::Comment<'_>| {
                comments(TokenKind::Comment, comment.source_location().bytes());
                Ok(())
            })
            .doctype(move |doctype: &mut lol_html::html_content::Doctype<'_>| {
                doctypes(TokenKind::Doctype, doctype.source_location().bytes());
                Ok(())
            });
        let settings = Settings::new()
            // Strict mode ends with an error on ambiguous markup; the graceful bail-outs, which flush raw bytes, stay off.
            .with_strict(false)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(token_bytes))
            .append_document_content_handler(document);
        Tokenizer { lol: HtmlRewriter::new(settings, (|_: &[u8]| {}) as fn(&[u8])), seen, position: 0 }
    }

    /// Everything before this offset has been handed out.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Tokenizes the next piece, which the window already holds. Must not be called after an error.
    pub(super) fn write(&mut self, piece: &str, window: &Window, tokens: &mut Tokens) -> Result<(), RewriteError> {
        let written = self.lol.write(piece.as_bytes());
        self.hand_out(window, tokens);
        written.map_err(RewriteError::from_tokenizer)
    }

    /// Ends the input.
    pub(super) fn end(mut self, window: &Window, tokens: &mut Tokens) -> Result<(), RewriteError> {
        let seen = Rc::clone(&self.seen);
        let lol = std::mem::replace(&mut self.lol, HtmlRewriter::new(Settings::new(), (|_: &[u8]| {}) as fn(&[u8])));
        let ended = lol.end();
        self.seen = seen;
        self.hand_out(window, tokens);
        self.fill_gap(window.end(), window, tokens);
        ended.map_err(RewriteError::from_tokenizer)
    }

    fn hand_out(&mut self, window: &Window, tokens: &mut Tokens) {
        let mut seen = std::mem::take(&mut *self.seen.borrow_mut());
        for (kind, bytes) in seen.drain(..) {
            let (start, end) = (bytes.start as u64, bytes.end as u64);
            // The chunk that ends a text node is empty and may be reported late.
            if end <= self.position {
                continue;
            }
            if start > self.position {
                self.fill_gap(start, window, tokens);
            }
            tokens.push(kind, self.position..end);
            self.position = end;
        }
        // Give the allocation back for the next piece.
        *self.seen.borrow_mut() = seen;
        if window.end() - self.position > TAGS_BYTES {
            self.hand_out_tags(window, tokens);
        }
    }

    /// The bytes up to `until` were reported by no handler: tags, and what the tokenizer drops.
    fn fill_gap(&mut self, until: u64, window: &Window, tokens: &mut Tokens) {
        let gap = window.text(self.position..until);
        let mut at = 0;
        while at < gap.len() {
            let (kind, length) = first_of_gap(&gap[at..], tokens);
            tokens.push(kind, self.position + at as u64..self.position + (at + length) as u64);
            at += length;
        }
        self.position = until;
    }

    /// Tags on tags without a text between them: they are handed out as far as they are whole, so that they need not be held.
    /// Only whole tags can be told from the beginning of a text or comment that is still to be reported.
    fn hand_out_tags(&mut self, window: &Window, tokens: &mut Tokens) {
        let gap = window.text(self.position..window.end());
        let mut at = 0;
        while let (kind @ (TokenKind::StartTag(_) | TokenKind::EndTag(_)), length) = first_of_gap(&gap[at..], tokens) {
            tokens.push(kind, self.position + at as u64..self.position + (at + length) as u64);
            at += length;
        }
        self.position += at as u64;
    }
}

/// Tags without a text between them wait for the text after them, unless they take more than this many bytes.
const TAGS_BYTES: u64 = 64 * 1024;

fn text_kind(kind: TextType) -> TextKind {
    match kind {
        TextType::Data => TextKind::Data,
        TextType::RCData => TextKind::Rcdata,
        TextType::RawText | TextType::ScriptData => TextKind::Raw,
        TextType::PlainText | TextType::CDataSection => TextKind::Literal,
    }
}

/// Kind and length in bytes of what a gap begins with; the length is 0 only where the gap is empty.
#[inline]
fn first_of_gap(gap: &str, tokens: &mut Tokens) -> (TokenKind, usize) {
    let bytes = gap.as_bytes();
    match bytes {
        [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
            let name_end = 2 + tag_name_length(&bytes[2..]);
            let kept = tokens.attributes.len();
            let end = if bytes.get(name_end) == Some(&b'>') {
                Some(name_end + 1)
            } else {
                // An end tag may carry attributes, which mean nothing but may hold a `>`.
                read_tag(gap, name_end, &mut tokens.attributes).map(|(end, _)| end)
            };
            tokens.attributes.truncate(kept);
            match end {
                Some(end) => (TokenKind::EndTag(Tag::of(&gap[2..name_end])), end),
                // Broken off by the end of the page: the standard drops it.
                None => (TokenKind::Nothing, gap.len()),
            }
        }
        [b'<', letter, ..] if letter.is_ascii_alphabetic() => match TagHead::read(gap, &mut tokens.attributes) {
            Some((head, end)) => {
                tokens.heads.push(head);
                (TokenKind::StartTag(tokens.heads.len() as u32 - 1), end)
            }
            None => (TokenKind::Nothing, gap.len()),
        },
        _ => (TokenKind::Nothing, next_tag(bytes)),
    }
}

/// Offset of the next tag after the first byte.
fn next_tag(bytes: &[u8]) -> usize {
    let begins = |at: &usize| match bytes[*at + 1..] {
        [b'/', letter, ..] | [letter, ..] => letter.is_ascii_alphabetic(),
        [] => false,
    };
    memchr::memchr_iter(b'<', bytes).filter(|at| *at > 0).find(begins).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(page: &str, step: usize) -> Vec<(TokenKind, String)> {
        let mut window = Window::default();
        let mut tokenizer = Tokenizer::new(1 << 20);
        let mut out = Tokens::default();
        let characters: Vec<char> = page.chars().collect();
        for chunk in characters.chunks(step) {
            let piece: String = chunk.iter().collect();
            window.push(&piece);
            tokenizer.write(&piece, &window, &mut out).unwrap();
        }
        tokenizer.end(&window, &mut out).unwrap();
        let mut at = 0;
        let mut joined: Vec<(TokenKind, String)> = Vec::new();
        for token in out.list {
            assert_eq!(token.range.start, at, "no gap and no overlap in {page:?}");
            at = token.range.end;
            let text = window.text(token.range.clone());
            match joined.last_mut() {
                Some(last) if last.0 == token.kind && matches!(token.kind, TokenKind::Text(_)) => last.1 += text,
                _ => joined.push((token.kind, text.to_owned())),
            }
        }
        assert_eq!(at, page.len() as u64);
        joined
    }

    #[test]
    fn ranges_cover_the_page_and_end_tags_are_found() {
        let page = "<!doctype html><p a='>'>سلام &am<b>p;</b></p></p></div x='>' y>t<!-- </p> --></ul></><script>if(a</b)</script><svg><![CDATA[<x>]]></svg>x</p";
        let whole = tokens(page, 1000);
        let ends: Vec<_> = whole.iter().filter(|t| matches!(t.0, TokenKind::EndTag(_))).map(|t| t.1.as_str()).collect();
        assert_eq!(ends, ["</b>", "</p>", "</p>", "</div x='>' y>", "</ul>", "</script>", "</svg>"]);
        for step in [1, 2, 3, 7] {
            assert_eq!(tokens(page, step), whole, "step {step}");
        }
    }
}
