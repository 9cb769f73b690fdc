//! Lines as others than the passage read them. Each reader has a line of its own; one that reads the same as the passage does says nothing.

use super::Passage;
use crate::moderate::reference::References;
use crate::moderate::surface::{Surface, Writing};
use crate::rewrite::{TextKind, Window};
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::Hasher;
use std::ops::Range;

/// Who reads, as bits.
pub(super) mod by {
    /// The passage: each edge counts that some reader sees.
    pub(in super::super) const PAGE: u8 = 1;
    /// A browser that shows the page as it is.
    pub(in super::super) const SHOWN: u8 = 2;
    /// Who reads what is written anew, and sees no space where something was left out.
    pub(in super::super) const JOINED: u8 = 4;
    /// The same, with a space there.
    pub(in super::super) const SPACED: u8 = 8;
    /// Who reads the lines of the text.
    pub(in super::super) const LINES: u8 = 16;
    /// Those for whom elements are written anew.
    pub(in super::super) const WRITTEN: u8 = JOINED | SPACED;
    pub(in super::super) const ALL: u8 = 31;
}

/// The readers besides the passage.
const READERS: [u8; 4] = [by::SHOWN, by::JOINED, by::SPACED, by::LINES];

/// A text and the number of its event; without bytes it is a space.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) range: Range<u64>,
    pub(super) kind: TextKind,
    pub(super) number: u64,
}

/// The line of one reader.
#[derive(Default)]
struct Line {
    pieces: Vec<Piece>,
    /// It is another one than any of the passage.
    is_other: bool,
    /// Since its last text the passage has seen an edge or a text that this reader has not.
    is_apart: bool,
    /// And a space.
    is_closer: bool,
    /// Since its last text the line of the passage has gone on without this reader.
    is_short: bool,
    /// A space is due.
    has_space: bool,
}

/// The lines of all readers.
#[derive(Default)]
pub(super) struct Lines {
    lines: [Line; READERS.len()],
    /// Readers whose line has text.
    open: u8,
    /// The line of the passage has text.
    is_open: bool,
    /// The last text ends in a space.
    ends_in_space: bool,
    /// Lines that were read in this passage, as hashes of their pieces.
    read: FxHashSet<u64>,
}

impl Lines {
    /// Begins a passage.
    pub(super) fn clear(&mut self) {
        for line in &mut self.lines {
            line.clear();
        }
        self.read.clear();
        (self.open, self.is_open, self.ends_in_space) = (0, false, false);
    }

    /// Bytes that there is room for.
    pub(super) fn capacity(&self) -> usize {
        self.lines.iter().map(|line| line.pieces.capacity() * size_of::<Piece>()).sum()
    }

    /// Which readers are in the middle of a line.
    #[inline]
    pub(super) fn open(&self) -> u8 {
        self.open
    }

    /// What a browser shows in the line so far, of the page and of what is written anew.
    pub(super) fn shown(&self) -> [&[Piece]; 2] {
        [&self.lines[0].pieces, &self.lines[1].pieces]
    }

    /// A space that only some see.
    pub(super) fn space(&mut self, seen_by: u8) {
        for (line, reader) in self.lines.iter_mut().zip(READERS) {
            line.has_space |= seen_by & reader != 0;
            line.is_closer |= seen_by & (by::PAGE | reader) == by::PAGE;
        }
    }

    /// A text that only some see.
    #[inline]
    fn text(&mut self, piece: Piece, seen_by: u8, text: &str) {
        if text.trim_ascii().is_empty() {
            return self.blank(piece, seen_by);
        }
        let is_tight = !self.ends_in_space && !text.starts_with(|c: char| c.is_ascii_whitespace());
        for (line, reader) in self.lines.iter_mut().zip(READERS) {
            if seen_by & reader != 0 {
                line.is_other |= seen_by & by::PAGE == 0;
                line.add(&piece, self.is_open, is_tight);
            } else {
                line.is_short |= seen_by & by::PAGE != 0 && !line.is_apart;
                line.is_apart = true;
            }
        }
        self.open |= seen_by & !by::PAGE;
        self.is_open |= seen_by & by::PAGE != 0;
        self.ends_in_space = text.ends_with(|c: char| c.is_ascii_whitespace());
    }

    /// White space in the middle of a line. Where something is left out in front of it, it may be left out with that.
    fn blank(&mut self, piece: Piece, seen_by: u8) {
        for (line, reader) in self.lines.iter_mut().zip(READERS) {
            let goes = reader == by::JOINED && (line.is_apart || line.is_closer);
            if seen_by & self.open & reader != 0 && !goes {
                // A space that the passage has not parts what it joins.
                line.is_other |= seen_by & by::PAGE == 0;
                line.pieces.push(piece.clone());
            } else {
                line.is_closer |= seen_by & (by::PAGE | reader) == by::PAGE;
            }
        }
    }
}

impl Line {
    fn clear(&mut self) {
        self.pieces.clear();
        (self.is_other, self.is_apart, self.is_closer, self.is_short, self.has_space) = (false, false, false, false, false);
    }

    #[inline]
    fn add(&mut self, piece: &Piece, page_goes_on: bool, is_tight: bool) {
        if self.pieces.is_empty() {
            self.is_other |= page_goes_on;
        } else {
            self.is_other |= self.is_apart || (self.is_closer && is_tight);
            if self.has_space && is_tight {
                self.pieces.push(Piece { range: piece.range.start..piece.range.start, ..*piece });
            }
        }
        (self.is_apart, self.is_closer, self.is_short, self.has_space) = (false, false, false, false);
        self.pieces.push(piece.clone());
    }
}

impl Passage {
    /// A text that some readers see.
    pub(super) fn line_text(&mut self, piece: Piece, seen_by: u8, window: &Window) {
        let text = window.text(piece.range.clone());
        self.lines.text(piece, seen_by, text);
    }

    /// A line ends for some readers.
    #[inline]
    pub(super) fn line_edge(&mut self, seen_by: u8, window: &Window) {
        let sees = seen_by & by::PAGE != 0;
        if self.lines.open != 0 {
            self.end_lines(seen_by, window);
        }
        self.lines.is_open &= !sees;
    }

    fn end_lines(&mut self, seen_by: u8, window: &Window) {
        let goes_on = seen_by & by::PAGE == 0 && self.lines.is_open;
        for (at, reader) in READERS.into_iter().enumerate() {
            if self.lines.open & reader == 0 {
                continue;
            }
            if seen_by & reader == 0 {
                self.lines.lines[at].is_apart |= seen_by & by::PAGE != 0;
                continue;
            }
            self.lines.lines[at].is_other |= self.lines.lines[at].is_short || (goes_on && !self.lines.lines[at].is_apart);
            if self.lines.lines[at].is_other {
                let pieces = std::mem::take(&mut self.lines.lines[at].pieces);
                self.read_line("", &pieces, window);
                self.lines.lines[at].pieces = pieces;
            }
            self.lines.lines[at].clear();
        }
        self.lines.open &= !seen_by;
    }

    /// Reads a line into the second view, unless it was read for somebody else. What went before it in the passages before is only read on from.
    pub(super) fn read_line(&mut self, before: &str, pieces: &[Piece], window: &Window) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return };
        let mut hasher = FxHasher::default();
        // Zeros in front would leave no trace.
        hasher.write_usize(pieces.len());
        hasher.write_usize(before.len());
        for piece in pieces {
            hasher.write_u64(piece.range.start);
            hasher.write_u8(u8::from(piece.range.is_empty()));
        }
        if !self.lines.read.insert(hasher.finish()) {
            return;
        }
        self.side.begin_block(Surface::Text, Writing::Reference, first.number);
        if let Some(block) = self.side.blocks.last_mut() {
            (block.until, block.is_as_written) = (last.number + 1, true);
        }
        for character in before.chars() {
            self.side.character(character, first.range.start..first.range.start);
        }
        for piece in pieces {
            // No edit may reach from one event into the next.
            self.side.markup();
            if piece.range.is_empty() {
                self.side.object(piece.range.start);
                continue;
            }
            let references = if piece.kind == TextKind::Data { References::Text } else { References::No };
            self.side.add(window.text(piece.range.clone()), piece.range.start, references, self.preformatted > 0);
        }
        self.side.end_block();
    }
}
