//! The tags of HTML and what the standard says of each: which are void, which close a paragraph, which bound a scope.
//!
//! Source of the categories: HTML Living Standard, 13.1.2 "Elements" (void), 13.2.4.2 "The stack of open elements"
//! (special, scopes), 13.2.4.3 (formatting), 13.2.6.4.7 "in body" (what closes a `p`).

use super::name::{Known, Name, name_hash};

/// What a tag is, as bits.
pub(crate) mod is {
    /// Has no content and no end tag.
    pub(crate) const VOID: u16 = 1;
    /// "Special" in the standard: stops the search of an unknown end tag.
    pub(crate) const SPECIAL: u16 = 2;
    /// "Formatting": its end tag leaves the blocks above it open.
    pub(crate) const FORMATTING: u16 = 4;
    /// Its start tag closes an open `p`.
    pub(crate) const CLOSES_P: u16 = 8;
    /// Starts and ends a line of text, as a reader sees it.
    pub(crate) const BLOCK: u16 = 16;
    /// Bounds the default scope.
    pub(crate) const SCOPE: u16 = 32;
    /// Its content is never shown as text: script, style and the like.
    pub(crate) const UNSEEN: u16 = 64;
    /// May stand in `head` without ending it.
    pub(crate) const HEAD: u16 = 128;
    /// A list, table, section or box: what "the container around a line" may be.
    pub(crate) const CONTAINER: u16 = 256;
    /// Ends a foreign (svg, math) subtree by its mere start tag (13.2.6.5).
    pub(crate) const BREAKS_OUT: u16 = 512;
    /// h1 to h6.
    pub(crate) const HEADING: u16 = 1024;
}
use is::*;

macro_rules! tags {
    ($($name:tt $variant:ident $bits:expr;)*) => {
        /// A tag name of HTML; all other names are `Unknown`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Tag { Unknown, $($variant),* }

        const TAGS: &[Tag] = &[Tag::Unknown, $(Tag::$variant),*];
        static BITS: &[u16] = &[0, $($bits),*];
        static LABELS: &[Known] = &[Known::of(""), $(Known::of($name)),*];
    };
}

tags! {
    "a" A FORMATTING; "abbr" Abbr 0; "address" Address SPECIAL|CLOSES_P|BLOCK; "applet" Applet SPECIAL|SCOPE;
    "area" Area VOID|SPECIAL; "article" Article SPECIAL|CLOSES_P|BLOCK; "aside" Aside SPECIAL|CLOSES_P|BLOCK|CONTAINER;
    "audio" Audio BLOCK; "b" B FORMATTING|BREAKS_OUT; "base" Base VOID|SPECIAL|HEAD; "basefont" Basefont VOID|SPECIAL|HEAD;
    "bdi" Bdi 0; "bdo" Bdo 0; "bgsound" Bgsound VOID|SPECIAL|HEAD; "big" Big FORMATTING|BREAKS_OUT;
    "blockquote" Blockquote SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; "body" Body SPECIAL|BLOCK|BREAKS_OUT; "br" Br VOID|SPECIAL|BREAKS_OUT;
    "button" Button SPECIAL|BLOCK; "canvas" Canvas UNSEEN; "caption" Caption SPECIAL|SCOPE|BLOCK; "center" Center SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT;
    "cite" Cite 0; "code" Code FORMATTING|BREAKS_OUT; "col" Col VOID|SPECIAL; "colgroup" Colgroup SPECIAL; "data" Data 0;
    "datalist" Datalist UNSEEN; "dd" Dd SPECIAL|BLOCK|BREAKS_OUT; "del" Del 0; "details" Details SPECIAL|CLOSES_P|BLOCK; "dfn" Dfn 0;
    "dialog" Dialog CLOSES_P|BLOCK; "dir" Dir SPECIAL|CLOSES_P|BLOCK|CONTAINER; "div" Div SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT;
    "dl" Dl SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; "dt" Dt SPECIAL|BLOCK|BREAKS_OUT; "em" Em FORMATTING|BREAKS_OUT;
    "embed" Embed VOID|SPECIAL|BREAKS_OUT; "fieldset" Fieldset SPECIAL|CLOSES_P|BLOCK; "figcaption" Figcaption SPECIAL|CLOSES_P|BLOCK;
    "figure" Figure SPECIAL|CLOSES_P|BLOCK|CONTAINER; "font" Font FORMATTING; "footer" Footer SPECIAL|CLOSES_P|BLOCK;
    "form" Form SPECIAL|CLOSES_P|BLOCK|CONTAINER; "frame" Frame VOID|SPECIAL; "frameset" Frameset SPECIAL;
    "h1" H1 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; "h2" H2 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    "h3" H3 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; "h4" H4 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    "h5" H5 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; "h6" H6 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    "head" Head SPECIAL|HEAD|BREAKS_OUT; "header" Header SPECIAL|CLOSES_P|BLOCK; "hgroup" Hgroup SPECIAL|CLOSES_P|BLOCK;
    "hr" Hr VOID|SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; "html" Html SPECIAL|SCOPE|HEAD; "i" I FORMATTING|BREAKS_OUT; "iframe" Iframe SPECIAL|UNSEEN;
    "img" Img VOID|SPECIAL|BREAKS_OUT; "input" Input VOID|SPECIAL; "ins" Ins 0; "kbd" Kbd 0; "keygen" Keygen VOID|SPECIAL;
    "label" Label 0; "legend" Legend BLOCK; "li" Li SPECIAL|BLOCK|BREAKS_OUT; "link" Link VOID|SPECIAL|HEAD;
    "listing" Listing SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; "main" Main SPECIAL|CLOSES_P|BLOCK; "map" Map 0; "mark" Mark 0;
    "marquee" Marquee SPECIAL|SCOPE|BLOCK; "math" Math 0; "menu" Menu SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; "meta" Meta VOID|SPECIAL|HEAD|BREAKS_OUT;
    "meter" Meter 0; "nav" Nav SPECIAL|CLOSES_P|BLOCK|CONTAINER; "nobr" Nobr FORMATTING|BREAKS_OUT; "noembed" Noembed SPECIAL|UNSEEN;
    "noframes" Noframes SPECIAL|UNSEEN|HEAD; "noscript" Noscript SPECIAL|UNSEEN|HEAD; "object" Object SPECIAL|SCOPE; "ol" Ol SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT;
    "optgroup" Optgroup BLOCK; "option" Option BLOCK; "output" Output 0; "p" P SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; "param" Param VOID|SPECIAL;
    "picture" Picture 0; "plaintext" Plaintext SPECIAL|CLOSES_P|BLOCK; "pre" Pre SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; "progress" Progress 0; "q" Q 0;
    "rb" Rb 0; "rp" Rp 0; "rt" Rt 0; "rtc" Rtc 0; "ruby" Ruby BREAKS_OUT; "s" S FORMATTING|BREAKS_OUT; "samp" Samp 0;
    "script" Script SPECIAL|UNSEEN|HEAD; "search" Search SPECIAL|CLOSES_P|BLOCK; "section" Section SPECIAL|CLOSES_P|BLOCK|CONTAINER;
    "select" Select SPECIAL|BLOCK; "/shadow" ShadowRoot SPECIAL|SCOPE; "slot" Slot 0; "small" Small FORMATTING|BREAKS_OUT; "source" Source VOID|SPECIAL; "span" Span BREAKS_OUT;
    "strike" Strike FORMATTING|BREAKS_OUT; "strong" Strong FORMATTING|BREAKS_OUT; "style" Style SPECIAL|UNSEEN|HEAD; "sub" Sub BREAKS_OUT;
    "summary" Summary SPECIAL|CLOSES_P|BLOCK; "sup" Sup BREAKS_OUT; "svg" Svg UNSEEN; "table" Table SPECIAL|SCOPE|BLOCK|CONTAINER|BREAKS_OUT;
    "tbody" Tbody SPECIAL|BLOCK; "td" Td SPECIAL|SCOPE|BLOCK; "template" Template SPECIAL|SCOPE|UNSEEN|HEAD; "textarea" Textarea SPECIAL|UNSEEN|BLOCK;
    "tfoot" Tfoot SPECIAL|BLOCK; "th" Th SPECIAL|SCOPE|BLOCK; "thead" Thead SPECIAL|BLOCK; "time" Time 0; "title" Title SPECIAL|UNSEEN|HEAD;
    "tr" Tr SPECIAL|BLOCK; "track" Track VOID|SPECIAL; "tt" Tt FORMATTING|BREAKS_OUT; "u" U FORMATTING|BREAKS_OUT;
    "ul" Ul SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; "var" Var BREAKS_OUT; "video" Video BLOCK; "wbr" Wbr VOID|SPECIAL;
    "xmp" Xmp SPECIAL|CLOSES_P|BLOCK;
}

/// Longest name in the table, in bytes.
const LONGEST_NAME: usize = 10;

/// Slots of the name table: a power of two, at most a third of them taken.
const SLOTS: usize = 512;

/// Names by hash, with open addressing; built when the program is.
static TABLE: [Tag; SLOTS] = {
    let mut table = [Tag::Unknown; SLOTS];
    let mut at = 1;
    while at < LABELS.len() {
        let mut slot = name_hash(LABELS[at].text().as_bytes()) as usize % SLOTS;
        while !matches!(table[slot], Tag::Unknown) {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = TAGS[at];
        at += 1;
    }
    table
};

impl Tag {
    /// How many there are, `Unknown` included.
    pub(crate) const COUNT: usize = TAGS.len();

    /// The tag of a name as it stands in the source, in any case.
    pub fn of(name: &str) -> Tag {
        Tag::at(name.as_bytes(), name.len())
    }

    /// The same of the name that `text` begins with, of so many bytes.
    #[inline]
    pub(super) fn at(text: &[u8], length: usize) -> Tag {
        if length == 0 || length > LONGEST_NAME {
            return Tag::Unknown;
        }
        let name = Name::at(text, length);
        let mut slot = name.hash as usize % SLOTS;
        loop {
            let tag = TABLE[slot];
            if tag == Tag::Unknown || name.is(LABELS[tag as usize]) {
                return tag;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The lower-case name; empty for `Unknown`.
    pub fn name(self) -> &'static str {
        LABELS[self as usize].text()
    }

    pub(crate) fn has(self, bits: u16) -> bool {
        BITS[self as usize] & bits != 0
    }

    /// 1 to 6 for headings.
    pub fn heading_level(self) -> Option<u8> {
        self.has(HEADING).then(|| self as u8 - Tag::H1 as u8 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_the_table_is_aligned() {
        assert_eq!(Tag::of("DIV"), Tag::Div);
        assert_eq!(Tag::of("x-card"), Tag::Unknown);
        assert_eq!(Tag::of("blockquotes"), Tag::Unknown);
        for tag in &TAGS[1..] {
            assert_eq!(Tag::of(tag.name()), *tag);
            assert!(tag.name().len() <= LONGEST_NAME);
        }
        assert_eq!(Tag::H4.heading_level(), Some(4));
        assert!(Tag::Br.has(is::VOID) && !Tag::Br.has(is::BLOCK));
    }
}
