//! Tables of data: their rows are read across, so that a label does not stay without its value.

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use crate::rewrite::Tag;
use rustc_hash::FxHashMap;

/// A table of data has so many rows at least, and not more than so many words a cell; every cell that holds text holds one block, every row
/// more than one such cell.
const LINES: usize = 2;
const CELL_WORDS: u32 = 30;

/// Where a block stands in a table: the elements of its cell, its row and its table.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    cell: u32,
    line: u32,
    table: u32,
}

fn place(page: &Blocks, number: usize, block: &Block) -> Option<Place> {
    if page.elements[block.element as usize].inside & inside::TABLE == 0 {
        return None;
    }
    let (mut at, mut cell, mut line) = (block.element, 0, 0);
    while at != 0 {
        let element = &page.elements[at as usize];
        match element.tag {
            Tag::Td | Tag::Th if cell == 0 => cell = at,
            Tag::Tr if cell != 0 && line == 0 => line = at,
            Tag::Table => return (line != 0).then_some(Place { block: number, cell, line, table: at }),
            _ => {}
        }
        at = element.parent;
    }
    None
}

/// What a row holds.
#[derive(Clone, Copy, Default)]
struct Line {
    cells: usize,
    last_cell: u32,
    stays: bool,
}

/// What a table holds.
#[derive(Clone, Copy, Default)]
struct Table {
    lines: usize,
    staying: usize,
    cells: u32,
    words: u32,
    linked: u32,
    is_layout: bool,
}

/// Keeps the whole of a row of which something stays, and the whole table when half of its rows do and less than a third of its words are
/// links. What rules took stays taken.
pub(super) fn complete(page: &Blocks, kept: &mut [bool]) {
    let blocks = page.blocks.iter().enumerate().filter(|(_, block)| !block.dropped);
    let places: Vec<Place> = blocks.filter_map(|(number, block)| place(page, number, block)).collect();
    let mut tables: FxHashMap<u32, Table> = FxHashMap::default();
    let mut lines: FxHashMap<u32, Line> = FxHashMap::default();
    for place in &places {
        let (block, table) = (&page.blocks[place.block], tables.entry(place.table).or_default());
        let line = lines.entry(place.line).or_insert_with(|| {
            table.lines += 1;
            Line::default()
        });
        table.is_layout |= line.last_cell == place.cell;
        table.cells += 1;
        table.words += block.words;
        table.linked += block.linked;
        line.cells += 1;
        line.last_cell = place.cell;
        if kept[place.block] && !std::mem::replace(&mut line.stays, true) {
            table.staying += 1;
        }
    }
    for place in &places {
        if let (Some(table), Some(line)) = (tables.get_mut(&place.table), lines.get(&place.line)) {
            table.is_layout |= line.cells < 2;
        }
    }
    for place in places {
        let (Some(table), Some(line)) = (tables.get(&place.table), lines.get(&place.line)) else { continue };
        let is_data = !table.is_layout && table.lines >= LINES && table.words <= CELL_WORDS * table.cells;
        let is_text = 3 * table.linked < table.words;
        kept[place.block] |= is_data && (line.stays || is_text && (2 * table.staying >= table.lines || page.says.product && table.staying > 0));
    }
}
