//! Comments: what readers wrote below a page, or what the page is made of.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::repeat::REPEATED_WORDS;

/// A reader's reply, as a rule or the markup says.
pub(super) fn is_comment(page: &Blocks, block: &Block) -> bool {
    let around = page.elements[block.element as usize].inside;
    let is_reply = around & inside::REPLY != 0 && (around & inside::ANSWER == 0 || page.says.thread);
    is_reply || block.pack == super::COMMENTS_PACK
}

/// More than the buttons and counters around a reply.
pub(super) fn says_something(block: &Block) -> bool {
    2 * block.linked <= block.words && (block.ends_sentence && block.words > 2 || block.words >= REPEATED_WORDS)
}
