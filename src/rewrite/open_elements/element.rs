//! An element that is open, and what may be asked of it: its name and its attributes, cut out of the start tag when they are
//! asked for.

use super::OpenElements;
use crate::rewrite::Tag;
use crate::rewrite::attributes::{Attribute, KnownName};
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
    pub(super) text: u32,
    pub(super) length: u32,
    pub(super) name_length: u32,
    pub(super) attributes: Range<u32>,
    /// Which known names it has.
    pub(super) known: u32,
}

/// A reference to an element and its attributes.
#[derive(Clone, Copy, Debug)]
pub struct ElementRef<'a> {
    pub(super) elements: &'a OpenElements,
    pub(super) element: &'a OpenElement,
}

/// A reference to an attribute: what is not asked for is not cut out of the tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttributeRef<'a> {
    element: ElementRef<'a>,
    attribute: &'a Attribute,
}

impl<'a> AttributeRef<'a> {
    /// The hash of its name ([`crate::rewrite::name_hash`]).
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
