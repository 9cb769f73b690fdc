//! What ends and joins the lines of each reader. The page shows edges that emitters do not write, and emitters write tags that the page ignores: what
//! one of them parts stands together for another. Each reads a line once more by itself, where that is another reading.

use super::Passage;
use super::fostered::is_part;
use super::lines::{Piece, by};
use crate::moderate::seen::{is_hiding, is_shown};
use crate::rewrite::button;
use crate::rewrite::left::{Left, is_left_out};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, Event, EventKind, Tag, TextKind, Window, decode_value, makes_box, makes_inline, tag_name};
use std::ops::Range;

/// What is open that somebody does not see as it stands.
#[derive(Default)]
pub(super) struct Written {
    /// The element that is left out where elements are written anew, and who does not see it.
    left: Option<Left>,
    left_by: u8,
    /// The element that browsers do not show, how many parts of tables were open when it opened, and whether it is one of them.
    hidden: Option<ElementId>,
    hidden_at: usize,
    is_part_hidden: bool,
    /// A block that has opened behind the texts and holds nothing so far: without content it is not written.
    opened: Option<ElementId>,
    /// Inline elements whose own style makes boxes of them.
    boxes: Vec<ElementId>,
    /// Blocks whose own style puts them into the line, or whose tags browsers ignore.
    inlines: Vec<ElementId>,
    /// Where what the last `pre` holds begins: a line end there is none (HTML 13.2.6.4.7, "pre").
    pre_content: Option<u64>,
    /// Headings that are open, and the outermost `select`.
    headings: u32,
    select: Option<ElementId>,
}

impl Written {
    /// Begins a page.
    pub(super) fn begin(&mut self) {
        *self = Written { boxes: std::mem::take(&mut self.boxes), inlines: std::mem::take(&mut self.inlines), ..Written::default() };
        self.boxes.clear();
        self.inlines.clear();
    }

    /// Begins a passage.
    pub(super) fn clear(&mut self) {
        self.opened = None;
    }

    /// Whether browsers do not show what comes next, and that for an element which opened with so many parts of tables open.
    #[inline]
    pub(super) fn is_hidden_at(&self, depth: usize) -> bool {
        self.hidden.is_some() && self.hidden_at == depth
    }

    /// The readers that see what comes next.
    #[inline]
    fn seers(&self) -> u8 {
        let shown = if self.hidden.is_some() { by::SHOWN } else { 0 };
        by::ALL & !(shown | if self.left.is_some() { self.left_by } else { 0 })
    }
}

/// Who does not see an element, though the text around it goes on.
fn left_by(tag: Tag, source: &str, in_heading: bool) -> u8 {
    let goes = match tag {
        // Their text is none to the reading of the page either.
        Tag::Script | Tag::Style => return 0,
        Tag::Meter | Tag::Progress | Tag::Frameset => return by::WRITTEN,
        Tag::Button => !button::is_read(source, in_heading),
        Tag::Unknown => is_annotation(tag_name(source)),
        tag => is_left_out(tag),
    };
    if goes { by::WRITTEN | by::LINES } else { 0 }
}

fn is_annotation(name: &str) -> bool {
    name.get(.."annotation".len()).is_some_and(|start| start.eq_ignore_ascii_case("annotation"))
}

/// Whether an element that is left out is a box of its own on the page.
fn is_boxed(tag: Tag) -> bool {
    !matches!(tag, Tag::Unknown | Tag::Applet | Tag::Template | Tag::Noscript | Tag::Title | Tag::Noembed | Tag::Noframes | Tag::Frameset)
}

/// Whether a block is one that `republish` does not write, but its content.
fn is_unwrapped(tag: Tag) -> bool {
    matches!(tag, Tag::Option | Tag::Optgroup | Tag::Body | Tag::Html | Tag::Button)
}

/// Whether a void element is written: a picture that has an address and is not hidden.
fn is_written(tag: Tag, source: &str) -> bool {
    let get = |name| Attributes::get(source, name);
    let hides = || get("hidden").is_some() || get("style").is_some_and(|style| is_hiding(&decode_value(style)));
    let leads = |address: &str| !address.is_empty() && !address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    tag == Tag::Wbr || tag == Tag::Img && get("src").is_some_and(|address| leads(address.trim())) && !hides()
}

/// Whether browsers do not show an element, nor that it is there.
fn is_unshown(tag: Tag, source: &str, hides: bool, is_opened_noscript: bool) -> bool {
    let get = |name| Attributes::get(source, name);
    match tag {
        Tag::Template | Tag::Rp | Tag::Rt | Tag::Rtc => true,
        Tag::Dialog if get("open").is_none() => true,
        Tag::Audio if get("controls").is_none() => true,
        // Who reads the page with scripts does not see it.
        Tag::Div if is_opened_noscript => true,
        _ => hides && (get("hidden").is_some() || get("style").is_some_and(|style| is_hiding(&decode_value(style)))),
    }
}

/// Whose lines the edge of a block ends, where it is none to those for whom elements are written anew.
const ON_PAGE: u8 = by::PAGE | by::SHOWN | by::LINES;

impl Passage {
    /// A start tag, as far as lines go. `is_line` tells whether it begins a line of the passage.
    #[inline]
    pub(super) fn written_open(&mut self, event: &Event, is_kept: bool, is_line: bool, window: &Window) {
        let EventKind::Open { id, tag, void, hides, .. } = event.kind else { return };
        let source = window.text(event.range.clone());
        self.written.headings += u32::from(!void && tag.has(is::HEADING));
        if matches!(tag, Tag::Pre | Tag::Listing) {
            self.written.pre_content = Some(event.range.end);
        }
        let is_ignored = self.is_ignored(tag);
        if tag == Tag::Select && !void {
            self.written.select.get_or_insert(id);
        }
        let is_hidden = self.written.hidden.is_none()
            && (self.drawings.is_note(tag, source) || is_unshown(tag, source, hides, window.is_opened_noscript(event.range.start)))
            && !is_ignored;
        if is_hidden && !void {
            let is_part = is_part(tag);
            let depth = self.fostered.depth() - usize::from(is_part);
            (self.written.hidden, self.written.hidden_at, self.written.is_part_hidden) = (Some(id), depth, is_part);
        }
        let was_left = Left::takes(&mut self.written.left, event.kind);
        let seers = self.written.seers() & if is_hidden { !by::SHOWN } else { by::ALL };
        let mut line = if is_line || tag == Tag::Br { ON_PAGE } else { 0 };
        let is_inline = || hides && !is_hidden && Attributes::decoded(source, "style").is_some_and(|style| makes_inline(&style));
        if is_line && !void && (is_ignored || is_inline()) {
            self.written.inlines.push(id);
            line &= !by::SHOWN;
        }
        let leaves = if void || was_left { 0 } else { left_by(tag, source, self.written.headings > 0) };
        if leaves != 0 {
            (self.written.left, self.written.left_by) = (Some(Left::new(id, tag)), leaves);
            let boxed = if is_boxed(tag) { by::SHOWN } else { 0 };
            self.left_edge((line | boxed) & seers & !leaves, window);
        } else if line == 0 && (void || self.drawings.is_picture(tag, source)) {
            self.void_in_line(tag, source, seers & if is_ignored { !by::SHOWN } else { by::ALL }, window);
        } else if line == 0 {
            if hides && !is_hidden && !is_ignored {
                self.boxed_open(id, source, seers, window);
            }
        } else if !is_kept || is_unwrapped(tag) {
            let ignored = if matches!(tag, Tag::Body | Tag::Html) { by::SHOWN } else { 0 };
            self.left_edge(line & seers & !ignored, window);
        } else if void {
            self.line_edge((line | by::WRITTEN) & seers, window);
        } else {
            if self.lines.open() & by::WRITTEN & seers != 0 {
                self.written.opened.get_or_insert(id);
            }
            self.line_edge(line & seers, window);
        }
    }

    /// Whether browsers ignore a tag: of a part of a table where none is open, of frames in a page of text, of nearly any element in a `select`.
    fn is_ignored(&self, tag: Tag) -> bool {
        let is_of_select = || matches!(tag, Tag::Select | Tag::Option | Tag::Optgroup | Tag::Hr | Tag::Template | Tag::Script);
        tag == Tag::Frameset
            || (self.written.select.is_some() && !is_of_select())
            || (is_part(tag) && !matches!(tag, Tag::Table | Tag::Template) && !self.fostered.has_table())
    }

    /// An inline element whose own style may make a box of it.
    fn boxed_open(&mut self, id: ElementId, source: &str, seers: u8, window: &Window) {
        if Attributes::decoded(source, "style").is_some_and(|style| makes_box(&style)) {
            self.written.boxes.push(id);
            self.line_edge(by::SHOWN & seers, window);
        }
    }

    /// What stands in the line and holds nothing.
    fn void_in_line(&mut self, tag: Tag, source: &str, seers: u8, window: &Window) {
        if tag == Tag::Img && self.written.opened.is_some() && is_written(tag, source) {
            self.written.opened = None;
            self.line_edge(by::WRITTEN & seers, window);
        } else if self.lines.open() != 0 && is_shown(tag, source) {
            let pictured = if is_written(tag, source) { by::ALL } else { by::PAGE | by::SHOWN | by::SPACED };
            self.lines.space(pictured & seers);
        }
    }

    /// An end tag.
    #[inline]
    pub(super) fn written_close(&mut self, event: &Event, is_kept: bool, is_line: bool, window: &Window) {
        let EventKind::Close { id, tag, .. } = event.kind else { return };
        self.written.headings = self.written.headings.saturating_sub(u32::from(tag.has(is::HEADING)));
        self.written.select.take_if(|select| *select == id);
        let seers = self.written.seers();
        self.written.hidden.take_if(|hidden| *hidden == id);
        if !self.written.boxes.is_empty() && self.written.boxes.last() == Some(&id) {
            self.written.boxes.pop();
            self.line_edge(by::SHOWN & seers, window);
        }
        let mut line = if is_line { ON_PAGE } else { 0 };
        if !self.written.inlines.is_empty() && self.written.inlines.last() == Some(&id) {
            self.written.inlines.pop();
            line &= !by::SHOWN;
        }
        let was_left = Left::takes(&mut self.written.left, event.kind);
        if was_left && self.written.left.is_none() {
            let boxed = if is_boxed(tag) { by::SHOWN } else { 0 };
            self.left_edge((line | boxed) & seers, window);
        } else if self.written.opened.take_if(|opened| *opened == id).is_some() || (is_line && (!is_kept || is_unwrapped(tag))) {
            let ignored = if matches!(tag, Tag::Body | Tag::Html) { by::SHOWN } else { 0 };
            self.left_edge(line & seers & !ignored, window);
        } else if is_line {
            let written = if self.written.opened.is_none() { by::WRITTEN } else { 0 };
            self.line_edge((line | written) & seers, window);
        }
    }

    /// A tag that opens or closes nothing. Browsers ignore it, but for the ends of what is not open that they make elements of.
    pub(super) fn written_stray(&mut self, source: &str, is_line: bool, window: &Window) {
        let ends = |name: &str| source.starts_with("</") && tag_name(source).eq_ignore_ascii_case(name);
        let is_made = ends("br") || (ends("p") && self.written.select.is_none());
        if is_line || is_made {
            let line = if is_line { by::PAGE | by::LINES } else { 0 };
            let shown = if is_made { by::SHOWN } else { 0 };
            self.line_edge((line | shown) & self.written.seers(), window);
        }
    }

    /// The edge of a line that is no tag.
    pub(super) fn written_break(&mut self, is_kept: bool, range: &Range<u64>, window: &Window) {
        let seers = self.written.seers();
        match (range.is_empty(), is_kept) {
            // A box by style, or a custom element, which browsers show in the line.
            (true, _) => self.line_edge((by::SPACED | by::LINES) & seers, window),
            (false, true) => self.line_edge(by::ALL & seers, window),
            (false, false) => self.left_edge(ON_PAGE & seers, window),
        }
    }

    /// A text, where nothing that is left out stands around it.
    pub(super) fn written_text(&mut self, mut range: Range<u64>, kind: TextKind, number: u64, window: &Window) {
        if self.written.pre_content.take() == Some(range.start) {
            let text = window.text(range.clone());
            let after = text.strip_prefix("\r\n").or_else(|| text.strip_prefix(['\n', '\r'])).unwrap_or(text);
            range.start += (text.len() - after.len()) as u64;
            if range.is_empty() {
                return;
            }
        }
        let mut seers = self.written.seers();
        if self.aside.is_some() {
            seers &= !by::PAGE;
        }
        if self.written.is_part_hidden && self.written.hidden.is_some() && self.fostered.is_between_from(self.written.hidden_at) {
            // What stands between the parts of a hidden table is shown in front of it.
            seers |= by::SHOWN;
        }
        if self.written.opened.is_some() && seers & by::WRITTEN != 0 && !window.text(range.clone()).trim_ascii().is_empty() {
            self.written.opened = None;
            self.line_edge(by::WRITTEN, window);
        }
        let piece = Piece { range, kind, number };
        if self.fostered.is_between() && seers & (by::SHOWN | by::JOINED) != 0 {
            self.fostered_text(&piece, seers, window);
        }
        self.line_text(piece, seers, window);
    }

    /// An edge of some readers, which is no more than a space where elements are written anew.
    fn left_edge(&mut self, seen_by: u8, window: &Window) {
        self.line_edge(seen_by, window);
        if self.lines.open() != 0 {
            self.lines.space(by::SPACED);
        }
    }

    /// Ends all lines.
    pub(super) fn end_written(&mut self, window: &Window) {
        self.line_edge(by::ALL, window);
        self.pass_fostered(window);
    }
}
