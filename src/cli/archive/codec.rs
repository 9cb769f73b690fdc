//! How stored bytes are compressed, and the decoders.

use super::stored::{Origin, Stored};
use std::io::{self, Read};
use std::path::Path;
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder};

/// Decompressed bytes come in pieces of at most this many.
pub const PIECE: usize = 64 << 10;
/// Larger windows would let a few bytes ask for gigabytes.
const ZSTD_WINDOW_LOG: u32 = 27;
/// A dictionary inside an archive may take this many bytes.
pub const DICTIONARY_BYTES: usize = 16 << 20;

pub const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
pub const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const LZ4: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
pub const ZSTD_DICTIONARY: [u8; 4] = [0x5d, 0x2a, 0x4d, 0x18];

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// Zstandard (RFC 8878), with or without a dictionary in front.
    Zstd,
    /// LZ4 frames.
    Lz4,
    /// Brotli (RFC 7932). It has no mark: the file's name tells, or that bytes which are no text become text or an archive.
    Brotli,
}

impl Compression {
    /// By the first bytes; by the name only where they say nothing.
    pub fn of(start: &[u8], name: &Path) -> Option<Self> {
        let by_name = || name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("br"));
        match start {
            _ if start.starts_with(&GZIP) => Some(Compression::Gzip),
            _ if start.starts_with(&ZSTD) || is_skippable(start) => Some(Compression::Zstd),
            _ if start.starts_with(&LZ4) => Some(Compression::Lz4),
            _ if by_name() || becomes_readable(start) => Some(Compression::Brotli),
            _ => None,
        }
    }
}

/// Whether bytes that are no text are text, or an archive, once Brotli is undone.
fn becomes_readable(start: &[u8]) -> bool {
    // Compressed bytes do not make characters, however few they are.
    let is_characters = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_characters || !is_binary(start) || start.trim_ascii_start().starts_with(b"<") {
        return false;
    }
    let mut text = [0; 512];
    let mut decoder = brotli::Decompressor::new(start, 4096);
    let read = decoder.read(&mut text).unwrap_or(0);
    let goes_on = read < text.len() || !matches!(decoder.read(&mut [0; 512]), Err(error) if error.kind() == io::ErrorKind::InvalidData);
    read > 0 && goes_on && (!is_binary(&text[..read]) || super::Kind::of(&text[..read], Path::new("")) != super::Kind::Page)
}

/// Whether bytes hold what no text holds (WHATWG MIME Sniffing, 3 "binary data byte", 7.2), marks of UTF-16 aside.
fn is_binary(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(512)];
    let is_marked = bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]);
    !is_marked && bytes.iter().any(|byte| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}

/// A skippable frame, as zstd and LZ4 have them.
pub fn is_skippable(start: &[u8]) -> bool {
    matches!(start, [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50)
}

/// Where the stored bytes cannot be read on.
#[derive(Debug)]
pub struct Damage {
    /// What is wrong.
    pub cause: String,
    /// Nothing can be read any more, whatever comes later.
    pub is_final: bool,
    /// Nothing is wrong with what came before: what stands here is something else.
    pub is_no_member: bool,
}

impl Damage {
    /// As an error of a reader.
    pub fn into_io(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self.cause)
    }
}

/// Decodes a member.
pub enum Codec {
    /// Nothing to decode.
    Plain,
    /// One member after the other.
    Gzip(Box<flate2::Decompress>),
    /// One frame after the other.
    Zstd(Box<ZstdDecoder<'static>>),
    /// Has one member as far as we know.
    Whole(Box<dyn Read + Send>),
}

impl Codec {
    /// For bytes that are compressed like this. A decoder that finds its members itself takes `stored` with it.
    pub fn new(compression: Option<Compression>, stored: &mut Stored) -> io::Result<Self> {
        Ok(match compression {
            None => Codec::Plain,
            Some(Compression::Gzip) => Codec::Gzip(Box::new(flate2::Decompress::new_gzip(15))),
            Some(Compression::Zstd) => Codec::Zstd(Box::new(zstd_decoder(&[])?)),
            Some(Compression::Lz4) => {
                let stored = std::mem::replace(stored, nothing());
                Codec::Whole(Box::new(Lz4Frames { frame: Some(lz4_flex::frame::FrameDecoder::new(stored)) }))
            }
            Some(Compression::Brotli) => {
                let stored = std::mem::replace(stored, nothing());
                Codec::Whole(Box::new(brotli::Decompressor::new(stored, PIECE)))
            }
        })
    }
}

fn nothing() -> Stored {
    Stored::new(Origin::Stream(Box::new(io::empty())))
}

/// A decoder of frames that were made with this dictionary; empty for none.
pub fn zstd_decoder(dictionary: &[u8]) -> io::Result<ZstdDecoder<'static>> {
    let mut decoder = ZstdDecoder::with_dictionary(dictionary)?;
    decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
    Ok(decoder)
}

/// Frame after frame; the crate's decoder stops behind each.
struct Lz4Frames {
    frame: Option<lz4_flex::frame::FrameDecoder<Stored>>,
}

impl Read for Lz4Frames {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else { return Ok(0) };
            let length = frame.read(into)?;
            if length > 0 || into.is_empty() {
                return Ok(length);
            }
            // An empty frame makes progress in what is stored, so this ends.
            let mut stored = self.frame.take().map_or_else(nothing, lz4_flex::frame::FrameDecoder::into_inner);
            if stored.fill()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(lz4_flex::frame::FrameDecoder::new(stored));
        }
    }
}
