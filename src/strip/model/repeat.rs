//! Repeats: pages show the same text twice, for narrow screens and wide ones, as a standfirst and as the first paragraph. But what a cell, an
//! entry of a list or a line of a song says again is part of what they tell.

use super::blocks::Blocks;
use super::element::inside;
use crate::rewrite::Tag;
use rustc_hash::{FxHashMap, FxHashSet};

/// A repeat is dropped from this many words on.
pub(super) const REPEATED_WORDS: u32 = 8;

/// More in a row are a copy of something larger.
const RUN: usize = 2;

/// Leaves out what stands above already, and nothing that its own row, list or text needs. `stays` are rows that stay whatever they say.
pub(super) fn leave_out(page: &Blocks, stays: &[bool], kept: &mut [bool]) {
    let blocks = &page.blocks;
    let mut first: FxHashMap<u64, usize> = FxHashMap::default();
    let mut repeats = Vec::new();
    for row in (0..blocks.len()).filter(|row| kept[*row] && !stays[*row] && blocks[*row].words >= REPEATED_WORDS) {
        match first.get(&blocks[row].hash) {
            Some(before) => repeats.push((row, *before)),
            None => {
                first.insert(blocks[row].hash, row);
            }
        }
    }
    if repeats.is_empty() {
        return;
    }
    let copies: FxHashSet<usize> = repeats.iter().map(|(row, _)| *row).collect();
    // Rows and lists of which something is said for the first time; a copy of a whole page repeats all of them.
    let own = (0..blocks.len()).filter(|row| kept[*row] && !copies.contains(row));
    let holders: FxHashSet<u32> = own.filter_map(|row| holder(page, row)).collect();
    let long_runs = long_runs(blocks.len(), kept, &copies);
    for (row, before) in repeats {
        let is_needed = || holder(page, row).is_some_and(|holder| holders.contains(&holder));
        kept[row] = is_code(page, row) || is_cell_or_entry(page, row) && is_needed() || !long_runs.contains(&row) && goes_on(page, before, row);
    }
}

/// The rows of runs of repeats with nothing between them that stays, that are longer than [`RUN`].
fn long_runs(rows: usize, kept: &[bool], copies: &FxHashSet<usize>) -> FxHashSet<usize> {
    let kept: Vec<usize> = (0..rows).filter(|row| kept[*row]).collect();
    let runs = kept.chunk_by(|one, other| copies.contains(one) == copies.contains(other));
    runs.filter(|run| run.len() > RUN && copies.contains(&run[0])).flatten().copied().collect()
}

/// Whether a block is all of a cell of a table or of an entry of a list.
fn is_cell_or_entry(page: &Blocks, row: usize) -> bool {
    let around =
        |row: usize| page.blocks.get(row).and_then(|block| page.enclosing(block.element, |tag| matches!(tag, Tag::Td | Tag::Th | Tag::Li | Tag::Dd)));
    let own = around(row);
    own.is_some() && around(row + 1) != own && row.checked_sub(1).and_then(around) != own
}

/// The row of a table or the list that a block stands in.
fn holder(page: &Blocks, row: usize) -> Option<u32> {
    page.enclosing(page.blocks[row].element, |tag| matches!(tag, Tag::Tr | Tag::Ul | Tag::Ol | Tag::Dl))
}

/// Whether two blocks are paragraphs of one text, as verses of a song are.
fn goes_on(page: &Blocks, one: usize, other: usize) -> bool {
    let [one, other] = [one, other].map(|row| &page.elements[page.blocks[row].element as usize]);
    one.tag == Tag::P && other.tag == Tag::P && one.parent == other.parent && one.signature == other.signature
}

fn is_code(page: &Blocks, row: usize) -> bool {
    page.elements[page.blocks[row].element as usize].inside & inside::PRE != 0
}
