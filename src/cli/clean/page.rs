//! One page from its source to its output.

use super::input::{Input, Source};
use crate::cli::compression::{CHUNK_BYTES, decompress};
use crate::cli::origin::KnownOrigin;
use anyhow::{Context, Error, Result, bail};
use naqi::emit::EmitFormat;
use naqi::emit::record::Record;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use naqi::rules::RuleSet;
use naqi::{Limit, PageError, Pipeline, Settings};
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use tempfile::SpooledTempFile;

/// Up to this many bytes of an output wait in memory, more on the disk.
const SPOOL_BYTES: usize = 8 << 20;

/// All that pages of a run have in common.
#[derive(Debug)]
pub struct Cleaner {
    /// What they are cleaned by.
    pub rules: Arc<RuleSet>,
    /// How.
    pub settings: Settings,
    /// What is known of them.
    pub origin: KnownOrigin,
    /// What comes from standard input is kept, in case the page fails.
    pub keep_stdin: bool,
}

/// A page that could not be cleaned.
#[derive(Debug)]
pub struct PageFailure {
    /// Why.
    pub cause: Error,
    /// What was read from standard input.
    pub stdin: Option<SpooledTempFile>,
    /// It came through, but rules hold it back.
    pub held: Option<Box<PageReport>>,
}

impl From<Error> for PageFailure {
    fn from(cause: Error) -> Self {
        PageFailure { cause, stdin: None, held: None }
    }
}

/// A place in memory, later on the disk.
pub fn spool() -> SpooledTempFile {
    tempfile::spooled_tempfile(SPOOL_BYTES)
}

impl Cleaner {
    /// Cleans a page. On failure what was written to `out` must be thrown away.
    pub fn clean(&self, input: &Input, out: &mut dyn Write) -> Result<PageReport, PageFailure> {
        match &input.source {
            Source::Unreadable(_, cause) => Err(Error::msg(cause.clone()).into()),
            Source::File(path) => {
                let file = File::open(path).context("cannot open it")?;
                hold_back(self.read(input, file, out)?)
            }
            Source::Stdin if self.keep_stdin => {
                let mut kept = spool();
                let cleaned = self.read(input, Tee { from: io::stdin().lock(), to: &mut kept }, out).map_err(PageFailure::from);
                cleaned.and_then(hold_back).map_err(|failure| {
                    // The rest too: half a page could not be tried again. If that fails, what is there must do.
                    let _ = io::copy(&mut io::stdin().lock(), &mut kept);
                    PageFailure { stdin: Some(kept), ..failure }
                })
            }
            Source::Stdin => hold_back(self.read(input, io::stdin().lock(), out)?),
        }
    }

    fn read(&self, input: &Input, bytes: impl Read, out: &mut dyn Write) -> Result<PageReport> {
        let bytes = decompress(bytes, input.path()).context("cannot read it")?;
        let origin = self.origin.of(input.path());
        if self.settings.emit != EmitFormat::Jsonl {
            let pipeline = Pipeline::new(Arc::clone(&self.rules), &self.settings, &origin, out);
            return feed(pipeline, bytes);
        }
        // A record is held whole in every mode, so the limit of pages that are held whole counts.
        let mut settings = self.settings.clone();
        settings.limits.stream_bytes = settings.limits.stream_bytes.min(settings.limits.page_bytes);
        let (mut html, mut text) = (Vec::new(), Vec::new());
        let formats: Vec<(EmitFormat, &mut Vec<u8>)> = vec![(EmitFormat::Republish, &mut html), (EmitFormat::Text, &mut text)];
        let report = feed(Pipeline::with_formats(Arc::clone(&self.rules), &settings, &origin, formats), bytes).map_err(held_whole)?;
        let [html, text] = [html, text].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if report.verdict < Verdict::Quarantine {
            write_record(&Record::of_page(input.name(), input.name(), report.clone(), html, text), out)?;
        }
        Ok(report)
    }

    /// The line of a page that failed or is held back.
    pub fn write_failure(&self, input: &Input, failure: &PageFailure, out: &mut dyn Write) -> Result<()> {
        if let Some(report) = &failure.held {
            return write_record(&Record::of_page(input.name(), input.name(), (**report).clone(), String::new(), String::new()), out);
        }
        let url = self.origin.url.as_ref().map(ToString::to_string);
        let error = format!("{:#}", failure.cause);
        write_record(&Record::of_failure(input.name(), input.name(), url, error, self.rules.digest().to_owned()), out)
    }
}

/// A page that rules hold back is as good as failed: nothing of it may go out.
fn hold_back(report: PageReport) -> Result<PageReport, PageFailure> {
    let name = match report.verdict {
        Verdict::Pass | Verdict::Flag => return Ok(report),
        Verdict::Quarantine => "quarantine",
        Verdict::Drop => "drop",
    };
    let mut by: Vec<&str> = report.findings.iter().filter(|finding| finding.done == name).map(|finding| finding.rule.as_str()).collect();
    by.sort_unstable();
    by.dedup();
    let by = if by.is_empty() { format!("its score of {:.2}", report.score) } else { by.join(", ") };
    Err(PageFailure { cause: Error::msg(format!("held back ({name}) by {by}")), stdin: None, held: Some(Box::new(report)) })
}

fn write_record(record: &Record, out: &mut dyn Write) -> Result<()> {
    let mut line = serde_json::to_vec(record).context("cannot write the record")?;
    line.push(b'\n');
    out.write_all(&line).context("cannot write the record")
}

fn feed<W: Write>(mut pipeline: Pipeline<W>, mut bytes: impl Read) -> Result<PageReport> {
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

struct Tee<'a, R> {
    from: R,
    to: &'a mut SpooledTempFile,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.to.write_all(&buffer[..length])?;
        Ok(length)
    }
}
