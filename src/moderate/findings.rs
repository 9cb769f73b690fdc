//! Findings: what is recorded of them, and what they do to the page.

use super::Moderator;
use super::edit::{Edit, escaped};
use super::judge::{Found, NearFound};
use super::moderator::PageFacts;
use super::reach::Reach;
use super::redaction::{redactions, resolve, written};
use super::rule::{Action, ModerationSet};
use super::spelling::spelling;
use super::surface::{Surface, Writing};
use super::view::View;
use crate::emit::record::Finding;
use crate::report::NearMissRecord;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Findings, and near misses, that are listed; the rest of an endless page is only counted.
pub(crate) const RECORDED: usize = 10_000;

impl Moderator {
    pub(super) fn record_near(&mut self, view: &View, found: &[Found], near: Vec<NearFound>, page: PageFacts<'_>) {
        let mut of_rule: FxHashMap<u32, Reach> = FxHashMap::default();
        for miss in near {
            // What a rule found in spite of it is no near miss.
            let found = of_rule
                .entry(miss.rule)
                .or_insert_with(|| Reach::sorted(found.iter().filter(|found| found.rule == miss.rule).map(|found| found.plain.clone()).collect()));
            if found.meets(&miss.plain) || self.near.len() >= RECORDED {
                continue;
            }
            let range = view.page_range(miss.plain);
            self.near.push(NearMissRecord {
                rule: self.rules.moderation().rules[miss.rule as usize].id.clone(),
                start: page.map.source(range.start),
                end: page.map.source(range.end),
                failed: miss.failed,
            });
        }
    }

    pub(super) fn apply(&mut self, view: &View, found: &[Found], set: &ModerationSet, page: PageFacts<'_>) {
        let (mut dropped, mut erased) = (None, Vec::new());
        for found in found {
            let rule = &set.rules[found.rule as usize];
            let range = view.page_range(found.plain.clone());
            let mut done = rule.action.name().to_owned();
            if rule.dry_run {
                done = format!("dry-run {done}");
            } else {
                self.verdict = self.verdict.max(rule.action.verdict());
                self.score += found.score;
                match &rule.action {
                    Action::Unlink if self.unlink(view, found) => {}
                    // An address that is no link's: of a picture, a form, a quotation.
                    Action::Unlink if view.blocks[found.block].surface == Surface::Link => erased.push(whole(view, found)),
                    Action::Unlink => "flag".clone_into(&mut done),
                    // Findings come by blocks.
                    Action::DropBlock if dropped != Some(found.block) => {
                        dropped = Some(found.block);
                        if !self.work.queue.drop_block(view, found.block) {
                            // A value in the tag of an element that holds other things: the value goes.
                            erased.push(whole(view, found));
                        }
                    }
                    _ => {}
                }
            }
            self.count += 1;
            if self.findings.len() < RECORDED {
                self.findings.push(Finding {
                    rule: rule.id.clone(),
                    severity: rule.severity.clone(),
                    category: rule.category.clone(),
                    surface: view.blocks[found.block].surface.name().to_owned(),
                    start: page.map.source(range.start),
                    end: page.map.source(range.end),
                    output_start: None,
                    output_end: None,
                    done,
                    score: (f64::from(found.score) * 100.0).round() / 100.0,
                    steps: found.steps.clone(),
                    token: set.key.as_ref().map(|key| key.fingerprint(found.domain, &spelling(found, &view.plain[found.plain.clone()]))),
                });
            }
        }
        let nothing = Action::Replace(String::new());
        let mut redactions = redactions(found, set, false);
        redactions.extend(erased.iter().map(|found| (found, &nothing)));
        self.redact(view, redactions, set);
    }

    pub(super) fn redact(&mut self, view: &View, redactions: Vec<(&Found, &Action)>, set: &ModerationSet) {
        for (plain, found, action) in resolve(redactions, set).taken {
            self.write(view, plain, found, &action, set);
        }
    }

    fn write(&mut self, view: &View, plain: Range<usize>, found: &Found, action: &Action, set: &ModerationSet) {
        let block = &view.blocks[found.block];
        for (range, text) in written(view, &plain, found, action, set) {
            self.work.edits.push(Edit { range, text: escaped(&text, block.writing), writing: block.writing, finding: found.number });
        }
        if block.surface != Surface::Text
            && let Some(value) = self.work.passage.unquoted(block.plain)
        {
            for at in [value.start, value.end] {
                self.work.edits.push(Edit { range: at..at, text: "\"".into(), writing: Writing::Reference, finding: found.number });
            }
        }
    }

    /// Takes the tags of the links off that a finding is in. Whether there was one.
    fn unlink(&mut self, view: &View, found: &Found) -> bool {
        let opens = self.work.passage.links_at(view, found.block, &found.plain);
        opens.iter().filter(|open| self.work.queue.unlink(**open)).count() > 0
    }

    /// Count of findings, and as many of them as are listed.
    pub fn take_findings(&mut self) -> (u64, Vec<Finding>) {
        (self.count, std::mem::take(&mut self.findings))
    }

    /// What nearly matched.
    pub fn take_near(&mut self) -> Vec<NearMissRecord> {
        self.near.sort_by(|a, b| (a.start, a.end, &a.rule, &a.failed).cmp(&(b.start, b.end, &b.rule, &b.failed)));
        self.near.dedup();
        std::mem::take(&mut self.near)
    }
}

/// All of the value that a finding is in.
fn whole(view: &View, found: &Found) -> Found {
    let plain = view.block_range(found.block);
    Found { plain: plain.start..plain.end - usize::from(view.plain[plain.clone()].ends_with('\n')), ..found.clone() }
}
