//! Marks: what rules want gone while its end is not known, and what becomes of it once it is.

use super::guard::{self, ARTICLE_LINES, ARTICLE_WORDS, Evidence, Judgement};
use super::queue::EventIndex;
use super::removal::Extent;
use super::{StripMode, Stripper};
use crate::metadata::Collector;
use crate::rewrite::{Closing, ElementId, Window};
use crate::rules::RuleIndex;
use std::collections::VecDeque;

/// Marks inside marks are followed this deep: what is deeper is inside a mark anyway.
const MARKS: usize = 8;

/// What a rule wants gone, while its end is not known.
pub(super) struct Mark {
    /// At least one.
    pub(super) rules: Vec<RuleIndex>,
    pub(super) start: EventIndex,
    /// Closes with this element; without, at the end of the page.
    pub(super) element: Option<ElementId>,
    pub(super) prose_before: u64,
    /// A phrase chose the container.
    pub(super) by_text: bool,
    /// How often a container that held only the label gave way to the one around it.
    pub(super) widened: u8,
}

/// Why no more text is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Latest {
    EndOfPage,
    HoldFull,
}

impl Stripper {
    /// A selector matched: an element without content goes at once, others when they close.
    pub(super) fn mark(&mut self, rules: &[RuleIndex], at: EventIndex, element: Option<ElementId>) {
        if element.is_none() {
            if self.marks.is_empty() {
                self.remove(at..at + 1, rules.to_vec(), Extent::Whole);
            }
        } else if self.marks.len() < MARKS {
            self.open_mark(Mark { rules: rules.to_vec(), start: at, element, prose_before: self.prose_words, by_text: false, widened: 0 });
        }
    }

    pub(super) fn open_mark(&mut self, mark: Mark) {
        if self.marks.is_empty() {
            self.may_be_released = false;
            self.words_in_marks = 0;
        }
        self.marks.push(mark);
    }

    /// Whether what is read now may stay: what a mark takes shows no headline.
    pub(super) fn may_stay(&self) -> bool {
        self.marks.is_empty() || self.may_be_released
    }

    /// Whether it matters here what is furniture: inside a mark only from where the guard might release it, for all before that
    /// goes with the mark. What the block model may give back is asked about all the same.
    pub(super) fn asks_rules(&self) -> bool {
        self.marks.is_empty() || self.may_be_released || self.rules.has_keep() || (self.blocks.is_some() && self.decide_by_model)
    }

    /// Whether an element that was closed properly may hold all of the text that the page has: what has come so far has none to speak of.
    /// A page may stand in a column that is named as furniture.
    pub(super) fn may_hold_the_text(&self, mark: &Mark, end: EventIndex) -> bool {
        let prose = || self.lines_of(mark.start..end).filter(|line| line.is_prose()).count();
        self.marks.is_empty() && mark.element.is_some() && mark.prose_before < ARTICLE_WORDS && self.expects_prose(mark) && prose() >= ARTICLE_LINES
    }

    /// An element closed: its marks are settled, or wait until more is known.
    #[inline]
    pub(super) fn end_marks(&mut self, at: EventIndex, id: ElementId, how: Closing) {
        while let Some(which) = self.marks.iter().rposition(|mark| mark.element == Some(id)) {
            let mark = self.marks.remove(which);
            if mark.by_text && self.widen(&mark, at) {
                continue;
            }
            self.follow_marked(&mark);
            if self.mode == StripMode::Article {
                self.ended.push((mark, at + 1, how));
            } else {
                let elsewhere = mark.prose_before;
                let proper = matches!(how, Closing::Own | Closing::Implied);
                if !proper {
                    self.left_open = self.left_open.max(self.marks.len() + 1);
                }
                if proper && self.may_hold_the_text(&mark, at + 1) {
                    self.undecided.push_back((mark, at + 1));
                } else {
                    self.settle(mark, at + 1, proper, false, elsewhere);
                }
            }
        }
    }

    /// Judges the marks that wait for text elsewhere, as soon as there is enough of it, or at the latest now.
    pub(super) fn decide_undecided(&mut self, now: Option<Latest>) {
        while let Some((mark, end)) = self.undecided.pop_front() {
            let words: u64 = self.lines_of(mark.start..end).filter(|line| line.is_prose()).map(|line| u64::from(line.words)).sum();
            // Text elsewhere is the article when there is about as much of it.
            let is_elsewhere = self.prose_words >= ARTICLE_WORDS.max(words / 2);
            if now.is_none() && !is_elsewhere {
                return self.undecided.push_front((mark, end));
            }
            let elsewhere = if is_elsewhere { self.prose_words } else { 0 };
            let hold_full = now == Some(Latest::HoldFull) && !is_elsewhere;
            self.judge_mark(mark, end, true, hold_full, elsewhere, !hold_full);
        }
    }

    /// Judges a mark whose extent is known and removes what may go. Returns where the rest of it begins.
    pub(super) fn settle(&mut self, mark: Mark, end: EventIndex, properly_closed: bool, hold_full: bool, prose_elsewhere: u64) -> Option<EventIndex> {
        self.judge_mark(mark, end, properly_closed, hold_full, prose_elsewhere, self.mode == StripMode::Article)
    }

    /// The same; `whole_page` where all that matters of the page was seen.
    fn judge_mark(
        &mut self,
        mark: Mark,
        end: EventIndex,
        properly_closed: bool,
        hold_full: bool,
        prose_elsewhere: u64,
        whole_page: bool,
    ) -> Option<EventIndex> {
        // Both lists are in the order of the page, and may be long.
        let first_in =
            |list: &VecDeque<EventIndex>, from: EventIndex| list.get(list.partition_point(|at| *at < from)).copied().filter(|at| *at < end);
        let expects_prose = self.expects_prose(&mark);
        let evidence = Evidence {
            properly_closed,
            hold_full,
            page_closes_none: mark.element.is_some() && self.left_open >= guard::LEFT_OPEN,
            rule_expects_prose: expects_prose,
            chosen_container: mark.by_text,
            article_opens_at: first_in(&self.landmarks, mark.start + 1),
            holds_headline: first_in(&self.headline_lines, mark.start).is_some(),
            prose_elsewhere,
            whole_page,
            lines: self.lines_of(mark.start..end).collect(),
        };
        let (until, extent) = match guard::judge(evidence) {
            Judgement::Remove => (end, Extent::Whole),
            Judgement::RemoveBefore(at, cause) => {
                let takes_text = self.lines_of(mark.start..at).any(|line| !line.dropped);
                (at, if takes_text { Extent::Narrowed(cause) } else { Extent::Refused(cause) })
            }
        };
        self.remove(mark.start..until, mark.rules, extent);
        if until < end && self.marks.is_empty() {
            let released = self.lines_of(until..end).filter(|line| line.is_prose());
            self.prose_words += released.map(|line| u64::from(line.words)).sum::<u64>();
        }
        (until < end).then_some(until)
    }

    /// Whether all that want it gone say that it may hold sentences.
    pub(super) fn expects_prose(&self, mark: &Mark) -> bool {
        mark.rules.iter().all(|rule| self.rules.rule(*rule).prose)
    }

    /// The hold is full: what is oldest has to be decided on what is known.
    pub(super) fn relieve(&mut self, window: &Window, metadata: &Collector) {
        let is_one_line =
            self.queue.get(self.gathering.first).is_some_and(|held| self.read.saturating_sub(held.event.range.start) > self.hold_bytes / 2);
        if is_one_line {
            self.break_line(window, metadata);
        }
        self.labels.release();
        if let Some(following) = &mut self.following {
            following.release();
        }
        if !self.undecided.is_empty() {
            // They are older than what is open.
            self.hold_was_full += 1;
            return self.decide_undecided(Some(Latest::HoldFull));
        }
        if self.marks.is_empty() {
            return;
        }
        self.hold_was_full += 1;
        let (rules, start, prose_before, by_text) = {
            let mark = &self.marks[0];
            (mark.rules.clone(), mark.start, mark.prose_before, mark.by_text)
        };
        let end = self.gathering.first.min(self.queue.end());
        if end <= start {
            return self.break_line(window, metadata);
        }
        let mark = Mark { rules, start, element: None, prose_before, by_text, widened: 0 };
        match self.settle(mark, end, false, true, prose_before) {
            None => self.marks.iter_mut().for_each(|mark| mark.start = mark.start.max(end)),
            Some(released) => {
                self.marks.remove(0);
                self.marks.iter_mut().for_each(|mark| mark.start = mark.start.max(released));
            }
        }
    }
}
