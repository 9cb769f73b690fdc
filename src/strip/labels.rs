//! Labels: lines that say what furniture says.
//!
//! A line is furniture when the whole of it is one phrase, or when joining phrases tile it from end to end. Words too weak to stand
//! alone count beside others, in their line or in lines right beside it.

use super::label::Label;
use super::line::Line;
use super::queue::EventIndex;
use super::tiling::Ways;
use super::titles::Titles;
use crate::rules::{PhraseMatch, RuleIndex};
use std::cell::Cell;
use std::collections::VecDeque;

/// What is remembered from line to line.
#[derive(Default)]
pub(super) struct Labels {
    pub(super) titles: Titles,
    /// Weak lines that wait for company: offsets in the list of lines, with their rules.
    pub(super) weak: Vec<(usize, Vec<RuleIndex>)>,
    pub(super) weak_are_linked: bool,
    /// The line before heads a list if links follow, and says too little by itself.
    pub(super) heads: Option<(usize, Vec<RuleIndex>)>,
    /// The label that is all so far that an open mark holds.
    pub(super) marked: Option<Label>,
    /// The line before was taken by a joining phrase.
    pub(super) after_label: bool,
    /// The number above the last weak line that had one.
    pub(super) numbered: Option<u32>,
    /// Short links right after a label, that go if another label comes: the entry of a menu that nobody has listed.
    pub(super) between: Vec<usize>,
    /// Plain text: the lines of the paragraph so far that are no labels, and the first of them.
    pub(super) paragraph: String,
    pub(super) paragraph_start: EventIndex,
    /// Reused from line to line.
    pub(super) found: Vec<PhraseMatch>,
    pub(super) ids: Vec<Cell<u32>>,
    pub(super) ways: Ways,
}

impl Labels {
    /// Whether a number above a weak line is that of a step rather than a count: the first, or the next.
    pub(super) fn numbers_on(&self, number: u32) -> bool {
        number == 1 || self.numbered.is_some_and(|before| before + 1 == number)
    }

    /// Stops waiting: the weak lines stay.
    pub(super) fn release(&mut self) {
        self.weak.clear();
        self.between.clear();
        self.heads = None;
    }

    /// The oldest line was let go.
    pub(super) fn forget_line(&mut self) {
        self.between.retain_mut(|line| {
            let keeps = *line > 0;
            *line = line.saturating_sub(1);
            keeps
        });
        self.heads = self.heads.take().and_then(|(line, rules)| Some((line.checked_sub(1)?, rules)));
        self.weak.retain_mut(|(line, _)| {
            let keeps = *line > 0;
            *line = line.saturating_sub(1);
            keeps
        });
    }

    /// First event of the oldest line that waits.
    pub(super) fn waiting(&self, lines: &VecDeque<Line>) -> Option<EventIndex> {
        let weak = self.weak.first().map(|(line, _)| *line);
        let heads = self.heads.as_ref().map(|(line, _)| *line);
        let oldest = weak.into_iter().chain(self.between.first().copied()).chain(heads).min();
        oldest.and_then(|line| lines.get(line)).map(|line| line.first)
    }
}
