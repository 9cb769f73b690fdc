//! The work on one page: from the bytes of a request to its answer.

use super::problem::Problem;
use super::state::Service;
use crate::config::From;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use naqi::emit::EmitFormat;
use naqi::emit::record::Record;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use naqi::rewrite::Markup;
use naqi::rules::RuleSet;
use naqi::strip::StripMode;
use naqi::{Origin, PageError, Pipeline, Settings};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;
use url::Url;

/// What a request says besides its body: in the query, or in headers `X-Naqi-…`; the query comes first.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    url: Option<String>,
    emit: Option<EmitFormat>,
    strip: Option<StripMode>,
}

/// A page to clean, and how.
#[derive(Debug)]
pub struct Page {
    origin: Origin,
    settings: Settings,
}

/// A line of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Option<String>,
    url: Option<String>,
    content_type: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

impl Asked {
    /// Fills what the query leaves open from the headers.
    fn or_headers(mut self, headers: &HeaderMap) -> Result<Self, Problem> {
        let header = |name: &'static str| {
            let value = headers.get(HeaderName::from_static(name));
            value.map(|value| value.to_str().map_err(|_| bad(format!("the header {name} is not ASCII")))).transpose()
        };
        if self.url.is_none() {
            self.url = header("x-naqi-url")?.map(str::to_owned);
        }
        if self.emit.is_none() {
            self.emit = header("x-naqi-emit")?.map(|value| named("x-naqi-emit", value)).transpose()?;
        }
        if self.strip.is_none() {
            self.strip = header("x-naqi-strip")?.map(|value| named("x-naqi-strip", value)).transpose()?;
        }
        Ok(self)
    }
}

impl Page {
    /// What is asked for, checked.
    pub fn of_request(service: &Service, asked: Asked, headers: &HeaderMap) -> Result<Self, Problem> {
        let asked = asked.or_headers(headers)?;
        let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().map(str::to_owned));
        let content_type = content_type.transpose().map_err(|_| bad("the Content-Type is not ASCII"))?;
        let mut page = Page::new(service, asked.url.as_deref(), content_type)?;
        page.settings.emit = asked.emit.unwrap_or(page.settings.emit);
        page.settings.strip = asked.strip.unwrap_or(page.settings.strip);
        let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if accepts.split(',').any(|accept| accept.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")) {
            page.settings.emit = EmitFormat::Jsonl;
        }
        Ok(page)
    }

    fn new(service: &Service, url: Option<&str>, content_type: Option<String>) -> Result<Self, Problem> {
        let url = url.map(|url| Url::parse(url).map_err(|error| bad(format!("the url is not an address: {error}")))).transpose()?;
        let essence = content_type.as_deref().and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        let markup = match (service.settings.from, essence.as_str()) {
            (From::Html, _) => Markup::Html,
            (From::Text, _) | (_, "text/plain") => Markup::Text,
            // What curl says of a body that it knows nothing of.
            (_, "" | "text/html" | "application/xhtml+xml" | "application/octet-stream" | "application/x-www-form-urlencoded") => Markup::Html,
            _ => return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "pages are text/html, application/xhtml+xml or text/plain")),
        };
        let mut limits = service.settings.limits.clone();
        // Outputs are held whole in every mode.
        limits.stream_bytes = limits.stream_bytes.min(limits.page_bytes);
        limits.deadline_ms = limits.deadline_ms.min(service.timeout.as_millis() as u64);
        let settings = Settings {
            emit: service.settings.emit.page(),
            strip: service.settings.strip.mode,
            limits,
            explain: false,
            model: service.settings.strip.model,
            article: service.settings.strip.article(),
        };
        Ok(Page { origin: Origin { url, content_type, markup }, settings })
    }

    /// Cleans it. The answer is the page with its media type; a page that rules hold back is a problem that names them.
    pub fn clean(&self, service: &Service, rules: &Arc<RuleSet>, bytes: &[u8]) -> Result<(String, Vec<u8>), Problem> {
        if self.settings.emit == EmitFormat::Jsonl {
            let record = self.record(service, rules, bytes, "request".to_owned())?;
            if record.verdict >= Verdict::Quarantine {
                return Err(held_back(
                    record.verdict,
                    record.findings.iter().map(|finding| finding.rule.as_str()),
                    record.review.as_deref(),
                    &record.rules_digest,
                ));
            }
            let record = serde_json::to_vec(&record).map_err(|_| internal("the record cannot be written"))?;
            return Ok(("application/json".to_owned(), record));
        }
        let mut out = Vec::new();
        let pipeline = Pipeline::new(Arc::clone(rules), &self.settings, &self.origin, &mut out);
        let report = feed(service, pipeline, bytes)?;
        if report.verdict >= Verdict::Quarantine {
            return Err(held_back(
                report.verdict,
                report.findings.iter().map(|finding| finding.rule.as_str()),
                report.review.as_deref(),
                &report.rules_digest,
            ));
        }
        let media = match self.settings.emit {
            EmitFormat::Text => "text/plain; charset=utf-8".to_owned(),
            EmitFormat::Markdown => "text/markdown; charset=utf-8".to_owned(),
            EmitFormat::Preserve => {
                let essence = if self.origin.markup == Markup::Text { "text/plain" } else { "text/html" };
                format!("{essence}; charset={}", report.encoding.name)
            }
            EmitFormat::Republish | EmitFormat::Jsonl => "text/html; charset=utf-8".to_owned(),
        };
        Ok((media, out))
    }

    /// The report with what nearly matched, and why each of its rules exists.
    pub fn explain(&self, service: &Service, rules: &Arc<RuleSet>, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
        let settings = Settings { emit: EmitFormat::Text, explain: true, ..self.settings.clone() };
        let report = feed(service, Pipeline::new(Arc::clone(rules), &settings, &self.origin, Vec::new()), bytes)?;
        let named = |id: &str| {
            report.removals.iter().any(|removal| removal.rules.iter().any(|rule| rule == id))
                || report.findings.iter().any(|finding| finding.rule == id)
        };
        let strip = rules.rules().iter().map(|rule| (&rule.id, &rule.why));
        let moderation = rules.moderation().rules().iter().map(|rule| (&rule.id, &rule.why));
        let why: serde_json::Map<_, _> =
            strip.chain(moderation).filter(|(id, _)| named(id)).map(|(id, why)| (id.clone(), why.as_str().into())).collect();
        serde_json::to_vec(&serde_json::json!({ "report": report, "why": why })).map_err(|_| internal("the report cannot be written"))
    }

    fn record(&self, service: &Service, rules: &Arc<RuleSet>, bytes: &[u8], id: String) -> Result<Record, Problem> {
        let (mut html, mut text) = (Vec::new(), Vec::new());
        let formats: Vec<(EmitFormat, &mut Vec<u8>)> = vec![(EmitFormat::Republish, &mut html), (EmitFormat::Text, &mut text)];
        let report = feed(service, Pipeline::with_formats(Arc::clone(rules), &self.settings, &self.origin, formats), bytes)?;
        let [html, text] = [html, text].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Record::of_page(id, "request".to_owned(), report, html, text))
    }
}

/// Cleans a batch: a record a line, in order. A line that is no page is a record with an error.
pub fn batch(service: &Service, rules: &Arc<RuleSet>, lines: &[u8]) -> Result<Vec<u8>, Problem> {
    let begun = Instant::now();
    let mut out = Vec::new();
    let lines = lines.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    for (at, line) in lines {
        let number = (at + 1).to_string();
        let record = if begun.elapsed() > service.timeout {
            Err((number.clone(), "the time of the batch is over".to_owned()))
        } else {
            batch_line(service, rules, line, &number)
        };
        let record = record.unwrap_or_else(|(id, error)| {
            service.metrics.failed.inc();
            Record::of_failure(id, "request".to_owned(), None, error, rules.digest().to_owned())
        });
        serde_json::to_writer(&mut out, &record).map_err(|_| internal("the record cannot be written"))?;
        out.push(b'\n');
    }
    Ok(out)
}

fn batch_line(service: &Service, rules: &Arc<RuleSet>, line: &[u8], number: &str) -> Result<Record, (String, String)> {
    // serde's message may quote the line; its place may not.
    let line: Line = serde_json::from_slice(line)
        .map_err(|error| (number.to_owned(), format!("line {number}, column {}: not a page: {}", error.column(), category(&error))))?;
    let id = line.id.unwrap_or_else(|| number.to_owned());
    let (bytes, media) = match (line.html, line.text) {
        (Some(html), None) => (html, "text/html"),
        (None, Some(text)) => (text, "text/plain"),
        _ => return Err((id, format!("line {number}: one of html and text is asked for"))),
    };
    // JSON is UTF-8, whatever the page was.
    let essence = line.content_type.as_deref().and_then(|value| value.split(';').next()).unwrap_or(media).to_owned();
    let page = Page::new(service, line.url.as_deref(), Some(format!("{essence}; charset=utf-8")))
        .map_err(|problem| (id.clone(), problem.detail().to_owned()))?;
    page.record(service, rules, bytes.as_bytes(), id.clone()).map_err(|problem| (id, problem.detail().to_owned()))
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "an unknown, missing or mistyped key",
        _ => "not JSON",
    }
}

fn feed<W: std::io::Write>(service: &Service, mut pipeline: Pipeline<W>, bytes: &[u8]) -> Result<PageReport, Problem> {
    let report = pipeline.feed(bytes).and_then(|()| pipeline.finish()).map_err(|error| {
        service.metrics.failed.inc();
        let status = if matches!(error, PageError::Limit { .. }) { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
        Problem::new(status, error.to_string())
    })?;
    service.metrics.page(&report);
    Ok(report)
}

/// A verdict's name.
pub fn verdict(report: &PageReport) -> &'static str {
    name(report.verdict)
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Flag => "flag",
        Verdict::Quarantine => "quarantine",
        Verdict::Drop => "drop",
    }
}

fn held_back<'a>(verdict: Verdict, rules: impl Iterator<Item = &'a str>, review: Option<&str>, digest: &str) -> Problem {
    let mut ids: Vec<&str> = rules.collect();
    ids.sort_unstable();
    ids.dedup();
    let problem = match review {
        Some(review) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the page is held back for review").with("review", review),
        None => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rules hold the page back"),
    };
    problem.with("verdict", name(verdict)).with("findings", ids).with("rules_digest", digest)
}

fn named<T: serde::de::DeserializeOwned>(header: &str, value: &str) -> Result<T, Problem> {
    serde_json::from_value(value.into()).map_err(|error| bad(format!("the header {header}: {error}")))
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

fn internal(detail: &str) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
}
