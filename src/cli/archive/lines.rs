//! JSON lines with a page in each.

use super::members::Members;
use super::{Document, Form, Found, Item, Lost, Position, Reading, Records, without_mark};
use anyhow::Result;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::time::Duration;

/// Reads lines.
pub struct Lines {
    members: Members,
    reading: Reading,
    line: Vec<u8>,
    is_done: bool,
}

impl Lines {
    /// From where `members` stands.
    pub fn new(members: Members, reading: &Reading) -> Self {
        Lines { members, reading: reading.clone(), line: Vec::new(), is_done: false }
    }

    /// The next line, its length, and what broke it. A longer one than any payload may be is passed over.
    fn read_line(&mut self) -> Option<(u64, Option<String>)> {
        let most = usize::try_from(self.reading.payload_bytes).unwrap_or(usize::MAX);
        self.line.clear();
        let mut length = 0;
        loop {
            let have = match self.members.fill_to(1) {
                Ok(have) => have,
                Err(damage) => {
                    self.is_done = damage.is_final || !self.members.resync(|start| !start.is_empty()).unwrap_or(false);
                    if !self.is_done {
                        // The rest of a line whose start is lost.
                        self.pass_line();
                    }
                    return Some((length, Some(damage.cause)));
                }
            };
            if have.is_empty() {
                self.is_done = true;
                return (length > 0).then_some((length, None));
            }
            let end = memchr::memchr(b'\n', have).map(|at| at + 1);
            let take = end.unwrap_or(have.len());
            self.line.extend_from_slice(&have[..take.min(most - self.line.len())]);
            self.members.consume(take);
            length += take as u64;
            if end.is_some() {
                return Some((length, None));
            }
        }
    }

    fn pass_line(&mut self) {
        while let Ok(have @ [_, ..]) = self.members.fill_to(1) {
            let end = memchr::memchr(b'\n', have);
            let take = end.map_or(have.len(), |at| at + 1);
            self.members.consume(take);
            if end.is_some() {
                break;
            }
        }
    }

    /// The line, and why it is no page.
    fn lost(&self, cause: String) -> Item {
        Item::Lost(Lost { cause, payload: Some(self.line.clone()) })
    }

    fn item(&self, length: u64, damage: Option<String>) -> Option<Item> {
        let kept = self.line.len() as u64;
        if let Some(damage) = damage {
            return Some(self.lost(format!("a line breaks off after {length} bytes: {damage}")));
        }
        if without_mark(&self.line).iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        if kept < length {
            return Some(self.lost(format!("a line of {length} bytes is longer than any page may be")));
        }
        let wanted = Wanted { html: &self.reading.html_column, url: &self.reading.url_column };
        // Where files were joined, a mark may stand before any line.
        let mut json = serde_json::Deserializer::from_slice(without_mark(&self.line));
        let page = match wanted.deserialize(&mut json).and_then(|page| json.end().map(|()| page)) {
            Ok(page) => page,
            // The error's own text may quote the page.
            Err(error) => return Some(self.lost(format!("a line is no JSON object, at its byte {}", error.column()))),
        };
        let Some(html) = page.html else {
            return Some(self.lost(format!("a line has no text in `{}`", self.reading.html_column)));
        };
        Some(Item::Document(Box::new(document(html.into_bytes(), page.url, page.id, self.reading.payload_bytes))))
    }
}

/// A page from a column. It is Unicode already, whatever it declares.
pub fn document(mut payload: Vec<u8>, url: Option<String>, id: Option<String>, payload_bytes: u64) -> Document {
    let length = payload.len() as u64;
    payload.truncate(usize::try_from(payload_bytes).unwrap_or(usize::MAX));
    let form = Form::Body(Some("text/html; charset=utf-8".to_owned()));
    Document { kind: "row", id, url, date: None, payload, length, form, damage: None, warning: None }
}

impl Records for Lines {
    fn next(&mut self) -> Option<Found> {
        while !self.is_done {
            self.members.settle();
            let position = self.position();
            let (length, damage) = self.read_line()?;
            if let Some(item) = self.item(length, damage) {
                return Some(Found { item, place: self.members.place(position) });
            }
        }
        None
    }

    fn position(&self) -> Position {
        self.members.position()
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        self.members.go_on(position)
    }

    fn stored_offset(&self) -> u64 {
        self.members.stored_offset()
    }

    fn read_time(&self) -> Duration {
        self.members.read_time()
    }
}

/// What is taken from an object.
struct Wanted<'a> {
    html: &'a str,
    url: &'a str,
}

#[derive(Default)]
struct Page {
    html: Option<String>,
    url: Option<String>,
    id: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Page;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Page, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Page;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page, A::Error> {
        let mut page = Page::default();
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.html {
                page.html = map.next_value::<Option<String>>()?;
            } else if key == self.url {
                page.url = text(map.next_value()?);
            } else if key == "id" {
                page.id = text(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(page)
    }
}
