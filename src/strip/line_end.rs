//! The end of a line: it is measured, read for a label, and what that says is done.

use super::ending::{Ending, is_reference};
use super::gathering::Piece;
use super::label::Label;
use super::line::{Line, is_no_heading};
use super::queue::EventIndex;
use super::word_count::count_words;
use super::{StripMode, Stripper};
use crate::fold::Folded;
use crate::metadata::Collector;
use crate::rewrite::{Markup, Tag, Window};
use crate::rules::LONGEST_LINE;
use std::ops::Range;

/// A mark with more words outside of links may turn out to hold the page.
const WORDS_OF_FURNITURE: u32 = 60;
/// A heading of more lines was not closed.
const HEADING_LINES: u32 = 3;
/// A counter that stands in a line by itself has at most so many digits.
const NUMBER_DIGITS: usize = 7;

impl Stripper {
    /// A line has ended, if there was one.
    #[inline]
    pub(super) fn end_line(&mut self, window: &Window, metadata: &Collector) {
        let continues = std::mem::take(&mut self.gathering.continues);
        self.gathering.tag_since = false;
        if !self.gathering.pieces.is_empty() {
            self.read_line(continues, window, metadata);
        }
    }

    /// Measures a line that has ended and asks the phrases.
    fn read_line(&mut self, continues: bool, window: &Window, metadata: &Collector) {
        let pieces = std::mem::take(&mut self.gathering.pieces);
        let line = self.measured(&pieces, window);
        self.gathering.heading_lines += 1;
        self.widest_line = self.widest_line.max(line.words);
        let is_open = self.asks_rules();
        // What the guard may release begins with prose or with the headings before it.
        self.words_in_marks += line.words.saturating_sub(line.linked);
        self.may_be_released |= line.is_prose() || matches!(line.heading, 1 | 2) || self.words_in_marks > WORDS_OF_FURNITURE;
        let words = line.words;
        self.lines.push_back(line);
        let label = self.find_label(&pieces, words, !continues, window, metadata);
        if label.as_ref().is_some_and(|label| label.weak) {
            let holds_number = |text: &str| text.chars().any(char::is_numeric);
            let counts = pieces.iter().filter_map(|piece| self.text_of(piece, window)).any(holds_number);
            self.lines.back_mut().into_iter().for_each(|line| line.counts = counts);
        }
        if !is_open {
            self.note_marked_label(&pieces, window, metadata);
        }
        self.gathering.pieces = pieces;
        self.gathering.pieces.clear();
        if is_open || self.asks_rules() {
            self.decide(label);
        } else {
            // What a mark takes is as good as a label to the entries before it.
            self.labels.after_label = true;
            for line in std::mem::take(&mut self.labels.between) {
                let rules = self.marks.first().map(|mark| mark.rules.clone()).unwrap_or_default();
                self.drop_line(line, rules);
            }
        }
        if let Some(line) = self.lines.back()
            && self.marks.is_empty()
            && line.is_prose()
        {
            self.prose_words += u64::from(line.words);
            self.decide_undecided(None);
        }
    }

    /// A line of these pieces, of which nothing is known but what can be counted.
    fn measured(&self, pieces: &[Piece], window: &Window) -> Line {
        let (mut words, mut linked) = (0, 0);
        let mut last = "";
        for piece in pieces {
            let Some(text) = self.text_of(piece, window) else { continue };
            let count = count_words(text);
            words += count;
            linked += if piece.linked { count } else { 0 };
            // A mark that refers to a note stands behind the end of its sentence; behind a colon a number is what is told.
            let is_note = !last.is_empty() && is_reference(text) && !last.trim_ascii_end().ends_with([':', '：']);
            let is_last = !text.trim_ascii().is_empty() && !is_note;
            last = if is_last { text } else { last };
        }
        let ending = Ending::of(last);
        let is_heading = |_: &u8| self.gathering.heading_lines < HEADING_LINES && !is_no_heading(words, &ending);
        Line {
            first: self.gathering.first,
            end: self.queue.end(),
            words,
            linked,
            heading: self.gathering.headings.last().copied().filter(is_heading).unwrap_or(0),
            items: self.gathering.items,
            ends_sentence: ending.sentence,
            asks: ending.asks,
            breaks_off: ending.breaks_off,
            counts: false,
            number: if words == 1 { self.number(pieces, window) } else { None },
            dropped: false,
        }
    }

    /// The number that these pieces are, outside of tables.
    fn number(&self, pieces: &[Piece], window: &Window) -> Option<u32> {
        let texts = || pieces.iter().filter_map(|piece| self.text_of(piece, window)).map(str::trim);
        let is_of_number = |character: char| character.is_numeric() || matches!(character, '(' | ')' | '[' | ']');
        if !texts().flat_map(str::chars).all(is_of_number) || self.open.iter().any(|record| matches!(record.tag, Tag::Td | Tag::Th)) {
            return None;
        }
        let digits: String = Folded::of(&texts().collect::<String>()).texts().collect();
        digits.parse().ok().filter(|_| digits.len() <= NUMBER_DIGITS)
    }

    /// The label that the line is or holds, if all of it was read.
    fn find_label(&mut self, pieces: &[Piece], words: u32, is_whole: bool, window: &Window, metadata: &Collector) -> Option<Label> {
        let is_asked = self.mode != StripMode::Off && is_whole && self.asks_rules();
        // Where tags stand inside words, these were counted more than once.
        let is_short = words as usize <= LONGEST_LINE.max(2 * pieces.len());
        let mut label = if is_asked && is_short { self.read_unmarked(pieces, window, metadata) } else { None };
        if label.is_none() && is_asked {
            self.note_first_line(pieces, window);
            label = match self.markup {
                Markup::Html => {
                    let label = self.cut_rail(pieces, window, metadata).or_else(|| self.cut_counter(pieces, window, metadata));
                    let label = label.or_else(|| self.cut_button(pieces, window, metadata));
                    label.or_else(|| self.read_dateline(pieces, window, metadata))
                }
                Markup::Text => self.read_wrapped(pieces, window, metadata),
            };
        } else {
            self.labels.paragraph.clear();
            self.begin_wrapped();
        }
        label
    }

    /// The label that the line is, read without what marks take within it where that leaves words: hidden ones or the name of an icon are none
    /// of what a reader sees. In `rules` they are gone by now.
    fn read_unmarked(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let mut marked: Vec<Range<EventIndex>> =
            self.ended.iter().rev().take_while(|(mark, ..)| mark.start >= self.gathering.first).map(|(mark, end, _)| mark.start..*end).collect();
        if !marked.is_empty() {
            marked.sort_unstable_by_key(|marked| marked.start);
            // Pieces come in the order of their events, so that each mark is looked at once.
            let (mut marked, mut hidden_to) = (marked.into_iter().peekable(), 0);
            let is_seen = |piece: &&Piece| {
                while let Some(marked) = marked.next_if(|marked| marked.start <= piece.event) {
                    hidden_to = marked.end.max(hidden_to);
                }
                piece.event >= hidden_to
            };
            let seen: Vec<Piece> = pieces.iter().filter(is_seen).copied().collect();
            let label = if seen.len() < pieces.len() { self.read_label(&seen, window, metadata) } else { None };
            if label.is_some() {
                return label;
            }
        }
        self.read_label(pieces, window, metadata)
    }
}
