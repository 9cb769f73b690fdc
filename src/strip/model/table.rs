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

/// What a row holds.
#[derive(Clone, Copy, Default)]
struct Line {
    table: u32,
    cells: usize,
    words: u32,
    stays: bool,
}

/// What a table holds.
#[derive(Clone, Copy, Default)]
struct Table {
    lines: usize,
    staying: usize,
    cells: usize,
    words: u32,
}

/// Keeps the whole of a row of which something stays, and the whole table when half of its rows do. `may_stay` says of which blocks no rule
/// has taken them.
pub(super) fn complete(page: &Blocks, may_stay: impl Fn(&Block) -> bool, kept: &mut [bool]) {
    let blocks = page.blocks.iter().enumerate().filter(|(_, block)| may_stay(block));
    let cells: Vec<(usize, u32, u32)> = blocks.filter_map(|(row, block)| cell(page, block).map(|(line, table)| (row, line, table))).collect();
    let mut lines: FxHashMap<u32, Line> = FxHashMap::default();
    for &(row, line, table) in &cells {
        let line = lines.entry(line).or_default();
        line.table = table;
        line.cells += 1;
        line.words += page.blocks[row].words;
        line.stays |= kept[row];
    }
    let mut tables: FxHashMap<u32, Table> = FxHashMap::default();
    for line in lines.values().filter(|line| line.cells > 1) {
        let table = tables.entry(line.table).or_default();
        table.lines += 1;
        table.staying += usize::from(line.stays);
        table.cells += line.cells;
        table.words += line.words;
    }
    for (row, line, table) in cells {
        let (Some(table), Some(line)) = (tables.get(&table), lines.get(&line)) else { continue };
        let is_data = table.cells >= CELLS && line.cells > 1 && table.words <= CELL_WORDS * table.cells as u32;
        kept[row] |= is_data && (line.stays || 2 * table.staying >= table.lines);
    }
}
