//! The choice: from the chances of all blocks to those that are kept.

use super::blocks::Blocks;
use super::comment::{self, is_comment, is_reply, says_something};
use super::selection::Selection;
use super::shape::may_be_judged;
use super::thread;
use super::thresholds::Lines;
use super::thresholds::Thresholds;
use super::why::Why;
use crate::strip::article::{ArticleSettings, Comments, PageType};
use rustc_hash::FxHashSet;

/// What was chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    /// Whether each block stays.
    pub(super) kept: Vec<bool>,
    /// The row that stays as the page's title alone.
    pub(super) title: Option<usize>,
    /// The page reads as an article.
    pub(super) is_article: bool,
    /// What decided about each block.
    pub(super) why: Vec<Why>,
    lines: Lines,
}

/// Which blocks stay. `chances` are probabilities.
pub(super) fn choose(page: &Blocks, chances: &[f32], thresholds: Thresholds, settings: &ArticleSettings) -> Choice {
    let is_below_a_text = comment::stand_below_a_text(page, chances);
    let settings = &thread::settled(page, is_below_a_text, settings);
    let commented = comment::commented(page, is_below_a_text);
    let without_comments;
    let chances = if settings.comments() == Comments::Strip {
        without_comments = chances.iter().zip(&commented).map(|(chance, is_comment)| if *is_comment { 0.0 } else { *chance }).collect::<Vec<f32>>();
        &without_comments
    } else {
        chances
    };
    let mut choice = if may_be_judged(&page.blocks) { Choice::by_model(page, chances, thresholds, settings) } else { Choice::by_rules(page) };
    choice.settle_comments(page, settings, commented);
    choice.keep_pinned(page);
    choice.keep_bare_headline();
    choice
}

impl Choice {
    /// Of a page with too few words to be judged.
    fn by_rules(page: &Blocks) -> Self {
        let blocks = &page.blocks;
        Choice { kept: blocks.iter().map(|block| !block.dropped).collect(), why: vec![Why::Rules; blocks.len()], ..Choice::default() }
    }

    fn by_model(page: &Blocks, chances: &[f32], thresholds: Thresholds, settings: &ArticleSettings) -> Self {
        let selection = Selection::of(page, chances, thresholds, settings);
        let title = selection.title();
        let why = selection.why(title);
        Choice { title, why, is_article: selection.shape.is_article, lines: selection.lines, kept: selection.kept }
    }

    /// Takes or leaves readers' comments as a whole, where that is settled.
    fn settle_comments(&mut self, page: &Blocks, settings: &ArticleSettings, commented: Vec<bool>) {
        let comments = match settings.comments() {
            Comments::Auto if settings.page_type == PageType::Auto && self.has_few_comments(page) => Comments::Strip,
            comments => comments,
        };
        let (settled, mut seen): (Vec<bool>, FxHashSet<u64>) = match comments {
            // Names are too weak to say more than the chances do: they call signatures so too.
            Comments::Keep => (
                page.blocks.iter().map(|block| is_reply(page, block)).collect(),
                page.blocks.iter().zip(&self.kept).filter(|(_, kept)| **kept).map(|(block, _)| block.hash).collect(),
            ),
            Comments::Strip => (commented, FxHashSet::default()),
            Comments::Auto => return,
        };
        for (row, block) in page.blocks.iter().enumerate().filter(|(row, block)| settled[*row] && !block.fixed) {
            let kept = self.kept[row];
            // Quotations of what stands above stay out.
            let stays = comments == Comments::Keep && (kept || (says_something(block) && seen.insert(block.hash)));
            if stays != kept {
                (self.kept[row], self.why[row]) = (stays, Why::Comment);
            }
        }
    }

    /// Whether the page is an article to which readers have written: what is called a comment or a review is the smaller part of what stays.
    fn has_few_comments(&self, page: &Blocks) -> bool {
        let kept = || page.blocks.iter().zip(&self.kept).filter(|(_, kept)| **kept).map(|(block, _)| block);
        let words: u32 = kept().map(|block| block.words).sum();
        let replies: u32 = kept().filter(|block| is_comment(page, block)).map(|block| block.words).sum();
        self.is_article && 2 * replies < words
    }

    /// Keeps what a rule says is content, but for what another rule takes in it.
    fn keep_pinned(&mut self, page: &Blocks) {
        for ((block, kept), why) in page.blocks.iter().zip(&mut self.kept).zip(&mut self.why) {
            if block.pinned && !block.dropped {
                (*kept, *why) = (true, Why::Pinned);
            }
        }
    }

    /// A page may be no more than its headline.
    fn keep_bare_headline(&mut self) {
        if let Some(row) = self.title.filter(|title| !self.kept.iter().enumerate().any(|(row, kept)| *kept && row != *title)) {
            (self.title, self.why[row]) = (None, Why::Headline);
        }
    }

    /// The threshold that a block was held against, if one was.
    pub(super) fn line_of(&self, why: Why) -> Option<f32> {
        match why {
            Why::Line => Some(self.lines.of_block),
            Why::ParagraphLine => Some(self.lines.of_paragraph),
            _ => None,
        }
    }
}
