//! Teasers: which lines behind a label are what it heads, and which end its reach.

use super::Stripper;
use super::following::Following;
use super::queue::EventIndex;
use crate::rewrite::tag::is;
use crate::rewrite::{ElementId, EventKind, Markup, Tag};
use std::ops::Range;

/// An unlinked title in a list of titles has no more words than this.
const PLAIN_WORDS: u32 = 16;
/// A line of plain text with more words was not wrapped at the edge of a page or a terminal.
pub(super) const WRAPPED_WORDS: u32 = 24;
/// So many unlinked titles in a row are a list, even if prose follows.
const PLAIN_ROW: u32 = 2;

/// A name, and what its bearer does.
const PERSON_ROW: u32 = 2;

/// Boxes that may close between a label and its first teaser.
const BOXES: u8 = 3;
/// A line of a teaser that is no link: its date, its section, its counter.
const SMALL_WORDS: u32 = 8;
/// The excerpt below a teaser's title.
const EXCERPT_WORDS: u32 = 36;
/// A linked line of so many words that ends as a sentence does is a paragraph of something.
const PARAGRAPH_WORDS: u32 = 25;
const PARAGRAPH_IN_LABEL_WORDS: u32 = 15;
/// So many words of prose are a text, and so many where the excerpt stands in one card with its teaser.
const TEXT_WORDS: u64 = 100;
const CARD_TEXT_WORDS: u64 = 40;
/// Lines of a card beside the teaser, and boxes that may close between the label and the first card.
const CARD_LINES: u32 = 3;
const CARD_BOXES: u8 = 1;
/// An unlinked entry of a list of teasers.
const ENTRY_WORDS: u32 = 30;

impl Stripper {
    /// A line without a label: a teaser of the label before, or the end of its reach.
    pub(super) fn follow(&mut self, this: usize) {
        let Some(mut following) = self.following.take() else { return };
        let line = &self.lines[this];
        let (first, end, words, heading) = (line.first, line.end, line.words, line.heading);
        if words == 0 {
            // Nothing is said between the label and its teasers.
            self.following = Some(following);
            return;
        }
        let is_next_heading = heading > 0 && following.level > 0 && heading <= following.level;
        // Teasers may be headings of the label's own level, but not one of many that are none.
        let ends_teasers = is_next_heading && following.teasers > 0 && following.teaser_level != heading;
        let list = self.open.iter().rev().find(|record| matches!(record.tag, Tag::Ul | Tag::Ol | Tag::Menu)).map(|record| record.id);
        // An excerpt breaks off, or stands below a title of its own; it goes if a teaser or the end of the box follows. On a page without a text
        // of its own it is what the page consists of.
        let is_behind_text = self.prose_words >= TEXT_WORDS;
        let card = if following.teasers > 0 && self.prose_words >= CARD_TEXT_WORDS { self.card_around(&following, first) } else { None };
        let is_of_card = card.is_some()
            && heading == 0
            && words <= EXCERPT_WORDS
            && self.markup == Markup::Html
            && !line.is_prose()
            && following.waiting < CARD_LINES;
        let is_excerpt =
            following.in_own_box && is_behind_text && words <= EXCERPT_WORDS && (following.titled || !line.ends_sentence || line.breaks_off);
        let small = (words <= SMALL_WORDS && !line.ends_sentence || is_excerpt) && heading == 0;
        let in_text = self.markup == Markup::Text;
        // A paragraph in a link that nothing ends: an excerpt may be one, if a teaser follows. A link that holds the label ought to end with it.
        let holds_label = self.open.iter().rfind(|record| record.is_link).is_some_and(|record| record.event < following.label_end);
        let least_words = if holds_label { PARAGRAPH_IN_LABEL_WORDS } else { PARAGRAPH_WORDS };
        if !in_text && heading == 0 && words >= least_words && line.ends_sentence && !line.breaks_off && line.is_linked() {
            if following.teasers > 0 && !holds_label && words <= EXCERPT_WORDS && following.waits_from.is_none() {
                following.waits_from = Some(first);
                self.following = Some(following);
            }
            return;
        }
        let is_teaser = if in_text {
            // Plain text has no links: a list has bullets, or stands in the label's own paragraph.
            let first = following.teasers == 0;
            following.bulleted |= first && line.items > 0;
            let in_paragraph = following.parted && !following.bulleted && !self.gathering.before_blank;
            let in_list = following.bulleted && line.items > 0 && !(following.tight && self.gathering.before_blank);
            (in_list || in_paragraph) && !line.ends_sentence_but_question() && words <= ENTRY_WORDS
        } else {
            // What is no link is a teaser in the first list only, or among links: another list is the text's.
            let in_list = line.items > following.items && (following.teasers == 0 || following.list == list);
            !ends_teasers && (line.is_linked() || (in_list && words <= ENTRY_WORDS && !line.is_prose() && !is_next_heading))
        };
        // Where lines are wrapped, one behind another is the same paragraph: no title.
        let goes_on = in_text && !self.gathering.before_blank && self.widest_line <= WRAPPED_WORDS;
        let is_plain = !is_teaser
            && !goes_on
            && following.teasers == 0
            && (heading == 0 || following.level > 0 && heading > following.level)
            && words <= PLAIN_WORDS
            && !self.lines[this].ends_sentence_but_question()
            && (following.bold || !self.is_bold(first));
        if is_plain && following.of_person && following.plain == PERSON_ROW {
            return self.take_plain(&following);
        }
        if is_plain {
            following.plain += 1;
            following.above_teaser = heading == 0 && words <= SMALL_WORDS;
            following.plain_end_before = std::mem::replace(&mut following.plain_end, end);
            following.waits_from.get_or_insert(first);
            self.following = Some(following);
            return;
        }
        let is_first_teaser = is_teaser && !in_text && !following.of_person && following.plain == 1 && following.above_teaser;
        if following.plain > 0 && !is_first_teaser {
            if goes_on {
                following.plain -= 1;
                following.plain_end = following.plain_end_before;
            }
            // A heading or a label after them ends the list; before prose a single short line may head it.
            if following.of_person || following.after_prose && (heading > 0 || following.plain >= PLAIN_ROW) {
                self.take_plain(&following);
            }
            return;
        }
        if is_teaser {
            following.teasers += 1;
            following.tight |= in_text && !self.gathering.before_blank;
            (following.list, following.teaser_level) = (list, heading);
            following.titled = heading > 0 || self.lines[this].items > following.items;
            following.release();
            let from = following.start.max(self.queue.first());
            self.grow(following.removal, from..end);
            self.lines[this].dropped = true;
            self.gathering.break_goes_with = following.removal;
            (following.start, following.teaser) = (first, end.saturating_sub(1));
            self.following = Some(following);
        } else if is_of_card {
            following.waits_from.get_or_insert(first);
            (following.card, following.waiting) = (card, following.waiting + 1);
            self.following = Some(following);
        } else if small && !in_text && following.teasers > 0 && following.waits_from.is_none() && !is_next_heading {
            following.waits_from = Some(first);
            self.following = Some(following);
        }
    }

    /// The box that opened behind the label, holds the last teaser and goes on: a card, with an excerpt, a date, a section.
    fn card_around(&self, following: &Following, first: EventIndex) -> Option<ElementId> {
        let is_card = |event: EventIndex| event >= following.label_end && event <= following.teaser && event < first;
        let is_box = |tag: Tag| tag == Tag::Article || tag.has(is::CONTAINER);
        let card = self.open.iter().rev().find(|record| is_box(record.tag) && is_card(record.event)).map(|record| record.id);
        card.filter(|_| following.left <= CARD_BOXES)
    }

    /// A card closed: what stands in it below the teaser goes with it.
    fn card_closed(&mut self, id: ElementId) {
        let Some(following) = self.following.as_mut().filter(|following| following.card == Some(id)) else { return };
        (following.card, following.waiting) = (None, 0);
        let Some(from) = following.waits_from.take() else { return };
        let removal = following.removal;
        self.grow(removal, from..self.queue.end());
    }

    /// An element closed: the label's reach may end with it.
    pub(super) fn following_closed(&mut self, id: ElementId) {
        self.card_closed(id);
        if self.following.as_ref().is_none_or(|following| following.container != Some(id)) {
            return;
        }
        // The element is off the stack: the box around it is the innermost one now.
        let around = self.innermost_box().map(|record| record.id);
        let Some(following) = &mut self.following else { return };
        if following.plain > 0 {
            if let Some(following) = self.following.take() {
                self.take_plain(&following);
            }
            return;
        }
        if following.teasers > 0 || following.left >= BOXES {
            // The small line after the last teaser was inside the box: it goes with it.
            let (waits_from, removal) = (following.waits_from, following.removal);
            if let Some(from) = waits_from {
                self.grow(removal, from..self.queue.end());
            }
            self.following = None;
            return;
        }
        following.left += 1;
        following.container = around;
    }

    /// The label's reach ends with another label, or with the page: the unlinked titles that waited go with it.
    pub(super) fn end_following(&mut self) {
        if let Some(following) = self.following.take().filter(|following| following.plain > 0) {
            self.take_plain(&following);
        }
    }

    fn take_plain(&mut self, following: &Following) {
        // At the top of a plain text the headline and its date stand behind the words of a menu.
        let heads_text = self.markup == Markup::Text && !following.after_prose && !following.of_person;
        let Some(from) = following.waits_from.filter(|_| !heads_text) else { return };
        let from = following.start.max(self.queue.first()).min(from);
        self.grow(following.removal, from..following.plain_end);
    }

    /// A label's removal takes what follows it, too.
    fn grow(&mut self, number: u32, events: Range<EventIndex>) {
        let end = events.end;
        self.drop_events(events, number);
        let reached = self.queue.get(end.saturating_sub(1)).map(|held| held.event.range.end);
        if let (Some(removal), Some(reached)) = (self.removals.get_mut(number), reached) {
            removal.range.end = removal.range.end.max(reached);
        }
    }

    /// Whether a line begins in bold: on pages without headings that is how they are written.
    pub(super) fn is_bold(&self, first: EventIndex) -> bool {
        let mut at = first;
        let mut bold = false;
        while let Some(held) = self.queue.get(at) {
            match held.event.kind {
                EventKind::Text(_) if bold => return true,
                EventKind::Open { tag: Tag::B | Tag::Strong, .. } => bold = true,
                EventKind::Close { tag: Tag::B | Tag::Strong, .. } => return bold,
                EventKind::Text(_) if held.event.range.end - held.event.range.start > 2 => return false,
                _ => {}
            }
            at += 1;
            if at > first + 12 {
                return false;
            }
        }
        false
    }
}
