//! Rails in one line: a label and the links that it heads, set side by side, often behind the last words of a paragraph.

use super::Stripper;
use super::ending::{Ending, ends_sentence};
use super::gathering::Piece;
use super::label::Label;
use super::line::Line;
use super::queue::EventIndex;
use super::word_count::count_words;
use crate::metadata::Collector;
use crate::rewrite::{EventKind, Markup, TextKind, Window};
use crate::rules::{PhraseMatch, Rule, RuleIndex, Said, TextScope};
use std::cell::Cell;

/// A label is shorter than this.
const LABEL_BYTES: usize = 160;
/// What a label heads has so many words in links.
const LINKED_WORDS: u32 = 4;
/// Of the words behind a label one in so many may be outside of links: dates, numbers, signs between them.
const UNLINKED_SHARE: u32 = 4;
/// A button says at most so many words.
const BUTTON_WORDS: u32 = 6;
/// What stands before the label and is longer is a text of its own, and no furniture.
const TEXT_WORDS: u32 = 12;

impl Stripper {
    /// Looks for a label in the line that links follow to its end. Text before it becomes a line of its own, which stays.
    pub(super) fn cut_rail(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let whole = self.lines.back()?;
        if self.markup == Markup::Text || whole.linked < LINKED_WORDS || whole.linked == whole.words || whole.heading > 0 {
            return None;
        }
        let words: Vec<u32> = pieces.iter().map(|piece| self.text_of(piece, window).map_or(0, count_words)).collect();
        // Words behind each piece, and how many of them are in links.
        let (mut behind, mut links) = (0, 0);
        let mut is_rail = vec![false; pieces.len()];
        for at in (0..pieces.len()).rev() {
            is_rail[at] = links >= LINKED_WORDS && (behind - links) * UNLINKED_SHARE <= behind;
            behind += words[at];
            links += if pieces[at].linked { words[at] } else { 0 };
        }
        let mut end = 0;
        while end < pieces.len() {
            // The last piece outside of links before one inside.
            let is_end = !pieces[end].linked && pieces.get(end + 1).is_some_and(|next| next.linked);
            if is_end && is_rail[end] {
                let first = pieces[..=end].iter().rposition(|piece| piece.linked).map_or(0, |linked| linked + 1);
                // A label has a byte in each of its pieces.
                let first = first.max((end + 1).saturating_sub(LABEL_BYTES));
                for begin in first..=end {
                    if (begin > 0 && !pieces[begin].after_tag) || words[begin] == 0 {
                        continue;
                    }
                    let heads = |rule: &Rule| rule.scope == TextScope::Following && !rule.linked;
                    if let Some(rules) = self.said_by(&pieces[begin..=end], window, metadata, heads) {
                        let label = Label { heads_itself: true, ..Label::of(rules, false) };
                        return self.cut_before(begin, pieces, &words, window, label);
                    }
                }
            }
            end += 1;
        }
        None
    }

    /// Looks for a link behind the last sentence of a paragraph that says what a button says: "Read more", "Follow us on …". What stands
    /// before it becomes a line of its own, which stays.
    pub(super) fn cut_button(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        let whole = self.lines.back()?;
        if self.markup == Markup::Text || whole.linked == 0 || whole.linked == whole.words || whole.heading > 0 || whole.words < TEXT_WORDS {
            return None;
        }
        let says = |piece: &Piece| self.text_of(piece, window).is_some_and(|text| !text.trim_ascii().is_empty());
        // Most lines with links end in other words.
        let last = pieces.iter().rposition(says).filter(|last| pieces[*last].linked)?;
        let begin = pieces[..=last].iter().rposition(|piece| !piece.linked)? + 1;
        let before = pieces[..begin].iter().rfind(|piece| says(piece)).and_then(|piece| self.text_of(piece, window))?;
        let words: Vec<u32> = pieces.iter().map(|piece| self.text_of(piece, window).map_or(0, count_words)).collect();
        if !pieces[begin].after_tag || words[begin..].iter().sum::<u32>() > BUTTON_WORDS || !ends_sentence(before) {
            return None;
        }
        let is_button = |rule: &Rule| rule.scope == TextScope::Block && rule.alone;
        let rules = self.said_by(&pieces[begin..=last], window, metadata, is_button)?;
        self.cut_before(begin, pieces, &words, window, Label::of(rules, false))
    }

    /// The text of a piece that nothing has taken.
    pub(super) fn text_of<'a>(&self, piece: &Piece, window: &'a Window) -> Option<&'a str> {
        let held = self.queue.get(piece.event).filter(|held| held.is_kept())?;
        Some(window.text(held.event.range.clone()))
    }

    /// The rules, of those that are wanted, whose phrases are the whole of some pieces.
    pub(super) fn said_by(
        &mut self,
        pieces: &[Piece],
        window: &Window,
        metadata: &Collector,
        wanted: impl Fn(&Rule) -> bool,
    ) -> Option<Vec<RuleIndex>> {
        let length: usize = pieces.iter().filter_map(|piece| self.text_of(piece, window)).map(str::len).sum();
        if length > LABEL_BYTES {
            return None;
        }
        let mut text = std::mem::take(&mut self.gathering.text);
        let mut folded = std::mem::take(&mut self.gathering.folded);
        self.line_text(pieces, false, window, &mut text);
        folded.set(&text);
        let rules = std::sync::Arc::clone(&self.rules);
        let (mut found, mut ids): (Vec<PhraseMatch>, Vec<Cell<u32>>) = (Vec::new(), Vec::new());
        if !folded.words().is_empty() {
            let numbered = rules.phrases().number(&folded, &mut ids);
            rules.phrases().find(&numbered, 0, rules.lexicon(), &|_: Said, _, _| 0, &mut found);
        }
        let lang = metadata.metadata().lang.as_deref();
        let heads = |phrase: &&PhraseMatch| {
            let rule = rules.rule(phrase.rule);
            phrase.end == folded.words().len() && wanted(rule) && rule.when.allows(self.host.as_deref(), lang)
        };
        let mut heading: Vec<RuleIndex> = found.iter().filter(heads).map(|phrase| phrase.rule).collect();
        heading.sort_unstable();
        heading.dedup();
        self.gathering.text = text;
        self.gathering.folded = folded;
        (!heading.is_empty()).then_some(heading)
    }

    /// Parts the line before a piece. What stands before it stays as a line; the rest is the label.
    fn cut_before(&mut self, begin: usize, pieces: &[Piece], words: &[u32], window: &Window, label: Label) -> Option<Label> {
        let before: u32 = words[..begin].iter().sum();
        if before == 0 {
            return Some(label);
        }
        let last = pieces[..begin].iter().filter_map(|piece| self.text_of(piece, window)).rfind(|text| !text.trim_ascii().is_empty())?;
        if !ends_sentence(last) {
            return None;
        }
        let whole = self.lines.pop_back()?;
        let cut = self.opens_before(pieces[begin].event, whole.first, window);
        let linked = pieces[..begin].iter().zip(words).filter(|(piece, _)| piece.linked).map(|(_, words)| words).sum();
        let text = Line { end: cut, words: before, linked, ends_sentence: true, asks: Ending::of(last).asks, breaks_off: false, ..whole.clone() };
        let rail = Line { first: cut, words: whole.words.saturating_sub(before), linked: whole.linked.saturating_sub(linked), ..whole };
        if before >= TEXT_WORDS {
            self.note_surely_text(pieces.first().map(|piece| piece.event));
        }
        let is_prose = text.is_prose();
        self.lines.push_back(text);
        self.decide(None);
        if is_prose && self.marks.is_empty() {
            self.prose_words += u64::from(before);
        }
        self.lines.push_back(rail);
        Some(label)
    }

    /// The first of the tags that open right before an event.
    pub(super) fn opens_before(&self, event: EventIndex, from: EventIndex, window: &Window) -> EventIndex {
        let opens = |at: &EventIndex| {
            self.queue.get(*at).is_some_and(|held| match held.event.kind {
                EventKind::Open { void, .. } => !void,
                EventKind::Text(TextKind::Data) => window.text(held.event.range.clone()).trim_ascii().is_empty(),
                _ => false,
            })
        };
        (from + 1..event).rev().take_while(opens).last().unwrap_or(event)
    }
}
