//! Where a block stands to the headline: however short a text is, it stands behind its headline and near to it, while the element
//! that holds most paragraphs may then be a rail.

use super::Features;
use super::scale::{count, distance, share};
use super::totals::{Totals, good_words};
use crate::strip::model::block::Block;
use crate::strip::model::blocks::Blocks;

/// A headline has at least so many words, if it is no heading of the first level.
const WORDS: u32 = 3;

/// Adds the columns that tell where blocks stand to the headline. Without one, all are behind one before the page.
pub(super) fn headline(page: &Blocks, totals: &[Totals], out: &mut Features) {
    let (blocks, elements) = (&page.blocks, &page.elements);
    let row = row(blocks);
    let headline = row.map_or(0, |row| blocks[row].element as usize);
    // For each element, the deepest one that holds it and the headline.
    let mut holds = vec![false; elements.len()];
    let mut at = headline;
    while at != 0 {
        holds[at] = true;
        at = elements[at].parent as usize;
    }
    let mut common = vec![0u32; elements.len()];
    for number in 1..elements.len() {
        common[number] = if holds[number] { number as u32 } else { common[elements[number].parent as usize] };
    }
    let common = |block: &Block| common[block.element as usize] as usize;
    let depth = |number: usize| elements[number].depth;

    let place = row.map_or(-1, |row| row as i32);
    out.add("blocks from the headline", (0..blocks.len()).map(|row| distance(row as i32 - place)));
    let up = |block: &Block| (depth(headline) - depth(common(block))).min(255) as u8;
    out.add("steps from the headline up", blocks.iter().map(up));
    let below = |block: &Block| (depth(block.element as usize) - depth(common(block))).min(255) as u8;
    out.add("steps below the headline's path", blocks.iter().map(below));
    let mut between = 0;
    out.add(
        "paragraphs since the headline",
        blocks.iter().enumerate().map(|(at, block)| {
            between = if Some(at) == row { 0 } else { between + good_words(block) };
            count(between - if Some(at) == row { 0 } else { good_words(block) })
        }),
    );
    let around: Vec<&Totals> = blocks.iter().map(|block| &totals[common(block)]).collect();
    out.add("words around it and the headline", around.iter().map(|total| count(total.words)));
    out.add("links around it and the headline", around.iter().map(|total| share(total.linked, total.words)));
    out.add("purity around it and the headline", around.iter().map(|total| share(total.good, total.words)));
    out.add("share of the page around it and the headline", around.iter().map(|total| share(total.words, totals[0].words)));
}

/// The block that says most of the page's title, a heading or no link; else the first heading of the first level.
fn row(blocks: &[Block]) -> Option<usize> {
    let says_title = |block: &Block| {
        let is_line = block.heading > 0 || (block.linked == 0 && block.title_words == block.words && block.words >= WORDS);
        !block.dropped && is_line && 2 * block.title_words >= block.words && block.title_words > 0
    };
    let said = blocks.iter().enumerate().filter(|(_, block)| says_title(block));
    // Of those that say as much the first one.
    let most = said.max_by_key(|(row, block)| (block.title_words.min(2 * WORDS), block.heading == 1, std::cmp::Reverse(*row)));
    most.map(|(row, _)| row).or_else(|| blocks.iter().position(|block| block.heading == 1 && !block.dropped))
}
