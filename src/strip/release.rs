//! The release: events leave in their order, once nothing can change what becomes of them.

use super::following::Following;
use super::queue::{EventIndex, Held};
use super::removal::Removal;
use super::{StripMode, Stripper};

/// In `rules` mode this much decided output stays within reach, so that a label can still take the box that opened before it.
const LOOKBACK_BYTES: u64 = 8 * 1024;

impl Stripper {
    /// Hands out the events whose fate is sealed, oldest first, and the removals that are complete with them.
    pub fn release(&mut self, mut out: impl FnMut(Held), mut removed: impl FnMut(Removal)) {
        let before = self.sealed_before();
        self.queue.drain_before(before).for_each(&mut out);
        let first = self.queue.first();
        let growing = self.following.as_ref().map_or(0, Following::removal);
        while let Some(removal) = self.removals.pop_before(first, growing) {
            if !removal.absorbed {
                removed(removal);
            }
        }
        while self.lines.front().is_some_and(|line| line.end <= first) {
            self.lines.pop_front();
            self.labels.forget_line();
        }
        while self.keeps.front().is_some_and(|keep| keep.events.end <= first) {
            self.keeps.pop_front();
        }
        for list in [&mut self.landmarks, &mut self.headline_lines] {
            while list.front().is_some_and(|at| *at < first) {
                list.pop_front();
            }
        }
    }

    fn sealed_before(&self) -> EventIndex {
        if self.finished {
            return self.queue.end();
        }
        let line = if self.gathering.pieces.is_empty() { self.queue.end() } else { self.gathering.first };
        // The last text may still grow.
        let line = line.min(self.queue.end().saturating_sub(1));
        match self.mode {
            StripMode::Article => self.queue.first(),
            StripMode::Off => line,
            StripMode::Rules => {
                let marks = self.marks.iter().map(|mark| mark.start);
                let undecided = self.undecided.iter().map(|(mark, _)| mark.start);
                let labels = self.labels.waiting(&self.lines);
                let following = self.following.as_ref().and_then(Following::waiting);
                marks.chain(undecided).chain(labels).chain(following).fold(line.min(self.queue.within(LOOKBACK_BYTES)), EventIndex::min)
            }
        }
    }

    /// Start in the page of the oldest event that is still held.
    pub fn held_from(&self) -> Option<u64> {
        self.queue.start()
    }
}
