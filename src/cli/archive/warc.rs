//! Headers of WARC records (ISO 28500, versions 1.0 and 1.1).

use super::Form;
use super::crawl::{Dialect, Head};
use super::header::{HEADER_BYTES, Header};

/// WARC.
pub struct Warc;

/// Whether a record begins here.
pub fn is_start(bytes: &[u8]) -> bool {
    bytes.starts_with(b"WARC/1.") || bytes.starts_with(b"WARC/0.")
}

impl Dialect for Warc {
    fn is_start(&self, bytes: &[u8]) -> bool {
        is_start(bytes)
    }

    fn head_end(&self, bytes: &[u8]) -> Option<usize> {
        Header::end(bytes)
    }

    fn head_bytes(&self) -> usize {
        HEADER_BYTES
    }

    fn trailer_lines(&self) -> usize {
        2
    }

    fn mark(&self) -> &'static [u8] {
        b"WARC/"
    }

    fn parse(&self, bytes: &[u8]) -> Result<Head, String> {
        let header = Header::parse(bytes);
        let field = |name: &str| header.get(name).filter(|value| !value.is_empty());
        let length = field("content-length").and_then(|length| length.parse().ok()).ok_or("its record has no Content-Length")?;
        let kind = kind(field("warc-type").unwrap_or_default());
        let content_type = field("content-type");
        let is_http = content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("application/http"));
        // Old crawlers leave the type of responses out.
        let form = match (kind, content_type) {
            ("response", Some(_)) if is_http => Form::Http,
            ("response", None) => Form::Http,
            (_, content_type) => Form::Body(content_type.map(str::to_owned)),
        };
        Ok(Head {
            kind,
            is_page: matches!(kind, "response" | "resource" | "conversion"),
            length,
            id: field("warc-record-id").map(|id| bare(id).to_owned()),
            url: field("warc-target-uri").map(|url| bare(url).to_owned()),
            date: field("warc-date").map(str::to_owned),
            form,
        })
    }
}

/// Some writers put angle brackets where the standard has none.
fn bare(value: &str) -> &str {
    value.strip_prefix('<').and_then(|value| value.strip_suffix('>')).unwrap_or(value)
}

fn kind(name: &str) -> &'static str {
    const KINDS: [&str; 8] = ["warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"];
    KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(name)).unwrap_or("other")
}
