//! The allowlist: which elements are written, as which, and with which attributes.

use crate::rewrite::{Attributes, Tag};

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is written, as this element.
    Write(Tag),
    /// Its content is written without it.
    Unwrap,
    /// It goes with all it holds.
    Leave,
}

pub(super) fn treatment(tag: Tag, source: &str) -> Treatment {
    use Treatment::{Leave, Unwrap, Write};
    match tag {
        Tag::A
        | Tag::Abbr
        | Tag::Address
        | Tag::Article
        | Tag::Aside
        | Tag::Audio
        | Tag::B
        | Tag::Bdi
        | Tag::Bdo
        | Tag::Blockquote
        | Tag::Br
        | Tag::Caption
        | Tag::Cite
        | Tag::Code
        | Tag::Col
        | Tag::Colgroup
        | Tag::Dd
        | Tag::Del
        | Tag::Details
        | Tag::Dfn
        | Tag::Div
        | Tag::Dl
        | Tag::Dt
        | Tag::Em
        | Tag::Figcaption
        | Tag::Figure
        | Tag::Footer
        | Tag::H1
        | Tag::H2
        | Tag::H3
        | Tag::H4
        | Tag::H5
        | Tag::H6
        | Tag::Header
        | Tag::Hgroup
        | Tag::Hr
        | Tag::I
        | Tag::Iframe
        | Tag::Img
        | Tag::Ins
        | Tag::Kbd
        | Tag::Li
        | Tag::Main
        | Tag::Mark
        | Tag::Nav
        | Tag::Ol
        | Tag::P
        | Tag::Picture
        | Tag::Pre
        | Tag::Q
        | Tag::Rp
        | Tag::Rt
        | Tag::Ruby
        | Tag::S
        | Tag::Samp
        | Tag::Section
        | Tag::Small
        | Tag::Source
        | Tag::Span
        | Tag::Strong
        | Tag::Sub
        | Tag::Summary
        | Tag::Sup
        | Tag::Table
        | Tag::Tbody
        | Tag::Td
        | Tag::Tfoot
        | Tag::Th
        | Tag::Thead
        | Tag::Time
        | Tag::Tr
        | Tag::Track
        | Tag::U
        | Tag::Ul
        | Tag::Var
        | Tag::Video
        | Tag::Wbr => Write(tag),
        Tag::Strike => Write(Tag::S),
        Tag::Tt => Write(Tag::Code),
        Tag::Dir | Tag::Menu => Write(Tag::Ul),
        Tag::Listing | Tag::Xmp | Tag::Plaintext => Write(Tag::Pre),
        // Blocks that are not listed still part the text around them.
        Tag::Center | Tag::Form | Tag::Fieldset | Tag::Dialog | Tag::Search | Tag::Marquee | Tag::Legend => Write(Tag::Div),
        Tag::Html | Tag::Body => {
            let says = |name: &str| Attributes::get(source, name).is_some();
            if says("lang") || says("dir") { Write(Tag::Div) } else { Unwrap }
        }
        Tag::Script
        | Tag::Style
        | Tag::Noscript
        | Tag::Template
        | Tag::Svg
        | Tag::Title
        | Tag::Textarea
        | Tag::Select
        | Tag::Object
        | Tag::Embed
        | Tag::Applet
        | Tag::Canvas
        | Tag::Button
        | Tag::Datalist
        | Tag::Noembed
        | Tag::Noframes
        | Tag::Frameset
        | Tag::Input
        | Tag::Meter
        | Tag::Progress
        | Tag::Meta
        | Tag::Link
        | Tag::Base
        | Tag::Basefont
        | Tag::Bgsound
        | Tag::Param
        | Tag::Area
        | Tag::Keygen
        | Tag::Frame => Leave,
        Tag::Unknown => match crate::rewrite::tag_name(source) {
            name if name.eq_ignore_ascii_case("amp-img") => Write(Tag::Img),
            name if name.eq_ignore_ascii_case("annotation") || name.eq_ignore_ascii_case("annotation-xml") => Leave,
            _ => Unwrap,
        },
        _ => Unwrap,
    }
}

/// Attributes of an element besides `lang`, `dir` and `title`.
pub(super) fn allowed(tag: Tag) -> &'static [&'static str] {
    match tag {
        Tag::A => &["href", "hreflang"],
        Tag::Img => &["src", "srcset", "sizes", "alt", "width", "height"],
        Tag::Source => &["src", "srcset", "sizes", "media", "type", "width", "height"],
        Tag::Iframe => &["src", "width", "height", "allowfullscreen"],
        Tag::Video => &["src", "poster", "width", "height", "controls"],
        Tag::Audio => &["src", "controls"],
        Tag::Track => &["src", "kind", "srclang", "label"],
        Tag::Td | Tag::Th => &["colspan", "rowspan", "headers", "scope", "abbr"],
        Tag::Col | Tag::Colgroup => &["span"],
        Tag::Ol => &["start", "reversed", "type"],
        Tag::Li => &["value"],
        Tag::Time | Tag::Del | Tag::Ins => &["datetime", "cite"],
        Tag::Blockquote | Tag::Q => &["cite"],
        Tag::Details => &["open"],
        Tag::Code | Tag::Pre => &["class"],
        _ => &[],
    }
}

/// Attributes that every element may have; the first two also the page as a whole.
pub(super) const GLOBAL: [&str; 3] = ["lang", "dir", "title"];
