//! Tables of data: their rows are read across, so that a label does not stay without its value.

use super::blocks::{Block, Blocks, inside};
use crate::rewrite::Tag;
use rustc_hash::FxHashMap;

/// A table is one of data when its cells hold a block each, so many in it at least, and not more than so many words a cell.
const CELLS: usize = 4;
const CELL_WORDS: u32 = 30;

/// A cell that is a block by itself: the element of its row, and that of its table.
fn cell(page: &Blocks, block: &Block) -> Option<(u32, u32)> {
    if page.elements[block.element as usize].inside & inside::TABLE == 0 {
        return None;
    }
    let (mut at, mut row) = (block.element, None);
    while at != 0 {
        let element = &page.elements[at as usize];
        match element.tag {
            Tag::Tr if row.is_none() => row = Some(at),
            Tag::Table => return row.map(|row| (row, at)),
            _ => {}
        }
        at = element.parent;
    }
    None
}

/// A row, or a table of data.
#[derive(Clone, Copy, Default)]
struct Part {
    cells: usize,
    words: u32,
    /// Chances by words.
    chance: f32,
    /// Something of it stays.
    stays: bool,
}

impl Part {
    fn add(&mut self, block: &Block, chance: f32, kept: bool) {
        self.cells += 1;
        self.words += block.words;
        self.chance += chance * block.words as f32;
        self.stays |= kept;
    }

    fn is_above(&self, threshold: f32) -> bool {
        self.stays && self.chance >= threshold * self.words as f32
    }
}

/// Keeps the rows of which something stays and that are likely enough as a whole, and the whole table where that is. `may_stay` says of
/// which blocks no rule has the last word.
pub(super) fn complete(page: &Blocks, chances: &[f32], threshold: f32, may_stay: impl Fn(&Block) -> bool, kept: &mut [bool]) {
    let cells: Vec<(usize, u32, u32)> = page
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| may_stay(block))
        .filter_map(|(row, block)| cell(page, block).map(|(line, table)| (row, line, table)))
        .collect();
    let mut parts: FxHashMap<u32, Part> = FxHashMap::default();
    for &(row, line, table) in &cells {
        for part in [line, table] {
            parts.entry(part).or_default().add(&page.blocks[row], chances[row], kept[row]);
        }
    }
    for (row, line, table) in cells {
        let (Some(table), Some(line)) = (parts.get(&table), parts.get(&line)) else { continue };
        let is_data = table.cells >= CELLS && line.cells > 1 && table.words <= CELL_WORDS * table.cells as u32;
        kept[row] |= is_data && (table.is_above(threshold) || line.is_above(threshold));
    }
}
