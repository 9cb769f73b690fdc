//! Sums over blocks: of those in an element, and of those of one make.

use super::scale::share;
use crate::strip::model::block::Block;
use crate::strip::model::element::Element;

/// What an element holds, its children included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) words: u32,
    pub(super) linked: u32,
    pub(super) blocks: u32,
    pub(super) sentences: u32,
    /// Words of paragraphs: 12 or more words outside of links, and a sentence ends.
    pub(super) good: u32,
    pub(super) images: u32,
    pub(super) times: u32,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Totals {
    pub(super) fn add(&mut self, other: &Totals) {
        if other.blocks == 0 {
            return;
        }
        if self.blocks == 0 {
            (self.first, self.last) = (other.first, other.last);
        }
        self.words += other.words;
        self.linked += other.linked;
        self.blocks += other.blocks;
        self.sentences += other.sentences;
        self.good += other.good;
        self.images += other.images;
        self.times += other.times;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Make {
    pub(super) count: u32,
    pub(super) words: u32,
    squares: u64,
    pub(super) linked: u32,
    pub(super) sentences: u32,
    pub(super) good: u32,
}

impl Make {
    pub(super) fn add(&mut self, block: &Block) {
        self.count += 1;
        self.words += block.words;
        self.squares += u64::from(block.words) * u64::from(block.words);
        self.linked += block.linked;
        self.sentences += u32::from(block.ends_sentence);
        self.good += good_words(block);
    }

    pub(super) fn mean(&self) -> u32 {
        self.words / self.count.max(1)
    }

    /// Standard deviation of the words over their mean.
    pub(super) fn spread(&self) -> u8 {
        let (n, words) = (f64::from(self.count.max(1)), f64::from(self.words));
        let variance = (self.squares as f64 / n - (words / n) * (words / n)).max(0.0);
        share((variance.sqrt() * 64.0) as u32, (words / n * 256.0) as u32 + 1)
    }
}

/// Words of a paragraph; 0 for other blocks.
pub(in crate::strip::model) fn good_words(block: &Block) -> u32 {
    if block.ends_sentence && block.words - block.linked.min(block.words) >= 12 { block.words } else { 0 }
}

/// The deepest element that holds a share (in tenths) of the page's good words.
pub(super) fn top(totals: &[Totals], elements: &[Element], tenths: u32) -> u32 {
    let wanted = totals[0].good * tenths;
    let mut found = 0;
    for (number, total) in totals.iter().enumerate().skip(1) {
        if total.good * 10 >= wanted && total.good > 0 && elements[number].depth > elements[found].depth {
            found = number;
        }
    }
    found as u32
}
