//! Text that stands between the parts of a table: browsers show it in front of the table, in the line that was there (HTML 13.2.6.1).
//! They do so with what is written anew, too, where what was hidden no longer is.

use super::Passage;
use super::lines::{Piece, by};
use crate::rewrite::{ElementId, Tag, Window};
use std::ops::Range;

/// Of what went before in other passages so many bytes are read on from: no value is longer.
const BEFORE_BYTES: usize = 2048;

/// A table that is open, or a part of one.
struct Part {
    id: ElementId,
    tag: Tag,
    /// The lines in front of a table: as the page shows it, and as what is written anew does.
    fronts: [Front; 2],
}

/// A line in front of a table: what earlier passages had of it, and its texts in this one.
#[derive(Default)]
struct Front {
    before: String,
    line: Vec<Piece>,
}

/// The reader of each line in front of a table.
const READERS: [u8; 2] = [by::SHOWN, by::JOINED];

/// Tables and their parts that are open.
#[derive(Default)]
pub(super) struct Fostered {
    parts: Vec<Part>,
}

impl Fostered {
    /// Begins a page.
    pub(super) fn begin(&mut self) {
        self.parts.clear();
    }

    /// Whether what comes next stands between the parts of a table.
    #[inline]
    pub(super) fn is_between(&self) -> bool {
        self.parts.last().is_some_and(|part| !holds_text(part.tag))
    }

    /// How many tables and parts of them are open.
    #[inline]
    pub(super) fn depth(&self) -> usize {
        self.parts.len()
    }

    /// Whether what comes next stands between parts of a table of which this one, counted from outside, is no cell around it.
    pub(super) fn is_between_from(&self, depth: usize) -> bool {
        self.parts.get(depth..).is_some_and(|parts| !parts.is_empty() && parts.iter().all(|part| !holds_text(part.tag)))
    }

    /// Whether a table is open: without one its parts are ignored where they stand.
    pub(super) fn has_table(&self) -> bool {
        self.parts.iter().any(|part| part.tag == Tag::Table)
    }

    fn innermost_table(&mut self) -> Option<&mut Part> {
        self.parts.iter_mut().rev().find(|part| part.tag == Tag::Table)
    }
}

pub(super) fn is_part(tag: Tag) -> bool {
    holds_text(tag) || matches!(tag, Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Colgroup)
}

fn holds_text(tag: Tag) -> bool {
    matches!(tag, Tag::Td | Tag::Th | Tag::Caption | Tag::Template)
}

impl Passage {
    /// An element opens. A table takes the line along that it stands behind.
    #[inline]
    pub(super) fn fostered_open(&mut self, id: ElementId, tag: Tag, window: &Window) {
        if !is_part(tag) {
            return;
        }
        let mut fronts = <[Front; 2]>::default();
        if tag == Tag::Table {
            if self.fostered.is_between() {
                fronts = self.end_fostered(0..READERS.len(), window);
            } else {
                for (front, line) in fronts.iter_mut().zip(self.lines.shown()) {
                    front.line.extend_from_slice(line);
                }
            }
        }
        self.fostered.parts.push(Part { id, tag, fronts });
    }

    /// An element closes.
    #[inline]
    pub(super) fn fostered_close(&mut self, id: ElementId, window: &Window) {
        let Some(at) = self.fostered.parts.iter().rposition(|part| part.id == id) else { return };
        if self.fostered.parts[at].tag == Tag::Table {
            self.end_fostered(0..READERS.len(), window);
        }
        self.fostered.parts.remove(at);
    }

    /// A text between the parts of a table, and who sees it. White space alone stays where it is.
    pub(super) fn fostered_text(&mut self, piece: &Piece, seers: u8, window: &Window) {
        let is_blank = window.text(piece.range.clone()).trim_ascii().is_empty();
        let Some(table) = self.fostered.innermost_table() else { return };
        for (front, reader) in table.fronts.iter_mut().zip(READERS) {
            let goes_on = front.line.last().is_some_and(|last| last.range.end == piece.range.start);
            if seers & reader != 0 && (!is_blank || goes_on) {
                front.line.push(piece.clone());
            }
        }
    }

    /// A tag ends a line that stands between the parts of a table, if it is of none of them.
    #[inline]
    pub(super) fn fostered_edge(&mut self, tag: Tag, window: &Window) {
        // A form that stands there holds nothing.
        if self.fostered.is_between() && !(is_part(tag) || tag == Tag::Form) {
            // What is hidden there is none to who reads it written anew.
            let from = usize::from(self.written.is_hidden_at(self.fostered.depth()));
            self.end_fostered(from..READERS.len(), window);
        }
    }

    /// The lines of these readers in front of the innermost table end.
    fn end_fostered(&mut self, readers: Range<usize>, window: &Window) -> [Front; 2] {
        let Some(table) = self.fostered.innermost_table() else { return Default::default() };
        let mut fronts = <[Front; 2]>::default();
        readers.for_each(|of| fronts[of] = std::mem::take(&mut table.fronts[of]));
        for Front { before, line } in &fronts {
            if line.len() + usize::from(!before.is_empty()) > 1 {
                self.read_line(before, line, window);
            }
        }
        fronts
    }

    /// The passage ends: of the lines that go on only their words are kept.
    pub(super) fn pass_fostered(&mut self, window: &Window) {
        for at in 0..self.fostered.parts.len() {
            for of in 0..READERS.len() {
                let front = &mut self.fostered.parts[at].fronts[of];
                if front.line.is_empty() {
                    continue;
                }
                let Front { mut before, line } = std::mem::take(front);
                if line.len() + usize::from(!before.is_empty()) > 1 {
                    self.read_line(&before, &line, window);
                }
                for piece in &line {
                    before.push_str(if piece.range.is_empty() { " " } else { window.text(piece.range.clone()) });
                }
                let from = before.ceil_char_boundary(before.len().saturating_sub(BEFORE_BYTES));
                self.fostered.parts[at].fronts[of].before = before.split_off(from);
            }
        }
    }
}
