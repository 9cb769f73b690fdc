//! The shape of a page: whether it reads as an article.

use super::block::Block;
use super::blocks::Blocks;
use super::features::good_words;
use super::paragraph::{is_paragraph, is_wrapped_line};
use super::repeat::REPEATED_WORDS;
use super::{brief, title};
use crate::strip::article::PageType;
use std::ops::RangeInclusive;

/// With fewer words a page has no shape that could be judged: only rules decide.
const JUDGED_WORDS: u32 = 60;

/// What is seen of a page before any block of it is judged.
pub(super) struct Shape {
    pub(super) is_article: bool,
    /// The text, where the page is a brief.
    pub(super) brief: Option<RangeInclusive<usize>>,
    /// The block that says the title where no heading does.
    pub(super) spoken: Option<usize>,
}

impl Shape {
    pub(super) fn of(page: &Blocks, chances: &[f32], page_type: PageType) -> Self {
        let blocks = &page.blocks;
        let spoken = title::spoken(blocks);
        let headline = spoken.or_else(|| title::first_heading(blocks)).filter(|_| page_type == PageType::Auto);
        let brief = headline.and_then(|row| brief::text(page, chances, row));
        let is_article = brief.is_some()
            || match page_type {
                PageType::Article => true,
                PageType::Forum | PageType::Product | PageType::Collection | PageType::Listing => false,
                // Of a product its table and its points tell as much as the description, wherever they stand.
                PageType::Auto if page.says.product => false,
                PageType::Auto | PageType::Documentation | PageType::Service => is_mostly_paragraphs(page) || are_likely_paragraphs(blocks, chances),
            };
        Shape { is_article, brief, spoken }
    }

    /// What the model may not give back: where an article stands, rules know better what is furniture in it; and a few words that they
    /// name are never content.
    pub(super) fn is_out(&self, block: &Block) -> bool {
        block.fixed || (block.dropped && (self.is_article || block.words < REPEATED_WORDS))
    }
}

/// Whether a page has enough words to be judged. What was declared is content anyway, and tells nothing of the shape of what is shown.
pub(super) fn may_be_judged(blocks: &[Block]) -> bool {
    blocks.iter().filter(|block| !block.pinned).map(|block| block.words).sum::<u32>() >= JUDGED_WORDS
}

/// Whether most words outside of links are those of paragraphs, and rules took no more.
fn is_mostly_paragraphs(page: &Blocks) -> bool {
    let blocks = &page.blocks;
    let paragraphs = unlinked_words(blocks, |block| is_paragraph(block) || is_wrapped_line(page, block));
    paragraphs >= JUDGED_WORDS
        && 2 * paragraphs >= unlinked_words(blocks, |block| !block.dropped)
        && paragraphs >= unlinked_words(blocks, |block| block.dropped && good_words(block) > 0)
}

/// Whether at least half of the words that are likely content stand in paragraphs.
fn are_likely_paragraphs(blocks: &[Block], chances: &[f32]) -> bool {
    2.0 * expected_words(blocks, chances, is_paragraph) >= expected_words(blocks, chances, |block| !block.fixed)
}

fn unlinked_words(blocks: &[Block], wanted: impl Fn(&Block) -> bool) -> u32 {
    blocks.iter().filter(|block| wanted(block)).map(|block| block.words - block.linked).sum()
}

fn expected_words(blocks: &[Block], chances: &[f32], wanted: impl Fn(&Block) -> bool) -> f32 {
    blocks.iter().zip(chances).filter(|(block, _)| wanted(block)).map(|(block, chance)| chance * block.words as f32).sum()
}
