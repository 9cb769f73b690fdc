//! Buttons: what most of them say is what they do to the page. Some bear the heading of what they show and hide, and are read.

use super::attributes::Attributes;
use super::tag::{Tag, is};

/// Whether a button is read, by its start tag and by whether it stands in a heading: those that disclose content are (WAI-ARIA Authoring
/// Practices 1.2, "Disclosure" and "Accordion"; the collapsible parts of Bootstrap), but for those of menus.
pub(crate) fn is_read(source: &str, in_heading: bool) -> bool {
    let (mut discloses, mut opens_menu) = (in_heading, false);
    for (name, value) in Attributes::of(source) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        discloses |= is("aria-expanded") || is("aria-controls");
        discloses |= (is("data-toggle") || is("data-bs-toggle")) && value.eq_ignore_ascii_case("collapse");
        opens_menu |= is("aria-haspopup");
    }
    discloses && !opens_menu
}

/// Whether an element is read though a button stands around it: text that runs on from a button that nothing closed, headings of cards.
pub(crate) fn is_read_inside(tag: Tag) -> bool {
    tag == Tag::P || tag.has(is::HEADING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_that_discloses_is_read() {
        assert!(is_read("<button class=q aria-expanded=\"false\" aria-controls=\"a1\">", false));
        assert!(is_read("<button data-bs-toggle=collapse>", false));
        assert!(is_read("<button>", true));
        assert!(!is_read("<button type=submit>", false));
        assert!(!is_read("<button aria-expanded=false aria-haspopup=menu>", false));
        assert!(is_read_inside(Tag::P) && is_read_inside(Tag::H3) && !is_read_inside(Tag::Div));
    }
}
