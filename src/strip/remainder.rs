//! What must remain of a page: rules may not take nearly all of it.
//!
//! A wrapper that a script would have shown is hidden in the saved page; a class that asks for consent stands on the body. Such a
//! match is proper in every other way, so it is told by what would be left: next to nothing.

use super::line::Line;
use super::marks::Mark;
use super::queue::EventIndex;
use super::removal::{Cause, Extent};
use super::{Stripper, guard};
use crate::rewrite::Closing;
use std::ops::Range;

/// With fewer words outside of links than this, or than a tenth of what the page has, nothing of it would be left to read.
const FEWEST_WORDS: u64 = 30;
const SHARE: u64 = 10;
/// A page has one wrapper or two.
const REFUSALS: usize = 8;

impl Stripper {
    /// Refuses, largest first, the marks without which the page would be as good as empty.
    pub(super) fn spare_the_remainder(&mut self, ended: &mut Vec<(Mark, EventIndex, Closing)>) {
        let words = |line: &Line| if line.dropped { 0 } else { u64::from(line.words.saturating_sub(line.linked)) };
        let all: u64 = self.lines.iter().map(words).sum();
        let enough = FEWEST_WORDS.max(all / SHARE);
        if all < enough {
            return;
        }
        for _ in 0..REFUSALS {
            // Where there is prose and none elsewhere, the guard will narrow the mark to what stands before it.
            let is_whole = |(mark, end, _): &(Mark, EventIndex, Closing)| {
                let prose = self.lines_of(mark.start..*end).filter(|line| line.is_prose()).count();
                prose < if self.expects_prose(mark) { guard::ARTICLE_LINES } else { 1 }
            };
            let taking: Vec<usize> = (0..ended.len()).filter(|at| is_whole(&ended[*at])).collect();
            let taken = Stretches::new(taking.iter().map(|at| ended[*at].0.start..ended[*at].1));
            let left: u64 = self.lines.iter().filter(|line| !taken.hold(line.first)).map(words).sum();
            if left >= enough {
                return;
            }
            let size = |at: usize| self.lines_of(ended[at].0.start..ended[at].1).map(words).sum::<u64>();
            let largest = taking.iter().map(|at| (size(*at), *at)).max();
            // A small page is small by itself; a wrapper holds far more than it leaves.
            let Some((_, at)) = largest.filter(|(words, _)| *words >= FEWEST_WORDS.max(2 * left)) else { return };
            let (mark, _, _) = ended.remove(at);
            self.remove(mark.start..mark.start, mark.rules, Extent::Refused(Cause::HoldsMost));
        }
    }

    /// The lines that begin in a stretch of events.
    pub(super) fn lines_of(&self, events: Range<EventIndex>) -> impl Iterator<Item = &Line> {
        let from = self.lines.partition_point(|line| line.first < events.start);
        self.lines.range(from..).take_while(move |line| line.first < events.end)
    }
}

/// Stretches of events, asked for a place in them.
pub(super) struct Stretches {
    /// Starts in order, each with the furthest end of those up to it.
    reach: Vec<(EventIndex, EventIndex)>,
}

impl Stretches {
    pub(super) fn new(stretches: impl Iterator<Item = Range<EventIndex>>) -> Self {
        let mut reach: Vec<_> = stretches.map(|stretch| (stretch.start, stretch.end)).collect();
        reach.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut reach {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Stretches { reach }
    }

    /// Whether any of them holds the event.
    pub(super) fn hold(&self, event: EventIndex) -> bool {
        let before = self.reach.partition_point(|(start, _)| *start <= event);
        before > 0 && self.reach[before - 1].1 > event
    }
}
