//! The line that is being read: its text, piece by piece.

use super::Stripper;
use super::queue::EventIndex;
use crate::fold::Folded;
use crate::metadata::Collector;
use crate::rewrite::{Event, EventKind, TextKind, Window};

/// A text event grows up to this many bytes; then it is cut at white space.
const TEXT_BYTES: u64 = 32 * 1024;

/// The line that is being read.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) first: EventIndex,
    pub(super) pieces: Vec<Piece>,
    /// A tag came after the last piece.
    pub(super) tag_since: bool,
    /// The line began before; the hold was full.
    pub(super) continues: bool,
    pub(super) links: u32,
    pub(super) unseen: u32,
    pub(super) items: u32,
    pub(super) headings: Vec<u8>,
    /// Lines that have ended in the innermost heading.
    pub(super) heading_lines: u32,
    /// Plain text: a blank line stands before this line.
    pub(super) before_blank: bool,
    /// A break right after a removed line goes with it.
    pub(super) break_goes_with: u32,
    pub(super) text: String,
    pub(super) folded: Folded,
}

/// One visible text of a line.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) event: EventIndex,
    pub(super) linked: bool,
    /// A tag parts it from the piece before.
    pub(super) after_tag: bool,
}

impl Stripper {
    pub(super) fn text(&mut self, event: Event, kind: TextKind, window: &Window, metadata: &Collector) {
        let range = event.range.clone();
        let blank = window.text(range.clone()).bytes().all(|b| b.is_ascii_whitespace());
        if !blank {
            self.gathering.break_goes_with = 0;
        }
        // Pieces of one text are put together again, so that words and character references are whole.
        let last = self.queue.end().wrapping_sub(1);
        if let Some(held) = self.queue.last_mut()
            && held.event.kind == EventKind::Text(kind)
            && held.event.range.end == range.start
            && held.removal == 0
            // One word without end is cut where a piece of the page ends; it says nothing.
            && range.start - held.event.range.start < 4 * TEXT_BYTES
        {
            held.event.range.end = range.end;
            let whole = held.event.range.clone();
            if whole.end - whole.start <= TEXT_BYTES {
                self.piece(last, kind, blank);
                return;
            }
            let text = window.text(whole.clone()).as_bytes();
            // Only where there are character references must they stay whole.
            let cut = match kind {
                TextKind::Raw | TextKind::Literal => None,
                _ => text.iter().rposition(u8::is_ascii_whitespace).or_else(|| memchr::memrchr(b'&', text).filter(|at| text.len() - at < 40)),
            };
            let cut = whole.start + cut.filter(|at| *at > 0).unwrap_or(text.len()) as u64;
            if cut == whole.end {
                self.piece(last, kind, blank);
                return;
            }
            held.event.range.end = cut;
            let rest = self.queue.push(Event { kind: EventKind::Text(kind), range: cut..whole.end });
            self.piece(rest, kind, false);
            if self.gathering.pieces.len() > 64 {
                self.break_line(window, metadata);
            }
            return;
        }
        let at = self.queue.push(event);
        self.piece(at, kind, blank);
    }

    fn piece(&mut self, at: EventIndex, kind: TextKind, blank: bool) {
        let gathering = &mut self.gathering;
        let shown = matches!(kind, TextKind::Data | TextKind::Literal) && gathering.unseen == 0;
        let known = gathering.pieces.last().is_some_and(|piece| piece.event == at);
        // White space before the first word is no text yet, but between two pieces it parts words.
        if !shown || known || (blank && gathering.pieces.is_empty()) {
            return;
        }
        gathering.pieces.push(Piece { event: at, linked: gathering.links > 0, after_tag: gathering.tag_since });
        gathering.tag_since = false;
    }

    /// Ends a line that is too long to be held.
    pub(super) fn break_line(&mut self, window: &Window, metadata: &Collector) {
        self.end_line(window, metadata);
        self.gathering.continues = true;
        self.gathering.first = self.queue.end();
    }
}
