//! Text that stands between the parts of a table: browsers show it in front of the table, in the line that was there (HTML 13.2.6.1).

use super::Passage;
use super::lines::Piece;
use crate::rewrite::{ElementId, Tag, Window};

/// Of what went before in other passages so many bytes are read on from: no value is longer.
const BEFORE_BYTES: usize = 2048;

/// A table that is open, or a part of one.
struct Part {
    id: ElementId,
    tag: Tag,
    /// The line in front of a table: what earlier passages had of it, and its texts in this one.
    before: String,
    line: Vec<Piece>,
}

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

    fn innermost_table(&mut self) -> Option<&mut Part> {
        self.parts.iter_mut().rev().find(|part| part.tag == Tag::Table)
    }
}

fn is_part(tag: Tag) -> bool {
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
        let (mut before, mut line) = (String::new(), Vec::new());
        if tag == Tag::Table {
            if self.fostered.is_between() {
                (before, line) = self.end_fostered(window);
            } else if !self.written.is_hidden() {
                line = self.lines.shown().to_vec();
            }
        }
        self.fostered.parts.push(Part { id, tag, before, line });
    }

    /// An element closes.
    #[inline]
    pub(super) fn fostered_close(&mut self, id: ElementId, window: &Window) {
        let Some(at) = self.fostered.parts.iter().rposition(|part| part.id == id) else { return };
        if self.fostered.parts[at].tag == Tag::Table {
            self.end_fostered(window);
        }
        self.fostered.parts.remove(at);
    }

    /// A text between the parts of a table. White space alone stays where it is.
    pub(super) fn fostered_text(&mut self, piece: &Piece, window: &Window) {
        let is_blank = window.text(piece.range.clone()).trim_ascii().is_empty();
        let Some(table) = self.fostered.innermost_table() else { return };
        let goes_on = table.line.last().is_some_and(|last| last.range.end == piece.range.start);
        if !is_blank || goes_on {
            table.line.push(piece.clone());
        }
    }

    /// A tag ends a line that stands between the parts of a table, if it is of none of them.
    #[inline]
    pub(super) fn fostered_edge(&mut self, tag: Tag, window: &Window) {
        if self.fostered.is_between() && !is_part(tag) && !self.written.is_hidden() {
            self.end_fostered(window);
        }
    }

    /// The line in front of the innermost table ends.
    pub(super) fn end_fostered(&mut self, window: &Window) -> (String, Vec<Piece>) {
        let Some(table) = self.fostered.innermost_table() else { return Default::default() };
        let (before, line) = (std::mem::take(&mut table.before), std::mem::take(&mut table.line));
        if line.len() + usize::from(!before.is_empty()) > 1 {
            self.read_line(&before, &line, window);
        }
        (before, line)
    }

    /// The passage ends: of the lines that go on only their words are kept.
    pub(super) fn pass_fostered(&mut self, window: &Window) {
        for at in 0..self.fostered.parts.len() {
            let part = &mut self.fostered.parts[at];
            if part.line.is_empty() {
                continue;
            }
            let (mut before, line) = (std::mem::take(&mut part.before), std::mem::take(&mut part.line));
            if line.len() + usize::from(!before.is_empty()) > 1 {
                self.read_line(&before, &line, window);
            }
            for piece in &line {
                before.push_str(if piece.range.is_empty() { " " } else { window.text(piece.range.clone()) });
            }
            let from = before.ceil_char_boundary(before.len().saturating_sub(BEFORE_BYTES));
            self.fostered.parts[at].before = before.split_off(from);
        }
    }
}
