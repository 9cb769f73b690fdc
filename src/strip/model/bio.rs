//! What stands about the author behind an article: a line or two that begin with the author's name.

use super::block::{Block, FIRST_WORDS};
use super::blocks::Blocks;
use super::paragraph::is_paragraph;

/// A name has so many words at least: a single one may be anybody's, or a site's.
const NAME_WORDS: usize = 2;
/// Paragraphs that are text before it, and that may stand behind it.
const PARAGRAPHS_BEFORE: usize = 2;
const PARAGRAPHS_BEHIND: usize = 2;

/// A paragraph that is so surely content is text all the same: authorities and companies write of themselves.
const SURE: f32 = 0.9;

/// Leaves out what says who the author is.
pub(super) fn leave_out(page: &Blocks, chances: &[f32], kept: &mut [bool]) {
    let blocks = &page.blocks;
    if page.authors.is_empty() {
        return;
    }
    let paragraphs: Vec<usize> = (0..blocks.len()).filter(|row| kept[*row] && is_paragraph(&blocks[*row])).collect();
    for (row, kept) in kept.iter_mut().enumerate() {
        let before = paragraphs.partition_point(|paragraph| *paragraph < row);
        let behind = paragraphs.len() - paragraphs.partition_point(|paragraph| *paragraph <= row);
        let is_behind_text = before >= PARAGRAPHS_BEFORE && behind <= PARAGRAPHS_BEHIND && !blocks[row].pinned && chances[row] < SURE;
        *kept &= !(is_behind_text && page.authors.iter().any(|name| begins(&blocks[row], name)));
    }
}

/// Whether a block begins with a name and says more.
fn begins(block: &Block, name: &[u32]) -> bool {
    let known = name.len().min(FIRST_WORDS);
    known >= NAME_WORDS && block.words as usize > name.len() && block.first_words[..known] == name[..known]
}
