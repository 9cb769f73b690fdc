//! What an element's own style says of its place in the lines.

/// Whether a style makes a box of an inline element: a line by itself.
pub(crate) fn makes_box(style: &str) -> bool {
    let display =
        style.split(';').filter_map(|declaration| declaration.split_once(':')).rfind(|(name, _)| name.trim().eq_ignore_ascii_case("display"));
    display.is_some_and(|(_, value)| {
        let value = value.split(['!', ' ']).find(|part| !part.is_empty()).unwrap_or_default();
        BOXES.iter().any(|name| value.eq_ignore_ascii_case(name))
    })
}

/// The values of `display` whose outer type is `block` (CSS Display Module Level 3, 2), and the rows of a table.
const BOXES: [&str; 9] = ["block", "flex", "grid", "table", "list-item", "flow-root", "table-row", "table-caption", "-webkit-box"];

#[cfg(test)]
mod tests {
    use super::makes_box;

    #[test]
    fn a_box_is_told_by_its_display() {
        for style in ["display:block", "color:red; DISPLAY : Flex !important", "display: list-item;", "display:inline;display:grid"] {
            assert!(makes_box(style), "{style}");
        }
        for style in ["", "display:inline-block", "display: inline flex", "display:none", "color:block", "display", "display:block;display:inline"] {
            assert!(!makes_box(style), "{style}");
        }
    }
}
