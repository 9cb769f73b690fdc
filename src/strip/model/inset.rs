//! Insets: teasers of other pages between two paragraphs of an article. Their place speaks for them, and their make is often that
//! of the paragraphs; what tells them is that each is a link or a list of links, at most with a label before it.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use super::paragraph::is_paragraph;

/// A teaser is a headline: fewer words are a name or a button.
const LEAST_WORDS: u32 = 4;
/// The label before the link has at most so many words.
const LABEL_WORDS: u32 = 8;
/// More in a row are a list of links, which the text may be about, and more than so many even in a box of their own.
const MOST: usize = 3;
const MOST_IN_BOX: usize = 6;

/// Leaves out what is a teaser between two paragraphs that stay.
pub(super) fn leave_out(page: &Blocks, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let mut start = 0;
    while start < blocks.len() {
        let rows: Vec<usize> = (start..blocks.len()).take_while(|row| !kept[*row] || is_teaser(page, &blocks[*row])).collect();
        let end = start + rows.len();
        let teasers: Vec<usize> = rows.into_iter().filter(|row| kept[*row]).collect();
        if let Some(paragraph) = before(page, kept, start, &teasers)
            && (1..=if is_boxed(page, paragraph, &teasers) { MOST_IN_BOX } else { MOST }).contains(&teasers.len())
            && are_text(page, paragraph, after(page, kept, end, &teasers), kept)
        {
            (paragraph + 1..end).for_each(|row| kept[row] = false);
        }
        start = end + 1;
    }
}

/// The paragraph before teasers, right before them or before the heading of a list of links.
fn before(page: &Blocks, kept: &[bool], start: usize, teasers: &[usize]) -> Option<usize> {
    let before = start.checked_sub(1)?;
    if stays(&page.blocks, kept, before) {
        return Some(before);
    }
    let label = &page.blocks[before];
    let heads = kept[before] && label.words <= LABEL_WORDS && (!label.ends_sentence || label.asks);
    let has_list = || are_list(page, teasers) || is_boxed(page, before.saturating_sub(1), &[&[before], teasers].concat());
    before.checked_sub(1).filter(|paragraph| heads && stays(&page.blocks, kept, *paragraph) && has_list())
}

/// Whether an element holds all of these rows and not the paragraph.
fn is_boxed(page: &Blocks, paragraph: usize, rows: &[usize]) -> bool {
    let around =
        |element: u32| std::iter::successors(Some(element), |element| Some(page.elements[*element as usize].parent).filter(|_| *element > 0));
    let Some((first, last)) = rows.first().zip(rows.last()) else { return false };
    let element = |row: usize| page.blocks[row].element;
    let around_last: Vec<u32> = around(element(*last)).collect();
    // What holds the first and the last holds all between.
    let shared = around(element(*first)).find(|element| around_last.contains(element)).unwrap_or(0);
    around(element(paragraph)).all(|element| element != shared)
}

/// The paragraph behind teasers, right behind them or behind a heading. A list before a heading may be what the text is about.
fn after(page: &Blocks, kept: &[bool], end: usize, teasers: &[usize]) -> usize {
    let is_heading = kept.get(end) == Some(&true) && page.blocks[end].heading > 1;
    let in_list = |row: &usize| page.elements[page.blocks[*row].element as usize].inside & inside::LIST != 0;
    end + usize::from(is_heading && !teasers.iter().any(in_list))
}

/// Links that stand in one block.
fn are_list(page: &Blocks, teasers: &[usize]) -> bool {
    matches!(teasers, [teaser] if page.blocks[*teaser].links > 1)
}

fn stays(blocks: &[Block], kept: &[bool], row: usize) -> bool {
    kept.get(row) == Some(&true) && is_paragraph(&blocks[row])
}

/// Two paragraphs of one make, and no entries of a list: those have linked titles of their own.
fn are_text(page: &Blocks, before: usize, after: usize, kept: &[bool]) -> bool {
    let around = |row: usize| page.elements[page.blocks[row].element as usize];
    stays(&page.blocks, kept, after)
        && around(before).signature == around(after).signature
        && around(before).inside & (inside::LIST | inside::TABLE) == 0
}

/// A link or some, at most with a label, that do not read as a sentence of the text.
fn is_teaser(page: &Blocks, block: &Block) -> bool {
    let around = page.elements[block.element as usize].inside;
    let label = block.words.saturating_sub(block.linked);
    let is_link = block.links >= 1 && block.linked >= LEAST_WORDS * block.links && label <= LABEL_WORDS.min(block.linked);
    // Titles ask; what is a link from end to end is no sentence of the text.
    let is_title = !block.ends_sentence || block.linked == block.words;
    is_link && is_title && block.heading == 0 && around & (inside::TABLE | inside::FIGURE | inside::QUOTE) == 0
}
