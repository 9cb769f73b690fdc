//! Which findings are written over, where two of them overlap, and what the text is after that.

use super::edit::replacement;
use super::judge::{Found, NearFound, Scratch};
use super::reach::Reach;
use super::reference::References;
use super::rule::{Action, ModerationSet};
use super::spelling::spelling;
use super::view::View;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

impl ModerationSet {
    /// All findings in a view, and those that only what is written in their place lets come about: a word that stood glued to another one
    /// stands alone when that is covered. So a second pass over the output finds nothing more. Each round covers bytes that the one
    /// before did not, so there is an end to them, if not before the deadline.
    pub(super) fn settle(
        &self,
        view: &View,
        scratch: &mut Scratch,
        allows: &mut dyn FnMut(usize) -> bool,
        near: Option<&mut Vec<NearFound>>,
    ) -> Vec<Found> {
        let mut found = self.judge(view, scratch, allows, near);
        // What a dry run would write bares words only for dry runs.
        for with_dry in [false, true] {
            let is_dry = |found: &Found| self.rules[found.rule as usize].dry_run;
            if with_dry && !found.iter().any(is_dry) {
                break;
            }
            while !scratch.deadline.is_over() {
                let resolved = resolve(redactions(&found, self, with_dry), self);
                if resolved.taken.is_empty() {
                    break;
                }
                let parts = parts(view, &resolved.taken, self.reach);
                let after = after(view, &resolved.taken, &parts, self);
                let (mut more, mut masked) = (Vec::new(), FxHashSet::default());
                let mut known = FxHashMap::default();
                for new in self.judge(&after, scratch, allows, None) {
                    let rule = &self.rules[new.rule as usize];
                    if !(rule.action.redacts() || rule.action == Action::DropBlock) || (with_dry && !rule.dry_run) {
                        continue;
                    }
                    let range = after.page_range(new.plain.clone());
                    let plain = range.start as usize..range.end as usize;
                    if parts[view.block_at(plain.start)] != Part::Judged {
                        continue;
                    }
                    let free = resolved.outside(plain.clone());
                    if free.is_empty() {
                        // What a rule would write over its own text again is no change.
                        let is_stable = |found: &Found| {
                            found.rule == new.rule && matches!(&rule.action, Action::Replace(text) if after.plain[new.plain.clone()] == *text)
                        };
                        if resolved.over(&plain).all(|(_, found, _)| is_stable(found)) {
                            continue;
                        }
                        let covers = resolved.over(&plain).map(|(_, found, _)| (found.plain.start, found.plain.end, found.rule));
                        masked.extend(covers);
                        continue;
                    }
                    let known = known.entry(new.rule).or_insert_with(|| match rule.action {
                        Action::DropBlock => {
                            Reach::sorted(found.iter().filter(|known| known.rule == new.rule).map(|known| known.plain.clone()).collect())
                        }
                        _ => Reach::default(),
                    });
                    if !known.meets(&plain) {
                        more.extend(free.into_iter().map(|plain| Found { block: view.block_at(plain.start), plain, ..new.clone() }));
                    }
                }
                let count = found.iter().filter(|found| found.is_masked).count();
                found.iter_mut().for_each(|found| found.is_masked |= masked.contains(&(found.plain.start, found.plain.end, found.rule)));
                if more.is_empty() && count == found.iter().filter(|found| found.is_masked).count() {
                    break;
                }
                found.extend(more);
            }
        }
        found
    }
}

/// The findings whose rules write something else in their place; those of dry runs only where asked.
pub(super) fn redactions<'f>(found: &'f [Found], set: &'f ModerationSet, with_dry: bool) -> Vec<(&'f Found, &'f Action)> {
    let with_rule = found.iter().map(|found| (found, &set.rules[found.rule as usize]));
    with_rule.filter(|(_, rule)| (with_dry || !rule.dry_run) && rule.action.redacts()).map(|(found, rule)| (found, &rule.action)).collect()
}

/// The longest redaction wins, then the graver; what one covers only in part is covered by the other as far as it sticks out.
pub(super) fn resolve<'f>(mut redactions: Vec<(&'f Found, &'f Action)>, set: &ModerationSet) -> Resolved<'f> {
    redactions.sort_by(|(a, a_action), (b, b_action)| {
        let length = |found: &Found| std::cmp::Reverse(found.plain.len());
        let id = |found: &Found| &set.rules[found.rule as usize].id;
        (length(a), b_action, id(a), a.plain.start).cmp(&(length(b), a_action, id(b), b.plain.start))
    });
    let mut resolved = Resolved::default();
    for (found, action) in redactions {
        let rest = resolved.outside(found.plain.clone());
        let is_whole = rest.len() == 1 && rest[0] == found.plain && !found.is_masked;
        let action = if is_whole || matches!(action, Action::Mask(_)) { Cow::Borrowed(action) } else { Cow::Owned(Action::Mask("█".into())) };
        for part in rest {
            resolved.places.insert(part.start, (part.end, resolved.taken.len()));
            resolved.taken.push((part, found, action.clone()));
        }
    }
    resolved
}

/// A place on the plain form, and what is to be written there.
pub(super) type Taken<'f> = (Range<usize>, &'f Found, Cow<'f, Action>);

/// What is written where; no two places overlap.
#[derive(Default)]
pub(super) struct Resolved<'f> {
    pub(super) taken: Vec<Taken<'f>>,
    /// The same by where it begins: where it ends, and its number.
    places: BTreeMap<usize, (usize, usize)>,
}

impl<'f> Resolved<'f> {
    /// The places that have a byte in common with a range.
    fn over(&self, range: &Range<usize>) -> impl Iterator<Item = &Taken<'f>> {
        let before = self.places.range(..=range.start).next_back().filter(|(_, (end, _))| *end > range.start);
        let first = before.map_or(range.start, |(start, _)| *start);
        self.places.range(first..range.end.max(first)).map(|(_, (_, number))| &self.taken[*number])
    }

    /// The parts of a range that nothing is written over yet.
    fn outside(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let (mut rest, mut at) = (Vec::new(), range.start);
        for (by, ..) in self.over(&range) {
            if at < by.start {
                rest.push(at..by.start);
            }
            at = by.end;
        }
        if at < range.end {
            rest.push(at..range.end);
        }
        rest
    }
}

/// What a block of a view is to what redactions may let come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Too far from every redaction.
    Far,
    /// What stands here may change what is found in the blocks that are judged.
    Context,
    /// A redaction stands in it or so near that it may change what is found.
    Judged,
}

/// The part that each block has, where words change what is found up to `reach` words away.
fn parts(view: &View, taken: &[Taken<'_>], reach: usize) -> Vec<Part> {
    let count = view.blocks.len();
    let mut parts = vec![Part::Far; count];
    let mut redacted = vec![false; count];
    for (range, ..) in taken {
        redacted[view.block_at(range.start)..=view.block_at(range.end.saturating_sub(1).max(range.start))].fill(true);
    }
    let words = |block: usize| {
        let range = view.block_range(block);
        view.token_at(range.end).saturating_sub(view.token_at(range.start))
    };
    // The block next to one that is judged may be its label, however long it is.
    let mut sweep = |blocks: &mut dyn Iterator<Item = usize>| {
        let (mut part, mut passed) = (Part::Far, None);
        for block in blocks {
            if redacted[block] {
                (part, passed) = (Part::Judged, None);
            } else if passed.is_some_and(|passed| passed > reach) {
                (part, passed) = (if part == Part::Judged { Part::Context } else { Part::Far }, None);
            }
            if part == Part::Far {
                continue;
            }
            if parts[block] != Part::Judged {
                parts[block] = part;
            }
            if !redacted[block] {
                passed = Some(passed.unwrap_or(0) + words(block));
            }
        }
    };
    sweep(&mut (0..count));
    sweep(&mut (0..count).rev());
    parts
}

/// The view as it would be with the redactions in it, but for what is far from them, mapped to the plain form of the view that it was.
fn after(view: &View, taken: &[Taken<'_>], parts: &[Part], set: &ModerationSet) -> View {
    let mut order: Vec<_> = taken.iter().collect();
    order.sort_by_key(|(range, ..)| range.start);
    let mut order = order.into_iter().peekable();
    let mut after = View::default();
    for (number, block) in view.blocks.iter().enumerate().filter(|(number, _)| parts[*number] != Part::Far) {
        after.begin_block(block.surface, block.writing, block.event);
        after.label(view.label_of(number));
        let range = view.block_range(number);
        let mut at = range.start;
        let copy_level = |after: &mut View, part: Range<usize>| {
            for (number, piece) in view.pieces(part).into_iter().enumerate() {
                if number > 0 {
                    after.markup();
                }
                for line in view.plain[piece.view].split_inclusive('\n') {
                    let from = line.as_ptr() as usize - view.plain.as_ptr() as usize;
                    after.add(line.trim_end_matches('\n'), from as u64, References::No, false);
                    if line.ends_with('\n') {
                        after.hard_break(0);
                    }
                }
            }
        };
        let copy = |after: &mut View, part: Range<usize>| {
            let mut at = part.start;
            let first = view.raised.partition_point(|raised| raised.end <= part.start);
            for raised in view.raised[first..].iter().take_while(|raised| raised.start < part.end) {
                let raised = raised.start.max(at)..raised.end.min(part.end);
                copy_level(after, at..raised.start);
                after.begin_raised();
                copy_level(after, raised.clone());
                after.end_raised();
                at = raised.end;
            }
            copy_level(after, at..part.end);
        };
        while let Some((taken, found, action)) = order.next_if(|(taken, ..)| taken.start < range.end) {
            if at < taken.start {
                copy(&mut after, at..taken.start);
            }
            for text in written(view, taken, found, action, set) {
                after.markup();
                for character in text.1.chars() {
                    after.character(character, taken.start as u64..taken.end as u64);
                }
            }
            after.markup();
            at = taken.end.max(at);
        }
        if at < range.end {
            copy(&mut after, at..range.end);
        }
        after.end_block();
        if let Some(last) = after.blocks.last_mut() {
            last.is_mere_link = block.is_mere_link;
        }
    }
    after
}

/// What is written over a finding, and the bytes of the page that each part of it takes the place of; not escaped.
pub(super) fn written(view: &View, plain: &Range<usize>, found: &Found, action: &Action, set: &ModerationSet) -> Vec<(Range<u64>, String)> {
    let pieces: Vec<_> = view.pieces(plain.clone()).into_iter().filter(|piece| piece.from.start < piece.from.end).collect();
    let texts: Vec<&str> = pieces.iter().map(|piece| &view.plain[piece.view.clone()]).collect();
    let is_token = matches!(action, Action::Hash | Action::Pseudonym);
    let folded = if is_token { spelling(found, &view.plain[plain.clone()]) } else { String::new() };
    let texts = replacement(action, &texts, &folded, found.domain, set.key.as_ref());
    pieces.into_iter().map(|piece| piece.from).zip(texts).collect()
}
