//! The description of the service (OpenAPI 3.1), made from the routes themselves, and a page that shows it.

use super::{batch, clean, explain, operations, playground, rules};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use naqi::emit::record::Record;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoResponses, OpenApi, PartialSchema, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(title = "naqi", description = "Cleans scraped web pages before they are republished: strips site furniture, then moderates what is left."),
    paths(
        clean::clean,
        batch::batch,
        explain::explain,
        rules::list,
        rules::show,
        rules::check_pack,
        operations::live,
        operations::ready,
        operations::metrics,
        operations::reload
    ),
    components(schemas(RecordSchema, ProblemSchema, super::asked::Emit, super::asked::Strip, super::asked::Flag, batch::Order))
)]
struct Description;

/// A page's record; its schema is the one that `naqi schema` prints.
pub struct RecordSchema;

impl PartialSchema for RecordSchema {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::ObjectBuilder::new().into()
    }
}

impl ToSchema for RecordSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "Record".into()
    }
}

/// Problem details (RFC 9457).
#[derive(ToSchema)]
#[allow(dead_code)]
#[schema(as = Problem)]
pub struct ProblemSchema {
    /// `urn:naqi:problem:` and the kind, for programs.
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// What is wrong, for people.
    detail: String,
}

/// Every other answer.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub enum Problems {
    /// The request cannot be understood
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] ProblemSchema),
    /// A bearer token is asked for
    #[response(status = 401, content_type = "application/problem+json")]
    Token(#[to_schema] ProblemSchema),
    /// The request may not switch these rules
    #[response(status = 403, content_type = "application/problem+json")]
    RequestRules(#[to_schema] ProblemSchema),
    /// There is no such rule
    #[response(status = 404, content_type = "application/problem+json")]
    NoRule(#[to_schema] ProblemSchema),
    /// The method is not for this address
    #[response(status = 405, content_type = "application/problem+json")]
    Method(#[to_schema] ProblemSchema),
    /// The body did not arrive in time
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] ProblemSchema),
    /// A rule may hold the page back, and the answer was to begin before that is known
    #[response(status = 409, content_type = "application/problem+json")]
    LateVerdict(#[to_schema] ProblemSchema),
    /// The body, or the page, is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] ProblemSchema),
    /// The body is of another kind
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(#[to_schema] ProblemSchema),
    /// Rules hold the page back, or cannot be used
    #[response(status = 422, content_type = "application/problem+json")]
    HeldBack(#[to_schema] ProblemSchema),
    /// There is no room; it may come again after Retry-After
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(#[to_schema] ProblemSchema),
}

/// As it is served.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| described().to_string());

fn described() -> Value {
    let mut whole = serde_json::to_value(Description::openapi()).unwrap_or_default();
    // The record's schema is the library's; its parts become parts of this document.
    let mut record = Record::schema();
    let parts = record.as_object_mut().and_then(|record| {
        record.remove("$schema");
        record.remove("$id");
        record.remove("$defs")
    });
    let schemas = &mut whole["components"]["schemas"];
    for (name, mut schema) in parts.as_ref().and_then(Value::as_object).cloned().into_iter().flatten() {
        relocate(&mut schema);
        schemas[name] = schema;
    }
    relocate(&mut record);
    schemas["Record"] = record;
    whole["components"]["securitySchemes"] = json!({ "token": { "type": "http", "scheme": "bearer" } });
    whole["security"] = json!([{}, { "token": [] }]);
    whole
}

/// Points what refers to a part at its new place.
fn relocate(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => *target = target.replace("#/$defs/", "#/components/schemas/"),
                    value => relocate(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(relocate),
        _ => {}
    }
}

/// `GET /openapi.json`.
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// `GET /docs`.
pub async fn viewer() -> Response {
    playground::page(include_str!("docs.html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let whole = described();
        let text = whole.to_string();
        let names: Vec<&str> = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(names.len() > 10 && names.contains(&"Record"), "{names:?}");
        for name in names {
            assert!(whole["components"]["schemas"][name].is_object(), "no schema {name}");
        }
        for path in ["/v1/clean", "/v1/batch", "/v1/explain", "/v1/rules", "/v1/rules/{id}", "/v1/rules/check", "/-/reload", "/readyz"] {
            assert!(whole["paths"][path].is_object(), "no path {path}");
        }
    }
}
