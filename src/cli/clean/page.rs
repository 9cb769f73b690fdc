//! One page from its source to its output.

use super::conversion::Conversion;
use super::duplicates::Fingerprint;
use super::feed::Kept;
use super::input::Input;
use super::outcome::{Held, Outcome, PageFailure, Piece, is_held_back, spool};
use super::output::OutputFile;
use super::page_name::PageName;
use super::selection::{Reason, Selection, language};
use super::stages::Stages;
use super::tally::Facts;
use crate::cli::archive::http::Response;
use crate::cli::archive::members::Members;
use crate::cli::archive::{Document, Form};
use crate::cli::compression::CHUNK_BYTES;
use crate::cli::origin::KnownOrigin;
use crate::config::{Compress, OutputFormat};
use anyhow::{Context, Error, Result, bail};
use naqi::emit::EmitFormat;
use naqi::emit::record::{Record, address_of};
use naqi::report::PageReport;
use naqi::rules::RuleSet;
use naqi::{Limit, Origin, PageError, Pipeline, Settings};
use std::borrow::Cow;
use std::io::{self, Read, Seek, Write};
use std::sync::{Arc, PoisonError};
use std::time::Instant;
use tempfile::SpooledTempFile;
use url::Url;

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

/// A page within a record, and its media type.
type Body<'a> = (Cow<'a, [u8]>, Option<String>);

/// Where the page itself goes, when it is no record.
pub type MakePlace<'a> = &'a dyn Fn() -> Result<Option<OutputFile>>;

impl Cleaner {
    /// Cleans a page that is a whole input.
    pub fn page(&self, input: &Input, mut bytes: Members, kept: &Kept, name: &PageName, place: MakePlace, times: &mut Stages) -> Outcome {
        let origin = self.origin.of(input.path());
        if let Some(reason) = self.selection.refuses_address(origin.url.as_ref(), &name.id) {
            return Outcome::Passed(reason);
        }
        let before = bytes.read_time();
        let outcome = self.outcome(name, &origin, &mut bytes, place, times, || keep_rest(kept));
        times.read = bytes.read_time().saturating_sub(before);
        times.unpack = times.unpack.saturating_sub(times.read);
        outcome.warned(bytes.trailing())
    }

    /// Cleans a page of an archive.
    pub fn document(&self, document: &Document, name: &PageName, place: MakePlace, times: &mut Stages) -> Outcome {
        let url = document.url.as_deref().and_then(|url| Url::parse(url).ok());
        if let Some(reason) = self.selection.refuses_address(url.as_ref(), &name.id) {
            return Outcome::Passed(reason);
        }
        let begun = Instant::now();
        let body = self.body(document);
        times.unpack += begun.elapsed();
        let (body, content_type) = match body {
            Ok(Ok(body)) => body,
            Ok(Err(reason)) => return Outcome::Passed(reason),
            Err(cause) => return self.failed(name, url.as_ref(), cause.into()),
        };
        let origin = self.origin.of_document(url, content_type);
        self.outcome(name, &origin, &*body, place, times, || None).warned(document.warning.clone())
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
        times: &mut Stages,
        keep: impl FnOnce() -> Option<SpooledTempFile>,
    ) -> Outcome {
        match self.clean(name, origin, bytes, place, times) {
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

    fn clean(&self, name: &PageName, origin: &Origin, bytes: impl Read, place: MakePlace, times: &mut Stages) -> Result<Outcome> {
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
            let report = walk(&self.rules, &settings, origin, bytes, formats, times).map_err(held_whole)?;
            let built = Instant::now();
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
            times.emit += built.elapsed();
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
            let report = walk(&self.rules, &settings, origin, bytes, formats, times);
            let report = if is_held_whole { report.map_err(held_whole)? } else { report? };
            // The file is gone when it is not kept.
            let piece = if is_held_back(&report) { Piece::None } else { to.into_piece()? };
            (report, piece)
        };
        let selecting = Instant::now();
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
        let refused = self.selection.refuses_text(&plain, facts.lang.as_deref());
        let fingerprint = self.selection.dedup.filter(|_| refused.is_none()).map(|how| Fingerprint::of(&plain, how));
        times.select += selecting.elapsed();
        if let Some(reason) = refused {
            return Ok(Outcome::Passed(reason));
        }
        if let Some(record) = record {
            let built = Instant::now();
            piece = if self.emit == OutputFormat::Jsonl { Piece::Bytes(line(&record)?) } else { Piece::Row(record) };
            times.emit += built.elapsed();
        }
        Ok(Outcome::Cleaned { report: Box::new(report), piece, facts, warning: None, fingerprint })
    }

    fn conversion(&self, name: &PageName, report: &PageReport, content_type: &str, block: &[u8]) -> Result<Vec<u8>> {
        let address = address_of(report);
        let conversion = Conversion {
            url: name.url.as_deref().or(address.as_deref()),
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
        walk(&self.rules, &self.settings, &self.origin.of(input.path()), bytes, vec![(self.settings.emit, out)], &mut Stages::default())
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
    times: &mut Stages,
) -> Result<PageReport> {
    let mut pipeline = Pipeline::with_formats(Arc::clone(rules), settings, origin, formats);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let begun = Instant::now();
        let read = bytes.read(&mut chunk);
        times.unpack += begun.elapsed();
        match read {
            Ok(0) => break,
            Ok(length) => pipeline.feed(&chunk[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => bail!("cannot read it: {error}"),
        }
    }
    let report = pipeline.finish()?;
    times.add_page(&report.times);
    Ok(report)
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
