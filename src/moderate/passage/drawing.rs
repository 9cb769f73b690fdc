//! What is open of SVG and MathML: names mean there what they mean nowhere else.

use crate::rewrite::{ElementId, Tag, tag_name};

/// Which vocabulary the content of an element is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Svg,
    MathMl,
    Html,
}

/// The drawings and formulas that are open, and what is HTML again in them.
#[derive(Default)]
pub(super) struct Drawings(Vec<(ElementId, Content)>);

impl Drawings {
    /// Begins a page.
    pub(super) fn begin(&mut self) {
        self.0.clear();
    }

    fn content(&self) -> Content {
        self.0.last().map_or(Content::Html, |(_, content)| *content)
    }

    /// Whether a tag is of an element of SVG that is a text by itself.
    #[inline]
    pub(super) fn is_line(&self, tag: Tag, source: &str) -> bool {
        tag == Tag::Unknown && self.content() == Content::Svg && is_one_of(source, &["text", "title", "desc"])
    }

    /// Whether a tag outside of drawings is that of a picture by another name (HTML 13.2.6.4.7, "image").
    #[inline]
    pub(super) fn is_picture(&self, tag: Tag, source: &str) -> bool {
        tag == Tag::Unknown && self.content() == Content::Html && is_one_of(source, &["image"])
    }

    /// Whether a tag is of an element that says something of a drawing or formula and is not shown in it.
    #[inline]
    pub(super) fn is_note(&self, tag: Tag, source: &str) -> bool {
        tag == Tag::Unknown
            && match self.content() {
                Content::Svg => is_one_of(source, &["title", "desc"]),
                Content::MathMl => is_one_of(source, &["title"]),
                Content::Html => false,
            }
    }

    /// An element opens.
    #[inline]
    pub(super) fn open(&mut self, id: ElementId, tag: Tag, source: &str) {
        match tag {
            Tag::Svg => self.0.push((id, Content::Svg)),
            Tag::Math => self.0.push((id, Content::MathMl)),
            Tag::Unknown if self.content() == Content::Svg && is_one_of(source, &["title", "desc", "foreignobject"]) => {
                self.0.push((id, Content::Html));
            }
            _ => {}
        }
    }

    /// An element closes.
    #[inline]
    pub(super) fn close(&mut self, id: ElementId) {
        if !self.0.is_empty()
            && let Some(at) = self.0.iter().rposition(|(open, _)| *open == id)
        {
            self.0.truncate(at);
        }
    }
}

fn is_one_of(source: &str, names: &[&str]) -> bool {
    let name = tag_name(source);
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}
