//! The choice: from the chances of all blocks to those that are kept.
//!
//! The expected F1 of a selection is greatest for some prefix of the blocks by falling chance (Lipton, Elkan and Naryanaswamy,
//! "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014): a block is worth keeping from half that F1 on. What a
//! reader loses with a paragraph of an article is worth more than that, so there a paragraph goes only when it is surely furniture.

use super::blocks::{Block, Blocks, inside};
use super::features::good_words;
use rustc_hash::FxHashSet;

/// A repeat is dropped from this many words on.
const REPEATED_WORDS: u32 = 8;
/// With fewer words a page has no shape that could be judged: only rules decide.
const JUDGED_WORDS: u32 = 60;

/// A headline has at least so many words.
const TITLE_WORDS: u32 = 3;

/// What is less likely content than this is furniture wherever it stands.
const SPARED: f32 = 0.05;
/// A block is near a paragraph within so many blocks.
const NEAR: usize = 8;

/// Where the line is drawn; part of the model file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thresholds {
    /// A block is kept from `keep` + `slope` · half the best expected F1 on.
    pub(super) keep: f32,
    pub(super) slope: f32,
    /// A paragraph that no rule took is kept from this chance on, if most of the page's content is paragraphs.
    pub(super) prose: f32,
}

/// Which blocks stay. `chances` are probabilities.
pub(super) fn choose(page: &Blocks, chances: &[f32], thresholds: Thresholds) -> Vec<bool> {
    let blocks = &page.blocks;
    if blocks.iter().map(|block| block.words).sum::<u32>() < JUDGED_WORDS {
        return blocks.iter().map(|block| !block.dropped).collect();
    }
    let expected = |wanted: &dyn Fn(&Block) -> bool| -> f32 {
        blocks.iter().zip(chances).filter(|(block, _)| wanted(block)).map(|(block, chance)| chance * block.words as f32).sum()
    };
    let words =
        |wanted: &dyn Fn(&Block) -> bool| -> u32 { blocks.iter().filter(|block| wanted(block)).map(|block| block.words - block.linked).sum() };
    let paragraphs = words(&is_paragraph);
    let in_shape = paragraphs >= JUDGED_WORDS
        && 2 * paragraphs >= words(&|block| !block.dropped)
        && paragraphs >= words(&|block| block.dropped && good_words(block) > 0);
    let is_article = in_shape || 2.0 * expected(&is_paragraph) >= expected(&|block| !block.fixed);
    // Where an article stands, rules know better what is furniture in it; and a few words that they name are never content.
    let is_out = |block: &Block| block.fixed || (block.dropped && (is_article || block.words < REPEATED_WORDS));
    let mut order: Vec<(f32, u32)> =
        blocks.iter().zip(chances).filter(|(block, _)| !is_out(block)).map(|(block, chance)| (*chance, block.words)).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let all: f32 = order.iter().map(|(chance, words)| chance * *words as f32).sum();
    let (mut hit, mut words, mut best) = (0.0f32, 0.0f32, 0.0f32);
    for (chance, count) in order {
        hit += chance * count as f32;
        words += count as f32;
        best = best.max(2.0 * hit / (words + all).max(1.0));
    }
    let threshold = thresholds.keep + thresholds.slope * best / 2.0;
    let of_paragraph = if is_article { threshold.min(thresholds.prose) } else { threshold };
    let stays = |(block, chance): (&Block, &f32)| !is_out(block) && *chance >= if is_paragraph(block) { of_paragraph } else { threshold };
    let mut kept: Vec<bool> = blocks.iter().zip(chances).map(stays).collect();
    spare(page, chances, is_article, &mut kept);
    let mut seen = FxHashSet::default();
    let headline = spoken_title(blocks);
    for (row, (block, kept)) in blocks.iter().zip(&mut kept).enumerate() {
        let is_headline = headline == Some(row)
            || block.heading == 1 && !block.dropped && (2 * block.title_words >= block.words || (is_article && block.links == 0));
        *kept = is_headline || (*kept && (block.words < REPEATED_WORDS || seen.insert(block.hash)));
    }
    kept
}

/// Where no heading of the first level is: the first block that says the page's title and nothing else.
fn spoken_title(blocks: &[Block]) -> Option<usize> {
    let says_it = |block: &Block| !block.dropped && block.words >= TITLE_WORDS && block.title_words == block.words && block.linked == 0;
    if blocks.iter().any(|block| block.heading == 1) {
        return None;
    }
    blocks.iter().position(says_it)
}

/// A paragraph that no rule took.
fn is_paragraph(block: &Block) -> bool {
    !block.dropped && good_words(block) > 0
}

/// Keeps what belongs to the paragraphs of an article: lines made as they are or among them,
/// headings before them, captions near them. On other pages only what stands between two blocks that stay, and sentences
/// beside a paragraph.
fn spare(page: &Blocks, chances: &[f32], is_article: bool, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let make = |block: &Block| page.elements[block.element as usize].signature;
    let stays: Vec<bool> = blocks.iter().zip(kept.iter()).map(|(block, kept)| *kept && is_paragraph(block)).collect();
    let makes: FxHashSet<u32> = blocks.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(block, _)| make(block)).collect();
    for row in (0..blocks.len()).rev() {
        let block = &blocks[row];
        if kept[row] || block.dropped || chances[row] < SPARED || (2 * block.linked > block.words && !block.ends_sentence) {
            continue;
        }
        let (before, after) = (&stays[row.saturating_sub(NEAR)..row], &stays[row + 1..(row + NEAR + 1).min(blocks.len())]);
        let (follows, leads) = (before.contains(&true), after.contains(&true));
        let touches = before.last() == Some(&true) || after.first() == Some(&true);
        let in_figure = page.elements[block.element as usize].inside & inside::FIGURE != 0;
        let next_stays = kept.get(row + 1).is_some_and(|next| *next);
        if !is_article {
            let between = next_stays && row > 0 && kept[row - 1];
            kept[row] = block.links == 0 && (between || (touches && block.ends_sentence));
            continue;
        }
        let stands_among =
            touches || (follows && (leads || block.ends_sentence || next_stays)) || ((leads || next_stays) && row > 0 && kept[row - 1]);
        kept[row] = makes.contains(&make(block))
            || (block.heading > 0 && next_stays)
            || (in_figure && (follows || leads))
            || (block.links == 0 && stands_among);
    }
}
