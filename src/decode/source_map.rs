//! Where a decoded character stood in the source.

use std::collections::VecDeque;

/// Maps offsets of the decoded text to offsets of the source, both in bytes.
///
/// Between two marks both run in step; a UTF-8 page without invalid bytes needs no mark at all. Marks before
/// [`SourceMap::forget`]'s offset are dropped, so the map of an endless page stays small.
#[derive(Debug)]
pub struct SourceMap {
    marks: VecDeque<(u64, u64)>,
    /// From which text offset on nothing has a place of its own in the source: what was put together from data. It is given as its end.
    beyond: u64,
    beyond_source: u64,
}

impl Default for SourceMap {
    fn default() -> Self {
        SourceMap { marks: VecDeque::from([(0, 0)]), beyond: u64::MAX, beyond_source: 0 }
    }
}

impl SourceMap {
    /// The text starts at this source offset (after a byte order mark).
    pub(super) fn start(&mut self, source: u64) {
        self.marks = VecDeque::from([(0, source)]);
    }

    /// From `utf8` on, the text comes from `source`.
    pub(super) fn mark(&mut self, utf8: u64, source: u64) {
        match self.marks.back_mut() {
            Some(last) if last.0 == utf8 => last.1 = source,
            Some(last) if utf8 - last.0 == source.saturating_sub(last.1) && source >= last.1 => {}
            _ => self.marks.push_back((utf8, source)),
        }
    }

    /// The page ends at `utf8`; what follows is put together from data.
    pub(crate) fn go_on_beyond(&mut self, utf8: u64) {
        self.beyond_source = self.source(utf8);
        self.beyond = utf8;
    }

    /// Whether a text offset lies in what was put together from data.
    #[inline]
    pub fn is_beyond(&self, utf8: u64) -> bool {
        utf8 >= self.beyond
    }

    /// The source offset of a text offset; inside a character, the character's start.
    #[inline]
    pub fn source(&self, utf8: u64) -> u64 {
        match self.marks.front() {
            _ if self.is_beyond(utf8) => self.beyond_source,
            // All of a UTF-8 page.
            Some((from, source)) if self.marks.len() == 1 => source + utf8.saturating_sub(*from),
            _ => self.among_marks(utf8),
        }
    }

    fn among_marks(&self, utf8: u64) -> u64 {
        let after = self.marks.partition_point(|mark| mark.0 <= utf8);
        let (from, source) = self.marks[after.saturating_sub(1)];
        let in_step = source + utf8.saturating_sub(from);
        // A character longer in UTF-8 than in the source must not reach into the next one.
        self.marks.get(after).map_or(in_step, |next| in_step.min(next.1))
    }

    /// Offsets before `utf8` will not be asked for again.
    pub fn forget(&mut self, utf8: u64) {
        while self.marks.len() > 1 && self.marks[1].0 <= utf8 {
            self.marks.pop_front();
        }
    }
}
