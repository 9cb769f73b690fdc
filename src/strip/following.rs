//! What follows a label such as "Related news": teasers go with it, the first content ends it.

use super::Stripper;
use super::line::Line;
use super::queue::EventIndex;
use crate::rewrite::{ElementId, Markup};

/// A label whose teasers are being taken.
pub(super) struct Following {
    removal: u32,
    start: EventIndex,
    level: u8,
    /// List items around the label.
    items: u32,
    /// The box around the label; when it closes with teasers in it, the label's reach ends.
    container: Option<ElementId>,
    /// How many boxes have closed with only the label in them.
    left: u8,
    teasers: u32,
    /// Plain text: the label stood after a blank line, so a paragraph is what stands between two of them.
    parted: bool,
    /// Plain text: the teasers are entries with bullets.
    bulleted: bool,
    /// First event of a short line after a teaser (its date, its section) that goes if a teaser follows.
    waits_from: Option<EventIndex>,
}

/// Boxes that may close between a label and its first teaser.
const BOXES: u8 = 3;
/// A line of a teaser that is no link: its date, its section, its counter.
const SMALL_WORDS: u32 = 8;
/// An unlinked entry of a list of teasers.
const ENTRY_WORDS: u32 = 30;

impl Following {
    pub(super) fn new(removal: u32, label: &Line, container: Option<ElementId>, parted: bool) -> Self {
        Following {
            removal,
            start: label.first,
            level: label.heading,
            items: label.items,
            container,
            left: 0,
            teasers: 0,
            parted,
            bulleted: false,
            waits_from: None,
        }
    }

    /// The removal that grows with the next teaser.
    pub(super) fn removal(&self) -> u32 {
        self.removal
    }

    /// First event that still waits for the next line.
    pub(super) fn waiting(&self) -> Option<EventIndex> {
        self.waits_from
    }

    /// Stops waiting: the short line stays.
    pub(super) fn release(&mut self) {
        self.waits_from = None;
    }
}

impl Stripper {
    /// A line without a label: a teaser of the label before, or the end of its reach.
    pub(super) fn follow(&mut self, this: usize) {
        let Some(mut following) = self.following.take() else { return };
        let line = &self.lines[this];
        let (first, end, words, heading) = (line.first, line.end, line.words, line.heading);
        let is_next_heading = heading > 0 && following.level > 0 && heading <= following.level;
        let small = words <= SMALL_WORDS && !line.ends_sentence && heading == 0;
        let in_text = self.markup == Markup::Text;
        let is_teaser = if in_text {
            // Plain text has no links: a list has bullets, or stands in the label's own paragraph.
            let first = following.teasers == 0;
            following.bulleted |= first && line.items > 0;
            let in_paragraph = following.parted && !following.bulleted && !self.gathering.before_blank;
            ((following.bulleted && line.items > 0) || in_paragraph) && !line.ends_sentence && words <= ENTRY_WORDS
        } else {
            line.is_linked() || (line.items > following.items && words <= ENTRY_WORDS && !line.is_prose() && !is_next_heading)
        };
        if is_teaser {
            following.teasers += 1;
            following.release();
            let from = following.start.max(self.queue.first());
            self.drop_events(from..end, following.removal);
            let reached = self.queue.get(end.saturating_sub(1)).map(|held| held.event.range.end);
            if let (Some(removal), Some(reached)) = (self.removals.get_mut(following.removal), reached) {
                removal.range.end = removal.range.end.max(reached);
            }
            self.lines[this].dropped = true;
            self.gathering.break_goes_with = following.removal;
            following.start = first;
            self.following = Some(following);
        } else if small && !in_text && following.teasers > 0 && following.waits_from.is_none() && !is_next_heading {
            following.waits_from = Some(first);
            self.following = Some(following);
        }
    }

    /// An element closed: the label's reach may end with it.
    pub(super) fn following_closed(&mut self, id: ElementId) {
        let Some(following) = &mut self.following else { return };
        if following.container != Some(id) {
            return;
        }
        if following.teasers > 0 || following.left >= BOXES {
            // The small line after the last teaser was inside the box: it goes with it.
            if let (Some(at), removal) = (following.waits_from, following.removal) {
                let end = self.queue.end();
                self.drop_events(at..end, removal);
            }
            self.following = None;
            return;
        }
        following.left += 1;
        let around = self.open.iter().rev().find(|record| record.tag.has(crate::rewrite::tag::is::CONTAINER));
        following.container = around.map(|record| record.id);
    }
}
