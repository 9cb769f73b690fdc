//! Matching selectors against the open elements, by the `selectors` crate.

mod level;
mod node;

use crate::rewrite::{OpenElements, Tag};
use crate::rules::RuleIndex;
use crate::rules::selector::{KnownClasses, SelectorIndex, Siblings};
use level::Levels;
use node::{Node, Place};
use selectors::context::{MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode, SelectorCaches};
use selectors::matching::matches_selector;

/// Finds the rules whose selectors an element matches when it opens.
#[derive(Default)]
pub(super) struct SelectorMatcher {
    /// The element children seen so far; only kept when a selector asks for siblings.
    levels: Levels,
    limit: usize,
    candidates: Vec<u32>,
    classes: KnownClasses,
    /// A level was full, so sibling selectors were not matched there.
    pub(super) siblings_overflowed: bool,
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
            if wanted {
                self.levels.push(depth, element, self.limit);
            }
            if !is_void {
                self.levels.begin(depth + 1);
            }
        }
        if self.candidates.is_empty() {
            return;
        }
        let full = self.levels.is_full(depth);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::tag_name;
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
