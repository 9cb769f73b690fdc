//! Decode: any encoding in, whole UTF-8 characters out, with a map back to the source's bytes.
//!
//! The encoding is chosen in the order of the WHATWG standards: byte order mark, the HTTP header, a declaration in the
//! page's first bytes, then detection. Nothing is lost unseen: each invalid sequence becomes U+FFFD and a note.

mod sniff;
mod source_map;

pub use sniff::charset_of_content_type;
pub use source_map::SourceMap;

use encoding_rs::{DecoderResult, Encoding};
use serde::Serialize;

/// How the encoding of a page was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodingSource {
    /// A byte order mark.
    Bom,
    /// The charset of the HTTP `Content-Type`.
    Http,
    /// A `<meta>` or XML declaration in the page.
    Meta,
    /// The pattern of its bytes.
    Detected,
}

/// What decoding has to say of a page.
#[derive(Clone, Debug, Serialize)]
pub struct EncodingNote {
    /// Name of the encoding as the WHATWG standard spells it.
    pub name: &'static str,
    /// How it was found.
    pub source: EncodingSource,
    /// Count of byte sequences that are invalid in this encoding.
    pub invalid: u64,
    /// Source offsets in bytes of the first of them, at most [`INVALID_OFFSETS`].
    pub invalid_at: Vec<u64>,
}

/// How many offsets of invalid sequences a note keeps.
pub const INVALID_OFFSETS: usize = 8;

/// What is known of a page's encoding before its first byte.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Charset label of the HTTP header.
    pub http: Option<String>,
    /// Last label of the host's name, as a hint to the detector ("eg", "ru").
    pub top_level_domain: Option<String>,
}

/// Turns raw bytes into UTF-8, a chunk at a time. Any split of the input gives the same text.
pub struct Decoder {
    state: State,
    map: SourceMap,
    note: EncodingNote,
    /// Source offset of the next byte to decode.
    source_position: u64,
    /// UTF-8 offset of the next character to come out.
    utf8_position: u64,
}

enum State {
    Sniffing(sniff::Sniffer),
    Decoding(encoding_rs::Decoder),
}

impl Decoder {
    /// A decoder for one page.
    pub fn new(declared: &Declared) -> Self {
        Decoder {
            state: State::Sniffing(sniff::Sniffer::new(declared)),
            map: SourceMap::default(),
            note: EncodingNote { name: "UTF-8", source: EncodingSource::Detected, invalid: 0, invalid_at: Vec::new() },
            source_position: 0,
            utf8_position: 0,
        }
    }

    /// Decodes `raw` and appends what is complete to `utf8`.
    pub fn push(&mut self, raw: &[u8], utf8: &mut String) {
        match &mut self.state {
            State::Decoding(_) => self.decode(raw, false, utf8),
            State::Sniffing(sniffer) => {
                if let Some((found, held)) = sniffer.push(raw) {
                    self.begin(found);
                    self.decode(&held, false, utf8);
                }
            }
        }
    }

    /// Ends the input: what is still held comes out, an incomplete character as U+FFFD.
    pub fn finish(&mut self, utf8: &mut String) {
        if let State::Sniffing(sniffer) = &mut self.state {
            let (found, held) = sniffer.finish();
            self.begin(found);
            self.decode(&held, false, utf8);
        }
        self.decode(&[], true, utf8);
    }

    /// What was found out about the encoding so far.
    pub fn note(&self) -> &EncodingNote {
        &self.note
    }

    /// The map from UTF-8 offsets to source offsets.
    pub fn map(&mut self) -> &mut SourceMap {
        &mut self.map
    }

    fn begin(&mut self, found: sniff::Found) {
        self.note.name = found.encoding.name();
        self.note.source = found.source;
        self.source_position = found.bom_length as u64;
        self.map.start(self.source_position);
        self.state = State::Decoding(found.encoding.new_decoder_without_bom_handling());
    }

    fn decode(&mut self, raw: &[u8], last: bool, utf8: &mut String) {
        let State::Decoding(decoder) = &mut self.state else { return };
        let encoding = decoder.encoding();
        let identity = encoding == encoding_rs::UTF_8;
        let step = if identity || encoding.is_single_byte() { raw.len().max(1) } else { 1 };
        let mut rest = raw;
        loop {
            let piece = &rest[..step.min(rest.len())];
            let is_last = last && piece.len() == rest.len();
            let before = utf8.len();
            utf8.reserve(decoder.max_utf8_buffer_length_without_replacement(piece.len()).unwrap_or(piece.len() * 3 + 16));
            let (result, read) = decoder.decode_to_string_without_replacement(piece, utf8, is_last);
            rest = &rest[read..];
            self.source_position += read as u64;
            let grown = &utf8[before..];
            self.utf8_position += grown.len() as u64;
            if !identity {
                record(&mut self.map, encoding, grown, self.utf8_position, self.source_position);
            }
            match result {
                DecoderResult::Malformed(length, after) => {
                    // With an empty piece at the end of input the bad bytes were read before this call.
                    let end = self.source_position - u64::from(after);
                    let start = end.saturating_sub(u64::from(length));
                    self.note.invalid += 1;
                    if self.note.invalid_at.len() < INVALID_OFFSETS {
                        self.note.invalid_at.push(start);
                    }
                    utf8.push('\u{FFFD}');
                    self.map.mark(self.utf8_position, start);
                    self.utf8_position += 3;
                    self.map.mark(self.utf8_position, end);
                }
                DecoderResult::InputEmpty if rest.is_empty() => return,
                DecoderResult::InputEmpty => {}
                // Cannot happen with the buffer reserved above; asking again only reserves anew.
                DecoderResult::OutputFull => {}
            }
        }
    }
}

/// Notes where the characters of `grown` came from; `utf8_end` and `source_end` are the offsets after it.
fn record(map: &mut SourceMap, encoding: &'static Encoding, grown: &str, utf8_end: u64, source_end: u64) {
    if !encoding.is_single_byte() {
        if !grown.is_empty() {
            map.mark(utf8_end, source_end);
        }
        return;
    }
    // One byte each: walk back from the end.
    let mut utf8 = utf8_end - grown.len() as u64;
    let mut source = source_end - grown.chars().count() as u64;
    for character in grown.chars() {
        utf8 += character.len_utf8() as u64;
        source += 1;
        if character.len_utf8() != 1 {
            map.mark(utf8, source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(raw: &[u8], declared: &Declared, step: usize) -> (String, Decoder) {
        let mut decoder = Decoder::new(declared);
        let mut text = String::new();
        for chunk in raw.chunks(step) {
            decoder.push(chunk, &mut text);
        }
        decoder.finish(&mut text);
        (text, decoder)
    }

    #[test]
    fn the_order_is_bom_http_meta_detection() {
        let http = Declared { http: Some("windows-1256".into()), top_level_domain: None };
        let (text, decoder) = decode(b"\xEF\xBB\xBFa\xC3\xA9", &http, 1);
        assert_eq!((text.as_str(), decoder.note().source), ("aé", EncodingSource::Bom));
        let (text, decoder) = decode(b"<meta charset=koi8-r>\xC7", &http, 2);
        assert_eq!((text.as_str(), decoder.note().name), ("<meta charset=koi8-r>ا", "windows-1256"));
        let (text, _) = decode(
            b"<!-- <meta charset=utf-8> --><META http-equiv=content-type content='text/html; charset=windows-1251'>\xCF",
            &Declared::default(),
            3,
        );
        assert!(text.ends_with('П'));
        let arabic = encoding_rs::WINDOWS_1256.encode("<p>وصل الوفد إلى العاصمة صباح اليوم وعقد اجتماعا مغلقا مع الوزير</p>").0;
        let (text, decoder) = decode(&arabic, &Declared::default(), 5);
        assert_eq!((decoder.note().name, decoder.note().source), ("windows-1256", EncodingSource::Detected));
        assert!(text.contains("العاصمة"));
    }

    #[test]
    fn a_few_bad_bytes_do_not_make_another_encoding_of_utf8() {
        let text = "<p>Un été à la mer, où le café était fermé : déjà vu, répétait le maître, près de la forêt.";
        let bad = [&text.as_bytes()[..30], b"\xe9", &text.as_bytes()[30..]].concat();
        let cut = &"<p>وصل الوفد إلى العاصمة".as_bytes()[..29];
        for (raw, invalid) in [(bad.as_slice(), 1), (cut, 1), (&text.as_bytes()[..text.len()], 0)] {
            for step in [1, 7, raw.len()] {
                let (_, decoder) = decode(raw, &Declared::default(), step);
                assert_eq!((decoder.note().name, decoder.note().invalid), ("UTF-8", invalid), "{raw:?}");
            }
        }
        // What is no UTF-8 stays what it is: none of its sequences are valid, or a few are by chance.
        let french = "<p>Un été à la mer, où le café était fermé : déjà vu. ".repeat(3);
        let russian = "<p>Комиссия проверила работу порта и нашла её хорошей.";
        let arabic = "<p>وصل الوفد إلى العاصمة صباح اليوم وعقد اجتماعا مغلقا مع الوزير";
        let chinese = "<p>委员会检查了港口的工作，认为工作很好，并将在明年春天继续检查。";
        let japanese = "<p>委員会は港の仕事を調べて、よくできていると言いました。来年もまた調べます。";
        for (text, encoding) in [
            (french.as_str(), encoding_rs::WINDOWS_1252),
            (russian, encoding_rs::WINDOWS_1251),
            (russian, encoding_rs::KOI8_R),
            (arabic, encoding_rs::WINDOWS_1256),
            (chinese, encoding_rs::GBK),
            (chinese, encoding_rs::BIG5),
            (japanese, encoding_rs::SHIFT_JIS),
            (japanese, encoding_rs::EUC_JP),
        ] {
            let (read, decoder) = decode(&encoding.encode(text).0, &Declared::default(), 64);
            assert_ne!(decoder.note().name, "UTF-8", "{encoding:?}: {read}");
        }
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let page = "<!doctype html><p>سلام</p>";
        let little: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut marked = vec![0xFF, 0xFE];
        marked.extend(&little);
        for raw in [&marked, &little] {
            let (text, mut decoder) = decode(raw, &Declared::default(), 1);
            assert_eq!(text, page);
            let at = text.find("لام").unwrap() as u64;
            let skipped = raw.len() - little.len();
            assert_eq!(decoder.map().source(at), (skipped + 2 * 19) as u64);
        }
    }

    #[test]
    fn utf16_is_told_by_its_beginning_in_any_language() {
        let dense = format!("<html><head><title>t</title></head><body><p>{}</p>", "\u{6e2f}\u{53e3}".repeat(400));
        let cut = format!("<p>{}\u{1f600} more</p>", "x".repeat(32_763));
        for page in [dense.as_str(), cut.as_str(), "<p>a page that ends with \u{1f600}"] {
            for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let raw: Vec<u8> = page.encode_utf16().flat_map(to_bytes).collect();
                assert_eq!(decode(&raw, &Declared::default(), 1000).0, page);
            }
        }
    }

    #[test]
    fn zeros_make_no_utf16_of_what_says_otherwise() {
        let padded = |front: &str| [front.as_bytes(), b"<!--", &b"x\0".repeat(700), b"--><p>text and more of it</p>"].concat();
        for front in ["<meta charset=utf-8>", "<?xml version='1.0' encoding='utf-8'?>", "", " "] {
            let (text, decoder) = decode(&padded(front), &Declared::default(), 100);
            assert_eq!(decoder.note().name, "UTF-8", "{front}");
            assert!(text.ends_with("<p>text and more of it</p>"));
        }
        for label in ["iso-2022-kr", "hz-gb-2312"] {
            let page = format!("<meta charset={label}><p>text</p>");
            assert_eq!(decode(page.as_bytes(), &Declared::default(), 3).0, page);
        }
    }

    #[test]
    fn offsets_map_back_and_invalid_bytes_are_noted() {
        let declared = Declared { http: Some("utf-8".into()), top_level_domain: None };
        for step in 1..8 {
            let (text, mut decoder) = decode(b"ab\xFFcd\xE2\x82e\xC3", &declared, step);
            assert_eq!(text, "ab\u{FFFD}cd\u{FFFD}e\u{FFFD}");
            assert_eq!(decoder.note().invalid_at, [2, 5, 8]);
            let e = text.find('e').unwrap() as u64;
            assert_eq!((decoder.map().source(2), decoder.map().source(5), decoder.map().source(e)), (2, 3, 7));
            assert_eq!(decoder.map().source(text.len() as u64), 9);
        }
        let declared = Declared { http: Some("gbk".into()), top_level_domain: None };
        let (raw, ..) = encoding_rs::GBK.encode("a新闻b");
        let (text, mut decoder) = decode(&raw, &declared, 3);
        assert_eq!(decoder.map().source(text.find('b').unwrap() as u64), 5);
        assert_eq!(decoder.map().source(text.find('闻').unwrap() as u64), 3);
    }
}
