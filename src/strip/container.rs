//! The box around a label: what a label at the beginning of a list, table or section takes along.

use super::Stripper;
use super::following::Following;
use super::line::Line;
use super::marks::Mark;
use super::open_record::OpenRecord;
use super::queue::EventIndex;
use crate::rewrite::Tag;
use crate::rewrite::tag::is;
use crate::rules::RuleIndex;

/// Lines of a container before the label that are its own (a picture's credit, a badge), and their length in words.
const LINES_BEFORE_LABEL: usize = 2;
const WORDS_BEFORE_LABEL: u32 = 8;
/// A container that holds only the label gives way to the one around it this often.
const WIDENINGS: u8 = 2;

impl Stripper {
    /// The innermost open box.
    pub(super) fn innermost_box(&self) -> Option<&OpenRecord> {
        self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER))
    }

    /// The innermost open box that a line stands in.
    pub(super) fn box_around(&self, line: usize) -> Option<&OpenRecord> {
        let first = self.lines[line].first;
        self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER) && record.event < first)
    }

    /// Whether the box around a label begins with it, and holds no text of the article before it.
    pub(super) fn has_own_box(&self, line: usize) -> bool {
        self.box_around(line).is_some_and(|record| !matches!(record.tag, Tag::Article | Tag::Main) && self.begins_with_label(record.event, line))
    }

    /// Marks the container around a label, if the label is what it begins with.
    pub(super) fn mark_container(&mut self, line: usize, rule: RuleIndex) -> bool {
        let Some(record) = self.innermost_box() else { return false };
        let (start, element) = (record.event, record.id);
        if !self.begins_with_label(start, line) {
            return false;
        }
        self.open_mark(Mark { rules: vec![rule], start, element: Some(element), prose_before: self.prose_words, by_text: true, widened: 0 });
        true
    }

    pub(super) fn begins_with_label(&self, start: EventIndex, line: usize) -> bool {
        let label = self.lines[line].first;
        let mut before = self.lines.iter().take(line).filter(|other| other.first > start && other.first < label && !other.dropped);
        let is_own = |other: &Line| other.words <= WORDS_BEFORE_LABEL && other.heading == 0;
        let count = before.clone().count();
        start >= self.queue.first() && count <= LINES_BEFORE_LABEL && before.all(is_own)
    }

    /// What a label says of a person may stand beside the box that holds nothing but the label.
    pub(super) fn follow_own_box(&mut self, mark: &Mark, label: usize) {
        if mark.rules.iter().any(|rule| !self.rules.rule(*rule).prose) || self.following.is_some() {
            return;
        }
        let removal = self.drop_line(label, mark.rules.clone());
        let container = self.innermost_box().map(|record| record.id);
        let bold = self.is_bold(self.lines[label].first);
        self.following = Some(Following::new(removal, &self.lines[label], container, true, bold, true).with_person(true));
    }

    /// A container that closes with nothing but its label in it was the label's own box: the one around it is meant.
    pub(super) fn widen(&mut self, mark: &Mark, close: EventIndex) -> bool {
        let mut inside = self.lines.iter().enumerate().filter(|(_, line)| line.first >= mark.start && line.first < close && !line.dropped);
        let (Some((label, _)), None) = (inside.next(), inside.next()) else { return false };
        let around = self.innermost_box();
        let around = around.map(|record| (record.event, record.id)).filter(|(start, _)| self.begins_with_label(*start, label));
        let Some((start, element)) = around.filter(|_| mark.widened < WIDENINGS) else {
            self.follow_own_box(mark, label);
            return false;
        };
        self.open_mark(Mark {
            rules: mark.rules.clone(),
            start,
            element: Some(element),
            prose_before: mark.prose_before,
            by_text: true,
            widened: mark.widened + 1,
        });
        true
    }
}
