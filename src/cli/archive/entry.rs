//! A file within an archive: a page, an archive of its own, or nothing for us.

use super::{Document, Form, Found, Item, Opened, Origin, Position, Reading, Records, http, open_at};
use crate::cli::compression::is_text;
use std::io::Read;
use std::path::Path;

/// What an entry turned out to be.
pub enum Entry {
    /// One thing.
    Item(Item),
    /// An archive.
    Records(Inner),
}

/// The records of an entry.
pub struct Inner {
    records: Box<dyn Records>,
    name: String,
    entry: u64,
    taken: u64,
}

impl Inner {
    /// The next record, placed within the entry.
    pub fn next(&mut self) -> Option<Found> {
        let mut found = self.records.next()?;
        found.place.position = self.position();
        found.place.is_nested = true;
        found.place.entry = Some(match found.place.entry {
            Some(inner) => format!("{}/{inner}", self.name),
            None => self.name.clone(),
        });
        self.taken += 1;
        Some(found)
    }

    /// Where the next record stands.
    pub fn position(&self) -> Position {
        Position { member: self.entry, within: self.taken }
    }

    /// Passes over what an earlier run has seen.
    pub fn pass(&mut self, count: u64) {
        while self.taken < count && self.next().is_some() {}
    }
}

/// Looks into an entry of this name that begins at `entry`.
pub fn look(bytes: Box<dyn Read + Send>, name: &str, entry: u64, reading: &Reading, depth: u32) -> Entry {
    let path = Path::new(name);
    let is_named_archive = super::is_archive(path);
    let is_named_page = crate::cli::clean::is_page(path);
    let opened = match open_at(Origin::Stream(bytes), path, reading, depth.saturating_sub(1)) {
        Ok(opened) => opened,
        Err(error) => return Entry::Item(Item::lost(format!("{name}: {error:#}"))),
    };
    let mut members = match opened {
        Opened::Page(members) => members,
        // A list of addresses in JSON is no archive, unless it is called one.
        Opened::Records(records) if depth > 0 && (is_named_archive || !name.ends_with(".json")) => {
            return Entry::Records(Inner { records, name: name.to_owned(), entry, taken: 0 });
        }
        Opened::Records(_) => return Entry::Item(Item::Other("entry")),
    };
    let is_markup = members.fill_to(1).is_ok_and(http::is_markup);
    let is_page = is_named_page || (is_markup && is_html(members.fill_to(512).unwrap_or_default()));
    if !is_page {
        return Entry::Item(Item::Other("entry"));
    }
    let mut payload = Vec::new();
    let read = members.by_ref().take(reading.payload_bytes).read_to_end(&mut payload);
    let more = std::io::copy(&mut members, &mut std::io::sink()).unwrap_or_default();
    Entry::Item(Item::Document(Box::new(Document {
        kind: "entry",
        id: None,
        url: None,
        date: None,
        length: payload.len() as u64 + more,
        payload,
        form: Form::Body(Some(if is_text(path) { "text/plain" } else { "text/html" }.to_owned())),
        damage: read.err().map(|error| format!("cannot read it: {error}")),
        warning: members.trailing(),
    })))
}

/// Whether markup says that it is a page: SVG and XML begin with the same byte.
fn is_html(start: &[u8]) -> bool {
    let start = start.to_ascii_lowercase();
    memchr::memmem::find(&start, b"<html").is_some() || memchr::memmem::find(&start, b"<!doctype html").is_some()
}
