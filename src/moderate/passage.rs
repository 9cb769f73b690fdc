//! A passage: what a reader sees of some kilobytes of the page, and the values beside it, gathered from events.

use super::contact::is_contact;
use super::dialled::{self, Dialled};
use super::json;
use super::reference::References;
use super::rule::{ModerationSet, Surfaces};
use super::seen::{TARGETS, TEXTS, is_hiding, is_line_of_drawing, is_shown};
use super::surface::{Surface, Writing};
use super::view::View;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, Event, EventKind, Tag, TextKind, Window, tag_name};
use std::ops::Range;

/// Whether a tag begins or ends a line: that of a block, and of an element of SVG that is a text by itself.
#[inline(always)]
fn is_line(tag: Tag, window: &Window, range: &Range<u64>) -> bool {
    tag.has(is::BLOCK) || is_line_of_drawing(tag, window, range)
}

/// The first bracket of a text, written as itself or by reference.
fn bracket(text: &str, sign: u8, reference: &str) -> Option<Range<usize>> {
    memchr::memchr2_iter(sign, b'&', text.as_bytes()).find_map(|at| match text.as_bytes()[at] == sign {
        true => Some(at..at + 1),
        false => text[at..].starts_with(reference).then_some(at..at + reference.len()),
    })
}

/// Attributes that say what the value of a tag is.
const NAMES: [&str; 4] = ["itemprop", "property", "name", "id"];

/// An open link is among the last ones, for links do not stand in links.
const LINKS_A_LOOK: usize = 4;

/// A link that the text of a passage runs through.
struct Link {
    id: ElementId,
    /// Number of the event that opens it, if that is in this passage.
    open: Option<u64>,
    plain: Range<usize>,
    /// The digits that it dials.
    dials: Option<Box<str>>,
}

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
    /// The element that is open in the middle of a word and not seen there: what it holds is no part of the word.
    aside: Option<ElementId>,
    /// The element that is open and shows its text against the text's direction.
    overriding: Option<ElementId>,
    /// The JSON-LD block that is open, its text, and the event that opens it.
    json: Option<(ElementId, Range<u64>, u64)>,
    links: Vec<Link>,
    /// The last block of `side` goes on: what a `title`, `textarea` or `noscript` holds comes in several events.
    is_open: bool,
    /// Where a side value begins that has no quotes, and its bytes.
    unquoted: Vec<(u32, Range<u64>)>,
}

impl Passage {
    /// Begins a page.
    pub(super) fn begin(&mut self, set: &ModerationSet) {
        (self.surfaces, self.all_links) = (set.surfaces, set.all_links);
        for view in [&mut self.text, &mut self.side] {
            view.tokens.look_for_doubled(set.book.looks_for_doubled());
        }
        (self.preformatted, self.noscript, self.json, self.is_open) = (0, None, None, false);
        (self.aside, self.overriding) = (None, None);
        self.links.clear();
        self.clear(0);
    }

    /// Bytes of text that it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.text.plain.capacity() + self.side.plain.capacity()
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
                if tag == Tag::Br {
                    self.text.hard_break(range.start);
                } else if !kind.parts_lines() {
                    // A picture or a field stands between what is before and after it; other tags join.
                    if void && is_shown(tag, window, &range) { self.text.object(range.start) } else { self.text.markup() }
                }
                if !void {
                    self.shown(id, tag, hides, &range, window);
                }
                if is_line(tag, window, &range) {
                    self.end_block(number);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp) && !void {
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
                if is_line(tag, window, &range) {
                    self.end_block(number + 1);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp) {
                    self.preformatted = self.preformatted.saturating_sub(1);
                }
                self.noscript.take_if(|noscript| *noscript == id);
                self.aside.take_if(|aside| *aside == id);
                if self.overriding.take_if(|overriding| *overriding == id).is_some() {
                    self.text.end_override();
                }
                self.closed(id, tag, number, window);
            }
            EventKind::Text(kind) if is_kept => self.text(kind, range, number, window),
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
            EventKind::Break { .. } if range.is_empty() => self.text.markup(),
            EventKind::Break { .. } => self.end_block(number + 1),
            EventKind::Stray { block } => {
                self.text.markup();
                // A start tag that opens nothing, as those nested too deeply and a second `body`, still has its attributes.
                let source = window.text(range.clone());
                if is_kept && source.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && source.starts_with('<') {
                    let name = tag_name(source).to_ascii_lowercase();
                    self.values(Tag::of(&name), source, range.start, number);
                }
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
    }

    /// Begins the next passage, with the event of this number.
    pub(super) fn clear(&mut self, next: u64) {
        self.text.clear();
        self.side.clear();
        self.unquoted.clear();
        self.text.begin_block(Surface::Text, Writing::Reference, next);
        self.links.retain_mut(|link| {
            link.open = None;
            let is_open = link.plain.end == usize::MAX;
            link.plain.start = 0;
            is_open
        });
    }

    /// The bytes of the value that a block of the side view is, if it has no quotes.
    pub(super) fn unquoted(&self, plain: u32) -> Option<Range<u64>> {
        self.unquoted.binary_search_by_key(&plain, |(at, _)| *at).ok().map(|at| self.unquoted[at].1.clone())
    }

    /// Whether nothing of a block has been read yet: the passage can end here, and no match is cut.
    pub(super) fn is_between_blocks(&self) -> bool {
        self.json.is_none() && !self.is_open && self.text.blocks.last().is_none_or(|block| block.plain as usize == self.text.plain.len())
    }

    /// Whether a link is open: what it leads to may have to go for what its text says.
    pub(super) fn is_in_link(&self) -> bool {
        self.links.iter().rev().take(LINKS_A_LOOK).any(|link| link.plain.end == usize::MAX)
    }

    /// The events that open the links which a range of a view is in or, for a link's target, stands in.
    pub(super) fn links_at(&self, view: &View, block: usize, plain: &Range<usize>) -> Vec<u64> {
        let block = view.blocks[block];
        if block.surface != Surface::Text {
            return vec![block.event];
        }
        // They are in order; one that ends before the range ends the search, for links do not stand in links.
        let before = &self.links[..self.links.partition_point(|link| link.plain.start < plain.end)];
        before.iter().rev().take_while(|link| plain.start < link.plain.end).filter_map(|link| link.open).collect()
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
            TextKind::Raw if self.noscript.is_some() && self.looks_at(Surface::Rcdata) => self.held_text(text, range.start, number),
            TextKind::Raw => {
                if let Some((_, json, _)) = &mut self.json {
                    json.start = json.start.min(range.start);
                    json.end = range.end;
                }
            }
            TextKind::Rcdata => {}
        }
    }

    /// Text that is no part of the page's, in one block however many events it comes in.
    fn held_text(&mut self, text: &str, from: u64, number: u64) {
        if !self.is_open {
            self.is_open = true;
            self.side.begin_block(Surface::Rcdata, Writing::Reference, number);
        }
        if let Some(block) = self.side.blocks.last_mut() {
            block.until = number + 1;
        }
        // No edit may reach from one event into the next.
        self.side.markup();
        self.side.add(text, from, References::Text, false);
    }

    /// The values of a JSON-LD block, and the events that it comes in.
    fn data(&mut self, text: Range<u64>, events: Range<u64>, window: &Window) {
        let first = self.side.blocks.len();
        json::add_values(window.text(text.clone()), text.start, events.start, &mut self.side, &mut self.unquoted);
        self.side.blocks[first..].iter_mut().for_each(|block| block.until = events.end);
    }

    /// The text of a page within an attribute, each run of it between tags.
    fn document(&mut self, value: &str, from: u64, number: u64) {
        self.side.begin_block(Surface::Attribute, Writing::Reference, number);
        let mut at = 0;
        while at < value.len() {
            let rest = &value[at..];
            let open = bracket(rest, b'<', "&lt;").unwrap_or(rest.len()..rest.len());
            self.side.add(&rest[..open.start], from + at as u64, References::Attribute, false);
            let tag = &rest[open.end..];
            let close = bracket(tag, b'>', "&gt;").unwrap_or(tag.len()..tag.len());
            let name = tag[..close.start].trim_start_matches('/');
            let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            self.side.markup();
            if Tag::of(&name.to_ascii_lowercase()).has(is::BLOCK) {
                self.side.hard_break(from + (at + open.start) as u64);
            }
            at += open.end + close.end;
        }
        self.side.end_block();
    }

    fn labelled_value(&mut self, surface: Surface, label: &str, raw: &str, from: u64, number: u64) {
        self.side.begin_block(surface, Writing::Reference, number);
        if !label.is_empty() {
            self.side.label(label);
        }
        self.side.add(raw, from, References::Attribute, false);
        self.side.end_block();
    }

    fn side_value(&mut self, surface: Surface, writing: Writing, raw: &str, from: u64, references: References, number: u64) {
        if raw.is_empty() {
            return;
        }
        self.side.begin_block(surface, writing, number);
        self.side.add(raw, from, references, false);
        self.side.end_block();
    }

    /// Notes an element that is not seen in the middle of a word, and one that shows its text against the text's direction.
    fn shown(&mut self, id: ElementId, tag: Tag, hides: bool, range: &Range<u64>, window: &Window) {
        if !(hides || matches!(tag, Tag::Bdo | Tag::Template | Tag::Rt | Tag::Rp)) {
            return;
        }
        let source = window.text(range.clone());
        let style = if hides { Attributes::decoded(source, "style").unwrap_or_default() } else { "".into() };
        let is_against = match tag {
            Tag::Bdo => true,
            _ => style.contains("bidi-override"),
        };
        if is_against && self.overriding.is_none() {
            self.overriding = Some(id);
            self.text.begin_override();
        }
        let is_unseen = || matches!(tag, Tag::Template | Tag::Rt | Tag::Rp) || is_hiding(&style) || Attributes::get(source, "hidden").is_some();
        if self.aside.is_none() && !tag.has(is::BLOCK) && self.text.plain.ends_with(char::is_alphanumeric) && is_unseen() {
            self.aside = Some(id);
        }
    }

    fn opened(&mut self, id: ElementId, tag: Tag, void: bool, range: &Range<u64>, number: u64, window: &Window) {
        if tag == Tag::A && !void {
            // Style sheets part "Call 555 0100" from the address that follows it.
            let follows_word = self.text.plain.ends_with(char::is_alphanumeric);
            if follows_word && Attributes::get(window.text(range.clone()), "href").is_some_and(is_contact) {
                self.text.object(range.start);
            }
            self.links.push(Link { id, open: Some(number), plain: self.text.plain.len()..usize::MAX, dials: None });
        }
        if matches!(tag, Tag::Noscript | Tag::Xmp | Tag::Noembed | Tag::Noframes) {
            self.noscript = Some(id);
        }
        if tag == Tag::Script && self.looks_at(Surface::JsonLd) {
            let kind = Attributes::get(window.text(range.clone()), "type").unwrap_or_default().trim();
            if kind.to_ascii_lowercase().starts_with("application/ld+json") {
                self.json = Some((id, Range { start: u64::MAX, end: 0 }, number));
            }
        }
    }

    /// The values in a tag that somebody may see.
    fn values(&mut self, tag: Tag, source: &str, from: u64, number: u64) {
        for (name, value) in Attributes::of(source) {
            let surface = if tag == Tag::Meta {
                if !name.eq_ignore_ascii_case("content") {
                    continue;
                }
                Surface::Meta
            } else if let Some((_, tags)) = TARGETS.iter().find(|(target, _)| name.eq_ignore_ascii_case(target)) {
                if !(tags.is_empty() || tags.contains(&tag)) || !(self.all_links || is_contact(value)) {
                    continue;
                }
                if let Some(link) = self.links.last_mut().filter(|link| link.open == Some(number)) {
                    link.dials = dialled::target(value);
                }
                Surface::Link
            } else if tag == Tag::Iframe && name.eq_ignore_ascii_case("srcdoc") {
                if self.looks_at(Surface::Attribute) {
                    let start = value.as_ptr() as usize - source.as_ptr() as usize;
                    self.document(value, from + start as u64, number);
                }
                continue;
            } else if TEXTS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                Surface::Attribute
            } else {
                continue;
            };
            if value.len() < 2 || !self.looks_at(surface) {
                continue;
            }
            let start = value.as_ptr() as usize - source.as_ptr() as usize;
            let is_quoted = matches!(source.as_bytes().get(start.wrapping_sub(1)), Some(b'"' | b'\''));
            if !is_quoted {
                let range = from + start as u64..from + (start + value.len()) as u64;
                self.unquoted.push((self.side.plain.len() as u32, range));
            }
            let before = self.side.plain.len();
            let is_named =
                surface == Surface::Meta || (surface == Surface::Attribute && ["value", "content"].iter().any(|n| name.eq_ignore_ascii_case(n)));
            let label = if is_named { NAMES.iter().find_map(|name| Attributes::get(source, name)).unwrap_or_default() } else { "" };
            self.labelled_value(surface, label, value, from + start as u64, number);
            if self.side.plain.len() == before {
                // Nothing of it can be seen; the next value begins where it did.
                self.unquoted.pop_if(|(at, _)| *at as usize == before);
                continue;
            }
            if surface == Surface::Link
                && let Some(block) = self.side.blocks.last_mut()
            {
                block.is_mere_link = !is_contact(value);
            }
        }
    }

    fn closed(&mut self, id: ElementId, tag: Tag, close: u64, window: &Window) {
        if tag == Tag::A
            && let Some(link) = self.links.iter_mut().rev().find(|link| link.id == id)
        {
            link.plain.end = self.text.plain.len();
            if let Some(digits) = link.dials.take() {
                self.text.dialled.push(Dialled { text: link.plain.clone(), digits });
            }
        }
        if tag == Tag::Script
            && let Some((_, range, number)) = self.json.take_if(|json| json.0 == id)
            && range.start < range.end
        {
            self.data(range, number..close + 1, window);
        }
    }
}
