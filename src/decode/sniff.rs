//! Which encoding a page is in, from its first bytes and its HTTP header.

use super::{Declared, EncodingSource};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use lol_html::{HtmlRewriter, Settings, element};

/// The declaration is looked for when this many bytes are there, and again at each further length: browsers look at 1,024
/// bytes (HTML 13.2.3.2), but real pages declare later, and nothing has been decided by then.
const LOOKS: [usize; 3] = [1024, 8192, 65_536];

pub(super) struct Found {
    pub(super) encoding: &'static Encoding,
    pub(super) source: EncodingSource,
    pub(super) bom_length: usize,
}

/// Holds the first bytes of a page until its encoding is known. All limits are lengths of the input, so that any split of it
/// is decided alike.
pub(super) struct Sniffer {
    http: Option<&'static Encoding>,
    top_level_domain: Option<String>,
    held: Vec<u8>,
    looks: usize,
    /// So many bytes are ASCII and tell nothing.
    plain: usize,
}

impl Sniffer {
    pub(super) fn new(declared: &Declared) -> Self {
        let http = declared.http.as_ref().and_then(|label| known(label));
        // The detector takes lower-case ASCII only; anything else is no hint.
        let hint = declared.top_level_domain.clone().filter(|tld| !tld.is_empty() && tld.bytes().all(|b| b.is_ascii_lowercase()));
        Sniffer { http, top_level_domain: hint, held: Vec::new(), looks: 0, plain: 0 }
    }

    /// Takes bytes; when the encoding is known, gives it with all bytes after the byte order mark.
    pub(super) fn push(&mut self, raw: &[u8]) -> Option<(Found, Vec<u8>)> {
        self.held.extend_from_slice(raw);
        if self.held.len() < 4 {
            return None;
        }
        if let Some(found) = self.mark_or_header() {
            return Some(self.release(found));
        }
        while self.looks < LOOKS.len() && self.held.len() >= LOOKS[self.looks] {
            let seen = LOOKS[self.looks];
            self.looks += 1;
            if let Some(found) = declaration(&self.held[..seen]) {
                return Some(self.release(found));
            }
        }
        if self.looks < LOOKS.len() {
            return None;
        }
        // Nothing is declared. Detection needs bytes that tell: from the first that is not ASCII, one more look's worth.
        let fresh = &self.held[self.plain.min(DETECTION_LIMIT)..self.held.len().min(DETECTION_LIMIT)];
        let telling = first_telling(fresh).map(|at| self.plain + at);
        self.plain = telling.unwrap_or(self.held.len());
        let needed = telling.map_or(DETECTION_LIMIT, |at| (at + LOOKS[LOOKS.len() - 1]).min(DETECTION_LIMIT));
        (self.held.len() >= needed).then(|| {
            let seen = needed;
            let found = self.detect(seen, false);
            self.release(found)
        })
    }

    /// The input ended: decides on what there is.
    pub(super) fn finish(&mut self) -> (Found, Vec<u8>) {
        let found = self.mark_or_header().or_else(|| declaration(&self.held)).unwrap_or_else(|| self.detect(self.held.len(), true));
        self.release(found)
    }

    fn release(&mut self, found: Found) -> (Found, Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        held.drain(..found.bom_length);
        (found, held)
    }

    fn mark_or_header(&self) -> Option<Found> {
        if let Some((encoding, bom_length)) = Encoding::for_bom(&self.held) {
            return Some(Found { encoding, source: EncodingSource::Bom, bom_length });
        }
        self.http.map(|encoding| Found { encoding, source: EncodingSource::Http, bom_length: 0 })
    }

    fn detect(&self, seen: usize, last: bool) -> Found {
        let head = &self.held[..seen];
        let is_utf8 = is_utf8(head, last);
        let encoding = match undeclared_utf16(&self.held) {
            Some(encoding) => encoding,
            None if is_utf8 && !head.contains(&0x1B) => UTF_8,
            None => {
                let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
                detector.feed(head, last);
                detector.guess(self.top_level_domain.as_deref().map(str::as_bytes), Utf8Detection::Allow)
            }
        };
        Found { encoding, source: EncodingSource::Detected, bom_length: 0 }
    }
}

/// One sequence that is no UTF-8 is made up for by so many that are.
const VALID_PER_INVALID: usize = 10;
/// So many are needed where the text breaks off inside of its last character.
const VALID: usize = 3;

/// Whether bytes are UTF-8, but for a few that are broken: no other encoding passes for it. A break inside the last character says nothing
/// against it while more is to come.
fn is_utf8(bytes: &[u8], last: bool) -> bool {
    let (mut valid, mut invalid, mut is_cut) = (0, 0, false);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        is_cut = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if is_cut {
        invalid -= 1;
    }
    valid >= invalid * VALID_PER_INVALID && (valid >= VALID || !is_cut || !last)
}

/// The encoding of a label. Those that browsers refuse to decode (Encoding Standard, 14.1 "replacement") say no more than none: what such a page
/// holds besides is still read.
fn known(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().as_bytes())
}

/// Offset of the first byte that says something about the encoding: one outside of ASCII, or an escape.
fn first_telling(bytes: &[u8]) -> Option<usize> {
    const AT_ONCE: usize = 256;
    let blocks = bytes.chunks(AT_ONCE).position(|block| !block.is_ascii() || memchr::memchr(0x1B, block).is_some());
    let from = blocks? * AT_ONCE;
    bytes[from..].iter().position(|byte| !byte.is_ascii() || *byte == 0x1B).map(|at| from + at)
}

/// A page that is plain ASCII for this many bytes and declares nothing is decided by what was seen so far.
const DETECTION_LIMIT: usize = 1 << 20;

/// UTF-16 without a mark, by all that is held. Beyond the standard, which knows only the XML declaration's pattern.
fn undeclared_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(LOOKS[LOOKS.len() - 1]) & !1];
    if head.len() < 8 {
        return None;
    }
    [(UTF_16BE, 0), (UTF_16LE, 1)].into_iter().find(|(encoding, high)| is_utf16(head, *high, encoding)).map(|(encoding, _)| encoding)
}

/// So many units at the beginning tell whether there is markup, a quarter of them at least.
const MARKUP_UNITS: usize = 32;

/// Whether units of two bytes, the high one at this offset of each, are text: markup and spaces are among them, none is broken, and nowhere is there
/// what reads as text byte by byte. Somebody may have put zeros into a page of another encoding.
fn is_utf16(head: &[u8], high: usize, encoding: &'static Encoding) -> bool {
    let units = head.chunks_exact(2).map(|unit| (unit[high], unit[1 - high]));
    // A page begins with its markup, in whatever language it goes on.
    let beginning = || units.clone().take(MARKUP_UNITS);
    let plain = beginning().filter(|(high, low)| *high == 0 && *low != 0).count();
    let is_printed = |byte: u8| matches!(byte, b' '..=b'~');
    let is_other = |(high, low): (u8, u8)| is_printed(high) && is_printed(low);
    let mut pairs = units.clone().zip(units.clone().skip(1));
    // What is held may end between the halves of a pair.
    let is_half = matches!(head[head.len() - 2 + high], 0xD8..=0xDB);
    let whole = if is_half { &head[..head.len() - 2] } else { head };
    plain * 4 > beginning().count() && !pairs.any(|(a, b)| is_other(a) && is_other(b)) && !encoding.decode_without_bom_handling(whole).1
}

/// The encoding that the page itself declares, by XML declaration or `<meta>`. What could be read as ASCII to find that is no UTF-16.
fn declaration(head: &[u8]) -> Option<Found> {
    let encoding = xml_declaration(head).or_else(|| meta(head))?;
    // HTML 13.2.3.2, last steps.
    let encoding = match encoding {
        e if e == UTF_16LE || e == UTF_16BE => UTF_8,
        e if e == X_USER_DEFINED => WINDOWS_1252,
        e => e,
    };
    Some(Found { encoding, source: EncodingSource::Meta, bom_length: 0 })
}

fn xml_declaration(head: &[u8]) -> Option<&'static Encoding> {
    let end = head.iter().position(|b| *b == b'>')?;
    let text = std::str::from_utf8(head[..end].strip_prefix(b"<?xml")?).ok()?;
    let value = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    known(value[1..].split(quote).next()?)
}

/// The first `<meta>` that names a charset, outside comments and scripts.
fn meta(head: &[u8]) -> Option<&'static Encoding> {
    let found = std::cell::Cell::new(None);
    let settings = Settings::new().with_strict(false).append_element_content_handler(element!("meta", |tag| {
        if found.get().is_none() {
            let by_content = || {
                let pragma = tag.get_attribute("http-equiv")?.eq_ignore_ascii_case("content-type");
                charset_of_content_type(&tag.get_attribute("content").filter(|_| pragma)?)
            };
            let label = tag.get_attribute("charset").or_else(by_content);
            found.set(label.and_then(|label| known(&label)));
        }
        Ok(())
    }));
    let mut reader = HtmlRewriter::new(settings, |_: &[u8]| {});
    // An error only means that no more can be read of this head; what was found before it stands.
    let read = reader.write(head);
    if read.is_ok() {
        // The input is a prefix, so what it breaks off in is not of interest.
        let _ = reader.end();
    }
    found.get()
}

/// The charset label in a `Content-Type` value: "algorithm for extracting a character encoding from a meta element"
/// (HTML 2.5.3), which reads HTTP headers as well.
pub fn charset_of_content_type(value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find("charset") {
        let after = lower[from + at + "charset".len()..].trim_start();
        if let Some(label) = after.strip_prefix('=') {
            let label = label.trim_start();
            let label = match label.chars().next() {
                Some(quote @ ('"' | '\'')) => label[1..].split(quote).next().unwrap_or_default(),
                _ => label.split(|c: char| c.is_ascii_whitespace() || c == ';').next().unwrap_or_default(),
            };
            return (!label.is_empty()).then(|| label.to_owned());
        }
        from += at + "charset".len();
    }
    None
}
