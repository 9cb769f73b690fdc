//! `text` and `markdown`: what was kept, in reading order. One way through the page; the two differ in the marks they set.

use super::title::Title;
use super::{Addresses, Emitter, PageSource, Part, Placed};
use crate::fold::is_ignorable;
use crate::moderate::edit::{Edit, within};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, EventKind, Tag, TextKind};
use crate::rules::media::Media;
use crate::strip::Held;
use std::sync::Arc;

/// What Markdown needs besides the text.
struct Markdown {
    addresses: Addresses,
    media: Arc<Media>,
    has_base: bool,
}

/// Writes one page as text.
pub(super) struct Flow {
    markdown: Option<Markdown>,
    open: Vec<Open>,
    leaving: Option<ElementId>,
    line: String,
    /// What moderation has written into the line.
    marks: Vec<Placed>,
    placed: Vec<Placed>,
    /// White space is due before the next word.
    space: bool,
    preformatted: u32,
    links: Vec<(ElementId, String, usize)>,
    rows: Vec<Row>,
    /// What parts the next line from the one before.
    gap: Gap,
    wrote: bool,
    /// The next line is the first of a list item: its mark.
    item: Option<String>,
    fence: bool,
    title: Option<Title>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// It goes on with the same line.
    None,
    Line,
    Paragraph,
}

struct Open {
    id: ElementId,
    tag: Tag,
    /// Number of the next item, in an `ol`.
    number: u64,
    /// A closing mark of Markdown that is due.
    mark: &'static str,
}

/// A table row; a row whose cells hold more than one line each is layout, and flows.
struct Row {
    id: ElementId,
    cells: Vec<Vec<Line>>,
    header: bool,
    bytes: usize,
    flows: bool,
}

/// A line of a cell, and what moderation has written into it.
#[derive(Default)]
struct Line {
    text: String,
    marks: Vec<Placed>,
}

/// A line is held until it is this long.
const LINE_BYTES: usize = 1 << 20;
/// A row of more text than this is layout.
const ROW_BYTES: usize = 16 * 1024;

impl Flow {
    pub(super) fn text() -> Self {
        Flow {
            markdown: None,
            open: Vec::new(),
            leaving: None,
            line: String::new(),
            marks: Vec::new(),
            placed: Vec::new(),
            space: false,
            preformatted: 0,
            links: Vec::new(),
            rows: Vec::new(),
            gap: Gap::Paragraph,
            wrote: false,
            item: None,
            fence: false,
            title: None,
        }
    }

    pub(super) fn markdown(addresses: Addresses, media: Arc<Media>) -> Self {
        Flow { markdown: Some(Markdown { addresses, media, has_base: false }), ..Flow::text() }
    }

    fn is_markdown(&self) -> bool {
        self.markdown.is_some()
    }

    fn opened(&mut self, id: ElementId, tag: Tag, void: bool, source: &str, out: &mut Vec<u8>) {
        let is_left = tag.has(is::UNSEEN) || matches!(tag, Tag::Button | Tag::Select | Tag::Object | Tag::Applet);
        let is_annotation = tag == Tag::Unknown && crate::rewrite::tag_name(source).to_ascii_lowercase().starts_with("annotation");
        if is_left || is_annotation {
            if !void {
                self.leaving = Some(id);
            }
            return;
        }
        if tag.has(is::BLOCK) || tag == Tag::Br {
            self.end_line(out);
            if tag != Tag::Br {
                let tight = matches!(tag, Tag::Li | Tag::Dt | Tag::Dd | Tag::Td | Tag::Th | Tag::Tr | Tag::Option);
                let in_list = tag.has(is::CONTAINER) && self.open.iter().rev().any(|open| open.tag == Tag::Li);
                self.part(if tight || in_list { Gap::Line } else { Gap::Paragraph });
            }
        }
        let mut mark = "";
        match tag {
            Tag::Base => {
                if let (Some(markdown), Some(href)) = (&mut self.markdown, Attributes::decoded(source, "href")) {
                    if !markdown.has_base {
                        markdown.addresses.set_base(&href);
                    }
                    markdown.has_base = true;
                }
            }
            Tag::Li => self.begin_item(),
            Tag::Pre | Tag::Listing | Tag::Xmp => {
                self.preformatted += 1;
                if self.is_markdown() && self.preformatted == 1 {
                    self.put_line("```", out);
                    self.gap = Gap::Line;
                    self.fence = true;
                }
            }
            Tag::Tr => {
                if let Some(row) = self.rows.last_mut() {
                    // A table inside a cell: the outer one is layout.
                    row.flows = true;
                    let cells = std::mem::take(&mut row.cells);
                    self.put_lines(cells, out);
                }
                if !void {
                    self.rows.push(Row { id, cells: Vec::new(), header: false, bytes: 0, flows: self.rows.iter().any(|row| row.bytes > ROW_BYTES) });
                }
            }
            Tag::Td | Tag::Th => {
                if let Some(row) = self.rows.last_mut() {
                    row.header |= tag == Tag::Th;
                    row.cells.push(Vec::new());
                }
            }
            Tag::Img => self.image(source),
            Tag::Unknown if crate::rewrite::tag_name(source).eq_ignore_ascii_case("amp-img") => self.image(source),
            Tag::Hr if self.is_markdown() => {
                self.put_line("---", out);
                self.gap = Gap::Paragraph;
            }
            Tag::A => self.open_link(id, source),
            Tag::B | Tag::Strong => mark = "**",
            Tag::I | Tag::Em => mark = "*",
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt if self.preformatted == 0 => mark = "`",
            Tag::Del | Tag::S | Tag::Strike => mark = "~~",
            _ => {}
        }
        if void {
            return;
        }
        if self.is_markdown() && self.preformatted == 0 && !mark.is_empty() {
            self.open_mark(mark);
        } else {
            mark = "";
        }
        let number = match tag {
            Tag::Ol => Attributes::get(source, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1),
            _ => 1,
        };
        self.open.push(Open { id, tag, number, mark });
    }

    fn closed(&mut self, id: ElementId, tag: Tag, out: &mut Vec<u8>) {
        let Some(at) = self.open.iter().rposition(|open| open.id == id) else { return };
        if tag.has(is::BLOCK) {
            // While the element is still open: its line bears its marks.
            self.end_line(out);
        }
        let open = self.open.remove(at);
        if !open.mark.is_empty() {
            self.close_mark(open.mark);
        }
        if tag == Tag::A
            && let Some(at) = self.links.iter().rposition(|(link, ..)| *link == id)
        {
            let (_, address, from) = self.links.remove(at);
            self.close_link(&address, from);
        }
        if tag.has(is::BLOCK) {
            let tight = matches!(tag, Tag::Li | Tag::Dt | Tag::Dd | Tag::Td | Tag::Th | Tag::Tr | Tag::Option);
            let in_list = tag.has(is::CONTAINER) && self.open.iter().rev().any(|open| open.tag == Tag::Li);
            self.part(if tight || in_list { Gap::Line } else { Gap::Paragraph });
        }
        match tag {
            Tag::Pre | Tag::Listing | Tag::Xmp => {
                self.preformatted = self.preformatted.saturating_sub(1);
                if self.fence && self.preformatted == 0 {
                    self.gap = Gap::Line;
                    self.put_line("```", out);
                    self.gap = Gap::Paragraph;
                    self.fence = false;
                }
            }
            Tag::Li => self.item = None,
            Tag::Tr if self.rows.last().is_some_and(|row| row.id == id) => {
                if let Some(row) = self.rows.pop() {
                    self.put_row(row, out);
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, raw: &str, kind: TextKind, out: &mut Vec<u8>) {
        let text = if kind == TextKind::Literal || !raw.contains('&') { raw.into() } else { htmlize::unescape(raw) };
        if let Some(title) = &mut self.title {
            title.hear(&text);
        }
        if self.preformatted > 0 {
            for (n, part) in text.split('\n').enumerate() {
                if n > 0 {
                    self.end_preformatted_line(out);
                }
                self.line.push_str(part.trim_end_matches('\r'));
            }
            return;
        }
        // Words with single spaces between them are taken at once.
        let (bytes, mut from, mut at) = (text.as_bytes(), 0, 0);
        while at < bytes.len() {
            let length = space_length(&text, at);
            let is_single = length == 1 && bytes[at] == b' ' && at > from && bytes.get(at + 1).is_some_and(|next| !MAY_BE_SPACE[usize::from(*next)]);
            if length == 0 || is_single {
                at += 1;
                continue;
            }
            self.word(&text[from..at]);
            self.space = true;
            at += length;
            from = at;
        }
        self.word(&text[from..]);
        // A line without end is written as far as it goes; only marks that are still open are lost to it.
        if self.line.len() > LINE_BYTES && self.rows.is_empty() {
            let (line, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
            self.links.clear();
            self.put_decorated(&line, marks, out);
            self.gap = Gap::None;
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        self.due_space();
        if self.is_markdown() { escape_markdown(word, &mut self.line) } else { self.line.push_str(word) }
    }

    fn due_space(&mut self) {
        let begins_link = || self.links.last().is_some_and(|(.., from)| from + 1 == self.line.len());
        if std::mem::take(&mut self.space) && !self.line.is_empty() && !begins_link() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    fn open_mark(&mut self, mark: &str) {
        self.due_space();
        self.line.push_str(mark);
    }

    /// A mark must stand right after a word; one around nothing is taken back.
    fn close_mark(&mut self, mark: &str) {
        if self.line.ends_with(mark) {
            let end = self.line.len() - mark.len();
            self.line.truncate(end);
        } else if !self.line.is_empty() {
            self.line.push_str(mark);
        }
    }

    fn open_link(&mut self, id: ElementId, source: &str) {
        let Some(markdown) = &self.markdown else { return };
        let Some(href) = Attributes::decoded(source, "href") else { return };
        let Some(address) = markdown.addresses.link(&href).map(std::borrow::Cow::into_owned) else { return };
        self.due_space();
        self.links.push((id, address, self.line.len()));
        self.line.push('[');
    }

    fn close_link(&mut self, address: &str, from: usize) {
        let body = self.line.get(from..).unwrap_or_default();
        if !body.starts_with('[') {
            // The line ended inside the link.
            return;
        }
        if body.len() == 1 {
            self.line.truncate(from);
            return;
        }
        let address = address.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
        self.line.push_str("](");
        self.line.push_str(&address);
        self.line.push(')');
    }

    fn image(&mut self, source: &str) {
        let Some(markdown) = &self.markdown else { return };
        let names = markdown.media.lazy_sources.iter().map(String::as_str).chain(["src"]);
        let address = names.into_iter().find_map(|name| {
            let value = Attributes::decoded(source, name)?;
            markdown.addresses.load(&value).map(std::borrow::Cow::into_owned)
        });
        let Some(address) = address else { return };
        let alt = Attributes::decoded(source, "alt").unwrap_or_default();
        self.due_space();
        self.line.push_str("![");
        escape_markdown(&alt.split_whitespace().collect::<Vec<_>>().join(" "), &mut self.line);
        self.line.push_str("](");
        self.line.push_str(&address.replace(' ', "%20").replace('(', "%28").replace(')', "%29"));
        self.line.push(')');
    }

    fn begin_item(&mut self) {
        let list = self.open.iter_mut().rev().find(|open| matches!(open.tag, Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir));
        let depth =
            |flow: &Flow| flow.open.iter().filter(|open| matches!(open.tag, Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir)).count().saturating_sub(1);
        let mark = match list {
            Some(list) if list.tag == Tag::Ol => {
                list.number += 1;
                format!("{}. ", list.number - 1)
            }
            _ => "- ".to_owned(),
        };
        self.item = Some("  ".repeat(depth(self).min(16)) + &mark);
    }

    fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn end_preformatted_line(&mut self, out: &mut Vec<u8>) {
        let (line, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
        self.put_marked(line.trim_end(), marks, out);
        self.gap = Gap::Line;
    }

    /// Ends the line that is being gathered.
    fn end_line(&mut self, out: &mut Vec<u8>) {
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
    fn entitle(&mut self, title: &str) {
        if !self.wrote && self.title.as_ref().is_none_or(|known| known.text() != title) {
            self.title = Some(Title::new(title));
        }
    }

    fn put_decorated(&mut self, line: &str, mut marks: Vec<Placed>, out: &mut Vec<u8>) {
        let decorated = self.decorated(line);
        shift(&mut marks, decorated.len() - line.len());
        self.put_marked(&decorated, marks, out);
    }

    fn put_marked(&mut self, line: &str, marks: Vec<Placed>, out: &mut Vec<u8>) {
        self.put_line(line, out);
        let from = out.len() - line.len();
        // What was trimmed off the line is not there.
        let left = marks.into_iter().map(|(finding, range)| (finding, range.start..range.end.min(line.len()))).filter(|(_, range)| !range.is_empty());
        self.placed.extend(left.map(|(finding, range)| (finding, from + range.start..from + range.end)));
    }

    /// What moderation writes in place of a part of a text.
    fn written(&mut self, edit: &Edit, kind: TextKind, out: &mut Vec<u8>) {
        let before = self.line.len();
        self.words(&edit.text, kind, out);
        // Of what reaches over a line's end the last line counts.
        let from = if self.line.len() < before { 0 } else { before };
        let space = usize::from(self.preformatted == 0 && self.line[from..].starts_with(' '));
        if self.line.len() > from + space {
            self.marks.push((edit.finding, from + space..self.line.len()));
        }
    }

    fn put_line(&mut self, line: &str, out: &mut Vec<u8>) {
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

    fn put_title(&mut self, out: &mut Vec<u8>) {
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

    fn put_lines(&mut self, cells: Vec<Vec<Line>>, out: &mut Vec<u8>) {
        for line in cells.into_iter().flatten() {
            self.gap = Gap::Paragraph;
            self.put_marked(&line.text, line.marks, out);
        }
    }

    fn put_row(&mut self, row: Row, out: &mut Vec<u8>) {
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

/// Bytes of white space, or which white space begins with (Unicode, PropList.txt, `White_Space`).
static MAY_BE_SPACE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 9..=13 | 32 | 0xC2 | 0xE1..=0xE3);
        byte += 1;
    }
    table
};

/// Bytes of the white space that stands at a place; 0 where none begins.
#[inline]
fn space_length(text: &str, at: usize) -> usize {
    let byte = text.as_bytes()[at];
    if !MAY_BE_SPACE[usize::from(byte)] {
        return 0;
    }
    if byte.is_ascii() {
        return 1;
    }
    text[at..].chars().next().filter(|character| character.is_whitespace()).map_or(0, char::len_utf8)
}

fn shift(marks: &mut [Placed], by: usize) {
    marks.iter_mut().for_each(|(_, range)| *range = range.start + by..range.end + by);
}

/// Characters that would be read as markup.
fn escape_markdown(text: &str, into: &mut String) {
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '[' | ']' | '`' | '<' | '>') {
            into.push('\\');
        }
        into.push(character);
    }
}

impl Emitter for Flow {
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>) {
        let range = held.event.range.clone();
        if let Some(title) = page.title {
            self.entitle(title);
        }
        if let Some(leaving) = self.leaving {
            if matches!(held.event.kind, EventKind::Close { id, .. } if id == leaving) {
                self.leaving = None;
            }
            return;
        }
        match held.event.kind {
            // Where a block was removed, what stood around it stays apart.
            kind if !held.is_kept() => {
                if kind.parts_lines() {
                    self.end_line(out);
                    self.part(Gap::Line);
                }
            }
            EventKind::Open { id, tag, void, .. } => {
                let edits = within(page.edits, &range);
                self.opened(id, tag, void, &page.text(range), out);
                // A picture's text, where it is all that moderation has written and stands there once.
                if let [edit] = edits
                    && !edit.text.is_empty()
                    && let Some(from) = self.line.rfind("![")
                    && self.line[from..].matches(&*edit.text).count() == 1
                    && let Some(at) = self.line[from..].find(&*edit.text)
                {
                    self.marks.push((edit.finding, from + at..from + at + edit.text.len()));
                }
            }
            EventKind::Close { id, tag, .. } => self.closed(id, tag, out),
            EventKind::Text(TextKind::Raw) => {}
            EventKind::Text(kind) => {
                for part in page.parts(range) {
                    match part {
                        Part::Page(text) => self.words(text, kind, out),
                        Part::Edit(edit) => self.written(edit, kind, out),
                    }
                }
            }
            EventKind::Break { blank } => {
                self.end_line(out);
                self.part(if blank { Gap::Paragraph } else { Gap::Line });
            }
            EventKind::Stray { block: true } => {
                self.end_line(out);
                self.part(Gap::Line);
            }
            EventKind::Comment | EventKind::Doctype | EventKind::Stray { .. } => {}
        }
    }

    fn placed(&mut self) -> &mut Vec<Placed> {
        &mut self.placed
    }

    fn finish(&mut self, _page: &PageSource<'_>, out: &mut Vec<u8>) {
        self.end_line(out);
        while let Some(row) = self.rows.pop() {
            self.put_row(row, out);
        }
        if !self.wrote {
            self.put_title(out);
        }
        if self.wrote {
            out.push(b'\n');
        }
    }
}
