//! What was found in a text: entities, and what looked like one and was none.

use super::kind::EntityKind;
use std::ops::Range;

/// An entity in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityMatch {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: EntityKind,
    /// Which of its kind: a region (`SA`), an issuer (`visa`), a format (`aws-access-key`).
    pub detail: &'static str,
    /// How sure it is, 0 to 1: a checksum or a name beside it raises, a form shared with other numbers lowers.
    pub score: f32,
}

/// What looked like an entity and was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityNearMiss {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it might have been.
    pub kind: EntityKind,
    /// The step that failed: `boundary`, `checksum`, `context`, `entropy`, `format`, `issuer`, `length`, `placeholder`, `region`.
    pub failed: &'static str,
}

/// Orders the matches from `first` on. A value that is reached twice, from two of its digits or from its name, stays once, as the
/// longer of the readings and the surer of two alike.
pub(super) fn settle(matches: &mut Vec<EntityMatch>, first: usize) {
    if matches.len() < first + 2 {
        return;
    }
    let key = |found: &EntityMatch| (found.range.start, std::cmp::Reverse(found.range.end), found.kind);
    matches[first..].sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(b.score.total_cmp(&a.score)).then(a.detail.cmp(b.detail)));
    let (mut place, mut reached) = (0, [0; EntityKind::COUNT]);
    matches.retain(|found| {
        place += 1;
        if place <= first {
            return true;
        }
        let reached = &mut reached[found.kind as usize];
        let new = found.range.end > *reached;
        *reached = found.range.end.max(*reached);
        new
    });
}

/// Orders the near misses from `first` on, and leaves out those whose bytes are a match after all.
pub(super) fn settle_near(near: &mut Vec<EntityNearMiss>, first: usize, matches: &[EntityMatch]) {
    let mut reach = 0;
    let reached: Vec<usize> = matches
        .iter()
        .map(|found| {
            reach = found.range.end.max(reach);
            reach
        })
        .collect();
    let mut place = 0;
    near.retain(|miss| {
        place += 1;
        let before = matches.partition_point(|found| found.range.start < miss.range.end);
        place <= first || before == 0 || reached[before - 1] <= miss.range.start
    });
    near[first..].sort_unstable_by_key(|miss| (miss.range.start, miss.range.end, miss.kind, miss.failed));
    near.dedup();
}
