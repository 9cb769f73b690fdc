//! Very long texts: the place on the page tells against their last paragraphs; what most paragraphs of an element are, all of them are.

use super::block::Block;
use super::blocks::Blocks;
use super::paragraph::is_paragraph;
use super::spared::SPARED_LABEL;
use super::thresholds::moved;
use rustc_hash::FxHashMap;

/// An element of so many paragraphs holds a very long text.
const LONG_TEXT: u32 = 50;

/// Keeps the paragraphs of a very long text of which three quarters are kept.
pub(super) fn keep(page: &Blocks, chances: &[f32], favor: f32, kept: &mut [bool]) {
    let made = |block: &Block| {
        let element = &page.elements[block.element as usize];
        (element.parent, element.signature)
    };
    let mut counts: FxHashMap<(u32, u32), (u32, u32)> = FxHashMap::default();
    for (block, kept) in page.blocks.iter().zip(kept.iter()).filter(|(block, _)| is_paragraph(block)) {
        let count = counts.entry(made(block)).or_default();
        *count = (count.0 + 1, count.1 + u32::from(*kept));
    }
    let least = moved(SPARED_LABEL / 2.0, favor);
    for ((block, kept), chance) in page.blocks.iter().zip(kept).zip(chances) {
        let is_long = || counts.get(&made(block)).is_some_and(|(all, kept)| *all >= LONG_TEXT && 4 * kept >= 3 * all);
        *kept |= is_paragraph(block) && *chance >= least && is_long();
    }
}
