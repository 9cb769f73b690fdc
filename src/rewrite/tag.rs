//! The tags of HTML and what the standard says of each: which are void, which close a paragraph, which bound a scope.
//!
//! Source of the categories: HTML Living Standard, 13.1.2 "Elements" (void), 13.2.4.2 "The stack of open elements"
//! (special, scopes), 13.2.4.3 (formatting), 13.2.6.4.7 "in body" (what closes a `p`).

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
        static LABELS: &[&[u8]] = &[b"", $($name),*];
    };
}

tags! {
    b"a" A FORMATTING; b"abbr" Abbr 0; b"address" Address SPECIAL|CLOSES_P|BLOCK; b"applet" Applet SPECIAL|SCOPE;
    b"area" Area VOID|SPECIAL; b"article" Article SPECIAL|CLOSES_P|BLOCK; b"aside" Aside SPECIAL|CLOSES_P|BLOCK|CONTAINER;
    b"audio" Audio BLOCK; b"b" B FORMATTING|BREAKS_OUT; b"base" Base VOID|SPECIAL|HEAD; b"basefont" Basefont VOID|SPECIAL|HEAD;
    b"bdi" Bdi 0; b"bdo" Bdo 0; b"bgsound" Bgsound VOID|SPECIAL|HEAD; b"big" Big FORMATTING|BREAKS_OUT;
    b"blockquote" Blockquote SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; b"body" Body SPECIAL|BLOCK|BREAKS_OUT; b"br" Br VOID|SPECIAL|BREAKS_OUT;
    b"button" Button SPECIAL|BLOCK; b"canvas" Canvas UNSEEN; b"caption" Caption SPECIAL|SCOPE|BLOCK; b"center" Center SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT;
    b"cite" Cite 0; b"code" Code FORMATTING|BREAKS_OUT; b"col" Col VOID|SPECIAL; b"colgroup" Colgroup SPECIAL; b"data" Data 0;
    b"datalist" Datalist UNSEEN; b"dd" Dd SPECIAL|BLOCK|BREAKS_OUT; b"del" Del 0; b"details" Details SPECIAL|CLOSES_P|BLOCK; b"dfn" Dfn 0;
    b"dialog" Dialog CLOSES_P|BLOCK; b"dir" Dir SPECIAL|CLOSES_P|BLOCK|CONTAINER; b"div" Div SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT;
    b"dl" Dl SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; b"dt" Dt SPECIAL|BLOCK|BREAKS_OUT; b"em" Em FORMATTING|BREAKS_OUT;
    b"embed" Embed VOID|SPECIAL|BREAKS_OUT; b"fieldset" Fieldset SPECIAL|CLOSES_P|BLOCK; b"figcaption" Figcaption SPECIAL|CLOSES_P|BLOCK;
    b"figure" Figure SPECIAL|CLOSES_P|BLOCK|CONTAINER; b"font" Font FORMATTING; b"footer" Footer SPECIAL|CLOSES_P|BLOCK;
    b"form" Form SPECIAL|CLOSES_P|BLOCK|CONTAINER; b"frame" Frame VOID|SPECIAL; b"frameset" Frameset SPECIAL;
    b"h1" H1 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; b"h2" H2 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    b"h3" H3 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; b"h4" H4 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    b"h5" H5 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT; b"h6" H6 SPECIAL|CLOSES_P|BLOCK|HEADING|BREAKS_OUT;
    b"head" Head SPECIAL|HEAD|BREAKS_OUT; b"header" Header SPECIAL|CLOSES_P|BLOCK; b"hgroup" Hgroup SPECIAL|CLOSES_P|BLOCK;
    b"hr" Hr VOID|SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; b"html" Html SPECIAL|SCOPE|HEAD; b"i" I FORMATTING|BREAKS_OUT; b"iframe" Iframe SPECIAL|UNSEEN;
    b"img" Img VOID|SPECIAL|BREAKS_OUT; b"input" Input VOID|SPECIAL; b"ins" Ins 0; b"kbd" Kbd 0; b"keygen" Keygen VOID|SPECIAL;
    b"label" Label 0; b"legend" Legend BLOCK; b"li" Li SPECIAL|BLOCK|BREAKS_OUT; b"link" Link VOID|SPECIAL|HEAD;
    b"listing" Listing SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; b"main" Main SPECIAL|CLOSES_P|BLOCK; b"map" Map 0; b"mark" Mark 0;
    b"marquee" Marquee SPECIAL|SCOPE|BLOCK; b"math" Math 0; b"menu" Menu SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; b"meta" Meta VOID|SPECIAL|HEAD|BREAKS_OUT;
    b"meter" Meter 0; b"nav" Nav SPECIAL|CLOSES_P|BLOCK|CONTAINER; b"nobr" Nobr FORMATTING|BREAKS_OUT; b"noembed" Noembed SPECIAL|UNSEEN;
    b"noframes" Noframes SPECIAL|UNSEEN|HEAD; b"noscript" Noscript SPECIAL|UNSEEN|HEAD; b"object" Object SPECIAL|SCOPE; b"ol" Ol SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT;
    b"optgroup" Optgroup BLOCK; b"option" Option BLOCK; b"output" Output 0; b"p" P SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; b"param" Param VOID|SPECIAL;
    b"picture" Picture 0; b"plaintext" Plaintext SPECIAL|CLOSES_P|BLOCK; b"pre" Pre SPECIAL|CLOSES_P|BLOCK|BREAKS_OUT; b"progress" Progress 0; b"q" Q 0;
    b"rb" Rb 0; b"rp" Rp 0; b"rt" Rt 0; b"rtc" Rtc 0; b"ruby" Ruby BREAKS_OUT; b"s" S FORMATTING|BREAKS_OUT; b"samp" Samp 0;
    b"script" Script SPECIAL|UNSEEN|HEAD; b"search" Search SPECIAL|CLOSES_P|BLOCK; b"section" Section SPECIAL|CLOSES_P|BLOCK|CONTAINER;
    b"select" Select SPECIAL|BLOCK; b"slot" Slot 0; b"small" Small FORMATTING|BREAKS_OUT; b"source" Source VOID|SPECIAL; b"span" Span BREAKS_OUT;
    b"strike" Strike FORMATTING|BREAKS_OUT; b"strong" Strong FORMATTING|BREAKS_OUT; b"style" Style SPECIAL|UNSEEN|HEAD; b"sub" Sub BREAKS_OUT;
    b"summary" Summary SPECIAL|CLOSES_P|BLOCK; b"sup" Sup BREAKS_OUT; b"svg" Svg UNSEEN; b"table" Table SPECIAL|SCOPE|BLOCK|CONTAINER|BREAKS_OUT;
    b"tbody" Tbody SPECIAL|BLOCK; b"td" Td SPECIAL|SCOPE|BLOCK; b"template" Template SPECIAL|SCOPE|UNSEEN|HEAD; b"textarea" Textarea SPECIAL|UNSEEN|BLOCK;
    b"tfoot" Tfoot SPECIAL|BLOCK; b"th" Th SPECIAL|SCOPE|BLOCK; b"thead" Thead SPECIAL|BLOCK; b"time" Time 0; b"title" Title SPECIAL|UNSEEN|HEAD;
    b"tr" Tr SPECIAL|BLOCK; b"track" Track VOID|SPECIAL; b"tt" Tt FORMATTING|BREAKS_OUT; b"u" U FORMATTING|BREAKS_OUT;
    b"ul" Ul SPECIAL|CLOSES_P|BLOCK|CONTAINER|BREAKS_OUT; b"var" Var BREAKS_OUT; b"video" Video BLOCK; b"wbr" Wbr VOID|SPECIAL;
    b"xmp" Xmp SPECIAL|CLOSES_P|BLOCK;
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
        let mut slot = hash(pack(LABELS[at]));
        while !matches!(table[slot], Tag::Unknown) {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = TAGS[at];
        at += 1;
    }
    table
};

/// A name of at most ten bytes as a number, in lower case.
const fn pack(name: &[u8]) -> u128 {
    let mut packed = 0;
    let mut at = 0;
    while at < name.len() {
        packed = packed << 8 | name[at].to_ascii_lowercase() as u128;
        at += 1;
    }
    packed
}

const fn hash(packed: u128) -> usize {
    let folded = (packed as u64) ^ ((packed >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize % SLOTS
}

impl Tag {
    /// The tag of a name as it stands in the source, in any case.
    pub fn of(name: &str) -> Tag {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Tag::Unknown;
        }
        let mut slot = hash(pack(name.as_bytes()));
        loop {
            let tag = TABLE[slot];
            if tag == Tag::Unknown || LABELS[tag as usize].eq_ignore_ascii_case(name.as_bytes()) {
                return tag;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The lower-case name; empty for `Unknown`.
    pub fn name(self) -> &'static str {
        std::str::from_utf8(LABELS[self as usize]).unwrap_or_default()
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
