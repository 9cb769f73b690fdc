//! What an end tag does to the stack, and the ways in which elements are closed: with what is open in them, in their scope, or
//! from between others.

use super::{ElementId, Namespace, OpenElements};
use crate::rewrite::Tag;
use crate::rewrite::tag::is;

/// What ended an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Its own end tag.
    Own,
    /// A tag that the standard lets end it: a `li` by the next `li`, a `p` by a `div`.
    Implied,
    /// An ancestor's end tag: its own is missing.
    Ancestor,
    /// The end of the page.
    EndOfPage,
}

/// An element that has just been closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its number.
    pub id: ElementId,
    /// Its tag.
    pub tag: Tag,
    /// What ended it.
    pub how: Closing,
}

impl OpenElements {
    /// Reads an end tag, which has a name as written; false if it closes no element of its name.
    pub fn end_tag(&mut self, tag: Tag, name: &str, closed: &mut Vec<Closed>) -> bool {
        self.drop_void();
        if !self.deep.is_empty() {
            let mut tracked = None;
            if self.deep.end(tag, &mut tracked) {
                if let Some(at) = tracked.and_then(|id| self.stack.iter().rposition(|element| element.id == id)) {
                    self.pop_through(at, Closing::Ancestor, closed);
                }
                return false;
            }
        }
        if self.in_foreign() {
            // These two break out of a drawing (13.2.6.5).
            while matches!(tag, Tag::P | Tag::Br) && self.in_foreign() {
                self.pop(Closing::Implied, closed);
            }
            let found = self.stack.iter().rposition(|e| e.namespace == Namespace::Html || self.name(e).eq_ignore_ascii_case(name));
            if let Some(at) = found.filter(|at| self.stack[*at].namespace != Namespace::Html) {
                self.close_through(at, closed);
                return true;
            }
        }
        match tag {
            // The end tag of a `br` is a start tag to the standard; the caller reads it as one.
            Tag::Body | Tag::Html | Tag::Br => false,
            Tag::P => self.end_in_scope(&[Tag::P], &[Tag::Button], closed),
            Tag::Li => self.end_in_scope(&[Tag::Li], &[Tag::Ol, Tag::Ul], closed),
            Tag::Form => {
                // A form may have been crossed by other blocks; they stay open.
                let found = self.stack.iter().rposition(|e| e.tag == Tag::Form);
                if let Some(at) = found {
                    self.remove(at, Closing::Own, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::HEADING) => {
                let scope = self.stack.iter().rposition(|e| e.tag.has(is::HEADING) || e.tag.has(is::SCOPE));
                let found = scope.filter(|at| self.stack[*at].tag.has(is::HEADING));
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::FORMATTING) => {
                let before = closed.len();
                self.close_formatting(tag, Closing::Own, closed);
                closed.len() > before
            }
            Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th | Tag::Caption | Tag::Colgroup => {
                let found = self.stack.iter().rposition(|e| e.tag == tag || matches!(e.tag, Tag::Table | Tag::Template));
                let found = found.filter(|at| self.stack[*at].tag == tag);
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            Tag::Head | Tag::Template => {
                let found = self.stack.iter().rposition(|e| e.tag == tag || (tag == Tag::Template && e.tag == Tag::ShadowRoot));
                if let Some(at) = found {
                    self.close_through(at, closed);
                }
                found.is_some()
            }
            _ if tag.has(is::SPECIAL) && tag.has(is::BLOCK) => self.end_in_scope(&[tag], &[], closed),
            _ => {
                // "Any other end tag": up the stack, no further than a special element.
                for at in (0..self.stack.len()).rev() {
                    let element = &self.stack[at];
                    let by_name = tag == Tag::Unknown || element.namespace != Namespace::Html;
                    let same = if by_name { self.name(element).eq_ignore_ascii_case(name) } else { element.tag == tag };
                    if same {
                        self.close_through(at, closed);
                        return true;
                    }
                    if element.tag.has(is::SPECIAL) {
                        return false;
                    }
                }
                false
            }
        }
    }

    /// Closes the element at `at` by its own end tag, and what is open inside it for want of one.
    fn close_through(&mut self, at: usize, closed: &mut Vec<Closed>) {
        while self.stack.len() > at + 1 {
            let how = if ends_by_itself(self.stack[self.stack.len() - 1].tag) { Closing::Implied } else { Closing::Ancestor };
            self.pop(how, closed);
        }
        self.pop(Closing::Own, closed);
    }

    fn position_in_scope(&self, tags: &[Tag], more_bounds: &[Tag]) -> Option<usize> {
        // Most are not open anywhere.
        if !tags.iter().any(|tag| self.has_open(*tag)) {
            return None;
        }
        for (at, element) in self.stack.iter().enumerate().rev() {
            if tags.contains(&element.tag) {
                return Some(at);
            }
            if element.tag.has(is::SCOPE) || more_bounds.contains(&element.tag) || element.namespace != Namespace::Html {
                return None;
            }
        }
        None
    }

    fn end_in_scope(&mut self, tags: &[Tag], more_bounds: &[Tag], closed: &mut Vec<Closed>) -> bool {
        let found = self.position_in_scope(tags, more_bounds);
        if let Some(at) = found {
            self.close_through(at, closed);
        }
        found.is_some()
    }

    pub(super) fn close_in_scope(&mut self, tags: &[Tag], more_bounds: &[Tag], how: Closing, closed: &mut Vec<Closed>) {
        if let Some(at) = self.position_in_scope(tags, more_bounds) {
            self.pop_through(at, how, closed);
        }
    }

    /// Closes the element at `at` and what is open inside of it, all of them in this way.
    fn pop_through(&mut self, at: usize, how: Closing, closed: &mut Vec<Closed>) {
        while self.stack.len() > at {
            self.pop(how, closed);
        }
    }

    pub(super) fn close_p(&mut self, closed: &mut Vec<Closed>) {
        self.close_in_scope(&[Tag::P], &[Tag::Button], Closing::Implied, closed);
    }

    /// A list item ends the one before it, unless a block stands between (13.2.6.4.7, "A start tag whose tag name is li").
    pub(super) fn close_item(&mut self, tags: &[Tag], closed: &mut Vec<Closed>) {
        if !tags.iter().any(|tag| self.has_open(*tag)) {
            return;
        }
        for at in (0..self.stack.len()).rev() {
            let tag = self.stack[at].tag;
            if tags.contains(&tag) {
                self.pop_through(at, Closing::Implied, closed);
                return;
            }
            if tag.has(is::SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P) {
                return;
            }
        }
    }

    /// The adoption agency, as far as extents go: a formatting element ends, blocks opened inside it stay open, formatting
    /// elements opened inside it are left to their own end tags.
    pub(super) fn close_formatting(&mut self, tag: Tag, how: Closing, closed: &mut Vec<Closed>) {
        if !self.has_open(tag) {
            return;
        }
        for at in (0..self.stack.len()).rev() {
            let element = &self.stack[at];
            if element.tag == tag {
                let crossed = !self.deep.is_empty() || self.stack[at + 1..].iter().any(|e| e.tag.has(is::SPECIAL) || e.tag.has(is::FORMATTING));
                if crossed {
                    self.remove(at, how, closed);
                } else {
                    while self.stack.len() > at + 1 {
                        self.pop(Closing::Ancestor, closed);
                    }
                    self.pop(how, closed);
                }
                return;
            }
            if element.tag.has(is::SCOPE) {
                return;
            }
        }
    }
}

/// Elements whose end tag may be left out (13.1.2.4).
fn ends_by_itself(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::P
            | Tag::Li
            | Tag::Dd
            | Tag::Dt
            | Tag::Option
            | Tag::Optgroup
            | Tag::Rb
            | Tag::Rp
            | Tag::Rt
            | Tag::Rtc
            | Tag::Tbody
            | Tag::Thead
            | Tag::Tfoot
            | Tag::Tr
            | Tag::Td
            | Tag::Th
            | Tag::Colgroup
            | Tag::Caption
            | Tag::Head
    )
}
