//! Labels: lines that say what furniture says.
//!
//! A line is furniture when the whole of it is one phrase, or when joining phrases tile it from end to end. Words too weak to stand
//! alone count beside others, in their line or in lines right beside it.

use super::following::Following;
use super::gathering::Piece;
use super::line::{Ending, Line, count_words, is_reference};
use super::marks::Mark;
use super::queue::EventIndex;
use super::removal::Extent;
use super::titles::Titles;
use super::{StripMode, Stripper};
use crate::fold::{Beginning, FirstWords, Folded};
use crate::metadata::Collector;
use crate::rewrite::{EventKind, Markup, TextKind, Window};
use crate::rules::{LONGEST_LINE, PhraseMatch, RuleIndex, TextScope};
use std::cell::Cell;
use std::collections::VecDeque;

/// A mark with more words outside of links may turn out to hold the page.
const WORDS_OF_FURNITURE: u32 = 60;
/// Weak lines in a row that are furniture without any strong one among them.
const WEAK_ROW: usize = 3;
/// The same when one of them is a link or a button.
const WEAK_LINKED_ROW: usize = 2;
/// Words of a menu's entry, and how many of them may stand between two labels.
const ENTRY_WORDS: u32 = 3;
const ENTRIES: usize = 3;
/// A teaser has at least so many words, with the label that it may begin with.
const TEASER_WORDS: u32 = 5;
/// Words of the first entry below a label that needs one.
const ENTRY_OF_LIST_WORDS: u32 = 24;
/// A heading of more lines was not closed.
const HEADING_LINES: u32 = 3;

/// What is remembered from line to line.
#[derive(Default)]
pub(super) struct Labels {
    pub(super) titles: Titles,
    /// Weak lines that wait for company: offsets in the list of lines, with their rules.
    weak: Vec<(usize, Vec<RuleIndex>)>,
    weak_are_linked: bool,
    /// The line before heads a list if links follow, and says too little by itself.
    heads: Option<(usize, Vec<RuleIndex>)>,
    /// The label that is all so far that an open mark holds.
    pub(super) marked: Option<Label>,
    /// The line before was taken by a joining phrase.
    after_label: bool,
    /// Short links right after a label, that go if another label comes: the entry of a menu that nobody has listed.
    between: Vec<usize>,
    /// Plain text: the lines of the paragraph so far that are no labels, and the first of them.
    pub(super) paragraph: String,
    pub(super) paragraph_start: EventIndex,
    /// Reused from line to line.
    pub(super) found: Vec<PhraseMatch>,
    pub(super) ids: Vec<Cell<u32>>,
}

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

impl Labels {
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

/// The beginning of a line, cut at white space: enough to see whether any phrase begins like it.
fn first_words(text: &str) -> &str {
    let mut spaces = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).skip_while(|at| *at < FIRST_BYTES);
    spaces.next().map_or(text, |at| &text[..at])
}

/// Seven words of any script but the longest take less than this many bytes.
const FIRST_BYTES: usize = 80;

impl Stripper {
    /// A line has ended: measures it and asks the phrases.
    pub(super) fn end_line(&mut self, window: &Window, metadata: &Collector) {
        let continues = std::mem::take(&mut self.gathering.continues);
        self.gathering.tag_since = false;
        if self.gathering.pieces.is_empty() {
            return;
        }
        let pieces = std::mem::take(&mut self.gathering.pieces);
        let (mut words, mut linked) = (0, 0);
        let mut last = "";
        for piece in &pieces {
            let Some(text) = self.text_of(piece, window) else { continue };
            let count = count_words(text);
            words += count;
            linked += if piece.linked { count } else { 0 };
            // A mark that refers to a note stands behind the end of its sentence.
            let is_last = !text.trim_ascii().is_empty() && (last.is_empty() || !is_reference(text));
            last = if is_last { text } else { last };
        }
        let ending = Ending::of(last);
        let line = Line {
            first: self.gathering.first,
            end: self.queue.end(),
            words,
            linked,
            heading: self.gathering.headings.last().copied().filter(|_| self.gathering.heading_lines < HEADING_LINES).unwrap_or(0),
            items: self.gathering.items,
            ends_sentence: ending.sentence,
            asks: ending.asks,
            breaks_off: ending.breaks_off,
            counts: false,
            dropped: false,
        };
        self.gathering.heading_lines += 1;
        self.widest_line = self.widest_line.max(words);
        let is_open = self.asks_rules();
        // What the guard may release begins with prose or with the headings before it.
        self.words_in_marks += line.words.saturating_sub(line.linked);
        self.may_be_released |= line.is_prose() || matches!(line.heading, 1 | 2) || self.words_in_marks > WORDS_OF_FURNITURE;
        // Where tags stand inside words, these were counted more than once.
        let is_short = words as usize <= LONGEST_LINE.max(2 * pieces.len());
        let may_be_label = self.mode != StripMode::Off && !continues && is_short && self.asks_rules();
        self.lines.push_back(line);
        let mut label = if may_be_label { self.read_label(&pieces, window, metadata) } else { None };
        if label.is_none() && self.mode != StripMode::Off && !continues && self.asks_rules() {
            self.note_first_line(&pieces, window);
            label = match self.markup {
                Markup::Html => {
                    let label = self.cut_rail(&pieces, window, metadata).or_else(|| self.cut_counter(&pieces, window, metadata));
                    label.or_else(|| self.cut_button(&pieces, window, metadata))
                }
                Markup::Text => self.read_wrapped(&pieces, window, metadata),
            };
        } else {
            self.labels.paragraph.clear();
            self.begin_wrapped();
        }
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
            self.note_text_line(&text, found.is_some(), &folded);
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

    /// Acts on what a line says, or on its saying nothing.
    pub(super) fn decide(&mut self, label: Option<Label>) {
        let this = self.lines.len() - 1;
        let heads = self.labels.heads.take();
        let Some(label) = label else {
            if let Some((line, rules)) = heads
                && (self.lines[this].is_linked() || self.markup == Markup::Text && !self.gathering.before_blank)
                && !self.lines[this].ends_sentence_but_question()
                && self.lines[this].words <= ENTRY_OF_LIST_WORDS
            {
                self.head_list(line, rules);
                return self.follow(this);
            }
            self.drop_counter_between(this);
            if !self.labels.weak.is_empty() && self.explain {
                let rule = self.labels.weak[0].1[0];
                let line = self.labels.weak[0].0;
                self.near_miss(rule, line, "too weak to be furniture alone");
            }
            let line = &self.lines[this];
            let is_entry = line.is_linked() && line.heading == 0 && line.words <= ENTRY_WORDS && self.labels.between.len() < ENTRIES;
            let waits = is_entry && self.labels.after_label && self.following.is_none();
            if waits {
                self.labels.between.push(this);
            } else {
                self.labels.release();
                self.labels.after_label = false;
            }
            return self.follow(this);
        };
        let is_linked = self.lines[this].is_linked();
        if let Some((line, rules)) = heads
            && label.weak
            && is_linked
        {
            self.head_list(line, rules);
            return self.follow(this);
        }
        let heads_list = |rule: &RuleIndex| self.rules.rule(*rule).scope == TextScope::Following;
        let is_among_teasers = is_linked && self.markup == Markup::Html && self.following.as_ref().is_some_and(Following::has_teasers);
        if label.weak && is_among_teasers && !label.rules.iter().any(heads_list) {
            return self.follow(this);
        }
        if label.weak && label.rules.iter().any(heads_list) {
            self.end_following();
            self.labels.heads = Some((this, label.rules));
            return;
        }
        if label.weak {
            let beside_label = self.labels.after_label;
            self.labels.weak_are_linked = is_linked || (!self.labels.weak.is_empty() && self.labels.weak_are_linked);
            self.labels.weak.push((this, label.rules));
            let row = self.labels.weak.len();
            if !(beside_label || row >= WEAK_ROW || (row >= WEAK_LINKED_ROW && self.labels.weak_are_linked)) {
                return;
            }
            self.labels.after_label = true;
            return self.drop_weak();
        }
        if self.is_labelled_teaser(&label) {
            // "Watch: …" in a list of teasers is one of them.
            self.drop_line(this, label.rules);
            self.labels.after_label = true;
            self.drop_weak();
            return;
        }
        self.end_following();
        self.labels.after_label = true;
        for line in std::mem::take(&mut self.labels.between) {
            self.drop_line(line, label.rules.clone());
        }
        self.drop_weak();
        let scope = label.rules.iter().map(|rule| self.rules.rule(*rule).scope).find(|scope| *scope != TextScope::Block).unwrap_or_default();
        let rule = label.rules.iter().copied().find(|rule| self.rules.rule(*rule).scope == scope).unwrap_or(label.rules[0]);
        match scope {
            TextScope::Block => {
                self.drop_line(this, label.rules);
            }
            TextScope::Container if self.mark_container(this, rule) => {}
            TextScope::Rest if self.prose_words >= super::guard::ARTICLE_WORDS => {
                let start = self.lines[this].first;
                self.open_mark(Mark { rules: vec![rule], start, element: None, prose_before: self.prose_words, by_text: false, widened: 0 });
            }
            TextScope::Following | TextScope::Container | TextScope::Rest => {
                let removal = self.drop_line(this, label.rules);
                let container = self.innermost_box().map(|record| record.id);
                let parted = self.gathering.before_blank;
                let bold = self.is_bold(self.lines[this].first);
                let following = Following::new(removal, &self.lines[this], container, parted, bold, self.is_after_prose(this));
                let is_of_person = scope == TextScope::Container && self.rules.rule(rule).prose;
                let following = following.with_box(self.has_own_box(this)).with_person(is_of_person);
                self.following = Some(if label.heads_itself { following.with_teasers() } else { following });
            }
        }
    }

    /// A counter alone between two paragraphs is the page's: a table and a heading, which may have such lines, stand elsewhere.
    fn drop_counter_between(&mut self, this: usize) {
        let [(line, _)] = self.labels.weak[..] else { return };
        let is_text = |line: Option<&Line>| line.is_some_and(|line| line.is_prose() && line.items == 0);
        let before = self.lines.iter().take(line).rev().find(|before| !before.dropped);
        let is_between = line + 1 == this && is_text(self.lines.get(this)) && is_text(before);
        let counter = &self.lines[line];
        if is_between && counter.counts && counter.items == 0 && counter.heading == 0 {
            self.drop_weak();
        }
    }

    /// Drops a label that heads a list, and takes what follows it.
    fn head_list(&mut self, line: usize, rules: Vec<RuleIndex>) {
        self.labels.release();
        let removal = self.drop_line(line, rules);
        let container = self.box_around(line).map(|record| record.id);
        let bold = self.is_bold(self.lines[line].first);
        let following = Following::new(removal, &self.lines[line], container, true, bold, self.is_after_prose(line));
        self.following = Some(following.with_box(self.has_own_box(line)));
    }

    /// Whether the line is a teaser that has a label of its own, among those of the label before.
    fn is_labelled_teaser(&self, label: &Label) -> bool {
        let (Some(line), Some(following)) = (self.lines.back(), &self.following) else { return false };
        let is_alone = label.rules.iter().all(|rule| self.rules.rule(*rule).scope == TextScope::Block);
        let is_title = match self.markup {
            Markup::Html => line.is_linked() && following.waiting().is_none(),
            Markup::Text => !line.ends_sentence_but_question() && following.has_teasers(),
        };
        is_alone && is_title && line.heading == 0 && line.words >= TEASER_WORDS
    }

    /// Whether the last line kept before this one is a sentence or a heading.
    fn is_after_prose(&self, line: usize) -> bool {
        let before = self.lines.iter().take(line).rev().find(|before| !before.dropped && before.words > 0);
        // Plain text has no headings: its title may stand behind a label at the top.
        before.map_or(self.markup == Markup::Html, |before| before.ends_sentence || before.heading > 0 || before.is_prose())
    }

    fn drop_weak(&mut self) {
        for (line, rules) in std::mem::take(&mut self.labels.weak) {
            self.drop_line(line, rules);
        }
    }

    pub(super) fn drop_line(&mut self, line: usize, rules: Vec<RuleIndex>) -> u32 {
        let Line { first, end, .. } = self.lines[line];
        let removal = self.remove(first..end, rules, Extent::Whole);
        if self.removals.get_mut(removal).is_some_and(|removal| matches!(removal.extent, Extent::Refused(_))) {
            // A rule keeps the line, and its break with it.
            return removal;
        }
        self.lines[line].dropped = true;
        if line + 1 == self.lines.len() {
            self.gathering.break_goes_with = removal;
        }
        removal
    }
}
