//! Elements as the model keeps them: a record of numbers each, with what it is and what it stands in as bits.

use crate::rewrite::left::is_left_out;
use crate::rewrite::{ElementRef, KnownName, Tag};

/// What an element or one around it is, as bits.
pub(super) mod inside {
    pub(in super::super) const ARTICLE: u32 = 1;
    pub(in super::super) const MAIN: u32 = 1 << 1;
    pub(in super::super) const NAV: u32 = 1 << 2;
    pub(in super::super) const HEADER: u32 = 1 << 3;
    pub(in super::super) const FOOTER: u32 = 1 << 4;
    pub(in super::super) const ASIDE: u32 = 1 << 5;
    pub(in super::super) const FORM: u32 = 1 << 6;
    pub(in super::super) const TABLE: u32 = 1 << 7;
    pub(in super::super) const LIST: u32 = 1 << 8;
    pub(in super::super) const FIGURE: u32 = 1 << 9;
    pub(in super::super) const SECTION: u32 = 1 << 10;
    pub(in super::super) const QUOTE: u32 = 1 << 11;
    pub(in super::super) const HIDDEN: u32 = 1 << 12;
    pub(in super::super) const BODY: u32 = 1 << 13;
    pub(in super::super) const REPLY: u32 = 1 << 14;
    pub(in super::super) const DIALOG: u32 = 1 << 15;
    pub(in super::super) const PRE: u32 = 1 << 16;
    /// An answer to a question; what a site answers itself is no reply.
    pub(in super::super) const ANSWER: u32 = 1 << 17;
    /// So many bits, the first ones, are features, one column each.
    pub(in super::super) const COLUMNS: u32 = 17;
    /// Its own class or id call it a comment; no element inside of it is for that.
    pub(in super::super) const CALLED_COMMENT: u32 = 1 << 18;
    /// One around it is called so, and does not hold the page's text as well.
    pub(in super::super) const COMMENT: u32 = 1 << 19;
    pub(in super::super) const LINK: u32 = 1 << 20;
    pub(in super::super) const BOLD: u32 = 1 << 21;
    pub(in super::super) const CODE: u32 = 1 << 22;
    /// Its text is not part of what a reader reads on.
    pub(in super::super) const UNREAD: u32 = 1 << 23;
    pub(in super::super) const TIME: u32 = 1 << 24;
    /// In a button that is not read; what opens in it may be.
    pub(in super::super) const PRESSED: u32 = 1 << 25;
    /// In a link that leads nowhere else: it opens or does something on the page.
    pub(in super::super) const HERE: u32 = 1 << 26;
    /// What is no feature of an element, but of the text in it.
    pub(in super::super) const OF_TEXT: u32 = LINK | BOLD | CODE | UNREAD | TIME | PRESSED | HERE;
}

/// What is kept of an element. Numbers of elements are indices into [`super::Blocks::elements`]; a parent comes before its children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) parent: u32,
    /// The nearest element that parts lines, itself included.
    pub(super) block: u32,
    pub(super) tag: Tag,
    pub(super) depth: u16,
    pub(super) inside: u32,
    /// Tells elements of one make from others: the signatures, tags and classes on the path.
    pub(super) signature: u32,
    /// Tells its own tag and class.
    pub(super) make: u32,
    /// What its class and id say, in sixteenths of log odds; then over the path from the root.
    pub(super) score: i16,
    pub(super) lowest: i16,
    pub(super) highest: i16,
    pub(super) sum: i16,
    pub(super) decayed: i16,
}

/// What an element is by its tag, its role, and what else it says of itself.
pub(super) fn kind_of(tag: Tag, element: ElementRef<'_>) -> u32 {
    let mut bits = if element.is_anchor() { 0 } else { by_tag(tag) };
    if tag == Tag::A && stays_here(element.get(KnownName::Href).unwrap_or_default()) {
        bits |= inside::HERE;
    }
    if let Some(role) = element.get(KnownName::Role) {
        bits |= match role.trim() {
            "main" => inside::MAIN,
            "article" => inside::ARTICLE,
            "navigation" | "menu" | "menubar" | "tablist" => inside::NAV,
            "banner" => inside::HEADER,
            "contentinfo" => inside::FOOTER,
            "complementary" => inside::ASIDE,
            "search" | "form" => inside::FORM,
            "dialog" | "alertdialog" => inside::DIALOG,
            _ => 0,
        };
    }
    if let Some(style) = element.get(KnownName::Style)
        && style.contains("display")
        && (style.contains("display:none") || style.contains("display: none"))
    {
        bits |= inside::HIDDEN;
    }
    if element.get(KnownName::Hidden).is_some() {
        bits |= inside::HIDDEN;
    }
    if let Some(prop) = element.get(KnownName::Itemprop) {
        bits |= match prop.trim() {
            "articleBody" | "description" | "text" | "reviewBody" | "recipeInstructions" => inside::BODY,
            "comment" | "review" => inside::REPLY,
            _ => 0,
        };
    }
    if let Some(kind) = element.get(KnownName::Itemtype)
        && ["Comment", "Review", "UserComments", "Answer"].iter().any(|name| kind.trim_end().ends_with(name))
    {
        bits |= inside::REPLY;
        bits |= if kind.trim_end().ends_with("Answer") { inside::ANSWER } else { 0 };
    }
    bits
}

/// Whether an address is one on the page itself, or a script's.
fn stays_here(href: &str) -> bool {
    let href = href.trim_start();
    href.is_empty() || href.starts_with('#') || href.get(..11).is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:"))
}

/// What an element is by its tag alone.
pub(super) fn by_tag(tag: Tag) -> u32 {
    match tag {
        Tag::Article => inside::ARTICLE,
        Tag::Main => inside::MAIN,
        Tag::Nav => inside::NAV,
        Tag::Header => inside::HEADER,
        Tag::Footer => inside::FOOTER,
        Tag::Aside => inside::ASIDE,
        Tag::Form | Tag::Fieldset | Tag::Label => inside::FORM,
        Tag::Table => inside::TABLE,
        Tag::Ul | Tag::Ol | Tag::Menu => inside::LIST,
        Tag::Figure | Tag::Figcaption => inside::FIGURE,
        Tag::Section => inside::SECTION,
        Tag::Blockquote => inside::QUOTE,
        Tag::Dialog => inside::DIALOG,
        Tag::Pre => inside::PRE | inside::CODE,
        Tag::A => inside::LINK,
        Tag::B | Tag::Strong => inside::BOLD,
        Tag::Code | Tag::Samp | Tag::Kbd => inside::CODE,
        Tag::Time => inside::TIME,
        Tag::Button => inside::PRESSED,
        tag if is_left_out(tag) => inside::UNREAD,
        _ => 0,
    }
}
