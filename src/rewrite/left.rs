//! What is left out of the text with all that it holds, until it closes.

use super::EventKind;
use super::button;
use super::open_elements::ElementId;
use super::tag::{Tag, is};

/// Whether an element is no part of what is read on, whatever its start tag says.
pub(crate) fn is_left_out(tag: Tag) -> bool {
    tag.has(is::UNSEEN) || matches!(tag, Tag::Select | Tag::Object | Tag::Applet)
}

/// The element that is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    id: ElementId,
    /// What it is; once a template or the like has opened in it, that: nothing there is read.
    tag: Tag,
}

impl Left {
    pub(crate) fn new(id: ElementId, tag: Tag) -> Self {
        Left { id, tag }
    }

    /// Whether an event belongs to what is left out; what is read inside of a button ends that.
    pub(crate) fn takes(left: &mut Option<Left>, kind: EventKind) -> bool {
        let Some(Left { id, tag }) = *left else { return false };
        match kind {
            EventKind::Close { id: closed, .. } if closed == id => *left = None,
            EventKind::Open { tag: opened, .. } if tag == Tag::Button && button::is_read_inside(opened) => {
                *left = None;
                return false;
            }
            EventKind::Open { tag: opened, void: false, .. } if is_left_out(opened) => *left = Some(Left::new(id, opened)),
            _ => {}
        }
        true
    }
}
