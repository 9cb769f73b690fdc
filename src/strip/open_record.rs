//! Open elements, as far as stripping cares: what opens with them, and what ends.

use super::queue::EventIndex;
use super::{StripMode, Stripper};
use crate::metadata::Collector;
use crate::rewrite::tag::is;
use crate::rewrite::{Closing, ElementId, KnownName, OpenElements, Tag, Window};

/// An open element, as far as stripping cares.
pub(super) struct OpenRecord {
    pub(super) id: ElementId,
    pub(super) tag: Tag,
    pub(super) event: EventIndex,
    /// What it says leads elsewhere, or does something.
    pub(super) is_link: bool,
}

/// Takes an item out of a list: mostly it is the last.
#[inline]
pub(super) fn remove<T>(list: &mut Vec<T>, at: usize) -> T {
    if at + 1 == list.len() { list.swap_remove(at) } else { list.remove(at) }
}

impl Stripper {
    pub(super) fn opened(&mut self, at: EventIndex, id: ElementId, tag: Tag, void: bool, elements: &OpenElements, metadata: &Collector) {
        let Some(element) = elements.last_opened() else { return };
        let is_landmark = matches!(tag, Tag::Article | Tag::Main)
            || element.get(KnownName::Itemprop).is_some_and(|prop| prop.split_ascii_whitespace().any(|p| p.eq_ignore_ascii_case("articleBody")));
        if is_landmark {
            self.landmarks.push_back(at);
            self.may_be_released = true;
        }
        if self.mode != StripMode::Off && self.asks_rules() && !self.rules.selectors().is_empty() {
            let mut found = std::mem::take(&mut self.matched);
            let (rules, host, lang) = (&self.rules, self.host.as_deref(), metadata.metadata().lang.as_deref());
            self.matcher.rules(rules.selectors(), elements, |rule| rules.rule(rule).when.allows(host, lang), &mut found);
            if self.rules.has_keep() {
                self.keep(&mut found, at, (!void).then_some(id));
            }
            if !found.is_empty() {
                self.mark(&found, at, (!void).then_some(id));
                found.clear();
            }
            self.matched = found;
        }
        if void {
            return;
        }
        // A heading that leads to itself is no link to elsewhere.
        let is_permalink = || !self.gathering.headings.is_empty() && element.get(KnownName::Href).is_some_and(|href| href.starts_with('#'));
        let is_link = tag == Tag::Button || (tag == Tag::A && !element.is_anchor() && !is_permalink());
        self.open.push(OpenRecord { id, tag, event: at, is_link });
        let gathering = &mut self.gathering;
        gathering.links += u32::from(is_link);
        match tag {
            Tag::Li | Tag::Option => gathering.items += 1,
            _ => {}
        }
        if tag.has(is::UNSEEN) {
            gathering.unseen += 1;
        }
        if let Some(level) = tag.heading_level() {
            gathering.headings.push(level);
            gathering.heading_lines = 0;
        }
    }

    pub(super) fn closed(&mut self, at: EventIndex, id: ElementId, tag: Tag, how: Closing, window: &Window) {
        let Some(position) = self.open.iter().rposition(|record| record.id == id) else { return };
        let record = remove(&mut self.open, position);
        let gathering = &mut self.gathering;
        gathering.links = gathering.links.saturating_sub(u32::from(record.is_link));
        // A link that has no end tag of its own was meant for the line that it begins in.
        if record.is_link && how != Closing::Own {
            self.lines.iter_mut().rev().take_while(|line| line.first > record.event).for_each(|line| line.linked = 0);
        }
        match tag {
            Tag::Li | Tag::Option => gathering.items = gathering.items.saturating_sub(1),
            _ => {}
        }
        if tag.has(is::UNSEEN) {
            gathering.unseen = gathering.unseen.saturating_sub(1);
        }
        if tag.heading_level().is_some() {
            gathering.headings.pop();
        }
        self.keep_closed(at, id);
        self.following_closed(id);
        self.end_marks(at, id, how);
        self.absorb_emptied(&record, at, window);
    }
}
