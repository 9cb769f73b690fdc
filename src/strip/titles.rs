//! What a page says of itself: its titles, and the name of its site. Lines repeat them.

use super::Stripper;
use super::gathering::Piece;
use super::line::Line;
use super::queue::EventIndex;
use crate::fold::{Beginning, FirstWords, Folded, word_hash};
use crate::metadata::Collector;
use crate::rewrite::{Markup, Window};
use crate::rules::Said;

/// A first line of plain text of more words is no title.
pub(super) const TITLE_WORDS: usize = 30;
/// Parts of a title of fewer words are no headline by themselves.
const HEADLINE_WORDS: usize = 4;
/// What stands between a headline and the name of its site.
const SEPARATORS: [&str; 8] = [" - ", " | ", " – ", " — ", " :: ", " » ", " « ", " · "];

/// The titles and names that are known so far.
#[derive(Default)]
pub(super) struct Titles {
    pub(super) texts: Vec<Vec<String>>,
    /// Parts of titles, long enough for one, that are not the longest: they name the site or a section.
    lesser: Vec<Vec<String>>,
    /// Names of the site: as declared, and the short parts of titles.
    pub(super) sites: Vec<Vec<String>>,
    site_declared: bool,
    /// Hashes of the first words of both, and how many words they have; titles first.
    first_words: Vec<(Vec<u32>, usize)>,
    read: usize,
    pub(super) was_shown: bool,
    /// Lines that stay since the headline, as long as none of them is text.
    pub(super) lines_below: Option<usize>,
    /// The first line, where it stands for the title and nothing has confirmed that yet.
    pub(super) first_line: Option<EventIndex>,
}

impl Titles {
    /// How many words from `at` on repeat what the page says of itself.
    pub(super) fn said(&self, what: Said, line: &Folded, at: usize, is_headline: bool) -> usize {
        match what {
            Said::Title => self.length(line, at, is_headline),
            Said::Site => longest(self.sites.iter(), line, at),
        }
    }

    /// How many words from `at` on repeat the title. The first time it stands alone it is the headline itself.
    pub(super) fn length(&self, line: &Folded, at: usize, is_headline: bool) -> usize {
        let length = self.at(line, at);
        let is_first = at == 0 && length == line.words().len() && (!self.was_shown || is_headline);
        match is_first {
            false => length,
            // A heading that says the title and more, where that was said before.
            true if self.was_shown => longest(self.texts.iter().filter(|title| title.len() < length), line, at),
            true => 0,
        }
    }

    pub(super) fn read(&mut self, metadata: &Collector) {
        let known = (self.texts.len(), self.sites.len());
        for title in &metadata.titles()[self.read.min(metadata.titles().len())..] {
            self.add(title);
        }
        self.read = metadata.titles().len();
        if let Some(site) = metadata.metadata().site.as_deref().filter(|_| !self.site_declared) {
            let name: Vec<String> = Folded::of(site).texts().map(str::to_owned).collect();
            self.sites.extend(Some(name).filter(|name| !name.is_empty()));
            self.site_declared = true;
        }
        if known != (self.texts.len(), self.sites.len()) {
            self.know_first_words();
        }
    }

    pub(super) fn know_first_words(&mut self) {
        let first = |words: &Vec<String>| (words.iter().take(FirstWords::WORDS).map(|word| word_hash(word)).collect(), words.len());
        self.first_words = self.texts.iter().chain(&self.sites).map(first).collect();
    }

    /// How many of these words titles and the site's name may repeat from the first on, judged by hashes: a bit for each length.
    pub(super) fn said_lengths(&self, words: &[u32]) -> u16 {
        let begins = |(first, _): &&(Vec<u32>, usize)| !words.is_empty() && first.iter().zip(words).all(|(one, other)| one == other);
        let lengths = self.first_words.iter().filter(begins).map(|(_, length)| *length);
        // What is longer than the words that are known may go on behind them.
        lengths.fold(0, |lengths, length| lengths | 1 << length.min(words.len()))
    }

    /// Whether a line of these first words may be a title, and nothing else.
    pub(super) fn may_be(&self, beginning: Beginning<'_>) -> bool {
        let words = beginning.hashes;
        let is_title = |(first, length): &(Vec<u32>, usize)| first == words && (beginning.is_cut() || *length == words.len());
        self.first_words.iter().take(self.texts.len()).any(is_title)
    }

    /// A title counts whole and by its parts: "Headline - Site".
    pub(super) fn add(&mut self, title: &str) {
        let words = |text: &str| Folded::of(text).texts().map(str::to_owned).collect::<Vec<_>>();
        let whole = words(title);
        for separator in SEPARATORS.iter().filter(|separator| title.contains(**separator)) {
            let parts: Vec<Vec<String>> = title.split(separator).map(words).filter(|part| !part.is_empty()).collect();
            // The headline is the longest part; the others name the site and its sections.
            let headline = parts.iter().map(Vec::len).max().unwrap_or(0);
            for part in parts {
                if (HEADLINE_WORDS..headline).contains(&part.len()) && !self.texts.contains(&part) {
                    self.lesser.push(part.clone());
                }
                let (list, belongs) = match part.len() {
                    length if length >= HEADLINE_WORDS => (&mut self.texts, true),
                    length => (&mut self.sites, length < headline),
                };
                if belongs && !list.contains(&part) {
                    list.push(part);
                }
            }
        }
        // What is declared as a title by itself is one.
        self.lesser.retain(|part| *part != whole);
        if !whole.is_empty() && !self.texts.contains(&whole) {
            self.texts.push(whole);
        }
    }

    /// Whether a line is a title, and may be the headline: in a heading also a shorter part of it.
    pub(super) fn are_shown_by(&self, line: &Folded, in_heading: bool) -> bool {
        let count = line.words().len();
        let is_line = |part: &Vec<String>| part.len() == count && line.texts().eq(part.iter().map(String::as_str));
        count > 0 && self.at(line, 0) == count && (in_heading || !self.lesser.iter().any(is_line))
    }

    pub(super) fn at(&self, line: &Folded, at: usize) -> usize {
        longest(self.texts.iter(), line, at)
    }
}

/// Words of the longest text that the line repeats from word `at` on.
fn longest<'a>(texts: impl Iterator<Item = &'a Vec<String>>, line: &Folded, at: usize) -> usize {
    let left = line.words().len() - at;
    let begins = |text: &&Vec<String>| text.len() <= left && text.iter().enumerate().all(|(n, word)| line.word(at + n) == word);
    texts.filter(begins).map(Vec::len).max().unwrap_or(0)
}

impl Stripper {
    /// A line that says the title may be the headline.
    pub(super) fn note_headline(&mut self, folded: &Folded) {
        let is_title = self.labels.titles.are_shown_by(folded, !self.gathering.headings.is_empty());
        if is_title && (!self.labels.titles.was_shown || !self.gathering.headings.is_empty()) {
            self.headline_lines.push_back(self.gathering.first);
            self.labels.titles.lines_below = Some(0);
        }
    }

    /// A line turns out to be the headline.
    pub(super) fn show_title(&mut self, folded: &Folded) {
        self.note_headline(folded);
        let is_shown = self.labels.titles.are_shown_by(folded, !self.gathering.headings.is_empty());
        self.labels.titles.was_shown |= is_shown && self.may_stay();
    }

    /// Where a page declares no title and no heading has come, its first line stands for it.
    pub(super) fn note_first_line(&mut self, pieces: &[Piece], window: &Window) {
        let is_title = |line: &&Line| {
            (HEADLINE_WORDS..=TITLE_WORDS).contains(&(line.words as usize))
                && !line.is_linked()
                && !line.ends_sentence_but_question()
                && !line.dropped
        };
        if self.markup == Markup::Text || !self.may_stay() || !self.labels.titles.texts.is_empty() || self.lines.back().filter(is_title).is_none() {
            return;
        }
        let mut text = std::mem::take(&mut self.gathering.text);
        self.line_text(pieces, false, window, &mut text);
        self.labels.titles.add(&text);
        self.labels.titles.know_first_words();
        self.labels.titles.was_shown = true;
        self.labels.titles.first_line = pieces.first().map(|piece| piece.event);
        self.gathering.text = text;
    }
}
