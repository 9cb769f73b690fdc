//! The values beside the text of a passage: of attributes, of elements that hold text, of JSON-LD.

use super::Passage;
use crate::moderate::contact::is_contact;
use crate::moderate::reference::References;
use crate::moderate::seen::{TARGETS, TEXTS, is_lazy};
use crate::moderate::surface::{Surface, Writing};
use crate::moderate::{dialled, json};
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, Tag, Window, decode_value, tag_name};
use std::ops::Range;

/// The first bracket of a text, written as itself or by reference.
fn bracket(text: &str, sign: u8, reference: &str) -> Option<Range<usize>> {
    memchr::memchr2_iter(sign, b'&', text.as_bytes()).find_map(|at| match text.as_bytes()[at] == sign {
        true => Some(at..at + 1),
        false => text[at..].starts_with(reference).then_some(at..at + reference.len()),
    })
}

/// The tags on which an attribute leads somewhere, any where none is named; `None` where it never does.
fn tags_of(name: &str, tag: Tag) -> Option<&'static [Tag]> {
    let known = TARGETS.iter().find(|(target, _)| name.eq_ignore_ascii_case(target)).map(|(_, tags)| *tags);
    known.or_else(|| (matches!(tag, Tag::Img | Tag::Source | Tag::Unknown) && is_lazy(name)).then_some(&[]))
}

/// The tag of an element; in a drawing a link is one as well.
fn named(tag: Tag, source: &str) -> Tag {
    if tag == Tag::Unknown && tag_name(source).eq_ignore_ascii_case("a") { Tag::A } else { tag }
}

/// Whether a mail address may stand in an address.
fn may_hold_mail(address: &str) -> bool {
    memchr::memchr2_iter(b'@', b'%', address.as_bytes()).any(|at| address.as_bytes()[at] == b'@' || address[at..].starts_with("%40"))
}

/// Attributes that say what the value of a tag is.
const NAMES: [&str; 4] = ["itemprop", "property", "name", "id"];

impl Passage {
    /// The bytes of the value that a block of the side view is, if it has no quotes.
    pub(in crate::moderate) fn unquoted(&self, plain: u32) -> Option<Range<u64>> {
        self.unquoted.binary_search_by_key(&plain, |(at, _)| *at).ok().map(|at| self.unquoted[at].1.clone())
    }

    /// Text that is no part of the page's and has tags in it.
    pub(super) fn held_markup(&mut self, text: &str, range: Range<u64>, number: u64) {
        self.held_text(text, range.start, number);
        match &mut self.held {
            Some((held, events)) => (held.end, events.end) = (range.end, number + 1),
            None => self.held = Some((range, number..number + 1)),
        }
    }

    /// What was held has ended: it is read once more without its tags.
    pub(super) fn end_held(&mut self, window: &Window) {
        if let Some((held, events)) = self.held.take() {
            self.held_document(window.text(held.clone()), held.start, events);
        }
    }

    /// Text that is no part of the page's, in one block however many events it comes in.
    pub(super) fn held_text(&mut self, text: &str, from: u64, number: u64) {
        if !self.is_open {
            self.is_open = true;
            self.side.begin_block(Surface::Rcdata, Writing::Reference, number);
        }
        if let Some(block) = self.side.blocks.last_mut() {
            block.until = number + 1;
        }
        // No edit may reach from one event into the next.
        self.side.markup();
        self.side.add(text, from, References::Text, false);
    }

    /// The values of a JSON-LD block, and the events that it comes in.
    pub(super) fn data(&mut self, text: Range<u64>, events: Range<u64>, window: &Window) {
        let first = self.side.blocks.len();
        json::add_values(window.text(text.clone()), text.start, events.start, &mut self.side, &mut self.unquoted);
        self.side.blocks[first..].iter_mut().for_each(|block| block.until = events.end);
    }

    /// The text of a page within an attribute, each run of it between tags.
    fn document(&mut self, value: &str, from: u64, number: u64) {
        self.side.begin_block(Surface::Attribute, Writing::Reference, number);
        let mut at = 0;
        while at < value.len() {
            let rest = &value[at..];
            let open = bracket(rest, b'<', "&lt;").unwrap_or(rest.len()..rest.len());
            self.side.add(&rest[..open.start], from + at as u64, References::Attribute, false);
            let tag = &rest[open.end..];
            let close = bracket(tag, b'>', "&gt;").unwrap_or(tag.len()..tag.len());
            let name = tag[..close.start].trim_start_matches('/');
            let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            self.side.markup();
            if Tag::of(&name.to_ascii_lowercase()).has(is::BLOCK) {
                self.side.hard_break(from + (at + open.start) as u64);
            }
            at += open.end + close.end;
        }
        self.side.end_block();
    }

    /// Notes that the value which comes next has no quotes, if it has none.
    fn note_quotes(&mut self, source: &str, start: usize, length: usize, from: u64) {
        let is_quoted = matches!(source.as_bytes().get(start.wrapping_sub(1)), Some(b'"' | b'\''));
        if !is_quoted {
            let range = from + start as u64..from + (start + length) as u64;
            self.unquoted.push((self.side.plain.len() as u32, range));
        }
    }

    /// Where a link leads that says something else, if that stands for a number or an address. What both end in is the same in both.
    fn resolved_link(&mut self, resolved: &str, source: &str, value: &str, from: u64, number: u64) {
        if value.is_empty() || !(self.all_links || is_contact(resolved)) {
            return;
        }
        let start = value.as_ptr() as usize - source.as_ptr() as usize;
        self.note_quotes(source, start, value.len(), from);
        let common = resolved.bytes().rev().zip(value.bytes().rev()).take_while(|(a, b)| a == b && a.is_ascii()).count();
        let (from, head) = (from + start as u64, resolved.len() - common);
        self.side.begin_block(Surface::Link, Writing::Reference, number);
        for character in resolved[..head].chars() {
            self.side.character(character, from..from + (value.len() - common) as u64);
        }
        self.side.add(&resolved[head..], from + (value.len() - common) as u64, References::No, false);
        self.side.end_block();
        if let Some(block) = self.side.blocks.last_mut() {
            (block.is_mere_link, block.is_as_written) = (!is_contact(resolved), true);
        }
    }

    fn labelled_value(&mut self, surface: Surface, label: &str, raw: &str, from: u64, number: u64) {
        self.side.begin_block(surface, Writing::Reference, number);
        if !label.is_empty() {
            self.side.label(label);
        }
        if surface == Surface::Link {
            self.side.add_address(raw, from)
        } else {
            self.side.add(raw, from, References::Attribute, false)
        }
        self.side.end_block();
    }

    pub(super) fn side_value(&mut self, surface: Surface, writing: Writing, raw: &str, from: u64, references: References, number: u64) {
        if raw.is_empty() {
            return;
        }
        self.side.begin_block(surface, writing, number);
        self.side.add(raw, from, references, false);
        self.side.end_block();
    }

    /// The values in a tag that somebody may see.
    pub(super) fn values(&mut self, tag: Tag, source: &str, from: u64, number: u64) {
        for (name, value) in Attributes::of(source) {
            let surface = if tag == Tag::Meta {
                if !name.eq_ignore_ascii_case("content") {
                    continue;
                }
                Surface::Meta
            } else if let Some(tags) = tags_of(name, tag) {
                if !(tags.is_empty() || tags.contains(&named(tag, source))) {
                    continue;
                }
                let address = decode_value(value);
                if self.looks_at(Surface::Link)
                    && let Some(resolved) = self.base.resolved(&address)
                {
                    self.resolved_link(&resolved, source, value, from, number);
                }
                if !(self.all_links || is_contact(&address) || may_hold_mail(&address)) {
                    continue;
                }
                if let Some(link) = self.links.last_mut().filter(|link| link.open == Some(number)) {
                    link.dials = dialled::target(value);
                }
                Surface::Link
            } else if tag == Tag::Iframe && name.eq_ignore_ascii_case("srcdoc") {
                if self.looks_at(Surface::Attribute) {
                    let start = value.as_ptr() as usize - source.as_ptr() as usize;
                    self.document(value, from + start as u64, number);
                    self.inner_document(value, from + start as u64, number);
                }
                continue;
            } else if TEXTS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                Surface::Attribute
            } else {
                continue;
            };
            if value.len() < 2 || !self.looks_at(surface) {
                continue;
            }
            let start = value.as_ptr() as usize - source.as_ptr() as usize;
            self.note_quotes(source, start, value.len(), from);
            let before = self.side.plain.len();
            let is_named =
                surface == Surface::Meta || (surface == Surface::Attribute && ["value", "content"].iter().any(|n| name.eq_ignore_ascii_case(n)));
            let label = if is_named { NAMES.iter().find_map(|name| Attributes::get(source, name)).unwrap_or_default() } else { "" };
            self.labelled_value(surface, label, value, from + start as u64, number);
            if self.side.plain.len() == before {
                // Nothing of it can be seen; the next value begins where it did.
                self.unquoted.pop_if(|(at, _)| *at as usize == before);
                continue;
            }
            if surface == Surface::Link
                && let Some(block) = self.side.blocks.last_mut()
            {
                block.is_mere_link = !is_contact(&decode_value(value));
            }
        }
    }
}
