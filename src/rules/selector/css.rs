//! Our types for the `selectors` crate: what it leaves to us of names, pseudo-classes and pseudo-elements.

use cssparser::ToCss;
use precomputed_hash::PrecomputedHash;
use rustc_hash::FxHasher;
use selectors::parser::{NonTSPseudoClass, PseudoElement, SelectorImpl};
use std::fmt;
use std::hash::{Hash, Hasher};

/// Any string in a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(pub(super) Box<str>);

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
