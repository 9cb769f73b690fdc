//! `text` and `markdown`: what was kept, in reading order. One way through the page; the two differ in the marks they set.

mod line;
mod markdown;
mod row;
mod words;

use super::title::Title;
use super::{Addresses, Emitter, PageSource, Part, Placed};
use crate::moderate::edit::within;
use crate::rewrite::button;
use crate::rewrite::left::{Left, is_left_out};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, EventKind, Tag, TextKind};
use crate::rules::media::Media;
use crate::strip::Held;
use line::Gap;
use markdown::Markdown;
use row::{ROW_BYTES, Row};
use std::sync::Arc;

/// Writes one page as text.
pub(super) struct Flow {
    markdown: Option<Markdown>,
    open: Vec<Open>,
    leaving: Option<Left>,
    line: String,
    /// What moderation has written into the line.
    marks: Vec<Placed>,
    placed: Vec<Placed>,
    /// White space is due before the next word.
    space: bool,
    /// A picture stands before the next word, and parts it from the one before.
    is_pictured: bool,
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

struct Open {
    id: ElementId,
    tag: Tag,
    /// Number of the next item, in an `ol`.
    number: u64,
    /// A closing mark of Markdown that is due.
    mark: &'static str,
}

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
            is_pictured: false,
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
        let in_heading = || self.open.iter().any(|open| open.tag.has(is::HEADING));
        let is_pressed = tag == Tag::Button && !button::is_read(source, in_heading());
        let is_left = is_pressed || is_left_out(tag);
        let is_annotation = tag == Tag::Unknown && crate::rewrite::tag_name(source).to_ascii_lowercase().starts_with("annotation");
        if is_left || is_annotation {
            if !void {
                self.leaving = Some(Left::new(id, tag));
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
            Tag::Img => {
                self.image(source);
                self.is_pictured = true;
            }
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
}

impl Emitter for Flow {
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>) {
        let range = held.event.range.clone();
        if let Some(title) = page.title {
            self.entitle(title);
        }
        if Left::takes(&mut self.leaving, held.event.kind) {
            return;
        }
        match held.event.kind {
            // Where a block was removed, what stood around it stays apart.
            kind if !held.is_kept() || (held.is_title && !page.with_title) => {
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
