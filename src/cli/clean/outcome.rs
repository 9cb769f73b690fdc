//! What becomes of a page, until its turn to be written comes.

use super::duplicates::Fingerprint;
use super::output::OutputFile;
use super::selection::Reason;
use super::tally::Facts;
use anyhow::{Error, anyhow};
use naqi::emit::record::Record;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use tempfile::SpooledTempFile;

/// Up to this many bytes of an output wait in memory, more on the disk.
const SPOOL_BYTES: usize = 8 << 20;

/// A page that could not be cleaned.
#[derive(Debug)]
pub struct PageFailure {
    /// Why.
    pub cause: Error,
    /// What was read from standard input.
    pub stdin: Option<SpooledTempFile>,
    /// It came through, but rules hold it back.
    pub held: Option<Box<Held>>,
}

/// What is known of a page that rules hold back.
#[derive(Debug)]
pub struct Held {
    /// The decisions.
    pub report: PageReport,
    /// What the summary says of it.
    pub facts: Facts,
}

impl From<Error> for PageFailure {
    fn from(cause: Error) -> Self {
        PageFailure { cause, stdin: None, held: None }
    }
}

/// What is to be written of a page when its turn comes.
#[derive(Debug)]
pub enum Piece {
    /// Nothing: it may not be published, or has been written already.
    None,
    /// These bytes.
    Bytes(Vec<u8>),
    /// The same, when they may be many.
    Spooled(SpooledTempFile),
    /// A file of its own.
    File(OutputFile),
    /// A row.
    Row(Box<Record>),
}

impl Piece {
    /// Memory that it takes while it waits.
    pub fn memory(&self) -> usize {
        match self {
            Piece::None | Piece::File(_) => 0,
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Spooled(_) => SPOOL_BYTES / 8,
            Piece::Row(record) => record.html.as_ref().map_or(0, String::len) + record.text.as_ref().map_or(0, String::len),
        }
    }
}

/// What became of a page.
#[derive(Debug)]
pub enum Outcome {
    /// It is cleaned, and waits for its turn.
    Cleaned {
        /// The decisions.
        report: Box<PageReport>,
        /// What is to be written.
        piece: Piece,
        /// What the summary says of it.
        facts: Facts,
        /// What was odd, and did no harm.
        warning: Option<String>,
        /// To know it again.
        fingerprint: Option<Fingerprint>,
    },
    /// It was not wanted.
    Passed(Reason),
    /// It failed; the second is written in its place.
    Failed(PageFailure, Piece),
}

impl Outcome {
    /// With something odd of the input, if there is.
    pub fn warned(mut self, odd: Option<String>) -> Self {
        if let (Outcome::Cleaned { warning, report, .. }, Some(odd)) = (&mut self, odd) {
            report.notes.push(odd.clone());
            *warning = Some(odd);
        }
        self
    }
}

/// A place in memory, later on the disk.
pub fn spool() -> SpooledTempFile {
    tempfile::spooled_tempfile(SPOOL_BYTES)
}

/// Nothing of the page may go out.
pub fn is_held_back(report: &PageReport) -> bool {
    report.verdict >= Verdict::Quarantine
}

impl PageFailure {
    /// A page that rules hold back is as good as failed.
    pub fn of_held(held: Held) -> Self {
        let report = &held.report;
        let name = if report.verdict == Verdict::Drop { "drop" } else { "quarantine" };
        let mut by: Vec<&str> = report.findings.iter().filter(|finding| finding.done == name).map(|finding| finding.rule.as_str()).collect();
        by.sort_unstable();
        by.dedup();
        if let Some(review) = report.review.as_ref().filter(|_| by.is_empty()) {
            return PageFailure { cause: anyhow!("held back ({name}): {review}"), stdin: None, held: Some(Box::new(held)) };
        }
        let by = if by.is_empty() { format!("its score of {:.2}", report.score) } else { by.join(", ") };
        PageFailure { cause: anyhow!("held back ({name}) by {by}"), stdin: None, held: Some(Box::new(held)) }
    }
}

/// The panic's own message may quote the page; its place is on standard error already.
pub fn internal_error() -> Error {
    anyhow!("internal error; this is a defect of naqi")
}
