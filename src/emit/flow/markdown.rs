//! What Markdown marks: how words look, where links lead, pictures, and what stands around a line.

use super::Flow;
use super::line::Gap;
use crate::emit::Addresses;
use crate::rewrite::{Attributes, ElementId, Tag};
use crate::rules::media::Media;
use std::ops::Range;
use std::sync::Arc;

/// So many quotes and items around a line are marked.
const CONTAINERS: usize = 24;
/// A link that reaches over more lines is one that nothing has closed.
const LINK_LINES: u32 = 4;
/// What a run or an address takes besides its text.
const RUN_BYTES: usize = 64;
/// The largest number of an item (CommonMark 0.31, 5.2).
const LARGEST_NUMBER: u64 = 999_999_999;

/// What an element makes of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Strong,
    Emphasis,
    Strike,
    Code,
}

/// How words look. A link and a picture are told by the place of their address among those of the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) strong: bool,
    pub(super) emphasis: bool,
    pub(super) strike: bool,
    pub(super) code: bool,
    pub(super) link: Option<u32>,
    pub(super) picture: Option<u32>,
}

/// From a place of the line on, words look like this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) style: Style,
}

/// A quote or an item of a list that is open.
pub(super) struct Container {
    id: ElementId,
    /// What the first line has in front.
    mark: String,
    /// Further lines have this.
    goes_on: String,
    is_begun: bool,
}

/// What Markdown needs besides the text.
pub(super) struct Markdown {
    pub(super) addresses: Addresses,
    pub(super) media: Arc<Media>,
    pub(super) has_base: bool,
    /// How many elements of each mark are open.
    marks: [u32; 4],
    /// Links that are open, and how many lines each may reach over.
    links: Vec<(ElementId, String, u32)>,
    /// How the words of the line look.
    pub(super) runs: Vec<Run>,
    /// The addresses of the line, and their bytes.
    pub(super) targets: Vec<String>,
    pub(super) target_bytes: usize,
    pub(super) has_picture: bool,
    containers: Vec<Container>,
    /// One of them has ended since the last line, inside of another.
    pub(super) has_left: bool,
    /// Columns of the table whose row was written last.
    pub(super) columns: usize,
    /// The line before is a row: the next one is another, if nothing parts them.
    pub(super) is_after_row: bool,
    /// The length of the fence around the code that is being written.
    pub(super) fence: usize,
}

impl Markdown {
    pub(super) fn new(addresses: Addresses, media: Arc<Media>) -> Self {
        Markdown {
            addresses,
            media,
            has_base: false,
            marks: [0; 4],
            links: Vec::new(),
            runs: Vec::new(),
            targets: Vec::new(),
            target_bytes: 0,
            has_picture: false,
            containers: Vec::new(),
            has_left: false,
            columns: 0,
            is_after_row: false,
            fence: 0,
        }
    }

    fn target(&mut self, address: String) -> u32 {
        self.target_bytes += address.len();
        self.targets.push(address);
        self.targets.len() as u32 - 1
    }

    /// Whether a picture is the last thing of a line that is so long.
    pub(super) fn ends_with_picture(&self, length: usize) -> bool {
        let before = self.runs.len().checked_sub(2).and_then(|at| self.runs.get(at));
        before.is_some_and(|run| run.style.picture.is_some()) && self.runs.last().is_some_and(|run| run.start == length)
    }

    /// What is held of the line besides its text: bytes, about.
    pub(super) fn held_bytes(&self) -> usize {
        self.target_bytes + RUN_BYTES * (self.runs.len() + self.targets.len())
    }

    /// How the next words look.
    fn style(&mut self) -> Style {
        let is = |mark: Mark| self.marks[mark as usize] > 0;
        let style =
            Style { strong: is(Mark::Strong), emphasis: is(Mark::Emphasis), strike: is(Mark::Strike), code: is(Mark::Code), ..Style::default() };
        let Some((_, address, _)) = self.links.last() else { return style };
        let known = self.targets.iter().rev().take(2).position(|target| target == address);
        let link = match known {
            Some(at) => (self.targets.len() - 1 - at) as u32,
            None => self.target(address.clone()),
        };
        Style { link: Some(link), ..style }
    }

    /// From a place of the line on, words look as the open elements say.
    fn restyle(&mut self, at: usize) {
        let style = self.style();
        match self.runs.last_mut() {
            Some(last) if last.start == at && last.style.picture.is_none() => last.style = style,
            Some(last) if last.style == style => {}
            None if style == Style::default() => {}
            _ => self.runs.push(Run { start: at, style }),
        }
    }

    /// Begins a line, behind one or behind nothing: what is open goes on in it.
    pub(super) fn begin_line(&mut self, is_behind_one: bool) {
        if self.runs.is_empty() && self.marks == [0; 4] && self.links.is_empty() {
            return;
        }
        self.runs.clear();
        self.targets.clear();
        (self.target_bytes, self.has_picture) = (0, false);
        self.links.retain_mut(|(_, _, lines)| {
            *lines -= u32::from(is_behind_one);
            *lines > 0
        });
        self.restyle(0);
    }

    /// What stands in front of the next line.
    pub(super) fn prefix(&mut self) -> String {
        let mut prefix = String::new();
        for container in &mut self.containers {
            let is_first = !std::mem::replace(&mut container.is_begun, true);
            prefix.push_str(if is_first { &container.mark } else { &container.goes_on });
        }
        prefix
    }

    /// Whether the next line is the first of an item.
    pub(super) fn begins_item(&self) -> bool {
        self.containers.iter().any(|container| !container.is_begun && container.mark != container.goes_on)
    }

    pub(super) fn quote(&mut self, id: ElementId) {
        self.contain(Container { id, mark: "> ".to_owned(), goes_on: "> ".to_owned(), is_begun: false });
    }

    pub(super) fn item(&mut self, id: ElementId, number: Option<u64>) {
        let mark = match number.filter(|number| *number <= LARGEST_NUMBER) {
            Some(number) => format!("{number}. "),
            None => "- ".to_owned(),
        };
        self.contain(Container { id, goes_on: " ".repeat(mark.len()), mark, is_begun: false });
    }

    fn contain(&mut self, container: Container) {
        if self.containers.len() < CONTAINERS {
            self.containers.push(container);
        }
    }

    pub(super) fn leave_container(&mut self, id: ElementId) {
        let Some(at) = self.containers.iter().rposition(|container| container.id == id) else { return };
        let left = self.containers.remove(at);
        self.has_left |= left.is_begun && !self.containers.is_empty();
    }
}

impl Flow {
    pub(super) fn open_mark(&mut self, mark: Mark) {
        if let Some(markdown) = &mut self.markdown {
            markdown.marks[mark as usize] += 1;
            markdown.restyle(self.line.len());
        }
    }

    pub(super) fn close_mark(&mut self, mark: Mark) {
        if let Some(markdown) = &mut self.markdown {
            markdown.marks[mark as usize] -= 1;
            markdown.restyle(self.line.len());
        }
    }

    pub(super) fn open_link(&mut self, id: ElementId, source: &str) {
        let Some(markdown) = &mut self.markdown else { return };
        let Some(href) = Attributes::decoded(source, "href") else { return };
        let Some(address) = markdown.addresses.link(&href).map(|address| as_target(&address)) else { return };
        markdown.links.push((id, address, LINK_LINES));
        markdown.restyle(self.line.len());
    }

    pub(super) fn close_link(&mut self, id: ElementId) {
        let Some(markdown) = &mut self.markdown else { return };
        if let Some(at) = markdown.links.iter().rposition(|(link, ..)| *link == id) {
            markdown.links.remove(at);
            markdown.restyle(self.line.len());
        }
    }

    /// Writes a picture; gives the place of its text in the line.
    pub(super) fn image(&mut self, source: &str) -> Option<Range<usize>> {
        let markdown = self.markdown.as_mut()?;
        let names = markdown.media.lazy_sources.iter().map(String::as_str).chain(["src"]);
        let address = names.into_iter().find_map(|name| {
            let value = Attributes::decoded(source, name)?;
            markdown.addresses.load(&value).map(|address| as_target(&address))
        })?;
        if self.preformatted > 0 {
            return None;
        }
        self.due_space();
        let markdown = self.markdown.as_mut()?;
        let style = markdown.style();
        let picture = Some(markdown.target(address));
        let start = self.line.len();
        markdown.runs.push(Run { start, style: Style { picture, link: style.link, ..Style::default() } });
        markdown.has_picture = true;
        for word in Attributes::decoded(source, "alt").unwrap_or_default().split_whitespace() {
            if self.line.len() > start {
                self.line.push(' ');
            }
            self.line.push_str(word);
        }
        markdown.runs.push(Run { start: self.line.len(), style });
        Some(start..self.line.len())
    }

    /// Begins an item of a list, in the list that is open.
    pub(super) fn begin_item(&mut self, id: ElementId, source: &str) {
        let is_list = |tag: Tag| matches!(tag, Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir);
        let depth = self.open.iter().filter(|open| is_list(open.tag)).count().saturating_sub(1);
        let list = self.open.iter_mut().rev().find(|open| is_list(open.tag)).filter(|list| list.tag == Tag::Ol);
        let mut begins_late = false;
        let number = list.map(|list| {
            if let Some(value) = Attributes::get(source, "value").and_then(|value| value.trim().parse().ok()) {
                list.number = value;
            }
            begins_late = !std::mem::replace(&mut list.has_items, true) && list.number != 1;
            list.number = list.number.saturating_add(1);
            list.number - 1
        });
        let is_free = self.preformatted == 0 && !self.holds_row();
        let Some(markdown) = &mut self.markdown else {
            let mark = number.map_or("- ".to_owned(), |number| format!("{number}. "));
            self.item = Some("  ".repeat(depth.min(16)) + &mark);
            return;
        };
        if is_free {
            markdown.item(id, number);
        }
        if begins_late {
            // A list that does not begin with one cannot follow a line of text (CommonMark 0.31, 5.3).
            self.part(Gap::Paragraph);
        }
    }
}

/// An address as it stands in a link: without what would end it, or be read as markup.
fn as_target(address: &str) -> String {
    let mut target = String::with_capacity(address.len());
    for character in address.chars() {
        match character {
            '(' | ')' | '<' | '>' | '`' | '|' | '\\' | ' ' => target.push_str(&format!("%{:02X}", character as u32)),
            _ if character.is_whitespace() || character.is_control() => target.push_str("%20"),
            _ => target.push(character),
        }
    }
    target
}
