//! Which findings are written over, where two of them overlap, and what the text is after that.

use super::edit::replacement;
use super::judge::{Found, NearFound, Scratch};
use super::reference::References;
use super::rule::{Action, ModerationSet};
use super::view::View;
use std::borrow::Cow;
use std::ops::Range;

/// How often what is written in place of findings is looked through for new ones.
const SETTLING_ROUNDS: usize = 8;

impl ModerationSet {
    /// All findings in a view, and those that only what is written in their place lets come about: a word that stood glued to another one
    /// stands alone when that is covered. So a second pass over the output finds nothing more.
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
            for _ in 0..SETTLING_ROUNDS {
                let taken = resolve(redactions(&found, self, with_dry), self);
                if taken.is_empty() {
                    break;
                }
                let after = after(view, &taken, self);
                let (mut more, mut masked) = (Vec::new(), Vec::new());
                for new in self.judge(&after, scratch, allows, None) {
                    let rule = &self.rules[new.rule as usize];
                    if !(rule.action.redacts() || rule.action == Action::DropBlock) || (with_dry && !rule.dry_run) {
                        continue;
                    }
                    let range = after.page_range(new.plain.clone());
                    let plain = range.start as usize..range.end as usize;
                    let overlaps = |other: &Range<usize>| other.start < plain.end && plain.start < other.end;
                    let is_known = found.iter().any(|known| known.rule == new.rule && !rule.action.redacts() && overlaps(&known.plain));
                    let free = outside(plain.clone(), &taken);
                    if free.is_empty() {
                        masked.extend(taken.iter().filter(|(taken, ..)| overlaps(taken)).map(|(_, found, _)| (found.plain.clone(), found.rule)));
                    } else if !is_known {
                        more.extend(free.into_iter().map(|plain| Found { block: view.block_at(plain.start), plain, ..new.clone() }));
                    }
                }
                let count = found.iter().filter(|found| found.is_masked).count();
                found.iter_mut().for_each(|found| found.is_masked |= masked.contains(&(found.plain.clone(), found.rule)));
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
pub(super) fn resolve<'f>(mut redactions: Vec<(&'f Found, &'f Action)>, set: &ModerationSet) -> Vec<Taken<'f>> {
    redactions.sort_by(|(a, a_action), (b, b_action)| {
        let length = |found: &Found| std::cmp::Reverse(found.plain.len());
        let id = |found: &Found| &set.rules[found.rule as usize].id;
        (length(a), b_action, id(a), a.plain.start).cmp(&(length(b), a_action, id(b), b.plain.start))
    });
    let mut taken: Vec<Taken<'_>> = Vec::new();
    for (found, action) in redactions {
        let rest = outside(found.plain.clone(), &taken);
        let is_whole = rest.len() == 1 && rest[0] == found.plain && !found.is_masked;
        let action = if is_whole || matches!(action, Action::Mask(_)) { Cow::Borrowed(action) } else { Cow::Owned(Action::Mask("█".into())) };
        taken.extend(rest.into_iter().map(|part| (part, found, action.clone())));
    }
    taken
}

/// A place on the plain form, and what is to be written there.
pub(super) type Taken<'f> = (Range<usize>, &'f Found, Cow<'f, Action>);

/// The parts of a range that nothing is written over yet.
pub(super) fn outside(range: Range<usize>, taken: &[Taken<'_>]) -> Vec<Range<usize>> {
    let mut rest = vec![range];
    for (by, ..) in taken {
        let parts = |part: Range<usize>| [part.start..part.end.min(by.start), part.start.max(by.end)..part.end];
        rest = rest.into_iter().flat_map(parts).filter(|part| part.start < part.end).collect();
    }
    rest
}

/// The view as it would be with the redactions in it, mapped to the plain form of the view that it was.
pub(super) fn after(view: &View, taken: &[Taken<'_>], set: &ModerationSet) -> View {
    let mut order: Vec<_> = taken.iter().collect();
    order.sort_by_key(|(range, ..)| range.start);
    let mut order = order.into_iter().peekable();
    let mut after = View::default();
    for (number, block) in view.blocks.iter().enumerate() {
        after.begin_block(block.surface, block.writing, block.event);
        let range = view.block_range(number);
        let mut at = range.start;
        let copy = |after: &mut View, part: Range<usize>| {
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
    let folded = View::of(&view.plain[plain.clone()]).folded;
    let texts = replacement(action, &texts, folded.trim(), found.domain, set.key.as_ref());
    pieces.into_iter().map(|piece| piece.from).zip(texts).collect()
}
