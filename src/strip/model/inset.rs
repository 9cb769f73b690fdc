//! Insets: teasers of other pages between two paragraphs of an article. Their place speaks for them, and their make is often that
//! of the paragraphs; what tells them is that each is a link, at most with a label before it.

use super::blocks::{Block, Blocks, inside};
use super::choice::is_paragraph;

/// A teaser is a headline: fewer words are a name or a button.
const LEAST_WORDS: u32 = 4;
/// The label before the link has at most so many words.
const LABEL_WORDS: u32 = 8;
/// More in a row are a list of links, which the text may be about.
const MOST: usize = 3;

/// Leaves out what is a teaser between two paragraphs that stay.
pub(super) fn leave_out(page: &Blocks, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let mut start = 0;
    while start < blocks.len() {
        let rows: Vec<usize> = (start..blocks.len()).take_while(|row| !kept[*row] || is_teaser(page, &blocks[*row])).collect();
        let end = start + rows.len();
        let teasers: Vec<usize> = rows.into_iter().filter(|row| kept[*row]).collect();
        let stands_between = start > 0 && stays(blocks, kept, start - 1) && stays(blocks, kept, end) && are_text(page, start - 1, end);
        if stands_between && (1..=MOST).contains(&teasers.len()) {
            teasers.iter().for_each(|row| kept[*row] = false);
        }
        start = end + 1;
    }
}

fn stays(blocks: &[Block], kept: &[bool], row: usize) -> bool {
    kept.get(row) == Some(&true) && is_paragraph(&blocks[row])
}

/// Two paragraphs of one make, and no entries of a list: those have linked titles of their own.
fn are_text(page: &Blocks, before: usize, after: usize) -> bool {
    let around = |row: usize| page.elements[page.blocks[row].element as usize];
    around(before).signature == around(after).signature && around(before).inside & (inside::LIST | inside::TABLE) == 0
}

/// One link, at most with a label, that does not read as a sentence of the text.
fn is_teaser(page: &Blocks, block: &Block) -> bool {
    let around = page.elements[block.element as usize].inside;
    let label = block.words.saturating_sub(block.linked);
    let is_link = block.links == 1 && block.linked >= LEAST_WORDS && label <= LABEL_WORDS.min(block.linked);
    // Titles ask; what is a link from end to end is no sentence of the text.
    let is_title = !block.ends_sentence || block.linked == block.words;
    is_link && is_title && block.heading == 0 && around & (inside::TABLE | inside::FIGURE | inside::QUOTE) == 0
}
