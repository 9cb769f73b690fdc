//! What the tags of an element begin and end in a passage: links, data, what is not seen or is shown against its direction.

use super::Passage;
use super::lines::by;
use super::link::Link;
use crate::moderate::contact::is_contact;
use crate::moderate::dialled::Dialled;
use crate::moderate::seen::is_hiding;
use crate::moderate::surface::Surface;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, Tag, Window, raises};
use std::ops::Range;

impl Passage {
    /// Notes an element that is not seen in the middle of a word, one that shows its text against the text's direction, and one that
    /// stands above or below the line.
    pub(super) fn shown(&mut self, id: ElementId, tag: Tag, hides: bool, range: &Range<u64>, window: &Window) {
        if !(hides || matches!(tag, Tag::Bdo | Tag::Sup | Tag::Sub | Tag::Template | Tag::Rt | Tag::Rtc | Tag::Rp)) {
            return;
        }
        let source = window.text(range.clone());
        let style = if hides { Attributes::decoded(source, "style").unwrap_or_default() } else { "".into() };
        if self.raised.is_none() && (matches!(tag, Tag::Sup | Tag::Sub) || raises(&style)) {
            self.raised = Some(id);
            self.text.begin_raised();
        }
        let is_against = match tag {
            Tag::Bdo => true,
            // `isolate-override`, too.
            _ => style.contains("-override"),
        };
        if is_against && self.overriding.is_none() {
            self.overriding = Some(id);
            self.text.begin_override();
        }
        let is_unseen =
            || matches!(tag, Tag::Template | Tag::Rt | Tag::Rtc | Tag::Rp) || is_hiding(&style) || Attributes::get(source, "hidden").is_some();
        if self.aside.is_none() && !tag.has(is::BLOCK) && self.text.plain.ends_with(char::is_alphanumeric) && is_unseen() {
            self.aside = Some(id);
        }
    }

    /// A reading of ruby ends that was not left out of the text: it stands above the line, apart from what follows.
    pub(super) fn annotated(&mut self, at: u64) {
        self.text.object(at);
        self.lines.space(by::PAGE);
    }

    pub(super) fn opened(&mut self, id: ElementId, tag: Tag, void: bool, range: &Range<u64>, number: u64, window: &Window) {
        if tag == Tag::A && !void {
            // Style sheets part "Call 555 0100" from the address that follows it.
            let follows_word = self.text.plain.ends_with(char::is_alphanumeric);
            if follows_word && Attributes::get(window.text(range.clone()), "href").is_some_and(is_contact) {
                self.text.object(range.start);
            }
            self.links.push(Link { id, open: Some(number), plain: self.text.plain.len()..usize::MAX, dials: None });
        }
        if matches!(tag, Tag::Noscript | Tag::Xmp | Tag::Noembed | Tag::Noframes) {
            self.noscript = Some(id);
        }
        if tag == Tag::Script && self.looks_at(Surface::JsonLd) {
            let kind = Attributes::get(window.text(range.clone()), "type").unwrap_or_default().trim();
            if kind.to_ascii_lowercase().starts_with("application/ld+json") {
                self.json = Some((id, Range { start: u64::MAX, end: 0 }, number));
            }
        }
    }

    pub(super) fn closed(&mut self, id: ElementId, tag: Tag, close: u64, window: &Window) {
        if tag == Tag::A
            && let Some(link) = self.links.iter_mut().rev().find(|link| link.id == id)
        {
            link.plain.end = self.text.plain.len();
            if let Some(digits) = link.dials.take() {
                self.text.dialled.push(Dialled { text: link.plain.clone(), digits });
            }
        }
        if tag == Tag::Script
            && let Some((_, range, number)) = self.json.take_if(|json| json.0 == id)
            && range.start < range.end
        {
            self.data(range, number..close + 1, window);
        }
    }
}
