//! The page as tokens, cut with the help of lol_html, which `rewrite/tokenizer/escapes.rs` asks.
//!
//! What a `<` means depends on where it stands: in a script, a title, a style sheet it is text. Mostly such a text ends at the first end tag of
//! its name. Where it may not, in escaped scripts above all, is the hard part of the standard, and lol_html's: it is shown such elements up to
//! their end tag and nothing else, as reading the page twice would cost more than all that it would tell. The rest, tags, comments and text
//! between them, is cut here.

mod escapes;
mod markup;
mod text;

use super::start_tag::StartTag;
use super::tag::Tag;
use super::token::Token;
use super::window::Window;
use crate::error::RewriteError;
use escapes::Escapes;

/// Cuts decoded HTML into tokens whose ranges cover it without gap or overlap.
pub(super) struct Tokenizer {
    /// Made for the first text that needs it.
    escapes: Option<Escapes>,
    state: State,
    /// The start tag that was read last; its buffers are reused.
    start_tag: StartTag,
    token_bytes: usize,
    /// Everything before this offset has been handed out.
    position: u64,
    /// Everything before this offset was written.
    seen: u64,
    /// What comes next is not whole before this much is written.
    look_again_at: u64,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Data,
    /// In the text of an element that holds nothing else, as far as nothing in it may be an escape.
    Text(Tag),
    /// In such a text where lol_html tells the end.
    Escaped {
        tag: Tag,
        /// lol_html was shown everything before this offset.
        shown_to: u64,
        /// What looks like its end tag has begun.
        may_end: bool,
    },
    /// In a CDATA section.
    CData,
}

impl Tokenizer {
    /// `token_bytes` caps what one tag or comment may make us hold.
    pub(super) fn new(token_bytes: usize) -> Self {
        Tokenizer {
            escapes: None,
            state: State::Data,
            start_tag: StartTag::default(),
            token_bytes,
            position: 0,
            seen: 0,
            look_again_at: 0,
            ended: false,
        }
    }

    /// The same, for text that begins at an offset.
    pub(super) fn at(self, offset: u64) -> Self {
        Tokenizer { position: offset, seen: offset, ..self }
    }

    /// Everything before this offset has been handed out.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The start tag that was read last.
    pub(super) fn start_tag(&self) -> &StartTag {
        &self.start_tag
    }

    /// So many bytes more of the page are in the window. Must not be called after an error.
    pub(super) fn write(&mut self, length: usize) {
        self.seen += length as u64;
    }

    /// Ends the page.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The next token that is whole; `None` until more is written. `in_foreign` tells whether the last token left the page in SVG or MathML.
    #[inline(always)]
    pub(super) fn next(&mut self, window: &Window, in_foreign: bool) -> Result<Option<Token>, RewriteError> {
        let rest = window.text(self.position..self.seen);
        if rest.is_empty() || (self.seen < self.look_again_at && !self.ended) {
            return Ok(None);
        }
        let (kind, length) = match self.state {
            State::Data => self.data(rest, in_foreign)?,
            State::Text(tag) => self.text(tag, rest)?,
            State::Escaped { tag, shown_to, may_end } => self.escaped(tag, shown_to, may_end, rest)?,
            State::CData => self.cdata(rest),
        };
        if length == 0 {
            // A long tag or comment is looked at again when there is twice as much of it, or it would cost the square of its length.
            self.look_again_at =
                if rest.len() > LONG_TOKEN { (self.seen + rest.len() as u64).min(self.position + self.token_bytes as u64 + 1) } else { 0 };
            return if rest.len() > self.token_bytes { Err(RewriteError::TokenTooLarge) } else { Ok(None) };
        }
        let range = self.position..self.position + length as u64;
        self.position = range.end;
        Ok(Some(Token { kind, range }))
    }
}

/// From this many bytes on an unfinished token is long.
const LONG_TOKEN: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::super::token::TokenKind;
    use super::super::{OpenElements, tag_name};
    use super::*;
    use std::cell::RefCell;
    use std::ops::Range;
    use std::rc::Rc;

    fn tokens(page: &str, step: usize) -> Vec<(TokenKind, String)> {
        let mut window = Window::default();
        let mut tokenizer = Tokenizer::new(24 << 20);
        let mut out = Vec::new();
        let (mut elements, mut closed) = (OpenElements::new(512), Vec::new());
        let mut take = |tokenizer: &mut Tokenizer, window: &Window| {
            while let Some(token) = tokenizer.next(window, elements.in_foreign()).unwrap() {
                let text = window.text(token.range.clone());
                match token.kind {
                    TokenKind::StartTag => _ = elements.open(text, tokenizer.start_tag(), &mut closed),
                    TokenKind::EndTag(tag) => _ = elements.end_tag(tag, tag_name(text), &mut closed),
                    _ => {}
                }
                out.push(token);
            }
        };
        let characters: Vec<char> = page.chars().collect();
        for chunk in characters.chunks(step) {
            let piece: String = chunk.iter().collect();
            window.end_mut().push_str(&piece);
            tokenizer.write(piece.len());
            take(&mut tokenizer, &window);
        }
        tokenizer.end();
        take(&mut tokenizer, &window);
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
        let ends: Vec<_> = whole.iter().filter(|t| matches!(t.0, TokenKind::EndTag(_))).map(|t| t.1.as_str()).collect();
        assert_eq!(ends, ["</b>", "</p>", "</p>", "</div x='>' y>", "</ul>", "</script>", "</svg>"]);
        for step in [1, 2, 3, 7] {
            assert_eq!(tokens(page, step), whole, "step {step}");
        }
    }

    /// What lol_html with all handlers says of the page: texts and comments, as merged ranges.
    fn as_lol_html_says(page: &str) -> Vec<(bool, Range<usize>)> {
        use lol_html::html_content::{Comment, TextChunk};
        use lol_html::{DocumentContentHandlers, HtmlRewriter, Settings};
        let seen = Rc::new(RefCell::new(Vec::<(bool, Range<usize>)>::new()));
        let (texts, comments) = (Rc::clone(&seen), Rc::clone(&seen));
        let handlers = DocumentContentHandlers::default()
            .text(move |text: &mut TextChunk<'_>| {
                let range = text.source_location().bytes();
                let mut texts = texts.borrow_mut();
                match texts.last_mut() {
                    Some((true, last)) if last.end == range.start => last.end = range.end,
                    _ if !range.is_empty() => texts.push((true, range)),
                    _ => {}
                }
                Ok(())
            })
            .comments(move |comment: &mut Comment<'_>| {
                comments.borrow_mut().push((false, comment.source_location().bytes()));
                Ok(())
            });
        let settings = Settings::new().with_strict(false).append_document_content_handler(handlers);
        let mut lol = HtmlRewriter::new(settings, |_: &[u8]| {});
        lol.write(page.as_bytes()).unwrap();
        lol.end().unwrap();
        seen.take()
    }

    /// The pages of the folder that `NAQI_PAGES` names, if it does.
    fn real_pages() -> Vec<String> {
        use std::io::Read;
        let Some(folder) = std::env::var_os("NAQI_PAGES") else { return Vec::new() };
        let bytes = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
            let path = entry.unwrap().path();
            let mut bytes = std::fs::read(&path).ok()?;
            if path.extension().is_some_and(|extension| extension == "gz") {
                let packed = std::mem::take(&mut bytes);
                flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
            }
            Some(bytes)
        });
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }

    #[test]
    fn texts_and_comments_are_where_lol_html_finds_them() {
        let mut pages: Vec<String> = [
            "<script><!-- <script> </script> --> a</script>b<svg><title><b>t</b></title><style>a{}</style></svg><title>x</b></title><textarea></textarea>",
            "a < b <3 <!> c<!-->d<!--->e<!-- -- > --!>f</>g</ h>i<?php echo '>' ?>j<!doctype html>k<!DOCTYPE x \">\">l<",
            "<style></sty</style ><xmp><p></xmp x='>'>m<noscript><img></noscript><iframe></ifram></iframe>n<plaintext></plaintext>",
            "<svg><![CDATA[ <p> ]] ]]></svg><p><![CDATA[ <p> ]]><!-- never ends <p>",
            "<math><annotation-xml encoding='text/html'><script>a<b</script></annotation-xml></math><select><script>a<b</script></select>",
        ]
        .map(str::to_owned)
        .to_vec();
        for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages")).unwrap() {
            pages.extend(std::fs::read_to_string(folder.unwrap().path().join("page.html")));
        }
        // A long tag is read late, when much of what follows has been written.
        pages.push(format!("<p title='{}'><noscript><p></noscript>a<script>b<c</script>d", "x".repeat(150_000)));
        assert!(pages.len() > 30);
        pages.extend(real_pages());
        for page in &pages {
            let mut at = 0;
            let mut ours = Vec::<(bool, Range<usize>)>::new();
            for (kind, text) in tokens(page, 4096) {
                let range = at..at + text.len();
                at = range.end;
                match (kind, ours.last_mut()) {
                    (TokenKind::Text(_), Some((true, last))) if last.end == range.start => last.end = range.end,
                    (TokenKind::Text(_), _) => ours.push((true, range)),
                    (TokenKind::Comment, _) => ours.push((false, range)),
                    _ => {}
                }
            }
            assert_eq!(ours, as_lol_html_says(page), "{}", page.get(..200).unwrap_or(page));
        }
    }
}
