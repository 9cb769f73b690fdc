//! The element of the text: the deepest one that holds two fifths of its paragraphs' words.

use super::blocks::Blocks;

/// The element holds so many fifths.
const FIFTHS: u32 = 2;
/// So many blocks of furniture part what stands outside of it from its paragraphs.
pub(super) const PARTING: usize = 3;

/// Whether each element is the one of the text that has these paragraphs, or in it; without paragraphs all of the page is.
pub(super) fn holds(page: &Blocks, paragraphs: impl Iterator<Item = usize>) -> Vec<bool> {
    let elements = &page.elements;
    let mut words = vec![0; elements.len()];
    for row in paragraphs {
        words[page.blocks[row].element as usize] += page.blocks[row].words;
    }
    let all: u32 = words.iter().sum();
    if all == 0 {
        return vec![true; elements.len()];
    }
    // Children come after their parents.
    for number in (1..elements.len()).rev() {
        words[elements[number].parent as usize] += words[number];
    }
    let holds = |number: &usize| 5 * words[*number] >= FIFTHS * all;
    let text = (0..elements.len()).filter(holds).max_by_key(|number| (elements[*number].depth, std::cmp::Reverse(*number))).unwrap_or(0);
    let mut is_in = vec![false; elements.len()];
    for number in text..elements.len() {
        is_in[number] = number == text || (number > 0 && is_in[elements[number].parent as usize]);
    }
    is_in
}

/// Whether each block stands in the element of the text, or between the headline and it, or no furniture to speak of parts it from a
/// paragraph there: what nobody has closed may begin that element late and end it early. `parting_of` tells for how many blocks of
/// furniture each one counts.
pub(super) fn reaches(page: &Blocks, paragraphs: &[bool], headline: Option<usize>, parting_of: impl Fn(usize) -> usize) -> Vec<bool> {
    let rows = page.blocks.len();
    let is_in_element = holds(page, (0..rows).filter(|row| paragraphs[*row]));
    let is_in = |row: usize| is_in_element[page.blocks[row].element as usize];
    let mut reached: Vec<bool> = (0..rows).map(is_in).collect();
    let mut pass = |order: &mut dyn Iterator<Item = usize>| {
        let mut parting = PARTING;
        for row in order {
            parting = if paragraphs[row] && is_in(row) { 0 } else { parting + parting_of(row) };
            reached[row] |= parting < PARTING;
        }
    };
    pass(&mut (0..rows));
    pass(&mut (0..rows).rev());
    if let (Some(headline), Some(first)) = (headline, (0..rows).find(|row| paragraphs[*row] && is_in(*row))) {
        reached[headline.min(first)..first].fill(true);
    }
    reached
}
