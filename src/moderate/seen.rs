//! What of a tag somebody sees: which attributes, and whether what stands in it.

use crate::data::own_data;
use crate::rewrite::{Attributes, Tag};
use crate::rules::media::Media;
use serde::Deserialize;
use std::sync::LazyLock;

/// Styles that take an element out of what a reader sees (`rules/entity/unseen.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unseen {
    way: Vec<Way>,
}

/// One way of them: of each list a declaration stands in the style.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    declarations: Vec<Vec<String>>,
}

static UNSEEN: LazyLock<Unseen> = LazyLock::new(|| own_data!("entity/unseen.toml"));

/// Lengths below this one lead out of the page.
const FAR: f32 = -99.0;

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
    let style: String = without_comments(style).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    let declares = |known: &String| {
        let Some((name, wanted)) = known.split_once(": ") else { return false };
        style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(declared, value)| declared == name && is_value(value, wanted))
    };
    UNSEEN.way.iter().any(|way| way.declarations.iter().all(|declarations| declarations.iter().any(declares)))
}

/// Whether a value of a declaration, without white space and in lower case, is one that is looked for.
fn is_value(value: &str, wanted: &str) -> bool {
    let value = value.strip_suffix("!important").unwrap_or(value);
    let length = || value.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '%').parse::<f32>().ok();
    if let Some(function) = wanted.strip_suffix("(0") {
        return value.strip_prefix(function).and_then(|rest| rest.strip_prefix('(')).is_some_and(begins_with_zero);
    }
    match wanted {
        "0" => length() == Some(0.0),
        "far" => length().is_some_and(|length| length < FAR),
        _ if wanted.contains('(') => value.starts_with(wanted),
        _ => value == wanted,
    }
}

/// Whether the number that a text begins with is zero: "0)" and "0.0em)", but not "0.9)".
fn begins_with_zero(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].parse::<f32>() == Ok(0.0)
}

/// A style without its comments.
fn without_comments(style: &str) -> String {
    let mut parts = style.split("/*");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    // A comment that does not end goes on to the end of the style.
    parts.filter_map(|part| part.split_once("*/")).for_each(|(_, part)| rest.push_str(part));
    rest
}

/// Attributes whose value is text that somebody sees or hears.
pub(super) const TEXTS: [&str; 17] = [
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
    "aria-placeholder",
    // Of a formula.
    "alttext",
    // What an edit or a point in time is, in whatever words; the name of a file.
    "datetime",
    "download",
    // The number that a list begins with.
    "start",
];

/// Attributes that lead somewhere, and on which tags; any tag where none is named.
pub(super) const TARGETS: [(&str, &[Tag]); 10] = [
    ("href", &[Tag::A, Tag::Area]),
    ("xlink:href", &[Tag::A]),
    ("action", &[Tag::Form]),
    ("formaction", &[]),
    ("cite", &[]),
    ("src", &[]),
    ("srcset", &[]),
    ("poster", &[]),
    ("data", &[Tag::Object]),
    ("longdesc", &[]),
];

/// The names under which the addresses of pictures wait for a script (`rules/emit/media.toml`).
static MEDIA: LazyLock<Media> = LazyLock::new(|| own_data!("emit/media.toml"));

/// Whether an attribute of a picture holds an address until a script loads it.
pub(super) fn is_lazy(name: &str) -> bool {
    let is_data = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data-"));
    is_data && MEDIA.lazy_sources.iter().chain(&MEDIA.lazy_source_sets).any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_told_by_its_style() {
        for style in [
            "display:none",
            "Visibility: HIDDEN !important",
            "display:/* block */none",
            "font-size: 0.0em",
            "opacity:0",
            "position:absolute; left:-9999px",
            "overflow:hidden;max-width:0%",
            "position:absolute;clip:rect(0, 0, 0, 0)",
            "transform: scale( 0 )",
            "transform:scale(0.0, 1)",
            "clip-path:circle(0 at 50% 50%)",
            "color: rgba(0, 0, 0, 0)",
        ] {
            assert!(is_hiding(style), "{style}");
        }
        for style in [
            "",
            "display:block",
            "font-size:0.5em",
            "opacity:0.9",
            "position:absolute;left:-9px",
            "left:-9999px",
            "max-width:0",
            "width:0.5em;overflow:hidden",
            "transform:scale(1)",
            "transform:scale(0.9)",
            "clip-path:circle(0.5em)",
            "color: rgba(0, 0, 0, 0.5)",
            "/* display:none",
        ] {
            assert!(!is_hiding(style), "{style}");
        }
    }
}
