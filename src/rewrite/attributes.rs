//! The attributes of one start tag, read from its own source text: no copy, no decoding.

use super::name::{Known, Name, name_hash};
use crate::octet::Octet;
use std::ops::Range;

/// Iterates over the `(name, raw value)` pairs of a start tag's source, `<` to `>`.
///
/// Follows 13.2.5.32–13.2.5.39 of the HTML standard. Values are raw: character references are not decoded.
/// Duplicates are yielded too; the first one counts.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rest: &'a str,
}

/// The tag name of a start or end tag's source text, as written.
pub fn tag_name(source: &str) -> &str {
    let body = source.strip_prefix("</").or_else(|| source.strip_prefix('<')).unwrap_or(source);
    &body[..tag_name_length(body.as_bytes())]
}

/// Length in bytes of the tag name that `body` begins with.
#[inline]
pub(super) fn tag_name_length(body: &[u8]) -> usize {
    end_of_name(body, 0, SPACE | SLASH | CLOSE)
}

impl<'a> Attributes<'a> {
    /// Reads the attributes of a start tag's source text.
    pub fn of(source: &'a str) -> Self {
        let name = tag_name(source);
        let after = (name.as_ptr() as usize - source.as_ptr() as usize) + name.len();
        Attributes { rest: source[after..].strip_suffix('>').unwrap_or(&source[after..]) }
    }

    /// The first value of `name` (which is lower case), raw.
    pub fn get(source: &'a str, name: &str) -> Option<&'a str> {
        Attributes::of(source).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The first value of `name`, with character references decoded.
    pub fn decoded(source: &'a str, name: &str) -> Option<std::borrow::Cow<'a, str>> {
        Attributes::get(source, name).map(decode_value)
    }
}

/// Decodes the character references of an attribute value (13.2.5.73: the attribute's own rule for a missing `;`).
pub fn decode_value(raw: &str) -> std::borrow::Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_some() { htmlize::unescape_attribute(raw) } else { raw.into() }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let (place, end) = match next_place(self.rest.as_bytes(), 0) {
            Next::Attribute(place, end) => (place, end),
            Next::Broken(Some(place)) => (place, self.rest.len()),
            Next::End(_) | Next::Broken(None) => return None,
        };
        let found = (&self.rest[place.name], &self.rest[place.value]);
        self.rest = &self.rest[end..];
        Some(found)
    }
}

/// Where an attribute's name and value stand in the text that was read.
struct Place {
    name: Range<usize>,
    value: Range<usize>,
}

/// What comes next in a tag.
enum Next {
    /// An attribute, and where to read on.
    Attribute(Place, usize),
    /// The tag's `>`, at this offset.
    End(usize),
    /// The text ends before the tag does. An attribute may be read as far as it goes.
    Broken(Option<Place>),
}

const SPACE: u8 = 1;
const SLASH: u8 = 2;
const CLOSE: u8 = 4;
const EQUALS: u8 = 8;

/// What parts names and values in a tag, as bits.
static PARTS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'/' => SLASH,
            b'>' => CLOSE,
            b'=' => EQUALS,
            byte if byte.is_ascii_whitespace() => SPACE,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[inline]
fn ends(byte: u8, parts: u8) -> bool {
    PARTS[usize::from(byte)] & parts != 0
}

/// Where a name ends that goes on at `at`: at one of these parts, or with the text.
#[inline(always)]
fn end_of_name(bytes: &[u8], mut at: usize, parts: u8) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let within = Octet(u64::from_le_bytes(*chunk)).may_part_names().before();
        at += within;
        if within < chunk.len() {
            if ends(chunk[within], parts) {
                return at;
            }
            at += 1;
        }
    }
    while bytes.get(at).is_some_and(|b| !ends(*b, parts)) {
        at += 1;
    }
    at
}

/// Reads on in a tag from `at`, as 13.2.5.32 to 13.2.5.39 say. All cuts are at ASCII bytes.
#[inline(always)]
fn next_place(bytes: &[u8], mut at: usize) -> Next {
    while bytes.get(at).is_some_and(|b| ends(*b, SPACE | SLASH)) {
        at += 1;
    }
    let start = at;
    match bytes.get(at) {
        None => return Next::Broken(None),
        Some(b'>') => return Next::End(at),
        // A leading `=` belongs to the name.
        Some(_) => at += 1,
    }
    at = end_of_name(bytes, at, SPACE | SLASH | CLOSE | EQUALS);
    let name = start..at;
    while bytes.get(at).is_some_and(|b| ends(*b, SPACE)) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'=') {
        let place = Place { value: name.end..name.end, name };
        return if at < bytes.len() { Next::Attribute(place, at) } else { Next::Broken(Some(place)) };
    }
    at += 1;
    while bytes.get(at).is_some_and(|b| ends(*b, SPACE)) {
        at += 1;
    }
    let (start, quote) = match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => (at + 1, Some(*quote)),
        _ => (at, None),
    };
    let end = match quote {
        Some(quote) => length_before(quote, bytes.get(start..).unwrap_or_default()),
        None => bytes[start..].iter().position(|b| ends(*b, SPACE | CLOSE)),
    };
    match end {
        Some(length) => Next::Attribute(Place { name, value: start..start + length }, start + length + usize::from(quote.is_some())),
        None => Next::Broken(Some(Place { name, value: start.min(bytes.len())..bytes.len() })),
    }
}

/// How many bytes stand before the first `quote`. Most values are short: only in long ones a search pays that has to get going.
#[inline]
fn length_before(quote: u8, bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (mut at, pattern) = (0, ONES * u64::from(quote));
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()).filter(|_| at < SHORT_VALUE) {
        let differs = u64::from_le_bytes(*chunk) ^ pattern;
        // The lowest byte that is 0 is found for sure; those above it do not matter.
        let zeros = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        if zeros != 0 {
            return Some(at + zeros.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr::memchr(quote, &bytes[at..]).map(|found| at + found)
}

/// A multiple of 8.
const SHORT_VALUE: usize = 48;

/// One attribute of a start tag; offsets in bytes from the tag's `<`.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Range<u32>,
    pub(super) value: Range<u32>,
    pub(super) hash: u32,
    pub(super) known: Option<KnownName>,
}

/// Attributes of one element past this many are not looked at: real tags have a handful.
pub(super) const ATTRIBUTES: usize = 200;

/// Reads a tag from the end of its name to its `>`: appends its attributes, first duplicates only, and gives the offset after
/// the tag and the set of known names. `None` when the tag does not end.
pub(super) fn read_tag(source: &str, name_end: usize, attributes: &mut Vec<Attribute>) -> Option<(usize, u32)> {
    let bytes = source.as_bytes();
    let first = attributes.len();
    let (mut at, mut known_names) = (name_end, 0);
    loop {
        let place = match next_place(bytes, at) {
            Next::Attribute(place, next) => {
                at = next;
                place
            }
            Next::End(end) => return Some((end + 1, known_names)),
            Next::Broken(_) => {
                attributes.truncate(first);
                return None;
            }
        };
        let name = Name::at(&bytes[place.name.start..], place.name.len());
        let hash = name.hash;
        let known = KnownName::of(name);
        let bit = known.map_or(0, KnownName::bit);
        let is_same = |other: &Attribute| other.hash == hash && name.is_text(&bytes[other.name.start as usize..other.name.end as usize]);
        let repeated = if bit != 0 { known_names & bit != 0 } else { attributes[first..].iter().any(is_same) };
        if repeated || attributes.len() - first == ATTRIBUTES {
            continue;
        }
        known_names |= bit;
        let small = |range: Range<usize>| range.start as u32..range.end as u32;
        attributes.push(Attribute { name: small(place.name), value: small(place.value), hash, known });
    }
}

macro_rules! known_names {
    ($($name:tt $variant:ident;)*) => {
        /// Attribute names that the stages ask for at every element, so that one look at the tag answers them all.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum KnownName { $($variant),* }

        const KNOWN: &[(Known, KnownName)] = &[$((Known::of($name), KnownName::$variant)),*];
    };
}

known_names! {
    "class" Class; "id" Id; "itemprop" Itemprop; "rel" Rel; "lang" Lang; "dir" Dir; "href" Href; "role" Role; "type" Type; "style" Style;
    "hidden" Hidden; "src" Src; "alt" Alt; "title" Title; "itemtype" Itemtype; "pubdate" Pubdate;
    "value" Value; "content" Content; "placeholder" Placeholder; "aria-label" AriaLabel; "srcdoc" Srcdoc;
    "label" Label; "abbr" Abbr; "summary" Summary; "aria-description" AriaDescription; "aria-valuetext" AriaValuetext;
    "aria-roledescription" AriaRoledescription; "aria-placeholder" AriaPlaceholder; "alttext" Alttext; "action" Action; "formaction" Formaction; "xlink:href" XlinkHref;
}

/// A set of known names has a bit for each; the highest would be shifted out without a word.
const _: () = assert!(KNOWN.len() <= u32::BITS as usize, "more known names than bits in a set of them");

/// Slots of the table of known names: a power of two.
const SLOTS: usize = 128;
const EMPTY: u8 = u8::MAX;

static KNOWN_SLOTS: [u8; SLOTS] = {
    let mut slots = [EMPTY; SLOTS];
    let mut at = 0;
    while at < KNOWN.len() {
        let mut slot = name_hash(KNOWN[at].0.text().as_bytes()) as usize % SLOTS;
        while slots[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = at as u8;
        at += 1;
    }
    slots
};

impl KnownName {
    /// The known name that this is, in any case.
    #[inline]
    fn of(name: Name<'_>) -> Option<KnownName> {
        let mut slot = name.hash as usize % SLOTS;
        loop {
            let (text, known) = *KNOWN.get(usize::from(KNOWN_SLOTS[slot]))?;
            if name.is(text) {
                return Some(known);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Its bit in a set of names.
    pub(super) const fn bit(self) -> u32 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_as_the_standard_says() {
        let all: Vec<_> = Attributes::of("<a HREF='x y'class=\"b\" id=c/ data-x =z checked / q=>").collect();
        assert_eq!(all, [("HREF", "x y"), ("class", "b"), ("id", "c/"), ("data-x", "z"), ("checked", ""), ("q", "")]);
        assert_eq!(Attributes::of("<br/>").count(), 0);
        assert_eq!(Attributes::of("<a =b=c>").collect::<Vec<_>>(), [("=b", "c")]);
        assert_eq!(Attributes::decoded("<a href='?a&amp;b'>", "href").as_deref(), Some("?a&b"));
        assert_eq!(tag_name("</DIV >"), "DIV");
        let known = |name: &str| KnownName::of(Name::at(name.as_bytes(), name.len()));
        for (name, variant) in KNOWN {
            assert_eq!(known(&name.text().to_uppercase()), Some(*variant));
        }
        assert_eq!(known("data-x"), None);
    }
}
