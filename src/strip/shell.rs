//! Shells: pages whose script would have made their text. What they declare as data stands in for it, and is content whatever the
//! model thinks of it.

use super::Stripper;
use super::keeps::Keep;
use crate::metadata::{Collector, ContentSource, DeclaredText};
use crate::rewrite::{EventKind, TextKind, Window};
use crate::strip::word_count::count_words;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::Hasher;
use std::ops::Range;

/// A declared text of fewer words is a summary, not a page.
const FEWEST_WORDS: u32 = 25;
/// The same for a text that is only found in state.
const FEWEST_STATE_WORDS: u32 = 80;
/// A page with so many words in paragraphs has a text; so has one whose paragraphs have half the words of what is declared.
const SHOWN_WORDS: u32 = 250;
/// A page of so many words in all is no bare shell: only in one may a block of `application/json` be the page's text. Such a block is not
/// made to be read by others, and on a page of any other kind it holds all sorts of texts.
const BARE_WORDS: u32 = 120;
/// Of a text that a page does not show at most a quarter of its runs of [`RUN`] words are there, and one paragraph of it is shown when
/// four fifths are.
const RUN: usize = 3;
const SHOWN_OF_TEXT: usize = 4;
const SHOWN_OF_PIECE: (usize, usize) = (4, 5);

/// Hashes of the runs of words in a text.
fn runs(text: &str, mut run: impl FnMut(u64)) {
    let decoded = if text.contains('&') { htmlize::unescape(text) } else { text.into() };
    let mut last = [0u64; RUN];
    let mut words = 0;
    for word in decoded.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut hasher = FxHasher::default();
        word.chars().flat_map(char::to_lowercase).for_each(|letter| hasher.write_u32(letter.into()));
        last.rotate_left(1);
        last[RUN - 1] = hasher.finish();
        words += 1;
        if words >= RUN {
            let mut hasher = FxHasher::default();
            last.iter().for_each(|word| hasher.write_u64(*word));
            run(hasher.finish());
        }
    }
}

/// The text of a fragment that this program wrote, or of markup: its tags as spaces.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for part in html.split('<') {
        text.push(' ');
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    text
}

/// A text that a page declares as data and does not show.
pub(crate) struct MissingText {
    /// To be read as the page is.
    pub(crate) html: String,
    /// Where its data stand on the page.
    pub(crate) block: Range<u64>,
    pub(crate) source: ContentSource,
}

impl Stripper {
    /// Words that the page shows in paragraphs, whatever becomes of them (`article` only, at the end of the page).
    fn shown_words(&self) -> u32 {
        self.blocks.as_ref().map_or(u32::MAX, super::model::Blocks::paragraph_words)
    }

    /// The text that the page declares as data and does not show (`article` only, at the end of the page).
    pub(crate) fn missing_text(&self, metadata: &Collector, window: &Window) -> Option<MissingText> {
        if self.shown_words() >= SHOWN_WORDS {
            return None;
        }
        let missing = |text: &DeclaredText, source| {
            let html = self.missing(text, metadata.heading(), window)?;
            Some(MissingText { html, block: text.block.clone(), source })
        };
        let declared = metadata.declared().and_then(|text| missing(text, ContentSource::JsonLd));
        declared.or_else(|| {
            let is_bare = self.blocks.as_ref().is_some_and(|blocks| blocks.all_words() < BARE_WORDS);
            let states = metadata.states().iter().filter(|_| is_bare).filter_map(|range| {
                let text = DeclaredText::of_state(window.text(range.clone()), &self.rules.media().text_keys)?;
                Some(DeclaredText { block: range.clone(), ..text })
            });
            let text = states.max_by_key(DeclaredText::bytes)?;
            let is_long = text.pieces.iter().map(|piece| count_words(&without_tags(piece))).sum::<u32>() >= FEWEST_STATE_WORDS;
            missing(&DeclaredText { name: metadata.metadata().title.clone(), ..text }, ContentSource::State).filter(|_| is_long)
        })
    }

    /// The HTML of a declared text that the page does not show; `None` where it does, or where that is too short to be the page's.
    fn missing(&self, text: &DeclaredText, heading: Option<&str>, window: &Window) -> Option<String> {
        let pieces: Vec<String> = text.pieces.iter().map(|piece| without_tags(piece)).collect();
        let words: u32 = pieces.iter().map(|piece| count_words(piece)).sum();
        if words < FEWEST_WORDS || 2 * self.shown_words() >= words {
            return None;
        }
        let mut shown = FxHashSet::default();
        let mut line = String::new();
        for at in self.queue.first()..self.queue.end() {
            let Some(held) = self.queue.get(at) else { continue };
            match held.event.kind {
                EventKind::Text(TextKind::Data | TextKind::Literal) => line.push_str(window.text(held.event.range.clone())),
                kind if kind.parts_lines() => {
                    runs(&line, |run| {
                        shown.insert(run);
                    });
                    line.clear();
                }
                _ => {}
            }
        }
        let mut counts = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            let (mut all, mut there) = (0, 0);
            runs(piece, |run| {
                all += 1;
                there += usize::from(shown.contains(&run));
            });
            counts.push((all, there));
        }
        let (all, there) = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        if there * SHOWN_OF_TEXT > all {
            return None;
        }
        let mut html = String::from("<div itemprop=\"articleBody\">");
        if let Some(name) = text.name.as_deref().filter(|_| heading.is_none()) {
            html.push_str("<h1>");
            html.push_str(&name.replace('<', "&lt;"));
            html.push_str("</h1>");
        }
        for (piece, (all, there)) in text.pieces.iter().zip(counts) {
            if there * SHOWN_OF_PIECE.1 < all * SHOWN_OF_PIECE.0 || all == 0 {
                html.push_str(piece);
            }
        }
        html.push_str("</div>");
        Some(html)
    }

    /// What comes from here on is content: only what rules name inside of it may go.
    pub(crate) fn keep_the_rest(&mut self, window: &Window, metadata: &Collector) {
        self.end_line(window, metadata);
        self.end_following();
        let from = self.queue.end();
        self.keeps.push_back(Keep { element: None, events: from..u64::MAX, start: window.end(), listed: 0..0 });
        self.gathering.first = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_of_words_whatever_parts_them() {
        let of = |text: &str| {
            let mut found = Vec::new();
            runs(text, |run| found.push(run));
            found
        };
        assert_eq!(of("One, two &amp; THREE four"), of("one two\u{a0}three – four"));
        assert_eq!((of("one two three four").len(), of("one two").len()), (2, 0));
        assert_eq!(without_tags("<p>One <b>two</b></p>").split_whitespace().collect::<Vec<_>>(), ["One", "two"]);
    }
}
