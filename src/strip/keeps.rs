//! What rules say is content: what matches inside of it may go, what it is part of may not take it along.

use super::Stripper;
use super::queue::EventIndex;
use crate::rewrite::ElementId;
use crate::rules::RuleIndex;
use std::ops::Range;

/// The report lists so many kept elements.
const LISTED_KEEPS: usize = 1_000;

/// An element that a rule says is content: what matches inside of it may go, what it is part of may not take it along.
pub(super) struct Keep {
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
            self.keeps.push_back(Keep { element, events: at..end, start: range.start, listed: first..self.kept.len() });
            self.may_be_released = true;
        }
    }

    /// Where kept elements end.
    pub(super) fn keep_closed(&mut self, at: EventIndex, id: ElementId) {
        if self.keeps.is_empty() {
            return;
        }
        let Some(keep) = self.keeps.iter_mut().rev().find(|keep| keep.element == Some(id)) else { return };
        (keep.element, keep.events.end) = (None, at + 1);
        let end = self.queue.get(at).map_or(0, |held| held.event.range.end);
        for (_, range) in self.kept.get_mut(keep.listed.clone()).into_iter().flatten() {
            range.end = end;
        }
    }
}
