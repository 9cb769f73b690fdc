//! A passage: what a reader sees of some kilobytes of the page, and the values beside it, gathered from events.

mod document;
mod drawing;
mod element;
mod fostered;
mod lines;
mod link;
mod value;
mod written;

use super::address::Base;
use super::reference::References;
use super::rule::{ModerationSet, Surfaces};
use super::seen::is_shown;
use super::surface::{Surface, Writing};
use super::view::View;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, Event, EventKind, Tag, TextKind, Window, tag_name};
use drawing::Drawings;
use fostered::Fostered;
use lines::Lines;
use link::Link;
use std::ops::Range;
use url::Url;
use written::Written;

/// What has come together, as two views.
#[derive(Default)]
pub(super) struct Passage {
    surfaces: Option<Surfaces>,
    all_links: bool,
    /// What a reader sees.
    pub(super) text: View,
    /// Attributes, links, JSON-LD strings and the like.
    pub(super) side: View,
    preformatted: u32,
    /// The `noscript` that is open, or another element whose tags are text.
    noscript: Option<ElementId>,
    /// The text with tags in it that was held so far, and its events.
    held: Option<(Range<u64>, Range<u64>)>,
    /// What links are relative to.
    base: Base,
    /// The element that is open in the middle of a word and not seen there: what it holds is no part of the word.
    aside: Option<ElementId>,
    /// The element that is open and shows its text against the text's direction.
    overriding: Option<ElementId>,
    /// The element that is open and stands above or below the line.
    raised: Option<ElementId>,
    /// The JSON-LD block that is open, its text, and the event that opens it.
    json: Option<(ElementId, Range<u64>, u64)>,
    links: Vec<Link>,
    /// The last block of `side` goes on: what a `title`, `textarea` or `noscript` holds comes in several events.
    is_open: bool,
    /// Where a side value begins that has no quotes, and its bytes.
    unquoted: Vec<(u32, Range<u64>)>,
    /// What is open of SVG and MathML.
    drawings: Drawings,
    /// The line as others read it: what ends it for them, and what they have read of it.
    written: Written,
    lines: Lines,
    /// Text that browsers show in front of the table that it stands in.
    fostered: Fostered,
}

impl Passage {
    /// Begins a page.
    pub(super) fn begin(&mut self, set: &ModerationSet, url: Option<&Url>) {
        (self.surfaces, self.all_links) = (set.surfaces, set.all_links);
        for view in [&mut self.text, &mut self.side] {
            view.tokens.look_for_doubled(set.book.looks_for_doubled());
        }
        (self.preformatted, self.noscript, self.json, self.is_open) = (0, None, None, false);
        (self.aside, self.overriding, self.raised) = (None, None, None);
        self.links.clear();
        self.held = None;
        self.base.begin(url);
        self.drawings.begin();
        self.written.begin();
        self.fostered.begin();
        self.clear(0);
    }

    /// Bytes that it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.text.plain.capacity() + self.side.plain.capacity() + self.lines.capacity()
    }

    #[inline]
    fn looks_at(&self, surface: Surface) -> bool {
        self.surfaces.is_some_and(|surfaces| surfaces.has(surface))
    }

    /// Bytes of both views.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.text.plain.len() + self.side.plain.len()
    }

    /// Takes the event of this number. Nothing is read of what is stripped but where its tags stand.
    pub(super) fn event(&mut self, event: &Event, is_kept: bool, number: u64, window: &Window) {
        let (kind, range) = (event.kind, event.range.clone());
        if self.is_open && !matches!(kind, EventKind::Text(_)) {
            self.is_open = false;
            self.side.end_block();
        }
        match kind {
            EventKind::Open { id, tag, void, values, hides, .. } => {
                let source = window.text(range.clone());
                let is_line = tag.has(is::BLOCK) || self.drawings.is_line(tag, source);
                let is_seen = (void && is_shown(tag, source)) || self.drawings.is_picture(tag, source);
                if !void {
                    self.fostered_open(id, tag, window);
                }
                self.written_open(event, is_kept, is_line, window);
                if is_kept && (is_line || tag == Tag::Br) {
                    self.fostered_edge(tag, window);
                }
                if !void {
                    self.drawings.open(id, tag, source);
                }
                if tag == Tag::Base
                    && let Some(href) = Attributes::decoded(source, "href")
                {
                    self.base.declare(&href);
                }
                if tag == Tag::Br {
                    self.text.hard_break(range.start);
                } else if !kind.parts_lines() {
                    // A picture or a field stands between what is before and after it; other tags join.
                    if is_seen { self.text.object(range.start) } else { self.text.markup() }
                }
                if !void {
                    self.shown(id, tag, hides, &range, window);
                }
                if is_line {
                    self.end_block(number);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp | Tag::Plaintext) && !void {
                    self.preformatted += 1;
                }
                if is_kept {
                    self.opened(id, tag, void, &range, number, window);
                    // What a script has is no text.
                    if values && !(tag == Tag::Script && self.looks_at(Surface::JsonLd)) {
                        self.values(tag, window.text(range.clone()), range.start, number);
                    }
                }
            }
            EventKind::Close { id, tag, .. } => {
                self.text.markup();
                self.drawings.close(id);
                let is_line = tag.has(is::BLOCK) || self.drawings.is_line(tag, window.text(range.clone()));
                self.written_close(event, is_kept, is_line, window);
                if is_kept && is_line {
                    self.fostered_edge(tag, window);
                }
                self.fostered_close(id, window);
                if is_line {
                    self.end_block(number + 1);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp | Tag::Plaintext) {
                    self.preformatted = self.preformatted.saturating_sub(1);
                }
                if self.noscript.take_if(|noscript| *noscript == id).is_some() {
                    self.end_held(window);
                }
                let was_aside = self.aside.take_if(|aside| *aside == id).is_some();
                if matches!(tag, Tag::Rt | Tag::Rtc) && is_kept && !was_aside {
                    self.annotated(range.start);
                }
                if self.overriding.take_if(|overriding| *overriding == id).is_some() {
                    self.text.end_override();
                }
                if self.raised.take_if(|raised| *raised == id).is_some() {
                    self.text.end_raised();
                }
                self.closed(id, tag, number, window);
            }
            EventKind::Text(kind) if is_kept => {
                if matches!(kind, TextKind::Data | TextKind::Literal) {
                    self.written_text(range.clone(), kind, number, window);
                }
                self.text(kind, range, number, window);
            }
            EventKind::Comment if is_kept && self.looks_at(Surface::Comment) => {
                self.text.markup();
                let text = window.text(range.clone());
                let body = text.strip_prefix("<!--").map_or(0, |_| 4);
                let end = text.len() - text.strip_suffix("-->").map_or(0, |_| 3);
                self.side_value(
                    Surface::Comment,
                    Writing::Comment,
                    text.get(body..end.max(body)).unwrap_or_default(),
                    range.start + body as u64,
                    References::No,
                    number,
                );
            }
            EventKind::Comment => self.text.markup(),
            // Custom elements are inline where no style sheet says otherwise: words are matched across their edge.
            EventKind::Break { .. } if range.is_empty() => {
                self.written_break(is_kept, &range, window);
                self.text.markup();
            }
            EventKind::Break { .. } => {
                self.written_break(is_kept, &range, window);
                self.end_block(number + 1);
            }
            EventKind::Stray { block } => {
                self.text.markup();
                // A start tag that opens nothing, as those nested too deeply and a second `body`, still has its attributes.
                let source = window.text(range.clone());
                if is_kept && source.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && source.starts_with('<') {
                    let name = tag_name(source).to_ascii_lowercase();
                    self.values(Tag::of(&name), source, range.start, number);
                }
                self.written_stray(source, block, window);
                if block {
                    self.end_block(number + 1);
                }
            }
            _ => {}
        }
    }

    /// No more events are to come.
    pub(super) fn end(&mut self, window: &Window) {
        if let Some((_, range, number)) = self.json.take()
            && range.start < range.end
        {
            // The page ended inside it.
            self.data(range, number..u64::MAX, window);
        }
        self.text.end_block();
        self.side.end_block();
        self.is_open = false;
        self.end_held(window);
        self.end_written(window);
    }

    /// Begins the next passage, with the event of this number.
    pub(super) fn clear(&mut self, next: u64) {
        self.text.clear();
        self.side.clear();
        self.unquoted.clear();
        self.written.clear();
        self.lines.clear();
        self.text.begin_block(Surface::Text, Writing::Reference, next);
        self.links.retain_mut(|link| {
            link.open = None;
            let is_open = link.plain.end == usize::MAX;
            link.plain.start = 0;
            is_open
        });
    }

    /// Whether nothing of a block has been read yet: the passage can end here, and no match is cut.
    pub(super) fn is_between_blocks(&self) -> bool {
        self.json.is_none()
            && !self.is_open
            && self.held.is_none()
            && self.lines.open() == 0
            && self.text.blocks.last().is_none_or(|block| block.plain as usize == self.text.plain.len())
    }

    #[inline]
    fn end_block(&mut self, next_event: u64) {
        // Most tags stand where nothing has been read since the one before.
        if self.text.begin_later(next_event) {
            return;
        }
        self.text.end_block();
        self.text.begin_block(Surface::Text, Writing::Reference, next_event);
    }

    fn text(&mut self, kind: TextKind, range: Range<u64>, number: u64, window: &Window) {
        let text = window.text(range.clone());
        match kind {
            TextKind::Data | TextKind::Literal if self.aside.is_some() => {
                if self.looks_at(Surface::Rcdata) {
                    self.held_text(text, range.start, number);
                }
            }
            TextKind::Data | TextKind::Literal => {
                let (references, writing) =
                    if kind == TextKind::Data { (References::Text, Writing::Reference) } else { (References::No, Writing::Literal) };
                // No edit may reach from one event into the next.
                self.text.markup();
                if let Some(block) = self.text.blocks.last_mut() {
                    block.writing = writing;
                }
                self.text.add(text, range.start, references, self.preformatted > 0);
            }
            TextKind::Rcdata if self.looks_at(Surface::Rcdata) => self.held_text(text, range.start, number),
            // To a reader without scripts this is the page; its tags are read as text.
            TextKind::Raw if self.noscript.is_some() && self.looks_at(Surface::Rcdata) => self.held_markup(text, range, number),
            TextKind::Raw => {
                if let Some((_, json, _)) = &mut self.json {
                    json.start = json.start.min(range.start);
                    json.end = range.end;
                }
            }
            TextKind::Rcdata => {}
        }
    }
}
