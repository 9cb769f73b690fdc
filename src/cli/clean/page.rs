//! One page from its source to its output.

use super::conversion::Conversion;
use super::duplicates::Fingerprint;
use super::feed::{Kept, Standing};
use super::input::Input;
use super::output::OutputFile;
use super::selection::{Reason, Selection, language};
use super::shards::Compress;
use super::tally::Facts;
use crate::cli::archive::http::Response;
use crate::cli::archive::{Document, Form};
use crate::cli::compression::CHUNK_BYTES;
use crate::cli::origin::KnownOrigin;
use crate::config::OutputFormat;
use anyhow::{Context, Error, Result, anyhow, bail};
use naqi::emit::EmitFormat;
use naqi::emit::record::Record;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use naqi::rules::RuleSet;
use naqi::{Limit, Origin, PageError, Pipeline, Settings};
use std::borrow::Cow;
use std::io::{self, Read, Seek, Write};
use std::sync::{Arc, PoisonError};
use std::time::Instant;
use tempfile::SpooledTempFile;
use url::Url;

/// Up to this many bytes of an output wait in memory, more on the disk.
const SPOOL_BYTES: usize = 8 << 20;

/// All that pages of a run have in common.
#[derive(Debug)]
pub struct Cleaner {
    /// What they are cleaned by.
    pub rules: Arc<RuleSet>,
    /// How.
    pub settings: Settings,
    /// What comes out.
    pub emit: OutputFormat,
    /// How WARC records are compressed.
    pub compress: Compress,
    /// What is known of them.
    pub origin: KnownOrigin,
    /// Which are wanted.
    pub selection: Selection,
    /// Whether the language of each is to be found out.
    pub tells_language: bool,
}

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
        /// To know it again.
        fingerprint: Option<Fingerprint>,
    },
    /// It was not wanted.
    Passed(Reason),
    /// It failed; the second is written in its place.
    Failed(PageFailure, Piece),
}

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

/// A place in memory, later on the disk.
pub fn spool() -> SpooledTempFile {
    tempfile::spooled_tempfile(SPOOL_BYTES)
}

/// A page within a record, and its media type.
type Body<'a> = (Cow<'a, [u8]>, Option<String>);

/// Where the page itself goes, when it is no record.
pub type MakePlace<'a> = &'a dyn Fn() -> Result<Option<OutputFile>>;

impl Cleaner {
    /// Cleans a page that is a whole input.
    pub fn page(&self, input: &Input, bytes: impl Read, kept: &Kept, name: &PageName, place: MakePlace) -> Outcome {
        let origin = self.origin.of(input.path());
        if let Some(reason) = self.selection.refuses_address(origin.url.as_ref(), &name.id) {
            return Outcome::Passed(reason);
        }
        self.outcome(name, &origin, bytes, place, || keep_rest(kept))
    }

    /// Cleans a page of an archive.
    pub fn document(&self, document: &Document, name: &PageName, place: MakePlace) -> Outcome {
        let url = document.url.as_deref().and_then(|url| Url::parse(url).ok());
        if let Some(reason) = self.selection.refuses_address(url.as_ref(), &name.id) {
            return Outcome::Passed(reason);
        }
        let (body, content_type) = match self.body(document) {
            Ok(Ok(body)) => body,
            Ok(Err(reason)) => return Outcome::Passed(reason),
            Err(cause) => return self.failed(name, url.as_ref(), cause.into()),
        };
        let origin = self.origin.of_document(url, content_type);
        self.outcome(name, &origin, &*body, place, || None)
    }

    /// The page within a record, and its type.
    fn body<'a>(&self, document: &'a Document) -> Result<Result<Body<'a>, Reason>> {
        let selection = &self.selection;
        let is_conversion = document.kind == "conversion";
        let content_type = match &document.form {
            Form::Body(content_type) => content_type.clone(),
            Form::Http => {
                let response = Response::parse(&document.payload);
                let refused = selection.refuses_status(response.status);
                // What declares no type is judged when it is decoded.
                let refused = refused.or_else(|| selection.refuses_type(response.content_type.as_deref(), false, b"<"));
                if let Some(reason) = refused {
                    return Ok(Err(reason));
                }
                self.check_whole(document)?;
                let limit = self.settings.limits.page_bytes.saturating_mul(2).saturating_add(1);
                let body = response.body(limit).map_err(Error::msg)?;
                let refused = selection.refuses_type(response.content_type.as_deref(), false, &body);
                return Ok(refused.map_or(Ok((body, response.content_type)), Err));
            }
        };
        // Rows and entries are pages already.
        let is_record = matches!(document.kind, "response" | "resource" | "conversion");
        if is_record && let Some(reason) = selection.refuses_type(content_type.as_deref(), is_conversion, &document.payload) {
            return Ok(Err(reason));
        }
        self.check_whole(document)?;
        Ok(Ok((Cow::Borrowed(&document.payload), content_type)))
    }

    fn check_whole(&self, document: &Document) -> Result<()> {
        if let Some(damage) = &document.damage {
            bail!("{damage}");
        }
        if document.length > document.payload.len() as u64 {
            let (limit, allowed) = (Limit::PageBytes, self.settings.limits.page_bytes);
            return Err(PageError::Limit { limit, value: document.length, allowed }.into());
        }
        Ok(())
    }

    fn outcome(
        &self,
        name: &PageName,
        origin: &Origin,
        bytes: impl Read,
        place: MakePlace,
        keep: impl FnOnce() -> Option<SpooledTempFile>,
    ) -> Outcome {
        match self.clean(name, origin, bytes, place) {
            Ok(Outcome::Failed(failure, piece)) => Outcome::Failed(PageFailure { stdin: keep(), ..failure }, piece),
            Ok(outcome) => outcome,
            Err(cause) => self.failed(name, origin.url.as_ref(), PageFailure { cause, stdin: keep(), held: None }),
        }
    }

    /// A page that rules hold back: a record may tell of it, without anything of the page.
    fn held(&self, name: &PageName, held: Held) -> Result<Outcome> {
        let piece = match self.emit {
            OutputFormat::Jsonl | OutputFormat::Parquet => {
                let mut record = Record::of_page(name.id.clone(), name.source.clone(), held.report.clone(), String::new(), String::new());
                record.offset = name.offset;
                if self.emit == OutputFormat::Jsonl { Piece::Bytes(line(&record)?) } else { Piece::Row(Box::new(record)) }
            }
            _ => Piece::None,
        };
        Ok(Outcome::Failed(PageFailure::of_held(held), piece))
    }

    /// An input that could not even be looked into.
    pub fn unreadable(&self, name: &PageName, cause: Error) -> Outcome {
        self.failed(name, self.origin.url.as_ref(), cause.into())
    }

    fn failed(&self, name: &PageName, url: Option<&Url>, failure: PageFailure) -> Outcome {
        let url = name.url.clone().or_else(|| url.map(ToString::to_string));
        let digest = self.rules.digest().to_owned();
        let mut record = Record::of_failure(name.id.clone(), name.source.clone(), url, format!("{:#}", failure.cause), digest);
        record.offset = name.offset;
        let piece = match self.emit {
            OutputFormat::Jsonl => line(&record).map_or(Piece::None, Piece::Bytes),
            OutputFormat::Parquet => Piece::Row(Box::new(record)),
            _ => Piece::None,
        };
        Outcome::Failed(failure, piece)
    }

    fn clean(&self, name: &PageName, origin: &Origin, bytes: impl Read, place: MakePlace) -> Result<Outcome> {
        let begun = Instant::now();
        let needs_text = self.selection.needs_text() || self.tells_language;
        let (mut html, mut text) = (Vec::new(), Vec::new());
        // What is held whole in every mode falls under the limit of pages that are held whole.
        let is_held_whole = self.emit.is_records() || self.rules.moderation().holds_back();
        let mut settings = self.settings.clone();
        if is_held_whole {
            settings.limits.stream_bytes = settings.limits.stream_bytes.min(settings.limits.page_bytes);
        }
        let mut record = None;
        let (report, mut piece) = if self.emit.is_records() {
            let mut formats: Vec<(EmitFormat, &mut Vec<u8>)> = Vec::with_capacity(2);
            if self.emit != OutputFormat::Wet {
                formats.push((EmitFormat::Republish, &mut html));
            }
            if self.emit != OutputFormat::Warc || needs_text {
                formats.push((EmitFormat::Text, &mut text));
            }
            let report = walk(&self.rules, &settings, origin, bytes, formats).map_err(held_whole)?;
            let piece = match self.emit {
                OutputFormat::Jsonl | OutputFormat::Parquet => {
                    let [html, text] = [&mut html, &mut text].map(|bytes| into_text(std::mem::take(bytes)));
                    let mut of_page = Record::of_page(name.id.clone(), name.source.clone(), report.clone(), html, text);
                    of_page.offset = name.offset;
                    record = Some(Box::new(of_page));
                    Piece::None
                }
                _ if is_held_back(&report) => Piece::None,
                OutputFormat::Wet => Piece::Bytes(self.conversion(name, &report, "text/plain; charset=utf-8", &text)?),
                _ => Piece::Bytes(self.conversion(name, &report, "text/html; charset=utf-8", &html)?),
            };
            (report, piece)
        } else {
            let mut to = match place()? {
                Some(file) => To::File(file),
                None => To::Spooled(spool()),
            };
            let mut formats: Vec<(EmitFormat, &mut dyn Write)> = vec![(self.settings.emit, &mut to)];
            if needs_text {
                formats.push((EmitFormat::Text, &mut text));
            }
            let report = walk(&self.rules, &settings, origin, bytes, formats);
            let report = if is_held_whole { report.map_err(held_whole)? } else { report? };
            // The file is gone when it is not kept.
            let piece = if is_held_back(&report) { Piece::None } else { to.into_piece()? };
            (report, piece)
        };
        let plain: Cow<'_, str> = match &record {
            Some(record) => record.text.as_deref().unwrap_or_default().into(),
            None => String::from_utf8_lossy(&text),
        };
        let declared = report.metadata.lang.as_deref();
        let lang = if needs_text { language(declared, &plain) } else { declared.map(str::to_ascii_lowercase) };
        let facts = Facts { host: origin.url.as_ref().and_then(Url::host_str).map(str::to_owned), lang, micros: begun.elapsed().as_micros() as u64 };
        // Before it is chosen by its text, as there is none of it.
        if is_held_back(&report) {
            return self.held(name, Held { report, facts });
        }
        if let Some(reason) = self.selection.refuses_text(&plain, facts.lang.as_deref()) {
            return Ok(Outcome::Passed(reason));
        }
        let fingerprint = self.selection.dedup.map(|how| Fingerprint::of(&plain, how));
        if let Some(record) = record {
            piece = if self.emit == OutputFormat::Jsonl { Piece::Bytes(line(&record)?) } else { Piece::Row(record) };
        }
        Ok(Outcome::Cleaned { report: Box::new(report), piece, facts, fingerprint })
    }

    fn conversion(&self, name: &PageName, report: &PageReport, content_type: &str, block: &[u8]) -> Result<Vec<u8>> {
        let conversion = Conversion {
            url: name.url.as_deref().or(report.url.as_deref()).or(report.metadata.canonical.as_deref()),
            refers_to: name.is_record_id.then_some(name.id.as_str()),
            date: name.date.as_deref(),
            source: &name.source,
            offset: name.offset,
            content_type,
            rules_digest: self.rules.digest(),
        };
        conversion.write(block, self.compress)
    }

    /// Cleans a page straight to where it is read: what was written before a failure cannot be taken back.
    pub fn stream(&self, input: &Input, bytes: impl Read, out: &mut dyn Write) -> Result<PageReport> {
        walk(&self.rules, &self.settings, &self.origin.of(input.path()), bytes, vec![(self.settings.emit, out)])
    }
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

/// The library's writers make UTF-8.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

enum To {
    File(OutputFile),
    Spooled(SpooledTempFile),
}

impl To {
    fn into_piece(self) -> Result<Piece> {
        match self {
            To::File(file) => Ok(Piece::File(file)),
            To::Spooled(mut spooled) => {
                spooled.rewind().context("cannot read back what waits for its turn")?;
                Ok(Piece::Spooled(spooled))
            }
        }
    }
}

impl Write for To {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            To::File(file) => file.write(bytes),
            To::Spooled(spooled) => spooled.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            To::File(file) => file.flush(),
            To::Spooled(spooled) => spooled.flush(),
        }
    }
}

fn line(record: &Record) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record).context("cannot write the record")?;
    line.push(b'\n');
    Ok(line)
}

/// The library's road, walked once for a page: the one place from which the command calls it.
fn walk<W: Write>(
    rules: &Arc<RuleSet>,
    settings: &Settings,
    origin: &Origin,
    mut bytes: impl Read,
    formats: Vec<(EmitFormat, W)>,
) -> Result<PageReport> {
    let mut pipeline = Pipeline::with_formats(Arc::clone(rules), settings, origin, formats);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => pipeline.feed(&chunk[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => bail!("cannot read it: {error}"),
        }
    }
    Ok(pipeline.finish()?)
}

fn held_whole(error: Error) -> Error {
    match error.downcast() {
        Ok(PageError::Limit { limit: Limit::StreamBytes, value, allowed }) => PageError::Limit { limit: Limit::PageBytes, value, allowed }.into(),
        Ok(error) => error.into(),
        Err(error) => error,
    }
}

/// The rest of standard input too: half a page could not be tried again. If that fails, what is there must do.
pub fn keep_rest(kept: &Kept) -> Option<SpooledTempFile> {
    let mut kept = kept.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let _ = io::copy(&mut io::stdin(), &mut kept);
    Some(kept)
}

/// The panic's own message may quote the page; its place is on standard error already.
pub fn internal_error() -> Error {
    anyhow!("internal error; this is a defect of naqi")
}
