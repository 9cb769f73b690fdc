//! Inputs may be compressed: `.gz`, `.zst`, `.br`.

use anyhow::Result;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Inputs are read in pieces of this many bytes.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// `.gz`, one member or several.
    Gzip,
    /// `.zst`
    Zstd,
    /// `.br`
    Brotli,
}

impl Compression {
    /// By the name of the file.
    pub fn of_name(name: &Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" => Some(Compression::Gzip),
            "zst" => Some(Compression::Zstd),
            "br" => Some(Compression::Brotli),
            _ => None,
        }
    }

    /// By the first bytes: a scraper's `page.html` may well be gzip. Brotli has no mark.
    fn of_start(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, 8, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The name that the file has without its compression.
    pub fn strip_from(name: &Path) -> PathBuf {
        if Compression::of_name(name).is_some() { name.with_extension("") } else { name.to_owned() }
    }
}

/// The bytes of a page as they were before compression.
pub fn decompress<'a>(input: impl Read + 'a, name: &Path) -> Result<Box<dyn Read + 'a>> {
    let mut input = BufReader::with_capacity(CHUNK_BYTES, input);
    let compression = match Compression::of_name(name) {
        Some(compression) => Some(compression),
        None => Compression::of_start(first_bytes(&mut input)?),
    };
    Ok(match compression {
        None => Box::new(input),
        Some(Compression::Gzip) => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        Some(Compression::Zstd) => Box::new(zstd::Decoder::with_buffer(input)?),
        Some(Compression::Brotli) => Box::new(brotli::Decompressor::new(input, CHUNK_BYTES)),
    })
}

fn first_bytes(input: &mut impl BufRead) -> io::Result<&[u8]> {
    while let Err(error) = input.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    input.fill_buf()
}
