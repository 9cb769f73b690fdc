//! CSS selectors: parsed by the `selectors` crate, refused where they need what comes later, filed in an index of our own.

use super::RuleIndex;
use super::beginnings::Beginnings;
use super::filter::Filter;
use super::fragments::Fragments;
use crate::rewrite::{AttributeRef, ElementRef, KnownName, Tag, name_hash};
use cssparser::{ParseErrorKind, Parser as CssParser, ToCss};
use precomputed_hash::PrecomputedHash;
use rustc_hash::{FxHashMap, FxHasher};
use selectors::attr::{AttrSelectorOperator, ParsedCaseSensitivity};
use selectors::parser::{
    Combinator, Component, NonTSPseudoClass, NthType, ParseRelative, Parser, PseudoElement, Selector, SelectorImpl, SelectorIter, SelectorList,
    SelectorParseErrorKind,
};
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Range;
use thiserror::Error;

/// Any string in a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(Box<str>);

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name(text.into())
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PrecomputedHash for Name {
    fn precomputed_hash(&self) -> u32 {
        let mut hasher = FxHasher::default();
        self.0.hash(&mut hasher);
        hasher.finish() as u32
    }
}

impl ToCss for Name {
    fn to_css<W: fmt::Write>(&self, dest: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, dest)
    }
}

/// `:any-link` and `:link`, which mean the same of a saved page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyLink;

impl ToCss for AnyLink {
    fn to_css<W: fmt::Write>(&self, dest: &mut W) -> fmt::Result {
        dest.write_str(":any-link")
    }
}

impl NonTSPseudoClass for AnyLink {
    fn is_active_or_hover(&self) -> bool {
        false
    }
    fn is_user_action_state(&self) -> bool {
        false
    }
}

/// There are no pseudo-elements in a saved page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPseudoElement {}

impl ToCss for NoPseudoElement {
    fn to_css<W: fmt::Write>(&self, _dest: &mut W) -> fmt::Result {
        match *self {}
    }
}

impl PseudoElement for NoPseudoElement {}

/// Our choice of types for the `selectors` crate.
#[derive(Clone, Debug)]
pub struct Css;

impl SelectorImpl for Css {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Name;
    type Identifier = Name;
    type LocalName = Name;
    type NamespaceUrl = Name;
    type NamespacePrefix = Name;
    type BorrowedNamespaceUrl = Name;
    type BorrowedLocalName = Name;
    type NonTSPseudoClass = AnyLink;
    type PseudoElement = NoPseudoElement;
}

struct Reader;

impl<'i> Parser<'i> for Reader {
    type Impl = Css;
    type Error = Refusal;

    fn parse_nth_child_of(&self) -> bool {
        true
    }
    fn parse_is_and_where(&self) -> bool {
        true
    }
    fn parse_has(&self) -> bool {
        true
    }
    fn allow_forgiving_selectors(&self) -> bool {
        false
    }
    fn parse_non_ts_pseudo_class(&self, name: &str) -> Result<AnyLink, cssparser::ParseError<Refusal>> {
        if name.eq_ignore_ascii_case("any-link") || name.eq_ignore_ascii_case("link") {
            return Ok(AnyLink);
        }
        Err(cssparser::ParseError::custom(Refusal::State(name.to_owned())))
    }
    fn parse_pseudo_element(&self, name: &str) -> Result<NoPseudoElement, cssparser::ParseError<Refusal>> {
        Err(cssparser::ParseError::custom(Refusal::PseudoElement(name.to_owned())))
    }
}

/// Why a selector is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no CSS.
    #[error("not a CSS selector: {0}")]
    Syntax(String),
    /// It asks for what comes later in the page.
    #[error("`{0}` depends on what comes after the element, and an element is decided when it opens")]
    LooksAhead(&'static str),
    /// It asks for the state of a page in a browser.
    #[error("`:{0}` is a state of a page in a browser; a saved page has none")]
    State(String),
    /// It is about generated content or shadow trees.
    #[error("`::{0}` is not in the page's source")]
    PseudoElement(String),
    /// It is about shadow trees, scopes or nesting.
    #[error("{0} has no meaning in a rule")]
    Foreign(&'static str),
}

impl From<SelectorParseErrorKind> for Refusal {
    fn from(kind: SelectorParseErrorKind) -> Self {
        use SelectorParseErrorKind as Kind;
        Refusal::Syntax(
            match kind {
                Kind::EmptySelector => "there is no selector here",
                Kind::DanglingCombinator => "a combinator has nothing after it",
                Kind::ClassNeedsIdent => "a class name must follow the dot",
                Kind::BadValueInAttr => "the value of an attribute must be quoted or a name",
                Kind::UnexpectedTokenInAttributeSelector | Kind::NoQualifiedNameInAttributeSelector | Kind::InvalidQualNameInAttr => {
                    "the attribute selector is malformed"
                }
                Kind::UnsupportedPseudoClassOrElement => "a pseudo-class that is not known",
                Kind::ExpectedNamespace => "namespaces are not declared here",
                _ => "unexpected token",
            }
            .to_owned(),
        )
    }
}

/// A selector that was refused, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSelector {
    /// Byte offset in the selector's text up to which it could be read.
    pub at: usize,
    /// Why.
    pub refusal: Refusal,
}

/// Parses a selector list and makes sure that it can be decided when an element opens.
pub fn parse(text: &str) -> Result<SelectorList<Css>, RefusedSelector> {
    let mut input = CssParser::new(text);
    let list = SelectorList::parse(&Reader, &mut input, ParseRelative::No).map_err(|error| {
        let at = input.position().byte_index().min(text.len());
        let refusal = match error.kind {
            ParseErrorKind::Custom(refusal) => refusal,
            ParseErrorKind::Basic(_) => Refusal::Syntax("unexpected token".into()),
        };
        RefusedSelector { at, refusal }
    })?;
    for selector in list.slice() {
        check(selector).map_err(|refusal| RefusedSelector { at: 0, refusal })?;
    }
    Ok(list)
}

fn check(selector: &Selector<Css>) -> Result<(), Refusal> {
    selector.iter_raw_match_order().try_for_each(check_component)
}

fn check_component(component: &Component<Css>) -> Result<(), Refusal> {
    let all = |selectors: &[Selector<Css>]| selectors.iter().try_for_each(check);
    match component {
        Component::Has(_) => Err(Refusal::LooksAhead(":has()")),
        Component::Empty => Err(Refusal::LooksAhead(":empty")),
        Component::Nth(nth) => check_nth(nth.ty),
        Component::NthOf(nth) => check_nth(nth.nth_data().ty).and_then(|()| all(nth.selectors())),
        Component::Is(list) | Component::Where(list) | Component::Negation(list) => all(list.slice()),
        Component::Host(_) | Component::Slotted(_) | Component::Part(_) => Err(Refusal::Foreign("a shadow tree")),
        Component::Scope | Component::ImplicitScope => Err(Refusal::Foreign("`:scope`")),
        Component::ParentSelector | Component::RelativeSelectorAnchor => Err(Refusal::Foreign("`&`")),
        Component::Invalid(text) => Err(Refusal::Syntax(format!("`{text}`"))),
        Component::Combinator(Combinator::PseudoElement | Combinator::SlotAssignment | Combinator::Part) => Err(Refusal::Foreign("a shadow tree")),
        _ => Ok(()),
    }
}

fn check_nth(kind: NthType) -> Result<(), Refusal> {
    match kind {
        NthType::Child | NthType::OfType => Ok(()),
        NthType::LastChild => Err(Refusal::LooksAhead(":last-child or :nth-last-child()")),
        NthType::OnlyChild => Err(Refusal::LooksAhead(":only-child")),
        NthType::LastOfType => Err(Refusal::LooksAhead(":last-of-type or :nth-last-of-type()")),
        NthType::OnlyOfType => Err(Refusal::LooksAhead(":only-of-type")),
    }
}

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

/// Selectors by a text that an element must have.
#[derive(Debug, Default)]
struct Lookup<C: Case = AsWritten> {
    places: FxHashMap<Box<[u8]>, Vec<u32>>,
    /// A bit for each length of a text; [`LONGEST_VALUE`] stands for all greater ones.
    lengths: u128,
    filter: Filter,
    case: PhantomData<C>,
}

/// How a text is compared.
trait Case {
    fn hash(text: &[u8]) -> u32;
    /// The text as it is filed.
    fn filed(text: &[u8]) -> Cow<'_, [u8]>;
}

#[derive(Debug, Default)]
struct AsWritten;

/// In any case of ASCII letters; filed in lower case.
#[derive(Debug, Default)]
struct AnyCase;

impl Case for AsWritten {
    #[inline]
    fn hash(text: &[u8]) -> u32 {
        text_hash(text, 0)
    }

    #[inline]
    fn filed(text: &[u8]) -> Cow<'_, [u8]> {
        text.into()
    }
}

impl Case for AnyCase {
    #[inline]
    fn hash(text: &[u8]) -> u32 {
        // This bit parts the two cases of a letter.
        text_hash(text, u64::from_ne_bytes([0x20; 8]))
    }

    fn filed(text: &[u8]) -> Cow<'_, [u8]> {
        text.to_ascii_lowercase().into()
    }
}

impl<C: Case> Lookup<C> {
    fn add(&mut self, text: &str, at: u32) {
        let places = self.places.entry(text.as_bytes().into()).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }

    fn finish(&mut self) {
        self.filter = Filter::of(&self.places.keys().map(|text| C::hash(text)).collect::<Vec<_>>());
        self.lengths = self.places.keys().fold(0, |lengths, text| lengths | length_bit(text));
    }

    #[inline]
    fn find(&self, text: &[u8], found: &mut Vec<u32>) {
        if self.lengths & length_bit(text) != 0
            && self.filter.may_hold(C::hash(text))
            && let Some(places) = self.places.get(&*C::filed(text))
        {
            found.extend_from_slice(places);
        }
    }
}

#[inline]
fn length_bit(text: &[u8]) -> u128 {
    1 << text.len().min(LONGEST_VALUE)
}

/// A quick hash of a text, for [`Filter`]; the bits in `blind` do not count.
#[inline]
fn text_hash(text: &[u8], blind: u64) -> u32 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        hash = (hash.rotate_left(5) ^ (word | blind)).wrapping_mul(MIX);
    }
    let rest = blind | chunks.remainder().iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    ((hash.rotate_left(5) ^ rest).wrapping_mul(MIX) >> 32) as u32
}

enum Key {
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

/// What the class values of a page came to: most elements are made like others.
#[derive(Debug, Default)]
pub struct KnownClasses {
    /// By the hash of a raw value: where in `texts` it stands, and where in `places` its selectors are.
    values: FxHashMap<u64, (Range<u32>, Range<u32>)>,
    texts: String,
    places: Vec<u32>,
}

/// So many different values of so many bytes are remembered of a page.
const KNOWN_VALUES: usize = 4096;
const KNOWN_VALUE_BYTES: usize = 512;

impl KnownClasses {
    /// Appends the places of a value, which `look` finds where they are not known.
    fn find(&mut self, value: &str, found: &mut Vec<u32>, look: impl FnOnce(&mut Vec<u32>)) {
        let mut hasher = FxHasher::default();
        hasher.write(value.as_bytes());
        let hash = hasher.finish();
        let known = self.values.get(&hash);
        if let Some((_, places)) = known.filter(|(text, _)| self.texts[text.start as usize..text.end as usize] == *value) {
            // Of most there are none.
            if !places.is_empty() {
                found.extend_from_slice(&self.places[places.start as usize..places.end as usize]);
            }
            return;
        }
        let (before, is_new) = (found.len(), known.is_none());
        look(found);
        if is_new && self.values.len() < KNOWN_VALUES && value.len() <= KNOWN_VALUE_BYTES {
            let (text, start) = (self.texts.len() as u32, self.places.len() as u32);
            self.texts.push_str(value);
            self.places.extend_from_slice(&found[before..]);
            self.values.insert(hash, (text..self.texts.len() as u32, start..self.places.len() as u32));
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

/// A whole value of more bytes is looked up as a beginning.
const LONGEST_VALUE: usize = 64;

/// The tag that a compound asks for.
fn tag_of(compound: SelectorIter<'_, Css>) -> Option<Tag> {
    let names = compound.filter_map(|component| match component {
        Component::LocalName(name) => Some(Tag::of(&name.lower_name.0)),
        _ => None,
    });
    names.last().filter(|tag| *tag != Tag::Unknown)
}

/// The tag that the compound left of the rightmost one asks for, where that compound stands around the element.
fn ancestor(selector: &Selector<Css>) -> Option<Tag> {
    let mut compounds = selector.iter();
    compounds.by_ref().for_each(drop);
    if !matches!(compounds.next_sequence()?, Combinator::Child | Combinator::Descendant) {
        return None;
    }
    tag_of(compounds)
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

/// The keys of each compound that stands left of a `~`.
fn sibling_keys(selector: &Selector<Css>) -> Vec<Vec<Key>> {
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
fn keys(compound: SelectorIter<'_, Css>) -> Vec<Key> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_ahead_or_is_no_css_is_refused_with_its_reason() {
        for (selector, reason) in [
            ("div:has(p)", "after the element"),
            ("li:last-child", "after the element"),
            ("p:empty", "after the element"),
            ("a:hover", "state of a page"),
            ("p::before", "not in the page's source"),
            (".a >", "nothing after it"),
            ("..a", "class name"),
            (":is(.a, b:has(c))", "after the element"),
            ("", "no selector"),
            ("a:only-child", "after"),
            ("&.a", ""),
        ] {
            let refused = parse(selector).expect_err(selector).refusal.to_string();
            assert!(refused.contains(reason), "{selector}: {refused}");
        }
        for selector in ["a.b#c > d ~ e + f", ":is(.a, .b):not(.c)", "tr:nth-child(2n+1 of .x)", "[href^='x' i]", "*|a:any-link", ":root"] {
            parse(selector).expect(selector);
        }
    }
}
