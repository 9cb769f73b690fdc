//! Headers of ARC records (Internet Archive, versions 1 and 2): one line, the length last.

use super::Form;
use super::crawl::{Dialect, Head};

/// ARC.
pub struct Arc;

/// A header line is at most this long.
const LINE_BYTES: usize = 32 << 10;

impl Dialect for Arc {
    fn is_start(&self, bytes: &[u8]) -> bool {
        let line = &bytes[..memchr::memchr(b'\n', &bytes[..bytes.len().min(LINE_BYTES)]).unwrap_or(0)];
        parse(line).is_some()
    }

    fn head_end(&self, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(b'\n', bytes).map(|at| at + 1)
    }

    fn head_bytes(&self) -> usize {
        LINE_BYTES
    }

    fn trailer_lines(&self) -> usize {
        1
    }

    fn mark(&self) -> &'static [u8] {
        b":"
    }

    fn parse(&self, bytes: &[u8]) -> Result<Head, String> {
        parse(bytes).ok_or_else(|| "its header is no ARC header".to_owned())
    }
}

/// `URL IP date type length`, or with five more fields before the length. The address may hold spaces, so the fields are counted
/// from the end.
fn parse(line: &[u8]) -> Option<Head> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let is_date = |field: &str| (8..=17).contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit());
    for fields_after_url in [4, 9] {
        let mut fields = line.rsplitn(fields_after_url + 1, ' ').collect::<Vec<_>>();
        fields.reverse();
        let [url, _ip, date, content_type, .., length] = fields[..] else { continue };
        let Ok(length) = length.parse() else { continue };
        if !is_date(date) || !url.contains(':') {
            continue;
        }
        let is_head = url.starts_with("filedesc:");
        let is_web = url.starts_with("http:") || url.starts_with("https:");
        return Some(Head {
            kind: if is_head { "arc_header" } else { "response" },
            is_page: !is_head,
            length,
            id: None,
            url: Some(url.to_owned()),
            date: Some(date.to_owned()),
            form: if is_web { Form::Http } else { Form::Body(Some(content_type.to_owned())) },
        });
    }
    None
}
