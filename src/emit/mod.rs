//! Emit: what was kept, written out.

mod address;
mod flow;
mod preserve;
pub mod record;
mod republish;
mod title;

pub use address::Addresses;
pub(crate) use title::whole as whole_title;

use crate::decode::SourceMap;
use crate::moderate::edit::{Edit, edited, within};
use crate::rewrite::{Markup, Window};
use crate::rules::media::Media;
use crate::strip::Held;
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// What comes out of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmitFormat {
    /// A balanced HTML fragment, written anew from an allowlist: safe to put on a site.
    #[default]
    Republish,
    /// The page's own bytes without what was stripped.
    Preserve,
    /// Text in reading order.
    Text,
    /// Markdown (CommonMark with tables).
    Markdown,
    /// One JSON record a page.
    Jsonl,
}

/// What an emitter may look at besides the event.
#[derive(Clone, Copy)]
pub struct PageSource<'a> {
    /// The decoded page, as far as it is still needed.
    pub window: &'a Window,
    /// From the decoded page to the source.
    pub map: &'a SourceMap,
    /// The source's bytes from `raw_start` on; only kept for `preserve`.
    pub raw: &'a [u8],
    /// Source offset of the first byte of `raw`.
    pub raw_start: u64,
    /// The source's encoding.
    pub encoding: &'static Encoding,
    /// What moderation writes in place of ranges of the page, in order.
    pub edits: &'a [Edit],
    /// What `text` and `markdown` begin with, as far as it is known; `None` when that is not asked for.
    pub title: Option<&'a str>,
    /// `text` and `markdown` show the title; without, it is metadata.
    pub with_title: bool,
}

impl<'a> PageSource<'a> {
    /// The decoded text of an event, with moderation's edits in it.
    pub fn text(&self, range: Range<u64>) -> Cow<'a, str> {
        let text = self.window.text(range.clone());
        if self.edits.is_empty() { text.into() } else { edited(text, range, self.edits) }
    }

    /// The decoded text of an event in order, parted where moderation writes something else.
    pub fn parts(&self, range: Range<u64>) -> impl Iterator<Item = Part<'a>> {
        let (window, end) = (self.window, range.end);
        let mut edits = within(self.edits, &range).iter().peekable();
        let mut at = Some(range.start);
        std::iter::from_fn(move || {
            let from = at?;
            match edits.next_if(|edit| edit.range.start <= from) {
                Some(edit) => {
                    at = Some(edit.range.end.clamp(from, end));
                    Some(Part::Edit(edit))
                }
                None => {
                    let to = edits.peek().map_or(end, |edit| edit.range.start);
                    at = edits.peek().map(|_| to);
                    Some(Part::Page(window.text(from..to)))
                }
            }
        })
    }
}

/// A part of a text as it is written.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// As the page says it.
    Page(&'a str),
    /// As moderation does.
    Edit(&'a Edit),
}

/// A text as a browser takes it, once its references are read: U+0000 is left out (HTML Living Standard, 13.2.6.4.7). It ends the reference
/// that it stands in, so left out before it would make references that moderation has not read.
fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(0, text.as_bytes()).is_some() { text.replace('\0', "").into() } else { text }
}

/// The number of a finding, and where in the output stands what was written for it.
pub type Placed = (u64, Range<usize>);

/// Writes one page.
pub trait Emitter {
    /// The next event; removed ones are shown too.
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>);
    /// The end of the page.
    fn finish(&mut self, page: &PageSource<'_>, out: &mut Vec<u8>);
    /// Where in `out` the last call has put what moderation writes into text, as far as that is known.
    fn placed(&mut self) -> &mut Vec<Placed>;
}

/// The emitter of a format; a record is made of several.
pub fn emitter(format: EmitFormat, markup: Markup, addresses: Addresses, media: Arc<Media>) -> Box<dyn Emitter> {
    match format {
        EmitFormat::Republish | EmitFormat::Jsonl => Box::new(republish::Republish::new(markup, addresses, media)),
        EmitFormat::Preserve => Box::new(preserve::Preserve::default()),
        EmitFormat::Text => Box::new(flow::Flow::text()),
        EmitFormat::Markdown => Box::new(flow::Flow::markdown(addresses, media)),
    }
}
