//! The playground: one document, without anything from elsewhere.

use super::service::Service;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Its preview is a sandboxed frame that inherits this policy.
const POLICY: &str = "default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DOCUMENT: &str = include_str!("playground.html");

/// Its routes.
pub fn routes() -> Router<Arc<Service>> {
    Router::new().route("/", get(document))
}

async fn document() -> Response {
    page(DOCUMENT)
}

/// A document with one script inside, which alone may run.
pub fn page(document: &'static str) -> Response {
    let script = document.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).map_or("", |(script, _)| script);
    let policy = POLICY.replace("{script}", &STANDARD.encode(Sha256::digest(script)));
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], document).into_response()
}
