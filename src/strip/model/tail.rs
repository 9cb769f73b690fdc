//! The tail of a text: what stands behind its last paragraph. Titles of other pages in a row there are a rail, whatever their make says
//! for them: on portals such rails are longer than the news they stand under, and then the page looks like a list.

use super::blocks::{Block, Blocks};
use super::features::good_words;
use rustc_hash::FxHashSet;

/// Paragraphs that make a text, and how many make one where the page as a whole reads like no article.
const PARAGRAPHS: usize = 3;
const PARAGRAPHS_OF_LIST: usize = 4;
/// Links in a row that make a rail.
const ENTRIES: usize = 2;
/// Words of an entry, at most; half of them at least are a link.
const ENTRY_WORDS: u32 = 40;
/// A block that is so surely content stays.
const SURE: f32 = 0.9;
/// Words of a line among the entries: a section, a date, the rail's heading.
const LINE_WORDS: u32 = 8;
/// How many such lines may stand between two entries.
const LINES_BETWEEN: usize = 3;

/// Leaves out the rails behind the last paragraph of the text, of what is kept.
pub(super) fn leave_out_rails(page: &Blocks, chances: &[f32], is_article: bool, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let paragraphs: Vec<usize> = (0..blocks.len()).filter(|row| kept[*row] && good_words(&blocks[*row]) > 0).collect();
    let rows_behind = |last: usize| (last + 1..blocks.len()).filter(|row| kept[*row]);
    let is_entry = |row: usize| is_link(&blocks[row]) && chances[row] < SURE;
    if paragraphs.len() < PARAGRAPHS || rows_behind(paragraphs[PARAGRAPHS - 1]).filter(|row| is_entry(*row)).nth(ENTRIES - 1).is_none() {
        return;
    }
    let in_text = in_text(page, &paragraphs);
    let own: Vec<usize> = paragraphs.iter().copied().filter(|row| in_text[blocks[*row].element as usize]).collect();
    // A page of another kind has a text too if it is nearly all its paragraphs.
    if !is_article && (own.len() < PARAGRAPHS_OF_LIST || 5 * own.len() < 4 * paragraphs.len()) {
        return;
    }
    let text = if own.len() >= PARAGRAPHS { &own } else { &paragraphs };
    // Titles among the paragraphs are those of a list of teasers; what is made as they are goes on with it.
    let make = |row: usize| page.elements[blocks[row].element as usize].signature;
    let among = text.first().zip(text.last()).map_or(0..0, |(first, last)| *first..*last);
    let titles: FxHashSet<u32> = among.filter(|row| kept[*row] && is_link(&blocks[*row])).map(make).collect();
    let is_entry = |row: usize| is_entry(row) && !titles.contains(&make(row));
    let words = |rows: &[usize]| rows.iter().map(|row| blocks[*row].words).sum::<u32>();
    let rows: Vec<usize> = text.last().into_iter().flat_map(|last| rows_behind(*last)).collect();
    let mut at = 0;
    while at < rows.len() {
        let length = rail(&rows[at..], is_entry, |row| is_line(&blocks[row]));
        let entries = &rows[at..at + length];
        let is_rail = entries.iter().filter(|row| is_entry(**row)).count() >= ENTRIES;
        if is_rail && (is_article || 3 * words(&paragraphs) >= words(entries)) {
            entries.iter().for_each(|row| kept[*row] = false);
            // Its heading.
            if let Some(before) = at.checked_sub(1).map(|before| rows[before]).filter(|row| is_line(&blocks[*row])) {
                kept[before] = false;
            }
        }
        at += length.max(1);
    }
}

/// How many of the rows, from the first on, are entries and the lines between them.
fn rail(rows: &[usize], is_entry: impl Fn(usize) -> bool, is_line: impl Fn(usize) -> bool) -> usize {
    let (mut length, mut at) = (0, 0);
    while at < rows.len() && (is_entry(rows[at]) || (length > 0 && at - length < LINES_BETWEEN && is_line(rows[at]))) {
        at += 1;
        if is_entry(rows[at - 1]) {
            length = at;
        }
    }
    length
}

/// Whether each element is in the deepest one that holds two fifths of the paragraphs' words.
fn in_text(page: &Blocks, paragraphs: &[usize]) -> Vec<bool> {
    let elements = &page.elements;
    let mut words = vec![0; elements.len()];
    for row in paragraphs {
        words[page.blocks[*row].element as usize] += good_words(&page.blocks[*row]);
    }
    // Children come after their parents.
    for number in (1..elements.len()).rev() {
        words[elements[number].parent as usize] += words[number];
    }
    let holds = |number: &usize| 5 * words[*number] >= 2 * words[0];
    let text = (0..elements.len()).filter(holds).max_by_key(|number| (elements[*number].depth, std::cmp::Reverse(*number))).unwrap_or(0);
    let mut is_in = vec![false; elements.len()];
    for number in text..elements.len() {
        is_in[number] = number == text || (number > 0 && is_in[elements[number].parent as usize]);
    }
    is_in
}

fn is_link(block: &Block) -> bool {
    let is_title = !block.ends_sentence || block.linked == block.words;
    2 * block.linked >= block.words && block.words <= ENTRY_WORDS && is_title && block.heading != 1 && !block.pinned
}

fn is_line(block: &Block) -> bool {
    block.words <= LINE_WORDS && !block.ends_sentence && block.heading != 1 && !block.pinned
}
