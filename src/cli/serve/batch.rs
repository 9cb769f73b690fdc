//! `POST /v1/batch`: a page a line, a record a line. Lines are cleaned as they come, and records go out as they are done; whoever does
//! not read them is not read from either.

use super::asked::{Asked, media_type};
use super::body::{Arriving, too_large};
use super::generation::Generation;
use super::page::{Page, unsupported};
use super::problem::Problem;
use super::service::Service;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use memchr::memchr;
use naqi::emit::record::Record;
use naqi::rules::RuleSet;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

/// How a batch is cleaned.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchAsked {
    /// `input` (default): records in the order of the lines; `done`: as they are done.
    order: Option<Order>,
    /// How blocks are decided.
    strip: Option<super::asked::Strip>,
    /// Begin the text of records with the title.
    #[param(value_type = Option<super::asked::Flag>)]
    with_title: Option<String>,
    /// Optional packs to switch on, and with - before them rules or packs to switch off.
    rules: Option<String>,
}

/// In which order records come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// That of the lines.
    #[default]
    Input,
    /// That in which they are done.
    Done,
}

/// A line of a batch: a page as `html` or as `text`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchLine {
    /// Names the page in its record; its line number otherwise.
    id: Option<String>,
    /// Its address.
    url: Option<String>,
    /// Its media type.
    content_type: Option<String>,
    /// The page.
    html: Option<String>,
    /// Plain text.
    text: Option<String>,
}

/// What all lines have in common.
struct Batch {
    service: Arc<Service>,
    generation: Arc<Generation>,
    rules: Arc<RuleSet>,
    asked: Asked,
}

/// Clean a batch
///
/// NDJSON in, NDJSON out: a record a line. A line that is no page, and a page that cannot be cleaned, is a record with an `error`.
#[utoipa::path(
    post, path = "/v1/batch", tag = "pages", params(BatchAsked),
    request_body(content((BatchLine = "application/x-ndjson"), (String = "application/octet-stream"))),
    responses((status = 200, description = "A record a line", body = String, content_type = "application/x-ndjson"), super::openapi::Problems)
)]
pub async fn batch(
    State(service): State<Arc<Service>>,
    query: Result<Query<BatchAsked>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Query(BatchAsked { order, strip, with_title, rules }) = query.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let asked = Asked { strip, with_title, rules, ..Asked::default() };
    let (_, essence) = media_type(&headers)?;
    let lines =
        ["", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/octet-stream", "application/x-www-form-urlencoded"];
    if !lines.contains(&essence.as_str()) {
        return Err(unsupported("a batch is application/x-ndjson"));
    }
    let place = Arc::clone(&service.streams).try_acquire_owned().map_err(|_| service.refused("streams", "serve.streams are open"))?;
    let generation = service.generation();
    let rules = {
        let (generation, asked) = (Arc::clone(&generation), asked.clone());
        let settings = Arc::clone(&generation);
        service.work(&settings.settings, move || super::page::rules_of(&generation, &asked)).await??
    };
    let arriving = Arriving::new(&generation.settings, &headers, body, usize::MAX)?;
    let (records, answer) = mpsc::channel::<Bytes>(1);
    let batch = Arc::new(Batch { service, generation, rules, asked });
    tokio::spawn(async move {
        let _place = place;
        match order.unwrap_or_default() {
            Order::Input => batch.in_order(arriving, records).await,
            Order::Done => batch.as_done(arriving, records).await,
        }
    });
    let body = Body::from_stream(ReceiverStream::new(answer).map(Ok::<_, Infallible>));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

impl Batch {
    /// Lines at work or waiting for their turn.
    fn in_flight(&self) -> usize {
        self.service.worker_count.saturating_mul(2).min(Semaphore::MAX_PERMITS)
    }

    async fn in_order(self: Arc<Self>, arriving: Arriving, records: mpsc::Sender<Bytes>) {
        let (begun, mut turns) = mpsc::channel::<JoinHandle<Bytes>>(self.in_flight());
        let reading = tokio::spawn(async move {
            let mut lines = Lines::new(arriving, self.generation.settings.serve.body_bytes);
            while let Some((number, line)) = lines.next().await {
                let batch = Arc::clone(&self);
                // Waits when enough are at work; ends when nobody reads any more.
                let Ok(turn) = begun.reserve().await else { return };
                turn.send(tokio::spawn(async move { batch.line(number, line).await }));
            }
        });
        while let Some(record) = turns.recv().await {
            // Only a defect ends a line without a record.
            let record = record.await.unwrap_or_else(|_| Bytes::from_static(b"{\"error\":\"internal\"}\n"));
            if records.send(record).await.is_err() {
                break;
            }
        }
        drop(turns);
        let _ = reading.await;
    }

    async fn as_done(self: Arc<Self>, arriving: Arriving, records: mpsc::Sender<Bytes>) {
        let places = Arc::new(Semaphore::new(self.in_flight()));
        let mut lines = Lines::new(arriving, self.generation.settings.serve.body_bytes);
        while let Some((number, line)) = lines.next().await {
            // Never closed.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            if records.is_closed() {
                return;
            }
            let (batch, records) = (Arc::clone(&self), records.clone());
            tokio::spawn(async move {
                let _ = records.send(batch.line(number, line).await).await;
                drop(place);
            });
        }
    }

    /// The record of a line, as a line.
    async fn line(self: Arc<Self>, number: u64, line: Result<Vec<u8>, Problem>) -> Bytes {
        let digest = self.rules.digest().to_owned();
        let failed = |id: String, error: String| Record::of_failure(id, "request".into(), None, error, digest);
        let record = match line {
            Err(problem) => {
                self.service.metrics.dead_letter(problem.kind());
                failed(number.to_string(), format!("line {number}: {}", problem.detail()))
            }
            Ok(line) => self.record(number, line).await.unwrap_or_else(|(id, error)| failed(id, error)),
        };
        // A record is made of texts and numbers: it can always be written.
        let mut bytes = serde_json::to_vec(&record).unwrap_or_default();
        bytes.push(b'\n');
        bytes.into()
    }

    async fn record(self: &Arc<Self>, number: u64, line: Vec<u8>) -> Result<Record, (String, String)> {
        let settings = &self.generation.settings;
        let busy = |problem: Problem| (number.to_string(), format!("line {number}: {}", problem.detail()));
        // These lines wait: the batch is held back, not refused.
        let reserved = self.service.reserve_in_time(line.len(), settings).await.map_err(busy)?;
        let worker = Arc::clone(&self.service.workers).acquire_owned().await;
        let worker = worker.map_err(|_| busy(Problem::internal("the service ends")))?;
        let batch = Arc::clone(self);
        let done = self.service.threads.run(move || {
            let (_worker, _reserved) = (worker, reserved);
            batch.clean(number, &line)
        });
        done.await.unwrap_or_else(|_| Err(busy(Problem::internal("the work stopped on an internal error"))))
    }

    fn clean(&self, number: u64, line: &[u8]) -> Result<Record, (String, String)> {
        // serde's message may quote the line; its place may not.
        let line: BatchLine = serde_json::from_slice(line).map_err(|error| {
            self.service.metrics.dead_letter("bad-request");
            (number.to_string(), format!("line {number}, column {}: not a page: {}", error.column(), category(&error)))
        })?;
        let id = line.id.unwrap_or_else(|| number.to_string());
        let (bytes, media) = match (line.html, line.text) {
            (Some(html), None) => (html, "text/html"),
            (None, Some(text)) => (text, "text/plain"),
            _ => {
                self.service.metrics.dead_letter("bad-request");
                return Err((id, format!("line {number}: one of html and text is asked for")));
            }
        };
        let named = |problem: Problem| (id.clone(), format!("line {number}: {}", problem.detail()));
        // JSON is UTF-8, whatever the page was.
        let essence = line.content_type.as_deref().and_then(|value| value.split(';').next()).unwrap_or(media).trim().to_ascii_lowercase();
        let asked = Asked { url: line.url, ..self.asked.clone() };
        let settings = &self.generation.settings;
        let page = Page::new(settings, &asked, Some(format!("{essence}; charset=utf-8")), &essence).map_err(named)?;
        page.held_whole(settings).record(&self.service.metrics, &self.rules, bytes.as_bytes(), id.clone()).map_err(named)
    }
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "an unknown, missing or mistyped key",
        _ => "not JSON",
    }
}

/// The lines of a body. One that is too long is passed over.
struct Lines {
    arriving: Arriving,
    limit: usize,
    /// What of the next line has come.
    line: Vec<u8>,
    /// What has come after it.
    rest: Bytes,
    number: u64,
    is_too_long: bool,
    has_ended: bool,
}

impl Lines {
    fn new(arriving: Arriving, limit: usize) -> Self {
        Lines { arriving, limit, line: Vec::new(), rest: Bytes::new(), number: 0, is_too_long: false, has_ended: false }
    }

    /// The next line that is not empty, with its number from 1. A body that breaks off is its last line.
    async fn next(&mut self) -> Option<(u64, Result<Vec<u8>, Problem>)> {
        loop {
            let end = memchr(b'\n', &self.rest);
            let piece = self.rest.split_to(end.unwrap_or(self.rest.len()));
            if self.line.len() + piece.len() > self.limit {
                self.is_too_long = true;
                self.line = Vec::new();
            } else if !self.is_too_long {
                self.line.extend_from_slice(&piece);
            }
            if end.is_some() {
                let _ = self.rest.split_to(1);
            } else if !self.has_ended {
                match self.arriving.next().await {
                    Some(Ok(bytes)) => {
                        self.rest = bytes;
                        continue;
                    }
                    Some(Err(problem)) => {
                        self.has_ended = true;
                        self.line = Vec::new();
                        return Some((self.number + 1, Err(problem)));
                    }
                    None => self.has_ended = true,
                }
            } else {
                return None;
            }
            self.number += 1;
            let line = std::mem::take(&mut self.line);
            if std::mem::take(&mut self.is_too_long) {
                return Some((self.number, Err(too_large(self.limit))));
            }
            if !line.trim_ascii().is_empty() {
                return Some((self.number, Ok(line)));
            }
        }
    }
}
