//! Bodies: read within a size and a time, then unpacked within the same size.

use super::problem::Problem;
use super::state::Service;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use std::io::Read;

/// Reads the body as it came.
pub async fn read(service: &Service, headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > service.body_bytes as u64) {
        return Err(too_large(service));
    }
    match tokio::time::timeout(service.timeout, to_bytes(body, service.body_bytes)).await {
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length(&error) => Err(too_large(service)),
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "the body broke off")),
    }
}

/// Unpacks it as `Content-Encoding` says (RFC 9110 section 8.4). The limit holds whatever the ratio.
pub fn unpack(service: &Service, headers: &HeaderMap, body: Bytes) -> Result<Bytes, Problem> {
    let coding = headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    let packed = &body[..];
    let unpacking: Box<dyn Read + '_> = match coding.as_deref() {
        None | Some("" | "identity") => return Ok(body),
        Some("gzip" | "x-gzip") => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Some("br") => Box::new(brotli::Decompressor::new(packed, crate::cli::compression::CHUNK_BYTES)),
        Some("zstd") => Box::new(zstd::Decoder::with_buffer(packed).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not zstd"))?),
        Some(_) => return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the Content-Encoding is not gzip, br, zstd or identity")),
    };
    let mut bytes = Vec::new();
    let limit = service.body_bytes as u64;
    unpacking
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not what its Content-Encoding says"))?;
    if bytes.len() as u64 > limit { Err(too_large(service)) } else { Ok(bytes.into()) }
}

fn is_length(error: &axum::Error) -> bool {
    // axum wraps http-body-util's error, which only its text tells from a broken connection.
    std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source()).any(|error| error.to_string().contains("length limit"))
}

fn too_large(service: &Service) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is more than {} bytes", service.body_bytes)).with("limit", service.body_bytes)
}
