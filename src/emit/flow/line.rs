//! Lines: what was gathered gets the marks of the blocks around it and is written, with what parts it from the line before.

use super::Flow;
use super::inline::{Place, escaped, longest_run, written};
use crate::emit::Placed;
use crate::emit::title::Title;
use crate::fold::is_ignorable;

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
    /// A `br` parts it from the line before.
    pub(super) is_broken: bool,
}

/// The least backticks of a fence.
const FENCE: usize = 3;

impl Flow {
    pub(super) fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Whether nothing of a line has come.
    #[inline]
    pub(super) fn is_blank(&self) -> bool {
        self.line.is_empty() && self.markdown.as_ref().is_none_or(|markdown| !markdown.has_picture)
    }

    pub(super) fn end_preformatted_line(&mut self, out: &mut Vec<u8>) {
        let (line, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
        self.put_code(line.trim_end(), marks, out);
        self.gap = Gap::Line;
    }

    /// Ends the line that is being gathered.
    pub(super) fn end_line(&mut self, out: &mut Vec<u8>) {
        self.space = false;
        let is_blank = self.is_blank();
        // Nothing was gathered, and nothing is asked of an empty line.
        if !is_blank || self.title.is_some() {
            let mut gathered = std::mem::take(&mut self.line);
            let marks = std::mem::take(&mut self.marks);
            self.put_gathered(&gathered, marks, out);
            // Its room serves the next line.
            gathered.clear();
            self.line = gathered;
        }
        self.marks.clear();
        if let Some(markdown) = &mut self.markdown {
            markdown.begin_line(!is_blank);
        }
    }

    fn put_gathered(&mut self, line: &str, marks: Vec<Placed>, out: &mut Vec<u8>) {
        let is_broken = std::mem::take(&mut self.is_broken);
        let heading = self.heading();
        let is_title = self.title.as_mut().is_some_and(|title| title.was_said(heading)) && self.rows.is_empty();
        // A line of nothing but marks without a shape is none to a reader.
        let is_empty = line.trim().chars().all(is_ignorable) && self.markdown.as_ref().is_none_or(|markdown| !markdown.has_picture);
        if is_empty || is_title {
            return;
        }
        if self.preformatted > 0 {
            self.put_code(line.trim_end(), marks, out);
        } else if self.holds_row() {
            let (text, marks) = self.worded(line, marks, Place { in_cell: true, in_heading: false });
            return self.put_into_cell(Line { text, marks, is_broken }, out);
        } else {
            self.put_words(line, marks, out);
        }
        self.gap = Gap::Line;
    }

    /// Words as this format writes them.
    fn worded(&mut self, line: &str, mut marks: Vec<Placed>, place: Place) -> (String, Vec<Placed>) {
        let text = match &self.markdown {
            Some(markdown) => written(line, &markdown.runs, &markdown.targets, &mut marks, place),
            None => {
                let lead = line.len() - line.trim_start().len();
                marks.iter_mut().for_each(|(_, range)| *range = range.start.saturating_sub(lead)..range.end.saturating_sub(lead));
                line.trim().to_owned()
            }
        };
        (text, marks)
    }

    /// A line of words, outside of what is held.
    pub(super) fn put_words(&mut self, line: &str, marks: Vec<Placed>, out: &mut Vec<u8>) {
        let in_heading = self.is_markdown() && self.heading().is_some();
        let place = Place { in_cell: false, in_heading };
        let (text, marks) = self.worded(line, marks, place);
        self.put_decorated(&text, marks, place, out);
    }

    /// The level of the heading that is open.
    fn heading(&self) -> Option<u8> {
        self.open.iter().rev().find_map(|open| open.tag.heading_level())
    }

    /// A line of code: in Markdown, inside of a fence.
    fn put_code(&mut self, line: &str, marks: Vec<Placed>, out: &mut Vec<u8>) {
        let Some(fence) = self.markdown.as_ref().map(|markdown| markdown.fence) else {
            return self.put_decorated(line, marks, Place::default(), out);
        };
        if fence == 0 && line.trim().is_empty() {
            return;
        }
        let run = longest_run(line);
        // A line of as many backticks would end the fence.
        if fence == 0 || run >= fence && line.trim().bytes().all(|byte| byte == b'`') {
            self.put_fence(out);
            self.gap = self.gap.max(Gap::Line);
            let length = FENCE.max(run + 1);
            if let Some(markdown) = &mut self.markdown {
                markdown.fence = length;
            }
            self.put_decorated(&"`".repeat(length), Vec::new(), Place::default(), out);
        }
        self.gap = if self.wrote { Gap::Line } else { self.gap };
        self.put_decorated(line, marks, Place::default(), out);
    }

    /// Ends the fence around code, if there is one.
    pub(super) fn put_fence(&mut self, out: &mut Vec<u8>) {
        let Some(markdown) = &mut self.markdown else { return };
        let length = std::mem::take(&mut markdown.fence);
        if length > 0 {
            self.gap = Gap::Line;
            self.put_decorated(&"`".repeat(length), Vec::new(), Place::default(), out);
            self.gap = Gap::Paragraph;
        }
    }

    /// What stands in front of a line for the blocks around it.
    fn decoration(&mut self, place: Place) -> String {
        let level = if place.in_heading { self.heading() } else { None };
        let Some(markdown) = &mut self.markdown else { return self.item.take().unwrap_or_default() };
        markdown.columns = 0;
        if std::mem::take(&mut markdown.is_after_row) {
            self.gap = Gap::Paragraph;
        }
        // A list or a quote in an item has ended: only behind a blank line is this the item's own (CommonMark 0.31, 4.8).
        if std::mem::take(&mut markdown.has_left) && !markdown.begins_item() {
            self.gap = self.gap.max(Gap::Paragraph);
        }
        let mut prefix = markdown.prefix();
        if let Some(level) = level {
            prefix.push_str(&"#".repeat(usize::from(level)));
            prefix.push(' ');
        }
        prefix
    }

    /// What is asked for as the title, until the first line is written.
    pub(super) fn entitle(&mut self, title: &str) {
        if !self.wrote && self.title.as_ref().is_none_or(|known| known.text() != title) {
            self.title = Some(Title::new(title));
        }
    }

    /// A line with the marks of the blocks around it, and where moderation has written into it.
    pub(super) fn put_decorated(&mut self, line: &str, mut marks: Vec<Placed>, place: Place, out: &mut Vec<u8>) {
        let prefix = self.decoration(place);
        shift(&mut marks, prefix.len());
        self.put_line(if line.is_empty() { prefix.trim_end() } else { &prefix }, line, out);
        let length = prefix.len() + line.len();
        let from = out.len().saturating_sub(length);
        // What was trimmed off the line is not there.
        let left = marks.into_iter().map(|(finding, range)| (finding, range.start..range.end.min(length))).filter(|(_, range)| !range.is_empty());
        self.placed.extend(left.map(|(finding, range)| (finding, from + range.start..from + range.end)));
    }

    fn put_line(&mut self, prefix: &str, line: &str, out: &mut Vec<u8>) {
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
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(line.as_bytes());
        self.wrote = true;
    }

    pub(super) fn put_title(&mut self, out: &mut Vec<u8>) {
        let Some(title) = &self.title else { return };
        let mut line = String::new();
        if self.is_markdown() {
            line.push_str("# ");
            line.push_str(&escaped(title.text()));
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
