//! What the machinery around a service asks: is it alive, is it ready, what has it counted, read your files again.

use super::problem::Problem;
use super::rules::Misplaced;
use super::service::Service;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;

/// A reload that worked.
#[derive(Serialize, ToSchema)]
pub struct Reloaded {
    /// SHA-256 of the rule set in use.
    digest: String,
    /// Rules in it.
    rules: usize,
}

/// Whether the process lives
#[utoipa::path(get, path = "/livez", tag = "operations", responses((status = 200, description = "It does", body = String, content_type = "text/plain")))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// Whether it wants requests
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"),
        (status = 503, description = "It drains", body = super::openapi::ProblemSchema, content_type = "application/problem+json"))
)]
pub async fn ready(State(service): State<Arc<Service>>) -> Result<&'static str, Problem> {
    if service.is_draining.load(Ordering::Relaxed) { Err(Problem::busy("draining", "the service drains")) } else { Ok("ok\n") }
}

/// What it has counted, for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, description = "Counters", body = String, content_type = "text/plain")))]
pub async fn metrics(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    service.metrics.memory.set(service.reserved_bytes(&service.generation().settings) as i64);
    let text = service.metrics.text().map_err(|_| Problem::internal("the metrics cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Read settings, rules and tokens again
///
/// What cannot be used is refused with its mistakes, and what was in use serves on.
#[utoipa::path(post, path = "/-/reload", tag = "operations", responses((status = 200, description = "They are in use", body = Reloaded), super::openapi::Problems))]
pub async fn reload(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let reloaded = service.reload("request").await;
    match reloaded.map_err(|_| Problem::internal("the reload stopped on an internal error"))? {
        Ok(generation) => super::clean::json(&Reloaded { digest: generation.rules.digest().to_owned(), rules: generation.rules.rules().len() }),
        Err(refusal) => {
            let mistakes: Vec<Misplaced> = refusal.mistakes.iter().map(Misplaced::from).collect();
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rules", format!("refused, what was in use serves on: {}", refusal.message));
            let problem = problem.with("mistakes", serde_json::to_value(mistakes).unwrap_or_default());
            Err(problem.with("failures", serde_json::to_value(refusal.failures).unwrap_or_default()))
        }
    }
}
