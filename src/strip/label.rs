//! A label, and how a line is read for one: most lines are told by their first words.

use super::Stripper;
use super::gathering::Piece;
use crate::fold::{Beginning, FirstWords, Folded};
use crate::metadata::Collector;
use crate::rewrite::{EventKind, Markup, TextKind, Window};
use crate::rules::{LONGEST_LINE, RuleIndex};

/// A line that is furniture by what it says.
pub(super) struct Label {
    pub(super) rules: Vec<RuleIndex>,
    pub(super) weak: bool,
    /// The teasers that it heads stand in its own line.
    pub(super) heads_itself: bool,
}

impl Label {
    pub(super) fn of(rules: Vec<RuleIndex>, weak: bool) -> Self {
        Label { rules, weak, heads_itself: false }
    }
}

/// The beginning of a line, cut at white space: enough to see whether any phrase begins like it.
fn first_words(text: &str) -> &str {
    let mut spaces = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).skip_while(|at| *at < FIRST_BYTES);
    spaces.next().map_or(text, |at| &text[..at])
}

/// Seven words of any script but the longest take less than this many bytes.
const FIRST_BYTES: usize = 80;

impl Stripper {
    /// Whether the line may be a label or the title, judged by hashes of its first words; says yes too often. Two answers: with the words as
    /// they look, and with words parted at tags, where that is another reading.
    fn may_begin_label(&self, pieces: &[Piece], window: &Window) -> [bool; 2] {
        let said = |words: &[u32]| self.labels.titles.said_lengths(words);
        let may_be_label = |begin: Beginning<'_>| self.labels.titles.may_be(begin) || self.rules.phrases().may_tile(begin, &said);
        let mut words = FirstWords::default();
        self.read_first_words(pieces, window, &mut words, false);
        let begin = words.finish();
        let is_one = may_be_label(begin);
        if !begin.is_parted {
            return [is_one, is_one && begin.is_cut()];
        }
        let mut words = FirstWords::default();
        self.read_first_words(pieces, window, &mut words, true);
        [is_one, may_be_label(words.finish())]
    }

    /// Whether a tag may stand inside a word, so that the line has two readings.
    fn has_parted_word(&self, pieces: &[Piece], window: &Window) -> bool {
        let text = |piece: &Piece| self.text_of(piece, window).unwrap_or_default();
        let is_parted = |pair: &[Piece]| {
            let (before, after) = (text(&pair[0]), text(&pair[1]));
            pair[1].after_tag && !before.ends_with(char::is_whitespace) && !after.starts_with(char::is_whitespace)
        };
        pieces.windows(2).any(is_parted)
    }

    fn read_first_words(&self, pieces: &[Piece], window: &Window, words: &mut FirstWords, part_at_tags: bool) {
        for piece in pieces {
            if let Some(text) = self.text_of(piece, window) {
                if part_at_tags && piece.after_tag {
                    words.part();
                }
                let is_encoded = self.queue.get(piece.event).is_some_and(|held| held.event.kind == EventKind::Text(TextKind::Data));
                words.push(text, piece.after_tag, is_encoded);
            }
        }
    }

    pub(super) fn read_label(&mut self, pieces: &[Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        self.labels.titles.read(metadata);
        let is_html = self.markup == Markup::Html;
        let readings = if is_html { self.may_begin_label(pieces, window) } else { [true; 2] };
        if readings == [false; 2] {
            return None;
        }
        let mut text = std::mem::take(&mut self.gathering.text);
        let mut folded = std::mem::take(&mut self.gathering.folded);
        let mut found = None;
        // Inline tags join words to a reader's eye, but buttons set side by side by a stylesheet are parted by nothing else.
        for (part_at_tags, may_be_label) in [false, true].into_iter().zip(readings) {
            if !may_be_label || (part_at_tags && !self.has_parted_word(pieces, window)) {
                continue;
            }
            self.line_text(pieces, part_at_tags, window, &mut text);
            // The title may have to be made of the first line: hashes tell too little of plain text.
            if !is_html {
                self.note_text_entry(&text);
                folded.set(first_words(&text));
                if !self.may_be_label(&folded) {
                    continue;
                }
            }
            folded.set(&text);
            let count = folded.words().len();
            if count == 0 || count > LONGEST_LINE {
                break;
            }
            if !part_at_tags {
                self.note_headline(&folded);
            }
            found = self.tile(&folded, metadata);
            if found.is_some() {
                break;
            }
        }
        if self.markup == Markup::Text {
            self.note_text_title(&text, found.is_some(), &folded);
        }
        self.gathering.text = text;
        self.gathering.folded = folded;
        found
    }

    pub(super) fn may_be_label(&self, begin: &Folded) -> bool {
        let said = || self.labels.titles.texts.iter().chain(&self.labels.titles.sites);
        let begins_title = || !begin.words().is_empty() && said().any(|title| title.first().is_some_and(|first| first == begin.word(0)));
        let first_of_text = self.markup == Markup::Text && self.labels.titles.texts.is_empty();
        first_of_text || self.rules.phrases().may_begin(begin, self.rules.lexicon()) || begins_title()
    }

    pub(super) fn line_text(&self, pieces: &[Piece], part_at_tags: bool, window: &Window, text: &mut String) {
        text.clear();
        for piece in pieces {
            let Some(held) = self.queue.get(piece.event).filter(|held| held.is_kept()) else { continue };
            if part_at_tags && piece.after_tag {
                text.push(' ');
            }
            let raw = window.text(held.event.range.clone());
            match held.event.kind {
                EventKind::Text(TextKind::Data) if raw.contains('&') => text.push_str(&htmlize::unescape(raw)),
                _ => text.push_str(raw),
            }
        }
    }
}
