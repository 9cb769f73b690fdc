//! The thresholds: how likely a block must be to stay.
//!
//! The expected F1 of a selection is greatest for some prefix of the blocks by falling chance (Lipton, Elkan and Naryanaswamy,
//! "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014): a block is worth keeping from half that F1 on. What a
//! reader loses with a paragraph of an article is worth more than that, so there a paragraph goes only when it is surely furniture.

use super::block::Block;
use super::shape::Shape;

/// A paragraph of an article is kept though its chance is so far below the line.
const BELOW_LINE: f32 = 0.3;
/// Where nothing reaches the line, and on other pages than articles, paragraphs stay from this share of it on.
const DOUBT: f32 = 0.9;

/// Where the line is drawn; part of the model file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thresholds {
    /// A block is kept from `keep` + `slope` · half the best expected F1 on.
    pub(super) keep: f32,
    pub(super) slope: f32,
    /// A paragraph that no rule took may be kept from this chance on, if most of the page's content is paragraphs.
    pub(super) prose: f32,
}

/// The lines of one page.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    pub(super) of_block: f32,
    pub(super) of_paragraph: f32,
    /// Of paragraphs, where nothing reaches those two.
    pub(super) in_doubt: f32,
}

impl Thresholds {
    /// Draws the lines of a page.
    pub(super) fn lines(&self, blocks: &[Block], chances: &[f32], shape: &Shape, favor: f32) -> Lines {
        let line = self.keep + self.slope * best_expected_f1(blocks, chances, shape) / 2.0;
        let of_article = line.min(self.prose.max(line - BELOW_LINE));
        let (of_paragraph, in_doubt) = if shape.is_article { (of_article, DOUBT * of_article) } else { (DOUBT * line, DOUBT * line) };
        Lines { of_block: moved(line, favor), of_paragraph: moved(of_paragraph, favor), in_doubt: moved(in_doubt, favor) }
    }
}

/// The best F1 that may be expected of a selection by words.
fn best_expected_f1(blocks: &[Block], chances: &[f32], shape: &Shape) -> f32 {
    let mut order: Vec<(f32, u32)> =
        blocks.iter().zip(chances).filter(|(block, _)| !shape.is_out(block)).map(|(block, chance)| (*chance, block.words)).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let all: f32 = order.iter().map(|(chance, words)| chance * *words as f32).sum();
    let (mut hit, mut words, mut best) = (0.0f32, 0.0f32, 0.0f32);
    for (chance, count) in order {
        hit += chance * count as f32;
        words += count as f32;
        best = best.max(2.0 * hit / (words + all).max(1.0));
    }
    best
}

/// A threshold moved by log odds.
pub(super) fn moved(threshold: f32, log_odds: f32) -> f32 {
    let odds = threshold / (1.0 - threshold).max(f32::EPSILON) * (-log_odds).exp();
    odds / (1.0 + odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_threshold_is_a_chance_still() {
        assert!((moved(0.4, 0.0) - 0.4).abs() < 1e-6);
        assert!(moved(0.4, 1.0) < 0.25 && moved(0.4, -1.0) > 0.6);
        assert!(moved(1.0, -10.0) <= 1.0 && moved(0.0, 10.0) == 0.0);
    }
}
