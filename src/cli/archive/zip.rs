//! Zip files, and WACZ, which is a zip file of WARC files.

use super::entry::{Entry, Inner, look};
use super::{Found, Item, Position, Reading, Records, Region};
use anyhow::{Context, Result};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use zip::ZipArchive;

/// Reads entries in the order of the directory.
pub struct Zip {
    archive: ZipArchive<File>,
    file: Arc<File>,
    reading: Reading,
    depth: u32,
    /// Only `archive/` holds pages.
    is_wacz: bool,
    at: usize,
    inner: Option<Inner>,
    offset: u64,
}

impl Zip {
    /// Reads the directory.
    pub fn open(file: File, reading: &Reading, depth: u32) -> Result<Self> {
        let second = file.try_clone().context("cannot open it")?;
        let archive = ZipArchive::new(file).context("cannot read its directory")?;
        let has = |wanted: &dyn Fn(&[u8]) -> bool| archive.file_names_raw().any(wanted);
        let is_wacz = has(&|name| name == b"datapackage.json") && has(&|name| name.starts_with(b"archive/"));
        Ok(Zip { archive, file: Arc::new(second), reading: reading.clone(), depth, is_wacz, at: 0, inner: None, offset: 0 })
    }

    fn entry(&mut self) -> (Item, Option<String>) {
        let at = self.at;
        self.at += 1;
        let (name, start, size, is_stored, is_file) = match self.archive.by_index_raw(at) {
            Ok(entry) => {
                let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
                let is_stored = entry.compression() == zip::CompressionMethod::Stored;
                let is_readable = is_stored || entry.compression() == zip::CompressionMethod::Deflated;
                if entry.encrypted() || !is_readable {
                    let why = if entry.encrypted() { "encrypted" } else { "compressed in a way that is not supported" };
                    return (Item::Lost(format!("it is {why}")), Some(name));
                }
                (name, entry.data_start(), entry.compressed_size(), is_stored, entry.is_file())
            }
            Err(error) => return (Item::Lost(format!("entry {at} cannot be read: {error}")), None),
        };
        let Some(start) = start else { return (Item::Lost("it has no place".into()), Some(name)) };
        self.offset = start;
        if !is_file || (self.is_wacz && !name.starts_with("archive/")) {
            return (Item::Other("entry"), None);
        }
        let region = Region { file: Arc::clone(&self.file), at: start, end: start + size };
        let bytes: Box<dyn Read + Send> = if is_stored { Box::new(region) } else { Box::new(flate2::read::DeflateDecoder::new(region)) };
        match look(bytes, &name, at as u64, &self.reading, self.depth) {
            Entry::Item(item) => (item, Some(name)),
            Entry::Records(inner) => {
                self.inner = Some(inner);
                (Item::Other("archive"), None)
            }
        }
    }
}

impl Records for Zip {
    fn next(&mut self) -> Option<Found> {
        if let Some(inner) = &mut self.inner {
            if let Some(found) = inner.next() {
                return Some(found);
            }
            self.inner = None;
        }
        if self.at == self.archive.len() {
            return None;
        }
        let position = self.position();
        let (item, entry) = self.entry();
        Some(Found { item, position, offset: self.offset, entry })
    }

    /// An entry is found by its number in the directory.
    fn position(&self) -> Position {
        self.inner.as_ref().map_or(Position { member: self.at as u64, within: 0 }, Inner::position)
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        self.at = usize::try_from(position.member)?.min(self.archive.len());
        self.inner = None;
        if position.within > 0 {
            self.entry();
            if let Some(inner) = &mut self.inner {
                inner.pass(position.within);
            }
        }
        Ok(())
    }

    fn stored_offset(&self) -> u64 {
        self.offset
    }
}
