//! Inputs may be compressed: gzip, Zstandard, LZ4, Brotli.

use super::archive::Origin;
use super::archive::members::Members;
use std::io;
use std::path::{Path, PathBuf};

/// Inputs are read in pieces of this many bytes.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// The name that the file has without its compression.
pub fn strip_from(name: &Path) -> PathBuf {
    let extension = name.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("gz" | "zst" | "br" | "lz4") => name.with_extension(""),
        _ => name.to_owned(),
    }
}

/// Whether a file of this name is plain text.
pub fn is_text(name: &Path) -> bool {
    strip_from(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"))
}

/// The bytes of a page as they were before compression.
pub fn decompress(origin: Origin, name: &Path) -> io::Result<Members> {
    let mut members = Members::open(origin, name)?;
    members.forgive_trailing();
    Ok(members)
}
