//! What all requests share: the generation in use, places to wait and to work, memory, and what is counted.

use super::generation::{Generation, Refusal};
use super::metrics::{Metrics, Stage};
use super::pool::Pool;
use super::problem::Problem;
use super::rules::Misplaced;
use crate::config::RunSettings;
use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Instant, SystemTime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Memory is counted in pieces of this many bytes.
const MEMORY_UNIT: usize = 1024;

/// Reads the settings again, with the flags that the service was started with.
pub type ReadSettings = Box<dyn Fn() -> Result<RunSettings> + Send + Sync>;

/// The service.
pub struct Service {
    generation: ArcSwap<Generation>,
    read_settings: ReadSettings,
    /// What is counted.
    pub metrics: Metrics,
    /// True from the first SIGTERM on.
    pub is_draining: AtomicBool,
    /// Places of requests whose answer begins before their body is whole.
    pub streams: Arc<Semaphore>,
    /// Workers: who holds one may use a thread.
    pub workers: Arc<Semaphore>,
    /// Their threads.
    pub threads: Pool,
    /// How many there are.
    pub worker_count: usize,
    queue: Semaphore,
    memory: Arc<Semaphore>,
    /// One, so that reloads come one after the other: a slow old read must not overtake a new one.
    reloading: Pool,
    requests: AtomicU64,
    /// Tells the requests of this process from those of its siblings.
    name: u32,
}

/// Memory that a body takes; given back when it is dropped.
#[derive(Debug, Default)]
pub struct Reserved {
    permit: Option<OwnedSemaphorePermit>,
}

impl Service {
    /// A service of this generation.
    pub fn new(generation: Generation, read_settings: ReadSettings) -> Result<Self> {
        let settings = &generation.settings;
        let worker_count = match settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let places = |count: usize| count.clamp(1, u32::MAX as usize >> 1);
        let metrics = Metrics::new().context("cannot register the metrics")?;
        metrics.in_use(generation.rules.digest());
        let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Service {
            queue: Semaphore::new(places(settings.serve.queue)),
            workers: Arc::new(Semaphore::new(places(worker_count))),
            worker_count: places(worker_count),
            streams: Arc::new(Semaphore::new(places(settings.serve.streams))),
            memory: Arc::new(Semaphore::new(places(settings.serve.memory_bytes / MEMORY_UNIT))),
            generation: ArcSwap::from_pointee(generation),
            read_settings,
            metrics,
            is_draining: AtomicBool::new(false),
            threads: Pool::new("worker", places(worker_count))?,
            reloading: Pool::new("reload", 1)?,
            requests: AtomicU64::new(0),
            name: (nanos ^ u128::from(std::process::id())) as u32,
        })
    }

    /// What a request is served by, from its first to its last byte.
    pub fn generation(&self) -> Arc<Generation> {
        self.generation.load_full()
    }

    /// An id for a request that brings none.
    pub fn request_id(&self) -> String {
        format!("{:08x}-{:x}", self.name, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes memory for `bytes` in all, or refuses.
    pub fn reserve(&self, reserved: &mut Reserved, bytes: usize) -> Result<(), Problem> {
        let held = reserved.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(MEMORY_UNIT).saturating_sub(held);
        if more == 0 {
            return Ok(());
        }
        match Arc::clone(&self.memory).try_acquire_many_owned(more as u32) {
            Ok(permit) => reserved.add(permit),
            Err(_) => return Err(self.refused("memory", "bodies take all of serve.memory_bytes")),
        }
        Ok(())
    }

    /// The same, but waits until others have given memory back.
    pub async fn reserve_in_time(&self, bytes: usize, settings: &RunSettings) -> Result<Reserved, Problem> {
        let permits = Arc::clone(&self.memory).acquire_many_owned(bytes.div_ceil(MEMORY_UNIT).max(1) as u32);
        match tokio::time::timeout(settings.serve.work_time(), permits).await {
            Ok(Ok(permit)) => Ok(Reserved { permit: Some(permit) }),
            _ => Err(self.refused("memory", "bodies take all of serve.memory_bytes")),
        }
    }

    /// Bytes that bodies take.
    pub fn reserved_bytes(&self, settings: &RunSettings) -> usize {
        (settings.serve.memory_bytes / MEMORY_UNIT).saturating_sub(self.memory.available_permits()) * MEMORY_UNIT
    }

    /// Turns away who would have to be turned away once the body is read.
    pub fn check_room(&self) -> Result<(), Problem> {
        if self.queue.available_permits() == 0 { Err(self.queue_is_full()) } else { Ok(()) }
    }

    fn queue_is_full(&self) -> Problem {
        self.refused("queue", "serve.queue is full")
    }

    /// A refusal for want of room, which is counted.
    pub fn refused(&self, what: &'static str, detail: &str) -> Problem {
        self.metrics.refused.with_label_values(&[what]).inc();
        Problem::busy(what, detail)
    }

    /// Waits for a worker, and works away from the connections. The worker is held until the work ends, even when nobody waits for it
    /// any more.
    pub async fn work<T: Send + 'static>(&self, settings: &RunSettings, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let begun = Instant::now();
        let worker = {
            let _place = self.queue.try_acquire().map_err(|_| self.queue_is_full())?;
            let _waiting = self.metrics.waiting();
            tokio::time::timeout(settings.serve.work_time(), Arc::clone(&self.workers).acquire_owned()).await
        };
        let Ok(Ok(worker)) = worker else { return Err(self.refused("worker", "no worker came free in serve.work_seconds")) };
        self.metrics.stage(Stage::Queue, begun.elapsed());
        let span = tracing::Span::current();
        let done = self.threads.run(move || {
            let _worker = worker;
            let _within = span.enter();
            work()
        });
        done.await.map_err(|_| Problem::internal("the work stopped on an internal error"))
    }

    /// Reads everything again and swaps it whole. What cannot be used is refused, and the generation in use stays.
    pub fn reload(self: &Arc<Self>, cause: &'static str) -> oneshot::Receiver<Result<Arc<Generation>, Refusal>> {
        let service = Arc::clone(self);
        self.reloading.run(move || service.reload_now(cause))
    }

    fn reload_now(&self, cause: &str) -> Result<Arc<Generation>, Refusal> {
        match (self.read_settings)().map_err(Refusal::from).and_then(Generation::read) {
            Ok(generation) => {
                let generation = Arc::new(generation);
                self.generation.store(Arc::clone(&generation));
                self.metrics.reloaded(true);
                self.metrics.in_use(generation.rules.digest());
                tracing::info!(cause, digest = generation.rules.digest(), rules = generation.rules.rules().len(), "reloaded");
                Ok(generation)
            }
            Err(refusal) => {
                self.metrics.reloaded(false);
                tracing::error!(cause, why = refusal.message, "the reload is refused, what was in use serves on");
                for mistake in refusal.mistakes.iter().map(Misplaced::from) {
                    tracing::error!(file = mistake.file, line = mistake.line, column = mistake.column, hint = mistake.hint, "{}", mistake.message);
                }
                for failed in &refusal.failures {
                    tracing::error!(file = failed.file, line = failed.line, rule = failed.rule, "{}", failed.message);
                }
                Err(refusal)
            }
        }
    }
}

impl Reserved {
    fn add(&mut self, permit: OwnedSemaphorePermit) {
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
    }
}
