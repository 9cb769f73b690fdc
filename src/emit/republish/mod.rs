//! `republish`: a balanced fragment, written anew from an allowlist.
//!
//! Nothing of the source's markup is copied: an element is written only if it is on the list, with listed attributes whose
//! values are decoded and written again, and every `<` of a text is a reference. So whatever the page's own bytes try, what
//! comes out holds only elements of the list. Elements left empty are not written; attributes' first duplicates count.

mod allowlist;
mod shape;
mod start_tag;
mod text;

use super::{Addresses, Emitter, PageSource, Part, Placed};
use crate::moderate::edit::Edit;
use crate::rewrite::button;
use crate::rewrite::left::Left;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, EventKind, Markup, Tag, TextKind};
use crate::rules::media::Media;
use crate::strip::Held;
use allowlist::{Treatment, treatment};
use std::sync::Arc;

/// An element of the output that is open.
struct Written {
    id: ElementId,
    tag: Tag,
    /// Its start tag, in the shared text.
    start: std::ops::Range<usize>,
    /// Written already, or waits for content.
    is_out: bool,
    /// Empty cells that go before its first content.
    cells: String,
}

/// A row of so many bytes of empty cells is written, whatever comes.
const ROW_BYTES: usize = 16 * 1024;

/// What parts the words that come from the ones before, where no tag that is written does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// They stand together.
    None,
    /// Something stood between them.
    Space,
    /// A line ended.
    Line,
}

/// Writes one page.
pub(super) struct Republish {
    addresses: Addresses,
    media: Arc<Media>,
    has_base: bool,
    open: Vec<Written>,
    starts: String,
    /// Element whose content is left out.
    leaving: Option<Left>,
    /// What is not written parts words all the same: those on both sides do not become one.
    gap: Gap,
    /// The line has something in it so far.
    has_text: bool,
    preformatted: u32,
    after_space: bool,
    wrote: bool,
    markup: Markup,
    in_paragraph: bool,
    placed: Vec<Placed>,
}

impl Republish {
    pub(super) fn new(markup: Markup, addresses: Addresses, media: Arc<Media>) -> Self {
        Republish {
            markup,
            in_paragraph: false,
            placed: Vec::new(),
            addresses,
            media,
            has_base: false,
            open: Vec::new(),
            starts: String::new(),
            leaving: None,
            gap: Gap::None,
            has_text: false,
            preformatted: 0,
            after_space: true,
            wrote: false,
        }
    }

    fn opened(&mut self, id: ElementId, tag: Tag, void: bool, plain: bool, source: &str, out: &mut Vec<u8>) {
        if tag == Tag::Base && !self.has_base {
            if let Some(href) = Attributes::decoded(source, "href") {
                self.addresses.set_base(&href);
                self.has_base = true;
            }
            return;
        }
        let in_heading = || self.open.iter().any(|written| written.tag.has(is::HEADING));
        let written = match treatment(tag, source) {
            Treatment::Leave if !(void || tag == Tag::Button && button::is_read(source, in_heading())) => {
                self.leaving = Some(Left::new(id, tag));
                if tag.has(is::BLOCK) {
                    self.part(Gap::Space);
                }
                return;
            }
            // A page has one, and what is written already stands outside of it.
            Treatment::Write(_) if tag == Tag::Html && self.wrote => return,
            Treatment::Unwrap | Treatment::Leave => {
                if tag.has(is::BLOCK) {
                    self.part(Gap::Line);
                }
                return;
            }
            Treatment::Write(written) => written,
        };
        if written.has(is::BLOCK) {
            self.part(Gap::Line);
        }
        let from = self.starts.len();
        if !self.start_tag(tag, written, plain, source) {
            self.starts.truncate(from);
            match tag {
                Tag::Iframe => self.leaving = Some(Left::new(id, tag)),
                // What it stood between are two words.
                Tag::Img => self.part(Gap::Space),
                _ => {}
            }
            return;
        }
        let is_void = void || written == Tag::Img;
        if is_void {
            self.write_void(written, from, out);
            return;
        }
        self.open.push(Written { id, tag: written, start: from..self.starts.len(), is_out: false, cells: String::new() });
        if written == Tag::Pre {
            self.preformatted += 1;
        }
        if matches!(written, Tag::Iframe | Tag::Video | Tag::Audio) {
            self.begin_words(out);
        }
    }

    /// Writes the start tag from `from` on, of an element without content.
    fn write_void(&mut self, written: Tag, from: usize, out: &mut Vec<u8>) {
        let ends_line = matches!(written, Tag::Br | Tag::Hr);
        if ends_line {
            self.flush(out)
        } else {
            self.begin_words(out)
        }
        out.extend_from_slice(&self.starts.as_bytes()[from..]);
        self.starts.truncate(from);
        self.after_space = ends_line;
        if ends_line {
            self.line_ended();
        }
        self.wrote = true;
    }

    /// What comes next is parted from what came before.
    fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// A tag that is written has ended the line.
    fn line_ended(&mut self) {
        (self.gap, self.has_text) = (Gap::None, false);
    }

    /// Something to see comes next: it is parted from what came before, as the page has it, and the tags that waited for it are written.
    #[inline]
    fn begin_words(&mut self, out: &mut Vec<u8>) {
        if self.gap != Gap::None {
            self.write_gap(out);
        }
        self.flush(out);
        self.has_text = true;
    }

    fn write_gap(&mut self, out: &mut Vec<u8>) {
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        if !self.has_text || self.waits_block() {
            return;
        }
        match gap {
            Gap::Line => out.extend_from_slice(b"<br>"),
            _ if !self.after_space => out.push(b' '),
            _ => {}
        }
        self.after_space = true;
    }

    /// Whether among the start tags that wait for content is one that begins a line.
    fn waits_block(&self) -> bool {
        self.open.iter().rev().take_while(|written| !written.is_out).any(|written| written.tag.has(is::BLOCK))
    }

    fn write_end(&mut self, tag: Tag, out: &mut Vec<u8>) {
        end_tag(tag, out);
        if tag.has(is::BLOCK) {
            self.after_space = false;
            self.line_ended();
        }
    }

    /// What moderation writes in place of a part of a text.
    fn edit(&mut self, edit: &Edit, kind: TextKind, out: &mut Vec<u8>) {
        if edit.text.trim_start().len() == edit.text.len() && !edit.text.is_empty() {
            self.begin_words(out);
        }
        let from = out.len();
        self.text(&edit.text, kind, out);
        if out.len() > from {
            self.placed.push((edit.finding, from..out.len()));
        }
    }

    /// Writes the start tags that waited for content.
    #[inline]
    fn flush(&mut self, out: &mut Vec<u8>) {
        // What is out was written from the outside in.
        if self.open.last().is_some_and(|written| !written.is_out) {
            self.write_waiting(out);
        }
    }

    fn write_waiting(&mut self, out: &mut Vec<u8>) {
        let waits = |open: &[Written]| open.iter().rposition(|written| written.is_out).map_or(0, |at| at + 1);
        // What parted two elements in the source need not be written: where a reader would imply an end, it is written.
        let mut at = waits(&self.open);
        while at < self.open.len() {
            if let Some(ended) = implied_end(&self.open[..at], self.open[at].tag) {
                let drained: Vec<(Tag, bool)> = self.open.drain(ended..at).rev().map(|written| (written.tag, written.is_out)).collect();
                for (tag, is_out) in drained {
                    if is_out {
                        self.write_end(tag, out);
                    }
                    self.preformatted -= u32::from(tag == Tag::Pre);
                }
                at = ended;
            }
            at += 1;
        }
        let from = waits(&self.open);
        let mut has_block = false;
        for written in &mut self.open[from..] {
            out.extend_from_slice(&self.starts.as_bytes()[written.start.clone()]);
            written.is_out = true;
            has_block |= written.tag.has(is::BLOCK);
            out.extend_from_slice(std::mem::take(&mut written.cells).as_bytes());
        }
        if has_block {
            self.line_ended();
        }
        self.wrote = true;
    }

    fn closed(&mut self, id: ElementId, out: &mut Vec<u8>) {
        let Some(at) = self.open.iter().rposition(|written| written.id == id) else { return };
        // Formatting that is crossed by others: those are closed for a moment, and open again with what comes next.
        for above in (at + 1..self.open.len()).rev() {
            if std::mem::replace(&mut self.open[above].is_out, false) {
                self.write_end(self.open[above].tag, out);
            }
        }
        let closed = self.open.remove(at);
        if closed.tag == Tag::Pre {
            self.preformatted -= 1;
        }
        if closed.is_out {
            self.write_end(closed.tag, out);
        } else if matches!(closed.tag, Tag::Td | Tag::Th) {
            self.empty_cell(&closed, out);
        }
        if at == self.open.len() {
            self.starts.truncate(closed.start.start);
        }
    }

    /// An empty cell keeps its row in order, but does not make a row by itself.
    fn empty_cell(&mut self, cell: &Written, out: &mut Vec<u8>) {
        let start = &self.starts[cell.start.clone()];
        match self.open.last_mut() {
            Some(row) if row.is_out => {
                out.extend_from_slice(start.as_bytes());
                self.write_end(cell.tag, out);
            }
            Some(row) if row.tag == Tag::Tr => {
                row.cells.push_str(start);
                row.cells.push_str(if cell.tag == Tag::Th { "</th>" } else { "</td>" });
                if row.cells.len() > ROW_BYTES {
                    self.flush(out);
                }
            }
            _ => {}
        }
    }
}

impl Emitter for Republish {
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>) {
        let range = held.event.range.clone();
        if Left::takes(&mut self.leaving, held.event.kind) {
            // Formatting from before may end in there.
            if let EventKind::Close { id, .. } = held.event.kind {
                self.closed(id, out);
            }
            return;
        }
        if !held.is_kept() {
            if held.event.kind.parts_lines() {
                self.part(Gap::Space);
            }
            return;
        }
        match held.event.kind {
            EventKind::Open { id, tag, void, plain, .. } => self.opened(id, tag, void, plain, &page.text(range), out),
            EventKind::Close { id, tag, .. } => {
                if tag.has(is::BLOCK) {
                    self.part(Gap::Line);
                }
                self.closed(id, out);
            }
            EventKind::Text(TextKind::Raw) => {}
            EventKind::Text(kind) => {
                if self.markup == Markup::Text && !self.in_paragraph && !page.text(range.clone()).trim().is_empty() {
                    out.extend_from_slice(b"<p>");
                    self.in_paragraph = true;
                }
                for part in page.parts(range) {
                    match part {
                        Part::Page(text) => self.text(text, kind, out),
                        Part::Edit(edit) => self.edit(edit, kind, out),
                    }
                }
            }
            EventKind::Break { .. } if self.preformatted > 0 && !range.is_empty() => {
                // What parts the words there is the line end itself.
                self.line_ended();
                self.text(&page.text(range), TextKind::Literal, out);
                self.line_ended();
            }
            EventKind::Break { .. } | EventKind::Stray { block: true } if self.markup == Markup::Html => self.part(Gap::Line),
            EventKind::Break { .. } => self.end_paragraph(out),
            EventKind::Comment | EventKind::Doctype | EventKind::Stray { .. } => {}
        }
    }

    fn placed(&mut self) -> &mut Vec<Placed> {
        &mut self.placed
    }

    fn finish(&mut self, _page: &PageSource<'_>, out: &mut Vec<u8>) {
        self.end_paragraph(out);
        while let Some(written) = self.open.pop() {
            if written.is_out {
                self.write_end(written.tag, out);
            }
        }
        // Pages that go to one place are lines of their own.
        if self.wrote && !self.after_space {
            out.push(b'\n');
        }
    }
}

impl Republish {
    /// A line of plain text is a paragraph.
    fn end_paragraph(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.in_paragraph) {
            end_tag(Tag::P, out);
            out.push(b'\n');
            self.after_space = true;
        }
    }
}

/// Where in the open elements those begin that a start tag ends in the eyes of a reader (13.2.6.4.7, "in body"), as far as what is
/// written can come to that.
fn implied_end(open: &[Written], tag: Tag) -> Option<usize> {
    let last = open.last()?.tag;
    if tag.has(is::HEADING) && last.has(is::HEADING) || matches!(tag, Tag::Rt | Tag::Rp) && matches!(last, Tag::Rt | Tag::Rp) {
        return Some(open.len() - 1);
    }
    let up_to = |ended: fn(Tag) -> bool, bound: fn(Tag) -> bool| {
        let at = open.iter().rposition(|written| ended(written.tag) || bound(written.tag))?;
        ended(open[at].tag).then_some(at)
    };
    let bounds_items: fn(Tag) -> bool = |tag| tag.has(is::SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P);
    let item = match tag {
        Tag::Li => up_to(|tag| tag == Tag::Li, bounds_items),
        Tag::Dd | Tag::Dt => up_to(|tag| matches!(tag, Tag::Dd | Tag::Dt), bounds_items),
        Tag::A => up_to(|tag| tag == Tag::A, |tag| tag.has(is::SCOPE)),
        _ => None,
    };
    if item.is_some() || !(tag.has(is::CLOSES_P) || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt)) {
        return item;
    }
    up_to(|tag| tag == Tag::P, |tag| tag.has(is::SCOPE))
}

fn end_tag(tag: Tag, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(tag.name().as_bytes());
    out.push(b'>');
}
