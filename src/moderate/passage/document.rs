//! Pages within the page, as in `srcdoc` and in `noscript`: their text without their tags, in lines and as one, and their tags as text.

use super::Passage;
use crate::moderate::map::ViewMap;
use crate::moderate::reference::{References, reference};
use crate::moderate::surface::{Surface, Writing};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, Tag, tag_name};
use std::ops::Range;

/// Pages are read that stand in one another up to this many deep.
const NESTED: usize = 4;

/// A text and where on the page it stands.
#[derive(Default)]
struct Mapped {
    text: String,
    map: ViewMap,
}

impl Mapped {
    fn of(raw: &str, from: u64) -> Self {
        let mut mapped = Mapped { text: raw.to_owned(), map: ViewMap::default() };
        mapped.map.same(raw.len(), from);
        mapped
    }

    /// The characters of a range, with their references decoded, and where each stands.
    fn decoded(&self, range: Range<usize>, references: References, mut take: impl FnMut(char, Range<u64>)) {
        let mut at = range.start;
        while at < range.end {
            let rest = &self.text[at..range.end];
            let found = rest.starts_with('&').then(|| reference(rest, references)).flatten();
            if let Some((length, decoded)) = found {
                let from = self.map.start(at)..self.map.end(at + length);
                decoded.chars().for_each(|character| take(character, from.clone()));
                at += length;
            } else {
                let Some(character) = rest.chars().next() else { return };
                let end = at + character.len_utf8();
                take(character, self.map.start(at)..self.map.end(end));
                at = end;
            }
        }
    }

    /// The text of a range with its references decoded.
    fn inner(&self, range: Range<usize>) -> Self {
        let mut inner = Mapped::default();
        self.decoded(range, References::Attribute, |character, from| {
            let length = character.len_utf8();
            inner.text.push(character);
            if from.end - from.start == length as u64 { inner.map.same(length, from.start) } else { inner.map.whole(length, from) }
        });
        inner
    }

    /// The pages that stand in its own attributes.
    fn nested(&self) -> Vec<Self> {
        let mut nested = Vec::new();
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'<', &self.text.as_bytes()[at..]) {
            let start = at + found;
            at = start + tag_length(&self.text[start..]);
            let tag = &self.text[start..at];
            if Tag::of(tag_name(tag)) == Tag::Iframe
                && let Some(value) = Attributes::get(tag, "srcdoc")
            {
                let from = value.as_ptr() as usize - self.text.as_ptr() as usize;
                nested.push(self.inner(from..from + value.len()));
            }
        }
        nested
    }
}

/// Length of a tag that a text begins with; of all of the text where that does not end.
fn tag_length(text: &str) -> usize {
    let values = Attributes::of(text).map(|(_, value)| value.as_ptr() as usize - text.as_ptr() as usize + value.len());
    let end = values.last().unwrap_or(1).min(text.len());
    memchr::memchr(b'>', &text.as_bytes()[end..]).map_or(text.len(), |found| end + found + 1)
}

impl Passage {
    /// The text of a page within an attribute, which is read already with the tags of its own left out.
    pub(super) fn inner_document(&mut self, value: &str, from: u64, number: u64) {
        let mut documents = vec![Mapped::of(value, from).inner(0..value.len())];
        for _ in 0..NESTED {
            let mut nested = Vec::new();
            for document in &documents {
                self.tags_as_text(document, number);
                self.without_tags(document, Surface::Attribute, number..number + 1);
                nested.extend(document.nested());
            }
            documents = nested;
        }
    }

    /// The text of a page within an element whose tags are read as text.
    pub(super) fn held_document(&mut self, text: &str, from: u64, events: Range<u64>) {
        if memchr::memchr(b'<', text.as_bytes()).is_some() {
            self.without_tags(&Mapped::of(text, from), Surface::Rcdata, events);
        }
    }

    fn begin_reading(&mut self, surface: Surface, events: Range<u64>) {
        self.side.begin_block(surface, Writing::Reference, events.start);
        if let Some(block) = self.side.blocks.last_mut() {
            (block.until, block.is_as_written) = (events.end, true);
        }
    }

    fn tags_as_text(&mut self, document: &Mapped, number: u64) {
        self.begin_reading(Surface::Attribute, number..number + 1);
        document.decoded(0..document.text.len(), References::Attribute, |character, from| self.side.character(character, from));
        self.side.end_block();
    }

    /// Reads the texts between tags: in the lines that blocks make, and as one.
    fn without_tags(&mut self, document: &Mapped, surface: Surface, events: Range<u64>) {
        for in_lines in [true, false] {
            self.begin_reading(surface, events.clone());
            let (text, mut at) = (&document.text, 0);
            while at < text.len() {
                let open = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found);
                document.decoded(at..open, References::Text, |character, from| self.side.character(character, from));
                let close = open + if open < text.len() { tag_length(&text[open..]) } else { 0 };
                self.side.markup();
                let tag = Tag::of(tag_name(&text[open..close]));
                if in_lines && (tag.has(is::BLOCK) || tag == Tag::Br) {
                    self.side.hard_break(document.map.start(open));
                }
                at = close;
            }
            self.side.end_block();
        }
    }
}
