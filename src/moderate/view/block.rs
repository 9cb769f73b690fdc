//! A block of a view: a run of text between block edges, or one value, and what it is called.

use super::View;
use crate::moderate::surface::{Surface, Writing};
use std::ops::Range;

/// A run of text between block edges, or one value of another surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) surface: Surface,
    /// First byte of the plain form.
    pub(crate) plain: u32,
    /// Number of the first event that may belong to it.
    pub(crate) event: u64,
    /// Number after the last event that does, for a value; a run of text goes on to the next block.
    pub(crate) until: u64,
    /// How what is written into it must be escaped.
    pub(crate) writing: Writing,
    /// A link that stands for no number or address: only rules that ask for links look at it.
    pub(crate) is_mere_link: bool,
    /// A line of text once more, as it is written where that is another reading.
    pub(crate) is_as_written: bool,
    /// What a value is called, as bytes of the view's labels.
    label: (u32, u32),
}

/// Bytes of the longest name of a value.
const LABEL_BYTES: usize = 128;

impl View {
    /// Begins a block; the one before has ended.
    pub(crate) fn begin_block(&mut self, surface: Surface, writing: Writing, event: u64) {
        let plain = self.plain.len() as u32;
        let block = Block { surface, plain, event, until: event + 1, writing, is_mere_link: false, is_as_written: false, label: (0, 0) };
        match self.blocks.last_mut() {
            Some(last) if last.plain == plain => *last = block,
            _ => self.blocks.push(block),
        }
    }

    /// Of a block of which nothing has been read: it begins with this event. False where something has.
    #[inline]
    pub(crate) fn begin_later(&mut self, event: u64) -> bool {
        let plain = self.plain.len() as u32;
        match self.blocks.last_mut().filter(|block| block.plain == plain) {
            Some(block) => {
                (block.event, block.until, block.writing) = (event, event + 1, Writing::Reference);
                true
            }
            None => false,
        }
    }

    /// Says what the value is called that has just begun. What is too long to be a name says nothing.
    pub(crate) fn label(&mut self, label: &str) {
        if label.len() > LABEL_BYTES {
            return;
        }
        // Values of one list share theirs.
        if !self.labels.ends_with(label) {
            self.labels.push_str(label);
        }
        let start = (self.labels.len() - label.len()) as u32;
        if let Some(block) = self.blocks.last_mut() {
            block.label = (start, self.labels.len() as u32);
        }
    }

    /// What the value is called that is in a block; empty where nothing says it.
    pub(crate) fn label_of(&self, block: usize) -> &str {
        let (start, end) = self.blocks[block].label;
        &self.labels[start as usize..end as usize]
    }

    /// Ends a block: what comes next is on a line of its own.
    pub(crate) fn end_block(&mut self) {
        self.end_override();
        self.hard_break(0);
    }

    /// The block that a byte of the plain form is in.
    pub(crate) fn block_at(&self, plain: usize) -> usize {
        self.blocks.partition_point(|block| block.plain as usize <= plain).saturating_sub(1)
    }

    /// Bytes of the plain form of a block.
    pub(crate) fn block_range(&self, block: usize) -> Range<usize> {
        let end = self.blocks.get(block + 1).map_or(self.plain.len(), |next| next.plain as usize);
        self.blocks[block].plain as usize..end
    }
}
