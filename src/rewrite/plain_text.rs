//! Plain text as events: each line is a text, each line end a break.

use super::{Event, EventKind, TextKind};

const PARAGRAPH_SEPARATOR: char = '\u{2029}';
/// A run of blank lines is handed out in breaks of about this many bytes.
const LONG_BREAK: u64 = 32 * 1024;

/// Cuts plain text into lines. A line ends with what Unicode requires a break after: `\n`, `\r\n`, `\r`, a line tabulation, a form feed, a
/// next line, a line separator; a paragraph separator stands for a blank line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    position: u64,
    /// Start of a run of line ends and blanks whose length is not known yet.
    break_start: Option<u64>,
    line_ends: u32,
    last_was_return: bool,
}

impl Lines {
    /// Lines of a text that begins at this offset.
    pub(super) fn at(position: u64) -> Self {
        Lines { position, ..Lines::default() }
    }

    /// Everything before this offset has been handed out, or is line ends and blanks.
    pub(super) fn position(&self) -> u64 {
        self.break_start.unwrap_or(self.position)
    }

    pub(super) fn write(&mut self, piece: &str, sink: &mut impl FnMut(Event)) {
        let mut text_start = None;
        for (at, character) in piece.char_indices() {
            let offset = self.position + at as u64;
            let is_end = matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | PARAGRAPH_SEPARATOR);
            if is_end || (self.break_start.is_some() && character.is_whitespace()) {
                if let Some(start) = text_start.take() {
                    sink(Event { kind: EventKind::Text(TextKind::Literal), range: start..offset });
                }
                self.break_start.get_or_insert(offset);
                if is_end && !(character == '\n' && self.last_was_return) {
                    self.line_ends += if character == PARAGRAPH_SEPARATOR { 2 } else { 1 };
                }
            } else {
                self.end_break(offset, sink);
                text_start.get_or_insert(offset);
            }
            self.last_was_return = character == '\r';
        }
        self.position += piece.len() as u64;
        if self.break_start.is_some_and(|start| self.position - start > LONG_BREAK) {
            self.end_break(self.position, sink);
        }
        if let Some(start) = text_start {
            sink(Event { kind: EventKind::Text(TextKind::Literal), range: start..self.position });
        }
    }

    pub(super) fn end(&mut self, sink: &mut impl FnMut(Event)) {
        self.end_break(self.position, sink);
    }

    fn end_break(&mut self, offset: u64, sink: &mut impl FnMut(Event)) {
        if let Some(start) = self.break_start.take() {
            let blank = self.line_ends > 1;
            self.line_ends = 0;
            sink(Event { kind: EventKind::Break { blank }, range: start..offset });
        }
    }
}
