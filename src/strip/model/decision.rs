//! The decision of the model about one page, and how it is carried out: what rules took is given back, what nobody named is taken.

use super::choice::Choice;
use super::confidence::STATISTICS;
use super::{Blocks, Model, PageFeatures, builtin, pack};
use crate::limits::Limits;
use crate::metadata::Collector;
use crate::rewrite::{ElementId, EventKind, Window};
use crate::rules::RuleIndex;
use crate::strip::Stripper;
use crate::strip::queue::EventIndex;
use crate::strip::remainder::Stretches;
use crate::strip::removal::{Cause, Extent};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// What is known of the rule that took a block.
pub(super) struct Taker {
    /// It does not give way.
    pub(super) is_final: bool,
    /// A phrase, not a selector.
    pub(super) by_text: bool,
    pub(super) pack: u8,
}

/// The decision about one page.
pub(crate) struct Decision {
    /// Log odds of each block.
    pub(super) scores: Vec<f32>,
    pub(super) choice: Choice,
    /// What the confidence was worked out from.
    pub(super) statistics: [f64; STATISTICS.len()],
    /// The chance that the page came out well.
    pub(super) confidence: f64,
}

impl Stripper {
    /// The page has ended, and the rules have been asked: now the model is.
    pub(in crate::strip) fn decide_by_model(&mut self, window: &Window, metadata: &Collector) {
        if let Some(mut blocks) = self.blocks.take() {
            blocks.finish(self.queue.end(), window);
            blocks.note_declared(metadata);
            let finals = Stretches::new(std::mem::take(&mut self.finals).into_iter());
            self.note_dropped(&mut blocks, &finals);
            blocks.join_lines();
            blocks.find_comments();
            let kept = Stretches::new(self.keeps.iter().map(|keep| keep.events.clone()));
            blocks.note_pinned(|at| self.surely_text.contains(&at) || kept.hold(at));
            self.take_furniture(&blocks, &finals);
            self.blocks = Some(blocks);
        }
    }

    /// Notes what rules took that do not give way to the block model.
    pub(in crate::strip) fn note_final(&mut self, rules: &[RuleIndex], events: Range<EventIndex>) {
        if self.blocks.is_some() && rules.iter().any(|rule| !self.rules.rule(*rule).gives_way()) {
            self.finals.push(events);
        }
    }

    /// Whether the block model may not give an event back that a removal took.
    fn is_final(&self, at: EventIndex, removal: u32, finals: &Stretches) -> bool {
        let rule = self.removals.get(removal).and_then(|removal| removal.rules.first());
        rule.is_none_or(|rule| !self.rules.rule(*rule).gives_way()) || finals.hold(at)
    }

    fn note_dropped(&self, blocks: &mut Blocks, finals: &Stretches) {
        // One removal mostly takes many blocks.
        let mut last = (0, false, 0);
        blocks.note_dropped(&self.queue, |at, removal| {
            if removal != last.0 {
                let rule = self.removals.get(removal).and_then(|removal| removal.rules.first()).map(|rule| self.rules.rule(*rule));
                last = (removal, rule.is_some_and(|rule| rule.select.is_empty()), rule.map_or(0, |rule| pack(&rule.file)));
            }
            Taker { is_final: self.is_final(at, removal, finals), by_text: last.1, pack: last.2 }
        });
    }

    /// Gives back what rules took and the block model takes for content, with the tags around it.
    fn give_back(&mut self, blocks: &Blocks, decision: &Decision, finals: &Stretches) {
        let given = blocks.given_back(decision);
        if given.is_empty() {
            return;
        }
        let mut given = given.iter().peekable();
        let mut removals = BTreeSet::new();
        let mut open: Vec<(ElementId, EventIndex, bool)> = Vec::new();
        for at in self.queue.first()..self.queue.end() {
            while given.next_if(|range| range.end <= at).is_some() {}
            let is_given = given.peek().is_some_and(|range| range.contains(&at));
            if is_given {
                self.keep_event(at, finals, &mut removals);
                open.last_mut().into_iter().for_each(|(.., holds)| *holds = true);
            }
            match self.queue.get(at).map(|held| held.event.kind) {
                Some(EventKind::Open { id, void: false, .. }) => open.push((id, at, false)),
                Some(EventKind::Close { id, .. }) => {
                    let Some(position) = open.iter().rposition(|(open, ..)| *open == id) else { continue };
                    let (_, start, holds) = open.remove(position);
                    if holds {
                        self.keep_event(start, finals, &mut removals);
                        self.keep_event(at, finals, &mut removals);
                        open.last_mut().into_iter().for_each(|(.., holds)| *holds = true);
                    }
                }
                _ => {}
            }
        }
        for number in removals {
            let rest = blocks.leaves_to(number, decision);
            let Some(removal) = self.removals.get_mut(number) else { continue };
            removal.extent = if rest { Extent::Narrowed(Cause::GivenBack) } else { Extent::Refused(Cause::GivenBack) };
            if !rest {
                removal.range.end = removal.range.start;
            }
        }
    }

    /// Undoes a removal for one event and notes its number.
    fn keep_event(&mut self, at: EventIndex, finals: &Stretches, removals: &mut BTreeSet<u32>) {
        let Some(number) = self.queue.get(at).map(|held| held.removal).filter(|number| *number > 0) else { return };
        if self.is_final(at, number, finals) {
            return;
        }
        if let Some(held) = self.queue.get_mut(at) {
            held.removal = 0;
        }
        removals.insert(number);
    }

    /// Removes what the block model takes for furniture.
    fn take_furniture(&mut self, blocks: &Blocks, finals: &Stretches) {
        let model = builtin();
        if !model.has_trees() || !self.decide_by_model {
            return;
        }
        let decision = blocks.decide(model, &blocks.features(false), &self.article);
        self.confidence = Some(decision.confidence);
        if self.explain {
            self.explained = blocks.explain(model, &decision, &self.article, &self.queue);
        }
        self.give_back(blocks, &decision, finals);
        self.note_title(blocks.title(&decision));
        for stretch in blocks.stretches(&decision) {
            self.remove(stretch, Vec::new(), Extent::Whole);
        }
    }

    /// Marks the page's title: its texts, and the elements that are whole in there.
    fn note_title(&mut self, events: Range<EventIndex>) {
        let mut open: Vec<(ElementId, EventIndex)> = Vec::new();
        for at in events {
            let Some(held) = self.queue.get_mut(at) else { continue };
            match held.event.kind {
                EventKind::Open { id, void: false, .. } => open.push((id, at)),
                EventKind::Close { id, .. } => {
                    let Some(position) = open.iter().rposition(|(open, _)| *open == id) else { continue };
                    held.is_title = true;
                    let (_, start) = open.remove(position);
                    if let Some(start) = self.queue.get_mut(start) {
                        start.is_title = true;
                    }
                }
                _ => held.is_title = true,
            }
        }
    }

    /// Whether the readable page stands inside of `noscript` (`article` only, at the end of the page).
    pub(crate) fn stands_in_noscript(&self) -> bool {
        self.blocks.as_ref().is_some_and(Blocks::stands_in_noscript)
    }

    /// A stripper that reads the same page again.
    pub(crate) fn again(&self, limits: &Limits) -> Stripper {
        let mut again = Stripper::new(Arc::clone(&self.rules), self.mode, self.markup, self.host.clone(), limits, self.explain);
        again.decide_by_model = self.decide_by_model;
        again.article = self.article;
        again.blocks = self.blocks.as_ref().map(Blocks::again);
        again
    }

    /// Prepares for [`Stripper::dump`]: nothing is decided, and names are scored by `model`.
    pub(crate) fn only_features(&mut self, model: &Model) {
        self.decide_by_model = false;
        self.blocks = Some(Blocks::new(model.tokens(), true));
    }

    /// What training reads of the page.
    pub(crate) fn dump(&self, model: &Model) -> Option<PageFeatures> {
        self.blocks.as_ref().map(|blocks| blocks.dump(model, &self.article))
    }
}
