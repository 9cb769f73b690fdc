//! Matching selectors against the open elements, by the `selectors` crate.

use crate::rewrite::{Attributes, ElementRef, Namespace, OpenElements, Tag, decode_value, tag_name};
use crate::rules::RuleIndex;
use crate::rules::selector::{AnyLink, Css, KnownClasses, Name, NoPseudoElement, SelectorIndex, Siblings};
use selectors::OpaqueElement;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::context::{MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode, SelectorCaches};
use selectors::matching::{ElementSelectorFlags, matches_selector};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::ptr::NonNull;

/// Finds the rules whose selectors an element matches when it opens.
#[derive(Default)]
pub(super) struct SelectorMatcher {
    /// The element children seen so far of the page and of each open element; only kept when a selector asks for siblings.
    levels: Vec<Level>,
    limit: usize,
    candidates: Vec<u32>,
    classes: KnownClasses,
    /// A level was full, so sibling selectors were not matched there.
    pub(super) siblings_overflowed: bool,
}

#[derive(Debug, Default)]
struct Level {
    children: Vec<Sibling>,
    /// The children's start tags.
    text: String,
    full: bool,
}

/// What is remembered of an element after it closed.
#[derive(Debug)]
struct Sibling {
    id: u32,
    tag: Tag,
    namespace: Namespace,
    source: Range<u32>,
}

impl Level {
    fn clear(&mut self) {
        self.children.clear();
        self.text.clear();
        self.full = false;
    }

    fn push(&mut self, element: ElementRef<'_>) {
        let start = self.text.len() as u32;
        self.text.push_str(element.source());
        let source = start..self.text.len() as u32;
        self.children.push(Sibling { id: element.id(), tag: element.tag(), namespace: element.namespace(), source });
    }

    fn source(&self, sibling: &Sibling) -> &str {
        &self.text[sibling.source.start as usize..sibling.source.end as usize]
    }

    fn name(&self, sibling: &Sibling) -> &str {
        match sibling.tag {
            Tag::Unknown => tag_name(self.source(sibling)),
            tag => tag.name(),
        }
    }

    fn attribute(&self, sibling: &Sibling, name: &str) -> Option<&str> {
        Attributes::get(self.source(sibling), name)
    }
}

impl SelectorMatcher {
    pub(super) fn new(limit: usize) -> Self {
        SelectorMatcher { limit, ..SelectorMatcher::default() }
    }

    /// Appends the rules that the element opened last matches, as far as `wants` takes them, in their order.
    pub(super) fn rules(&mut self, index: &SelectorIndex, elements: &OpenElements, wants: impl Fn(RuleIndex) -> bool, found: &mut Vec<RuleIndex>) {
        let Some(element) = elements.last_opened() else { return };
        let is_void = elements.stack().last().is_none_or(|top| top.id != element.id());
        let depth = elements.stack().len() - usize::from(!is_void);
        self.candidates.clear();
        index.candidates(element, &mut self.classes, &mut self.candidates);
        let siblings = index.siblings();
        if siblings != Siblings::None {
            let is_named = || self.candidates.iter().any(|at| index.get(*at).names_sibling);
            let wanted = siblings == Siblings::All || is_named();
            self.remember(element, depth, is_void, wanted);
        }
        if self.candidates.is_empty() {
            return;
        }
        let full = self.levels.get(depth).is_some_and(|level| level.full);
        self.siblings_overflowed |= full;
        // In SVG and MathML an element's name is not looked up: any may be open there.
        let is_drawn = elements.has_open(Tag::Svg) || elements.has_open(Tag::Math);
        // Most are told without a look at the selector itself.
        self.candidates.retain(|at| {
            let indexed = index.get(*at);
            let is_other = |tag: Tag| element.tag() != tag && element.tag() != Tag::Unknown;
            let is_out = indexed.names_sibling
                || indexed.tag.is_some_and(is_other)
                || (full && indexed.needs_siblings)
                || indexed.ancestor.is_some_and(|tag| !is_drawn && !elements.has_open(tag))
                || !wants(indexed.rule);
            !is_out
        });
        if self.candidates.is_empty() {
            return;
        }
        let mut caches = SelectorCaches::default();
        let mut context =
            MatchingContext::new(MatchingMode::Normal, None, &mut caches, QuirksMode::NoQuirks, NeedsSelectorFlags::No, MatchingForInvalidation::No);
        let node = Node { elements, levels: &self.levels, place: if is_void { Place::Void } else { Place::Open(depth) } };
        for at in &self.candidates {
            let indexed = index.get(*at);
            if !found.contains(&indexed.rule) && matches_selector(&indexed.selector, 0, None, node, &mut context) {
                found.push(indexed.rule);
            }
        }
        found.sort_unstable();
    }

    fn remember(&mut self, element: ElementRef<'_>, depth: usize, is_void: bool, wanted: bool) {
        // Levels are cleared, not freed: the next sibling subtree needs them again.
        if self.levels.len() <= depth + 1 {
            self.levels.resize_with(depth + 2, Level::default);
        }
        let level = &mut self.levels[depth];
        if !wanted {
            // No selector can mean it.
        } else if level.children.len() >= self.limit || level.text.len() >= SIBLING_BYTES {
            level.full = true;
        } else {
            level.push(element);
        }
        if !is_void {
            self.levels[depth + 1].clear();
        }
    }
}

/// Text of remembered siblings per parent, in bytes.
const SIBLING_BYTES: usize = 4 << 20;

#[derive(Clone, Copy)]
struct Node<'a> {
    elements: &'a OpenElements,
    levels: &'a [Level],
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// An open element, by depth.
    Open(usize),
    /// The void element read last.
    Void,
    /// A closed element: depth and number among the children there.
    Closed(usize, usize),
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.place)
    }
}

impl<'a> Node<'a> {
    fn at(self, place: Place) -> Self {
        Node { place, ..self }
    }

    fn open(self) -> Option<ElementRef<'a>> {
        match self.place {
            Place::Open(depth) => self.elements.get(depth),
            Place::Void => self.elements.last_opened(),
            Place::Closed(..) => None,
        }
    }

    fn closed(self) -> Option<(&'a Level, &'a Sibling)> {
        match self.place {
            Place::Closed(depth, number) => self.levels.get(depth).and_then(|level| Some((level, level.children.get(number)?))),
            _ => None,
        }
    }

    fn depth(self) -> usize {
        match self.place {
            Place::Open(depth) | Place::Closed(depth, _) => depth,
            Place::Void => self.elements.stack().len(),
        }
    }

    fn id(self) -> u32 {
        self.open().map(ElementRef::id).or(self.closed().map(|(_, sibling)| sibling.id)).unwrap_or_default()
    }

    fn name(self) -> &'a str {
        self.open().map(ElementRef::name).or(self.closed().map(|(level, sibling)| level.name(sibling))).unwrap_or_default()
    }

    fn attribute(self, name: &str) -> Option<&'a str> {
        match self.closed() {
            Some((level, sibling)) => level.attribute(sibling, name),
            None => self.open()?.attribute(name),
        }
    }

    fn namespace(self) -> Namespace {
        self.open().map(ElementRef::namespace).or(self.closed().map(|(_, sibling)| sibling.namespace)).unwrap_or(Namespace::Html)
    }
}

impl selectors::Element for Node<'_> {
    type Impl = Css;

    fn opaque(&self) -> OpaqueElement {
        // Only compared for identity, never followed; element numbers begin at 1.
        let number = NonZeroUsize::new(self.id() as usize).unwrap_or(NonZeroUsize::MAX);
        OpaqueElement::from_ptr(NonNull::without_provenance(number))
    }

    fn parent_element(&self) -> Option<Self> {
        let depth = self.depth();
        (depth > 0).then(|| self.at(Place::Open(depth - 1)))
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        let depth = self.depth();
        let level = self.levels.get(depth)?;
        let number = match self.place {
            Place::Closed(_, number) => number,
            // The element itself was remembered last.
            _ => level.children.iter().rposition(|sibling| sibling.id == self.id()).unwrap_or(level.children.len()),
        };
        (number > 0).then(|| self.at(Place::Closed(depth, number - 1)))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        None
    }

    fn first_element_child(&self) -> Option<Self> {
        None
    }

    fn is_html_element_in_html_document(&self) -> bool {
        // Names are kept in lower case in every namespace.
        true
    }

    fn has_local_name(&self, local_name: &Name) -> bool {
        self.name() == local_name.as_ref()
    }

    fn has_namespace(&self, _namespace: &Name) -> bool {
        true
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.name() == other.name() && self.namespace() == other.namespace()
    }

    fn attr_matches(&self, _namespace: &NamespaceConstraint<&Name>, local_name: &Name, operation: &AttrSelectorOperation<&Name>) -> bool {
        self.attribute(local_name.as_ref()).is_some_and(|raw| operation.eval_str(&decode_value(raw)))
    }

    fn match_non_ts_pseudo_class(&self, _class: &AnyLink, _context: &mut MatchingContext<'_, Css>) -> bool {
        matches!(Tag::of(self.name()), Tag::A | Tag::Area) && self.attribute("href").is_some()
    }

    fn match_pseudo_element(&self, element: &NoPseudoElement, _context: &mut MatchingContext<'_, Css>) -> bool {
        match *element {}
    }

    fn apply_selector_flags(&self, _flags: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        // Asked at every step up the tree, only to treat visited links apart: there are none here.
        false
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &Name, case: CaseSensitivity) -> bool {
        self.attribute("id").is_some_and(|raw| case.eq(decode_value(raw).as_bytes(), id.as_ref().as_bytes()))
    }

    fn has_class(&self, name: &Name, case: CaseSensitivity) -> bool {
        let matches = |raw: &str| decode_value(raw).split_ascii_whitespace().any(|class| case.eq(class.as_bytes(), name.as_ref().as_bytes()));
        self.attribute("class").is_some_and(matches)
    }

    fn has_custom_state(&self, _name: &Name) -> bool {
        false
    }

    fn imported_part(&self, _name: &Name) -> Option<Name> {
        None
    }

    fn is_part(&self, _name: &Name) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        false
    }

    fn is_root(&self) -> bool {
        self.depth() == 0 && self.name() == "html"
    }

    fn add_element_unique_hashes(&self, _filter: &mut BloomFilter) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::selector::parse;

    /// Which tags of the page (by number) match the selector.
    fn matching(selector: &str, page: &str) -> Vec<usize> {
        let mut index = SelectorIndex::default();
        index.add(&parse(selector).unwrap(), RuleIndex(0));
        index.finish();
        let mut matcher = SelectorMatcher::new(100);
        let mut elements = OpenElements::new(512);
        let (mut closed, mut number, mut found) = (Vec::new(), 0, Vec::new());
        for tag in page.split_inclusive('>') {
            if tag.starts_with("</") {
                elements.end_tag(Tag::of(tag_name(tag)), tag_name(tag), &mut closed);
                continue;
            }
            elements.start_tag(tag, &mut closed);
            let mut rules = Vec::new();
            matcher.rules(&index, &elements, |_| true, &mut rules);
            if !rules.is_empty() {
                found.push(number);
            }
            number += 1;
        }
        found
    }

    #[test]
    fn selectors_match_what_came_before() {
        let page =
            "<html><div id=x class='a b'><p><img class=i><p class=q></p></div><div class=a data-k='Share Bar'><ul><li><li class=t><li></ul></div>";
        for (selector, expected) in [
            (".a", vec![1, 5]),
            (".a.b", vec![1]),
            ("#x p", vec![2, 4]),
            ("div > p + p.q", vec![4]),
            (".i", vec![3]),
            ("p > .i", vec![3]),
            ("#x ~ .a", vec![5]),
            ("li:nth-child(2)", vec![8]),
            ("li:first-child", vec![7]),
            ("li.t + li", vec![9]),
            ("li:nth-of-type(odd)", vec![7, 9]),
            ("[data-k*='share' i]", vec![5]),
            ("[data-k~=Bar]", vec![5]),
            ("div:not(.b)", vec![5]),
            (":is(ul, #x) > :where(p, li.t)", vec![2, 4, 8]),
            (":root > div", vec![1, 5]),
            ("p ~ p", vec![4]),
            ("li:nth-child(2 of li)", vec![8]),
            ("[class]", vec![1, 3, 4, 5, 8]),
            ("DIV.a", vec![1, 5]),
        ] {
            assert_eq!(matching(selector, page), expected, "{selector}");
        }
    }

    #[test]
    fn what_is_drawn_is_matched_by_its_name() {
        let page =
            "<p><svg><a><text class=t></text></a><title></title><foreignObject><b></b></foreignObject></svg><i></i><math><a><mi></mi></a></math></p>";
        for (selector, expected) in [
            ("svg a > text", vec![3]),
            ("a text", vec![3]),
            ("a > .t", vec![3]),
            ("svg > title", vec![4]),
            ("foreignobject > b", vec![6]),
            ("math a mi", vec![10]),
            ("a i", vec![]),
        ] {
            assert_eq!(matching(selector, page), expected, "{selector}");
        }
    }
}
