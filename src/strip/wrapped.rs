//! Plain text: labels in lines that are wrapped, and what a line is by its shape.

use super::Stripper;
use super::gathering::Piece;
use super::label::Label;
use super::removal::Extent;
use super::teasers::WRAPPED_WORDS;
use super::titles::TITLE_WORDS;
use crate::fold::Folded;
use crate::metadata::Collector;
use crate::rewrite::{Markup, Window};
use crate::rules::LONGEST_LINE;

/// Labels that are wrapped take at most so many bytes.
const WRAPPED_BYTES: usize = 400;
/// What an entry of a list begins with in plain text.
const BULLETS: [char; 12] = ['*', '-', '•', '–', '—', '·', '◦', '▪', '■', '●', '»', '›'];

impl Stripper {
    /// Plain text whose lines are wrapped has its labels on two: the lines of the paragraph are read as one.
    pub(super) fn read_wrapped(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let (first, words) = self.lines.back().map(|line| (line.first, line.words))?;
        let mut text = std::mem::take(&mut self.gathering.text);
        self.line_text(pieces, false, window, &mut text);
        let mut whole = std::mem::take(&mut self.labels.paragraph);
        if self.gathering.before_blank || whole.is_empty() || self.widest_line > WRAPPED_WORDS || whole.len() > WRAPPED_BYTES {
            whole.clear();
            self.labels.paragraph_start = first;
        }
        let is_first = whole.is_empty();
        if is_first {
            // The headline is no label, and what stands below it is no part of one.
            let line = Folded::of(&text);
            if self.labels.titles.at(&line, 0) == line.words().len() {
                self.gathering.text = text;
                return None;
            }
        }
        whole.push_str(&text);
        let mut label = None;
        let start = self.labels.paragraph_start;
        if !is_first && words > 0 && start >= self.queue.first() {
            let mut folded = std::mem::take(&mut self.gathering.folded);
            folded.set(&whole);
            if (1..=LONGEST_LINE).contains(&folded.words().len()) && self.may_be_label(&folded) {
                label = self.tile(&folded, metadata).filter(|label| !label.weak);
            }
            self.gathering.folded = folded;
        }
        match &label {
            Some(label) => {
                self.remove(start..first, label.rules.clone(), Extent::Whole);
            }
            None => {
                whole.push(' ');
                self.labels.paragraph = whole;
            }
        }
        self.gathering.text = text;
        label
    }

    /// Plain text: a line that says the title and was taken for saying it again may go on in the next one.
    pub(super) fn begin_wrapped(&mut self) {
        let count = self.gathering.folded.words().len();
        if self.markup == Markup::Text && count > 0 && self.labels.titles.at(&self.gathering.folded, 0) == count {
            self.labels.paragraph.push_str(&self.gathering.text);
            self.labels.paragraph.push(' ');
            self.labels.paragraph_start = self.gathering.first;
        }
    }

    /// What plain text shows by its shape: a bullet or a number begins an entry of a list.
    pub(super) fn note_text_entry(&mut self, text: &str) {
        let text = text.trim_start();
        if let Some(line) = self.lines.back_mut() {
            let number = text.trim_start_matches(|c: char| c.is_numeric());
            let is_numbered = number.len() < text.len() && (number.starts_with(". ") || number.starts_with(") ") || number.starts_with("- "));
            line.items = u32::from(is_numbered || text.starts_with(BULLETS));
        }
    }

    /// And the first line that is no furniture names it.
    pub(super) fn note_text_title(&mut self, text: &str, is_label: bool, folded: &Folded) {
        let text = text.trim_start();
        if !is_label && self.labels.titles.texts.is_empty() && folded.words().len() <= TITLE_WORDS {
            self.labels.titles.add(text);
            self.labels.titles.was_shown = true;
            self.headline_lines.push_back(self.gathering.first);
        }
    }
}
