//! The part of the decoded page that somebody still needs.

use super::noscript::{self, Noscript};
use std::ops::Range;

const NOSCRIPT: &[u8] = b"noscript";
/// What stands in the place of that name.
const OPENED: &str = "div     ";

/// Decoded text from [`Window::start`] on; offsets count bytes from the start of the page.
#[derive(Debug, Default)]
pub struct Window {
    text: String,
    start: u64,
    /// Bytes at the front of `text` that are no longer needed; freed in larger steps.
    stale: usize,
    /// Where the `noscript` elements begin that were opened, in order.
    opened: Vec<u64>,
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

    /// Whether the element whose start tag begins here is a `noscript` that was opened.
    pub(crate) fn is_opened_noscript(&self, at: u64) -> bool {
        !self.opened.is_empty() && self.opened.binary_search(&at).is_ok()
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

    /// Rewrites the tags of `noscript` elements into those of a `div`, byte for byte, so that what they hold is read as HTML. Offsets stay as they
    /// are. An element is left as it is where it could take what follows along; whether any was opened.
    pub(crate) fn open_noscript(&mut self, elements: &[Noscript]) -> bool {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for element in elements {
            let place = |offset: u64| offset.saturating_sub(self.start) as usize;
            let (start, content, close) =
                (place(element.start), place(element.content.start)..place(element.content.end), place(element.content.end));
            let names = [start + "<".len(), close + "</".len()];
            let is_named = |at: usize| bytes.get(at..at + NOSCRIPT.len()).is_some_and(|name| name.eq_ignore_ascii_case(NOSCRIPT));
            let is_safe = names.into_iter().all(is_named) && bytes.get(content).is_some_and(noscript::ends_as_it_began);
            if is_safe {
                names.iter().for_each(|at| bytes[*at..at + NOSCRIPT.len()].copy_from_slice(OPENED.as_bytes()));
                self.opened.push(element.start);
            }
        }
        // ASCII took the place of ASCII: this is still UTF-8.
        self.text = String::from_utf8(bytes).unwrap_or_default();
        !self.opened.is_empty()
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
