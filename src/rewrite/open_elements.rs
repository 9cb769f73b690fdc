//! The stack of open elements: which tag closes which.
//!
//! lol_html nests by the tags it sees; pages rely on ends that the standard implies. This follows 13.2.6.4.7 "in body" and the
//! table modes of the HTML standard closely enough to give elements the extents that browsers give them. It
//! does not move nodes (foster parenting) and does not clone formatting elements.

use super::attributes::{Attribute, KnownName};
use super::tag::{Tag, is};
use super::token::StartTag;
use std::ops::Range;

/// Number of an element in its page, in document order from 1.
pub type ElementId = u32;

/// Which vocabulary an element belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// HTML.
    Html,
    /// SVG.
    Svg,
    /// MathML.
    MathMl,
}

/// What ended an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Its own end tag.
    Own,
    /// A tag that the standard lets end it: a `li` by the next `li`, a `p` by a `div`.
    Implied,
    /// An ancestor's end tag: its own is missing.
    Ancestor,
    /// The end of the page.
    EndOfPage,
}

/// An element that is open.
#[derive(Clone, Debug)]
pub struct OpenElement {
    /// Its number.
    pub id: ElementId,
    /// Its tag.
    pub tag: Tag,
    /// Its vocabulary.
    pub namespace: Namespace,
    /// Its start tag begins here in the shared text.
    text: u32,
    length: u32,
    name_length: u32,
    attributes: Range<u32>,
    /// Which known names it has.
    known: u32,
}

/// An element that has just been closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its number.
    pub id: ElementId,
    /// Its tag.
    pub tag: Tag,
    /// What ended it.
    pub how: Closing,
}

/// What a start tag came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// An element is open now.
    Open(ElementId),
    /// An element without content.
    Void(ElementId),
    /// The tag is ignored where it stands, or stands too deep.
    Ignored,
}

/// The start tags of open elements are kept in one text that grows and shrinks with the stack.
#[derive(Debug, Default)]
pub struct OpenElements {
    stack: Vec<OpenElement>,
    text: String,
    attributes: Vec<Attribute>,
    /// Tags too deep to be tracked, innermost last.
    too_deep: Vec<Tag>,
    /// Void element whose attributes are still readable.
    void: Option<OpenElement>,
    next_id: ElementId,
    depth: usize,
    seen_body: bool,
    /// How many elements of each tag are open.
    counts: Vec<u32>,
}

/// What a start tag holds past this many bytes is not looked at either: with the depth it bounds the shared text.
const TAG_BYTES: usize = 256 * 1024;

/// A reference to an element and its attributes.
#[derive(Clone, Copy, Debug)]
pub struct ElementRef<'a> {
    elements: &'a OpenElements,
    element: &'a OpenElement,
}

/// A reference to an attribute: what is not asked for is not cut out of the tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttributeRef<'a> {
    element: ElementRef<'a>,
    attribute: &'a Attribute,
}

impl<'a> AttributeRef<'a> {
    /// The hash of its name ([`super::name_hash`]).
    #[inline]
    pub(crate) fn hash(self) -> u32 {
        self.attribute.hash
    }

    /// Its name, if that is known.
    #[inline]
    pub(crate) fn known(self) -> Option<KnownName> {
        self.attribute.known
    }

    /// Its name as written.
    pub(crate) fn name(self) -> &'a str {
        self.element.slice(&self.attribute.name)
    }

    /// Its raw value.
    pub(crate) fn value(self) -> &'a str {
        self.element.slice(&self.attribute.value)
    }
}

impl<'a> ElementRef<'a> {
    /// The element's number.
    pub fn id(self) -> ElementId {
        self.element.id
    }

    /// The element's tag.
    pub fn tag(self) -> Tag {
        self.element.tag
    }

    /// The element's vocabulary.
    pub fn namespace(self) -> Namespace {
        self.element.namespace
    }

    /// Its name, in lower case.
    pub fn name(self) -> &'a str {
        self.elements.name(self.element)
    }

    /// Its start tag, as written but for the case of an unknown name.
    pub(crate) fn source(self) -> &'a str {
        let end = self.elements.end_of(self.element) as usize;
        &self.elements.text[self.element.text as usize..end]
    }

    fn slice(self, range: &Range<u32>) -> &'a str {
        &self.source()[range.start as usize..range.end as usize]
    }

    fn list(self) -> &'a [Attribute] {
        &self.elements.attributes[self.element.attributes.start as usize..self.element.attributes.end as usize]
    }

    /// Its attributes: name as written and raw value, first duplicates only.
    pub fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.list().iter().map(move |attribute| (self.slice(&attribute.name), self.slice(&attribute.value)))
    }

    /// The same, each with what was found out about it when the tag was read.
    pub(crate) fn hashed_attributes(self) -> impl Iterator<Item = AttributeRef<'a>> {
        self.list().iter().map(move |attribute| AttributeRef { element: self, attribute })
    }

    /// The raw value of an attribute, by its lower-case name.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// Whether it is a place that links lead to, and no link: an `a` with a name and without an address (HTML 4.01, 12.2.1).
    pub(crate) fn is_anchor(self) -> bool {
        self.tag() == Tag::A && self.get(KnownName::Href).is_none() && self.attribute("name").is_some()
    }

    /// The raw value of an attribute whose name is known: at once, where the element has none.
    #[inline]
    pub fn get(self, name: KnownName) -> Option<&'a str> {
        if self.element.known & name.bit() == 0 {
            return None;
        }
        let found = self.list().iter().find(|attribute| attribute.known == Some(name))?;
        Some(self.slice(&found.value))
    }
}

/// Whether a template's start tag asks for a shadow root.
fn is_shadow_root(source: &str) -> bool {
    super::Attributes::get(source, "shadowrootmode").is_some_and(|mode| ["open", "closed"].iter().any(|known| mode.eq_ignore_ascii_case(known)))
}

impl OpenElements {
    /// An empty stack that tells elements apart down to `depth`.
    pub fn new(depth: usize) -> Self {
        OpenElements { depth: depth.max(8), counts: vec![0; Tag::COUNT], ..OpenElements::default() }
    }

    /// The open elements, outermost first.
    pub fn stack(&self) -> &[OpenElement] {
        &self.stack
    }

    /// The open element at a depth.
    pub fn get(&self, depth: usize) -> Option<ElementRef<'_>> {
        self.stack.get(depth).map(|element| ElementRef { elements: self, element })
    }

    /// The element of the start tag that was read last.
    pub fn last_opened(&self) -> Option<ElementRef<'_>> {
        self.void.as_ref().or(self.stack.last()).map(|element| ElementRef { elements: self, element })
    }

    /// Whether an element of this tag is open.
    pub fn has_open(&self, tag: Tag) -> bool {
        self.counts[tag as usize] > 0
    }

    /// Count of open elements, those too deep included.
    pub fn count(&self) -> usize {
        self.stack.len() + self.too_deep.len()
    }

    fn name(&self, element: &OpenElement) -> &str {
        // In SVG and MathML a name means nothing to the table.
        match element.tag {
            Tag::Unknown => &self.text[element.text as usize + 1..][..element.name_length as usize],
            tag => tag.name(),
        }
    }

    /// Reads a start tag, `<` to `>`. Elements that it closes are appended to `closed`, innermost first.
    pub fn start_tag(&mut self, source: &str, closed: &mut Vec<Closed>) -> Opened {
        let mut read = StartTag::default();
        match read.read(source) {
            Some(_) => self.open(source, &read, closed),
            None => Opened::Ignored,
        }
    }

    /// The same when the tag has been read.
    pub(super) fn open(&mut self, source: &str, head: &StartTag, closed: &mut Vec<Closed>) -> Opened {
        let tag = head.tag;
        self.drop_void();
        if self.in_foreign() {
            let self_closing = source.ends_with("/>");
            let breaks_out = tag.has(is::BREAKS_OUT)
                || (tag == Tag::Font
                    && super::Attributes::of(source).any(|(name, _)| ["color", "face", "size"].iter().any(|a| name.eq_ignore_ascii_case(a))));
            if breaks_out {
                while self.in_foreign() {
                    self.pop(Closing::Implied, closed);
                }
            } else {
                let namespace = self.stack.last().map_or(Namespace::Html, |e| e.namespace);
                return self.push(source, head, tag, namespace, self_closing);
            }
        }
        match tag {
            Tag::Svg => return self.push(source, head, tag, Namespace::Svg, source.ends_with("/>")),
            Tag::Math => return self.push(source, head, tag, Namespace::MathMl, source.ends_with("/>")),
            // A declarative shadow root (4.12.3) is shown in its host, unless that stands in a template itself. No page can write this tag's name.
            Tag::Template if !self.has_open(Tag::Template) && is_shadow_root(source) => {
                return self.push(source, head, Tag::ShadowRoot, Namespace::Html, false);
            }
            _ => {}
        }
        if !self.imply_ends(tag, closed) {
            return Opened::Ignored;
        }
        self.push(source, head, tag, Namespace::Html, tag.has(is::VOID))
    }

    /// Closes what the standard says a start tag of this kind closes; false if the tag itself is ignored here.
    fn imply_ends(&mut self, tag: Tag, closed: &mut Vec<Closed>) -> bool {
        // Whatever may not stand in the head ends it.
        if !tag.has(is::HEAD) && self.stack.last().is_some_and(|e| e.tag == Tag::Head) {
            self.pop(Closing::Implied, closed);
        }
        match tag {
            Tag::Html => return self.stack.is_empty(),
            Tag::Head => return !self.seen_body && self.stack.iter().all(|e| e.tag == Tag::Html),
            Tag::Body => {
                let first = !self.seen_body;
                self.seen_body = true;
                return first && self.stack.iter().all(|e| e.tag == Tag::Html);
            }
            Tag::Frameset | Tag::Frame => return true,
            _ => {}
        }
        if !tag.has(is::HEAD) {
            self.seen_body = true;
        }
        if tag.has(is::CLOSES_P) {
            self.close_p(closed);
        }
        // No button holds a part of a page (4.10.6): one that nothing closed would take what follows along.
        if matches!(
            tag,
            Tag::Article | Tag::Main | Tag::Section | Tag::Nav | Tag::Aside | Tag::Header | Tag::Footer | Tag::H1 | Tag::Table | Tag::Form
        ) {
            self.close_formatting(Tag::Button, Closing::Implied, closed);
        }
        match tag {
            _ if tag.has(is::HEADING) && self.stack.last().is_some_and(|e| e.tag.has(is::HEADING)) => {
                self.pop(Closing::Implied, closed);
            }
            Tag::Li => {
                self.close_item(&[Tag::Li], closed);
                self.close_p(closed);
            }
            Tag::Dd | Tag::Dt => {
                self.close_item(&[Tag::Dd, Tag::Dt], closed);
                self.close_p(closed);
            }
            Tag::A | Tag::Nobr => self.close_formatting(tag, Closing::Implied, closed),
            Tag::Button => self.close_in_scope(&[Tag::Button], &[], Closing::Implied, closed),
            Tag::Option | Tag::Optgroup => {
                while self.stack.last().is_some_and(|e| e.tag == Tag::Option || (tag == Tag::Optgroup && e.tag == Tag::Optgroup)) {
                    self.pop(Closing::Implied, closed);
                }
            }
            Tag::Form if self.stack.iter().any(|e| e.tag == Tag::Form) => return self.stack.iter().any(|e| e.tag == Tag::Template),
            Tag::Rb | Tag::Rtc | Tag::Rt | Tag::Rp => {
                while self
                    .stack
                    .last()
                    .is_some_and(|e| matches!(e.tag, Tag::Rb | Tag::Rt | Tag::Rp) || (e.tag == Tag::Rtc && matches!(tag, Tag::Rb | Tag::Rtc)))
                {
                    self.pop(Closing::Implied, closed);
                }
            }
            Tag::Caption | Tag::Colgroup | Tag::Col | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th => {
                return self.open_table_part(tag, closed);
            }
            _ => {}
        }
        true
    }

    /// Clears the stack back to where a part of a table may stand; outside any table the tag is ignored.
    fn open_table_part(&mut self, tag: Tag, closed: &mut Vec<Closed>) -> bool {
        let Some(table) = self.stack.iter().rposition(|e| matches!(e.tag, Tag::Table | Tag::Template)) else { return false };
        let keeps: &[Tag] = match tag {
            Tag::Tr => &[Tag::Tbody, Tag::Thead, Tag::Tfoot],
            Tag::Td | Tag::Th => &[Tag::Tr],
            Tag::Col => &[Tag::Colgroup],
            _ => &[],
        };
        let keep = self.stack[table + 1..].iter().rposition(|e| keeps.contains(&e.tag)).map_or(table + 1, |at| table + 2 + at);
        while self.stack.len() > keep {
            self.pop(Closing::Implied, closed);
        }
        true
    }

    /// Reads an end tag, which has a name as written; false if it closes nothing.
    pub fn end_tag(&mut self, tag: Tag, name: &str, closed: &mut Vec<Closed>) -> bool {
        self.drop_void();
        if let Some(at) = self.too_deep.iter().rposition(|deep| *deep == tag) {
            self.too_deep.truncate(at);
            return false;
        }
        if self.in_foreign() {
            let found = self.stack.iter().rposition(|e| e.namespace == Namespace::Html || self.name(e).eq_ignore_ascii_case(name));
            if let Some(at) = found.filter(|at| self.stack[*at].namespace != Namespace::Html) {
                self.close_through(at, closed);
                return true;
            }
        }
        match tag {
            Tag::Body | Tag::Html | Tag::Br => false,
            Tag::P => self.end_in_scope(&[Tag::P], &[Tag::Button], closed),
            Tag::Li => self.end_in_scope(&[Tag::Li], &[Tag::Ol, Tag::Ul], closed),
            Tag::Form => {
                // A form may have been crossed by other blocks; they stay open.
                let found = self.stack.iter().rposition(|e| e.tag == Tag::Form);
                if let Some(at) = found {
                    self.remove(at, Closing::Own, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::HEADING) => {
                let scope = self.stack.iter().rposition(|e| e.tag.has(is::HEADING) || e.tag.has(is::SCOPE));
                let found = scope.filter(|at| self.stack[*at].tag.has(is::HEADING));
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::FORMATTING) => {
                let before = closed.len();
                self.close_formatting(tag, Closing::Own, closed);
                closed.len() > before
            }
            Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th | Tag::Caption | Tag::Colgroup => {
                let found = self.stack.iter().rposition(|e| e.tag == tag || matches!(e.tag, Tag::Table | Tag::Template));
                let found = found.filter(|at| self.stack[*at].tag == tag);
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            Tag::Head | Tag::Template => {
                let found = self.stack.iter().rposition(|e| e.tag == tag || (tag == Tag::Template && e.tag == Tag::ShadowRoot));
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::SPECIAL) && tag.has(is::BLOCK) => self.end_in_scope(&[tag], &[], closed),
            _ => {
                // "Any other end tag": up the stack, no further than a special element.
                for at in (0..self.stack.len()).rev() {
                    let element = &self.stack[at];
                    let same = if tag == Tag::Unknown { self.name(element).eq_ignore_ascii_case(name) } else { element.tag == tag };
                    if same {
                        self.close_through(at, closed);
                        return true;
                    }
                    if element.tag.has(is::SPECIAL) {
                        return false;
                    }
                }
                false
            }
        }
    }

    /// Ends the page: everything is closed.
    pub fn finish(&mut self, closed: &mut Vec<Closed>) {
        self.drop_void();
        self.too_deep.clear();
        while !self.stack.is_empty() {
            // The ends of body and html are usually left out or ignored, and say nothing about what they hold.
            let top = self.stack[self.stack.len() - 1].tag;
            let how = if matches!(top, Tag::Body | Tag::Html) { Closing::Implied } else { Closing::EndOfPage };
            self.pop(how, closed);
        }
    }

    /// Whether what comes next is SVG or MathML.
    #[inline]
    pub(super) fn in_foreign(&self) -> bool {
        self.stack.last().is_some_and(|e| e.namespace != Namespace::Html && !self.integrates(e))
    }

    /// At an HTML integration point the content is HTML again (13.2.6).
    fn integrates(&self, e: &OpenElement) -> bool {
        match e.namespace {
            Namespace::Html => true,
            Namespace::Svg => ["foreignobject", "desc", "title"].contains(&self.name(e)),
            Namespace::MathMl => self.name(e) == "annotation-xml" && self.holds_html(e),
        }
    }

    /// Whether an annotation says that it is HTML.
    fn holds_html(&self, element: &OpenElement) -> bool {
        let encoding = ElementRef { elements: self, element }.attribute("encoding");
        encoding.is_some_and(|encoding| ["text/html", "application/xhtml+xml"].iter().any(|html| encoding.eq_ignore_ascii_case(html)))
    }

    fn push(&mut self, source: &str, head: &StartTag, tag: Tag, namespace: Namespace, void: bool) -> Opened {
        if !void && self.stack.len() >= self.depth {
            self.too_deep.push(tag);
            return Opened::Ignored;
        }
        // In SVG and MathML only the roots mean what their names mean in HTML.
        let tag = if namespace == Namespace::Html || matches!(tag, Tag::Svg | Tag::Math) { tag } else { Tag::Unknown };
        self.next_id = self.next_id.saturating_add(1);
        let id = self.next_id;
        let text = self.text.len() as u32;
        let (mut known, mut name_length) = (head.known, head.name_length);
        let first_attribute = self.attributes.len() as u32;
        if source.len() <= TAG_BYTES {
            self.text.push_str(source);
            self.attributes.extend_from_slice(&head.attributes);
        } else {
            // Beyond all reason: it is told by its name alone.
            name_length = name_length.min(TAG_BYTES as u32 - 1);
            known = 0;
            self.text.push_str(&source[..=name_length as usize]);
        }
        if tag == Tag::Unknown {
            self.text[text as usize + 1..][..name_length as usize].make_ascii_lowercase();
        }
        let attributes = first_attribute..self.attributes.len() as u32;
        let length = self.text.len() as u32 - text;
        let element = OpenElement { id, tag, namespace, text, length, name_length, attributes, known };
        if void {
            self.void = Some(element);
            return Opened::Void(id);
        }
        self.counts[tag as usize] += 1;
        self.stack.push(element);
        Opened::Open(id)
    }

    fn drop_void(&mut self) {
        if let Some(void) = self.void.take() {
            self.text.truncate(void.text as usize);
            self.attributes.truncate(void.attributes.start as usize);
        }
    }

    fn pop(&mut self, how: Closing, closed: &mut Vec<Closed>) {
        self.drop_void();
        if let Some(element) = self.stack.pop() {
            self.counts[element.tag as usize] -= 1;
            closed.push(Closed { id: element.id, tag: element.tag, how });
            // What a removed element below left behind is freed with the element under it.
            let (text, attributes) = self.stack.last().map_or((0, 0), |below| (self.end_of(below), below.attributes.end));
            self.text.truncate(text as usize);
            self.attributes.truncate(attributes as usize);
        }
    }

    /// Where the element's start tag ends in the shared text.
    fn end_of(&self, element: &OpenElement) -> u32 {
        element.text + element.length
    }

    /// Takes one element out of the middle of the stack.
    fn remove(&mut self, at: usize, how: Closing, closed: &mut Vec<Closed>) {
        if at + 1 == self.stack.len() {
            return self.pop(how, closed);
        }
        let element = self.stack.remove(at);
        self.counts[element.tag as usize] -= 1;
        closed.push(Closed { id: element.id, tag: element.tag, how });
    }

    /// Closes the element at `at` by its own end tag, and what is open inside it for want of one.
    fn close_through(&mut self, at: usize, closed: &mut Vec<Closed>) {
        while self.stack.len() > at + 1 {
            let how = if ends_by_itself(self.stack[self.stack.len() - 1].tag) { Closing::Implied } else { Closing::Ancestor };
            self.pop(how, closed);
        }
        self.pop(Closing::Own, closed);
    }

    fn position_in_scope(&self, tags: &[Tag], more_bounds: &[Tag]) -> Option<usize> {
        // Most are not open anywhere.
        if !tags.iter().any(|tag| self.has_open(*tag)) {
            return None;
        }
        for (at, element) in self.stack.iter().enumerate().rev() {
            if tags.contains(&element.tag) {
                return Some(at);
            }
            if element.tag.has(is::SCOPE) || more_bounds.contains(&element.tag) || element.namespace != Namespace::Html {
                return None;
            }
        }
        None
    }

    fn end_in_scope(&mut self, tags: &[Tag], more_bounds: &[Tag], closed: &mut Vec<Closed>) -> bool {
        let found = self.position_in_scope(tags, more_bounds);
        if let Some(at) = found {
            self.close_through(at, closed);
        }
        found.is_some()
    }

    fn close_in_scope(&mut self, tags: &[Tag], more_bounds: &[Tag], how: Closing, closed: &mut Vec<Closed>) {
        if let Some(at) = self.position_in_scope(tags, more_bounds) {
            while self.stack.len() > at {
                self.pop(how, closed);
            }
        }
    }

    fn close_p(&mut self, closed: &mut Vec<Closed>) {
        self.close_in_scope(&[Tag::P], &[Tag::Button], Closing::Implied, closed);
    }

    /// A list item ends the one before it, unless a block stands between (13.2.6.4.7, "A start tag whose tag name is li").
    fn close_item(&mut self, tags: &[Tag], closed: &mut Vec<Closed>) {
        if !tags.iter().any(|tag| self.has_open(*tag)) {
            return;
        }
        for at in (0..self.stack.len()).rev() {
            let tag = self.stack[at].tag;
            if tags.contains(&tag) {
                while self.stack.len() > at {
                    self.pop(Closing::Implied, closed);
                }
                return;
            }
            if tag.has(is::SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P) {
                return;
            }
        }
    }

    /// The adoption agency, as far as extents go: a formatting element ends, blocks opened inside it stay open, formatting
    /// elements opened inside it are left to their own end tags.
    fn close_formatting(&mut self, tag: Tag, how: Closing, closed: &mut Vec<Closed>) {
        if !self.has_open(tag) {
            return;
        }
        for at in (0..self.stack.len()).rev() {
            let element = &self.stack[at];
            if element.tag == tag {
                let crossed = self.stack[at + 1..].iter().any(|e| e.tag.has(is::SPECIAL) || e.tag.has(is::FORMATTING));
                if crossed {
                    self.remove(at, how, closed);
                } else {
                    while self.stack.len() > at + 1 {
                        self.pop(Closing::Ancestor, closed);
                    }
                    self.pop(how, closed);
                }
                return;
            }
            if element.tag.has(is::SCOPE) {
                return;
            }
        }
    }
}

/// Elements whose end tag may be left out (13.1.2.4).
fn ends_by_itself(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::P
            | Tag::Li
            | Tag::Dd
            | Tag::Dt
            | Tag::Option
            | Tag::Optgroup
            | Tag::Rb
            | Tag::Rp
            | Tag::Rt
            | Tag::Rtc
            | Tag::Tbody
            | Tag::Thead
            | Tag::Tfoot
            | Tag::Tr
            | Tag::Td
            | Tag::Th
            | Tag::Colgroup
            | Tag::Caption
            | Tag::Head
    )
}

#[cfg(test)]
mod tests {
    use super::super::tag_name;
    use super::*;

    /// Feeds tags and tells what each of them closed.
    fn closings(page: &str) -> Vec<String> {
        let mut elements = OpenElements::new(512);
        let mut all = Vec::new();
        for tag in page.split_inclusive('>') {
            let mut closed = Vec::new();
            if tag.starts_with("</") {
                elements.end_tag(Tag::of(tag_name(tag)), tag_name(tag), &mut closed);
            } else {
                elements.start_tag(tag, &mut closed);
            }
            all.extend(closed.iter().map(|c| format!("{}:{:?}", c.tag.name(), c.how)));
        }
        all
    }

    #[test]
    fn ends_are_implied_as_the_standard_says() {
        assert_eq!(closings("<ul><li><li></ul>"), ["li:Implied", "li:Implied", "ul:Own"]);
        assert_eq!(closings("<p><div></p></div>"), ["p:Implied", "div:Own"]);
        assert_eq!(closings("<ul><li><div><ul><li></ul></div><li>"), ["li:Implied", "ul:Own", "div:Own", "li:Implied"]);
        assert_eq!(closings("<table><tr><td><p><tr>"), ["p:Implied", "td:Implied", "tr:Implied"]);
        assert_eq!(closings("<dl><dt><dd></dl>"), ["dt:Implied", "dd:Implied", "dl:Own"]);
        assert_eq!(closings("<td>"), [""; 0]);
        assert_eq!(closings("<head><title></title><div>"), ["title:Own", "head:Implied"]);
    }

    #[test]
    fn crossed_and_unclosed_tags_keep_others_open() {
        assert_eq!(closings("<b><div></b></div>"), ["b:Own", "div:Own"]);
        assert_eq!(closings("<b><i></b></i>"), ["b:Own", "i:Own"]);
        assert_eq!(closings("<div><span></div>"), ["span:Ancestor", "div:Own"]);
        assert_eq!(closings("<td></table></p></div>"), [""; 0]);
        assert_eq!(closings("<a><a></a>"), ["a:Implied", "a:Own"]);
        assert_eq!(closings("<div><table></div></table>"), ["table:Own"]);
        assert_eq!(closings("<svg><path/><div>"), ["svg:Implied"]);
        assert_eq!(closings("<svg><foreignObject><div></div></svg>"), ["div:Own", ":Ancestor", "svg:Own"]);
        assert_eq!(
            closings("<p><i><template shadowrootmode=open><div><a></template></i></p>"),
            ["a:Ancestor", "div:Ancestor", "/shadow:Own", "i:Own", "p:Own"]
        );
        assert_eq!(closings("<template><b><template shadowrootmode=open></template></b></template>"), ["template:Own", "b:Own", "template:Own"]);
    }

    #[test]
    fn attributes_live_as_long_as_their_element() {
        let mut elements = OpenElements::new(8);
        let mut closed = Vec::new();
        elements.start_tag("<DIV Class='a' class=b ID=c>", &mut closed);
        elements.start_tag("<img src=x>", &mut closed);
        assert_eq!(elements.last_opened().unwrap().attribute("src"), Some("x"));
        elements.start_tag("<b title=t>", &mut closed);
        elements.start_tag("<p lang=ar>", &mut closed);
        elements.end_tag(Tag::B, "b", &mut closed);
        assert_eq!(elements.last_opened().unwrap().attribute("lang"), Some("ar"));
        elements.end_tag(Tag::P, "p", &mut closed);
        let div = elements.last_opened().unwrap();
        assert_eq!((div.name(), div.attribute("class"), div.attributes().count()), ("div", Some("a"), 2));
        for _ in 0..20 {
            elements.start_tag("<div>", &mut closed);
        }
        assert_eq!((elements.stack().len(), elements.count()), (8, 21));
        for _ in 0..20 {
            elements.end_tag(Tag::Div, "div", &mut closed);
        }
        assert_eq!(elements.count(), 1);
    }
}
