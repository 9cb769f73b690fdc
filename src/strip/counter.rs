//! Counters in the line of the headline: "The bridge is closed (3 comments)", where an element of its own holds the number.

use super::Stripper;
use super::gathering::Piece;
use super::label::Label;
use super::line::Line;
use super::word_count::count_words;
use crate::metadata::Collector;
use crate::rewrite::{EventKind, Markup, Tag, Window};
use crate::rules::{Rule, TextScope};

/// A counter has at most so many words, a headline at least and at most so many.
const COUNTER_WORDS: u32 = 5;
const LEAST_WORDS: u32 = 2;
const MOST_WORDS: u32 = 40;
/// A counter is in at most so many pieces.
const PIECES: usize = 8;

impl Stripper {
    /// Looks for a counter behind the headline in its line. The headline becomes a line of its own, which stays.
    pub(super) fn cut_counter(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let whole = self.lines.back()?;
        if self.markup == Markup::Text || whole.words > MOST_WORDS || whole.ends_sentence_but_question() || whole.heading > 1 {
            return None;
        }
        let (heading, mut words, mut is_marked) = (whole.heading, 0, false);
        for begin in (1..pieces.len()).rev().take(PIECES) {
            let text = self.text_of(&pieces[begin], window).unwrap_or_default();
            words += count_words(text);
            is_marked |= text.chars().any(|character| character.is_numeric() || matches!(character, '(' | '['));
            if words > COUNTER_WORDS {
                return None;
            }
            if words == 0 || !is_marked || !self.begins_aside(&pieces[begin - 1], &pieces[begin]) {
                continue;
            }
            let counts = |rule: &Rule| rule.scope == TextScope::Block && rule.joins;
            if let Some(rules) = self.said_by(&pieces[begin..], window, metadata, counts) {
                return self.part_headline(begin, pieces, heading, window).then(|| Label::of(rules, false));
            }
        }
        None
    }

    /// Whether an element that stands beside the words around it opens between two pieces; emphasis is part of what is said.
    fn begins_aside(&self, before: &Piece, piece: &Piece) -> bool {
        (before.event + 1..piece.event).any(|at| {
            let kind = self.queue.get(at).map(|held| held.event.kind);
            matches!(kind, Some(EventKind::Open { tag: Tag::Span | Tag::Small | Tag::Sup | Tag::Sub | Tag::A | Tag::Font | Tag::Unknown, .. }))
        })
    }

    /// Parts the line before a piece, if what stands there is the headline and does not end with the rest of the line.
    fn part_headline(&mut self, begin: usize, pieces: &[Piece], heading: u8, window: &Window) -> bool {
        let mut text = std::mem::take(&mut self.gathering.text);
        let mut folded = std::mem::take(&mut self.gathering.folded);
        self.line_text(pieces, false, window, &mut text);
        folded.set(&text);
        let is_whole = self.labels.titles.are_shown_by(&folded, heading > 0);
        self.line_text(&pieces[..begin], false, window, &mut text);
        folded.set(&text);
        // The first heading stands for a title that nothing declares: then it says the whole of it, counter or not.
        let is_headline = self.labels.titles.are_shown_by(&folded, heading > 0) || (heading == 1 && !is_whole);
        if is_headline {
            self.show_title(&folded);
        }
        let before = count_words(&text);
        self.gathering.text = text;
        self.gathering.folded = folded;
        let Some(whole) = self.lines.pop_back() else { return false };
        let cut = self.opens_before(pieces[begin].event, whole.first, window);
        if !is_headline || before < LEAST_WORDS || cut <= whole.first {
            self.lines.push_back(whole);
            return false;
        }
        let linked = if whole.is_linked() { before } else { 0 };
        let counter = Line { first: cut, words: whole.words.saturating_sub(before), linked: 0, heading: 0, ..whole.clone() };
        self.note_surely_text(pieces.first().map(|piece| piece.event));
        self.lines.push_back(Line { end: cut, words: before, linked, ends_sentence: false, asks: false, breaks_off: false, ..whole });
        self.decide(None);
        self.lines.push_back(counter);
        true
    }
}
