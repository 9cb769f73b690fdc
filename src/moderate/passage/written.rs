//! What is written of a line. Emitters write no tags that open nothing, no buttons and no drawings, and what a style sheet hides is
//! text to them: what such things part on the page, or keep out of a word, stands together in the output. A line with any of them is read
//! once more, as it is written.

use super::Passage;
use crate::moderate::reference::References;
use crate::moderate::seen::is_hiding;
use crate::moderate::surface::{Surface, Writing};
use crate::rewrite::button;
use crate::rewrite::left::{Left, is_left_out};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, Event, EventKind, Tag, TextKind, Window, decode_value};
use std::ops::Range;

/// The line that is being written.
#[derive(Default)]
pub(super) struct Written {
    /// Its texts, and the numbers of their events.
    texts: Vec<(Range<u64>, TextKind, u64)>,
    /// The page parts there what is written together.
    is_parted: bool,
    /// Texts stand on both sides of such a place.
    is_other: bool,
    left: Option<Left>,
    /// A block that has opened behind the texts and holds nothing so far: without content it is not written.
    opened: Option<ElementId>,
    /// Headings that are open.
    headings: u32,
}

impl Written {
    /// Whether nothing of a line has come.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Begins a page.
    pub(super) fn begin(&mut self) {
        (self.left, self.headings) = (None, 0);
        self.clear();
    }

    /// Begins a line.
    pub(super) fn clear(&mut self) {
        self.texts.clear();
        (self.is_parted, self.is_other, self.opened) = (false, false, None);
    }

    /// Something stands here that is not written.
    #[inline]
    pub(super) fn part(&mut self) {
        self.is_parted = !self.texts.is_empty();
    }

    /// Whether a text is one that is written, and says something or stands between two that do.
    fn counts(&self, text: &str) -> bool {
        self.left.is_none() && !((self.texts.is_empty() || self.is_parted || self.opened.is_some()) && text.trim_ascii().is_empty())
    }
}

/// Whether an element is left out by those who write, though the text around it goes on.
fn goes_on_around(tag: Tag, source: &str, in_heading: bool) -> bool {
    match tag {
        // Their text is none to the reading of the page either.
        Tag::Script | Tag::Style => false,
        Tag::Button => !button::is_read(source, in_heading),
        Tag::Meter | Tag::Progress => true,
        tag => is_left_out(tag),
    }
}

/// Whether a void element is written: a picture that has an address and is not hidden.
fn is_written(tag: Tag, source: &str) -> bool {
    let get = |name| Attributes::get(source, name);
    let hides = || get("hidden").is_some() || get("style").is_some_and(|style| is_hiding(&decode_value(style)));
    matches!(tag, Tag::Wbr) || tag == Tag::Img && get("src").is_some_and(|address| !address.trim().is_empty()) && !hides()
}

impl Passage {
    /// A start tag, as far as what is written goes. `is_line` tells whether it begins a line.
    #[inline]
    pub(super) fn written_open(&mut self, event: &Event, is_kept: bool, is_line: bool, window: &Window) {
        let EventKind::Open { id, tag, void, .. } = event.kind else { return };
        let source = window.text(event.range.clone());
        self.written.headings += u32::from(!void && tag.has(is::HEADING));
        if Left::takes(&mut self.written.left, event.kind) {
            return;
        }
        let is_line = is_line || tag == Tag::Br;
        if !void && goes_on_around(tag, source, self.written.headings > 0) {
            self.written.left = Some(Left::new(id, tag));
            self.written.part();
        } else if tag == Tag::Button || !is_kept && is_line {
            self.written.part();
        } else if void && is_line {
            self.end_written(window);
        } else if is_line {
            if !self.written.is_empty() {
                self.written.opened.get_or_insert(id);
            }
        } else if void && !is_written(tag, source) {
            self.written.part();
        } else if void && tag == Tag::Img && self.written.opened.is_some() {
            self.end_written(window);
        }
    }

    /// An end tag.
    #[inline]
    pub(super) fn written_close(&mut self, event: &Event, is_kept: bool, is_line: bool, window: &Window) {
        let EventKind::Close { id, tag, .. } = event.kind else { return };
        self.written.headings = self.written.headings.saturating_sub(u32::from(tag.has(is::HEADING)));
        if Left::takes(&mut self.written.left, event.kind) {
            if self.written.left.is_none() {
                self.written.part();
            }
        } else if self.written.opened.take_if(|opened| *opened == id).is_some() {
            self.written.part();
        } else if self.written.opened.is_none() && is_line {
            if tag == Tag::Button { self.written.part() } else { self.written_edge(is_kept, window) }
        }
    }

    /// The edge of a block: those that are stripped leave nothing.
    pub(super) fn written_edge(&mut self, is_kept: bool, window: &Window) {
        if is_kept { self.end_written(window) } else { self.written.part() }
    }

    /// A text that is written, if nothing that is left out stands around it.
    pub(super) fn written_text(&mut self, range: Range<u64>, kind: TextKind, number: u64, window: &Window) {
        if !self.written.counts(window.text(range.clone())) {
            return;
        }
        if self.written.opened.is_some() {
            self.end_written(window);
        }
        self.written.is_other |= std::mem::take(&mut self.written.is_parted);
        self.written.texts.push((range, kind, number));
    }

    /// Ends the line: reads it as it is written, if that is another reading.
    pub(super) fn end_written(&mut self, window: &Window) {
        if self.written.is_other
            && let (Some((_, _, first)), Some((_, _, last))) = (self.written.texts.first(), self.written.texts.last())
        {
            self.side.begin_block(Surface::Text, Writing::Reference, *first);
            if let Some(block) = self.side.blocks.last_mut() {
                (block.until, block.is_as_written) = (*last + 1, true);
            }
            for (range, kind, _) in &self.written.texts {
                // No edit may reach from one event into the next.
                self.side.markup();
                let references = if *kind == TextKind::Data { References::Text } else { References::No };
                self.side.add(window.text(range.clone()), range.start, references, self.preformatted > 0);
            }
            self.side.end_block();
        }
        self.written.clear();
    }
}
