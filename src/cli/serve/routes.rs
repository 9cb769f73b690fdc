//! The routes.

use super::body;
use super::problem::Problem;
use super::state::{Service, digest, mistake_json};
use super::work::{self, Asked, Page};
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{MatchedPath, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use naqi::check::{check, check_moderation};
use naqi::rules::{PackSource, Severity};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tower_http::compression::CompressionLayer;
use tracing::Instrument;

type Shared = State<Arc<Service>>;
type Answer = Result<Response, Problem>;

/// Pages come back as they are asked for, but a browser that opens an answer of the service runs nothing of it.
const NOTHING_RUNS: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// The playground is one document; its preview is a sandboxed frame that inherits this policy.
const PLAYGROUND_POLICY: &str = "default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PLAYGROUND: &str = include_str!("playground.html");

/// All of them.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/", get(playground))
        .route("/v1/clean", post(clean))
        .route("/v1/batch", post(batch))
        .route("/v1/explain", post(explain))
        .route("/v1/rules", get(rules))
        .route("/v1/rules/check", post(check_rules))
        .route("/v1/rules/{*id}", get(rule))
        .route("/-/reload", post(reload))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing here"))
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this method is not for this address; see Allow"))
        .layer(from_fn_with_state(Arc::clone(&service), watch))
        .layer(CompressionLayer::new())
        .with_state(service)
}

/// Lets in, names and times a request.
async fn watch(State(service): Shared, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = service.requests.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, route);
    let is_guarded = request.uri().path().starts_with("/v1/") || request.uri().path().starts_with("/-/");
    let mut response = if is_guarded && !is_let_in(&service, request.headers()) {
        Problem::new(StatusCode::UNAUTHORIZED, "a bearer token is asked for").into_response()
    } else {
        next.run(request).instrument(span.clone()).await
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_RUNS));
    headers.insert("x-request-id", HeaderValue::from(id));
    let (seconds, status) = (begun.elapsed().as_secs_f64(), response.status().as_u16());
    service.metrics.seconds.with_label_values(&[route.as_str(), &status.to_string()]).observe(seconds);
    span.in_scope(|| tracing::info!(status, seconds, "answered"));
    response
}

fn is_let_in(service: &Service, headers: &HeaderMap) -> bool {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| digest(token.trim()));
    service.tokens.is_empty() || token.is_some_and(|token| service.tokens.contains(&token))
}

fn asked(query: Result<Query<Asked>, QueryRejection>) -> Result<Asked, Problem> {
    query.map(|Query(asked)| asked).map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))
}

async fn clean(State(service): Shared, query: Result<Query<Asked>, QueryRejection>, headers: HeaderMap, body: Body) -> Answer {
    let page = Page::of_request(&service, asked(query)?, &headers)?;
    let rules = service.rules.load_full();
    let digest = rules.digest().to_owned();
    let (media, bytes) = on_body(&service, headers, body, move |service, bytes| page.clean(service, &rules, &bytes)).await?;
    Ok(([(header::CONTENT_TYPE, media), (header::ETAG, format!("W/\"{digest}\""))], bytes).into_response())
}

async fn explain(State(service): Shared, query: Result<Query<Asked>, QueryRejection>, headers: HeaderMap, body: Body) -> Answer {
    let page = Page::of_request(&service, asked(query)?, &headers)?;
    let rules = service.rules.load_full();
    let report = on_body(&service, headers, body, move |service, bytes| page.explain(service, &rules, &bytes)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], report).into_response())
}

async fn batch(State(service): Shared, headers: HeaderMap, body: Body) -> Answer {
    let rules = service.rules.load_full();
    let records = on_body(&service, headers, body, move |service, bytes| work::batch(service, &rules, &bytes)).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], records).into_response())
}

/// Admits a request, reads its body and works on it.
async fn on_body<T: Send + 'static>(
    service: &Arc<Service>,
    headers: HeaderMap,
    body: Body,
    work: impl FnOnce(&Service, Bytes) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let admission = service.admit()?;
    let packed = body::read(service, &headers, body).await?;
    service.work(admission, move |service| work(service, body::unpack(service, &headers, packed)?)).await
}

async fn rules(State(service): Shared) -> Response {
    let rules = service.rules.load_full();
    let strip = rules.rules().iter().map(|rule| json!({ "id": rule.id, "kind": "strip", "why": rule.why }));
    let moderation = rules.moderation().rules().iter();
    let moderation = moderation.map(|rule| json!({ "id": rule.id, "kind": "moderate", "why": rule.why, "severity": rule.severity }));
    Json(json!({ "digest": rules.digest(), "rules": strip.chain(moderation).collect::<Vec<_>>() })).into_response()
}

async fn rule(State(service): Shared, Path(id): Path<String>) -> Answer {
    let rules = service.rules.load_full();
    if let Some(rule) = rules.rules().iter().find(|rule| rule.id == id) {
        return Ok(Json(rule).into_response());
    }
    let rule = rules.moderation().rules().iter().find(|rule| rule.id == id);
    let rule = rule.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such rule in use; /v1/rules lists all"))?;
    Ok(Json(json!({
        "id": rule.id, "why": rule.why, "file": rule.file, "line": rule.line, "severity": rule.severity,
        "category": rule.category, "when": rule.when, "action": rule.action.name(), "dry_run": rule.dry_run,
    }))
    .into_response())
}

/// Checks one pack against the built-in ones, and its own examples.
async fn check_rules(State(service): Shared, headers: HeaderMap, body: Body) -> Answer {
    const FILE: &str = "request.toml";
    let answer = on_body(&service, headers, body, |_, bytes| {
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "a pack is UTF-8"))?;
        let mut sources = naqi::rules::builtin_sources();
        sources.packs.push(PackSource { name: "request".into(), file: FILE.into(), text: text.into() });
        Ok(match sources.compile() {
            Err(mistakes) => {
                let own: Vec<_> =
                    mistakes.iter().filter(|mistake| mistake.file == FILE || mistake.severity == Severity::Error).map(mistake_json).collect();
                json!({ "ok": false, "mistakes": own, "failures": [] })
            }
            Ok((rules, warnings)) => {
                let rules = Arc::new(rules);
                let mut failures = check(&rules, |rule| rule.file == FILE).1;
                failures.extend(check_moderation(&rules, |rule| rule.file == FILE).1);
                let own: Vec<_> = warnings.iter().filter(|warning| warning.file == FILE).map(mistake_json).collect();
                let failed = failures
                    .iter()
                    .map(|failure| json!({ "line": failure.line, "rule": failure.rule, "message": failure.what, "example": failure.example }));
                json!({ "ok": failures.is_empty(), "mistakes": own, "failures": failed.collect::<Vec<_>>() })
            }
        })
    });
    Ok(Json(answer.await?).into_response())
}

async fn reload(State(service): Shared) -> Answer {
    let shared = Arc::clone(&service);
    let reloaded = tokio::task::spawn_blocking(move || shared.reload()).await;
    match reloaded {
        Ok(Ok(rules)) => Ok(Json(json!({ "digest": rules.digest() })).into_response()),
        Ok(Err(mistakes)) => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the new rules are refused, the old ones serve on").with("mistakes", mistakes))
        }
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the reload stopped on an internal error")),
    }
}

async fn ready(State(service): Shared) -> Answer {
    if service.ready.load(Ordering::Relaxed) { Ok("ok\n".into_response()) } else { Err(Problem::busy("draining")) }
}

async fn metrics(State(service): Shared) -> Answer {
    let text = service.metrics.text().map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

async fn playground() -> Response {
    use base64::Engine;
    let script = PLAYGROUND.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).map_or("", |(script, _)| script);
    let hash = base64::engine::general_purpose::STANDARD.encode(super::state::digest(script));
    let policy = PLAYGROUND_POLICY.replace("{script}", &hash);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], PLAYGROUND).into_response()
}
