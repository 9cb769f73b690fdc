//! From hits of single matchers to findings of rules.

mod otherwise;

use super::dialled;
use super::disguise::Disguise;
use super::entity::{EntityKind, EntityMatch, EntityNearMiss};
use super::patterns::{PatternHit, Seen};
use super::reach::Reach;
use super::rule::{Condition, LeafKind, ModerationRule, ModerationSet};
use super::surface::Surface;
use super::token;
use super::view::View;
use super::words::WordHit;
use crate::limits::Deadline;
use std::ops::Range;

/// What a word, phrase or expression is worth by itself.
const BASE_SCORE: f32 = 0.7;
/// No score is more sure than this.
const TOP_SCORE: f32 = 1.0;

/// One matcher met one place.
#[derive(Clone, Debug)]
struct Hit {
    leaf: u32,
    rule: u32,
    block: u32,
    plain: Range<usize>,
    score: f32,
    /// The kind of value, for tokens.
    domain: &'static str,
    detail: &'static str,
}

/// A rule found something.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) rule: u32,
    pub(crate) block: usize,
    /// Bytes of the plain form.
    pub(crate) plain: Range<usize>,
    pub(crate) score: f32,
    /// How the score came about.
    pub(crate) steps: Vec<String>,
    /// The kind of value, for tokens.
    pub(crate) domain: &'static str,
    /// Which of its kind.
    pub(crate) detail: &'static str,
    /// In the order of the page, once it is reported.
    pub(crate) number: u64,
    /// What the rule would write in its place would be found again: all of it is masked.
    pub(crate) is_masked: bool,
}

/// A rule found something that did not count.
#[derive(Clone, Debug)]
pub(crate) struct NearFound {
    pub(crate) rule: u32,
    pub(crate) plain: Range<usize>,
    pub(crate) failed: String,
}

/// Buffers, reused from passage to passage.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Past it what is found is not all, and the page must fail.
    pub(super) deadline: Deadline,
    disguise: Disguise,
    words: Vec<WordHit>,
    patterns: Vec<PatternHit>,
    seen: Seen,
    entities: Vec<EntityMatch>,
    near: Vec<EntityNearMiss>,
    hits: Vec<Hit>,
}

impl Scratch {
    /// Hits that it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.hits.capacity()
    }
}

impl ModerationSet {
    /// All findings in a view, in its order. `allows` says whether a rule is for this page.
    pub(crate) fn judge(
        &self,
        view: &View,
        scratch: &mut Scratch,
        allows: &mut dyn FnMut(usize) -> bool,
        mut near: Option<&mut Vec<NearFound>>,
    ) -> Vec<Found> {
        if view.blocks.is_empty() {
            return Vec::new();
        }
        self.scan(view, scratch, near.as_deref_mut());
        let mut found = Vec::new();
        scratch.hits.sort_by_key(|hit| (hit.rule, hit.block, hit.plain.start, std::cmp::Reverse(hit.plain.end), hit.leaf));
        for of_rule in scratch.hits.chunk_by(|a, b| a.rule == b.rule) {
            let rule = &self.rules[of_rule[0].rule as usize];
            if !of_rule.iter().any(|hit| self.leaves[hit.leaf as usize].finds) || !allows(of_rule[0].rule as usize) {
                continue;
            }
            let of_contexts: Vec<Reach> = rule.context.iter().map(|context| of_leaves(of_rule, &context.leaves)).collect();
            for of_block in of_rule.chunk_by(|a, b| a.block == b.block) {
                let block = &view.blocks[of_block[0].block as usize];
                let sees_all = rule.all_links || !block.is_mere_link;
                // What a link leads to is its own, but for the mail addresses in it.
                let mails: Vec<Hit> = if sees_all { Vec::new() } else { of_block.iter().filter(|hit| is_mail(hit)).cloned().collect() };
                let seen = if sees_all { of_block } else { &mails };
                if rule.surfaces.has(block.surface) && seen.iter().any(|hit| self.leaves[hit.leaf as usize].finds) {
                    self.block(rule, &of_contexts, seen, view, &mut found, near.as_deref_mut());
                }
            }
        }
        if !found.is_empty() {
            let mut own = Vec::new();
            token::own(&view.plain, &mut own);
            let own = Reach::of(own.into_iter());
            found.retain(|found| !own.meets(&found.plain));
        }
        found.iter_mut().for_each(|found| found.plain = view.widened(found.plain.clone()));
        found.sort_by_key(|found| (found.plain.start, found.plain.end, found.rule));
        found
    }

    /// Whether a rule finds anything in a text, exceptions and context aside.
    pub(crate) fn finds_in(&self, rule: u32, view: &View) -> bool {
        let mut scratch = Scratch::default();
        self.scan(view, &mut scratch, None);
        scratch.hits.iter().any(|hit| hit.rule == rule && self.leaves[hit.leaf as usize].finds)
    }

    /// Runs all matchers.
    fn scan(&self, view: &View, scratch: &mut Scratch, mut near: Option<&mut Vec<NearFound>>) {
        scratch.hits.clear();
        if !self.book.is_empty() {
            scratch.words.clear();
            self.book.find(view, &mut scratch.disguise, &mut scratch.words);
            for hit in &scratch.words {
                let plain = view.plain_range(hit.folded.clone());
                scratch.hits.push(self.hit(view, hit.leaf, plain, BASE_SCORE));
            }
            if let Some(near) = near.as_deref_mut() {
                self.book.inside(view, |leaf, folded| {
                    let leaf = &self.leaves[leaf as usize];
                    if leaf.finds {
                        near.push(NearFound { rule: leaf.rule, plain: view.plain_range(folded), failed: "boundary".to_owned() });
                    }
                });
            }
        }
        if !self.patterns.is_empty() {
            scratch.patterns.clear();
            self.patterns.find(view, scratch.deadline, &mut scratch.seen, &mut scratch.patterns);
            for hit in &scratch.patterns {
                scratch.hits.push(self.hit(view, hit.leaf, hit.plain.clone(), BASE_SCORE));
            }
        }
        if !view.overridden.is_empty() {
            self.scan_overridden(view, scratch);
        }
        if !self.finders.is_empty() {
            if view.blocks.iter().all(|block| block.surface == Surface::Text) {
                self.entities(view, 0..view.plain.len(), None, scratch, near);
            } else {
                for block in 0..view.blocks.len() {
                    self.entities(view, view.block_range(block), Some(block), scratch, near.as_deref_mut());
                }
            }
        }
        if !view.raised.is_empty() {
            self.scan_raised(view, scratch);
        }
    }

    /// Entities of a range; a block that it is, is a value with a name or a link.
    fn entities(&self, view: &View, range: Range<usize>, block: Option<usize>, scratch: &mut Scratch, mut near: Option<&mut Vec<NearFound>>) {
        let text = view.plain[range.clone()].trim_end_matches('\n');
        let is_link = block.is_some_and(|block| view.blocks[block].surface == Surface::Link);
        let label = block.map_or("", |block| view.label_of(block));
        for finder in &self.finders {
            scratch.entities.clear();
            scratch.near.clear();
            let misses = near.is_some().then_some(&mut scratch.near);
            if is_link {
                finder.finder.find_in_link(text, &mut scratch.entities, misses);
            } else {
                finder.finder.find_labelled(text, label, &mut scratch.entities, misses);
            }
            if block.is_none() && finder.wanted.iter().any(|(kind, _)| *kind == EntityKind::Phone) {
                for link in &view.dialled {
                    scratch.entities.extend(dialled::number(text, link, &scratch.entities));
                }
            }
            for entity in &scratch.entities {
                let plain = range.start + entity.range.start..range.start + entity.range.end;
                for (_, leaf) in finder.wanted.iter().filter(|(kind, _)| *kind == entity.kind) {
                    let hit = self.hit(view, *leaf, plain.clone(), entity.score);
                    scratch.hits.push(Hit { domain: entity.kind.name(), detail: entity.detail, ..hit });
                }
            }
            if let Some(near) = near.as_deref_mut() {
                for miss in &scratch.near {
                    let plain = range.start + miss.range.start..range.start + miss.range.end;
                    for (kind, leaf) in finder.wanted.iter().filter(|(kind, _)| *kind == miss.kind) {
                        let failed = format!("{} {}", kind.name(), miss.failed);
                        near.push(NearFound { rule: self.leaves[*leaf as usize].rule, plain: plain.clone(), failed });
                    }
                }
            }
        }
    }

    fn hit(&self, view: &View, leaf: u32, plain: Range<usize>, score: f32) -> Hit {
        let block = view.block_at(plain.start) as u32;
        Hit { leaf, rule: self.leaves[leaf as usize].rule, block, plain, score, domain: "text", detail: "" }
    }

    /// What a rule finds in one block, given its hits there and those of each of its contexts everywhere.
    fn block(
        &self,
        rule: &ModerationRule,
        contexts: &[Reach],
        hits: &[Hit],
        view: &View,
        found: &mut Vec<Found>,
        mut near: Option<&mut Vec<NearFound>>,
    ) {
        let Some(mut met) = meets(&rule.condition, hits, view) else {
            if let Some(near) = near {
                let finds = hits.iter().filter(|hit| self.leaves[hit.leaf as usize].finds);
                near.extend(finds.map(|hit| NearFound { rule: hit.rule, plain: hit.plain.clone(), failed: "condition".to_owned() }));
            }
            return;
        };
        met.sort_unstable();
        met.dedup();
        let excepted = of_leaves(hits, &rule.except);
        // Hits come by where they begin, so the one that reaches farthest holds all that is held.
        let mut reached = 0;
        for hit in met.into_iter().map(|at| &hits[at]) {
            let leaf = &self.leaves[hit.leaf as usize];
            let mut fail = |failed: String| {
                if let Some(near) = near.as_deref_mut() {
                    near.push(NearFound { rule: hit.rule, plain: hit.plain.clone(), failed });
                }
            };
            if excepted.covers(&hit.plain) {
                fail("exception".to_owned());
                continue;
            }
            let (mut score, mut steps) = (hit.score, vec![step(leaf.kind, hit)]);
            let mut is_vetoed = false;
            for (context, of_context) in rule.context.iter().zip(contexts) {
                if is_near(view, of_context, &hit.plain, context.within) {
                    match context.raise {
                        Some(by) => {
                            score = (score + by).min(TOP_SCORE);
                            steps.push(format!("context +{by:.2}"));
                        }
                        None => is_vetoed = true,
                    }
                }
            }
            if is_vetoed {
                fail("context veto".to_owned());
            } else if score + f32::EPSILON < rule.min_score {
                fail(format!("score {score:.2} < {:.2}", rule.min_score));
            } else {
                if hit.plain.end > reached {
                    reached = hit.plain.end;
                    found.push(Found {
                        rule: hit.rule,
                        block: hit.block as usize,
                        plain: hit.plain.clone(),
                        score,
                        steps,
                        domain: hit.domain,
                        detail: hit.detail,
                        number: 0,
                        is_masked: false,
                    });
                }
            }
        }
    }
}

fn is_mail(hit: &Hit) -> bool {
    hit.domain == EntityKind::Email.name()
}

/// The hits of some leaves; both are in order.
fn of_leaves(hits: &[Hit], leaves: &[u32]) -> Reach {
    if leaves.is_empty() {
        return Reach::default();
    }
    Reach::of(hits.iter().filter(|hit| leaves.binary_search(&hit.leaf).is_ok()).map(|hit| hit.plain.clone()))
}

fn step(kind: LeafKind, hit: &Hit) -> String {
    if hit.detail.is_empty() { format!("{} {:.2}", kind.name(), hit.score) } else { format!("{} {} {:.2}", kind.name(), hit.detail, hit.score) }
}

/// The hits that make a condition true; none when it is not.
fn meets(condition: &Condition, hits: &[Hit], view: &View) -> Option<Vec<usize>> {
    // No leaf stands in a condition twice, so the hits of its parts are different ones.
    let reach = |list: &[usize]| Reach::sorted(list.iter().map(|at| hits[*at].plain.clone()).collect());
    match condition {
        Condition::Leaves(leaves) => {
            let own: Vec<usize> = (0..hits.len()).filter(|at| leaves.binary_search(&hits[*at].leaf).is_ok()).collect();
            (!own.is_empty()).then_some(own)
        }
        Condition::All(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(meets(part, hits, view)?);
            }
            Some(all)
        }
        Condition::Any(parts) => {
            let met: Vec<Vec<usize>> = parts.iter().filter_map(|part| meets(part, hits, view)).collect();
            (!met.is_empty()).then(|| met.concat())
        }
        Condition::None(parts) => parts.iter().all(|part| meets(part, hits, view).is_none()).then(Vec::new),
        Condition::Near(parts, within) => {
            let lists: Vec<Vec<usize>> = parts.iter().map(|part| meets(part, hits, view)).collect::<Option<_>>()?;
            let reaches: Vec<Reach> = lists.iter().map(|list| reach(list)).collect();
            let mut close = Vec::new();
            for (at, list) in lists.iter().enumerate() {
                let is_close = |hit: &usize| {
                    let mut others = reaches.iter().enumerate().filter(|(other, _)| *other != at);
                    others.all(|(_, other)| is_near(view, other, &hits[*hit].plain, *within))
                };
                close.extend(list.iter().copied().filter(is_close));
            }
            (!close.is_empty()).then_some(close)
        }
        Condition::Beside(subject, by, within) => {
            let (mut subject, by) = (meets(subject, hits, view)?, meets(by, hits, view)?);
            let by = reach(&by);
            subject.retain(|hit| is_near(view, &by, &hits[*hit].plain, *within));
            (!subject.is_empty()).then_some(subject)
        }
    }
}

/// Whether at most so many words stand between a range of the plain form and the nearest of others; none do where they touch or overlap.
fn is_near(view: &View, others: &Reach, plain: &Range<usize>, within: usize) -> bool {
    let (before, after) = others.neighbours(plain);
    let words = |from: usize, to: usize| if to < from { 0 } else { view.token_at(to).saturating_sub(view.token_at(from)) };
    before.is_some_and(|end| words(end, plain.start) <= within) || after.is_some_and(|start| words(plain.end, start) <= within)
}
