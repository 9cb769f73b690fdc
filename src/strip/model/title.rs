//! The title: which blocks say what the page is called, and which of them stays as that alone.

use super::block::Block;
use super::paragraph::is_paragraph;
use std::cmp::Reverse;

/// A headline has at least so many words.
const TITLE_WORDS: u32 = 3;

/// Whether at least half of what a block says is the page's title.
fn says_title(block: &Block) -> bool {
    2 * block.title_words >= block.words
}

fn is_first_level(block: &Block) -> bool {
    block.heading == 1 && !block.dropped
}

/// Where no heading of the first level is: the first block that says the page's title and nothing else. As a link only in a
/// heading: some systems let the title lead to its own page, but the end of a trail does so too.
pub(super) fn spoken(blocks: &[Block]) -> Option<usize> {
    let says_it = |block: &Block| {
        let is_title = block.words >= TITLE_WORDS && block.title_words == block.words;
        !block.dropped && is_title && (block.linked == 0 || block.heading > 0)
    };
    if blocks.iter().any(|block| block.heading == 1) {
        return None;
    }
    blocks.iter().position(says_it)
}

/// The first heading of the first level that says the title, or the first one at all.
pub(super) fn first_heading(blocks: &[Block]) -> Option<usize> {
    let says_it = |block: &Block| is_first_level(block) && says_title(block);
    blocks.iter().position(says_it).or_else(|| blocks.iter().position(is_first_level))
}

/// Whether each block is a headline of the page: on an article any heading of the first level that leads nowhere is.
pub(super) fn headlines(blocks: &[Block], spoken: Option<usize>, is_article: bool) -> Vec<bool> {
    let is_headline =
        |(row, block): (usize, &Block)| spoken == Some(row) || is_first_level(block) && (says_title(block) || is_article && block.links == 0);
    blocks.iter().enumerate().map(is_headline).collect()
}

/// The headline that stays as the page's title alone: the one that says most of it, as the name of the site may be a heading, too; or the
/// only one.
pub(super) fn alone(blocks: &[Block], headlines: &[bool]) -> Option<usize> {
    let is_line = |row: &usize| headlines[*row] && !blocks[*row].pinned && !is_paragraph(&blocks[*row]);
    let lines: Vec<usize> = (0..blocks.len()).filter(is_line).collect();
    // A line of signs, without a word, says no title.
    let says_it = |row: &usize| blocks[*row].words > 0 && says_title(&blocks[*row]);
    let most = lines.iter().copied().filter(says_it).max_by_key(|row| (blocks[*row].title_words, Reverse(*row)));
    most.or_else(|| lines.first().copied().filter(|_| lines.len() == 1))
}
