//! CSS selectors: parsed by the `selectors` crate, refused where they need what comes later, filed in an index of our own.

mod css;
mod index;
mod key;
mod known_classes;
mod lookup;
mod refusal;

pub use css::{AnyLink, Css, Name, NoPseudoElement};
pub use index::{SelectorIndex, Siblings};
pub use known_classes::KnownClasses;
pub use refusal::{Refusal, RefusedSelector};

use cssparser::{BasicParseErrorKind, ParseErrorKind, Parser as CssParser};
use selectors::parser::{Combinator, Component, NthType, ParseRelative, Parser, Selector, SelectorIter, SelectorList};

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

/// Parses a selector list and makes sure that it can be decided when an element opens.
pub fn parse(text: &str) -> Result<SelectorList<Css>, RefusedSelector> {
    let mut input = CssParser::new(text);
    let list = SelectorList::parse(&Reader, &mut input, ParseRelative::No).map_err(|error| {
        let at = input.position().byte_index().min(text.len());
        let refusal = match error.kind {
            ParseErrorKind::Custom(refusal) => refusal,
            // The tokenizer's own limit, by which nobody can take the stack.
            ParseErrorKind::Basic(BasicParseErrorKind::TooManyNestedBlocks) => Refusal::TooDeep,
            ParseErrorKind::Basic(_) => Refusal::Syntax("unexpected token".into()),
        };
        RefusedSelector { at, refusal }
    })?;
    for selector in list.slice() {
        let is_short = combinators(selector) <= MOST_COMBINATORS;
        is_short.then_some(()).ok_or(RefusedSelector { at: 0, refusal: Refusal::TooLong(MOST_COMBINATORS) })?;
        check(selector).map_err(|refusal| RefusedSelector { at: 0, refusal })?;
    }
    Ok(list)
}

/// Matching goes from compound to compound by calls within calls, and a selector may come from anybody.
const MOST_COMBINATORS: usize = 256;

/// Combinators of a selector, those of the selectors in it too.
fn combinators(selector: &Selector<Css>) -> usize {
    let all = |selectors: &[Selector<Css>]| selectors.iter().map(combinators).sum();
    let of = |component: &Component<Css>| match component {
        Component::Combinator(_) => 1,
        Component::NthOf(nth) => all(nth.selectors()),
        Component::Is(list) | Component::Where(list) | Component::Negation(list) => all(list.slice()),
        _ => 0,
    };
    selector.iter_raw_match_order().map(of).sum()
}

/// Tags that HTML lets an author leave out, and that hold others.
const OPTIONAL: [&str; 4] = ["html", "head", "body", "tbody"];

/// A tag that may be left out of a page, and that a selector asks for around an element or before it by nothing but its name: `tbody > tr`.
pub fn leans_on(list: &SelectorList<Css>) -> Option<&'static str> {
    list.slice().iter().find_map(|selector| {
        let mut compounds = selector.iter();
        loop {
            // The element itself is there where it matches.
            compounds.by_ref().for_each(drop);
            compounds.next_sequence()?;
            if let Some(tag) = optional(compounds.clone()) {
                return Some(tag);
            }
        }
    })
}

/// The optional tag that a compound names, if it asks for nothing else: what has a class or an id was written.
fn optional(mut compound: SelectorIter<'_, Css>) -> Option<&'static str> {
    let tag = match compound.next()? {
        Component::LocalName(name) => OPTIONAL.into_iter().find(|tag| *tag == &*name.lower_name.0),
        Component::Root => Some("html"),
        _ => None,
    };
    tag.filter(|_| compound.next().is_none())
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
        for (selector, refusal) in [
            (format!("{}.a{}", ":is(".repeat(20_000), ")".repeat(20_000)), Refusal::TooDeep),
            (format!("{}.a{}", ":not(".repeat(100), ")".repeat(100)), Refusal::TooDeep),
            (format!("{}p", "p+".repeat(9_000)), Refusal::TooLong(256)),
            (format!(":is({}p) > b", "p ".repeat(256)), Refusal::TooLong(256)),
        ] {
            assert_eq!(parse(&selector).expect_err("it has no end").refusal, refusal);
        }
        assert!(parse(&format!("{}p", "p ~ ".repeat(256))).is_ok());
        for selector in ["a.b#c > d ~ e + f", ":is(.a, .b):not(.c)", "tr:nth-child(2n+1 of .x)", "[href^='x' i]", "*|a:any-link", ":root"] {
            parse(selector).expect(selector);
        }
    }

    #[test]
    fn tags_that_may_be_left_out_are_told() {
        for (selector, tag) in [
            ("table > tbody > tr.x", Some("tbody")),
            ("p, body > div.x", Some("body")),
            ("html p + div.x", Some("html")),
            (":root div.x", Some("html")),
            ("head > meta", Some("head")),
            ("TBODY tr", Some("tbody")),
            ("body.home > div", None),
            ("#t > tbody[data-x] > tr", None),
            ("body", None),
            (":root", None),
            ("table tr > td + td", None),
        ] {
            assert_eq!(leans_on(&parse(selector).unwrap()), tag, "{selector}");
        }
    }
}
