//! The choice: from the chances of all blocks to those that are kept.
//!
//! The expected F1 of a selection is greatest for some prefix of the blocks by falling chance (Lipton, Elkan and Naryanaswamy,
//! "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014): a block is worth keeping from half that F1 on.

use super::blocks::Block;
use rustc_hash::FxHashSet;

/// A repeat is dropped from this many words on.
const REPEATED_WORDS: u32 = 8;

/// Which blocks stay. `chances` are probabilities; `keep` and `slope` bend the rule of half the best F1.
pub(super) fn choose(blocks: &[Block], chances: &[f32], keep: f32, slope: f32) -> Vec<bool> {
    let mut order: Vec<(f32, u32)> =
        blocks.iter().zip(chances).filter(|(block, _)| !block.fixed).map(|(block, chance)| (*chance, block.words)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f32 = order.iter().map(|(chance, words)| chance * *words as f32).sum();
    let (mut hit, mut words, mut best) = (0.0f32, 0.0f32, 0.0f32);
    for (chance, count) in order {
        hit += chance * count as f32;
        words += count as f32;
        best = best.max(2.0 * hit / (words + all).max(1.0));
    }
    let threshold = keep + slope * best / 2.0;
    let mut seen = FxHashSet::default();
    blocks
        .iter()
        .zip(chances)
        .map(|(block, chance)| !block.fixed && *chance >= threshold && (block.words < REPEATED_WORDS || seen.insert(block.hash)))
        .collect()
}
