//! The part of the decoded page that somebody still needs.

use std::ops::Range;

/// Decoded text from [`Window::start`] on; offsets count bytes from the start of the page.
#[derive(Debug, Default)]
pub struct Window {
    text: String,
    start: u64,
    /// Bytes at the front of `text` that are no longer needed; freed in larger steps.
    stale: usize,
}

/// Stale bytes are moved out when they are at least this many and half of what is held.
const COMPACT_AT: usize = 64 * 1024;

impl Window {
    /// So many bytes more of text will be held at once.
    pub(crate) fn expect(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Where decoded text is appended.
    pub(crate) fn end_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Offset of the first byte after the window.
    pub fn end(&self) -> u64 {
        self.start + self.text.len() as u64
    }

    /// The text of a range that lies inside the window; what lies outside is empty.
    #[inline]
    pub fn text(&self, range: Range<u64>) -> &str {
        let from = range.start.saturating_sub(self.start) as usize;
        let to = range.end.saturating_sub(self.start) as usize;
        self.text.get(from..to).unwrap_or_default()
    }

    /// A piece of about `length` bytes from `from` on, cut between characters.
    pub(crate) fn piece(&self, from: u64, length: usize) -> &str {
        let from = from.saturating_sub(self.start) as usize;
        let rest = self.text.get(from..).unwrap_or_default();
        &rest[..rest.floor_char_boundary(length)]
    }

    /// Rewrites the tags of `noscript` elements into those of a `div`, byte for byte, so that what they hold is read as HTML.
    /// Offsets stay as they are.
    pub(crate) fn open_noscript(&mut self) {
        const NAME: &[u8] = b"noscript";
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            at += found + 1;
            let name = at + usize::from(bytes.get(at) == Some(&b'/'));
            let is_named = bytes.get(name..name + NAME.len()).is_some_and(|found| found.eq_ignore_ascii_case(NAME));
            let ends = bytes.get(name + NAME.len()).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'));
            if is_named && ends {
                bytes[name..name + NAME.len()].copy_from_slice(b"div     ");
            }
        }
        // ASCII took the place of ASCII: this is still UTF-8.
        self.text = String::from_utf8(bytes).unwrap_or_default();
    }

    /// What is before `offset` will not be asked for again.
    pub fn forget(&mut self, offset: u64) {
        self.stale = (offset.saturating_sub(self.start) as usize).min(self.text.len());
        if self.stale >= COMPACT_AT && self.stale * 2 >= self.text.len() {
            self.text.drain(..self.stale);
            self.start += self.stale as u64;
            self.stale = 0;
        }
    }
}
