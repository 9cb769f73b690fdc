//! The stack of open elements: which tag closes which.
//!
//! lol_html nests by the tags it sees; pages rely on ends that the standard implies. This follows 13.2.6.4.7 "in body" and the
//! table modes of the HTML standard closely enough to give elements the extents that browsers give them. It
//! does not move nodes (foster parenting) and does not clone formatting elements.

mod closing;
mod deep;
mod element;
mod opening;

pub use closing::{Closed, Closing};
pub(crate) use element::AttributeRef;
pub use element::{ElementId, ElementRef, Namespace, OpenElement};
pub use opening::Opened;

use super::Tag;
use super::attributes::Attribute;
use deep::Deep;

/// The start tags of open elements are kept in one text that grows and shrinks with the stack.
#[derive(Debug, Default)]
pub struct OpenElements {
    stack: Vec<OpenElement>,
    text: String,
    attributes: Vec<Attribute>,
    /// What is too deep to be tracked.
    deep: Deep,
    /// Void element whose attributes are still readable.
    void: Option<OpenElement>,
    next_id: ElementId,
    depth: usize,
    seen_body: bool,
    /// How many elements of each tag are open.
    counts: Vec<u32>,
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
        self.stack.len() + self.deep.len()
    }

    fn name(&self, element: &OpenElement) -> &str {
        // In SVG and MathML a name means nothing to the table.
        match element.tag {
            Tag::Unknown => &self.text[element.text as usize + 1..][..element.name_length as usize],
            tag => tag.name(),
        }
    }

    /// Ends the page: everything is closed.
    pub fn finish(&mut self, closed: &mut Vec<Closed>) {
        self.drop_void();
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

    fn drop_void(&mut self) {
        if let Some(void) = self.void.take() {
            self.text.truncate(void.text as usize);
            self.attributes.truncate(void.attributes.start as usize);
        }
    }

    /// Closes the innermost element, and with it what is too deep inside of it.
    fn pop(&mut self, how: Closing, closed: &mut Vec<Closed>) {
        if let Some(element) = self.stack.last()
            && !self.deep.is_empty()
        {
            self.deep.closed(element.id);
        }
        self.pop_alone(how, closed);
    }

    fn pop_alone(&mut self, how: Closing, closed: &mut Vec<Closed>) {
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
        if !self.deep.is_empty() {
            self.deep.forget(self.stack[at].id);
        }
        if at + 1 == self.stack.len() {
            return self.pop_alone(how, closed);
        }
        let element = self.stack.remove(at);
        self.counts[element.tag as usize] -= 1;
        closed.push(Closed { id: element.id, tag: element.tag, how });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::tag_name;

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
        assert_eq!(closings("<p><svg><title></title></svg>"), [":Own", "svg:Own"]);
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

    #[test]
    fn what_closes_closes_what_is_too_deep_inside_of_it() {
        let mut elements = OpenElements::new(8);
        let mut closed = Vec::new();
        (0..7).for_each(|_| _ = elements.start_tag("<div>", &mut closed));
        for tag in ["<section>", "<b>", "<div>", "<i>"] {
            elements.start_tag(tag, &mut closed);
        }
        assert_eq!(elements.count(), 11);
        // No `u` is open, and the `div` that ends is the one too deep.
        elements.end_tag(Tag::U, "u", &mut closed);
        elements.end_tag(Tag::Div, "div", &mut closed);
        assert_eq!((elements.count(), closed.len()), (9, 0));
        elements.end_tag(Tag::Section, "section", &mut closed);
        assert_eq!((elements.count(), closed.len()), (7, 1));
    }

    #[test]
    fn what_is_left_out_is_told_however_deep_it_stands() {
        let mut elements = OpenElements::new(8);
        let mut closed = Vec::new();
        (0..9).for_each(|_| _ = elements.start_tag("<div>", &mut closed));
        assert!(matches!(elements.start_tag("<select>", &mut closed), Opened::Open(_)));
        assert!(matches!(elements.start_tag("<div>", &mut closed), Opened::Ignored));
        elements.end_tag(Tag::Select, "select", &mut closed);
        assert_eq!((closed.len(), elements.count()), (1, 9));
        assert!(matches!(elements.start_tag("<span style='display: none'>", &mut closed), Opened::Open(_)));
        // The end tag of a deep element around it closes it, too.
        elements.end_tag(Tag::Div, "div", &mut closed);
        assert_eq!((closed.len(), elements.count()), (2, 8));
        for _ in 0..200 {
            elements.start_tag("<svg>", &mut closed);
        }
        assert_eq!((elements.stack().len(), elements.count()), (8 + deep::BEYOND, 208));
    }
}
