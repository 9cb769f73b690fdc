//! What of a tag somebody sees: which attributes, and whether what stands in it.

use crate::rewrite::{Attributes, Tag};

/// Whether a void element is something to see between two words.
pub(super) fn is_shown(tag: Tag, source: &str) -> bool {
    match tag {
        Tag::Wbr | Tag::Meta | Tag::Link | Tag::Param | Tag::Source | Tag::Track | Tag::Area | Tag::Base => false,
        Tag::Input => !Attributes::get(source, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")),
        _ => true,
    }
}

/// Whether a style takes an element out of what a reader sees.
pub(super) fn is_hiding(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    let hides = |rule: &str| {
        let rule = rule.strip_suffix("!important").unwrap_or(rule).split_once(':');
        matches!(rule, Some(("display", "none") | ("font-size", "0" | "0px") | ("visibility", "hidden")))
    };
    style.split(';').any(hides)
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
