//! `POST /v1/clean`: a page comes, a page or its record goes.

use super::asked::{Asked, media_type, wants_json};
use super::body::Arriving;
use super::metrics::name;
use super::page::{Page, rules_of};
use super::problem::Problem;
use super::service::{Reserved, Service};
use super::stream;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use naqi::emit::EmitFormat;
use std::sync::Arc;

/// Clean a page
///
/// The body is the page, as it was fetched; its Content-Type says what it is. The answer is the cleaned page, or with
/// `Accept: application/json` the record of it. A page that rules hold back is a problem of the kind `held-back`, or a record without text.
#[utoipa::path(
    post, path = "/v1/clean", tag = "pages", params(Asked),
    request_body(content(("text/html"), ("text/plain"), ("application/xhtml+xml"))),
    responses((status = 200, description = "The cleaned page", content((String = "text/html"), (String = "text/plain"), (String = "text/markdown"), (super::openapi::RecordSchema = "application/json"))),
        super::openapi::Problems)
)]
pub async fn clean(State(service): State<Arc<Service>>, asked: Asked, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let generation = service.generation();
    let settings = &generation.settings;
    let (content_type, essence) = media_type(&headers)?;
    let mut page = Page::new(settings, &asked, content_type, &essence)?;
    if wants_json(&headers) {
        page.settings.emit = EmitFormat::Jsonl;
    }
    if asked.streams()? {
        return stream::clean(service, generation, page, asked, &headers, body).await;
    }
    let page = page.held_whole(settings);
    service.check_room()?;
    let whole = Arriving::new(settings, &headers, body, settings.serve.body_bytes)?.whole(&service).await?;
    let (shared, using) = (Arc::clone(&service), Arc::clone(&generation));
    let work = move || {
        let rules = rules_of(&using, &asked)?;
        let cleaned = page.clean(&shared.metrics, &rules, &whole.bytes)?;
        Ok::<_, Problem>((cleaned, rules, whole.reserved))
    };
    let (cleaned, rules, reserved) = service.work(settings, work).await??;
    let length = cleaned.bytes.len();
    let mut response = Response::new(held_while_sent(cleaned.bytes.into(), reserved));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    for (name, value) in [
        ("content-type", cleaned.media.as_str()),
        ("x-naqi-verdict", name(cleaned.verdict)),
        ("x-naqi-rules-digest", rules.digest()),
        ("x-naqi-findings", &cleaned.findings.to_string()),
        ("x-naqi-removals", &cleaned.removals.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// An answer of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(value).map_err(|_| Problem::internal("the answer cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// A body that holds on to its request's memory until the client has read it.
fn held_while_sent(body: Body, reserved: Reserved) -> Body {
    Body::new(body.map_frame(move |frame| {
        let _ = &reserved;
        frame
    }))
}
