//! What all requests share: the rule set in use, the settings, the places at work and in the queue.

use super::metrics::Metrics;
use super::problem::Problem;
use crate::cli::rule_loader;
use crate::config::RunSettings;
use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use axum::http::StatusCode;
use naqi::rules::{Mistake, RuleSet, Severity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The service.
#[derive(Debug)]
pub struct Service {
    /// Requests take it once, so that each sees one set.
    pub rules: ArcSwap<RuleSet>,
    /// As the service was started.
    pub settings: RunSettings,
    /// Bytes of a body, packed and unpacked.
    pub body_bytes: usize,
    /// For a body to arrive, and for the work on it.
    pub timeout: Duration,
    /// What is counted.
    pub metrics: Metrics,
    /// False from the first SIGTERM on.
    pub ready: AtomicBool,
    /// Numbers the requests.
    pub requests: AtomicU64,
    /// Digests of the tokens that are let in; empty for everybody.
    pub tokens: Vec<[u8; 32]>,
    queue: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    reloading: Mutex<()>,
}

/// A request's place in the queue.
#[derive(Debug)]
pub struct Admission {
    _place: OwnedSemaphorePermit,
    gauge: prometheus::IntGauge,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

impl Service {
    /// `queue` requests may wait besides those at work.
    pub fn new(
        settings: RunSettings,
        rules: Arc<RuleSet>,
        queue: usize,
        body_bytes: usize,
        timeout: Duration,
        tokens: Vec<[u8; 32]>,
    ) -> Result<Self> {
        let workers = match settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        Ok(Service {
            rules: ArcSwap::new(rules),
            settings,
            body_bytes,
            timeout,
            metrics: Metrics::new().context("cannot register the metrics")?,
            ready: AtomicBool::new(true),
            requests: AtomicU64::new(0),
            tokens,
            queue: Arc::new(Semaphore::new(workers.saturating_add(queue).min(Semaphore::MAX_PERMITS))),
            workers: Arc::new(Semaphore::new(workers)),
            reloading: Mutex::new(()),
        })
    }

    /// A place before the body is read, so that waiting bodies are bounded too.
    pub fn admit(&self) -> Result<Admission, Problem> {
        let Ok(place) = Arc::clone(&self.queue).try_acquire_owned() else {
            self.metrics.refused.inc();
            return Err(Problem::busy("the queue is full"));
        };
        self.metrics.admitted.inc();
        Ok(Admission { _place: place, gauge: self.metrics.admitted.clone() })
    }

    /// Runs work away from the connections. The place is held until the work ends, even when nobody waits for it any more.
    pub async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        admission: Admission,
        work: impl FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let worker = tokio::time::timeout(self.timeout, Arc::clone(&self.workers).acquire_owned()).await;
        let Ok(Ok(worker)) = worker else { return Err(Problem::busy("no worker came free in time")) };
        let service = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let (_admission, _worker) = (admission, worker);
            work(&service)
        });
        done.await.unwrap_or_else(|_| Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the work stopped on an internal error")))
    }

    /// Reads the rules again and swaps them whole. A bad set is refused, and the one in use stays.
    pub fn reload(&self) -> Result<Arc<RuleSet>, Vec<Value>> {
        // One after the other: a slow old read must not overtake a new one.
        let _alone = self.reloading.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match build(&self.settings.rules) {
            Ok(rules) => {
                self.rules.store(Arc::clone(&rules));
                self.metrics.reloads.with_label_values(&["success"]).inc();
                tracing::info!(digest = rules.digest(), "rules reloaded");
                Ok(rules)
            }
            Err(mistakes) => {
                self.metrics.reloads.with_label_values(&["refused"]).inc();
                mistakes.iter().for_each(|mistake| tracing::error!(%mistake, "the new rules are refused, the old ones serve on"));
                Err(mistakes)
            }
        }
    }
}

fn build(settings: &crate::config::Rules) -> Result<Arc<RuleSet>, Vec<Value>> {
    let whole = |error: anyhow::Error| vec![json!({ "message": format!("{error:#}") })];
    let read = rule_loader::read(settings).map_err(whole)?;
    let compiled = read.sources.compile().map_err(|mistakes| {
        let severe = mistakes.iter().filter(|mistake| mistake.severity == Severity::Error);
        severe.map(mistake_json).collect::<Vec<_>>()
    })?;
    let rules = Arc::new(compiled.0);
    let (_, failures) = rule_loader::test(&read, &rules).map_err(whole)?;
    if failures.is_empty() {
        return Ok(rules);
    }
    Err(failures.iter().map(|failure| json!({ "file": failure.file, "line": failure.line, "rule": failure.rule, "message": failure.what })).collect())
}

/// A mistake with its place.
pub fn mistake_json(mistake: &Mistake) -> Value {
    let (line, column) = mistake.line_column();
    let severity = if mistake.severity == Severity::Error { "error" } else { "warning" };
    json!({ "severity": severity, "file": mistake.file, "line": line, "column": column, "message": mistake.message, "hint": mistake.hint })
}

/// Reads bearer tokens, one a line. Only their digests stay in memory.
pub fn read_tokens(path: &Path) -> Result<Vec<[u8; 32]>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the tokens in {}", path.display()))?;
    let tokens: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(digest).collect();
    // An empty list would let everybody in.
    anyhow::ensure!(!tokens.is_empty(), "{} holds no token", path.display());
    Ok(tokens)
}

/// Digests are compared, so that the time it takes says nothing about a token.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
