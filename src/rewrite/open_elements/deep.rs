//! What stands too deep to be tracked: tags alone, and how many there are of each.

use super::ElementId;
use crate::rewrite::Tag;

/// So many elements past the depth are tracked, if they are left out of the text or hidden: what they hold is no text of the page.
pub(super) const BEYOND: usize = 64;

/// The tags of elements that are open and too deep to be tracked.
#[derive(Debug)]
pub(super) struct Deep {
    /// Innermost last.
    tags: Vec<Tag>,
    /// How many there are of each tag.
    counts: Vec<u32>,
    /// Elements past the depth that are tracked, and how many tags stand around each.
    tracked: Vec<(ElementId, usize)>,
}

impl Default for Deep {
    fn default() -> Self {
        Deep { tags: Vec::new(), counts: vec![0; Tag::COUNT], tracked: Vec::new() }
    }
}

impl Deep {
    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    /// Whether something is open that is not tracked.
    pub(super) fn has_tags(&self) -> bool {
        !self.tags.is_empty()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.tracked.is_empty()
    }

    pub(super) fn push(&mut self, tag: Tag) {
        self.counts[tag as usize] += 1;
        self.tags.push(tag);
    }

    /// An element past the depth that is tracked.
    pub(super) fn track(&mut self, id: ElementId) {
        self.tracked.push((id, self.tags.len()));
    }

    /// Ends the innermost element of this tag and what is open in it; false if there is none. A tracked element that stood in it is given
    /// to `ended`, the outermost alone.
    pub(super) fn end(&mut self, tag: Tag, ended: &mut Option<ElementId>) -> bool {
        if self.counts[tag as usize] == 0 {
            return false;
        }
        while let Some(last) = self.tags.pop() {
            self.counts[last as usize] -= 1;
            if last == tag {
                break;
            }
        }
        while let Some((id, _)) = self.tracked.pop_if(|(_, around)| *around > self.tags.len()) {
            *ended = Some(id);
        }
        true
    }

    /// An element is taken out from among others, which go on.
    pub(super) fn forget(&mut self, id: ElementId) {
        self.tracked.retain(|(tracked, _)| *tracked != id);
    }

    /// An element has closed: what stood in it is closed with it. Past the depth everything stands in those that are not.
    pub(super) fn closed(&mut self, id: ElementId) {
        let tracked = self.tracked.iter().rposition(|(tracked, _)| *tracked == id);
        let around = tracked.map_or(0, |at| self.tracked[at].1);
        self.tracked.truncate(tracked.unwrap_or(0));
        for tag in self.tags.drain(around..) {
            self.counts[tag as usize] -= 1;
        }
    }
}
