//! Sayings: texts in which a page says outside of its visible markup what it holds: its summary for search engines and shared links,
//! texts and names in JSON-LD. Nothing is taken from them; a block that says the same is likely content.

use htmlize::unescape;

/// What kind of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saying {
    /// A description of the page in `meta`.
    Summary,
    /// A description, body, review or the like in JSON-LD.
    Text,
    /// The name of a thing in JSON-LD.
    Name,
}

/// All sayings of one page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sayings {
    said: Vec<(Saying, String)>,
    bytes: usize,
}

/// More bytes of sayings than this are not remembered, nor more texts.
const MOST_BYTES: usize = 1 << 20;
const MOST_TEXTS: usize = 4_096;
/// Shorter texts say nothing.
const FEWEST_BYTES: usize = 8;

impl Sayings {
    pub(super) fn add(&mut self, kind: Saying, text: &str) {
        if text.len() < FEWEST_BYTES || self.bytes + text.len() > MOST_BYTES || self.said.len() >= MOST_TEXTS {
            return;
        }
        self.bytes += text.len();
        // Some escape their markup once more.
        self.said.push((kind, unescape(text).into_owned()));
    }

    /// Each text with its kind, as text or as markup.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Saying, &str)> {
        self.said.iter().map(|(kind, text)| (*kind, text.as_str()))
    }
}
