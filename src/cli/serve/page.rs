//! The work on one page: from the bytes of a request to its answer.

use super::asked::Asked;
use super::generation::Generation;
use super::metrics::{Lasting, Metrics, Stage, name};
use super::problem::Problem;
use crate::config::{From, RunSettings};
use axum::http::StatusCode;
use naqi::emit::EmitFormat;
use naqi::emit::record::Record;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use naqi::rewrite::Markup;
use naqi::rules::RuleSet;
use naqi::{Limit, Origin, PageError, Pipeline, Settings};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use url::Url;

/// A page to clean, and how.
#[derive(Clone, Debug)]
pub struct Page {
    /// What is known of it.
    pub origin: Origin,
    /// How.
    pub settings: Settings,
}

/// A cleaned page.
#[derive(Debug)]
pub struct Cleaned {
    /// Its media type.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is to become of it.
    pub verdict: Verdict,
    /// Count of findings.
    pub findings: u64,
    /// Count of removals.
    pub removals: u64,
}

impl Page {
    /// What is asked for, checked. `content_type` is the page's, with its essence.
    pub fn new(settings: &RunSettings, asked: &Asked, content_type: Option<String>, essence: &str) -> Result<Self, Problem> {
        let url = asked.url.as_deref().filter(|url| !url.is_empty()).map(Url::parse).transpose();
        let url = url.map_err(|error| Problem::bad_request(format!("the url is not an address: {error}")))?;
        let markup = match (settings.from, essence) {
            (From::Html, _) => Markup::Html,
            (From::Text, _) | (_, "text/plain") => Markup::Text,
            // What curl says of a body that it knows nothing of.
            (_, "" | "text/html" | "application/xhtml+xml" | "application/octet-stream" | "application/x-www-form-urlencoded") => Markup::Html,
            _ => return Err(unsupported("pages are text/html, application/xhtml+xml or text/plain")),
        };
        let settings = Settings {
            emit: asked.emit.map_or(settings.emit.page(), |emit| emit.format()),
            strip: asked.strip.map_or(settings.strip.mode, |strip| strip.mode()),
            limits: settings.limits.clone(),
            explain: false,
            model: settings.strip.model,
            article: settings.strip.article(),
            with_title: asked.with_title()?.unwrap_or(settings.with_title),
        };
        Ok(Page { origin: Origin { url, content_type, markup }, settings })
    }

    /// With the limits of a page that is held whole in memory.
    pub fn held_whole(mut self, settings: &RunSettings) -> Self {
        let limits = &mut self.settings.limits;
        limits.stream_bytes = limits.stream_bytes.min(limits.page_bytes);
        limits.deadline_ms = limits.deadline_ms.min(settings.serve.work_time().as_millis() as u64);
        self
    }

    /// The media type of what comes out.
    pub fn media(&self, charset: Option<&str>) -> String {
        match self.settings.emit {
            EmitFormat::Text => "text/plain; charset=utf-8".into(),
            EmitFormat::Markdown => "text/markdown; charset=utf-8".into(),
            EmitFormat::Jsonl => "application/json".into(),
            EmitFormat::Republish => "text/html; charset=utf-8".into(),
            EmitFormat::Preserve => {
                let essence = if self.origin.markup == Markup::Text { "text/plain" } else { "text/html" };
                charset.map_or(essence.to_owned(), |charset| format!("{essence}; charset={charset}"))
            }
        }
    }

    /// Cleans it. A page that rules hold back is a problem that names them; its record tells the same without anything of the page.
    pub fn clean(&self, metrics: &Metrics, rules: &Arc<RuleSet>, bytes: &[u8]) -> Result<Cleaned, Problem> {
        if self.settings.emit == EmitFormat::Jsonl {
            let record = self.record(metrics, rules, bytes, "request".to_owned())?;
            let bytes = serde_json::to_vec(&record).map_err(|_| Problem::internal("the record cannot be written"))?;
            let (verdict, counts) = (record.verdict, record.counts);
            return Ok(Cleaned { media: self.media(None), bytes, verdict, findings: counts.findings, removals: counts.removals });
        }
        let mut out = Vec::with_capacity(bytes.len() / 2);
        let report = walk(metrics, Pipeline::new(Arc::clone(rules), &self.settings, &self.origin, &mut out), bytes)?;
        if let Some(problem) = held_back(&report) {
            return Err(problem);
        }
        let PageReport { verdict, counts, encoding, .. } = report;
        Ok(Cleaned { media: self.media(Some(encoding.name)), bytes: out, verdict, findings: counts.findings, removals: counts.removals })
    }

    /// Cleans it into a record.
    pub fn record(&self, metrics: &Metrics, rules: &Arc<RuleSet>, bytes: &[u8], id: String) -> Result<Record, Problem> {
        let (mut html, mut text) = (Vec::new(), Vec::new());
        let formats: Vec<(EmitFormat, &mut Vec<u8>)> = vec![(EmitFormat::Republish, &mut html), (EmitFormat::Text, &mut text)];
        let report = walk(metrics, Pipeline::with_formats(Arc::clone(rules), &self.settings, &self.origin, formats), bytes)?;
        let [html, text] = [html, text].map(|bytes| String::from_utf8(bytes).unwrap_or_default());
        Ok(Record::of_page(id, "request".to_owned(), report, html, text))
    }
}

/// Walks a page down the road, and counts it.
fn walk<W: std::io::Write>(metrics: &Metrics, pipeline: Pipeline<W>, bytes: &[u8]) -> Result<PageReport, Problem> {
    let report = walk_uncounted(metrics, pipeline, bytes)?;
    metrics.page(&report);
    Ok(report)
}

/// The same for a page that is only looked at, with rules that nobody but its sender may know: their ids are no labels of metrics.
pub fn walk_uncounted<W: std::io::Write>(metrics: &Metrics, mut pipeline: Pipeline<W>, bytes: &[u8]) -> Result<PageReport, Problem> {
    let begun = Instant::now();
    let _busy = Lasting::new(&metrics.busy);
    let _within = tracing::info_span!("clean", bytes = bytes.len()).entered();
    let report = pipeline.feed(bytes).and_then(|()| pipeline.finish()).map_err(|error| failed(metrics, &error))?;
    metrics.stage(Stage::Clean, begun.elapsed());
    Ok(report)
}

/// A page that could not be cleaned: nothing of it is passed on.
pub fn failed(metrics: &Metrics, error: &PageError) -> Problem {
    let (status, kind) = match error {
        PageError::Limit { limit: Limit::Deadline, .. } => (StatusCode::UNPROCESSABLE_ENTITY, "deadline"),
        PageError::Limit { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "limit"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "unreadable"),
    };
    metrics.dead_letter(kind);
    Problem::new(status, kind, error.to_string())
}

/// The problem of a page that may not be published.
pub fn held_back(report: &PageReport) -> Option<Problem> {
    if report.verdict < Verdict::Quarantine {
        return None;
    }
    let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let problem = match report.review.as_deref() {
        Some(review) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "held-back", "the page is held back for review").with("review", review),
        None => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "held-back", "rules hold the page back"),
    };
    let rules: Vec<&str> = rules.into_iter().collect();
    Some(problem.with("verdict", name(report.verdict)).with("findings", rules).with("rules_digest", report.rules_digest.as_str()))
}

/// A body of another kind than asked for.
pub fn unsupported(detail: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail)
}

/// The rules of a request, compiled when they have to be.
pub fn rules_of(generation: &Generation, asked: &Asked) -> Result<Arc<RuleSet>, Problem> {
    generation.rules_with(&asked.switches()?)
}
