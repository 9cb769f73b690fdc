//! Events that wait for their fate.

use crate::rewrite::Event;
use std::collections::VecDeque;

/// Number of an event in its page, from 0.
pub(super) type EventIndex = u64;

/// An event on its way to the output.
#[derive(Clone, Debug)]
pub struct Held {
    /// The event.
    pub event: Event,
    /// Number of the removal that took it, from 1; 0 when it is kept.
    pub removal: u32,
    /// It is the page's title, shown as a headline: metadata to whoever wants the text alone.
    pub is_title: bool,
}

impl Held {
    /// Whether it stays in the page.
    pub fn is_kept(&self) -> bool {
        self.removal == 0
    }
}

/// The events between the oldest undecided one and the newest.
#[derive(Debug)]
pub(super) struct Queue {
    events: VecDeque<Held>,
    first: EventIndex,
}

/// Room for so many events is made at once: what is looked back at holds about as many.
const EVENTS: usize = 1024;
/// An event is mostly longer; room for at most so many is made before they come.
const EVENT_BYTES: u64 = 24;
const EXPECTED_EVENTS: u64 = 64 * 1024;

impl Default for Queue {
    fn default() -> Self {
        Queue { events: VecDeque::with_capacity(EVENTS), first: 0 }
    }
}

impl Queue {
    /// A page of so many bytes will be held as a whole.
    pub(super) fn expect(&mut self, bytes: u64) {
        self.events.reserve((bytes / EVENT_BYTES).min(EXPECTED_EVENTS) as usize);
    }

    pub(super) fn push(&mut self, event: Event) -> EventIndex {
        self.events.push_back(Held { event, removal: 0, is_title: false });
        self.end() - 1
    }

    /// Number after the newest event.
    pub(super) fn end(&self) -> EventIndex {
        self.first + self.events.len() as u64
    }

    /// Number of the oldest event.
    pub(super) fn first(&self) -> EventIndex {
        self.first
    }

    pub(super) fn get(&self, at: EventIndex) -> Option<&Held> {
        self.events.get(at.checked_sub(self.first)? as usize)
    }

    pub(super) fn get_mut(&mut self, at: EventIndex) -> Option<&mut Held> {
        self.events.get_mut(at.checked_sub(self.first)? as usize)
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Held> {
        self.events.back_mut()
    }

    /// Takes out the events that are numbered below `before`, oldest first.
    pub(super) fn drain_before(&mut self, before: EventIndex) -> impl Iterator<Item = Held> {
        let count = (before.saturating_sub(self.first) as usize).min(self.events.len());
        self.first += count as u64;
        self.events.drain(..count)
    }

    /// Where the oldest event starts in the page.
    pub(super) fn start(&self) -> Option<u64> {
        self.events.front().map(|held| held.event.range.start)
    }

    /// Number of the first event that starts at most `bytes` before the end of the newest.
    pub(super) fn within(&self, bytes: u64) -> EventIndex {
        let end = self.events.back().map_or(0, |held| held.event.range.end);
        let from = end.saturating_sub(bytes);
        self.first + self.events.partition_point(|held| held.event.range.start < from) as u64
    }
}
