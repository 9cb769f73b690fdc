//! Report: every decision on a page, with its byte range in the source and the rules behind it. Never the text itself.

use crate::decode::EncodingNote;
use crate::emit::record::{Counts, Finding};
use crate::metadata::{ContentSource, Metadata};
use crate::moderate::Verdict;
use crate::stage_times::StageTimes;
pub use crate::strip::{BlockRecord, FeatureRecord, FlipRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What became of a page.
#[derive(Clone, Debug, Serialize)]
pub struct PageReport {
    /// Its address, if given.
    pub url: Option<String>,
    /// What it declares.
    pub metadata: Metadata,
    /// Where its text stands.
    #[serde(skip_serializing_if = "ContentSource::is_page")]
    pub content_source: ContentSource,
    /// How it was decoded.
    pub encoding: EncodingNote,
    /// What is to become of it.
    pub verdict: Verdict,
    /// What was stripped, in the order of the page.
    pub removals: Vec<RemovalRecord>,
    /// What moderation rules found, in the order of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Sum of their scores.
    #[serde(skip_serializing_if = "is_zero")]
    pub score: f64,
    /// What rules say is content, in the order of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptRecord>,
    /// How sure naqi is of having told content from furniture, 0 to 1; none where no model has judged.
    pub confidence: Option<f64>,
    /// Why the page is held back for review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// Rules that came close; only for `explain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMissRecord>,
    /// What decided about each block of text in `article` mode; only for `explain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockRecord>,
    /// Sizes and numbers.
    pub counts: Counts,
    /// Limits that were reached without failing the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// SHA-256 of the rule set.
    pub rules_digest: String,
    /// Where its time went; no decision, so it is in no report.
    #[serde(skip)]
    pub times: StageTimes,
}

fn is_zero(score: &f64) -> bool {
    *score == 0.0
}

/// One removal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemovalRecord {
    /// The rules that wanted it gone; the first decided the extent.
    pub rules: Vec<String>,
    /// First byte in the source.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// `whole`, `narrowed` or `refused`.
    pub extent: Cow<'static, str>,
    /// Why the guard stepped in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cow<'static, str>>,
}

/// An element that a rule says is content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptRecord {
    /// The rule.
    pub rule: String,
    /// First byte in the source.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
}

/// A rule that came close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearMissRecord {
    /// The rule.
    pub rule: String,
    /// First byte in the source.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// The step that failed.
    pub failed: String,
}
