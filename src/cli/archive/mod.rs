//! Archives: what crawlers write, read record by record.
//!
//! Every kind is told by its first bytes; the name is asked only where those say nothing. A reader never gives up on an input because
//! of one bad record: it reports the loss with its place and goes on at the next record that can be read.
//!
//! The WARC reader is our own. The kept crates read sound archives well, but none goes on behind a damaged gzip member: they stop, or
//! repeat the error for ever; they choose the decompressor by the file's name, or undo transfer codings before anybody can
//! see that the body does not have them.

mod arc;
mod codec;
mod columns;
mod crawl;
mod entry;
mod header;
pub mod http;
mod lines;
pub mod members;
mod stored;
mod tar;
mod warc;
mod zip;

use anyhow::{Context, Result, bail};
use members::Members;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::time::Duration;
pub use stored::Origin;

/// Archives within archives are opened this deep.
const DEPTH: u32 = 2;
/// Enough to tell every kind.
const START_BYTES: usize = 512;

/// What a reader needs to know.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Payloads are kept up to this many bytes; of a longer one the rest is passed over.
    pub payload_bytes: u64,
    /// Name of the column that holds pages.
    pub html_column: String,
    /// Name of the column that holds addresses.
    pub url_column: String,
}

/// Where the next record begins. What the numbers count is the reader's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Stored bytes before the member, or entries.
    pub member: u64,
    /// Decompressed bytes before the record in the member, or records in the entry.
    pub within: u64,
}

/// Where a record stands in its input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where it can be read again.
    pub position: Position,
    /// Offset to show it by: in the stored bytes, or where these are one piece, in the decompressed ones.
    pub offset: u64,
    /// Tells it from all others of its entry, or of the input where there is none.
    pub mark: String,
    /// The file within the archive.
    pub entry: Option<String>,
    /// Whether that file is an archive itself.
    pub is_nested: bool,
}

impl Place {
    /// Where the offset alone tells records apart.
    pub fn new(position: Position, offset: u64) -> Self {
        Place { position, offset, mark: offset.to_string(), entry: None, is_nested: false }
    }
}

/// How a document's payload is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A response with its header.
    Http,
    /// A body, with what is known of its type.
    Body(Option<String>),
}

/// One page as it was stored.
#[derive(Clone, Debug)]
pub struct Document {
    /// The kind of its record.
    pub kind: &'static str,
    /// The identifier that the input gives it.
    pub id: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it was fetched, in the archive's notation.
    pub date: Option<String>,
    /// Its bytes, `Reading::payload_bytes` of them at most.
    pub payload: Vec<u8>,
    /// Size of all of it.
    pub length: u64,
    /// How to read it.
    pub form: Form,
    /// Why it cannot be trusted.
    pub damage: Option<String>,
    /// What was odd, and did no harm.
    pub warning: Option<String>,
}

/// The kind of what could not even be read.
pub const LOST: &str = "lost";

/// The name of a kind, as readers use it.
pub fn kind_of(name: &str) -> &'static str {
    ["response", "resource", "conversion", "row", "entry", LOST].into_iter().find(|kind| *kind == name).unwrap_or("page")
}

/// What a reader comes upon.
#[derive(Debug)]
pub enum Item {
    /// A page.
    Document(Box<Document>),
    /// A record of this kind that holds none.
    Other(&'static str),
    /// Something that could not be read.
    Lost(Lost),
}

/// Something that could not be read.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Why.
    pub cause: String,
    /// What there is of it, `Reading::payload_bytes` at most.
    pub payload: Option<Vec<u8>>,
}

impl Item {
    /// Something of which nothing is left.
    pub fn lost(cause: impl Into<String>) -> Self {
        Item::Lost(Lost { cause: cause.into(), payload: None })
    }
}

/// What came, and where it stands.
#[derive(Debug)]
pub struct Found {
    /// What came.
    pub item: Item,
    /// Where it stands.
    pub place: Place,
}

/// Reads an archive.
pub trait Records: Send {
    /// The next thing; none at the end.
    fn next(&mut self) -> Option<Found>;
    /// Where the next thing begins.
    fn position(&self) -> Position;
    /// Goes to where an earlier reader stood.
    fn go_to(&mut self, position: Position) -> Result<()>;
    /// How many stored bytes are read.
    fn stored_offset(&self) -> u64;
    /// What fetching stored bytes took, as far as that can be told from decompressing them.
    fn read_time(&self) -> Duration {
        Duration::ZERO
    }
}

/// An input that was looked into.
pub enum Opened {
    /// One page.
    Page(Box<Members>),
    /// Many.
    Records(Box<dyn Records>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Warc,
    Arc,
    Tar,
    Zip,
    Lines,
    Columns,
}

impl Kind {
    fn of(start: &[u8], name: &Path) -> Self {
        match start {
            _ if warc::is_start(start) => Kind::Warc,
            _ if start.starts_with(b"filedesc:") => Kind::Arc,
            _ if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") => Kind::Zip,
            _ if start.starts_with(b"PAR1") => Kind::Columns,
            _ if tar::is_start(start) => Kind::Tar,
            _ if is_object(start) && !crate::cli::clean::is_page(name) => Kind::Lines,
            _ if http::is_markup(start) => Kind::Page,
            _ => Kind::of_name(name),
        }
    }

    /// For an archive whose start is damaged.
    fn of_name(name: &Path) -> Self {
        let bare = super::compression::strip_from(name);
        match bare.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("warc") => Kind::Warc,
            Some("arc") => Kind::Arc,
            Some("tar" | "tgz") => Kind::Tar,
            Some("zip" | "wacz") => Kind::Zip,
            Some("jsonl" | "ndjson") => Kind::Lines,
            Some("parquet") => Kind::Columns,
            _ => Kind::Page,
        }
    }
}

/// Whether a JSON object begins here: a brace alone may begin any text.
fn is_object(start: &[u8]) -> bool {
    let start = without_mark(start);
    let mut marks = start.iter().filter(|byte| !byte.is_ascii_whitespace());
    marks.next() == Some(&b'{') && matches!(marks.next(), Some(b'"' | b'}'))
}

/// Text without the mark of its encoding.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Whether a folder's file is taken as an archive.
pub fn is_archive(name: &Path) -> bool {
    Kind::of_name(name) != Kind::Page
}

/// Looks into an input.
pub fn open(origin: Origin, name: &Path, reading: &Reading) -> Result<Opened> {
    open_at(origin, name, reading, DEPTH)
}

/// Looks into an input that is to be one page.
pub fn open_page(origin: Origin, name: &Path) -> Result<Members> {
    match look_into(origin, name)? {
        (members, Kind::Page) => Ok(members),
        _ => bail!("it holds many pages, not one; `naqi clean` takes them out with --emit preserve --strip off -o DIR/"),
    }
}

fn look_into(origin: Origin, name: &Path) -> Result<(Members, Kind)> {
    let mut members = Members::open(origin, name).context("cannot read it")?;
    // Damage right at the start is the reader's to report.
    let first = members.fill_to(1).map_or(&[][..], |start| start);
    let is_page = http::is_markup(first);
    let start = if is_page { first } else { members.fill_to(START_BYTES).map_or(&[][..], |start| start) };
    let kind = Kind::of(start, name);
    if kind == Kind::Page {
        members.forgive_trailing();
    }
    Ok((members, kind))
}

fn open_at(origin: Origin, name: &Path, reading: &Reading, depth: u32) -> Result<Opened> {
    let (members, kind) = look_into(origin, name)?;
    Ok(Opened::Records(match kind {
        Kind::Page => return Ok(Opened::Page(Box::new(members))),
        Kind::Warc => Box::new(crawl::Crawl::new(members, Box::new(warc::Warc), reading)),
        Kind::Arc => Box::new(crawl::Crawl::new(members, Box::new(arc::Arc), reading)),
        Kind::Lines => Box::new(lines::Lines::new(members, reading)),
        Kind::Tar => Box::new(tar::Tar::new(members, reading, depth)),
        Kind::Zip => Box::new(zip::Zip::open(seekable(members)?, reading, depth)?),
        Kind::Columns => Box::new(columns::Columns::open(seekable(members)?, reading)?),
    }))
}

/// A file that can be read anywhere: the input's own, or a copy on the disk.
fn seekable(mut members: Members) -> Result<File> {
    if let Some(file) = members.plain_file() {
        return file.try_clone().context("cannot open it");
    }
    let mut copy = tempfile::tempfile().context("cannot make room for a copy")?;
    io::copy(&mut members, &mut copy).context("cannot read it")?;
    copy.rewind().context("cannot read back a copy")?;
    Ok(copy)
}

/// A part of a file; several can be read side by side.
struct Region {
    file: std::sync::Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Region {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let wanted = into.len().min(usize::try_from(self.end - self.at).unwrap_or(usize::MAX));
        #[cfg(unix)]
        let length = std::os::unix::fs::FileExt::read_at(&*self.file, &mut into[..wanted], self.at)?;
        #[cfg(windows)]
        let length = std::os::windows::fs::FileExt::seek_read(&*self.file, &mut into[..wanted], self.at)?;
        if length == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("the archive ends {} bytes too early", self.end - self.at)));
        }
        self.at += length as u64;
        Ok(length)
    }
}
