//! The record of a page: one JSON object a line. Its schema is published and versioned.

use crate::metadata::{ContentSource, Metadata};
use crate::moderate::Verdict;
use crate::report::{PageReport, RemovalRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// Version of the record's schema: the first number grows when a reader of the old one would misread the new one.
pub const RECORD_VERSION: &str = "1.3";

/// What became of one page.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Version of this schema.
    pub schema: String,
    /// Names the page in its run: its source, unless the input gave one.
    pub id: String,
    /// File or stream that it came from.
    pub source: String,
    /// Where it stands in that file, when the file is an archive: an offset in the stored bytes, or in what they decompress to when
    /// these are one piece.
    pub offset: Option<u64>,
    /// Its address, as given or as it declares it; never a relative one.
    pub url: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// Author line.
    pub byline: Option<String>,
    /// Publication date, in the page's own notation.
    pub published: Option<String>,
    /// Site name.
    pub site: Option<String>,
    /// Declared language (BCP 47).
    pub lang: Option<String>,
    /// Declared direction of its text.
    pub dir: Option<String>,
    /// Address of the lead image; never a relative one.
    pub image: Option<String>,
    /// The cleaned page as `republish` writes it; null when it failed or may not be published.
    pub html: Option<String>,
    /// The cleaned page as `text` writes it, without the headline of an article, which is `title`; null as above.
    pub text: Option<String>,
    /// Where its text stands: `page`, `noscript`, or `json-ld` and `state` (a block of `application/json`) where the visible page has none.
    #[serde(default)]
    pub content_source: ContentSource,
    /// What is to become of it.
    pub verdict: Verdict,
    /// What moderation rules found.
    pub findings: Vec<Finding>,
    /// What was stripped.
    pub removals: Vec<RemovalRecord>,
    /// Sizes and numbers.
    pub counts: Counts,
    /// How sure naqi is of having told content from furniture, 0 to 1; null where no model has judged.
    pub confidence: Option<f64>,
    /// Why it is held back for review, where no rule does so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub review: Option<String>,
    /// SHA-256 of the rule set, hexadecimal.
    pub rules_digest: String,
    /// Why the page failed.
    pub error: Option<String>,
}

/// What a moderation rule found. Never the value itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// As the rule names it.
    pub category: String,
    /// Where on the page: `text`, `attributes`, `links`, `json-ld`, `meta`, `rcdata` or `comments`.
    pub surface: String,
    /// First byte in the source.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// First byte in the output of what stands in its place, where that is known; none for what is only flagged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output_start: Option<u64>,
    /// Byte after the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output_end: Option<u64>,
    /// What was done: the action's name, after `dry-run` when it was not.
    pub done: String,
    /// How sure the rule is, 0 to 1.
    pub score: f64,
    /// How the score came about.
    pub steps: Vec<String>,
    /// HMAC of the folded value, the same for the same value; only where a key is set.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
}

/// Sizes and numbers of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Bytes of the source.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Bytes of the source that were stripped.
    pub bytes_removed: u64,
    /// Removals.
    pub removals: u64,
    /// What moderation rules found.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub findings: u64,
    /// Removals that the guard narrowed or refused.
    pub guarded: u64,
    /// Byte sequences that are invalid in the page's encoding.
    pub invalid: u64,
}

/// The address of a page: as given, or as it declares it if that is whole.
pub fn address_of(report: &PageReport) -> Option<String> {
    let declared = || report.metadata.canonical.as_deref().and_then(|canonical| absolute(canonical, None));
    report.url.clone().or_else(declared)
}

/// An address that means the same everywhere; what is whole already stays as it is written.
fn absolute(address: &str, page: Option<&str>) -> Option<String> {
    let address = address.trim();
    let is_clean = !address.contains(|c: char| c.is_ascii_whitespace() || c.is_control());
    match Url::parse(address) {
        Ok(_) if is_clean => Some(address.to_owned()),
        Ok(url) => Some(url.into()),
        Err(_) => Url::parse(page?).ok()?.join(address).ok().map(String::from),
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Record {
    /// The record of a page that came through.
    pub fn of_page(id: String, source: String, report: PageReport, html: String, text: String) -> Self {
        let url = address_of(&report);
        let Metadata { title, byline, published, site, lang, dir, image, .. } = report.metadata;
        let image = image.and_then(|image| absolute(&image, url.as_deref()));
        let may_publish = report.verdict < Verdict::Quarantine;
        Record {
            schema: RECORD_VERSION.into(),
            id,
            source,
            offset: None,
            url,
            title,
            byline,
            published,
            site,
            lang,
            dir,
            image,
            html: may_publish.then_some(html),
            text: may_publish.then_some(text),
            content_source: report.content_source,
            verdict: report.verdict,
            findings: report.findings,
            removals: report.removals,
            counts: report.counts,
            confidence: report.confidence,
            review: report.review,
            rules_digest: report.rules_digest,
            error: None,
        }
    }

    /// The record of a page that failed.
    pub fn of_failure(id: String, source: String, url: Option<String>, error: String, rules_digest: String) -> Self {
        Record { schema: RECORD_VERSION.into(), id, source, url, verdict: Verdict::Quarantine, error: Some(error), rules_digest, ..Record::default() }
    }

    /// The JSON schema of a record.
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Record).to_value();
        schema["$id"] = format!("urn:naqi:record:{RECORD_VERSION}").into();
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_completed_or_left_out() {
        let of = |address: &str, page: Option<&str>| absolute(address, page);
        let page = Some("https://n.example/a/b");
        assert_eq!(of("/i.jpg", page).as_deref(), Some("https://n.example/i.jpg"));
        assert_eq!(of("//cdn.example/i.jpg", page).as_deref(), Some("https://cdn.example/i.jpg"));
        assert_eq!(of(" https://N.example ", page).as_deref(), Some("https://N.example"));
        assert_eq!(of("https://n.example/a\nb", None).as_deref(), Some("https://n.example/ab"));
        assert_eq!((of("/i.jpg", None), of("", None)), (None, None));
    }
}
