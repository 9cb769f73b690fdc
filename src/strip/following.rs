//! What follows a label such as "Related news": teasers go with it, the first content ends it.

use super::line::Line;
use super::queue::EventIndex;
use crate::rewrite::ElementId;

/// A label whose teasers are being taken.
pub(super) struct Following {
    pub(super) removal: u32,
    pub(super) start: EventIndex,
    /// The event behind the label.
    pub(super) label_end: EventIndex,
    pub(super) level: u8,
    /// List items around the label.
    pub(super) items: u32,
    /// The box around the label; when it closes with teasers in it, the label's reach ends.
    pub(super) container: Option<ElementId>,
    /// The last event of the last teaser.
    pub(super) teaser: EventIndex,
    /// The box of lines that wait behind it, and how many they are.
    pub(super) card: Option<ElementId>,
    pub(super) waiting: u32,
    /// How many boxes have closed with only the label in them.
    pub(super) left: u8,
    pub(super) teasers: u32,
    /// Plain text: the label stood after a blank line, so a paragraph is what stands between two of them.
    pub(super) parted: bool,
    /// Plain text: the teasers are entries with bullets.
    pub(super) bulleted: bool,
    /// Plain text: one of them came without a blank line before it, so that one ends them.
    pub(super) tight: bool,
    /// The list that the last teaser stands in, and the level of the heading that it is.
    pub(super) list: Option<ElementId>,
    pub(super) teaser_level: u8,
    /// First event of a short line after a teaser (its date, its section) that goes if a teaser follows.
    pub(super) waits_from: Option<EventIndex>,
    /// Short lines without links right after the label, in HTML: some sites list titles so. They wait, for the last of them may
    /// be a heading of the text.
    pub(super) plain: u32,
    pub(super) plain_end: EventIndex,
    /// The last of them is short and no heading: what a teaser may have above its title, an hour, a section, a writer.
    pub(super) above_teaser: bool,
    /// Where the one before the last of them ends.
    pub(super) plain_end_before: EventIndex,
    /// The label is set in bold.
    pub(super) bold: bool,
    /// What stands before the label is a sentence or a heading: the text around it does not consist of short lines.
    pub(super) after_prose: bool,
    /// The box around the label begins with it: what stands between its teasers are their excerpts.
    pub(super) in_own_box: bool,
    /// What the label heads is a person: the name and what the person does stand below it.
    pub(super) of_person: bool,
    /// The last teaser is a heading or an entry of a list, which an excerpt may follow.
    pub(super) titled: bool,
}

impl Following {
    pub(super) fn new(removal: u32, label: &Line, container: Option<ElementId>, parted: bool, bold: bool, after_prose: bool) -> Self {
        Following {
            removal,
            start: label.first,
            label_end: label.end,
            level: label.heading,
            items: label.items,
            container,
            teaser: 0,
            card: None,
            waiting: 0,
            left: 0,
            teasers: 0,
            parted,
            bulleted: false,
            tight: false,
            list: None,
            teaser_level: 0,
            waits_from: None,
            plain: 0,
            plain_end: 0,
            above_teaser: false,
            plain_end_before: 0,
            bold,
            after_prose,
            in_own_box: false,
            of_person: false,
            titled: false,
        }
    }

    /// The same where the label's own line held the first of them.
    pub(super) fn with_teasers(mut self) -> Self {
        self.teasers = 1;
        self
    }

    /// The removal that grows with the next teaser.
    pub(super) fn removal(&self) -> u32 {
        self.removal
    }

    /// First event that still waits for the next line.
    pub(super) fn waiting(&self) -> Option<EventIndex> {
        self.waits_from
    }

    /// The same where the box around the label is its own.
    pub(super) fn with_box(mut self, own: bool) -> Self {
        self.in_own_box = own;
        self
    }

    /// The same where the label heads what is said of a person.
    pub(super) fn with_person(mut self, person: bool) -> Self {
        self.of_person = person;
        self
    }

    /// Whether teasers have been seen.
    pub(super) fn has_teasers(&self) -> bool {
        self.teasers > 0 || self.plain > 0
    }

    /// Stops waiting: the short line stays.
    pub(super) fn release(&mut self) {
        (self.card, self.waiting) = (None, 0);
        self.waits_from = None;
        self.plain = 0;
    }
}
