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
    tag: Tag,
    /// A template, a drawing or the like that is open in it: nothing there is read.
    inner: Option<ElementId>,
}

impl Left {
    pub(crate) fn new(id: ElementId, tag: Tag) -> Self {
        Left { id, tag, inner: None }
    }

    /// Whether an event belongs to what is left out; what is read inside of a button ends that.
    pub(crate) fn takes(left: &mut Option<Left>, kind: EventKind) -> bool {
        let Some(around) = left else { return false };
        match kind {
            EventKind::Close { id, .. } if id == around.id => *left = None,
            EventKind::Close { id, .. } => _ = around.inner.take_if(|inner| *inner == id),
            EventKind::Open { tag, .. } if around.tag == Tag::Button && around.inner.is_none() && button::is_read_inside(tag) => {
                *left = None;
                return false;
            }
            EventKind::Open { id, tag, void: false, .. } if around.inner.is_none() && is_left_out(tag) => around.inner = Some(id),
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::Closing;

    fn open(id: ElementId, tag: Tag) -> EventKind {
        EventKind::Open { id, tag, void: false, plain: true, values: false, hides: false }
    }

    fn close(id: ElementId, tag: Tag) -> EventKind {
        EventKind::Close { id, tag, how: Closing::Own }
    }

    #[test]
    fn a_button_is_read_on_behind_its_picture_and_not_inside_of_it() {
        let mut left = Some(Left::new(1, Tag::Button));
        let steps = [open(2, Tag::Svg), open(3, Tag::P), close(3, Tag::P), open(4, Tag::Template), close(4, Tag::Template), close(2, Tag::Svg)];
        assert!(steps.into_iter().all(|step| Left::takes(&mut left, step)));
        assert!(!Left::takes(&mut left, open(5, Tag::H3)) && left.is_none());
        let mut select = Some(Left::new(1, Tag::Select));
        assert!(Left::takes(&mut select, open(2, Tag::P)) && Left::takes(&mut select, close(1, Tag::Select)) && select.is_none());
    }
}
