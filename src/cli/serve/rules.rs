//! The rules in use, and packs that somebody wants to try.

use super::asked::Asked;
use super::body::Arriving;
use super::clean::json;
use super::problem::Problem;
use super::service::Service;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use naqi::check::{Failure, check, check_moderation};
use naqi::rules::{Mistake, PackSource, RuleSet, Severity};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Bytes of a pack that is sent.
pub const PACK_BYTES: usize = 1 << 20;
/// What a pack is called that has no name.
pub const PACK_NAME: &str = "request";

/// The rules in use.
#[derive(Serialize, ToSchema)]
pub struct RuleList {
    /// SHA-256 of the set.
    digest: String,
    /// All of them.
    rules: Vec<RuleLine>,
    /// The packs in use.
    packs: Vec<PackLine>,
    /// Moderation packs that can be switched on.
    optional: Vec<String>,
}

/// A rule in short.
#[derive(Serialize, ToSchema)]
struct RuleLine {
    id: String,
    kind: Kind,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    severity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    action: Option<String>,
}

/// What a rule is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Furniture.
    Strip,
    /// What is left.
    Moderate,
}

/// A pack in short.
#[derive(Serialize, ToSchema)]
struct PackLine {
    name: String,
    file: String,
}

/// All of a rule, or of a pack.
#[derive(Serialize, ToSchema)]
pub struct RuleDetail {
    id: String,
    file: String,
    /// Of the rule in its file; absent for a pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    why: Option<String>,
    /// The rule as used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false)]
    rule: Option<serde_json::Value>,
    /// The pack as written (TOML); absent for a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    text: Option<String>,
    /// Ids of its rules; absent for a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rules: Option<Vec<String>>,
}

/// What is wrong with a pack.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    /// Whether it could be used.
    ok: bool,
    /// Mistakes and warnings, with their places.
    mistakes: Vec<Misplaced>,
    /// Examples that did not come out as their rule says; they run when there is no mistake.
    failures: Vec<Failed>,
    /// Rules in the pack.
    rules: usize,
    /// Examples that ran.
    examples: usize,
}

/// A mistake and its place.
#[derive(Debug, Serialize, ToSchema)]
pub struct Misplaced {
    /// `error` or `warning`.
    severity: &'static str,
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Where it ends.
    end_line: usize,
    /// Column after its last character.
    end_column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// An example that did not come out.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failed {
    /// The file.
    pub file: String,
    /// Line of the rule.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// What happened.
    pub message: String,
    /// The example.
    example: String,
}

impl From<&Mistake> for Misplaced {
    fn from(mistake: &Mistake) -> Self {
        let (line, column) = mistake.line_column();
        let end = Mistake { span: mistake.span.end..mistake.span.end, ..mistake.clone() };
        let (end_line, end_column) = end.line_column();
        Misplaced {
            severity: if mistake.severity == Severity::Error { "error" } else { "warning" },
            file: mistake.file.clone(),
            line,
            column,
            end_line,
            end_column,
            message: mistake.message.clone(),
            hint: mistake.hint.clone(),
        }
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        let Failure { file, line, rule, what, example } = failure;
        Failed { file, line, rule, message: what, example }
    }
}

/// List the rules in use
#[utoipa::path(get, path = "/v1/rules", tag = "rules", responses((status = 200, description = "The rules", body = RuleList), super::openapi::Problems))]
pub async fn list(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let generation = service.generation();
    let rules = &generation.rules;
    let strip = rules.rules().iter().map(|rule| RuleLine {
        id: rule.id.clone(),
        kind: Kind::Strip,
        why: rule.why.clone(),
        severity: None,
        category: None,
        action: None,
    });
    let moderation = rules.moderation().rules().iter().map(|rule| RuleLine {
        id: rule.id.clone(),
        kind: Kind::Moderate,
        why: rule.why.clone(),
        severity: Some(rule.severity.clone()),
        category: Some(rule.category.clone()),
        action: Some(rule.action.name().to_owned()),
    });
    json(&RuleList {
        digest: rules.digest().to_owned(),
        rules: strip.chain(moderation).collect(),
        packs: generation.packs().iter().map(|pack| PackLine { name: pack.name.clone(), file: pack.file.clone() }).collect(),
        optional: generation.optional.clone(),
    })
}

/// Show all of a rule, or of a pack
///
/// The slashes of an id are written as %2F or as they are.
#[utoipa::path(
    get, path = "/v1/rules/{id}", tag = "rules", params(("id" = String, Path, description = "Id of a rule (`strip/share/share-bar`) or name of a pack (`strip/share`)")),
    responses((status = 200, description = "The rule or pack", body = RuleDetail), super::openapi::Problems)
)]
pub async fn show(State(service): State<Arc<Service>>, id: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let generation = service.generation();
    let rules = &generation.rules;
    let detail = |file: &str| RuleDetail { id: id.clone(), file: file.to_owned(), line: None, why: None, rule: None, text: None, rules: None };
    if let Some(rule) = rules.rules().iter().find(|rule| rule.id == id) {
        let whole = serde_json::to_value(rule).ok();
        return json(&RuleDetail { line: Some(rule.line), why: Some(rule.why.clone()), rule: whole, ..detail(&rule.file) });
    }
    if let Some(rule) = rules.moderation().rules().iter().find(|rule| rule.id == id) {
        let whole = serde_json::json!({
            "severity": rule.severity, "category": rule.category, "when": rule.when, "match": rule.written, "action": rule.action.name(),
            "dry_run": rule.dry_run, "min_score": rule.min_score, "hit": rule.hit, "miss": rule.miss,
        });
        return json(&RuleDetail { line: Some(rule.line), why: Some(rule.why.clone()), rule: Some(whole), ..detail(&rule.file) });
    }
    let pack = generation
        .pack(&id)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no-rule", "there is no such rule or pack in use; /v1/rules lists all"))?;
    let ids = rules.rules().iter().map(|rule| &rule.id).chain(rules.moderation().rules().iter().map(|rule| &rule.id));
    let ids = ids.filter(|rule| rule.rsplit_once('/').is_some_and(|(of, _)| of == pack.name)).cloned().collect();
    json(&RuleDetail { text: Some(pack.text.to_string()), rules: Some(ids), ..detail(&pack.file) })
}

/// How a pack is checked.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckAsked {
    /// Name of the pack; one of this name that is in use is replaced.
    name: Option<String>,
    /// Optional packs that are in use beside it.
    rules: Option<String>,
}

/// Check a pack
///
/// The body is the pack (TOML). It is checked together with the rules in use, and its examples are run. It may name the word lists of
/// the program, but no files.
#[utoipa::path(
    post, path = "/v1/rules/check", tag = "rules", params(CheckAsked), request_body(content((String = "application/toml"), (String = "text/plain"))),
    responses((status = 200, description = "What is wrong with it", body = Checked), super::openapi::Problems)
)]
pub async fn check_pack(
    State(service): State<Arc<Service>>,
    query: Result<Query<CheckAsked>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Query(CheckAsked { name, rules }) = query.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let switches = Asked { rules, ..Asked::default() }.switches()?;
    let generation = service.generation();
    service.check_room()?;
    let whole = Arriving::new(&generation.settings, &headers, body, PACK_BYTES)?.whole(&service).await?;
    let text = String::from_utf8(whole.bytes).map_err(|_| Problem::bad_request("a pack is UTF-8"))?;
    let using = Arc::clone(&generation);
    let work = move || {
        let pack = PackSource::inline(&pack_name(name.as_deref())?, &text);
        let file = pack.file.clone();
        Ok::<_, Problem>(match using.rules_and(&switches, pack) {
            Err(mistakes) => {
                Checked { ok: false, mistakes: mistakes.iter().map(Misplaced::from).collect(), failures: Vec::new(), rules: 0, examples: 0 }
            }
            Ok((rules, warnings)) => tried(&rules, &file, &warnings),
        })
    };
    json(&service.work(&generation.settings, work).await??)
}

/// Runs the examples of the rules of a file.
fn tried(rules: &Arc<RuleSet>, file: &str, warnings: &[Mistake]) -> Checked {
    let (count, mut failures) = check(rules, |rule| rule.file == file);
    let (more, moderation) = check_moderation(rules, |rule| rule.file == file);
    failures.extend(moderation);
    let own =
        rules.rules().iter().filter(|rule| rule.file == file).count() + rules.moderation().rules().iter().filter(|rule| rule.file == file).count();
    Checked {
        ok: failures.is_empty(),
        mistakes: warnings.iter().map(Misplaced::from).collect(),
        failures: failures.into_iter().map(Failed::from).collect(),
        rules: own,
        examples: count + more,
    }
}

/// The name of a pack that is sent, checked.
pub fn pack_name(name: Option<&str>) -> Result<String, Problem> {
    let name = name.unwrap_or(PACK_NAME);
    let is_fine = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    if name.len() <= 200 && name.split('/').all(is_fine) {
        return Ok(name.to_owned());
    }
    Err(Problem::bad_request("a pack's name is letters, digits, - _ . and /"))
}
