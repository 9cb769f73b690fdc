//! `text` and `markdown`: what was kept, in reading order. One way through the page; the two differ in the marks they set.

mod inline;
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
use inline::Place;
use line::Gap;
use markdown::{Mark, Markdown};
use row::{ROW_BYTES, Row};
use std::sync::Arc;

/// Writes one page as text.
pub(super) struct Flow {
    markdown: Option<Markdown>,
    open: Vec<Open>,
    leaving: Option<Left>,
    line: String,
    /// Where in the line the text of the picture stands that has come last.
    picture: Option<std::ops::Range<usize>>,
    /// What moderation has written into the line.
    marks: Vec<Placed>,
    placed: Vec<Placed>,
    /// White space is due before the next word.
    space: bool,
    /// A picture stands before the next word, and parts it from the one before.
    is_pictured: bool,
    preformatted: u32,
    rows: Vec<Row>,
    /// What parts the next line from the one before.
    gap: Gap,
    wrote: bool,
    /// The next line of text is the first of a list item: its mark.
    item: Option<String>,
    /// A `pre` has opened, and nothing of it has come.
    begins_code: bool,
    /// A `br` has ended the line before.
    is_broken: bool,
    title: Option<Title>,
}

struct Open {
    id: ElementId,
    tag: Tag,
    /// Number of the next item, in an `ol`.
    number: u64,
    /// An item of it has come.
    has_items: bool,
    /// What Markdown makes of its words.
    mark: Option<Mark>,
}

impl Flow {
    pub(super) fn text() -> Self {
        Flow {
            markdown: None,
            open: Vec::new(),
            leaving: None,
            line: String::new(),
            picture: None,
            marks: Vec::new(),
            placed: Vec::new(),
            space: false,
            is_pictured: false,
            preformatted: 0,
            rows: Vec::new(),
            gap: Gap::Paragraph,
            wrote: false,
            item: None,
            begins_code: false,
            is_broken: false,
            title: None,
        }
    }

    pub(super) fn markdown(addresses: Addresses, media: Arc<Media>) -> Self {
        Flow { markdown: Some(Markdown::new(addresses, media)), ..Flow::text() }
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
                self.leave_room(tag);
            }
            return;
        }
        if tag == Tag::Br && self.preformatted > 0 {
            self.end_preformatted_line(out);
        } else if tag.has(is::BLOCK) || tag == Tag::Br {
            self.end_line(out);
            self.is_broken = tag == Tag::Br;
            if tag != Tag::Br {
                let tight = matches!(tag, Tag::Li | Tag::Dt | Tag::Dd | Tag::Td | Tag::Th | Tag::Tr | Tag::Option);
                let in_list = tag.has(is::CONTAINER) && self.open.iter().rev().any(|open| open.tag == Tag::Li);
                self.part(if tight || in_list { Gap::Line } else { Gap::Paragraph });
            }
        }
        let mut mark = None;
        match tag {
            Tag::Base => {
                if let (Some(markdown), Some(href)) = (&mut self.markdown, Attributes::decoded(source, "href")) {
                    if !markdown.has_base {
                        markdown.addresses.set_base(&href);
                    }
                    markdown.has_base = true;
                }
            }
            Tag::Li => self.begin_item(id, source),
            Tag::Blockquote if self.preformatted == 0 && !self.holds_row() => {
                if let Some(markdown) = &mut self.markdown {
                    markdown.quote(id);
                }
            }
            Tag::Pre | Tag::Listing | Tag::Xmp | Tag::Plaintext => {
                // The lines of code are written as they come.
                self.let_row_flow(out);
                self.preformatted += 1;
                self.begins_code = self.preformatted == 1;
            }
            Tag::Table => self.end_table(),
            Tag::Tr => {
                // A table inside a cell: the outer one is layout.
                self.let_row_flow(out);
                if !void {
                    self.rows.push(Row { id, cells: Vec::new(), bytes: 0, flows: self.rows.iter().any(|row| row.bytes > ROW_BYTES) });
                }
            }
            Tag::Td | Tag::Th => self.begin_cell(out),
            Tag::Img => {
                self.picture = self.image(source);
                self.is_pictured = true;
                if self.bound_line(out) {
                    self.picture = None;
                }
            }
            Tag::Unknown if crate::rewrite::tag_name(source).eq_ignore_ascii_case("amp-img") => self.picture = self.image(source),
            Tag::Hr => self.put_rule(out),
            Tag::A => {
                self.open_link(id, source);
                self.bound_line(out);
            }
            Tag::B | Tag::Strong => mark = Some(Mark::Strong),
            Tag::I | Tag::Em => mark = Some(Mark::Emphasis),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt if self.preformatted == 0 => mark = Some(Mark::Code),
            Tag::Del | Tag::S | Tag::Strike => mark = Some(Mark::Strike),
            _ => {}
        }
        if void {
            return;
        }
        let mark = mark.filter(|_| self.is_markdown());
        if let Some(mark) = mark {
            self.open_mark(mark);
        }
        let number = match tag {
            Tag::Ol => Attributes::get(source, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1),
            _ => 1,
        };
        self.open.push(Open { id, tag, number, has_items: false, mark });
    }

    /// What is left out stands between words, if it is something to see.
    fn leave_room(&mut self, tag: Tag) {
        if tag.has(is::BLOCK) && self.preformatted > 0 && !self.line.is_empty() {
            self.line.push(' ');
        }
        self.space |= tag.has(is::BLOCK);
    }

    /// A line across, where Markdown can have one.
    fn put_rule(&mut self, out: &mut Vec<u8>) {
        if self.preformatted == 0 && !self.holds_row() && self.markdown.as_ref().is_some_and(|markdown| !markdown.begins_item()) {
            self.put_decorated("---", Vec::new(), Place::default(), out);
            self.gap = Gap::Paragraph;
        }
    }

    /// What follows is no row of the table before.
    fn end_table(&mut self) {
        if let Some(markdown) = &mut self.markdown {
            markdown.columns = 0;
        }
    }

    fn closed(&mut self, id: ElementId, tag: Tag, out: &mut Vec<u8>) {
        let Some(at) = self.open.iter().rposition(|open| open.id == id) else { return };
        if tag.has(is::BLOCK) {
            // While the element is still open: its line bears its marks.
            self.end_line(out);
        }
        let open = self.open.remove(at);
        if let Some(mark) = open.mark {
            self.close_mark(mark);
        }
        if tag == Tag::A {
            self.close_link(id);
        }
        if tag.has(is::BLOCK) {
            self.is_broken = false;
            let tight = matches!(tag, Tag::Li | Tag::Dt | Tag::Dd | Tag::Td | Tag::Th | Tag::Tr | Tag::Option);
            let in_list = tag.has(is::CONTAINER) && self.open.iter().rev().any(|open| open.tag == Tag::Li);
            self.part(if tight || in_list { Gap::Line } else { Gap::Paragraph });
        }
        match tag {
            Tag::Pre | Tag::Listing | Tag::Xmp | Tag::Plaintext => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.begins_code = false;
                if self.preformatted == 0 {
                    self.put_fence(out);
                }
            }
            Tag::Table => self.end_table(),
            Tag::Li | Tag::Blockquote => {
                self.item.take_if(|_| tag == Tag::Li);
                if let Some(markdown) = &mut self.markdown {
                    markdown.leave_container(id);
                }
            }
            Tag::Tr if self.rows.last().is_some_and(|row| row.id == id) => {
                if let Some(row) = self.rows.pop() {
                    self.put_row(row, out);
                }
            }
            _ => {}
        }
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
                if let Some(text) = self.picture.take()
                    && let [edit] = edits
                    && !edit.text.is_empty()
                    && self.line[text.clone()].matches(&*edit.text).count() == 1
                    && let Some(at) = self.line[text.clone()].find(&*edit.text)
                {
                    self.marks.push((edit.finding, text.start + at..text.start + at + edit.text.len()));
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
                self.is_broken = false;
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
        self.put_fence(out);
        if !self.wrote {
            self.put_title(out);
        }
        if self.wrote {
            out.push(b'\n');
        }
    }
}
