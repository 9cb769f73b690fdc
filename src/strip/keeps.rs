//! What rules say is content: what matches inside of it may go, what it is part of may not take it along.

use super::Stripper;
use super::queue::EventIndex;
use super::remainder::Stretches;
use crate::rewrite::{ElementId, EventKind};
use crate::rules::RuleIndex;
use std::ops::Range;

/// The report lists so many kept elements.
const LISTED_KEEPS: usize = 1_000;

/// An element that a rule says is content: what matches inside of it may go, what it is part of may not take it along.
pub(super) struct Keep {
    /// Numbers of elements grow from keep to keep, as their events do, so that each is found without a look at all others.
    pub(super) element: Option<ElementId>,
    pub(super) events: Range<EventIndex>,
    /// Where it begins on the page.
    pub(super) start: u64,
    /// Numbers of its entries in the list for the report.
    pub(super) listed: Range<usize>,
}

impl Stripper {
    /// Takes the rules that keep out of those that matched.
    pub(super) fn keep(&mut self, found: &mut Vec<RuleIndex>, at: EventIndex, element: Option<ElementId>) {
        let range = self.queue.get(at).map_or(0..0, |held| held.event.range.clone());
        let opened = self.queue.get(at).and_then(|held| if let EventKind::Open { id, .. } = held.event.kind { Some(id) } else { None });
        let (first, before) = (self.kept.len(), found.len());
        found.retain(|rule| {
            let keeps = self.rules.rule(*rule).keep;
            if keeps && self.kept.len() < LISTED_KEEPS {
                self.kept.push((*rule, range.clone()));
            }
            !keeps
        });
        if found.len() < before {
            let end = if element.is_some() { EventIndex::MAX } else { at + 1 };
            self.keeps.push_back(Keep { element: opened, events: at..end, start: range.start, listed: first..self.kept.len() });
            self.may_be_released = true;
        }
    }

    /// Where kept elements end.
    pub(super) fn keep_closed(&mut self, at: EventIndex, id: ElementId) {
        if self.keeps.is_empty() {
            return;
        }
        let place = self.keep_from(id);
        let Some(keep) = self.keeps.get_mut(place).filter(|keep| keep.element == Some(id)) else { return };
        keep.events.end = at + 1;
        let end = self.queue.get(at).map_or(0, |held| held.event.range.end);
        for (_, range) in self.kept.get_mut(keep.listed.clone()).into_iter().flatten() {
            range.end = end;
        }
    }

    /// The first keep of an element that is numbered `id` or higher.
    fn keep_from(&self, id: ElementId) -> usize {
        // What is kept from some place on is no element: it counts as the one before.
        let number = |at: usize| (0..=at).rev().find_map(|before| self.keeps.get(before)?.element);
        let (mut low, mut high) = (0, self.keeps.len());
        while low < high {
            let middle = low.midpoint(high);
            if number(middle) < Some(id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first keep that begins in a stretch of events.
    pub(super) fn first_keep_in(&self, events: &Range<EventIndex>) -> Option<&Keep> {
        let first = self.keeps.partition_point(|keep| keep.events.start < events.start);
        self.keeps.get(first).filter(|keep| keep.events.start < events.end)
    }

    /// What is kept of a stretch of events by keeps that begin at `from` on the page or behind it.
    pub(super) fn kept_of(&self, events: &Range<EventIndex>, from: u64) -> KeptStretches {
        let end = self.keeps.partition_point(|keep| keep.events.start < events.end);
        let first = self.keeps.partition_point(|keep| keep.start < from).min(end);
        let kept = || self.keeps.range(first..end).map(|keep| keep.events.clone());
        KeptStretches { starts: kept().map(|kept| kept.start).collect(), stretches: Stretches::new(kept()) }
    }
}

/// The kept parts of a stretch.
pub(super) struct KeptStretches {
    /// Where they begin, in order.
    starts: Vec<EventIndex>,
    stretches: Stretches,
}

impl KeptStretches {
    /// Whether an event is kept.
    pub(super) fn hold(&self, at: EventIndex) -> bool {
        self.stretches.hold(at)
    }

    /// Whether one of them begins there.
    pub(super) fn begin_in(&self, events: Range<EventIndex>) -> bool {
        let first = self.starts.partition_point(|start| *start < events.start);
        self.starts.get(first).is_some_and(|start| *start < events.end)
    }
}
