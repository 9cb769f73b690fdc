//! Tar files: ustar, GNU and pax names.

use super::codec::Damage;
use super::entry::{Entry, Inner, look};
use super::members::Members;
use super::{Found, Item, Place, Position, Reading, Records};
use anyhow::Result;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tar::{EntryType, Header, PaxExtensions};

const BLOCK: usize = 512;
/// A name is at most this long.
const NAME_BYTES: u64 = 64 << 10;

/// Reads entries.
pub struct Tar {
    members: Arc<Mutex<Members>>,
    reading: Reading,
    depth: u32,
    /// The entry in hand, when it is an archive.
    inner: Option<Inner>,
    /// Where its bytes end.
    left: Arc<Mutex<u64>>,
    is_done: bool,
}

/// Whether the block is a header: its checksum says so.
pub fn is_start(block: &[u8]) -> bool {
    block.get(..BLOCK).is_some_and(|block| block[0] != 0 && is_header(Header::from_byte_slice(block)))
}

fn is_header(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let sum: u32 = bytes.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    header.cksum().is_ok_and(|declared| declared == sum)
}

/// What a header says, together with those before it that belong to it.
struct Head {
    name: String,
    size: u64,
    is_file: bool,
}

/// The bytes of one entry.
struct Body {
    members: Arc<Mutex<Members>>,
    left: Arc<Mutex<u64>>,
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = into.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        let length = self.members.lock().unwrap_or_else(PoisonError::into_inner).read(&mut into[..wanted])?;
        if length == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("the archive ends {left} bytes too early")));
        }
        *left -= length as u64;
        Ok(length)
    }
}

impl Tar {
    /// From where `members` stands.
    pub fn new(members: Members, reading: &Reading, depth: u32) -> Self {
        let members = Arc::new(Mutex::new(members));
        Tar { members, reading: reading.clone(), depth, inner: None, left: Arc::default(), is_done: false }
    }

    fn members(&self) -> std::sync::MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes to the end of the entry in hand: its bytes fill whole blocks.
    fn finish_entry(&mut self, size: u64) -> io::Result<()> {
        let mut body = Body { members: Arc::clone(&self.members), left: Arc::clone(&self.left) };
        io::copy(&mut body, &mut io::sink())?;
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        io::copy(&mut (&mut *self.members()).take(padding), &mut io::sink()).map(drop)
    }

    /// The next header, with the name and size that extensions before it give. None at the end.
    fn header(&mut self) -> io::Result<Option<Result<Head, String>>> {
        let (mut long_name, mut long_size) = (None, None);
        loop {
            let mut block = [0; BLOCK];
            let have = self.members().fill_to(BLOCK).map_err(Damage::into_io)?.len();
            if have == 0 {
                return Ok(None);
            }
            if have < BLOCK {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends within a header"));
            }
            self.members().read_exact(&mut block)?;
            if block.iter().all(|byte| *byte == 0) {
                continue;
            }
            let header = Header::from_byte_slice(&block);
            if !is_header(header) {
                let passed = self.scan()? + BLOCK as u64;
                return Ok(Some(Err(format!("{passed} bytes belong to no entry"))));
            }
            let size = header.entry_size().unwrap_or_default();
            match header.entry_type() {
                EntryType::GNULongName | EntryType::XHeader if size <= NAME_BYTES => {
                    let mut bytes = vec![0; size as usize];
                    self.members().read_exact(&mut bytes)?;
                    *self.left.lock().unwrap_or_else(PoisonError::into_inner) = 0;
                    self.finish_entry(size)?;
                    if header.entry_type() == EntryType::GNULongName {
                        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                        long_name = Some(String::from_utf8_lossy(&bytes[..end]).into_owned());
                        continue;
                    }
                    for extension in PaxExtensions::new(&bytes).flatten() {
                        match extension.key_bytes() {
                            b"path" => long_name = Some(String::from_utf8_lossy(extension.value_bytes()).into_owned()),
                            b"size" => long_size = extension.value().ok().and_then(|size| size.parse().ok()),
                            _ => {}
                        }
                    }
                }
                kind => {
                    let name = long_name.unwrap_or_else(|| String::from_utf8_lossy(&header.path_bytes()).into_owned());
                    let has_body = !matches!(kind, EntryType::Directory | EntryType::Symlink | EntryType::Link);
                    let size = if has_body { long_size.unwrap_or(size) } else { 0 };
                    return Ok(Some(Ok(Head { name, size, is_file: kind.is_file() })));
                }
            }
        }
    }

    /// Goes to the next block that is a header.
    fn scan(&mut self) -> io::Result<u64> {
        let mut passed = 0;
        loop {
            let mut members = self.members();
            let block = members.fill_to(BLOCK).map_err(Damage::into_io)?;
            if block.is_empty() || is_start(block) {
                return Ok(passed);
            }
            let length = block.len().min(BLOCK);
            members.consume(length);
            passed += length as u64;
        }
    }

    /// What stands here, with its name when it is a page.
    fn entry(&mut self) -> io::Result<Option<(Item, Option<String>)>> {
        let start = self.members().total();
        let Head { name, size, is_file } = match self.header()? {
            None => return Ok(None),
            Some(Err(lost)) => return Ok(Some((Item::lost(lost), None))),
            Some(Ok(header)) => header,
        };
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = size;
        if !is_file {
            self.finish_entry(size)?;
            return Ok(Some((Item::Other("entry"), None)));
        }
        let body = Body { members: Arc::clone(&self.members), left: Arc::clone(&self.left) };
        match look(Box::new(body), &name, start, &self.reading, self.depth) {
            Entry::Records(inner) => {
                self.inner = Some(inner);
                Ok(Some((Item::Other("archive"), None)))
            }
            Entry::Item(mut item) => {
                if let Err(error) = self.finish_entry(size)
                    && let Item::Document(document) = &mut item
                {
                    document.damage.get_or_insert_with(|| error.to_string());
                    self.is_done = true;
                }
                let name = matches!(item, Item::Document(_)).then_some(name);
                Ok(Some((item, name)))
            }
        }
    }
}

impl Records for Tar {
    fn next(&mut self) -> Option<Found> {
        if let Some(inner) = &mut self.inner {
            if let Some(found) = inner.next() {
                return Some(found);
            }
            self.inner = None;
            // Its reader may have left some of it.
            if let Err(error) = self.pass_to_next_block() {
                self.is_done = true;
                return Some(self.lost(error.to_string()));
            }
        }
        if self.is_done {
            return None;
        }
        let position = self.position();
        let (item, entry) = match self.entry() {
            Ok(Some(found)) => found,
            Ok(None) => {
                self.is_done = true;
                return None;
            }
            Err(error) => {
                self.is_done = true;
                (Item::lost(error.to_string()), None)
            }
        };
        Some(Found { item, place: Place { entry, ..Place::new(position, position.member) } })
    }

    /// An entry is found by its place in the decompressed bytes.
    fn position(&self) -> Position {
        match &self.inner {
            Some(inner) => inner.position(),
            None => Position { member: self.members().total(), within: 0 },
        }
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        if let Err(damage) = self.members().go_to_total(position.member) {
            anyhow::bail!("cannot go on where the last run stopped: {}", damage.cause);
        }
        if position.within > 0 {
            self.entry()?;
            if let Some(inner) = &mut self.inner {
                inner.pass(position.within);
            }
        }
        Ok(())
    }

    fn stored_offset(&self) -> u64 {
        self.members().stored_offset()
    }

    fn read_time(&self) -> Duration {
        self.members().read_time()
    }
}

impl Tar {
    fn pass_to_next_block(&mut self) -> io::Result<()> {
        let mut body = Body { members: Arc::clone(&self.members), left: Arc::clone(&self.left) };
        io::copy(&mut body, &mut io::sink())?;
        let at = self.members().total();
        let padding = (BLOCK as u64 - at % BLOCK as u64) % BLOCK as u64;
        io::copy(&mut (&mut *self.members()).take(padding), &mut io::sink()).map(drop)
    }

    fn lost(&self, cause: String) -> Found {
        Found { item: Item::lost(cause), place: Place::new(self.position(), self.position().member) }
    }
}
