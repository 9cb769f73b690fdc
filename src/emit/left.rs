//! What is left out of the text with all that it holds, until it closes.

use crate::rewrite::button;
use crate::rewrite::tag::is;
use crate::rewrite::{ElementId, EventKind, Tag};

/// The element that is left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    id: ElementId,
    /// What it is; once a template or the like has opened in it, that: nothing there is read.
    tag: Tag,
}

impl Left {
    pub(super) fn new(id: ElementId, tag: Tag) -> Self {
        Left { id, tag }
    }

    /// Whether an event belongs to what is left out; what is read inside of a button ends that.
    pub(super) fn takes(left: &mut Option<Left>, kind: EventKind) -> bool {
        let Some(Left { id, tag }) = *left else { return false };
        match kind {
            EventKind::Close { id: closed, .. } if closed == id => *left = None,
            EventKind::Open { tag: opened, .. } if tag == Tag::Button && button::is_read_inside(opened) => {
                *left = None;
                return false;
            }
            EventKind::Open { tag: opened, void: false, .. }
                if opened.has(is::UNSEEN) || matches!(opened, Tag::Select | Tag::Object | Tag::Applet) =>
            {
                *left = Some(Left::new(id, opened));
            }
            _ => {}
        }
        true
    }
}
