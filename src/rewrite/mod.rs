//! Rewrite: decoded text in, events out.
//!
//! An event is a range of the page and what it does to the tree: opens an element, closes one, is text. Events cover
//! the page without gap or overlap and in order (implied ends have empty ranges), so that a later stage can put together
//! the page's own bytes, or a balanced tree, from the same list.

pub(crate) mod attributes;
pub(crate) mod button;
pub(crate) mod left;
mod name;
pub(crate) mod noscript;
mod open_elements;
mod plain_text;
mod preformatted;
mod start_tag;
mod style;
pub(crate) mod tag;
mod token;
mod tokenizer;
mod window;

pub use attributes::{Attributes, KnownName, decode_value, tag_name};
pub(crate) use name::name_hash;
pub(crate) use open_elements::AttributeRef;
pub use open_elements::{Closing, ElementId, ElementRef, Namespace, OpenElement, OpenElements};
pub(crate) use style::{makes_box, makes_inline, raises};
pub use tag::Tag;
pub use token::TextKind;
pub use window::Window;

use crate::error::RewriteError;
use open_elements::{Closed, Opened};
use preformatted::Content;
use start_tag::StartTag;
use std::ops::Range;
use tag::is;
use token::{Token, TokenKind};
use tokenizer::Tokenizer;

/// One step through the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happens.
    pub kind: EventKind,
    /// Where: bytes of the decoded page.
    pub range: Range<u64>,
}

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EventKind {
    /// An element opens; a void one has no `Close`. It is `plain` when it has no attribute that means something on every element:
    /// no `lang`, `dir` or `title`. It has `values` when it may have an attribute that a reader may see or follow: `alt`, `href`;
    /// it `hides` when it may have one that hides it: `hidden`, `style`.
    Open {
        id: ElementId,
        tag: Tag,
        void: bool,
        plain: bool,
        values: bool,
        hides: bool,
    },
    /// An element closes; the range is empty when no end tag of its own closed it.
    Close {
        id: ElementId,
        tag: Tag,
        how: Closing,
    },
    /// Text.
    Text(TextKind),
    /// A line break of plain text; `blank` when an empty line follows. With an empty range it parts two elements.
    Break {
        blank: bool,
    },
    /// A comment, a doctype.
    Comment,
    Doctype,
    /// Tags that are ignored, and bytes that the tokenizer drops; `block` when the tag still parts lines.
    Stray {
        block: bool,
    },
}

impl EventKind {
    /// Whether a line of text ends here, as a reader sees it.
    pub fn parts_lines(self) -> bool {
        match self {
            EventKind::Open { tag, .. } => tag.has(is::BLOCK) || tag == Tag::Br,
            EventKind::Close { tag, .. } => tag.has(is::BLOCK),
            EventKind::Break { .. } => true,
            EventKind::Stray { block } => block,
            _ => false,
        }
    }
}

/// What the input is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// HTML of any kind.
    #[default]
    Html,
    /// Plain text: a line is a block.
    Text,
}

/// Takes what the rewriter sees, one event at a time. The stack is as it stands right after the event.
pub trait Sink {
    /// The next event.
    fn event(&mut self, event: Event, elements: &OpenElements, window: &Window);
}

/// Turns decoded text into events.
pub struct Rewriter {
    source: Source,
    elements: OpenElements,
    closed: Vec<Closed>,
    custom: Custom,
    layout: Layout,
    /// What came so far ends here; the window may reach further.
    read: u64,
    /// A `pre` that may hold text in lines, and where its content begins: that is known once enough of it has come.
    unread_pre: Option<(ElementId, u64, Tag)>,
    /// The content of `pre` elements was looked at up to here.
    looked_to: u64,
    /// Letters of the line so far, where lines are lines.
    letters: u32,
    /// Open elements whose own style makes boxes of them.
    boxes: Vec<ElementId>,
}

/// What parts the lines of a page. Plain text that a browser has saved, or a `pre` that is all of its page or mostly sentences, has lines of
/// text in it, and no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// The body has not begun.
    NotYet,
    /// Markup.
    Markup,
    /// Line ends, inside of this element; those of lines that are wrapped, with so many letters or more, only end a paragraph where a
    /// blank line follows.
    Lines(ElementId, u32),
}

/// Custom elements side by side are lines of their own: a style sheet makes boxes of them, though the standard's default is inline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Custom {
    /// None that matters since the line began.
    None,
    /// One was opened last, and no text has come.
    Opened,
    /// The last text stands behind the start tag of one.
    Written,
    /// The same, and one has closed since.
    Closed,
}

enum Source {
    Html(Box<Tokenizer>),
    Text(plain_text::Lines),
    Ended,
}

impl Rewriter {
    /// A rewriter for one page.
    pub fn new(markup: Markup, limits: &crate::limits::Limits) -> Self {
        let source = match markup {
            Markup::Html => Source::Html(Box::new(Tokenizer::new(limits.token_bytes))),
            Markup::Text => Source::Text(plain_text::Lines::default()),
        };
        Rewriter {
            source,
            elements: OpenElements::new(limits.depth),
            closed: Vec::new(),
            custom: Custom::None,
            layout: Layout::NotYet,
            read: 0,
            unread_pre: None,
            looked_to: 0,
            letters: 0,
            boxes: Vec::new(),
        }
    }

    /// The page has ended; what comes next is read as HTML of its own, from an offset on.
    pub(crate) fn go_on(&mut self, offset: u64, limits: &crate::limits::Limits) {
        self.source = Source::Html(Box::new(Tokenizer::new(limits.token_bytes).at(offset)));
        (self.custom, self.layout) = (Custom::None, Layout::Markup);
        (self.read, self.unread_pre) = (offset, None);
    }

    /// The open elements.
    pub fn elements(&self) -> &OpenElements {
        &self.elements
    }

    /// Everything before this offset has been handed out as events.
    pub fn handed_out(&self) -> u64 {
        match &self.source {
            Source::Html(tokenizer) => tokenizer.position(),
            Source::Text(lines) => lines.position(),
            Source::Ended => u64::MAX,
        }
    }

    /// Reads the next piece of the page, which the window already holds.
    pub fn write(&mut self, piece: &str, window: &Window, sink: &mut impl Sink) -> Result<(), RewriteError> {
        self.read += piece.len() as u64;
        match &mut self.source {
            Source::Html(tokenizer) => {
                tokenizer.write(piece.len());
                self.tokens(false, window, sink)
            }
            Source::Text(lines) => {
                lines.write(piece, &mut |event| sink.event(event, &self.elements, window));
                Ok(())
            }
            Source::Ended => Ok(()),
        }
    }

    /// Ends the page.
    pub fn end(&mut self, window: &Window, sink: &mut impl Sink) -> Result<(), RewriteError> {
        let ended = match &mut self.source {
            Source::Html(tokenizer) => {
                tokenizer.end();
                self.tokens(true, window, sink)
            }
            Source::Text(lines) => {
                lines.end(&mut |event| sink.event(event, &self.elements, window));
                Ok(())
            }
            Source::Ended => Ok(()),
        };
        self.source = Source::Ended;
        self.elements.finish(&mut self.closed);
        self.hand_out_closed(window.end(), 0, window, sink);
        ended
    }

    /// Hands out what is whole.
    fn tokens(&mut self, at_end: bool, window: &Window, sink: &mut impl Sink) -> Result<(), RewriteError> {
        while self.knows_pre(at_end, window)
            && let Source::Html(tokenizer) = &mut self.source
            && let Some(token) = tokenizer.next(window, self.elements.in_foreign())?
        {
            self.token(&token, window, sink);
        }
        Ok(())
    }

    /// Looks ahead into a `pre`; `false` while too little of it has come.
    fn knows_pre(&mut self, at_end: bool, window: &Window) -> bool {
        let Some((id, start, tag)) = self.unread_pre else { return true };
        // What stands inside of another one was looked at with it.
        let looked = if start < self.looked_to { Some((Content::Other, 0)) } else { preformatted::look(window.text(start..self.read), tag, at_end) };
        let Some((content, length)) = looked else { return false };
        self.looked_to = self.looked_to.max(start + length as u64);
        self.unread_pre = None;
        match (content, self.layout) {
            (Content::Lines { wrapped_at }, _) => self.layout = Layout::Lines(id, wrapped_at),
            (Content::Other, Layout::NotYet) => self.layout = Layout::Lines(id, u32::MAX),
            (Content::Other, _) => {}
        }
        true
    }

    fn token(&mut self, token: &Token, window: &Window, sink: &mut impl Sink) {
        let range = token.range.clone();
        let kind = match token.kind {
            TokenKind::Text(kind) => {
                // A text comes in as many tokens as it has tags in it, and is cut where the input is.
                if self.custom != Custom::None && !window.text(range.clone()).bytes().all(|byte| byte.is_ascii_whitespace()) {
                    self.custom = if self.custom == Custom::Closed { Custom::None } else { Custom::Written };
                }
                if self.layout != Layout::Markup {
                    return self.text_in_lines(range, kind, window, sink);
                }
                EventKind::Text(kind)
            }
            TokenKind::Comment => EventKind::Comment,
            TokenKind::Doctype => EventKind::Doctype,
            TokenKind::Nothing => EventKind::Stray { block: false },
            TokenKind::StartTag => {
                let Source::Html(tokenizer) = &self.source else { return };
                let head = tokenizer.start_tag();
                let (named, plain, values, hides) = (head.tag, head.is_plain(), head.has_values(), head.may_hide());
                let is_custom = named == Tag::Unknown && !self.elements.in_foreign() && is_custom(tag_name(window.text(range.clone())));
                let opened = self.elements.open(window.text(range.clone()), head, &mut self.closed);
                if !self.closed.is_empty() {
                    self.hand_out_closed(range.start, 0, window, sink);
                }
                if is_custom {
                    self.part_custom(range.start, window, sink);
                }
                let tag = match opened {
                    Opened::Ignored => named,
                    _ => self.elements.last_opened().map_or(named, ElementRef::tag),
                };
                match self.layout {
                    Layout::NotYet => self.layout = self.first_of_body(tag, opened),
                    Layout::Lines(..) if tag == Tag::Code => self.layout = Layout::Markup,
                    _ => {}
                }
                let is_hidden = || self.elements.last_opened().is_some_and(|element| element.get(KnownName::Hidden).is_some());
                if let (Opened::Open(id), Layout::Markup | Layout::NotYet) = (opened, self.layout)
                    && (tag == Tag::Pre || (hides && self.keeps_lines()))
                    && !(hides && is_hidden())
                {
                    self.unread_pre = Some((id, range.end, tag));
                }
                if let Opened::Open(id) = opened
                    && hides
                    && !tag.has(is::BLOCK)
                    && self.is_box()
                {
                    self.hand_out(Event { kind: EventKind::Break { blank: true }, range: range.start..range.start }, window, sink);
                    self.boxes.push(id);
                }
                match opened {
                    Opened::Open(id) => EventKind::Open { id, tag, void: false, plain, values, hides },
                    Opened::Void(id) => EventKind::Open { id, tag, void: true, plain, values, hides },
                    Opened::Ignored => EventKind::Stray { block: tag.has(is::BLOCK) },
                }
            }
            TokenKind::EndTag(tag) => {
                // Where the tag is known, its name tells nothing more.
                let is_named = tag != Tag::Unknown && !self.elements.in_foreign();
                let name = if is_named { tag.name() } else { tag_name(window.text(range.clone())) };
                if self.custom == Custom::Written && tag == Tag::Unknown && is_custom(name) {
                    self.custom = Custom::Closed;
                }
                if self.elements.end_tag(tag, name, &mut self.closed) {
                    // The end tag's bytes belong to the element that it names, which closes last.
                    let length = range.end - range.start;
                    return self.hand_out_closed(range.start, length, window, sink);
                }
                if !self.closed.is_empty() {
                    self.hand_out_closed(range.start, 0, window, sink);
                }
                if tag == Tag::Br {
                    return self.ended_break(range, window, sink);
                }
                EventKind::Stray { block: tag.has(is::BLOCK) }
            }
        };
        self.hand_out(Event { kind, range }, window, sink);
    }

    /// The end tag of a `br` is read as its start tag (13.2.6.4.7, "An end tag whose tag name is br").
    fn ended_break(&mut self, range: Range<u64>, window: &Window, sink: &mut impl Sink) {
        let opened = self.elements.open("<br>", &StartTag::named(Tag::Br), &mut self.closed);
        self.hand_out_closed(range.start, 0, window, sink);
        if self.layout == Layout::NotYet {
            self.layout = self.first_of_body(Tag::Br, opened);
        }
        let (Opened::Open(id) | Opened::Void(id)) = opened else { return };
        let kind = EventKind::Open { id, tag: Tag::Br, void: true, plain: true, values: false, hides: false };
        self.hand_out(Event { kind, range }, window, sink);
    }

    /// Whether the style of the element opened last makes a box of an inline element. A heading is a line all the same.
    fn is_box(&self) -> bool {
        let style = self.elements.last_opened().and_then(|element| element.get(KnownName::Style));
        style.is_some_and(style::makes_box) && !self.elements.stack().iter().any(|element| element.tag.has(is::HEADING))
    }

    /// Whether the style of the element opened last keeps the lines of its text.
    fn keeps_lines(&self) -> bool {
        let Some(element) = self.elements.last_opened().filter(|element| element.tag().has(is::BLOCK)) else { return false };
        element.get(KnownName::Style).is_some_and(style::keeps_lines)
    }

    /// What the first element of a body says of the lines in it. A `pre` is looked into first.
    fn first_of_body(&self, tag: Tag, opened: Opened) -> Layout {
        match opened {
            Opened::Open(_) if tag == Tag::Pre => Layout::NotYet,
            _ if tag.has(is::HEAD) || matches!(tag, Tag::Html | Tag::Head | Tag::Body) || self.elements.has_open(Tag::Head) => Layout::NotYet,
            _ => Layout::Markup,
        }
    }

    fn text_in_lines(&mut self, range: Range<u64>, kind: TextKind, window: &Window, sink: &mut impl Sink) {
        let text = window.text(range.clone());
        if self.layout == Layout::NotYet {
            // Text before any element of the body.
            if kind != TextKind::Raw && !self.elements.has_open(Tag::Head) && !text.trim_ascii().is_empty() {
                self.layout = Layout::Markup;
            }
            return self.hand_out(Event { kind: EventKind::Text(kind), range }, window, sink);
        }
        let mut lines = plain_text::Lines::at(range.start);
        let Layout::Lines(_, wrapped_at) = self.layout else { return };
        let mut events = |event: Event| {
            let goes_on = event.kind == EventKind::Break { blank: false } && self.letters >= wrapped_at;
            self.letters = match event.kind {
                EventKind::Text(_) if wrapped_at < u32::MAX => self.letters + preformatted::letters(window.text(event.range.clone())),
                _ => 0,
            };
            let kind = if goes_on || matches!(event.kind, EventKind::Text(_)) { EventKind::Text(kind) } else { event.kind };
            self.hand_out(Event { kind, range: event.range }, window, sink);
        };
        lines.write(text, &mut events);
        lines.end(&mut events);
    }

    fn hand_out(&mut self, event: Event, window: &Window, sink: &mut impl Sink) {
        // What stands between two lines anyway needs no break.
        if event.kind.parts_lines() {
            self.custom = Custom::None;
        }
        if matches!((event.kind, self.layout), (EventKind::Close { id, .. }, Layout::Lines(lines, _)) if id == lines) {
            self.layout = Layout::Markup;
        }
        sink.event(event, &self.elements, window);
    }

    /// A custom element opens: right after one with text, outside of what is a line by itself, a new line begins.
    fn part_custom(&mut self, at: u64, window: &Window, sink: &mut impl Sink) {
        let in_line = || self.elements.has_open(Tag::P) || self.elements.stack().iter().any(|element| element.tag.has(is::HEADING));
        if self.custom == Custom::Closed && !in_line() {
            self.hand_out(Event { kind: EventKind::Break { blank: true }, range: at..at }, window, sink);
        }
        self.custom = Custom::Opened;
    }

    fn hand_out_closed(&mut self, at: u64, own_length: u64, window: &Window, sink: &mut impl Sink) {
        let mut closed = std::mem::take(&mut self.closed);
        let last = closed.len();
        for (n, Closed { id, tag, how }) in closed.drain(..).enumerate() {
            let length = if n + 1 == last { own_length } else { 0 };
            let event = Event { kind: EventKind::Close { id, tag, how }, range: at..at + length };
            let end = event.range.end;
            self.hand_out(event, window, sink);
            if let Some(position) = self.boxes.iter().rposition(|open| *open == id) {
                self.boxes.remove(position);
                self.hand_out(Event { kind: EventKind::Break { blank: true }, range: end..end }, window, sink);
            }
        }
        self.closed = closed;
    }
}

/// Whether a name is one of a custom element (HTML Living Standard, 4.13.3 "Core concepts": it holds a hyphen).
fn is_custom(name: &str) -> bool {
    memchr::memchr(b'-', name.as_bytes()).is_some()
}
