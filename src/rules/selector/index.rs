//! The index: which selectors an element may match, found by what the element has.

use super::key::{Key, ancestor, keys, sibling_keys, tag_of};
use super::lookup::{AnyCase, Lookup};
use super::{Css, KnownClasses};
use crate::rewrite::{AttributeRef, ElementRef, KnownName, Tag, name_hash};
use crate::rules::RuleIndex;
use crate::rules::beginnings::Beginnings;
use crate::rules::filter::Filter;
use crate::rules::fragments::Fragments;
use rustc_hash::FxHashMap;
use selectors::parser::{Combinator, Component, Selector, SelectorList};

/// A selector in the index.
#[derive(Debug)]
pub struct IndexedSelector {
    /// The selector.
    pub selector: Selector<Css>,
    /// Whose it is.
    pub rule: RuleIndex,
    /// Whether it asks for an element's siblings.
    pub needs_siblings: bool,
    /// Filed under what it asks of an earlier sibling: an element that may be that one must be remembered.
    pub names_sibling: bool,
    /// The tag that an element must have to match: what is filed under an attribute may ask for one as well.
    pub tag: Option<Tag>,
    /// A tag that must be open around an element for it to match: told at a glance, where `video > p` would be tried on each `p`.
    pub ancestor: Option<Tag>,
}

/// All selectors of a rule set, each filed under the rarest thing that an element must have to match it: its id, a class, a
/// fragment of an attribute, an attribute, its tag. What an element has is looked up; nothing else is tried, so
/// the cost does not grow with the count of selectors.
#[derive(Debug, Default)]
pub struct SelectorIndex {
    selectors: Vec<IndexedSelector>,
    ids: Lookup,
    classes: Lookup,
    /// By the tag's number.
    tags: Vec<Vec<u32>>,
    /// Names that are in no table, such as custom elements.
    unknown_tags: Lookup,
    attributes: FxHashMap<u32, Vec<AttributeIndex>>,
    /// Hashes of the names in `attributes`: most attributes of a page are asked for by no selector.
    attribute_filter: Filter,
    any: Vec<u32>,
    siblings: Siblings,
}

/// Which of an element's earlier siblings the selectors ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Siblings {
    /// None.
    #[default]
    None,
    /// Some that stand before it anywhere (`~`), so that the others can be forgotten.
    Named,
    /// Their order and number count (`+`, `:nth-child()`).
    All,
}

/// Selectors that need one attribute.
#[derive(Debug)]
struct AttributeIndex {
    /// In lower case.
    name: Box<str>,
    /// Those that ask only for its presence, or for a value that cannot be searched.
    present: Vec<u32>,
    /// Those that name its whole value, by that in lower case.
    values: Lookup<AnyCase>,
    /// Those that name its beginning.
    prefixes: Beginnings,
    /// Those that name a part of it.
    fragments: Fragments,
}

impl SelectorIndex {
    /// Adds the selectors of a rule. [`SelectorIndex::finish`] must follow the last one.
    pub fn add(&mut self, list: &SelectorList<Css>, rule: RuleIndex) {
        for selector in list.slice() {
            let at = self.selectors.len() as u32;
            let siblings = siblings_needed(selector);
            self.siblings = self.siblings.max(siblings);
            let needs_siblings = siblings != Siblings::None;
            self.selectors.push(IndexedSelector {
                selector: selector.clone(),
                rule,
                needs_siblings,
                names_sibling: false,
                tag: tag_of(selector.iter()),
                ancestor: ancestor(selector),
            });
            self.file(at, keys(selector.iter()));
            for keys in sibling_keys(selector) {
                let at = self.selectors.len() as u32;
                let selector = selector.clone();
                self.selectors.push(IndexedSelector { selector, rule, needs_siblings, names_sibling: true, tag: None, ancestor: None });
                self.file(at, keys);
            }
        }
    }

    fn file(&mut self, at: u32, keys: Vec<Key>) {
        for key in keys {
            match key {
                Key::Id(id) => self.ids.add(&id, at),
                Key::Class(class) => self.classes.add(&class, at),
                Key::Tag(name) => match Tag::of(&name) {
                    Tag::Unknown => self.unknown_tags.add(&name, at),
                    tag => {
                        self.tags.resize_with(self.tags.len().max(tag as usize + 1), Vec::new);
                        self.tags[tag as usize].push(at);
                    }
                },
                Key::Attribute(name) => self.attribute(&name).present.push(at),
                Key::Value(name, value) => self.attribute(&name).values.add(&value, at),
                Key::Prefix(name, prefix) => self.attribute(&name).prefixes.add(&prefix, at),
                Key::Fragment(name, text) => self.attribute(&name).fragments.add(&text, at),
                Key::Any => self.any.push(at),
            }
        }
    }

    fn attribute(&mut self, name: &str) -> &mut AttributeIndex {
        let same_hash = self.attributes.entry(name_hash(name.as_bytes())).or_default();
        let at = same_hash.iter().position(|index| *index.name == *name).unwrap_or_else(|| {
            same_hash.push(AttributeIndex {
                name: name.into(),
                present: Vec::new(),
                values: Lookup::default(),
                prefixes: Beginnings::default(),
                fragments: Fragments::default(),
            });
            same_hash.len() - 1
        });
        &mut same_hash[at]
    }

    /// Builds what can only be built once all are known.
    pub fn finish(&mut self) {
        for lookup in [&mut self.ids, &mut self.classes, &mut self.unknown_tags] {
            lookup.finish();
        }
        self.attribute_filter = Filter::of(&self.attributes.keys().copied().collect::<Vec<_>>());
        for index in self.attributes.values_mut().flatten() {
            index.values.finish();
            index.prefixes.finish();
            index.fragments.finish();
        }
    }

    /// Count of selectors.
    pub fn len(&self) -> usize {
        self.selectors.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// Which siblings must be remembered.
    pub fn siblings(&self) -> Siblings {
        self.siblings
    }

    /// The selector at a place given by [`SelectorIndex::candidates`].
    pub fn get(&self, at: u32) -> &IndexedSelector {
        &self.selectors[at as usize]
    }

    /// Places of all selectors that an element may match; each may be named more than once. `known_classes` remembers what the class values of
    /// the page came to.
    pub fn candidates(&self, element: ElementRef<'_>, known_classes: &mut KnownClasses, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.any);
        match element.tag() {
            Tag::Unknown => {
                // In SVG and MathML a name is not looked up in the table of tags, but selectors do not tell.
                let name = element.name();
                self.unknown_tags.find(name.as_bytes(), found);
                found.extend(self.tags.get(Tag::of(name) as usize).into_iter().flatten());
            }
            tag => found.extend_from_slice(self.tags.get(tag as usize).map_or(&[], Vec::as_slice)),
        }
        for attribute in element.hashed_attributes() {
            match attribute.known() {
                Some(KnownName::Class) => known_classes.find(attribute.value(), found, |found| {
                    let value = crate::rewrite::decode_value(attribute.value());
                    value.split_ascii_whitespace().for_each(|class| self.classes.find(class.as_bytes(), found));
                    self.of_attribute(attribute, &value, found);
                }),
                Some(KnownName::Id) => {
                    let value = crate::rewrite::decode_value(attribute.value());
                    self.ids.find(value.as_bytes(), found);
                    self.of_attribute(attribute, &value, found);
                }
                _ if self.attribute_filter.may_hold(attribute.hash()) => {
                    self.of_attribute(attribute, &crate::rewrite::decode_value(attribute.value()), found);
                }
                _ => {}
            }
        }
    }

    fn of_attribute(&self, attribute: AttributeRef<'_>, value: &str, found: &mut Vec<u32>) {
        if let Some(same_hash) = self.attributes.get(&attribute.hash())
            && let Some(index) = same_hash.iter().find(|index| index.name.eq_ignore_ascii_case(attribute.name()))
        {
            index.candidates(value, found);
        }
    }
}

impl AttributeIndex {
    fn candidates(&self, value: &str, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.present);
        self.values.find(value.as_bytes(), found);
        self.prefixes.find(value, found);
        self.fragments.find(value, found);
    }
}

fn siblings_needed(selector: &Selector<Css>) -> Siblings {
    let needed = selector.iter_raw_match_order().map(|component| match component {
        Component::Combinator(Combinator::LaterSibling) => Siblings::Named,
        Component::Combinator(combinator) if combinator.is_sibling() => Siblings::All,
        Component::Nth(_) | Component::NthOf(_) => Siblings::All,
        // What is asked of siblings inside these is not filed.
        Component::Is(list) | Component::Where(list) | Component::Negation(list)
            if list.slice().iter().any(|inner| siblings_needed(inner) != Siblings::None) =>
        {
            Siblings::All
        }
        _ => Siblings::None,
    });
    needed.max().unwrap_or_default()
}
