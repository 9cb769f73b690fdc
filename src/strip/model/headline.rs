//! What the headline of an article says of the lines around it: behind it stands the standfirst, before it the head of the site.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::paragraph::is_paragraph;
use super::repeat::REPEATED_WORDS;
use super::spared::{SPARED_LABEL, SPARED_LINE};

/// A standfirst has at least so many words; what is shorter is a byline or a section.
const STANDFIRST_WORDS: u32 = 5;
/// One of so many words right behind the headline is hardly anything else, and stays from this chance on.
const LONG_STANDFIRST_WORDS: u32 = 12;
const LONG_STANDFIRST: f32 = 0.04;
/// A line with so many digits is a date or a counter, unless it has twice as many words.
const DATE_DIGITS: u32 = 6;
/// A caption has so many words, and is at least so likely content.
const CAPTION_WORDS: u32 = 4;
const CAPTION: f32 = 0.03;
/// Lines between the headline and its standfirst: bylines, dates, counters.
const LINES_BETWEEN: usize = 6;
/// A point of a summary is at least so likely content.
const POINT: f32 = 0.25;

/// Keeps the standfirst, the line behind the headline of an article that says what it is about: often no sentence, and parted from
/// the paragraphs by bylines and buttons, so that neither its chance nor its neighbours speak for it. `has_chance` tells whether a
/// block is that likely content.
pub(super) fn spare_standfirst(blocks: &[Block], headline: usize, kept: &mut [bool], has_chance: impl Fn(usize, f32) -> bool) {
    let lines = (headline + 1..blocks.len()).filter(|row| !blocks[*row].dropped).take(LINES_BETWEEN);
    let mut lines = lines.take_while(|row| !(kept[*row] && is_paragraph(&blocks[*row]))).enumerate();
    let is_standfirst = |(at, row): &(usize, usize)| {
        let block = &blocks[*row];
        let says_something = block.words >= STANDFIRST_WORDS && block.digits < DATE_DIGITS.max(block.words / 2);
        let least = match at {
            0 if block.words >= LONG_STANDFIRST_WORDS => LONG_STANDFIRST,
            0 => SPARED_LABEL,
            _ => SPARED_LINE,
        };
        block.links == 0 && says_something && has_chance(*row, least)
    };
    if let Some((_, row)) = lines.find(is_standfirst) {
        kept[row] = true;
    }
}

/// Keeps the points of a summary: entries of a list, or lines of one make, between the headline and the first paragraph, each some words
/// long and no link.
pub(super) fn spare_points(page: &Blocks, headline: usize, kept: &mut [bool], has_chance: impl Fn(usize, f32) -> bool) {
    let blocks = &page.blocks;
    let first = (headline + 1..blocks.len()).find(|row| kept[*row] && is_paragraph(&blocks[*row]));
    let element = |row: usize| blocks.get(row).map(|block| &page.elements[block.element as usize]);
    let make = |row: usize| element(row).map(|element| element.signature);
    let is_point = |row: &usize| {
        let block = &blocks[*row];
        let is_in_list = element(*row).is_some_and(|element| element.inside & inside::LIST != 0);
        let is_entry = is_in_list || [row - 1, row + 1].into_iter().any(|other| make(other) == make(*row));
        is_entry && !block.dropped && block.links == 0 && block.words >= STANDFIRST_WORDS
    };
    let points: Vec<usize> = (headline + 1..first.unwrap_or(headline + 1)).filter(is_point).collect();
    for row in points.iter().copied() {
        // What is made like a point that stays is another one.
        let least = if points.iter().any(|other| make(*other) == make(row) && has_chance(*other, POINT)) { SPARED_LINE } else { POINT };
        kept[row] |= has_chance(row, least);
    }
}

/// Keeps what a figure between the headline and the first paragraph shows, in words.
pub(super) fn spare_captions(page: &Blocks, headline: usize, kept: &mut [bool], has_chance: impl Fn(usize, f32) -> bool) {
    let blocks = &page.blocks;
    let Some(first) = (headline + 1..blocks.len()).find(|row| kept[*row] && is_paragraph(&blocks[*row])) else { return };
    for row in headline + 1..first {
        let block = &blocks[row];
        let in_figure = page.elements[block.element as usize].inside & inside::FIGURE != 0;
        kept[row] |= in_figure && !block.dropped && block.links == 0 && block.words >= CAPTION_WORDS && has_chance(row, CAPTION);
    }
}

/// Leaves out short lines above the headline and the text: trails, sections, what the head of the site shows. Shops have the name of what they
/// sell behind its description, too.
pub(super) fn leave_out_before(blocks: &[Block], headline: usize, kept: &mut [bool]) {
    let text = (0..headline).find(|row| kept[*row] && is_paragraph(&blocks[*row])).unwrap_or(headline);
    for (block, kept) in blocks[..text].iter().zip(kept) {
        *kept = *kept && (block.words >= REPEATED_WORDS || block.ends_sentence || block.heading > 0);
    }
}
