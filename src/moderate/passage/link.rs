//! The links that the text of a passage runs through.

use super::Passage;
use crate::moderate::surface::Surface;
use crate::moderate::view::View;
use crate::rewrite::ElementId;
use std::ops::Range;

/// An open link is among the last ones, for links do not stand in links.
const LINKS_A_LOOK: usize = 4;

/// A link that the text of a passage runs through.
pub(super) struct Link {
    pub(super) id: ElementId,
    /// Number of the event that opens it, if that is in this passage.
    pub(super) open: Option<u64>,
    pub(super) plain: Range<usize>,
    /// The digits that it dials.
    pub(super) dials: Option<Box<str>>,
}

impl Passage {
    /// Whether a link is open: what it leads to may have to go for what its text says.
    pub(in crate::moderate) fn is_in_link(&self) -> bool {
        self.links.iter().rev().take(LINKS_A_LOOK).any(|link| link.plain.end == usize::MAX)
    }

    /// The events that open the links which a range of a view is in or, for a link's target, stands in.
    pub(in crate::moderate) fn links_at(&self, view: &View, block: usize, plain: &Range<usize>) -> Vec<u64> {
        let block = view.blocks[block];
        if block.surface != Surface::Text {
            return vec![block.event];
        }
        if block.is_as_written {
            return Vec::new();
        }
        // They are in order; one that ends before the range ends the search, for links do not stand in links.
        let before = &self.links[..self.links.partition_point(|link| link.plain.start < plain.end)];
        before.iter().rev().take_while(|link| plain.start < link.plain.end).filter_map(|link| link.open).collect()
    }
}
