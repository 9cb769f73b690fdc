//! The decoded page, asked by offsets of its source.

use naqi::decode::{Declared, Decoder, charset_of_content_type};
use naqi::emit::EmitFormat;
use naqi::rules::RuleSet;
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::sync::Arc;
use url::Url;

/// An excerpt has about this many characters.
const EXCERPT_CHARS: usize = 120;
/// No more than this much of a stretch is looked at.
const LOOKED_AT_BYTES: usize = 64 * 1024;

/// The page as decoded.
pub struct SourceText {
    text: String,
    /// Where its lines end.
    newlines: Vec<usize>,
    decoder: Decoder,
    origin: Origin,
    rules: Arc<RuleSet>,
}

impl SourceText {
    /// Decodes a page as the pipeline does.
    pub fn of(page: &[u8], origin: &Origin, rules: Arc<RuleSet>) -> Self {
        let host = origin.url.as_ref().and_then(Url::host_str);
        let declared = Declared {
            http: origin.content_type.as_deref().and_then(charset_of_content_type),
            top_level_domain: host.and_then(|host| host.rsplit('.').next()).map(str::to_owned),
        };
        let mut decoder = Decoder::new(&declared);
        let mut text = String::new();
        decoder.push(page, &mut text);
        decoder.finish(&mut text);
        // Excerpts are read as decoded text, whatever the page was.
        let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: origin.markup };
        let newlines = text.match_indices('\n').map(|(at, _)| at).collect();
        SourceText { text, newlines, decoder, origin, rules }
    }

    /// Line of a source offset, from 1.
    pub fn line(&mut self, source: u64) -> usize {
        let offset = self.offset(source);
        self.newlines.partition_point(|newline| *newline < offset) + 1
    }

    /// What a reader saw of a stretch; its markup when a reader saw nothing. White space is collapsed.
    pub fn excerpt(&mut self, start: u64, end: u64) -> Option<String> {
        let (start, end) = (self.offset(start), self.offset(end));
        let mut end = end.min(start + LOOKED_AT_BYTES);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let stretch = self.text.get(start..end)?;
        let settings = Settings { emit: EmitFormat::Text, strip: StripMode::Off, ..Settings::default() };
        let mut seen = Vec::new();
        let seen = clean(&self.rules, &settings, &self.origin, stretch.as_bytes(), &mut seen).ok().map(|_| collapse(&String::from_utf8_lossy(&seen)));
        Some(seen.filter(|seen| !seen.is_empty()).unwrap_or_else(|| collapse(stretch))).filter(|excerpt| !excerpt.is_empty())
    }

    /// The decoded text of a stretch, as it stands there.
    pub fn stretch(&mut self, start: u64, end: u64) -> &str {
        let (start, end) = (self.offset(start), self.offset(end));
        self.text.get(start..end).unwrap_or_default()
    }

    /// Offset in the text of the first character that comes from `source` or after it.
    fn offset(&mut self, source: u64) -> usize {
        let map = self.decoder.map();
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if map.source(middle as u64) < source { low = middle + 1 } else { high = middle }
        }
        while !self.text.is_char_boundary(low) {
            low += 1;
        }
        low
    }
}

fn collapse(text: &str) -> String {
    let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match collapsed.char_indices().nth(EXCERPT_CHARS) {
        Some((cut, _)) => format!("{}…", &collapsed[..cut]),
        None => collapsed,
    }
}
