//! What the `selectors` crate asks of an element, answered from the stack of open elements and the siblings before them.

use super::level::{Levels, Sibling};
use crate::rewrite::{ElementRef, Namespace, OpenElements, Tag, decode_value};
use crate::rules::selector::{AnyLink, Css, Name, NoPseudoElement};
use selectors::OpaqueElement;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::context::MatchingContext;
use selectors::matching::ElementSelectorFlags;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

/// An element of the page, open or closed.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) elements: &'a OpenElements,
    pub(super) levels: &'a Levels,
    pub(super) place: Place,
}

/// Where an element is known from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
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

    fn closed(self) -> Option<&'a Sibling> {
        match self.place {
            Place::Closed(depth, number) => self.levels.children(depth).get(number),
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
        self.open().map(ElementRef::id).or(self.closed().map(|sibling| sibling.id)).unwrap_or_default()
    }

    fn name(self) -> &'a str {
        self.open().map(ElementRef::name).or(self.closed().map(|sibling| self.levels.name(sibling))).unwrap_or_default()
    }

    fn attribute(self, name: &str) -> Option<&'a str> {
        match self.closed() {
            Some(sibling) => self.levels.attribute(sibling, name),
            None => self.open()?.attribute(name),
        }
    }

    fn namespace(self) -> Namespace {
        self.open().map(ElementRef::namespace).or(self.closed().map(|sibling| sibling.namespace)).unwrap_or(Namespace::Html)
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
        let children = self.levels.children(depth);
        let number = match self.place {
            Place::Closed(_, number) => number,
            // The element itself was remembered last.
            _ => children.iter().rposition(|sibling| sibling.id == self.id()).unwrap_or(children.len()),
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
