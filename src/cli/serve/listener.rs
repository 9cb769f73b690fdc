//! Connections: accepted up to a count, given up when they are too slow, and drained at the end.

use super::metrics::Lasting;
use super::routes;
use super::service::Service;
use anyhow::{Context, Result};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::unconstrained;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

/// While the service closes, connections that the system has already taken are looked for this long after the last one,
const LAST_CALL: Duration = Duration::from_millis(50);
/// and no longer than this: who goes on connecting does not keep it open.
const CLOSING_TIME: Duration = Duration::from_millis(500);

/// What accepts.
pub struct Listener {
    listener: TcpListener,
    service: Arc<Service>,
    app: Router,
    places: Arc<Semaphore>,
    drain: GracefulShutdown,
    http: http1::Builder,
}

impl Listener {
    /// Binds the address of the settings.
    pub async fn bind(service: Arc<Service>) -> Result<Self> {
        let generation = service.generation();
        let serve = &generation.settings.serve;
        let listener = TcpListener::bind(serve.listen).await.with_context(|| format!("cannot listen on {}", serve.listen))?;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(serve.head_time());
        Ok(Listener {
            listener,
            app: routes::router(Arc::clone(&service)),
            places: Arc::new(Semaphore::new(serve.connections.clamp(1, Semaphore::MAX_PERMITS))),
            drain: GracefulShutdown::new(),
            http,
            service,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr> {
        self.listener.local_addr().context("the listener has no address")
    }

    /// Accepts until it is dropped.
    pub async fn accept(&self) {
        loop {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => self.serve(stream, place),
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would only spin.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        let _ = stream.set_nodelay(true);
        let (http, app, watcher) = (self.http.clone(), self.app.clone(), self.drain.watcher());
        let generation = self.service.generation();
        let open = Lasting::new(&self.service.metrics.connections);
        tokio::spawn(async move {
            let _held = (place, open);
            let (head_time, send_time) = (generation.settings.serve.head_time(), generation.settings.serve.send_time());
            let tls = generation.tls.clone();
            // A generation may be long out of use when its connection ends.
            drop(generation);
            match tls {
                None => connection(http, app, watcher, stream, send_time).await,
                Some(tls) => match timeout(head_time, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(http, app, watcher, stream, send_time).await,
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
                    Err(_) => tracing::debug!("TLS took too long"),
                },
            }
        });
    }

    /// Takes what the system has accepted on our behalf, closes the door, and waits until all requests are answered. False when the
    /// limit came first.
    pub async fn close(self, limit: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let patience = if begun.elapsed() < CLOSING_TIME { LAST_CALL } else { Duration::ZERO };
            // Of what the system holds when the door closes nothing is answered, so it is emptied without a pause.
            let accepted = unconstrained(timeout(patience, self.listener.accept())).await;
            // A connection that went away while it waited is an error of its own.
            let Ok(accepted) = accepted else { break };
            let Ok((stream, _)) = accepted else { continue };
            // Past the limit of connections there is no use in counting any more.
            let Ok(place) = Arc::new(Semaphore::new(1)).acquire_owned().await else { break };
            self.serve(stream, place);
            if begun.elapsed() > CLOSING_TIME * 2 {
                break;
            }
        }
        drop(self.listener);
        timeout(limit, self.drain.shutdown()).await.is_ok()
    }
}

async fn connection(http: http1::Builder, app: Router, watcher: Watcher, stream: impl AsyncRead + AsyncWrite + Send + 'static, send_time: Duration) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(send_time));
    let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
