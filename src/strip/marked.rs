//! Labels that a selector takes: a title element by itself is gone with its mark, what it heads stands behind it.

use super::Stripper;
use super::gathering::Piece;
use super::label::Label;
use super::marks::Mark;
use crate::metadata::Collector;
use crate::rewrite::Window;
use crate::rules::TextScope;

impl Stripper {
    /// A line ended inside of a mark: the first one there may be all that the mark holds.
    pub(super) fn note_marked_label(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) {
        self.labels.marked = None;
        let this = self.lines.len().saturating_sub(1);
        let ([mark], Some(line)) = (&self.marks[..], self.lines.back()) else { return };
        let is_first = !mark.by_text && this.checked_sub(1).and_then(|at| self.lines.get(at)).is_none_or(|before| before.first < mark.start);
        if is_first && line.words <= MARKED_WORDS {
            self.labels.marked = self.read_label(pieces, window, metadata).filter(|label| self.heads_teasers(label));
        }
    }

    fn heads_teasers(&self, label: &Label) -> bool {
        label.rules.iter().any(|rule| self.rules.rule(*rule).scope == TextScope::Following)
    }

    /// The outermost mark has closed, with nothing but a label in it: what the label heads follows.
    pub(super) fn follow_marked(&mut self, mark: &Mark) {
        let Some(label) = self.labels.marked.take() else { return };
        let mut lines = self.lines.iter().rev();
        let is_all = lines.next().is_some_and(|line| line.end > mark.start) && lines.next().is_none_or(|before| before.first < mark.start);
        if !self.marks.is_empty() || !is_all {
            return;
        }
        self.decide(Some(label));
    }
}

/// A label has no more words.
const MARKED_WORDS: u32 = 8;
