//! Comments: what readers wrote below a page, or what the page is made of.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::features::good_words;
use super::repeat::REPEATED_WORDS;
use super::tokens::NameSet;
use crate::data::own_data;
use rustc_hash::FxHashSet;
use serde::Deserialize;
use std::sync::LazyLock;

/// A text that readers have written to has so many paragraphs and words.
const TEXT_PARAGRAPHS: usize = 2;
const TEXT_WORDS: u32 = 60;
/// The text is likelier content than this.
const TEXT_CHANCE: f32 = 0.2;
/// Words of an id that is no heading's.
const ID_WORDS: usize = 2;
/// A comment has no more paragraphs to its date than this, taken together.
const BLOCKS_A_DATE: usize = 4;
/// So many short lines may stand between two comments, and above the first and below the last one: authors, dates, numbers, pages.
const LINES: usize = 6;
const LINE_WORDS: u32 = 10;
/// Words of a line that tells who wrote and when.
const DATE_WORDS: u32 = 16;
/// Digits of a date: minutes of a match, verses and years have fewer.
const DATE_DIGITS: u32 = 5;
/// Words and digits of how long ago it was: "3 hours ago". A step or an article of a law is named with fewer words, a move with more digits.
const AGO_WORDS: u32 = 3;
const AGO_DIGITS: u32 = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    names: Vec<String>,
}

static NAMES: LazyLock<NameSet> = LazyLock::new(|| {
    let data: Data = own_data!("article/comments.toml");
    NameSet::of(&data.names)
});

/// Whether a class calls an element a comment or a list of them.
pub(super) fn is_class(class: &str) -> bool {
    NAMES.holds_any_of(class)
}

/// The same of an id. One of many words says what a heading says.
pub(super) fn is_id(id: &str) -> bool {
    let words = id.split(|sign: char| !sign.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.count() <= ID_WORDS && NAMES.holds_any_of(id)
}

/// A reader's comment, as a rule or the markup says, or a name.
pub(super) fn is_comment(page: &Blocks, block: &Block) -> bool {
    is_reply(page, block) || page.elements[block.element as usize].inside & inside::COMMENT != 0
}

/// A reader's comment or a post of a thread, as a rule or the markup says.
pub(super) fn is_reply(page: &Blocks, block: &Block) -> bool {
    let around = page.elements[block.element as usize].inside;
    around & inside::REPLY != 0 && (around & inside::ANSWER == 0 || page.says.thread) || block.pack == super::COMMENTS_PACK
}

/// More than the buttons and counters around a reply.
pub(super) fn says_something(block: &Block) -> bool {
    2 * block.linked <= block.words && (block.ends_sentence && block.words > 2 || block.words >= REPEATED_WORDS)
}

/// A short line with a date, a time or how long ago it was.
fn is_dated(block: &Block) -> bool {
    let says_ago = (1..=AGO_DIGITS).contains(&block.digits) && block.words >= AGO_WORDS && block.heading == 0;
    block.words <= DATE_WORDS && block.code == 0 && !block.ends_sentence && (block.times > 0 || block.digits >= DATE_DIGITS || says_ago)
}

/// Whether a page opens with a text of its own, above what readers wrote to it. The first post of a thread is made as the others are.
pub(super) fn stand_below_a_text(page: &Blocks, chances: &[f32]) -> bool {
    let blocks = &page.blocks;
    let is_said = |row: &usize| is_comment(page, &blocks[*row]) && says_something(&blocks[*row]);
    let Some(first) = (0..blocks.len()).find(is_said) else { return false };
    let make = |row: usize| page.make(&blocks[row]);
    let said: FxHashSet<(u32, u32)> = (first..blocks.len()).filter(is_said).map(make).collect();
    let opening: Vec<usize> =
        (0..first).filter(|row| !blocks[*row].dropped && chances[*row] >= TEXT_CHANCE && good_words(&blocks[*row]) > 0).collect();
    // Notices may stand above a thread, but not its first post among them.
    !opening.iter().any(|row| said.contains(&make(*row)))
        && opening.len() >= TEXT_PARAGRAPHS
        && opening.iter().map(|row| blocks[*row].words).sum::<u32>() >= TEXT_WORDS
}

/// Each block that is a comment or, where comments stand below a text, a line between two of them or right beside them.
pub(super) fn commented(page: &Blocks, is_below_a_text: bool) -> Vec<bool> {
    let blocks = &page.blocks;
    let mut found: Vec<bool> = blocks.iter().map(|block| is_comment(page, block)).collect();
    if !is_below_a_text {
        return found;
    }
    let is_line = |row: usize| !blocks[row].pinned && blocks[row].heading != 1 && !blocks[row].ends_sentence && blocks[row].words <= LINE_WORDS;
    let said: Vec<usize> = (0..blocks.len()).filter(|row| found[*row] && says_something(&blocks[*row])).collect();
    let gaps = said.windows(2).map(|pair| pair[0] + 1..pair[1]);
    for gap in gaps.filter(|gap| gap.len() <= LINES && gap.clone().all(is_line)) {
        found[gap].fill(true);
    }
    let (first, last) = (said.first().copied().unwrap_or_default(), said.last().map_or(blocks.len(), |last| last + 1));
    (first.saturating_sub(LINES)..first).rev().take_while(|row| is_line(*row)).for_each(|row| found[row] = true);
    (last..blocks.len()).take(LINES).take_while(|row| is_line(*row)).for_each(|row| found[row] = true);
    found
}

impl Blocks {
    /// Tells blocks of one make from others: by the tags and classes of the element that parts its lines and of the one around that.
    pub(super) fn make(&self, block: &Block) -> (u32, u32) {
        let element = &self.elements[self.elements[block.element as usize].block as usize];
        (element.make, self.elements[element.parent as usize].make)
    }

    /// Notes what stands in elements that are called comments. One that holds the first heading or paragraph too is the page.
    pub(super) fn find_comments(&mut self) {
        let mut is_page = vec![false; self.elements.len()];
        let first = |is_wanted: fn(&Block) -> bool| self.blocks.iter().find(|block| is_wanted(block));
        for block in [first(|block| block.heading == 1), first(|block| good_words(block) > 0)].into_iter().flatten() {
            let mut at = block.element as usize;
            while at != 0 && !is_page[at] {
                is_page[at] = true;
                at = self.elements[at].parent as usize;
            }
        }
        let mut is_called = vec![false; self.elements.len()];
        // A parent comes before its children.
        for number in 1..self.elements.len() {
            let element = &self.elements[number];
            let is_comment = element.inside & inside::CALLED_COMMENT != 0 && !is_page[number];
            is_called[number] = is_comment || is_called[element.parent as usize];
        }
        if self.are_dated(&is_called) {
            let called = self.elements.iter_mut().zip(is_called).filter(|(_, is_called)| *is_called);
            called.for_each(|(element, _)| element.inside |= inside::COMMENT);
        }
    }

    /// Whether lines with a date stand above or between such elements, as many as comments have: commentaries and sections on comments have
    /// none, and what stands below them is the date of the page.
    fn are_dated(&self, is_called: &[bool]) -> bool {
        let rows = || (0..self.blocks.len()).filter(|row| is_called[self.blocks[*row].element as usize]);
        let (Some(first), Some(last)) = (rows().next(), rows().next_back()) else { return false };
        let said = rows().filter(|row| says_something(&self.blocks[*row])).count();
        let around = first.saturating_sub(LINES)..last + 1;
        let dated = around.filter(|row| is_dated(&self.blocks[*row])).count();
        dated > 0 && BLOCKS_A_DATE * dated >= said
    }
}
