//! The siblings before an element: what is remembered of the children of one parent.

use crate::rewrite::{Attributes, ElementRef, Namespace, Tag, tag_name};
use std::ops::Range;

/// Text of remembered siblings per parent, in bytes.
const SIBLING_BYTES: usize = 4 << 20;

/// The element children so far of one parent.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) children: Vec<Sibling>,
    /// The children's start tags.
    text: String,
    pub(super) full: bool,
}

/// What is remembered of an element after it closed.
#[derive(Debug)]
pub(super) struct Sibling {
    pub(super) id: u32,
    tag: Tag,
    pub(super) namespace: Namespace,
    source: Range<u32>,
}

impl Level {
    pub(super) fn clear(&mut self) {
        self.children.clear();
        self.text.clear();
        self.full = false;
    }

    /// Whether it holds as many siblings as are remembered, or as much text of them.
    pub(super) fn has_no_room(&self, limit: usize) -> bool {
        self.children.len() >= limit || self.text.len() >= SIBLING_BYTES
    }

    pub(super) fn push(&mut self, element: ElementRef<'_>) {
        let start = self.text.len() as u32;
        self.text.push_str(element.source());
        let source = start..self.text.len() as u32;
        self.children.push(Sibling { id: element.id(), tag: element.tag(), namespace: element.namespace(), source });
    }

    fn source(&self, sibling: &Sibling) -> &str {
        &self.text[sibling.source.start as usize..sibling.source.end as usize]
    }

    pub(super) fn name(&self, sibling: &Sibling) -> &str {
        match sibling.tag {
            Tag::Unknown => tag_name(self.source(sibling)),
            tag => tag.name(),
        }
    }

    pub(super) fn attribute(&self, sibling: &Sibling, name: &str) -> Option<&str> {
        Attributes::get(self.source(sibling), name)
    }
}
