//! The page as tokens, cut with the help of lol_html: the only place that knows the crate's rewriter.
//!
//! What a `<` means depends on where it stands: in a script, a title, a style sheet it is text, and where those end is the
//! hard part of the standard (escaped scripts above all). That is lol_html's, which is shown such elements from start tag to end tag and
//! nothing else: reading the page twice would cost more than all that it would tell. The rest, tags, comments and text between
//! them, is cut here.

use super::attributes::{ATTRIBUTES, Attribute, KnownName, read_tag, tag_name_length};
use super::tag::Tag;
use super::window::Window;
use crate::error::RewriteError;
use lol_html::html_content::{Element, EndTag};
use lol_html::{EndTagHandler, HtmlRewriter, MemorySettings, Settings, element};
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

/// What a piece of the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Read into [`Tokenizer::start_tag`].
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

/// What was read of a start tag.
#[derive(Clone, Debug)]
pub(super) struct StartTag {
    pub(super) tag: Tag,
    /// In bytes.
    pub(super) name_length: u32,
    /// Which known names its attributes have.
    pub(super) known: u32,
    pub(super) attributes: Vec<Attribute>,
}

impl Default for StartTag {
    fn default() -> Self {
        StartTag { tag: Tag::Unknown, name_length: 0, known: 0, attributes: Vec::new() }
    }
}

/// Attributes whose value a reader may see or follow.
const VALUES: u32 = KnownName::Alt.bit()
    | KnownName::Title.bit()
    | KnownName::AriaLabel.bit()
    | KnownName::Placeholder.bit()
    | KnownName::Value.bit()
    | KnownName::Content.bit()
    | KnownName::Href.bit()
    | KnownName::Srcdoc.bit()
    | KnownName::Label.bit()
    | KnownName::Abbr.bit()
    | KnownName::Summary.bit()
    | KnownName::AriaDescription.bit()
    | KnownName::AriaValuetext.bit()
    | KnownName::AriaRoledescription.bit()
    | KnownName::Action.bit()
    | KnownName::Formaction.bit()
    | KnownName::XlinkHref.bit();

impl StartTag {
    /// Whether it surely has none of the attributes that mean something on every element.
    pub(super) fn is_plain(&self) -> bool {
        let general = KnownName::Lang.bit() | KnownName::Dir.bit() | KnownName::Title.bit();
        self.known & general == 0 && self.attributes.len() < ATTRIBUTES
    }

    /// Whether it may have an attribute that hides the element.
    pub(super) fn may_hide(&self) -> bool {
        self.known & (KnownName::Style.bit() | KnownName::Hidden.bit()) != 0 || self.attributes.len() >= ATTRIBUTES
    }

    /// Whether it may have an attribute whose value a reader may see or follow.
    pub(super) fn has_values(&self) -> bool {
        self.known & VALUES != 0 || self.attributes.len() >= ATTRIBUTES
    }

    /// Reads the start tag that `source` begins with and gives the offset after it. `None` when it does not end.
    pub(super) fn read(&mut self, source: &str) -> Option<usize> {
        self.attributes.clear();
        let name_length = tag_name_length(&source.as_bytes()[1..]);
        let (end, known) = read_tag(source, 1 + name_length, &mut self.attributes)?;
        self.tag = Tag::of(&source[1..1 + name_length]);
        self.name_length = name_length as u32;
        self.known = known;
        Some(end)
    }
}

/// Cuts decoded HTML into tokens whose ranges cover it without gap or overlap.
pub(super) struct Tokenizer {
    lol: HtmlRewriter<'static, fn(&[u8])>,
    /// How many bytes lol_html was shown.
    shown: u64,
    /// Where among them the end tag of the last text began.
    ended_at: Rc<Cell<Option<u64>>>,
    state: State,
    /// The start tag that was read last; its buffers are reused.
    start_tag: StartTag,
    token_bytes: u64,
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
    /// In the text of an element that holds nothing else.
    Text {
        tag: Tag,
        /// lol_html was shown everything before this offset.
        shown_to: u64,
        /// What looks like its end tag has begun.
        may_end: bool,
    },
    /// In a CDATA section.
    CData,
}

/// Whether the content of such an element is text to the tokenizer (13.2.6.2 and where 13.2.6.4 refers to it, scripting enabled).
fn holds_text(tag: Tag) -> bool {
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

impl Tokenizer {
    /// `token_bytes` caps what one tag or comment may make us hold.
    pub(super) fn new(token_bytes: usize) -> Self {
        let ended_at = Rc::new(Cell::new(None));
        let ended = Rc::clone(&ended_at);
        let begins = move |element: &mut Element<'_, '_>| {
            if let Some(handlers) = element.end_tag_handlers() {
                let ended = Rc::clone(&ended);
                let ends: EndTagHandler<'static> = Box::new(move |tag: &mut EndTag<'_>| {
                    ended.set(Some(tag.source_location().bytes().start as u64));
                    Ok(())
                });
                handlers.push(ends);
            }
            Ok(())
        };
        let settings = Settings::new()
            // Strict mode ends with an error on ambiguous markup; the graceful bail-outs, which flush raw bytes, stay off.
            .with_strict(false)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(token_bytes))
            .append_element_content_handler(element!("*", begins));
        Tokenizer {
            lol: HtmlRewriter::new(settings, (|_: &[u8]| {}) as fn(&[u8])),
            shown: 0,
            ended_at,
            state: State::Data,
            start_tag: StartTag::default(),
            token_bytes: token_bytes as u64,
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

    fn show(&mut self, bytes: &[u8]) -> Result<(), RewriteError> {
        self.shown += bytes.len() as u64;
        self.lol.write(bytes).map_err(RewriteError::from_tokenizer)
    }

    /// The next token that is whole; `None` until more is written. `in_foreign` tells whether the last token left the page in SVG or MathML.
    pub(super) fn next(&mut self, window: &Window, in_foreign: bool) -> Result<Option<Token>, RewriteError> {
        let rest = window.text(self.position..self.seen);
        if rest.is_empty() || (self.seen < self.look_again_at && !self.ended) {
            return Ok(None);
        }
        let (kind, length) = match self.state {
            State::Data => self.data(rest, in_foreign)?,
            State::Text { tag, shown_to, may_end } => self.text(tag, shown_to, may_end, rest)?,
            State::CData => self.cdata(rest),
        };
        if length == 0 {
            // A long tag or comment is looked at again when there is twice as much of it, or it would cost the square of its length.
            self.look_again_at = if rest.len() > LONG_TOKEN { (self.seen + rest.len() as u64).min(self.position + self.token_bytes + 1) } else { 0 };
            return if rest.len() as u64 > self.token_bytes { Err(RewriteError::TokenTooLarge) } else { Ok(None) };
        }
        let range = self.position..self.position + length as u64;
        self.position = range.end;
        Ok(Some(Token { kind, range }))
    }

    /// Kind and length in bytes of what comes next outside of texts; 0 when that is not known yet.
    fn data(&mut self, rest: &str, in_foreign: bool) -> Result<(TokenKind, usize), RewriteError> {
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
                        self.enter_text(&bytes[..end])?;
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
                    Some(end) => (TokenKind::EndTag(Tag::of(&rest[2..name_end])), end),
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

    /// What follows this start tag is text.
    fn enter_text(&mut self, start_tag: &[u8]) -> Result<(), RewriteError> {
        self.ended_at.set(None);
        self.show(start_tag)?;
        self.state = State::Text { tag: self.start_tag.tag, shown_to: self.position + start_tag.len() as u64, may_end: false };
        Ok(())
    }

    /// Text up to the end tag that lol_html reports, or as far as no end tag can begin. It is shown nothing behind that end tag: it
    /// stops to look wherever one may end.
    fn text(&mut self, tag: Tag, mut shown_to: u64, mut may_end: bool, rest: &str) -> Result<(TokenKind, usize), RewriteError> {
        let kind = match tag {
            Tag::Title | Tag::Textarea => TextKind::Rcdata,
            Tag::Plaintext => TextKind::Literal,
            _ => TextKind::Raw,
        };
        let bytes = rest.as_bytes();
        loop {
            let unseen = &bytes[(shown_to - self.position) as usize..];
            let (length, goes_on) = match may_end {
                true => memchr::memchr(b'>', unseen).map_or((unseen.len(), false), |at| (at + 1, true)),
                false => match end_tag_name(unseen, tag.name().as_bytes()) {
                    Ok(after) => (after, true),
                    Err(before) => (before, false),
                },
            };
            self.show(&unseen[..length])?;
            (shown_to, may_end) = (shown_to + length as u64, may_end || goes_on);
            if let Some(at) = self.ended_at.take() {
                self.state = State::Data;
                let length = (shown_to - (self.shown - at)).saturating_sub(self.position) as usize;
                // Nothing stands between the two tags: the end tag is next.
                return if length == 0 { self.data(rest, false) } else { Ok((TokenKind::Text(kind), length)) };
            }
            if !goes_on {
                self.state = State::Text { tag, shown_to, may_end };
                return Ok((TokenKind::Text(kind), if self.ended { bytes.len() } else { begin_of_end_tag(bytes, tag.name()) }));
            }
        }
    }

    /// A CDATA section's text, and the mark at its end (13.2.5.69).
    fn cdata(&mut self, rest: &str) -> (TokenKind, usize) {
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
    let dashes = memchr::memmem::find_iter(&bytes[4..], b"--").map(|at| 4 + at);
    for at in dashes {
        // More dashes may follow before the end.
        let after = at + bytes[at..].iter().take_while(|b| **b == b'-').count();
        match &bytes[after..] {
            [b'>', ..] => return Some(after + 1),
            [b'!', b'>', ..] => return Some(after + 2),
            _ => {}
        }
    }
    None
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

/// From this many bytes on an unfinished token is long.
const LONG_TOKEN: usize = 64 * 1024;

/// An end tag of a script or the like with more than this behind its name is not looked for.
const END_TAG_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::super::{OpenElements, tag_name};
    use super::*;
    use std::cell::RefCell;

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
        use lol_html::DocumentContentHandlers;
        use lol_html::html_content::{Comment, TextChunk};
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
