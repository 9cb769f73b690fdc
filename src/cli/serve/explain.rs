//! `POST /v1/explain`: every decision on a page, with its source cut where decisions begin and end; with a pack of one's own, if one is sent.

use super::asked::{Asked, Emit, Strip, media_type};
use super::body::Arriving;
use super::clean::json;
use super::generation::{Generation, unusable};
use super::page::{Page, held_back, rules_of, walk_uncounted};
use super::problem::Problem;
use super::rules::{Misplaced, pack_name};
use super::service::Service;
use crate::cli::explain::SourceText;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use naqi::emit::EmitFormat;
use naqi::report::PageReport;
use naqi::rules::{Mistake, PackSource, RuleSet};
use naqi::{Pipeline, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A page and a pack to try on it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainBody {
    /// The page, as HTML.
    html: Option<String>,
    /// The page, as plain text.
    text: Option<String>,
    /// Its address.
    url: Option<String>,
    /// What comes out.
    emit: Option<Emit>,
    /// How blocks are decided.
    strip: Option<Strip>,
    /// Begin text and markdown with the title.
    with_title: Option<bool>,
    /// Optional packs to switch on, and with - before them rules or packs to switch off.
    rules: Option<String>,
    /// A pack (TOML) that is used along with the rules.
    pack: Option<String>,
    /// Its name; one of this name that is in use is replaced.
    pack_name: Option<String>,
}

/// Every decision on a page.
#[derive(Serialize, ToSchema)]
pub struct Explanation {
    /// The report, as `naqi explain --json` gives it.
    #[schema(value_type = Object)]
    report: PageReport,
    /// Why the rules exist that it names.
    #[schema(value_type = Object)]
    why: BTreeMap<String, String>,
    /// What comes out; null when rules hold the page back.
    output: Option<String>,
    /// The decoded source from end to end, cut wherever a decision begins or ends.
    segments: Vec<Segment>,
    /// Warnings about the pack that was sent.
    mistakes: Vec<Misplaced>,
}

/// A stretch of the source.
#[derive(Serialize, ToSchema)]
struct Segment {
    /// First byte in the source.
    start: u64,
    /// Byte after the last.
    end: u64,
    /// Its text.
    text: String,
    /// Places in `report.removals` of those that took it.
    removals: Vec<usize>,
    /// Places in `report.findings` of those that lie here.
    findings: Vec<usize>,
}

/// Explain a page
///
/// The body is the page itself, as for /v1/clean, or a JSON object that holds it, with a pack to try.
#[utoipa::path(
    post, path = "/v1/explain", tag = "pages", params(Asked),
    request_body(content((String = "text/html"), (String = "text/plain"), (ExplainBody = "application/json"))),
    responses((status = 200, description = "The decisions", body = Explanation), super::openapi::Problems)
)]
pub async fn explain(State(service): State<Arc<Service>>, asked: Asked, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let generation = service.generation();
    let settings = &generation.settings;
    let (content_type, essence) = media_type(&headers)?;
    let is_json = essence == "application/json";
    if !is_json {
        // Refused before the body is read.
        Page::new(settings, &asked, None, &essence)?;
    }
    service.check_room()?;
    let whole = Arriving::new(settings, &headers, body, settings.serve.body_bytes)?.whole(&service).await?;
    let (shared, using) = (Arc::clone(&service), Arc::clone(&generation));
    let work = move || {
        let (asked, bytes, content_type, essence, pack) = if is_json {
            let body: ExplainBody = serde_json::from_slice(&whole.bytes).map_err(|error| {
                Problem::bad_request(format!("the body, line {}, column {}: not what is asked for", error.line(), error.column()))
            })?;
            let (page, essence) = match (body.html, body.text) {
                (Some(html), None) => (html, "text/html"),
                (None, Some(text)) => (text, "text/plain"),
                _ => return Err(Problem::bad_request("one of html and text is asked for")),
            };
            let pack = body.pack.map(|text| pack_name(body.pack_name.as_deref()).map(|name| PackSource::inline(&name, &text))).transpose()?;
            let asked = Asked {
                url: body.url,
                emit: body.emit,
                strip: body.strip,
                with_title: body.with_title.map(|flag| flag.to_string()),
                rules: body.rules,
                stream: None,
            };
            (asked, page.into_bytes(), Some(format!("{essence}; charset=utf-8")), essence.to_owned(), pack)
        } else {
            (asked, whole.bytes, content_type, essence, None)
        };
        let (rules, warnings) = rules_for(&using, &asked, pack)?;
        let page = Page::new(&using.settings, &asked, content_type, &essence)?.held_whole(&using.settings);
        explained(&shared, &page, &rules, &bytes, &warnings)
    };
    json(&service.work(settings, work).await??)
}

fn rules_for(generation: &Generation, asked: &Asked, pack: Option<PackSource>) -> Result<(Arc<RuleSet>, Vec<Mistake>), Problem> {
    match pack {
        None => Ok((rules_of(generation, asked)?, Vec::new())),
        Some(pack) => {
            let tried = generation.rules_and(&asked.switches()?, pack);
            tried.map_err(|mistakes| unusable("the pack cannot be used", &mistakes))
        }
    }
}

fn explained(service: &Service, page: &Page, rules: &Arc<RuleSet>, bytes: &[u8], warnings: &[Mistake]) -> Result<Explanation, Problem> {
    let emit = if page.settings.emit == EmitFormat::Jsonl { EmitFormat::Republish } else { page.settings.emit };
    let settings = Settings { emit, explain: true, ..page.settings.clone() };
    let mut out = Vec::new();
    let report = walk_uncounted(&service.metrics, Pipeline::new(Arc::clone(rules), &settings, &page.origin, &mut out), bytes)?;
    let strip = rules.rules().iter().map(|rule| (rule.id.as_str(), rule.why.as_str()));
    let moderation = rules.moderation().rules().iter().map(|rule| (rule.id.as_str(), rule.why.as_str()));
    // No rule, but named like one.
    let model = [("model", "The block model takes it for furniture")];
    let known: std::collections::HashMap<&str, &str> = strip.chain(moderation).chain(model).collect();
    let named = report.removals.iter().flat_map(|removal| &removal.rules).chain(report.findings.iter().map(|finding| &finding.rule));
    let why = named.filter_map(|id| Some((id.clone(), (*known.get(id.as_str())?).to_owned()))).collect();
    let source = SourceText::of(bytes, &page.origin, Arc::clone(rules));
    Ok(Explanation {
        segments: segments(&report, source, bytes.len() as u64),
        output: held_back(&report).is_none().then(|| String::from_utf8_lossy(&out).into_owned()),
        why,
        mistakes: warnings.iter().map(Misplaced::from).collect(),
        report,
    })
}

/// The source from end to end.
fn segments(report: &PageReport, mut source: SourceText, length: u64) -> Vec<Segment> {
    let removals = report.removals.iter().map(|removal| (removal.start, removal.end, removal.extent != "refused"));
    let findings = report.findings.iter().map(|finding| (finding.start, finding.end, true));
    let mut cuts: Vec<u64> =
        [0, length].into_iter().chain(removals.clone().chain(findings.clone()).flat_map(|(start, end, _)| [start, end])).collect();
    cuts.sort_unstable();
    cuts.dedup();
    // Both lists are in the order of the page: what has begun and not ended is carried along.
    let (mut removals, mut findings) = (removals.enumerate().peekable(), findings.enumerate().peekable());
    let (mut removing, mut finding) = (Vec::<(usize, u64)>::new(), Vec::<(usize, u64)>::new());
    let mut segments = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let &[start, end] = pair else { continue };
        for (open, coming) in [(&mut removing, &mut removals as &mut dyn Coming), (&mut finding, &mut findings)] {
            open.retain(|(_, end)| *end > start);
            while let Some((at, to, counts)) = coming.begun(start) {
                if counts && to > start {
                    open.push((at, to));
                }
            }
        }
        let at = |open: &[(usize, u64)]| open.iter().map(|(at, _)| *at).collect();
        segments.push(Segment { start, end, text: source.stretch(start, end).to_owned(), removals: at(&removing), findings: at(&finding) });
    }
    segments
}

/// Decisions in the order of the page.
trait Coming {
    /// The next that begins at `start` or before: its place, its end, whether it counts.
    fn begun(&mut self, start: u64) -> Option<(usize, u64, bool)>;
}

impl<I: Iterator<Item = (usize, (u64, u64, bool))>> Coming for std::iter::Peekable<I> {
    fn begun(&mut self, start: u64) -> Option<(usize, u64, bool)> {
        self.next_if(|(_, (from, _, _))| *from <= start).map(|(at, (_, to, counts))| (at, to, counts))
    }
}
