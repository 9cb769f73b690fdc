//! `naqi serve`: the pipeline behind HTTP.

mod body;
mod health;
mod metrics;
mod problem;
mod routes;
mod state;
mod work;

pub use health::HealthCommand;

use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions, RunOptions};
use super::{console, rule_loader};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use state::Service;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

/// How the log is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Serve the pipeline over HTTP
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  naqi serve
  naqi serve --listen 0.0.0.0:8080 --rules packs/ --with pii --log-format json -v
  curl --data-binary @page.html -H 'Content-Type: text/html' 'http://127.0.0.1:8080/v1/clean?url=https://news.example/a'

SIGHUP and POST /-/reload read the rules again; SIGTERM and Ctrl-C drain.")]
pub struct ServeCommand {
    /// Address and port; port 0 takes a free one, which is printed
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Bytes that a body may have, packed and unpacked
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    body_bytes: usize,
    /// Requests that may wait besides those at work; past it 503 with Retry-After
    #[arg(long, value_name = "N", default_value_t = 64)]
    queue: usize,
    /// Connections open at once
    #[arg(long, value_name = "N", default_value_t = 4096)]
    connections: usize,
    /// Seconds for a body to arrive, for a worker to come free, and for the work
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// Seconds for a request's head to arrive
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    header_timeout: u64,
    /// Seconds to serve on after SIGTERM while /readyz already says no
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    drain_delay: u64,
    /// Seconds that accepted requests may take to finish after that
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain_limit: u64,
    /// File with bearer tokens, one a line, that /v1/ and /-/ ask for
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// How the log is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    #[command(flatten)]
    how: PageOptions,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ServeCommand {
    /// Starts the log in the format asked for.
    pub fn log(&self, verbose: u8) {
        match self.log_format {
            LogFormat::Text => console::log(verbose),
            LogFormat::Json => console::log_json(verbose),
        }
    }

    /// Serves until it is told to stop.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let settings = self.rules.settings(&[], Some(&self.how), Some(&self.run))?.settings;
        let rules = rule_loader::load(&settings.rules, console)?;
        let tokens = self.tokens.as_deref().map(state::read_tokens).transpose()?.unwrap_or_default();
        let timeout = Duration::from_secs(self.timeout);
        let service = Arc::new(Service::new(settings, rules, self.queue, self.body_bytes, timeout, tokens)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
        runtime.block_on(self.serve(service, console))
    }

    async fn serve(&self, service: Arc<Service>, console: &Console) -> Result<Exit> {
        // Before anybody can know the address, so that no signal is missed.
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let mut hangup = signal(SignalKind::hangup())?;
        let listener = TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
        console.note(&format!("listening on http://{}", listener.local_addr()?));
        let drain = GracefulShutdown::new();
        let mut accepting = Box::pin(self.accept(&listener, &service, &drain));
        loop {
            tokio::select! {
                () = &mut accepting => {}
                _ = hangup.recv() => {
                    let service = Arc::clone(&service);
                    tokio::task::spawn_blocking(move || service.reload().is_ok());
                }
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
            }
        }
        service.ready.store(false, Ordering::Relaxed);
        console.note("draining");
        // Balancers need a moment to see it; who comes until then is served.
        let _ = tokio::time::timeout(Duration::from_secs(self.drain_delay), &mut accepting).await;
        drop(accepting);
        drop(listener);
        let drained = tokio::time::timeout(Duration::from_secs(self.drain_limit), drain.shutdown()).await;
        if drained.is_err() {
            console.error("the drain limit is over; requests were cut off");
            return Ok(Exit::PagesFailed);
        }
        Ok(Exit::Ok)
    }

    async fn accept(&self, listener: &TcpListener, service: &Arc<Service>, drain: &GracefulShutdown) {
        let app = routes::router(Arc::clone(service));
        let places = Arc::new(Semaphore::new(self.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(self.header_timeout.max(1)));
        loop {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would only spin.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let connection = drain.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone())));
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
    }
}
