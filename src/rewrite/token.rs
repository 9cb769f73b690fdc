//! lol_html as a tokenizer: the only place that knows the crate's rewriter.
//!
//! One `*` element handler, text, comments and doctypes note their ranges and nothing else. What no handler reported
//! are the end tags: lol_html gives them only to elements that it saw open, and its stack is not the standard's.

use super::attributes::tag_name;
use super::window::Window;
use crate::error::RewriteError;
use lol_html::html_content::TextType;
use lol_html::{DocumentContentHandlers, HtmlRewriter, MemorySettings, Settings, element};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// What a piece of the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StartTag,
    EndTag,
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

/// Cuts decoded HTML into tokens whose ranges cover it without gap or overlap.
pub(super) struct Tokenizer {
    lol: HtmlRewriter<'static, fn(&[u8])>,
    seen: Rc<RefCell<Vec<Token>>>,
    /// Everything before this offset has been handed out.
    position: u64,
}

impl Tokenizer {
    /// `token_bytes` caps what one tag or comment may make the tokenizer buffer.
    pub(super) fn new(token_bytes: usize) -> Self {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let note = |seen: &Rc<RefCell<Vec<Token>>>| {
            let seen = Rc::clone(seen);
            move |kind, bytes: Range<usize>| {
                seen.borrow_mut().push(Token { kind, range: bytes.start as u64..bytes.end as u64 });
            }
        };
        let (tags, texts, comments, doctypes) = (note(&seen), note(&seen), note(&seen), note(&seen));
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
            .append_document_content_handler(document)
            .append_element_content_handler(element!("*", move |tag| {
                tags(TokenKind::StartTag, tag.source_location().bytes());
                Ok(())
            }));
        Tokenizer { lol: HtmlRewriter::new(settings, (|_: &[u8]| {}) as fn(&[u8])), seen, position: 0 }
    }

    /// Tokenizes the next piece, which the window already holds. Must not be called after an error.
    pub(super) fn write(&mut self, piece: &str, window: &Window, tokens: &mut Vec<Token>) -> Result<(), RewriteError> {
        let written = self.lol.write(piece.as_bytes());
        self.hand_out(window, tokens);
        written.map_err(RewriteError::from_tokenizer)
    }

    /// Ends the input.
    pub(super) fn end(mut self, window: &Window, tokens: &mut Vec<Token>) -> Result<(), RewriteError> {
        let seen = Rc::clone(&self.seen);
        let lol = std::mem::replace(&mut self.lol, HtmlRewriter::new(Settings::new(), (|_: &[u8]| {}) as fn(&[u8])));
        let ended = lol.end();
        self.seen = seen;
        self.hand_out(window, tokens);
        self.fill_gap(window.end(), window, tokens);
        ended.map_err(RewriteError::from_tokenizer)
    }

    fn hand_out(&mut self, window: &Window, tokens: &mut Vec<Token>) {
        let seen = std::mem::take(&mut *self.seen.borrow_mut());
        for token in &seen {
            // The chunk that ends a text node is empty and may be reported late.
            if token.range.end <= self.position {
                continue;
            }
            self.fill_gap(token.range.start, window, tokens);
            let range = token.range.start.max(self.position)..token.range.end;
            self.position = range.end;
            tokens.push(Token { kind: token.kind, range });
        }
        let mut seen = seen;
        seen.clear();
        // Give the allocation back for the next piece.
        *self.seen.borrow_mut() = seen;
    }

    /// The bytes up to `until` were reported by no handler: end tags, and what the tokenizer drops.
    fn fill_gap(&mut self, until: u64, window: &Window, tokens: &mut Vec<Token>) {
        while self.position < until {
            let gap = window.text(self.position..until);
            let (kind, length) = first_of_gap(gap);
            let range = self.position..(self.position + length.max(1) as u64).min(until);
            self.position = range.end;
            tokens.push(Token { kind, range });
        }
    }
}

fn text_kind(kind: TextType) -> TextKind {
    match kind {
        TextType::Data => TextKind::Data,
        TextType::RCData => TextKind::Rcdata,
        TextType::RawText | TextType::ScriptData => TextKind::Raw,
        TextType::PlainText | TextType::CDataSection => TextKind::Literal,
    }
}

/// Kind and length in bytes of what a gap begins with.
fn first_of_gap(gap: &str) -> (TokenKind, usize) {
    let is_end_tag = gap.strip_prefix("</").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if !is_end_tag {
        // Up to the next end tag.
        let next = gap.match_indices("</").map(|(at, _)| at).find(|at| *at > 0 && gap.as_bytes().get(at + 2).is_some_and(u8::is_ascii_alphabetic));
        return (TokenKind::Nothing, next.unwrap_or(gap.len()));
    }
    // An end tag may carry attributes, and a `>` inside a quoted value does not end it (13.2.5.36, 13.2.5.37).
    let name = tag_name(gap);
    let bytes = gap.as_bytes();
    let mut at = 2 + name.len();
    let mut after_equals = false;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return (TokenKind::EndTag, at + 1),
            quote @ (b'"' | b'\'') if after_equals => {
                at += memchr::memchr(quote, &bytes[at + 1..]).map_or(bytes.len() - at, |end| end + 1);
                after_equals = false;
            }
            b'=' => after_equals = true,
            b if b.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    // Broken off by the end of the page: the standard drops it.
    (TokenKind::Nothing, gap.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(page: &str, step: usize) -> Vec<(TokenKind, String)> {
        let mut window = Window::default();
        let mut tokenizer = Tokenizer::new(1 << 20);
        let mut out = Vec::new();
        let characters: Vec<char> = page.chars().collect();
        for chunk in characters.chunks(step) {
            let piece: String = chunk.iter().collect();
            window.push(&piece);
            tokenizer.write(&piece, &window, &mut out).unwrap();
        }
        tokenizer.end(&window, &mut out).unwrap();
        let mut at = 0;
        let mut joined: Vec<(TokenKind, String)> = Vec::new();
        for token in out {
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
        let ends: Vec<_> = whole.iter().filter(|t| t.0 == TokenKind::EndTag).map(|t| t.1.as_str()).collect();
        assert_eq!(ends, ["</b>", "</p>", "</p>", "</div x='>' y>", "</ul>", "</script>", "</svg>"]);
        for step in [1, 2, 3, 7] {
            assert_eq!(tokens(page, step), whole, "step {step}");
        }
    }
}
