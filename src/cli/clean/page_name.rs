//! How a page is called.

use super::standing::Standing;
use crate::cli::archive::Document;

/// How a page is called in records and reports.
#[derive(Clone, Debug, Default)]
pub struct PageName {
    /// File or stream that it came from.
    pub source: String,
    /// Names it in the run.
    pub id: String,
    /// Its place in an archive.
    pub offset: Option<u64>,
    /// File within the archive.
    pub entry: Option<String>,
    /// Its address, as the archive gives it.
    pub url: Option<String>,
    /// When it was fetched.
    pub date: Option<String>,
    /// Whether `id` is that of a WARC record.
    pub is_record_id: bool,
}

impl PageName {
    /// Of what stands there.
    pub fn of(standing: &Standing) -> Self {
        let place = standing.place.as_ref();
        PageName {
            source: standing.input.name(),
            id: standing.id(),
            offset: place.map(|place| place.offset),
            entry: place.and_then(|place| place.entry.clone()),
            ..PageName::default()
        }
    }

    /// Of a page of an archive, which may have a name of its own.
    pub fn of_document(document: &Document, standing: &Standing) -> Self {
        let name = PageName::of(standing);
        PageName {
            id: document.id.clone().unwrap_or(name.id),
            url: document.url.clone(),
            date: document.date.clone(),
            is_record_id: document.id.is_some() && matches!(document.kind, "response" | "resource" | "conversion"),
            ..name
        }
    }
}

impl std::fmt::Display for PageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source)?;
        if let Some(entry) = &self.entry {
            write!(f, ": {entry}")?;
        }
        match self.offset {
            Some(offset) => write!(f, ": at {offset}"),
            None => Ok(()),
        }
    }
}
