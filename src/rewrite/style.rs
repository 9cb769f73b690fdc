//! What an element's own style says of its place in the lines.

/// Whether a style takes an element out of what a reader sees.
pub(super) fn hides(style: &str) -> bool {
    style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(name, value)| {
        let says = |known: &str, wanted: &str| {
            name.trim().eq_ignore_ascii_case(known) && value.trim_start().get(..wanted.len()).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        says("display", "none") || says("visibility", "hidden")
    })
}

/// Whether a style makes a box of an inline element: a line by itself.
pub(crate) fn makes_box(style: &str) -> bool {
    says(style, "display", &BOXES)
}

/// Whether a style puts a block into the line that it stands in.
pub(crate) fn makes_inline(style: &str) -> bool {
    says(style, "display", &INLINES)
}

/// Whether a style lifts an element above the line, or lowers it below, as the mark of a note.
pub(crate) fn raises(style: &str) -> bool {
    says(style, "vertical-align", &RAISED)
}

/// Whether a style keeps the line ends of an element's text.
pub(super) fn keeps_lines(style: &str) -> bool {
    says(style, "white-space", &LINES)
}

/// Whether a style says one of these of a property, where its last word counts.
fn says(style: &str, property: &str, known: &[&str]) -> bool {
    let said = style.split(';').filter_map(|declaration| declaration.split_once(':')).rfind(|(name, _)| name.trim().eq_ignore_ascii_case(property));
    said.is_some_and(|(_, value)| {
        let value = value.split(['!', ' ']).find(|part| !part.is_empty()).unwrap_or_default();
        known.iter().any(|name| value.eq_ignore_ascii_case(name))
    })
}

/// The values of `display` whose outer type is `block` (CSS Display Module Level 3, 2), and the rows of a table.
const BOXES: [&str; 9] = ["block", "flex", "grid", "table", "list-item", "flow-root", "table-row", "table-caption", "-webkit-box"];

/// The values of `display` whose outer type is `inline`, and that of an element which is no box at all.
const INLINES: [&str; 6] = ["inline", "inline-block", "inline-flex", "inline-grid", "inline-table", "contents"];

/// The values of `vertical-align` that notes and powers are set with (CSS 2, 10.8.1).
const RAISED: [&str; 2] = ["super", "sub"];

/// The values of `white-space` that preserve segment breaks (CSS Text Module Level 3, 3).
const LINES: [&str; 4] = ["pre", "pre-line", "pre-wrap", "break-spaces"];

#[cfg(test)]
mod tests {
    use super::{hides, keeps_lines, makes_box, makes_inline, raises};

    #[test]
    fn what_is_hidden_is_told_by_its_style() {
        assert!(["display:none", "color:red; Display : NONE !important", "visibility: hidden"].into_iter().all(hides));
        assert!(["", "display:block", "visibility:visible", "display", "--display:none"].into_iter().all(|style| !hides(style)));
    }

    #[test]
    fn kept_lines_are_told_by_the_white_space() {
        assert!(["white-space:pre-line", "color:red; White-Space : PRE-wrap !important", "white-space:pre"].into_iter().all(keeps_lines));
        assert!(["", "white-space:nowrap", "white-space:pre;white-space:normal", "white-space"].into_iter().all(|style| !keeps_lines(style)));
    }

    #[test]
    fn what_is_raised_is_told_by_its_style() {
        assert!(["vertical-align:super", "color:red; Vertical-Align : SUB"].into_iter().all(raises));
        assert!(["", "vertical-align:middle", "vertical-align"].into_iter().all(|style| !raises(style)));
    }

    #[test]
    fn a_box_is_told_by_its_display() {
        for style in ["display:block", "color:red; DISPLAY : Flex !important", "display: list-item;", "display:inline;display:grid"] {
            assert!(makes_box(style), "{style}");
        }
        for style in ["", "display:inline-block", "display: inline flex", "display:none", "color:block", "display", "display:block;display:inline"] {
            assert!(!makes_box(style), "{style}");
        }
        assert!(["display:inline", "color:red; Display : Inline-Block !important"].into_iter().all(makes_inline));
        assert!(["", "display:block", "display:inline;display:grid", "display:none"].into_iter().all(|style| !makes_inline(style)));
    }
}
