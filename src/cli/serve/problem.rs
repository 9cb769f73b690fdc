//! Errors as problem details (RFC 9457). They carry ids and counts, never page text.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// The media type of all of them.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An answer that is no success.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    detail: String,
    members: Map<String, Value>,
    retry: bool,
}

impl Problem {
    /// A problem of this status. Programs tell problems apart by their kind, the detail is for people.
    pub fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Problem { status, kind, detail: detail.into(), members: Map::new(), retry: false }
    }

    /// The service has no room for the request; it may come again.
    pub fn busy(kind: &'static str, detail: &str) -> Self {
        Problem { retry: true, ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, kind, detail) }
    }

    /// What was asked cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// A defect of the service.
    pub fn internal(detail: &str) -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// What it says.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What kind it is.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// With one more member (RFC 9457 section 3.2).
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:naqi:problem:{}", self.kind).into());
        body.insert("title".into(), self.status.canonical_reason().unwrap_or("error").into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        body.extend(self.members);
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], Value::Object(body).to_string()).into_response();
        if self.retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Whatever refuses a request on the way says so as a problem.
pub async fn every_error(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes() == MEDIA_TYPE.as_bytes());
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (detail, kind) = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("the Content-Encoding is not gzip, br, zstd or identity", "content-encoding"),
        status if status.is_server_error() => ("the request could not be answered", "internal"),
        _ => ("the request cannot be understood", "bad-request"),
    };
    let mut problem = Problem::new(status, kind, detail).into_response();
    for name in [header::ALLOW, header::ACCEPT_ENCODING] {
        if let Some(value) = response.headers().get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}
