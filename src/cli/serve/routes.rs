//! The routes, and what every request passes on its way to one: it is named and timed, let in, unpacked.

use super::problem::{Problem, every_error};
use super::service::Service;
use super::{batch, clean, explain, openapi, operations, playground, rules, trace};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tracing::Instrument;

/// Pages come back as they are asked for, but a browser that opens an answer of the service runs nothing of it.
const NOTHING_RUNS: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// All of them.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/v1/clean", post(clean::clean))
        .route("/v1/batch", post(batch::batch))
        .route("/v1/explain", post(explain::explain))
        .route("/v1/rules", get(rules::list))
        .route("/v1/rules/check", post(rules::check_pack))
        .route("/v1/rules/{*id}", get(rules::show))
        .route("/-/reload", post(operations::reload))
        .route("/livez", get(operations::live))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .route("/openapi.json", get(openapi::document))
        .route("/docs", get(openapi::viewer))
        .merge(playground::routes())
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "no-route", "there is nothing here; /openapi.json says what there is"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this method is not for this address; see Allow")
        })
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
        .layer(from_fn_with_state(Arc::clone(&service), let_in))
        .layer(from_fn(every_error))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(Arc::clone(&service), watch))
        .with_state(service)
}

/// Names and times a request.
async fn watch(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers()).unwrap_or_else(|| service.request_id());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", id, route);
    trace::join(&span, request.headers());
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_RUNS));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    if service.is_draining.load(Ordering::Relaxed) {
        // Whoever keeps connections goes elsewhere before they are closed.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let time = begun.elapsed();
    service.metrics.answered(route, status, time);
    let seconds = time.as_secs_f64();
    // Probes come every few seconds, for ever.
    span.in_scope(|| match route {
        "/livez" | "/readyz" | "/metrics" => tracing::debug!(status, seconds, "answered"),
        _ => tracing::info!(status, seconds, "answered"),
    });
    response
}

/// The id that a request brings, if it can stand in a log.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let is_fine = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    is_fine.then(|| id.to_owned())
}

/// Asks for a token where one is needed.
async fn let_in(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_guarded = path.starts_with("/v1/") || path.starts_with("/-/");
    if is_guarded && !service.generation().lets_in(bearer(request.headers())) {
        return Problem::new(StatusCode::UNAUTHORIZED, "token", "a bearer token is asked for").into_response();
    }
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
