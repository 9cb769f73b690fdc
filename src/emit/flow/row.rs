//! Rows of tables: a line each, where their cells hold one each.

use super::Flow;
use super::inline::Place;
use super::line::{Gap, Line, shift};
use crate::rewrite::ElementId;

/// A row of more text than this is layout.
pub(super) const ROW_BYTES: usize = 16 * 1024;
/// And so is one of more cells.
const ROW_CELLS: usize = 4096;
/// Lines that `br` parts stand in one cell of Markdown, if they are so few and so short.
const CELL_LINES: usize = 6;
const CELL_BYTES: usize = 400;

/// A table row; a row whose cells hold more than one line each is layout, and flows.
pub(super) struct Row {
    pub(super) id: ElementId,
    pub(super) cells: Vec<Vec<Line>>,
    pub(super) bytes: usize,
    pub(super) flows: bool,
}

impl Row {
    /// Whether the row holds what stands in its cells until it ends.
    pub(super) fn holds(&self) -> bool {
        !self.flows && !self.cells.is_empty()
    }
}

/// Whether a cell is one line, or may be written as one in Markdown.
fn is_data(cell: &[Line], may_break: bool) -> bool {
    let is_short = || cell.len() <= CELL_LINES && cell.iter().map(|line| line.text.len()).sum::<usize>() <= CELL_BYTES;
    cell.len() <= 1 || may_break && cell[1..].iter().all(|line| line.is_broken) && is_short()
}

/// The lines of a cell as one.
fn one_line(cell: Vec<Line>) -> Line {
    let mut lines = cell.into_iter();
    let mut whole = lines.next().unwrap_or_default();
    for mut line in lines {
        whole.text.push_str("<br>");
        shift(&mut line.marks, whole.text.len());
        whole.text.push_str(&line.text);
        whole.marks.append(&mut line.marks);
    }
    whole
}

impl Flow {
    /// Whether what comes stands in the cell of a row that is held.
    pub(super) fn holds_row(&self) -> bool {
        self.rows.last().is_some_and(Row::holds)
    }

    /// The row in hand is layout: what it holds is written.
    pub(super) fn let_row_flow(&mut self, out: &mut Vec<u8>) {
        if let Some(row) = self.rows.last_mut() {
            row.flows = true;
            let cells = std::mem::take(&mut row.cells);
            self.put_lines(cells, out);
        }
    }

    pub(super) fn begin_cell(&mut self, out: &mut Vec<u8>) {
        let Some(row) = self.rows.last_mut().filter(|row| !row.flows) else { return };
        row.cells.push(Vec::new());
        if row.cells.len() > ROW_CELLS {
            self.let_row_flow(out);
        }
    }

    /// A line of a cell.
    pub(super) fn put_into_cell(&mut self, line: Line, out: &mut Vec<u8>) {
        let Some(row) = self.rows.last_mut() else { return };
        row.bytes += line.text.len();
        if let Some(cell) = row.cells.last_mut() {
            cell.push(line);
        }
        if row.bytes > ROW_BYTES {
            self.let_row_flow(out);
        }
    }

    fn put_lines(&mut self, cells: Vec<Vec<Line>>, out: &mut Vec<u8>) {
        for line in cells.into_iter().flatten() {
            self.gap = Gap::Paragraph;
            self.put_decorated(&line.text, line.marks, Place::default(), out);
        }
    }

    pub(super) fn put_row(&mut self, row: Row, out: &mut Vec<u8>) {
        let is_markdown = self.is_markdown();
        let may_break = is_markdown && row.cells.len() > 1;
        if row.flows || !row.cells.iter().all(|cell| is_data(cell, may_break)) {
            return self.put_lines(row.cells, out);
        }
        let mut cells: Vec<Line> = row.cells.into_iter().map(one_line).collect();
        if cells.iter().all(|cell| cell.text.is_empty()) {
            return;
        }
        let known = self.markdown.as_ref().map_or(0, |markdown| markdown.columns);
        let goes_on = known >= cells.len();
        let is_table = is_markdown && (cells.len() > 1 || goes_on);
        if !is_table {
            cells.retain(|cell| !cell.text.is_empty());
        }
        let columns = cells.len();
        let mut line = Line { text: (if is_table { "| " } else { "" }).to_owned(), ..Line::default() };
        for (at, mut cell) in cells.into_iter().enumerate() {
            if at > 0 {
                line.text.push_str(" | ");
            }
            shift(&mut cell.marks, line.text.len());
            line.text.push_str(&cell.text);
            line.marks.append(&mut cell.marks);
        }
        if !is_table {
            self.put_decorated(&line.text, line.marks, Place::default(), out);
            self.gap = Gap::Line;
            return;
        }
        line.text.push_str(" |");
        if let Some(markdown) = &mut self.markdown {
            markdown.is_after_row = false;
        }
        self.gap = if goes_on { Gap::Line } else { Gap::Paragraph };
        self.put_decorated(&line.text, line.marks, Place::default(), out);
        self.gap = Gap::Line;
        if !goes_on {
            // What heads a table is its first row, whatever its cells are: Markdown has no other tables.
            self.put_decorated(&format!("|{}", " --- |".repeat(columns)), Vec::new(), Place::default(), out);
            self.gap = Gap::Line;
        }
        if let Some(markdown) = &mut self.markdown {
            (markdown.columns, markdown.is_after_row) = (known.max(columns), true);
        }
    }
}
