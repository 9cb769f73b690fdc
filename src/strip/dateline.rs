//! The row below the headline: who wrote, when, how often it was read. Some of its parts nobody has listed; that they stand beside a date or a
//! counter, each in an element of its own, tells them.

use super::Stripper;
use super::gathering::Piece;
use super::label::Label;
use super::word_count::count_words;
use crate::fold::Folded;
use crate::metadata::Collector;
use crate::rewrite::{EventKind, Markup, Window};
use crate::rules::{Rule, TextScope};

/// A row has at most so many words and parts, and a part that nobody has listed so many words.
const ROW_WORDS: u32 = 24;
const PARTS: usize = 8;
const PART_WORDS: u32 = 8;

impl Stripper {
    /// The label that one part of a row below the headline is.
    pub(super) fn read_dateline(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let line = self.lines.back()?;
        let is_row = line.words <= ROW_WORDS && line.heading == 0 && !line.ends_sentence && self.labels.titles.lines_below.is_some();
        let says = metadata.says();
        if self.markup == Markup::Text || !is_row || says.event || says.product {
            return None;
        }
        let parts = self.parts(pieces, window);
        if !(2..=PARTS).contains(&parts.len()) {
            return None;
        }
        let tells = |rule: &Rule| rule.scope == TextScope::Block && rule.alone && rule.joins && !rule.linked;
        let mut told = None;
        for part in parts {
            match self.said_by(part, window, metadata, tells) {
                Some(rules) => told = told.or(Some(rules)),
                None if self.words_of(part, window) > PART_WORDS => return None,
                None if self.names_price(part, window) || self.names_next(part, window) || self.counts_other(part, window) => return None,
                None => {}
            }
        }
        told.map(|rules| Label::of(rules, false))
    }

    /// Whether a part has the sign of a currency in it (Unicode, block "Currency Symbols", and those of older blocks).
    fn names_price(&self, part: &[Piece], window: &Window) -> bool {
        let is_currency = |character: char| matches!(character, '$' | '¢'..='¥' | '\u{20A0}'..='\u{20CF}' | '\u{FDFC}');
        part.iter().filter_map(|piece| self.text_of(piece, window)).any(|text| text.contains(is_currency))
    }

    /// Whether a part ends with a colon: it says what the date is of.
    fn names_next(&self, part: &[Piece], window: &Window) -> bool {
        let texts = part.iter().rev().filter_map(|piece| self.text_of(piece, window));
        texts.map(str::trim).find(|text| !text.is_empty()).is_some_and(|text| text.ends_with([':', '：']))
    }

    /// Whether a number in a part is no date: it counts something of the article.
    fn counts_other(&self, part: &[Piece], window: &Window) -> bool {
        let mut text = String::new();
        self.line_text(part, false, window, &mut text);
        let folded = Folded::of(&text);
        folded.words().iter().any(|word| word.number) && self.rules.lexicon().date_length(&folded, 0) < folded.words().len()
    }

    fn words_of(&self, part: &[Piece], window: &Window) -> u32 {
        part.iter().filter_map(|piece| self.text_of(piece, window)).map(count_words).sum()
    }

    /// The parts of a row, if each stands in an element of its own: none where words stand beside such elements.
    fn parts<'a>(&self, pieces: &'a [Piece], window: &Window) -> Vec<&'a [Piece]> {
        let has_words = |piece: &Piece| self.text_of(piece, window).is_some_and(|text| text.chars().any(char::is_alphanumeric));
        let is_bare = |piece: &Piece| {
            let before = (self.gathering.first..piece.event).filter_map(|at| self.queue.get(at));
            let depth: i32 = before
                .map(|held| match held.event.kind {
                    EventKind::Open { void: false, .. } => 1,
                    EventKind::Close { .. } => -1,
                    _ => 0,
                })
                .sum();
            depth <= 0
        };
        if pieces.iter().any(|piece| has_words(piece) && is_bare(piece)) {
            return Vec::new();
        }
        pieces.chunk_by(|_, next| !next.after_tag).filter(|part| part.iter().any(has_words)).collect()
    }
}
