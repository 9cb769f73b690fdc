//! What is read of a start tag.

use super::attributes::{ATTRIBUTES, Attribute, KnownName, read_tag, tag_name_length};
use super::tag::Tag;

/// What was read of a start tag.
#[derive(Clone, Debug)]
pub(super) struct StartTag {
    pub(super) tag: Tag,
    /// In bytes.
    pub(super) name_length: u32,
    /// Which known names its attributes have.
    pub(super) known: u32,
    pub(super) attributes: Vec<Attribute>,
}

impl Default for StartTag {
    fn default() -> Self {
        StartTag { tag: Tag::Unknown, name_length: 0, known: 0, attributes: Vec::new() }
    }
}

/// Attributes whose value a reader may see or follow.
const VALUES: u32 = KnownName::Alt.bit()
    | KnownName::Title.bit()
    | KnownName::AriaLabel.bit()
    | KnownName::Placeholder.bit()
    | KnownName::Value.bit()
    | KnownName::Content.bit()
    | KnownName::Href.bit()
    | KnownName::Srcdoc.bit()
    | KnownName::Label.bit()
    | KnownName::Abbr.bit()
    | KnownName::Summary.bit()
    | KnownName::AriaDescription.bit()
    | KnownName::AriaValuetext.bit()
    | KnownName::AriaRoledescription.bit()
    | KnownName::AriaPlaceholder.bit()
    | KnownName::Alttext.bit()
    | KnownName::Action.bit()
    | KnownName::Formaction.bit()
    | KnownName::XlinkHref.bit();

/// Whether an element leads somewhere, or tells a time or a number, by attributes that no other has.
#[inline]
fn leads(tag: Tag) -> bool {
    use Tag::{Audio, Blockquote, Del, Embed, Iframe, Img, Ins, Object, Ol, Q, Source, Time, Track, Video};
    matches!(tag, Audio | Blockquote | Del | Embed | Iframe | Img | Ins | Object | Ol | Q | Source | Time | Track | Video)
}

impl StartTag {
    /// A start tag of nothing but a name.
    pub(super) fn named(tag: Tag) -> Self {
        StartTag { tag, name_length: tag.name().len() as u32, ..StartTag::default() }
    }

    /// Whether it surely has none of the attributes that mean something on every element.
    pub(super) fn is_plain(&self) -> bool {
        let general = KnownName::Lang.bit() | KnownName::Dir.bit() | KnownName::Title.bit();
        self.known & general == 0 && self.attributes.len() < ATTRIBUTES
    }

    /// Whether it may have an attribute that hides the element.
    pub(super) fn may_hide(&self) -> bool {
        self.known & (KnownName::Style.bit() | KnownName::Hidden.bit()) != 0 || self.attributes.len() >= ATTRIBUTES
    }

    /// Whether it may have an attribute whose value a reader may see or follow.
    pub(super) fn has_values(&self) -> bool {
        self.known & VALUES != 0 || self.attributes.len() >= ATTRIBUTES || leads(self.tag)
    }

    /// Reads the start tag that `source` begins with and gives the offset after it. `None` when it does not end.
    pub(super) fn read(&mut self, source: &str) -> Option<usize> {
        self.attributes.clear();
        let name_length = tag_name_length(&source.as_bytes()[1..]);
        let (end, known) = read_tag(source, 1 + name_length, &mut self.attributes)?;
        self.tag = Tag::at(&source.as_bytes()[1..], name_length);
        self.name_length = name_length as u32;
        self.known = known;
        Some(end)
    }
}
