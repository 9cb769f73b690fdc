//! Bodies: read within a time, a size and the memory of all of them. They are unpacked on the way, so a limit is one of unpacked bytes.

use super::metrics::Stage;
use super::problem::Problem;
use super::service::{Reserved, Service};
use crate::config::RunSettings;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long the rest of a body that is too large is read, so that its sender can read the answer.
const LINGER: Duration = Duration::from_secs(2);

/// A body that says how long it is gets room for this much of it before it comes, so that it is not copied as it grows.
const EARLY_ROOM: usize = 1 << 20;

/// A body that is whole.
#[derive(Debug)]
pub struct Whole {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they take.
    pub reserved: Reserved,
}

/// A body that arrives.
#[derive(Debug)]
pub struct Arriving {
    body: Body,
    patience: Duration,
    limit: usize,
    announced: usize,
    read: usize,
}

impl Arriving {
    /// Refuses what can be refused by its head.
    pub fn new(settings: &RunSettings, headers: &HeaderMap, body: Body, limit: usize) -> Result<Self, Problem> {
        // What could be unpacked has been, and says so no more.
        let coding = headers.get(header::CONTENT_ENCODING).map(|coding| coding.as_bytes().trim_ascii().to_ascii_lowercase());
        if coding.is_some_and(|coding| coding != b"identity") {
            let detail = "the Content-Encoding is not gzip, br, zstd or identity";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding", detail));
        }
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok()).unwrap_or_default();
        let arriving = Arriving { body, patience: settings.serve.body_time(), limit, announced: announced.min(limit as u64) as usize, read: 0 };
        if announced > limit as u64 {
            return Err(arriving.too_large());
        }
        Ok(arriving)
    }

    /// The next bytes. How long they may take is up to the caller.
    async fn frame(&mut self) -> Option<Result<Bytes, Problem>> {
        loop {
            return match self.body.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(bytes) => Some(Ok(bytes)),
                    // Trailers.
                    Err(_) => continue,
                },
                Err(_) => Some(Err(Problem::bad_request("the body broke off, or is not what its Content-Encoding says"))),
            };
        }
    }

    /// The next bytes, in time.
    pub async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        let next = timeout(self.patience, self.frame()).await;
        next.unwrap_or_else(|_| Some(Err(too_slow())))
    }

    /// All of it, in time.
    pub async fn whole(mut self, service: &Service) -> Result<Whole, Problem> {
        let begun = Instant::now();
        let deadline = sleep(self.patience);
        tokio::pin!(deadline);
        let mut whole = Whole { bytes: Vec::with_capacity(self.announced.min(EARLY_ROOM)), reserved: Reserved::default() };
        loop {
            let frame = tokio::select! {
                frame = self.frame() => frame,
                () = &mut deadline => Some(Err(too_slow())),
            };
            match frame {
                None => {
                    service.metrics.stage(Stage::Body, begun.elapsed());
                    return Ok(whole);
                }
                Some(bytes) => {
                    let bytes = bytes?;
                    self.read += bytes.len();
                    if self.read > self.limit {
                        return Err(self.too_large());
                    }
                    service.reserve(&mut whole.reserved, self.read)?;
                    whole.bytes.extend_from_slice(&bytes);
                }
            }
        }
    }

    fn too_large(mut self) -> Problem {
        let problem = too_large(self.limit);
        tokio::spawn(async move {
            let rest = async { while let Some(Ok(_)) = self.body.frame().await {} };
            let _ = timeout(LINGER, rest).await;
        });
        problem
    }
}

/// More than a body may have.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("there are more than {limit} bytes")).with("limit", limit)
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "the body did not arrive in serve.body_seconds")
}
