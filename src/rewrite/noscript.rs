//! Whether what a `noscript` holds can be read as HTML and the page goes on behind it as it does for those who skip it.

use super::attributes::{Attributes, tag_name};
use super::tag::is;
use super::{Event, EventKind, Tag};
use std::ops::Range;

/// A `noscript`: where its start tag begins, and its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noscript {
    pub(super) start: u64,
    pub(super) content: Range<u64>,
}

/// The `noscript` elements of a page.
#[derive(Debug, Default)]
pub(crate) struct Noscripts {
    pub(crate) found: Vec<Noscript>,
    open: Option<Range<u64>>,
}

impl Noscripts {
    /// The next event of the page.
    #[inline]
    pub(crate) fn event(&mut self, event: &Event) {
        match event.kind {
            EventKind::Open { tag: Tag::Noscript, void: false, .. } => self.open = Some(event.range.clone()),
            EventKind::Close { tag: Tag::Noscript, .. } if !event.range.is_empty() => {
                let content = |open: Range<u64>| Noscript { start: open.start, content: open.end..event.range.start };
                self.found.extend(self.open.take().map(content));
            }
            _ => {}
        }
    }
}

/// Elements whose content is no markup.
const RAW: [Tag; 10] =
    [Tag::Script, Tag::Style, Tag::Textarea, Tag::Title, Tag::Xmp, Tag::Iframe, Tag::Noembed, Tag::Noframes, Tag::Noscript, Tag::Plaintext];

/// Whether every comment, tag and text without markup that begins in a content ends there, and what an end tag does not close through. In doubt
/// it does not.
pub(super) fn ends_as_it_began(content: &[u8]) -> bool {
    let Ok(mut rest) = std::str::from_utf8(content) else { return false };
    let mut open = 0_u32;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        rest = &rest[at..];
        let length = match rest.as_bytes().get(1) {
            Some(b'!') => comment(rest),
            Some(b'?') => None,
            Some(b'/') => tag(rest),
            Some(next) if next.is_ascii_alphabetic() => element(rest),
            Some(_) => Some(1),
            None => None,
        };
        let Some(length) = length else { return false };
        let name = Tag::of(tag_name(rest));
        if name == Tag::Div || name.has(is::SCOPE) {
            let after = if rest.starts_with("</") { open.checked_sub(1) } else { open.checked_add(1) };
            let Some(after) = after else { return false };
            open = after;
        }
        rest = &rest[length..];
    }
    open == 0
}

/// Length of a comment that everybody ends at the same place.
fn comment(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("<!--")?;
    let end = body.find("-->")?;
    let is_plain = !body.starts_with('>') && !body.starts_with("->") && !body[..end].contains("--!") && !body[..end].contains("<!--");
    is_plain.then_some("<!---->".len() + end)
}

/// Length of a tag.
fn tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => {
                // Quotation marks that stand anywhere but around values are no quotes to browsers.
                let marks = rest[..at].bytes().filter(|byte| matches!(byte, b'"' | b'\'')).count();
                let values = Attributes::of(&rest[..=at]).filter(|(_, value)| is_quoted(rest, value)).count();
                return (marks == values * 2).then_some(at + 1);
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            // In doubt a mark stands for more than itself.
            (Some(_), b'"' | b'\'' | b'<' | b'>') => return None,
            _ => {}
        }
    }
    None
}

fn is_quoted(rest: &str, value: &str) -> bool {
    let start = value.as_ptr() as usize - rest.as_ptr() as usize;
    matches!(rest.as_bytes().get(start.wrapping_sub(1)), Some(b'"' | b'\''))
}

/// Length of a start tag, and of what follows it up to its end tag where that is no markup.
fn element(rest: &str) -> Option<usize> {
    let (length, name) = (tag(rest)?, Tag::of(tag_name(rest)));
    if matches!(name, Tag::Svg | Tag::Math) {
        return None;
    }
    if !RAW.contains(&name) {
        return Some(length);
    }
    let content = &rest[length..];
    let end = memchr::memmem::find(content.as_bytes(), b"</")?;
    let is_own = Tag::of(tag_name(&content[end..])) == name;
    (is_own && memchr::memchr(b'<', &content.as_bytes()[..end]).is_none()).then_some(length + end)
}

#[cfg(test)]
mod tests {
    use super::ends_as_it_began;

    #[test]
    fn what_does_not_end_is_told() {
        for content in ["", "<p>a < b</p>", "<!-- x --><img src=\"a\" alt='b'>", "<style>p{}</style>", "<iframe src=x></iframe>", "a<br/>b"] {
            assert!(ends_as_it_began(content.as_bytes()), "{content}");
        }
        for content in [
            "<p",
            "<!--",
            "<!--> -->",
            "<!-- --!> -->",
            "<p title=\"",
            "<style>",
            "<script><!--</script>",
            "<textarea></style>",
            "<svg>",
            "<a b=c\">",
            "<?x",
            "<plaintext>",
            "x<",
            "<div>",
            "</div><div>",
            "<template>",
        ] {
            assert!(!ends_as_it_began(content.as_bytes()), "{content}");
        }
    }
}
