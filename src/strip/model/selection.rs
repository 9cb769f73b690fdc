//! The selection: the blocks that are likely enough, and what becomes of them for the place that they stand in.
//!
//! Each step sees what those before it left; [`Selection::of`] names them in their order.

use super::block::Block;
use super::blocks::Blocks;
use super::paragraph::is_paragraph;
use super::question::Question;
use super::shape::Shape;
use super::spared::{SPARED_LABEL, SPARED_LINE, spare};
use super::thresholds::{Lines, Thresholds, moved};
use super::why::Why;
use super::{bio, body, headline, inset, long_text, question, repeat, table, tail, title};
use crate::strip::article::{ArticleSettings, PageType};

/// What stands elsewhere on the page of a brief stays from this chance on.
const BESIDE_A_BRIEF: f32 = 0.9;
/// What stands behind the text of an article and apart from it stays from this chance on.
const APART: f32 = 0.5;
/// A list of questions with their answers stays from this chance on, all of it together.
const LIST_OF_QUESTIONS: f32 = 0.1;

/// The blocks of a page while it is settled which of them stay.
pub(super) struct Selection<'a> {
    page: &'a Blocks,
    chances: &'a [f32],
    page_type: PageType,
    favor: f32,
    pub(super) shape: Shape,
    pub(super) lines: Lines,
    headlines: Vec<bool>,
    /// The first of them.
    headline: Option<usize>,
    /// Whether each block stays, as far as is known.
    pub(super) kept: Vec<bool>,
    /// What stays by its chance, whatever its place then settles.
    likely: Vec<bool>,
    repeats: Vec<bool>,
}

impl<'a> Selection<'a> {
    pub(super) fn of(page: &'a Blocks, chances: &'a [f32], thresholds: Thresholds, settings: &ArticleSettings) -> Self {
        let mut selection = Selection::by_chance(page, chances, thresholds, settings);
        if selection.shape.is_article {
            selection.keep_to_the_text();
        }
        selection.keep_company();
        if selection.shape.is_article {
            selection.heed_the_headline();
            selection.leave_out_insets();
        }
        let questions = question::questions(page);
        selection.keep_questions(&questions);
        selection.leave_out_the_tail(&questions);
        selection.leave_out_repeats();
        selection
    }

    /// What reaches its line.
    fn by_chance(page: &'a Blocks, chances: &'a [f32], thresholds: Thresholds, settings: &ArticleSettings) -> Self {
        let blocks = &page.blocks;
        let favor = settings.favor.log_odds();
        let shape = Shape::of(page, chances, settings.page_type);
        let mut lines = thresholds.lines(blocks, chances, &shape, favor);
        let stays = |(block, chance): (&Block, &f32)| {
            !shape.is_out(block) && *chance >= if is_paragraph(block) { lines.of_paragraph } else { lines.of_block }
        };
        let mut kept: Vec<bool> = blocks.iter().zip(chances).map(stays).collect();
        // A page with text is not emptied over a little doubt.
        if !kept.contains(&true) {
            lines.of_paragraph = lines.in_doubt;
            let is_likely = |(block, chance): (&Block, &f32)| is_paragraph(block) && !shape.is_out(block) && *chance >= lines.of_paragraph;
            kept = blocks.iter().zip(chances).map(is_likely).collect();
        }
        let headlines = title::headlines(blocks, shape.spoken, shape.is_article);
        let headline = headlines.iter().position(|is_headline| *is_headline);
        let (page_type, likely) = (settings.page_type, kept.clone());
        Selection { page, chances, page_type, favor, shape, lines, headlines, headline, kept, likely, repeats: Vec::new() }
    }

    /// What is less likely than the line of other blocks has to stand with the text of an article.
    fn keep_to_the_text(&mut self) {
        let (page, blocks, chances) = (self.page, &self.page.blocks, self.chances);
        let paragraphs: Vec<bool> = (0..blocks.len()).map(|row| self.kept[row] && is_paragraph(&blocks[row])).collect();
        let furniture = moved(SPARED_LINE, self.favor);
        let is_brief = self.shape.brief.is_some();
        let parting_of = |row: usize| match &blocks[row] {
            // Behind a text that is known, a heading is that of a rail.
            block if is_brief && block.heading > 0 => body::PARTING,
            block => usize::from(is_brief || block.dropped || chances[row] < furniture),
        };
        let mut reached = body::reaches(page, &paragraphs, self.headline, parting_of);
        self.shape.brief.iter().cloned().flatten().for_each(|row| reached[row] = true);
        let least = if is_brief { moved(BESIDE_A_BRIEF, self.favor) } else { self.lines.of_block };
        (0..blocks.len()).for_each(|row| self.kept[row] &= chances[row] >= least || reached[row]);
        long_text::keep(page, chances, self.favor, &mut self.kept);
        self.likely.iter_mut().zip(&self.kept).for_each(|(likely, kept)| *likely |= kept);
    }

    /// What belongs to what stays around it stays.
    fn keep_company(&mut self) {
        spare(self.page, self.chances, self.shape.is_article, self.headline, self.favor, &mut self.kept);
        table::complete(self.page, &mut self.kept);
    }

    /// Behind the headline of an article stands what it is about, before it the head of the site.
    fn heed_the_headline(&mut self) {
        let Some(headline) = self.headline else { return };
        let (chances, favor) = (self.chances, self.favor);
        let has_chance = |row: usize, least| chances[row] >= moved(least, favor);
        headline::spare_standfirst(&self.page.blocks, headline, &mut self.kept, has_chance);
        headline::spare_points(self.page, headline, &mut self.kept, has_chance);
        headline::spare_captions(self.page, headline, &mut self.kept, has_chance);
        headline::leave_out_before(&self.page.blocks, headline, &mut self.kept);
    }

    /// What stands in an article and is about other pages or the author goes.
    fn leave_out_insets(&mut self) {
        inset::leave_out(self.page, &mut self.kept);
        bio::leave_out(self.page, self.chances, &mut self.kept);
    }

    fn keep_questions(&mut self, questions: &[Question]) {
        let (label, list) = (moved(SPARED_LABEL, self.favor), moved(LIST_OF_QUESTIONS, self.favor));
        question::spare(self.page, questions, self.chances, label, list, &mut self.kept);
    }

    fn leave_out_the_tail(&mut self, questions: &[Question]) {
        let (is_article, is_brief) = (self.shape.is_article, self.shape.brief.is_some());
        if is_article || self.page_type == PageType::Auto {
            tail::leave_out(self.page, self.chances, questions, is_article, is_brief, moved(APART, self.favor), &mut self.kept);
        }
    }

    /// What was said above goes. Headlines stay whatever they say.
    fn leave_out_repeats(&mut self) {
        self.repeats = self.kept.clone();
        self.kept.iter_mut().zip(&self.headlines).for_each(|(kept, is_headline)| *kept |= is_headline);
        repeat::leave_out(self.page, &self.headlines, &mut self.kept);
        self.repeats.iter_mut().zip(&self.kept).for_each(|(was_kept, kept)| *was_kept &= !kept);
    }

    /// The row that stays as the title alone: what an article or a thread is called is said of it; the name of a product and the like is
    /// part of what the page tells.
    pub(super) fn title(&self) -> Option<usize> {
        let is_told_of = self.shape.is_article || self.page_type == PageType::Forum;
        if is_told_of { title::alone(&self.page.blocks, &self.headlines) } else { None }
    }

    /// What decided about each block.
    pub(super) fn why(&self, title: Option<usize>) -> Vec<Why> {
        let of_row = |(row, block): (usize, &Block)| match () {
            () if title == Some(row) => Why::Title,
            () if self.headlines[row] => Why::Headline,
            () if self.repeats[row] => Why::Repeat,
            () if self.kept[row] && !self.likely[row] => Why::Spared,
            () if self.likely[row] && !self.kept[row] => Why::OutOfText,
            () if self.shape.is_out(block) => Why::Rule,
            () if is_paragraph(block) => Why::ParagraphLine,
            () => Why::Line,
        };
        self.page.blocks.iter().enumerate().map(of_row).collect()
    }
}
