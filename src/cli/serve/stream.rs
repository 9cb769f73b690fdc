//! Pages whose answer begins while they still arrive: the same road, fed as bytes come.

use super::asked::Asked;
use super::body::Arriving;
use super::generation::Generation;
use super::metrics::{Lasting, Stage};
use super::page::{Page, failed, rules_of};
use super::problem::Problem;
use super::service::Service;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use naqi::{Origin, Pipeline, Settings};
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// Pieces that wait on either side; each is what the connection gave, or some tens of kilobytes of output.
const WAITING: usize = 2;

type Piece = Result<Bytes, Problem>;

/// Where output waits until the worker is free again: a client that reads slowly holds none.
#[derive(Clone, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    /// Hands on what waits; nobody may be there to take it.
    fn send(&self, to: &mpsc::Sender<Piece>) -> Result<(), Problem> {
        let bytes = self.0.take();
        if bytes.is_empty() {
            return Ok(());
        }
        to.blocking_send(Ok(bytes.into())).map_err(|_| Problem::bad_request("the client went away"))
    }
}

/// Answers while the body arrives. What goes wrong before the first byte of output is a problem; after that the answer breaks off.
pub async fn clean(
    service: Arc<Service>,
    generation: Arc<Generation>,
    page: Page,
    asked: Asked,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if page.settings.strip == StripMode::Article || page.settings.emit == EmitFormat::Jsonl {
        return Err(Problem::bad_request("stream needs strip=rules or strip=off, and no record"));
    }
    let place = Arc::clone(&service.streams).try_acquire_owned().map_err(|_| service.refused("streams", "serve.streams are open"))?;
    let settings = &generation.settings;
    let mut arriving = Arriving::new(settings, headers, body, usize::MAX)?;
    let rules = {
        let generation = Arc::clone(&generation);
        service.work(settings, move || rules_of(&generation, &asked)).await??
    };
    if rules.moderation().holds_back() {
        let by = rules.moderation().holding_rule().map_or("thresholds.quarantine", |rule| rule.id.as_str());
        let detail = "a rule can hold the page back, but with stream it goes out before that is known";
        return Err(Problem::new(StatusCode::CONFLICT, "late-verdict", detail).with("rule", by));
    }
    let (media, digest) = (page.media(None), rules.digest().to_owned());
    let (fed, mut feed) = mpsc::channel::<Piece>(WAITING);
    let (out, answer) = mpsc::channel::<Piece>(WAITING);
    tokio::spawn(async move {
        while let Some(piece) = arriving.next().await {
            if fed.send(piece).await.is_err() {
                return;
            }
        }
    });
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let Page { origin, settings } = page;
        if let Err(problem) = walk(&service, &runtime, &mut feed, &out, &settings, &origin, rules) {
            let _ = out.blocking_send(Err(problem));
        }
    });
    let mut answer = ReceiverStream::new(answer);
    let first = match answer.next().await {
        Some(Err(problem)) => return Err(problem),
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let rest = tokio_stream::iter(first.map(Ok::<_, Problem>)).chain(answer);
    let body = Body::from_stream(rest.map(|piece| piece.map_err(|problem| io::Error::other(problem.kind()))));
    Ok(([(header::CONTENT_TYPE, media), (header::HeaderName::from_static("x-naqi-rules-digest"), digest)], body).into_response())
}

/// Feeds what comes. A worker is held only while there is something to do.
fn walk(
    service: &Service,
    runtime: &Handle,
    feed: &mut mpsc::Receiver<Piece>,
    out: &mpsc::Sender<Piece>,
    settings: &Settings,
    origin: &Origin,
    rules: Arc<naqi::rules::RuleSet>,
) -> Result<(), Problem> {
    let worker = || {
        let worker = runtime.block_on(Arc::clone(&service.workers).acquire_owned());
        worker.map_err(|_| Problem::internal("the service ends")).map(|worker| (worker, Lasting::new(&service.metrics.busy)))
    };
    let output = Output::default();
    let mut pipeline = Pipeline::new(rules, settings, origin, output.clone());
    let mut time = Duration::ZERO;
    while let Some(piece) = feed.blocking_recv() {
        let piece = piece?;
        let (working, begun) = (worker()?, Instant::now());
        pipeline.feed(&piece).map_err(|error| failed(&service.metrics, &error))?;
        time += begun.elapsed();
        drop(working);
        output.send(out)?;
    }
    let (working, begun) = (worker()?, Instant::now());
    let report = pipeline.finish().map_err(|error| failed(&service.metrics, &error))?;
    time += begun.elapsed();
    drop(working);
    service.metrics.stage(Stage::Clean, time);
    service.metrics.page(&report);
    output.send(out)
}
