//! Paragraphs, and lines that stand for them.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::features::good_words;

/// A line of wrapped text has at least so many words; most of code has fewer.
const WRAPPED_WORDS: u32 = 8;

/// A paragraph that no rule took.
pub(super) fn is_paragraph(block: &Block) -> bool {
    !block.dropped && good_words(block) > 0
}

/// A line of text that is wrapped by hand, which has lines for paragraphs.
pub(super) fn is_wrapped_line(page: &Blocks, block: &Block) -> bool {
    !block.dropped && block.links == 0 && block.words >= WRAPPED_WORDS && page.elements[block.element as usize].inside & inside::PRE != 0
}
