//! Rows of tables: a line each, where their cells hold one each.

use super::Flow;
use super::line::{Gap, Line, shift};
use crate::rewrite::ElementId;

/// A row of more text than this is layout.
pub(super) const ROW_BYTES: usize = 16 * 1024;

/// A table row; a row whose cells hold more than one line each is layout, and flows.
pub(super) struct Row {
    pub(super) id: ElementId,
    pub(super) cells: Vec<Vec<Line>>,
    pub(super) header: bool,
    pub(super) bytes: usize,
    pub(super) flows: bool,
}

impl Flow {
    pub(super) fn put_lines(&mut self, cells: Vec<Vec<Line>>, out: &mut Vec<u8>) {
        for line in cells.into_iter().flatten() {
            self.gap = Gap::Paragraph;
            self.put_marked(&line.text, line.marks, out);
        }
    }

    pub(super) fn put_row(&mut self, row: Row, out: &mut Vec<u8>) {
        let is_data = row.cells.iter().all(|cell| cell.len() <= 1);
        if row.flows || !is_data {
            return self.put_lines(row.cells, out);
        }
        let mut cells: Vec<Line> = row.cells.into_iter().map(|cell| cell.into_iter().next().unwrap_or_default()).collect();
        if cells.iter().all(|cell| cell.text.is_empty()) {
            return;
        }
        let is_table = self.is_markdown() && cells.len() > 1;
        if !is_table {
            cells.retain(|cell| !cell.text.is_empty());
        }
        let mut line = Line { text: (if is_table { "| " } else { "" }).to_owned(), marks: Vec::new() };
        for (at, mut cell) in cells.iter_mut().map(std::mem::take).enumerate() {
            if at > 0 {
                line.text.push_str(" | ");
            }
            if is_table {
                let bars = |to: usize| cell.text.bytes().take(to).filter(|byte| *byte == b'|').count();
                let moved = |at: usize| at + bars(at);
                cell.marks = cell.marks.iter().map(|(finding, range)| (*finding, moved(range.start)..moved(range.end))).collect();
                cell.text = cell.text.replace('|', "\\|");
            }
            shift(&mut cell.marks, line.text.len());
            line.text.push_str(&cell.text);
            line.marks.append(&mut cell.marks);
        }
        if is_table {
            line.text.push_str(" |");
        }
        self.put_marked(&line.text, line.marks, out);
        if is_table && row.header {
            self.gap = Gap::Line;
            self.put_line(&format!("|{}", " --- |".repeat(cells.len())), out);
        }
        self.gap = Gap::Line;
    }
}
