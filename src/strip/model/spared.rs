//! What is spared: blocks that are kept for the company that they stand in, though they are unlikely by themselves.

use super::block::Block;
use super::blocks::Blocks;
use super::body;
use super::element::inside;
use super::paragraph::is_paragraph;
use super::thresholds::moved;
use rustc_hash::FxHashSet;

/// What is less likely content than this is furniture wherever it stands: lines; and what belongs to a text however short it is,
/// headings, captions, and sentences after a paragraph.
pub(super) const SPARED_LINE: f32 = 0.15;
pub(super) const SPARED_LABEL: f32 = 0.06;
/// A block is near a paragraph within so many blocks.
const NEAR: usize = 8;

/// Keeps what belongs to the paragraphs of an article: lines made as they are or among them, headings before them, captions near
/// them, all in the element of the text or near to it. Behind the last paragraph only sentences near it, and what is made alike; of single
/// words none before the first. On other pages only what stands between two blocks that stay, and sentences beside a paragraph.
pub(super) fn spare(page: &Blocks, chances: &[f32], is_article: bool, headline: Option<usize>, favor: f32, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let (least_line, least_label) = (moved(SPARED_LINE, favor), moved(SPARED_LABEL, favor));
    let make = |block: &Block| page.elements[block.element as usize].signature;
    let stays: Vec<bool> = blocks.iter().zip(kept.iter()).map(|(block, kept)| *kept && is_paragraph(block)).collect();
    let makes: FxHashSet<u32> = blocks.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(block, _)| make(block)).collect();
    let (first, last) = (stays.iter().position(|stays| *stays), stays.iter().rposition(|stays| *stays));
    let is_furniture = |row: usize| blocks[row].dropped || chances[row] < least_line;
    let reached = if is_article { body::reaches(page, &stays, headline, |row| usize::from(is_furniture(row))) } else { Vec::new() };
    for row in (0..blocks.len()).rev() {
        let block = &blocks[row];
        let in_figure = page.elements[block.element as usize].inside & inside::FIGURE != 0;
        let (before, after) = (&stays[row.saturating_sub(NEAR)..row], &stays[row + 1..(row + NEAR + 1).min(blocks.len())]);
        let (follows, leads) = (before.contains(&true), after.contains(&true));
        let touches = before.last() == Some(&true) || after.first() == Some(&true);
        let is_sentence = block.links == 0 && block.ends_sentence && follows;
        let least = if in_figure || block.heading > 0 || is_sentence { least_label } else { least_line };
        let is_between = before.last() == Some(&true) && after.first() == Some(&true);
        // A last short sentence is often parted from the text by a rail.
        let is_last_sentence = is_sentence && !is_paragraph(block);
        let is_outside = is_article && !(reached[row] || is_between || is_last_sentence);
        if kept[row] || is_outside || block.dropped || chances[row] < least || (2 * block.linked > block.words && !block.ends_sentence) {
            continue;
        }
        let next_stays = kept.get(row + 1).is_some_and(|next| *next);
        let is_behind = last.is_none_or(|last| last < row) && !(follows && block.ends_sentence);
        let is_button = block.words == 1 && first.is_none_or(|first| first > row);
        let is_apart = block.heading == 0 && !in_figure && !makes.contains(&make(block));
        if is_article && is_apart && (is_behind || is_button) {
            continue;
        }
        if !is_article {
            let between = next_stays && row > 0 && kept[row - 1];
            kept[row] = block.links == 0 && (between || (touches && block.ends_sentence));
            continue;
        }
        let stands_among =
            touches || (follows && (leads || block.ends_sentence || next_stays)) || ((leads || next_stays) && row > 0 && kept[row - 1]);
        // The first paragraph of a text, with a subheading behind it.
        let begins = is_paragraph(block) && leads && next_stays;
        kept[row] = makes.contains(&make(block))
            || (block.heading > 0 && next_stays)
            || (in_figure && (follows || leads))
            || (block.links == 0 && (stands_among || begins));
    }
}
