//! Events that wait for what rules say of their passage, and how they are taken out.

use super::edit::Edit;
use super::surface::Surface;
use super::view::View;
use crate::rewrite::{ElementId, EventKind, Tag};
use crate::strip::Held;

/// The removal number of what moderation takes out: beyond all that strip can reach.
const REMOVED: u32 = u32::MAX;

/// The events of a passage, numbered from the first of the page on.
#[derive(Default)]
pub(super) struct Queue {
    held: Vec<Held>,
    /// Number of the first event in the queue.
    first: u64,
    /// Links whose end tag goes when it comes.
    unlinked: Vec<ElementId>,
}

impl Queue {
    /// The number that the next event gets.
    #[inline]
    pub(super) fn next(&self) -> u64 {
        self.first + self.held.len() as u64
    }

    /// Events that it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.held.capacity()
    }

    /// Forgets all, for another page.
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.unlinked.clear();
        self.first = 0;
    }

    #[inline]
    pub(super) fn push(&mut self, held: Held) {
        self.held.push(held);
        if !self.unlinked.is_empty() {
            self.unlink_last();
        }
    }

    /// Takes the newest event out where it is the end tag of a link that goes.
    #[cold]
    fn unlink_last(&mut self) {
        let Some(held) = self.held.last_mut() else { return };
        if let EventKind::Close { id, .. } = held.event.kind
            && let Some(at) = self.unlinked.iter().position(|unlinked| *unlinked == id)
        {
            self.unlinked.swap_remove(at);
            if held.is_kept() {
                held.removal = REMOVED;
            }
        }
    }

    /// Takes all events out.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Held> {
        self.first = self.next();
        self.held.drain(..)
    }

    /// Bytes of the page that are held.
    #[inline]
    pub(super) fn bytes(&self) -> u64 {
        self.held.last().map_or(0, |last| last.event.range.end) - self.held.first().map_or(0, |first| first.event.range.start)
    }

    /// Where the oldest event that is held starts.
    pub(super) fn from(&self) -> Option<u64> {
        self.held.first().map(|held| held.event.range.start)
    }

    /// Parts edits that reach from one event into the next, for each event is written by itself. `edits` are in order.
    pub(super) fn part(&self, edits: &mut Vec<Edit>) {
        let mut events = self.held.iter().map(|held| &held.event.range).filter(|range| !range.is_empty()).peekable();
        let mut rest = Vec::new();
        for edit in edits.iter_mut() {
            while events.next_if(|event| event.end <= edit.range.start).is_some() {}
            let Some(event) = events.peek() else { break };
            if edit.range.end > event.end {
                rest.push(Edit { range: event.end..edit.range.end, text: String::new(), ..*edit });
                edit.range.end = event.end;
            }
        }
        if !rest.is_empty() {
            self.part(&mut rest);
            edits.append(&mut rest);
            edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        }
    }

    /// Takes off the tags of a link, given the event that opens it. False when that is no link.
    pub(super) fn unlink(&mut self, open: u64) -> bool {
        let Some(from) = open.checked_sub(self.first).map(|from| from as usize) else { return false };
        let Some(held) = self.held.get_mut(from) else { return false };
        let EventKind::Open { id, tag: Tag::A, void: false, .. } = held.event.kind else { return false };
        if held.removal != 0 {
            return true;
        }
        held.removal = REMOVED;
        let close = self.held.iter_mut().skip(from).find(|held| matches!(held.event.kind, EventKind::Close { id: closed, .. } if closed == id));
        match close {
            Some(held) if held.removal == 0 => held.removal = REMOVED,
            Some(_) => {}
            None => self.unlinked.push(id),
        }
        true
    }

    /// Takes out the events of a block: its text, what opens and closes inside of it, and the element that holds nothing else. False
    /// when there are none that can go, as with a value in the tag of an element that holds other things.
    pub(super) fn drop_block(&mut self, view: &View, block: usize) -> bool {
        let surface = view.blocks[block].surface;
        let from = view.blocks[block].event;
        let last = self.first + self.held.len() as u64;
        let until = if surface == Surface::Text && !view.blocks[block].is_as_written {
            view.blocks.get(block + 1).map_or(last, |next| next.event)
        } else {
            view.blocks[block].until
        };
        let position = |number: u64| (number.saturating_sub(self.first) as usize).min(self.held.len());
        let (start, end) = (position(from), position(until));
        let mut opened: Vec<(ElementId, usize)> = Vec::new();
        let mut drops = Vec::new();
        for at in start..end {
            match self.held[at].event.kind {
                EventKind::Open { id, void: false, .. } => opened.push((id, at)),
                EventKind::Open { .. } | EventKind::Text(_) | EventKind::Comment | EventKind::Break { .. } => drops.push(at),
                EventKind::Close { id, .. } => {
                    if let Some(which) = opened.iter().rposition(|(open, _)| *open == id) {
                        drops.extend([opened.remove(which).1, at]);
                    }
                }
                _ => {}
            }
        }
        let has_any = !drops.is_empty();
        for at in drops {
            if self.held[at].removal == 0 {
                self.held[at].removal = REMOVED;
            }
        }
        has_any
    }
}
