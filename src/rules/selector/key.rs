//! What an element must have to match a selector, told from the selector alone: the keys that it is filed under, and tags.

use super::Css;
use super::lookup::LONGEST_VALUE;
use crate::rewrite::Tag;
use selectors::attr::{AttrSelectorOperator, ParsedCaseSensitivity};
use selectors::parser::{Combinator, Component, Selector, SelectorIter};

pub(super) enum Key {
    Id(Box<str>),
    Class(Box<str>),
    /// Name of the attribute and its whole value, in lower case.
    Value(Box<str>, Box<str>),
    /// Name of the attribute and the beginning of its value.
    Prefix(Box<str>, Box<str>),
    /// Name of the attribute and a part of its value.
    Fragment(Box<str>, Box<str>),
    Attribute(Box<str>),
    Tag(Box<str>),
    Any,
}

impl Key {
    /// Smaller is rarer.
    fn rank(&self) -> u8 {
        match self {
            Key::Id(_) => 0,
            Key::Class(_) => 1,
            Key::Value(..) | Key::Prefix(..) => 2,
            Key::Fragment(..) => 3,
            Key::Attribute(_) => 4,
            Key::Tag(_) => 5,
            Key::Any => 6,
        }
    }
}

/// The keys of each compound that stands left of a `~`.
pub(super) fn sibling_keys(selector: &Selector<Css>) -> Vec<Vec<Key>> {
    let (mut all, mut compounds) = (Vec::new(), selector.iter());
    loop {
        compounds.by_ref().for_each(drop);
        match compounds.next_sequence() {
            None => return all,
            Some(Combinator::LaterSibling) => all.push(keys(compounds.clone())),
            Some(_) => {}
        }
    }
}

/// The rarest keys of a compound: an element that matches it has at least one of them.
pub(super) fn keys(compound: SelectorIter<'_, Css>) -> Vec<Key> {
    let mut best = vec![Key::Any];
    for component in compound {
        let keys = match component {
            Component::ID(id) => vec![Key::Id(id.0.clone())],
            Component::Class(class) => vec![Key::Class(class.0.clone())],
            Component::LocalName(name) => vec![Key::Tag(name.lower_name.0.clone())],
            Component::AttributeInNoNamespaceExists { local_name_lower, .. } => vec![Key::Attribute(local_name_lower.0.clone())],
            Component::AttributeInNoNamespace { local_name, operator, value, case_sensitivity } => {
                let any_case = !matches!(case_sensitivity, ParsedCaseSensitivity::ExplicitCaseSensitive | ParsedCaseSensitivity::CaseSensitive);
                vec![attribute_key(&local_name.0.to_ascii_lowercase(), *operator, &value.0, any_case)]
            }
            Component::AttributeOther(other) => vec![Key::Attribute(other.local_name_lower.0.clone())],
            Component::Is(list) | Component::Where(list) => list.slice().iter().flat_map(|selector| keys(selector.iter())).collect(),
            _ => continue,
        };
        // A list of alternatives is as rare as its commonest member.
        let rank = |keys: &[Key]| keys.iter().map(Key::rank).max().unwrap_or(u8::MAX);
        if rank(&keys) < rank(&best) {
            best = keys;
        }
    }
    best
}

fn attribute_key(name: &str, operator: AttrSelectorOperator, value: &str, any_case: bool) -> Key {
    use AttrSelectorOperator::{DashMatch, Equal, Includes, Prefix};
    match operator {
        Equal if !value.is_empty() && value.len() <= LONGEST_VALUE => Key::Value(name.into(), value.to_ascii_lowercase().into()),
        Includes if name == "class" && !any_case && !value.is_empty() => Key::Class(value.into()),
        Prefix | DashMatch | Equal if !value.is_empty() => Key::Prefix(name.into(), value.into()),
        // A fragment of one or two bytes is found nearly everywhere; an empty value matches nothing or only itself.
        _ if value.len() < 3 => Key::Attribute(name.into()),
        _ => Key::Fragment(name.into(), value.into()),
    }
}

/// The tag that a compound asks for.
pub(super) fn tag_of(compound: SelectorIter<'_, Css>) -> Option<Tag> {
    let names = compound.filter_map(|component| match component {
        Component::LocalName(name) => Some(Tag::of(&name.lower_name.0)),
        _ => None,
    });
    names.last().filter(|tag| *tag != Tag::Unknown)
}

/// The tag that the compound left of the rightmost one asks for, where that compound stands around the element.
pub(super) fn ancestor(selector: &Selector<Css>) -> Option<Tag> {
    let mut compounds = selector.iter();
    compounds.by_ref().for_each(drop);
    if !matches!(compounds.next_sequence()?, Combinator::Child | Combinator::Descendant) {
        return None;
    }
    tag_of(compounds)
}
