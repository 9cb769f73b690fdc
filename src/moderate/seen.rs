//! What of a tag somebody sees: which attributes, and whether what stands in it.

use crate::rewrite::{Attributes, Tag, Window, tag_name};
use std::ops::Range;

/// Whether a tag is of an element of SVG that is a text by itself.
pub(super) fn is_line_of_drawing(tag: Tag, window: &Window, range: &Range<u64>) -> bool {
    tag == Tag::Unknown && {
        let name = tag_name(window.text(range.clone()));
        ["text", "title", "desc"].iter().any(|known| name.eq_ignore_ascii_case(known))
    }
}

/// Whether a void element is something to see between two words.
pub(super) fn is_shown(tag: Tag, window: &Window, range: &Range<u64>) -> bool {
    match tag {
        Tag::Wbr | Tag::Meta | Tag::Link | Tag::Param | Tag::Source | Tag::Track | Tag::Area | Tag::Base => false,
        Tag::Input => !Attributes::get(window.text(range.clone()), "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")),
        _ => true,
    }
}

/// Whether a style takes an element out of what a reader sees.
pub(super) fn is_hiding(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    style.split(';').any(|rule| matches!(rule.split_once(':'), Some(("display", "none") | ("font-size", "0" | "0px") | ("visibility", "hidden"))))
}

/// Attributes whose value is text that somebody sees or hears.
pub(super) const TEXTS: [&str; 12] = [
    "alt",
    "title",
    "aria-label",
    "placeholder",
    "value",
    "content",
    "label",
    "abbr",
    "summary",
    "aria-description",
    "aria-valuetext",
    "aria-roledescription",
];

/// Attributes that lead somewhere, and on which tags; any tag where none is named.
pub(super) const TARGETS: [(&str, &[Tag]); 4] =
    [("href", &[Tag::A, Tag::Area]), ("xlink:href", &[Tag::A]), ("action", &[Tag::Form]), ("formaction", &[])];
