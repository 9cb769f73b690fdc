//! Zip files, and WACZ, which is a zip file of WARC files. One whose directory is cut off is read by its entries' own headers.

use super::entry::{Entry, Inner, look};
use super::{Found, Item, Place, Position, Reading, Records, Region};
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use zip::{CompressionMethod, ZipArchive};

/// An entry's own header, without its name (APPNOTE 6.3, section 4.3.7).
const HEADER_BYTES: usize = 30;
const MARK: &[u8] = b"PK\x03\x04";
/// Headers are searched in pieces of this many bytes.
const PIECE: usize = 1 << 20;
/// And this many are found at most.
const ENTRIES: usize = 10_000_000;

/// Reads entries in the order of the directory.
pub struct Zip {
    directory: Directory,
    file: Arc<File>,
    reading: Reading,
    depth: u32,
    /// Only `archive/` holds pages.
    is_wacz: bool,
    at: usize,
    inner: Option<Inner>,
    offset: u64,
    /// Why the directory could not be read.
    loss: Option<String>,
}

enum Directory {
    Whole(Box<ZipArchive<File>>),
    Found(Vec<Local>),
}

/// Where an entry's bytes stand.
#[derive(Clone)]
struct Local {
    name: String,
    start: u64,
    end: u64,
    is_stored: bool,
    is_file: bool,
    /// CRC-32 of what it decompresses to, if that is known.
    checksum: Option<u32>,
}

/// Fails at the end when the checksum is wrong.
struct Checked {
    from: Box<dyn Read + Send>,
    sum: flate2::Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(into)?;
        if length == 0 && !into.is_empty() && self.sum.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"));
        }
        self.sum.update(&into[..length]);
        Ok(length)
    }
}

impl Directory {
    fn len(&self) -> usize {
        match self {
            Directory::Whole(archive) => archive.len(),
            Directory::Found(entries) => entries.len(),
        }
    }

    fn has(&self, wanted: impl Fn(&[u8]) -> bool) -> bool {
        match self {
            Directory::Whole(archive) => archive.file_names_raw().any(wanted),
            Directory::Found(entries) => entries.iter().any(|entry| wanted(entry.name.as_bytes())),
        }
    }

    /// An entry, or its name and why it cannot be read.
    fn entry(&mut self, at: usize) -> Result<Local, (Option<String>, String)> {
        let archive = match self {
            Directory::Found(entries) => return entries.get(at).cloned().ok_or((None, "it is not there".to_owned())),
            Directory::Whole(archive) => archive,
        };
        let entry = archive.by_index_raw(at).map_err(|error| (None, format!("entry {at} cannot be read: {error}")))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let is_stored = entry.compression() == CompressionMethod::Stored;
        if entry.encrypted() {
            return Err((Some(name), "it is encrypted".to_owned()));
        }
        if !is_stored && entry.compression() != CompressionMethod::Deflated {
            return Err((Some(name), "it is compressed in a way that is not supported".to_owned()));
        }
        let Some(start) = entry.data_start() else { return Err((Some(name), "it has no place".to_owned())) };
        let (end, checksum) = (start.saturating_add(entry.compressed_size()), Some(entry.crc32()));
        Ok(Local { name, start, end, is_stored, is_file: entry.is_file(), checksum })
    }
}

impl Zip {
    /// Reads the directory.
    pub fn open(file: File, reading: &Reading, depth: u32) -> Result<Self> {
        let second = Arc::new(file.try_clone().context("cannot open it")?);
        let (directory, loss) = match ZipArchive::new(file) {
            Ok(archive) => (Directory::Whole(Box::new(archive)), None),
            Err(error) => {
                let found = find(&second).context("cannot read it")?;
                if found.is_empty() {
                    return Err(anyhow::Error::new(error).context("cannot read its directory"));
                }
                let loss = format!("its directory cannot be read ({error}); {} entries are read by their own headers", found.len());
                (Directory::Found(found), Some(loss))
            }
        };
        let is_wacz = directory.has(|name| name == b"datapackage.json") && directory.has(|name| name.starts_with(b"archive/"));
        Ok(Zip { directory, file: second, reading: reading.clone(), depth, is_wacz, at: 0, inner: None, offset: 0, loss })
    }

    fn entry(&mut self) -> (Item, Option<String>) {
        let at = self.at;
        self.at += 1;
        let Local { name, start, end, is_stored, is_file, checksum } = match self.directory.entry(at) {
            Ok(entry) => entry,
            Err((name, why)) => return (Item::lost(why), name),
        };
        self.offset = start;
        if !is_file || (self.is_wacz && !name.starts_with("archive/")) {
            return (Item::Other("entry"), None);
        }
        let region = Region { file: Arc::clone(&self.file), at: start, end };
        let bytes: Box<dyn Read + Send> = if is_stored { Box::new(region) } else { Box::new(flate2::read::DeflateDecoder::new(region)) };
        let bytes = match checksum {
            Some(expected) => Box::new(Checked { from: bytes, sum: flate2::Crc::new(), expected }),
            None => bytes,
        };
        match look(bytes, &name, at as u64, &self.reading, self.depth) {
            Entry::Item(item) => (item, Some(name)),
            Entry::Records(inner) => {
                self.inner = Some(inner);
                (Item::Other("archive"), None)
            }
        }
    }
}

/// All entries whose own headers can be found. One that does not give its size reaches to the next: deflate knows its own end.
fn find(file: &Arc<File>) -> io::Result<Vec<Local>> {
    let length = file.metadata()?.len();
    let finder = memchr::memmem::Finder::new(MARK);
    let mut found: Vec<Local> = Vec::new();
    let mut open_ended = None;
    let (mut from, mut piece) = (0, Vec::new());
    while from < length && found.len() < ENTRIES {
        piece.clear();
        Region { file: Arc::clone(file), at: from, end: length.min(from + PIECE as u64) }.read_to_end(&mut piece)?;
        let Some(at) = finder.find(&piece) else {
            // The mark may be cut by the end of the piece.
            from += (piece.len() - (MARK.len() - 1).min(piece.len())).max(1) as u64;
            continue;
        };
        let place = from + at as u64;
        from = place + MARK.len() as u64;
        let mut header = Vec::new();
        let end = length.min(place + (HEADER_BYTES + (1 << 16)) as u64);
        Region { file: Arc::clone(file), at: place, end }.read_to_end(&mut header)?;
        let Some((mut local, has_size)) = parse(&header, place) else { continue };
        if let Some(last) = open_ended.take().and_then(|last: usize| found.get_mut(last)) {
            last.end = place;
        }
        if has_size {
            from = local.end.min(length);
        } else {
            (local.end, open_ended, from) = (length, Some(found.len()), local.start);
        }
        // One that reaches beyond the end is cut, and says so when it is read.
        found.push(local);
    }
    Ok(found)
}

/// An entry by its own header, and whether that gives its size.
fn parse(header: &[u8], place: u64) -> Option<(Local, bool)> {
    let short = |at: usize| Some(u64::from(u16::from_le_bytes([*header.get(at)?, *header.get(at + 1)?])));
    let (flags, method) = (short(6)?, short(8)?);
    let size = short(18)? | short(20)? << 16;
    let (name_bytes, extra_bytes) = (short(26)?, short(28)?);
    let name = String::from_utf8_lossy(header.get(HEADER_BYTES..HEADER_BYTES + name_bytes as usize)?).into_owned();
    // Encrypted ones, other methods and what only looks like a header.
    if flags & 1 != 0 || !matches!(method, 0 | 8) || name.is_empty() || name.contains('\0') {
        return None;
    }
    let start = place + HEADER_BYTES as u64 + name_bytes + extra_bytes;
    let has_size = flags & 8 == 0 && size != 0xffff_ffff;
    let checksum = has_size.then_some((short(14)? | short(16)? << 16) as u32);
    Some((Local { is_file: !name.ends_with('/'), name, start, end: start + size, is_stored: method == 0, checksum }, has_size))
}

impl Records for Zip {
    fn next(&mut self) -> Option<Found> {
        if let Some(loss) = self.loss.take() {
            return Some(Found { item: Item::lost(loss), place: Place::new(self.position(), 0) });
        }
        if let Some(inner) = &mut self.inner {
            if let Some(found) = inner.next() {
                return Some(found);
            }
            self.inner = None;
        }
        if self.at >= self.directory.len() {
            return None;
        }
        let position = self.position();
        let (item, entry) = self.entry();
        Some(Found { item, place: Place { entry, ..Place::new(position, self.offset) } })
    }

    /// An entry is found by its number in the directory.
    fn position(&self) -> Position {
        self.inner.as_ref().map_or(Position { member: self.at as u64, within: 0 }, Inner::position)
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        self.at = usize::try_from(position.member)?.min(self.directory.len());
        (self.inner, self.loss) = (None, None);
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
