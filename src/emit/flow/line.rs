//! Lines: what was gathered gets the marks of the blocks around it and is written, with what parts it from the line before.

use super::Flow;
use super::markdown::escape_markdown;
use super::row::ROW_BYTES;
use crate::emit::Placed;
use crate::emit::title::Title;
use crate::fold::is_ignorable;
use crate::rewrite::Tag;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// It goes on with the same line.
    None,
    Line,
    Paragraph,
}

/// A line of a cell, and what moderation has written into it.
#[derive(Default)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) marks: Vec<Placed>,
}

impl Flow {
    pub(super) fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    pub(super) fn end_preformatted_line(&mut self, out: &mut Vec<u8>) {
        let (line, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
        self.put_marked(line.trim_end(), marks, out);
        self.gap = Gap::Line;
    }

    /// Ends the line that is being gathered.
    pub(super) fn end_line(&mut self, out: &mut Vec<u8>) {
        self.space = false;
        if self.line.is_empty() && self.title.is_none() {
            // Nothing was gathered, and nothing is asked of an empty line.
            if self.is_markdown() {
                self.open.iter_mut().for_each(|open| open.mark = "");
                self.links.clear();
            }
            self.marks.clear();
            return;
        }
        let marked = if self.is_markdown() { self.open.as_mut_slice() } else { &mut [] };
        for open in marked {
            // A mark cannot reach over the end of a block.
            if !open.mark.is_empty() {
                if self.line.ends_with(open.mark) {
                    let end = self.line.len() - open.mark.len();
                    self.line.truncate(end);
                } else if !self.line.is_empty() {
                    self.line.push_str(open.mark);
                }
                open.mark = "";
            }
        }
        for (_, address, from) in std::mem::take(&mut self.links) {
            self.close_link(&address, from);
        }
        let mut gathered = std::mem::take(&mut self.line);
        self.put_gathered(&gathered, out);
        // Its room serves the next line.
        gathered.clear();
        self.line = gathered;
    }

    fn put_gathered(&mut self, line: &str, out: &mut Vec<u8>) {
        let mut marks = std::mem::take(&mut self.marks);
        if self.preformatted == 0 {
            let lead = line.len() - line.trim_start().len();
            marks.iter_mut().for_each(|(_, range)| *range = range.start.saturating_sub(lead)..range.end.saturating_sub(lead));
        }
        let line = if self.preformatted > 0 { line.trim_end() } else { line.trim() };
        let heading = self.open.iter().rev().find_map(|open| open.tag.heading_level());
        let is_title = self.title.as_mut().is_some_and(|title| title.was_said(heading)) && self.rows.is_empty();
        // A line of nothing but marks without a shape is none to a reader.
        if line.chars().all(is_ignorable) || is_title {
            return;
        }
        if let Some(row) = self.rows.last_mut().filter(|row| !row.flows && !row.cells.is_empty()) {
            row.bytes += line.len();
            row.flows = row.bytes > ROW_BYTES;
            if let Some(cell) = row.cells.last_mut() {
                cell.push(Line { text: line.to_owned(), marks });
            }
            if row.flows {
                let cells = std::mem::take(&mut row.cells);
                self.put_lines(cells, out);
            }
            return;
        }
        self.put_decorated(line, marks, out);
        self.gap = Gap::Line;
    }

    /// A line with the marks of the blocks around it.
    fn decorated(&mut self, line: &str) -> String {
        let mut prefix = String::new();
        if self.is_markdown() {
            let quotes = self.open.iter().filter(|open| open.tag == Tag::Blockquote).count().min(16);
            prefix.push_str(&"> ".repeat(quotes));
            if let Some(level) = self.open.iter().rev().find_map(|open| open.tag.heading_level()) {
                prefix.push_str(&"#".repeat(usize::from(level)));
                prefix.push(' ');
            }
        }
        prefix + &self.item.take().unwrap_or_default() + line
    }

    /// What is asked for as the title, until the first line is written.
    pub(super) fn entitle(&mut self, title: &str) {
        if !self.wrote && self.title.as_ref().is_none_or(|known| known.text() != title) {
            self.title = Some(Title::new(title));
        }
    }

    pub(super) fn put_decorated(&mut self, line: &str, mut marks: Vec<Placed>, out: &mut Vec<u8>) {
        let decorated = self.decorated(line);
        shift(&mut marks, decorated.len() - line.len());
        self.put_marked(&decorated, marks, out);
    }

    pub(super) fn put_marked(&mut self, line: &str, marks: Vec<Placed>, out: &mut Vec<u8>) {
        self.put_line(line, out);
        let from = out.len() - line.len();
        // What was trimmed off the line is not there.
        let left = marks.into_iter().map(|(finding, range)| (finding, range.start..range.end.min(line.len()))).filter(|(_, range)| !range.is_empty());
        self.placed.extend(left.map(|(finding, range)| (finding, from + range.start..from + range.end)));
    }

    pub(super) fn put_line(&mut self, line: &str, out: &mut Vec<u8>) {
        if !self.wrote {
            self.put_title(out);
        }
        if self.wrote {
            let gap: &[u8] = match self.gap {
                Gap::None => b" ",
                Gap::Line => b"\n",
                Gap::Paragraph => b"\n\n",
            };
            out.extend_from_slice(gap);
        }
        out.extend_from_slice(line.as_bytes());
        self.wrote = true;
    }

    pub(super) fn put_title(&mut self, out: &mut Vec<u8>) {
        let Some(title) = &self.title else { return };
        let mut line = String::new();
        if self.is_markdown() {
            line.push_str("# ");
            escape_markdown(title.text(), &mut line);
        } else {
            line.push_str(title.text());
        }
        out.extend_from_slice(line.as_bytes());
        self.gap = Gap::Paragraph;
        self.wrote = true;
    }
}

pub(super) fn shift(marks: &mut [Placed], by: usize) {
    marks.iter_mut().for_each(|(_, range)| *range = range.start + by..range.end + by);
}
