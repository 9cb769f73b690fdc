//! Why a selector is refused, in words for whoever wrote it.

use selectors::parser::SelectorParseErrorKind;
use thiserror::Error;

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
    /// Brackets within brackets without end.
    #[error("brackets stand too deep in one another")]
    TooDeep,
    /// Compound after compound without end.
    #[error("a selector of more than {0} combinators is held against too much")]
    TooLong(usize),
}

impl Refusal {
    /// What would be right, where the message does not say it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Refusal::TooDeep => Some("write several selectors, without `:is()` or `:not()` in one another"),
            Refusal::TooLong(_) => Some("the last few compounds of it say enough"),
            _ => None,
        }
    }
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
