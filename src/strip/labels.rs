//! Labels: lines that say what furniture says.
//!
//! A line is furniture when the whole of it is one phrase, or when joining phrases tile it from end to end. Words too weak to stand
//! alone count beside others, in their line or in lines right beside it.

use super::following::{Following, WRAPPED_WORDS};
use super::line::{Line, asks, breaks_off, count_words, ends_sentence};
use super::queue::EventIndex;
use super::removal::{Extent, NearMiss};
use super::{Mark, Stripper};
use crate::fold::{Beginning, FirstWords, Folded, word_hash};
use crate::metadata::Collector;
use crate::rewrite::tag::is;
use crate::rewrite::{EventKind, Markup, Tag, TextKind, Window};
use crate::rules::{LONGEST_LINE, Numbered, PhraseMatch, RuleIndex, Said, TextScope};
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
/// Lines of a container before the label that are its own (a picture's credit, a badge), and their length in words.
const LINES_BEFORE_LABEL: usize = 2;
const WORDS_BEFORE_LABEL: u32 = 8;
/// A container that holds only the label gives way to the one around it this often.
const WIDENINGS: u8 = 2;
/// A first line of plain text of more words is no title.
const TITLE_WORDS: usize = 30;
/// Parts of a title of fewer words are no headline by themselves.
const HEADLINE_WORDS: usize = 4;
/// Labels that are wrapped take at most so many bytes.
const WRAPPED_BYTES: usize = 400;
/// What an entry of a list begins with in plain text.
const BULLETS: [char; 12] = ['*', '-', '•', '–', '—', '·', '◦', '▪', '■', '●', '»', '›'];
/// A teaser has at least so many words, with the label that it may begin with.
const TEASER_WORDS: u32 = 5;
/// Words of the first entry below a label that needs one.
const ENTRY_OF_LIST_WORDS: u32 = 24;
/// A heading of more lines was not closed.
const HEADING_LINES: u32 = 3;
/// Words of a bar of commands in which not all are known, and how many of them must be.
const BAR_WORDS: usize = 14;
const BAR_KNOWN: usize = 3;
const LINKED_BAR_KNOWN: usize = 2;
/// What stands between a headline and the name of its site.
const SEPARATORS: [&str; 8] = [" - ", " | ", " – ", " — ", " :: ", " » ", " « ", " · "];

/// What is remembered from line to line.
#[derive(Default)]
pub(super) struct Labels {
    titles: Vec<Vec<String>>,
    /// Names of the site: as declared, and the short parts of titles.
    sites: Vec<Vec<String>>,
    site_declared: bool,
    /// Hashes of the first words of both, and how many words they have; titles first.
    first_words: Vec<(Vec<u32>, usize)>,
    titles_read: usize,
    title_was_shown: bool,
    /// The first line, where it stands for the title and nothing has confirmed that yet.
    first_line: Option<EventIndex>,
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
    paragraph: String,
    paragraph_start: EventIndex,
    /// Reused from line to line.
    found: Vec<PhraseMatch>,
    ids: Vec<Cell<u32>>,
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
    /// How many words from `at` on repeat what the page says of itself.
    fn said(&self, what: Said, line: &Folded, at: usize, is_headline: bool) -> usize {
        match what {
            Said::Title => self.title_length(line, at, is_headline),
            Said::Site => longest(self.sites.iter(), line, at),
        }
    }

    /// How many words from `at` on repeat the title. The first time it stands alone it is the headline itself.
    fn title_length(&self, line: &Folded, at: usize, is_headline: bool) -> usize {
        let length = self.title_at(line, at);
        let is_first = at == 0 && length == line.words().len() && (!self.title_was_shown || is_headline);
        match is_first {
            false => length,
            // A heading that says the title and more, where that was said before.
            true if self.title_was_shown => longest(self.titles.iter().filter(|title| title.len() < length), line, at),
            true => 0,
        }
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

    fn read_titles(&mut self, metadata: &Collector) {
        let known = (self.titles.len(), self.sites.len());
        for title in &metadata.titles()[self.titles_read.min(metadata.titles().len())..] {
            self.add_title(title);
        }
        self.titles_read = metadata.titles().len();
        if let Some(site) = metadata.metadata().site.as_deref().filter(|_| !self.site_declared) {
            self.sites.push(Folded::of(site).texts().map(str::to_owned).collect());
            self.site_declared = true;
        }
        if known != (self.titles.len(), self.sites.len()) {
            self.know_first_words();
        }
    }

    fn know_first_words(&mut self) {
        let first = |words: &Vec<String>| (words.iter().take(FirstWords::WORDS).map(|word| word_hash(word)).collect(), words.len());
        self.first_words = self.titles.iter().chain(&self.sites).map(first).collect();
    }

    /// How many of these words titles and the site's name may repeat from the first on, judged by hashes: a bit for each length.
    fn said_lengths(&self, words: &[u32]) -> u16 {
        let begins = |(first, _): &&(Vec<u32>, usize)| !words.is_empty() && first.iter().zip(words).all(|(one, other)| one == other);
        let lengths = self.first_words.iter().filter(begins).map(|(_, length)| *length);
        // What is longer than the words that are known may go on behind them.
        lengths.fold(0, |lengths, length| lengths | 1 << length.min(words.len()))
    }

    /// Whether a line of these first words may be a title, and nothing else.
    fn may_be_title(&self, beginning: Beginning<'_>) -> bool {
        let words = beginning.hashes;
        let is_title = |(first, length): &(Vec<u32>, usize)| first == words && (beginning.is_cut() || *length == words.len());
        self.first_words.iter().take(self.titles.len()).any(is_title)
    }

    /// A title counts whole and by its parts: "Headline - Site".
    fn add_title(&mut self, title: &str) {
        let words = |text: &str| Folded::of(text).texts().map(str::to_owned).collect::<Vec<_>>();
        let whole = words(title);
        for separator in SEPARATORS.iter().filter(|separator| title.contains(**separator)) {
            let parts: Vec<Vec<String>> = title.split(separator).map(words).filter(|part| !part.is_empty()).collect();
            // The headline is the longest part; the others, if they are short, name the site and its sections.
            let headline = parts.iter().map(Vec::len).max().unwrap_or(0);
            for part in parts {
                let (list, belongs) = match part.len() {
                    length if length >= HEADLINE_WORDS => (&mut self.titles, true),
                    length => (&mut self.sites, length < headline),
                };
                if belongs && !list.contains(&part) {
                    list.push(part);
                }
            }
        }
        if !whole.is_empty() && !self.titles.contains(&whole) {
            self.titles.push(whole);
        }
    }

    fn title_at(&self, line: &Folded, at: usize) -> usize {
        longest(self.titles.iter(), line, at)
    }
}

/// The beginning of a line, cut at white space: enough to see whether any phrase begins like it.
fn first_words(text: &str) -> &str {
    let mut spaces = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).skip_while(|at| *at < FIRST_BYTES);
    spaces.next().map_or(text, |at| &text[..at])
}

/// Seven words of any script but the longest take less than this many bytes.
const FIRST_BYTES: usize = 80;

/// Words of the longest text that the line repeats from word `at` on.
fn longest<'a>(texts: impl Iterator<Item = &'a Vec<String>>, line: &Folded, at: usize) -> usize {
    let left = line.words().len() - at;
    let begins = |text: &&Vec<String>| text.len() <= left && text.iter().enumerate().all(|(n, word)| line.word(at + n) == word);
    texts.filter(begins).map(Vec::len).max().unwrap_or(0)
}

fn sorted(rules: impl Iterator<Item = RuleIndex>) -> Vec<RuleIndex> {
    let mut rules: Vec<RuleIndex> = rules.collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

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
            last = if text.trim_ascii().is_empty() { last } else { text };
        }
        let is_sentence = ends_sentence(last);
        let line = Line {
            first: self.gathering.first,
            end: self.queue.end(),
            words,
            linked,
            heading: self.gathering.headings.last().copied().filter(|_| self.gathering.heading_lines < HEADING_LINES).unwrap_or(0),
            items: self.gathering.items,
            ends_sentence: is_sentence,
            asks: is_sentence && asks(last),
            breaks_off: is_sentence && breaks_off(last),
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
        let may_be_label = self.mode != super::StripMode::Off && !continues && is_short && self.asks_rules();
        self.lines.push_back(line);
        let mut label = if may_be_label { self.read_label(&pieces, window, metadata) } else { None };
        if label.is_none() && self.mode != super::StripMode::Off && !continues && self.asks_rules() {
            self.note_first_line(&pieces, window);
            label = match self.markup {
                Markup::Html => self.cut_rail(&pieces, window, metadata).or_else(|| self.cut_counter(&pieces, window, metadata)),
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
        }
    }

    /// Whether the line may be a label or the title, judged by hashes of its first words; says yes too often, and nothing where only
    /// folding can tell.
    fn may_begin_label(&self, pieces: &[super::Piece], window: &Window) -> Option<bool> {
        let said = |words: &[u32]| self.labels.said_lengths(words);
        let may_be_label = |begin: Beginning<'_>| self.labels.may_be_title(begin) || self.rules.phrases().may_tile(begin, &said);
        let mut words = FirstWords::default();
        self.read_first_words(pieces, window, &mut words, false);
        let begin = words.finish()?;
        let is_one = may_be_label(begin);
        if is_one || !begin.is_parted {
            return Some(is_one);
        }
        let mut words = FirstWords::default();
        self.read_first_words(pieces, window, &mut words, true);
        words.finish().map(may_be_label)
    }

    fn read_first_words(&self, pieces: &[super::Piece], window: &Window, words: &mut FirstWords, part_at_tags: bool) {
        for piece in pieces {
            if let Some(text) = self.text_of(piece, window) {
                if part_at_tags && piece.after_tag {
                    words.part();
                }
                words.push(text, piece.after_tag);
            }
        }
    }

    pub(super) fn read_label(&mut self, pieces: &[super::Piece], window: &Window, metadata: &Collector) -> Option<Label> {
        self.labels.read_titles(metadata);
        let hashes_say = if self.markup == Markup::Html { self.may_begin_label(pieces, window) } else { None };
        if hashes_say == Some(false) {
            return None;
        }
        let is_unclear = hashes_say.is_none();
        let mut text = std::mem::take(&mut self.gathering.text);
        let mut folded = std::mem::take(&mut self.gathering.folded);
        let mut found = None;
        // Inline tags join words to a reader's eye, but buttons set side by side by a stylesheet are parted by nothing else.
        for part_at_tags in [false, true] {
            let is_same = part_at_tags && !pieces.iter().skip(1).any(|piece| piece.after_tag);
            if is_same {
                break;
            }
            self.line_text(pieces, part_at_tags, window, &mut text);
            // Where the hashes could not tell, the first words are folded before the whole is.
            if is_unclear {
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

    fn may_be_label(&self, begin: &Folded) -> bool {
        let said = || self.labels.titles.iter().chain(&self.labels.sites);
        let begins_title = || !begin.words().is_empty() && said().any(|title| title.first().is_some_and(|first| first == begin.word(0)));
        let first_of_text = self.markup == Markup::Text && self.labels.titles.is_empty();
        first_of_text || self.rules.phrases().may_begin(begin, self.rules.lexicon()) || begins_title()
    }

    pub(super) fn line_text(&self, pieces: &[super::Piece], part_at_tags: bool, window: &Window, text: &mut String) {
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

    /// A line that says the title may be the headline.
    fn note_headline(&mut self, folded: &Folded) {
        let is_title = self.labels.title_at(folded, 0) == folded.words().len();
        if is_title && (!self.labels.title_was_shown || !self.gathering.headings.is_empty()) {
            self.headline_lines.push_back(self.gathering.first);
        }
    }

    pub(super) fn says_title(&self, folded: &Folded) -> bool {
        let count = folded.words().len();
        count > 0 && self.labels.title_at(folded, 0) == count
    }

    /// A line turns out to be the headline.
    pub(super) fn show_title(&mut self, folded: &Folded) {
        self.note_headline(folded);
        self.labels.title_was_shown |= self.says_title(folded);
    }

    /// Plain text whose lines are wrapped has its labels on two: the lines of the paragraph are read as one.
    fn read_wrapped(&mut self, pieces: &[super::Piece], window: &Window, metadata: &Collector) -> Option<Label> {
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
            if self.labels.title_at(&line, 0) == line.words().len() {
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
    fn begin_wrapped(&mut self) {
        let count = self.gathering.folded.words().len();
        if self.markup == Markup::Text && count > 0 && self.labels.title_at(&self.gathering.folded, 0) == count {
            self.labels.paragraph.push_str(&self.gathering.text);
            self.labels.paragraph.push(' ');
            self.labels.paragraph_start = self.gathering.first;
        }
    }

    /// Where a page declares no title and no heading has come, its first line stands for it.
    fn note_first_line(&mut self, pieces: &[super::Piece], window: &Window) {
        let is_title = |line: &&Line| {
            (HEADLINE_WORDS..=TITLE_WORDS).contains(&(line.words as usize))
                && !line.is_linked()
                && !line.ends_sentence_but_question()
                && !line.dropped
        };
        if self.markup == Markup::Text || !self.labels.titles.is_empty() || self.lines.back().filter(is_title).is_none() {
            return;
        }
        let mut text = std::mem::take(&mut self.gathering.text);
        self.line_text(pieces, false, window, &mut text);
        self.labels.add_title(&text);
        self.labels.know_first_words();
        self.labels.title_was_shown = true;
        self.labels.first_line = pieces.first().map(|piece| piece.event);
        self.gathering.text = text;
    }

    /// What plain text shows by its shape: the first line that is no furniture names it, a bullet begins an entry of a list.
    fn note_text_line(&mut self, text: &str, is_label: bool, folded: &Folded) {
        let text = text.trim_start();
        if let Some(line) = self.lines.back_mut() {
            let number = text.trim_start_matches(|c: char| c.is_numeric());
            let is_numbered = number.len() < text.len() && (number.starts_with(". ") || number.starts_with(") ") || number.starts_with("- "));
            line.items = u32::from(is_numbered || text.starts_with(BULLETS));
        }
        if !is_label && self.labels.titles.is_empty() && folded.words().len() <= TITLE_WORDS {
            self.labels.add_title(text);
            self.labels.title_was_shown = true;
            self.headline_lines.push_back(self.gathering.first);
        }
    }

    /// Tiles the line with phrases.
    fn tile(&mut self, line: &Folded, metadata: &Collector) -> Option<Label> {
        let count = line.words().len();
        let rules = std::sync::Arc::clone(&self.rules);
        let is_headline = self.headline_lines.back() == Some(&self.gathering.first);
        let mut found = std::mem::take(&mut self.labels.found);
        found.clear();
        let mut ids = std::mem::take(&mut self.labels.ids);
        let numbered = rules.phrases().number(line, &mut ids);
        rules.phrases().find(&numbered, 0, rules.lexicon(), &|what, line, at| self.labels.said(what, line, at, is_headline), &mut found);
        // Most lines begin like no phrase at all.
        if found.is_empty() {
            let shows_title = self.labels.title_at(line, 0) == count;
            self.labels.title_was_shown |= shows_title;
            self.labels.found = found;
            self.labels.ids = ids;
            return None;
        }
        let labels = &self.labels;
        let title = |what: Said, line: &Folded, at: usize| labels.said(what, line, at, is_headline);
        let this = self.lines.back();
        // Plain text has no links; there a label and what it names make a short line that is no sentence.
        let is_heading = this.is_some_and(|line| line.heading > 0);
        let is_linked = this.is_some_and(|line| match self.markup {
            Markup::Html => line.is_linked(),
            Markup::Text => !line.ends_sentence,
        });
        // Rules that say the whole line, and whether they are strong.
        let mut whole: Vec<(RuleIndex, bool)> = Vec::new();
        // How each position was first reached: from where, by which rules.
        let mut reached: Vec<Option<(usize, Vec<RuleIndex>)>> = vec![None; count + 1];
        let mut unlinked = None;
        let lang = metadata.metadata().lang.as_deref();
        for at in 0..count {
            if at > 0 && reached[at].is_none() {
                continue;
            }
            if at > 0 {
                found.clear();
                rules.phrases().find(&numbered, at, rules.lexicon(), &title, &mut found);
            }
            for phrase in &found {
                let rule = rules.rule(phrase.rule);
                if !rule.when.allows(self.host.as_deref(), lang) {
                    continue;
                }
                if is_heading && !rule.heading {
                    continue;
                }
                if rule.linked && !is_linked {
                    unlinked = unlinked.or((phrase.end == count && at == 0).then_some(phrase.rule));
                    continue;
                }
                if at == 0 && phrase.end == count {
                    whole.push((phrase.rule, rule.alone));
                }
                if rule.joins && phrase.end > at {
                    let (from, by) = reached[phrase.end].get_or_insert_with(|| (at, Vec::new()));
                    if *from == at {
                        by.push(phrase.rule);
                    }
                }
            }
        }
        let shows_title = labels.title_at(line, 0) == count && count > 0;
        let strong = sorted(whole.iter().filter(|(_, strong)| *strong).map(|(rule, _)| *rule));
        let label = match strong.is_empty() {
            // All that say so are recorded, the weak ones too.
            false => Some(Label::of(sorted(whole.iter().map(|(rule, _)| *rule)), false)),
            true => {
                let (mut path, mut tiles, mut at) = (Vec::new(), 0, count);
                while let Some((from, by)) = &reached[at] {
                    path.extend(by);
                    tiles += 1;
                    at = *from;
                    if at == 0 {
                        break;
                    }
                }
                if at == 0 && tiles > 1 {
                    Some(Label::of(sorted(path.into_iter()), false))
                } else {
                    let weak = sorted(whole.iter().map(|(rule, _)| *rule));
                    match weak.is_empty() {
                        false => Some(Label::of(weak, true)),
                        true => self.bar(line, &numbered, &mut found, &title, lang),
                    }
                }
            }
        };
        if label.is_some() && self.labels.first_line.is_some() && self.labels.title_at(line, 0) > 0 {
            // A label repeats the first line: that is the headline.
            let first_line = self.labels.first_line.take();
            self.note_surely_text(first_line);
        }
        self.labels.found = found;
        self.labels.ids = ids;
        if shows_title && label.is_none() {
            self.labels.title_was_shown = true;
        }
        if self.explain
            && label.is_none()
            && let Some(rule) = unlinked
        {
            self.near_miss(rule, self.lines.len() - 1, "the line is not mostly links");
        }
        label
    }

    /// A row of commands most of which are known.
    fn bar(
        &self,
        line: &Folded,
        numbered: &Numbered<'_>,
        found: &mut Vec<PhraseMatch>,
        said: crate::rules::SaidLength<'_>,
        lang: Option<&str>,
    ) -> Option<Label> {
        let count = line.words().len();
        let this = self.lines.back().filter(|line| !line.ends_sentence && count <= BAR_WORDS && line.heading == 0)?;
        let is_linked = this.is_linked() && self.markup == Markup::Html;
        let (mut rules, mut known, mut unknown, mut at) = (Vec::new(), 0, 0, 0);
        while at < count {
            // The site's own name is no command, nor does it speak against one.
            at += self.labels.said(Said::Site, line, at, false);
            if at >= count {
                break;
            }
            found.clear();
            self.rules.phrases().find(numbered, at, self.rules.lexicon(), said, found);
            let fits = |phrase: &&PhraseMatch| {
                let rule = self.rules.rule(phrase.rule);
                phrase.end > at && rule.joins && rule.when.allows(self.host.as_deref(), lang) && (!rule.linked || is_linked)
            };
            match found.iter().filter(fits).max_by_key(|phrase| phrase.end) {
                Some(phrase) => {
                    rules.push(phrase.rule);
                    known += 1;
                    at = phrase.end;
                }
                None => {
                    unknown += 1;
                    at += 1;
                }
            }
        }
        let is_bar = if is_linked { known >= LINKED_BAR_KNOWN && unknown <= known } else { known >= BAR_KNOWN && unknown * 3 <= known };
        is_bar.then(|| Label::of(sorted(rules.into_iter()), false))
    }

    fn near_miss(&mut self, rule: RuleIndex, line: usize, failed: &'static str) {
        let Some(line) = self.lines.get(line) else { return };
        let start = self.queue.get(line.first).map_or(0, |held| held.event.range.start);
        let end = self.queue.get(line.end.saturating_sub(1)).map_or(start, |held| held.event.range.end);
        self.near_misses.push(NearMiss { rule, range: start..end, failed });
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
                let container = self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER)).map(|record| record.id);
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

    /// The innermost open box that a line stands in.
    fn box_around(&self, line: usize) -> Option<&super::OpenRecord> {
        let first = self.lines[line].first;
        self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER) && record.event < first)
    }

    /// Whether the box around a label begins with it, and holds no text of the article before it.
    fn has_own_box(&self, line: usize) -> bool {
        self.box_around(line).is_some_and(|record| !matches!(record.tag, Tag::Article | Tag::Main) && self.begins_with_label(record.event, line))
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

    fn drop_line(&mut self, line: usize, rules: Vec<RuleIndex>) -> u32 {
        let Line { first, end, .. } = self.lines[line];
        let removal = self.remove(first..end, rules, Extent::Whole);
        self.lines[line].dropped = true;
        if line + 1 == self.lines.len() {
            self.gathering.break_goes_with = removal;
        }
        removal
    }

    /// Marks the container around a label, if the label is what it begins with.
    fn mark_container(&mut self, line: usize, rule: RuleIndex) -> bool {
        let Some(record) = self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER)) else { return false };
        let (start, element) = (record.event, record.id);
        if !self.begins_with_label(start, line) {
            return false;
        }
        self.open_mark(Mark { rules: vec![rule], start, element: Some(element), prose_before: self.prose_words, by_text: true, widened: 0 });
        true
    }

    fn begins_with_label(&self, start: EventIndex, line: usize) -> bool {
        let label = self.lines[line].first;
        let mut before = self.lines.iter().take(line).filter(|other| other.first > start && other.first < label && !other.dropped);
        let is_own = |other: &Line| other.words <= WORDS_BEFORE_LABEL && other.heading == 0;
        let count = before.clone().count();
        start >= self.queue.first() && count <= LINES_BEFORE_LABEL && before.all(is_own)
    }

    /// What a label says of a person may stand beside the box that holds nothing but the label.
    fn follow_own_box(&mut self, mark: &Mark, label: usize) {
        if mark.rules.iter().any(|rule| !self.rules.rule(*rule).prose) || self.following.is_some() {
            return;
        }
        let removal = self.drop_line(label, mark.rules.clone());
        let container = self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER)).map(|record| record.id);
        let bold = self.is_bold(self.lines[label].first);
        self.following = Some(Following::new(removal, &self.lines[label], container, true, bold, true).with_person(true));
    }

    /// A container that closes with nothing but its label in it was the label's own box: the one around it is meant.
    pub(super) fn widen(&mut self, mark: &Mark, close: EventIndex) -> bool {
        let mut inside = self.lines.iter().enumerate().filter(|(_, line)| line.first >= mark.start && line.first < close && !line.dropped);
        let (Some((label, _)), None) = (inside.next(), inside.next()) else { return false };
        let around = self.open.iter().rev().find(|record| record.tag.has(is::CONTAINER));
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
