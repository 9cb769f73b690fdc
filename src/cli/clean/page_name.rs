//! How a page is called.

use super::feed::Standing;
use super::input::Input;
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
    /// Of a page that is a whole input.
    pub fn of_input(input: &Input) -> Self {
        PageName { source: input.name(), id: input.name(), ..PageName::default() }
    }

    /// Of a page of an archive.
    pub fn of_document(input: &Input, document: &Document, standing: &Standing) -> Self {
        let source = document.source.clone().unwrap_or_else(|| input.name());
        let entry = standing.entry.as_ref().map(|entry| format!("/{entry}")).unwrap_or_default();
        PageName {
            id: document.id.clone().unwrap_or_else(|| format!("{source}{entry}#{}", standing.offset)),
            source,
            offset: Some(standing.offset),
            entry: standing.entry.clone(),
            url: document.url.clone(),
            date: document.date.clone(),
            is_record_id: document.id.is_some() && matches!(document.kind, "response" | "resource" | "conversion"),
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
