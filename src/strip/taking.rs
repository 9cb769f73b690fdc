//! Taking: how a stretch of events is removed so that what is left is balanced, and what goes with it.

use super::Stripper;
use super::open_record::{OpenRecord, remove};
use super::queue::{EventIndex, Held};
use super::removal::{Cause, Extent, Removal};
use crate::rewrite::{EventKind, Tag, Window};
use crate::rules::RuleIndex;
use std::ops::Range;

impl Stripper {
    /// Removes a stretch of events. Elements that are only half inside stay, so that what is left is balanced.
    pub(super) fn remove(&mut self, events: Range<EventIndex>, rules: Vec<RuleIndex>, extent: Extent) -> u32 {
        let extent = match self.first_keep_in(&events) {
            Some(keep) if extent == Extent::Whole && keep.events.start == events.start && keep.events.end >= events.end => {
                Extent::Refused(Cause::KeepRule)
            }
            Some(_) if extent == Extent::Whole => Extent::Narrowed(Cause::KeepRule),
            _ => extent,
        };
        let start = self.queue.get(events.start).map_or(0, |held| held.event.range.start);
        let end = self.queue.get(events.end.saturating_sub(1)).map_or(start, |held| held.event.range.end);
        let range = if matches!(extent, Extent::Refused(_)) { start..start } else { start..end };
        let takes = !matches!(extent, Extent::Refused(_));
        if takes {
            self.note_final(&rules, events.clone());
        }
        // What no rule names, the block model took.
        let by_model = rules.is_empty();
        let removal = self.removals.push(Removal { rules, by_model, range, extent, absorbed: false, last: events.start });
        if takes {
            self.drop_events(events, removal);
        }
        removal
    }

    pub(super) fn drop_events(&mut self, events: Range<EventIndex>, removal: u32) {
        let mut opened = std::mem::take(&mut self.opened_in_stretch);
        opened.clear();
        let mut last = 0;
        // A rule inside of what is kept is more exact than the one that keeps.
        let from = self.removals.get(removal).map_or(0, |removal| removal.range.start);
        let kept = self.kept_of(&events, from);
        for at in events.clone() {
            if kept.hold(at) {
                continue;
            }
            let Some(held) = self.queue.get(at) else { continue };
            match held.event.kind {
                EventKind::Open { id, void: false, .. } => opened.push((id, at)),
                EventKind::Close { id, .. } => {
                    if let Some(position) = opened.iter().rposition(|(open, _)| *open == id) {
                        let (_, open) = remove(&mut opened, position);
                        if kept.begin_in(open..at) {
                            continue;
                        }
                        self.take_event(open, removal);
                        self.take_event(at, removal);
                        last = at;
                    }
                }
                EventKind::Doctype => {}
                _ => {
                    self.take_event(at, removal);
                    last = at;
                }
            }
        }
        self.opened_in_stretch = opened;
        self.reaches(removal, last);
        let first = self.lines.partition_point(|line| line.end <= events.start);
        for line in self.lines.range_mut(first..).take_while(|line| line.first < events.end) {
            let is_kept = kept.hold(line.first);
            line.dropped |= line.first >= events.start && line.end <= events.end && !is_kept;
        }
    }

    /// Notes the first text of what is surely the article's. Only the block model asks, which a page of any length does not come to.
    pub(super) fn note_surely_text(&mut self, first: Option<EventIndex>) {
        if self.blocks.is_some() {
            self.surely_text.extend(first);
        }
    }

    pub(super) fn drop_event(&mut self, at: EventIndex, removal: u32) {
        self.take_event(at, removal);
        self.reaches(removal, at);
    }

    /// Notes the last event of a removal.
    pub(super) fn reaches(&mut self, removal: u32, at: EventIndex) {
        self.last_removed = self.last_removed.max(at);
        if let Some(taking) = self.removals.get_mut(removal) {
            taking.last = taking.last.max(at);
        }
    }

    #[inline]
    pub(super) fn take_event(&mut self, at: EventIndex, removal: u32) {
        let Some(held) = self.queue.get_mut(at) else { return };
        let before = std::mem::replace(&mut held.removal, removal);
        if before > 0 && before != removal {
            self.absorb(before, removal);
        }
    }

    /// A removal takes what another one took.
    pub(super) fn absorb(&mut self, before: u32, removal: u32) {
        if let Some(inner) = self.removals.get_mut(before)
            && !std::mem::replace(&mut inner.absorbed, true)
        {
            let rules = inner.rules.clone();
            self.also(removal, &rules);
        }
    }

    /// Notes rules that matched inside what others took.
    pub(super) fn also(&mut self, removal: u32, rules: &[RuleIndex]) {
        let Some(removal) = self.removals.get_mut(removal) else { return };
        for rule in rules {
            if !removal.rules.contains(rule) {
                removal.rules.push(*rule);
            }
        }
    }

    /// An element that is empty only because all it held was removed goes as well.
    pub(super) fn absorb_emptied(&mut self, record: &OpenRecord, close: EventIndex, window: &Window) {
        // Mostly nothing of what it held was removed.
        if self.last_removed <= record.event
            || record.event < self.queue.first()
            || matches!(record.tag, Tag::Td | Tag::Th | Tag::Body | Tag::Html | Tag::Head)
        {
            return;
        }
        if self.queue.get(record.event).is_some_and(|held| !held.is_kept()) {
            // It went with its mark, and all that it held with it.
            return;
        }
        let mut removal = 0;
        for at in (record.event + 1..close).rev() {
            let Some(held) = self.queue.get(at) else { return };
            let is_blank = match held.event.kind {
                EventKind::Text(_) => window.text(held.event.range.clone()).trim_ascii().is_empty(),
                EventKind::Comment => true,
                _ => false,
            };
            if !held.is_kept() {
                removal = held.removal;
            } else if !is_blank {
                return;
            }
        }
        if removal == 0 {
            return;
        }
        for at in record.event..=close {
            if self.queue.get(at).is_some_and(Held::is_kept) {
                self.drop_event(at, removal);
            }
        }
        let (first, last) = (self.queue.get(record.event), self.queue.get(close));
        if let (Some(first), Some(last)) = (first, last) {
            let (start, end) = (first.event.range.start, last.event.range.end);
            if let Some(removal) = self.removals.get_mut(removal) {
                removal.range = removal.range.start.min(start)..removal.range.end.max(end);
            }
        }
    }
}
