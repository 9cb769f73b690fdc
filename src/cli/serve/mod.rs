//! `naqi serve`: the pipeline behind HTTP.
//!
//! A request takes one [`generation`](generation::Generation), reads its body within its limits, waits for a worker, and walks the road of
//! [`naqi::Pipeline`] there. Connections are async, pages are not.

mod asked;
mod batch;
mod body;
mod clean;
mod explain;
mod generation;
mod health;
mod listener;
mod metrics;
mod openapi;
mod operations;
mod options;
mod page;
mod playground;
mod pool;
mod problem;
mod routes;
mod rules;
mod service;
mod stream;
mod tls;
mod trace;
mod watch;

pub use health::HealthCommand;
pub use options::ServeCommand;

use super::console::{Console, takes_color};
use super::exit::Exit;
use anyhow::{Context, Result, bail};
use generation::{Generation, Refusal};
use listener::Listener;
use service::Service;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use watch::Watching;

/// How long work that nobody waits for any more may go on at the end.
const LAST_WORK: Duration = Duration::from_secs(1);

impl ServeCommand {
    /// Serves until it is told to stop.
    pub fn run(&self, console: &Console, verbose: u8) -> Result<Exit> {
        let settings = self.settings()?;
        let _traces = trace::start(verbose, &settings.serve)?;
        // As many connections as the system lets it have; what it refuses shows when they come.
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        let streams = settings.serve.streams;
        let watching = Watching::begin(&settings, self.settings_file());
        let generation = Generation::read(settings).map_err(|refusal| refused(console, refusal)).or_else(|message| bail!(message))?;
        let again = self.clone();
        let service = Arc::new(Service::new(generation, Box::new(move || again.settings()))?);
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.enable_all().max_blocking_threads(streams.saturating_add(8));
        let runtime = runtime.build().context("cannot start the runtime")?;
        let exit = runtime.block_on(serve(service, watching, console));
        runtime.shutdown_timeout(LAST_WORK);
        exit
    }
}

/// Shows why the service cannot start.
fn refused(console: &Console, refusal: Refusal) -> String {
    let color = takes_color(&std::io::stderr());
    refusal.mistakes.iter().for_each(|mistake| console.block(&mistake.render(color)));
    for failed in &refusal.failures {
        console.error(&format!("{}:{}: rule `{}`: {}", failed.file, failed.line, failed.rule, failed.message));
    }
    refusal.message
}

async fn serve(service: Arc<Service>, watching: Option<Watching>, console: &Console) -> Result<Exit> {
    // Before anybody can know the address, so that no signal is missed.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let listener = Listener::bind(Arc::clone(&service)).await?;
    let scheme = if service.generation().tls.is_some() { "https" } else { "http" };
    console.note(&format!("listening on {scheme}://{}", listener.address()?));
    if let Some(watching) = watching {
        let service = Arc::clone(&service);
        std::thread::Builder::new().name("watch".to_owned()).spawn(move || watching.reload(&service)).context("cannot start the watch")?;
    }
    let mut accepting = Box::pin(listener.accept());
    loop {
        tokio::select! {
            () = &mut accepting => {}
            _ = hangup.recv() => {
                // How it went is in the log.
                drop(service.reload("SIGHUP"));
            }
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    service.is_draining.store(true, Ordering::Relaxed);
    service.metrics.ready.set(0);
    console.note("draining");
    let generation = service.generation();
    let serve = &generation.settings.serve;
    let stop = async {
        // Who asks twice means now.
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    tokio::pin!(stop);
    // Balancers need a moment to see it; who comes until then is served.
    let delay = tokio::time::timeout(Duration::from_secs(serve.drain_delay_seconds), &mut accepting);
    tokio::select! {
        _ = delay => {}
        () = &mut stop => return Ok(Exit::Interrupted),
    }
    drop(accepting);
    let is_drained = tokio::select! {
        is_drained = listener.close(Duration::from_secs(serve.drain_seconds)) => is_drained,
        () = &mut stop => return Ok(Exit::Interrupted),
    };
    if !is_drained {
        console.error("serve.drain_seconds are over; requests were cut off");
        return Ok(Exit::PagesFailed);
    }
    Ok(Exit::Ok)
}
