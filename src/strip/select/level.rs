//! The siblings before an element: what is remembered of the children of each open element.

use crate::rewrite::{Attributes, ElementRef, Namespace, Tag, tag_name};
use std::ops::Range;

/// Text of remembered siblings per parent, in bytes.
const SIBLING_BYTES: usize = 4 << 20;

/// The element children so far of the page and of each open element. An element inside of another opens later, so that the lists of all of
/// them stand in one, the innermost last, and what has closed is written over.
#[derive(Debug, Default)]
pub(super) struct Levels {
    levels: Vec<Level>,
    children: Vec<Sibling>,
    /// The children's start tags.
    text: String,
}

/// The children of one parent.
#[derive(Clone, Debug, Default)]
struct Level {
    children: Range<usize>,
    text: Range<usize>,
    full: bool,
}

/// What is remembered of an element after it closed.
#[derive(Debug)]
pub(super) struct Sibling {
    pub(super) id: u32,
    tag: Tag,
    pub(super) namespace: Namespace,
    source: Range<u32>,
}

impl Levels {
    /// The children at a depth.
    pub(super) fn children(&self, depth: usize) -> &[Sibling] {
        self.levels.get(depth).and_then(|level| self.children.get(level.children.clone())).unwrap_or_default()
    }

    /// Whether some at a depth could not be remembered.
    pub(super) fn is_full(&self, depth: usize) -> bool {
        self.levels.get(depth).is_some_and(|level| level.full)
    }

    /// An element has opened whose children stand at this depth.
    pub(super) fn begin(&mut self, depth: usize) {
        self.levels.truncate(depth);
        let (children, text) = self.levels.last().map_or((0, 0), |around| (around.children.end, around.text.end));
        self.levels.resize(depth + 1, Level { children: children..children, text: text..text, full: false });
    }

    /// Remembers an element at a depth, unless as many siblings are remembered there as may be, or as much text of them.
    pub(super) fn push(&mut self, depth: usize, element: ElementRef<'_>, limit: usize) {
        if self.levels.len() <= depth {
            self.begin(depth);
        }
        let level = &mut self.levels[depth];
        if level.children.len() >= limit || level.text.len() >= SIBLING_BYTES {
            level.full = true;
            return;
        }
        self.children.truncate(level.children.end);
        self.text.truncate(level.text.end);
        self.text.push_str(element.source());
        let source = level.text.end as u32..self.text.len() as u32;
        self.children.push(Sibling { id: element.id(), tag: element.tag(), namespace: element.namespace(), source });
        (level.children.end, level.text.end) = (self.children.len(), self.text.len());
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
