//! The playground: a page, its style and script, and a few pages to try it on, all inside the program.

use super::service::Service;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Nothing inline, nothing from elsewhere. Its preview is a sandboxed frame that inherits this policy, so that no picture of a page is fetched.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For a document with one script inside.
const SCRIPT_POLICY: &str = "default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
/// What an example is sent as, so that it is never shown as a page of this service.
const EXAMPLE: &str = "text/plain; charset=utf-8";

/// Its routes.
pub fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/", get(async || file(HTML, include_str!("playground/index.html"))))
        .route("/playground/main.css", get(async || file("text/css; charset=utf-8", include_str!("playground/main.css"))))
        .route("/playground/main.js", get(async || file("text/javascript; charset=utf-8", include_str!("playground/main.js"))))
        .route(
            "/playground/arabic-news.html",
            get(async || file(EXAMPLE, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages/ar-aggregator-semantic/page.html")))),
        )
        .route(
            "/playground/english-news.html",
            get(async || file(EXAMPLE, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages/en-share-wraps-article/page.html")))),
        )
        .route("/playground/contacts.html", get(async || file(EXAMPLE, include_str!("playground/contacts.html"))))
}

fn file(media: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        // Small, and of this very program: a newer one's must not be mixed with it.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// A document with one script inside, which alone may run.
pub fn page(document: &'static str) -> Response {
    let script = document.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).map_or("", |(script, _)| script);
    let policy = SCRIPT_POLICY.replace("{script}", &STANDARD.encode(Sha256::digest(script)));
    ([(header::CONTENT_TYPE, HTML.to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], document).into_response()
}
