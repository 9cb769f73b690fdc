//! The choice: from the chances of all blocks to those that are kept.
//!
//! The expected F1 of a selection is greatest for some prefix of the blocks by falling chance (Lipton, Elkan and Naryanaswamy,
//! "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014): a block is worth keeping from half that F1 on. What a
//! reader loses with a paragraph of an article is worth more than that, so there a paragraph goes only when it is surely furniture.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::features::good_words;
use super::repeat::{self, REPEATED_WORDS};
use super::spared::{SPARED_LABEL, SPARED_LINE, spare};
use super::{bio, body, brief, headline, inset, question, table, tail, thread};
use crate::strip::article::{ArticleSettings, Comments, PageType};
use rustc_hash::{FxHashMap, FxHashSet};

/// With fewer words a page has no shape that could be judged: only rules decide.
const JUDGED_WORDS: u32 = 60;

/// A line of wrapped text has at least so many words; most of code has fewer.
const WRAPPED_WORDS: u32 = 8;

/// A headline has at least so many words.
const TITLE_WORDS: u32 = 3;

/// An element of so many paragraphs holds a very long text.
const LONG_TEXT: u32 = 50;
/// A paragraph of an article is kept though its chance is so far below the line.
const BELOW_LINE: f32 = 0.3;
/// Where nothing reaches the line, paragraphs stay from this share of it on.
const DOUBT: f32 = 0.9;
/// What stands elsewhere on the page of a brief stays from this chance on.
const BESIDE_A_BRIEF: f32 = 0.9;
/// What stands behind the text of an article and apart from it stays from this chance on.
const APART: f32 = 0.6;

/// A list of questions with their answers stays from this chance on, all of it together.
const LIST_OF_QUESTIONS: f32 = 0.1;

/// Where the line is drawn; part of the model file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thresholds {
    /// A block is kept from `keep` + `slope` · half the best expected F1 on.
    pub(super) keep: f32,
    pub(super) slope: f32,
    /// A paragraph that no rule took may be kept from this chance on, if most of the page's content is paragraphs.
    pub(super) prose: f32,
}

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
    /// The threshold, and that of paragraphs.
    line: f32,
    of_paragraph: f32,
}

/// What decided about a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    /// The page has too few words to be judged: rules alone.
    #[default]
    Rules,
    /// A rule took it, and the model may not give it back.
    Rule,
    /// Its chance and the threshold.
    Line,
    /// The same, with the threshold of paragraphs in an article.
    ParagraphLine,
    /// It belongs to what stays around it.
    Spared,
    /// A teaser between two paragraphs, a line above the headline, or what stands behind the text.
    OutOfText,
    Headline,
    /// The same, and no part of the text.
    Title,
    Repeat,
    Comment,
    /// A rule says that it is content, or it was declared as such.
    Pinned,
}

impl Why {
    pub(super) fn says(self) -> &'static str {
        match self {
            Why::Rules => "rules alone: the page has too few words to be judged",
            Why::Rule => "a rule took it",
            Why::Line => "its chance",
            Why::ParagraphLine => "its chance, as a paragraph of an article",
            Why::Spared => "it belongs to what stays around it",
            Why::OutOfText => "its place: a teaser between two paragraphs, a line above the headline, behind the text or apart from it",
            Why::Headline => "it is the headline",
            Why::Title => "it is the headline, in text only with --with-title",
            Why::Repeat => "it says again what stands above",
            Why::Comment => "it is a reader's comment",
            Why::Pinned => "a rule keeps it, or it was declared as the page's text",
        }
    }
}

impl Choice {
    /// The threshold that a block was held against, if one was.
    pub(super) fn line_of(&self, why: Why) -> Option<f32> {
        match why {
            Why::Line => Some(self.line),
            Why::ParagraphLine => Some(self.of_paragraph),
            _ => None,
        }
    }
}

/// Which blocks stay. `chances` are probabilities.
pub(super) fn choose(page: &Blocks, chances: &[f32], thresholds: Thresholds, settings: &ArticleSettings) -> Choice {
    let blocks = &page.blocks;
    let settings = &thread::settled(page, settings);
    // What was declared is content anyway, and tells nothing of the shape of what is shown.
    let mut choice = if blocks.iter().filter(|block| !block.pinned).map(|block| block.words).sum::<u32>() < JUDGED_WORDS {
        Choice { kept: blocks.iter().map(|block| !block.dropped).collect(), why: vec![Why::Rules; blocks.len()], ..Choice::default() }
    } else {
        judge(page, chances, thresholds, settings)
    };
    let comments = match settings.comments() {
        Comments::Auto if settings.page_type == PageType::Auto && has_comments_below(page, &choice) => Comments::Strip,
        comments => comments,
    };
    let mut seen: FxHashSet<u64> = match comments {
        Comments::Keep => blocks.iter().zip(&choice.kept).filter(|(_, kept)| **kept).map(|(block, _)| block.hash).collect(),
        _ => FxHashSet::default(),
    };
    for ((block, kept), why) in blocks.iter().zip(&mut choice.kept).zip(&mut choice.why) {
        let before = *kept;
        if comments != Comments::Auto && is_comment(page, block) && !block.fixed {
            // Quotations of what stands above stay out.
            *kept = comments == Comments::Keep && (*kept || (says_something(block) && seen.insert(block.hash)));
        }
        if *kept != before {
            *why = Why::Comment;
        }
        if block.pinned && !block.dropped {
            (*kept, *why) = (true, Why::Pinned);
        }
    }
    // A page may be no more than its headline.
    if let Some(row) = choice.title.filter(|title| !choice.kept.iter().enumerate().any(|(row, kept)| *kept && row != *title)) {
        (choice.title, choice.why[row]) = (None, Why::Headline);
    }
    choice
}

/// A threshold moved by log odds.
pub(super) fn moved(threshold: f32, log_odds: f32) -> f32 {
    let odds = threshold / (1.0 - threshold).max(f32::EPSILON) * (-log_odds).exp();
    odds / (1.0 + odds)
}

/// A reader's reply, as a rule or the markup says.
pub(super) fn is_comment(page: &Blocks, block: &Block) -> bool {
    let around = page.elements[block.element as usize].inside;
    let is_reply = around & inside::REPLY != 0 && (around & inside::ANSWER == 0 || page.says.thread);
    is_reply || block.pack == super::COMMENTS_PACK
}

/// Whether the page is an article to which readers have written: what is called a comment or a review is the smaller part of what stays.
fn has_comments_below(page: &Blocks, choice: &Choice) -> bool {
    let kept = || page.blocks.iter().zip(&choice.kept).filter(|(_, kept)| **kept).map(|(block, _)| block);
    let words: u32 = kept().map(|block| block.words).sum();
    let replies: u32 = kept().filter(|block| is_comment(page, block)).map(|block| block.words).sum();
    choice.is_article && 2 * replies < words
}

/// More than the buttons and counters around a reply.
fn says_something(block: &Block) -> bool {
    2 * block.linked <= block.words && (block.ends_sentence && block.words > 2 || block.words >= REPEATED_WORDS)
}

fn judge(page: &Blocks, chances: &[f32], thresholds: Thresholds, settings: &ArticleSettings) -> Choice {
    let blocks = &page.blocks;
    let expected = |wanted: &dyn Fn(&Block) -> bool| -> f32 {
        blocks.iter().zip(chances).filter(|(block, _)| wanted(block)).map(|(block, chance)| chance * block.words as f32).sum()
    };
    let words =
        |wanted: &dyn Fn(&Block) -> bool| -> u32 { blocks.iter().filter(|block| wanted(block)).map(|block| block.words - block.linked).sum() };
    // Text that is wrapped by hand has lines for paragraphs.
    let is_wrapped = |block: &Block| {
        !block.dropped && block.links == 0 && block.words >= WRAPPED_WORDS && page.elements[block.element as usize].inside & inside::PRE != 0
    };
    let paragraphs = words(&|block| is_paragraph(block) || is_wrapped(block));
    let in_shape = paragraphs >= JUDGED_WORDS
        && 2 * paragraphs >= words(&|block| !block.dropped)
        && paragraphs >= words(&|block| block.dropped && good_words(block) > 0);
    let spoken = spoken_title(blocks);
    let says_title = |block: &Block| block.heading == 1 && !block.dropped && 2 * block.title_words >= block.words;
    let first_heading = || blocks.iter().position(says_title).or_else(|| blocks.iter().position(|block| block.heading == 1 && !block.dropped));
    let brief = spoken.or_else(first_heading).filter(|_| settings.page_type == PageType::Auto).and_then(|row| brief::text(page, chances, row));
    let is_brief = brief.is_some();
    let is_article = is_brief
        || match settings.page_type {
            PageType::Article => true,
            PageType::Forum | PageType::Product | PageType::Collection | PageType::Listing => false,
            // Of a product its table and its points tell as much as the description, wherever they stand.
            PageType::Auto if page.says.product => false,
            PageType::Auto | PageType::Documentation | PageType::Service => {
                in_shape || 2.0 * expected(&is_paragraph) >= expected(&|block| !block.fixed)
            }
        };
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
    let favor = settings.favor.log_odds();
    let line = thresholds.keep + thresholds.slope * best / 2.0;
    let threshold = moved(line, favor);
    let balanced = if is_article { line.min(thresholds.prose.max(line - BELOW_LINE)) } else { line };
    let of_paragraph = moved(if is_article { balanced } else { DOUBT * line }, favor);
    let stays = |(block, chance): (&Block, &f32)| !is_out(block) && *chance >= if is_paragraph(block) { of_paragraph } else { threshold };
    let mut kept: Vec<bool> = blocks.iter().zip(chances).map(stays).collect();
    // A page with text is not emptied over a little doubt.
    if !kept.contains(&true) {
        let least = moved(DOUBT * balanced, favor);
        let is_likely = |(block, chance): (&Block, &f32)| is_paragraph(block) && !is_out(block) && *chance >= least;
        kept = blocks.iter().zip(chances).map(is_likely).collect();
    }
    let mut why: Vec<Why> = blocks
        .iter()
        .map(|block| match block {
            block if is_out(block) => Why::Rule,
            block if is_article && is_paragraph(block) => Why::ParagraphLine,
            _ => Why::Line,
        })
        .collect();
    let says_headline = |(row, block): (usize, &Block)| {
        spoken == Some(row) || says_title(block) || is_article && block.heading == 1 && !block.dropped && block.links == 0
    };
    let headlines: Vec<bool> = blocks.iter().enumerate().map(says_headline).collect();
    let headline = headlines.iter().position(|is_headline| *is_headline);
    // What decided, whatever is settled by the place of a block below.
    let mut before = kept.clone();
    if is_article {
        // What is less likely than the line has to stand with the text.
        let paragraphs: Vec<bool> = (0..blocks.len()).map(|row| kept[row] && is_paragraph(&blocks[row])).collect();
        let least = moved(SPARED_LINE, favor);
        let parting_of = |row: usize| match &blocks[row] {
            // Behind a text that is known, a heading is that of a rail.
            block if is_brief && block.heading > 0 => body::PARTING,
            block => usize::from(is_brief || block.dropped || chances[row] < least),
        };
        let mut reached = body::reaches(page, &paragraphs, headline, parting_of);
        brief.into_iter().flatten().for_each(|row| reached[row] = true);
        let least = if is_brief { moved(BESIDE_A_BRIEF, favor) } else { threshold };
        (0..blocks.len()).for_each(|row| kept[row] &= chances[row] >= least || reached[row]);
        keep_the_long_text(page, chances, favor, &mut kept);
        before.iter_mut().zip(&kept).for_each(|(before, kept)| *before |= kept);
    }
    spare(page, chances, is_article, headline, favor, &mut kept);
    table::complete(page, &mut kept);
    if let Some(headline) = headline.filter(|_| is_article) {
        let has_chance = |row: usize, least| chances[row] >= moved(least, favor);
        headline::spare_standfirst(blocks, headline, &mut kept, has_chance);
        headline::spare_points(page, headline, &mut kept, has_chance);
        headline::leave_out_before(blocks, headline, &mut kept);
    }
    if is_article {
        inset::leave_out(page, &mut kept);
        bio::leave_out(page, chances, &mut kept);
    }
    let questions = question::questions(page);
    question::spare(page, &questions, chances, moved(SPARED_LABEL, favor), moved(LIST_OF_QUESTIONS, favor), &mut kept);
    if is_article || settings.page_type == PageType::Auto {
        tail::leave_out(page, chances, &questions, is_article, is_brief, moved(APART, favor), &mut kept);
    }
    // What an article or a thread is called is said of it; the name of a product and the like is part of what the page tells.
    let is_told_of = is_article || settings.page_type == PageType::Forum;
    let is_line = |row: &usize| headlines[*row] && !blocks[*row].pinned && !is_paragraph(&blocks[*row]);
    let says_most = |row: &usize| blocks[*row].title_words > 0 && 2 * blocks[*row].title_words >= blocks[*row].words;
    let lines: Vec<usize> = (0..blocks.len()).filter(|row| is_told_of && is_line(row)).collect();
    // The one that says most of it, as the name of the site may be a heading, too; or the only one.
    let most = lines.iter().copied().filter(says_most).max_by_key(|row| (blocks[*row].title_words, std::cmp::Reverse(*row)));
    let title = most.or_else(|| lines.first().copied().filter(|_| lines.len() == 1));
    let was_kept = kept.clone();
    kept.iter_mut().zip(&headlines).for_each(|(kept, is_headline)| *kept |= is_headline);
    repeat::leave_out(page, &headlines, &mut kept);
    for row in 0..blocks.len() {
        why[row] = match () {
            () if title == Some(row) => Why::Title,
            () if headlines[row] => Why::Headline,
            () if was_kept[row] && !kept[row] => Why::Repeat,
            () if kept[row] && !before[row] => Why::Spared,
            () if before[row] && !kept[row] => Why::OutOfText,
            () => why[row],
        };
    }
    Choice { kept, title, is_article, why, line: threshold, of_paragraph }
}

/// The place on the page tells against the last paragraphs of a very long text; what most paragraphs of an element are, all of them are.
fn keep_the_long_text(page: &Blocks, chances: &[f32], favor: f32, kept: &mut [bool]) {
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

/// Where no heading of the first level is: the first block that says the page's title and nothing else. As a link only in a
/// heading: some systems let the title lead to its own page, but the end of a trail does so too.
fn spoken_title(blocks: &[Block]) -> Option<usize> {
    let says_it = |block: &Block| {
        let says_title = block.words >= TITLE_WORDS && block.title_words == block.words;
        !block.dropped && says_title && (block.linked == 0 || block.heading > 0)
    };
    if blocks.iter().any(|block| block.heading == 1) {
        return None;
    }
    blocks.iter().position(says_it)
}

/// A paragraph that no rule took.
pub(super) fn is_paragraph(block: &Block) -> bool {
    !block.dropped && good_words(block) > 0
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
