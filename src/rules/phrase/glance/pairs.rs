//! Which pairs of words stand in a row, in phrases and behind the names in them.

use super::any_number;
use crate::fold::FirstWords;
use crate::rules::filter::Filter;
use rustc_hash::FxHashSet;

/// Which pairs of words stand in a row. There are so many that a filter alone would let too many others pass.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    firsts: Filter,
    hashes: FxHashSet<u32>,
}

impl Pairs {
    pub(super) fn of(pairs: &[(u32, u32)]) -> Self {
        let firsts: Vec<u32> = pairs.iter().map(|(first, _)| *first).collect();
        Pairs { firsts: Filter::of(&firsts), hashes: pairs.iter().map(|(first, second)| pair_hash(*first, *second)).collect() }
    }

    /// Whether the word at a place may stand before the one behind it.
    #[inline]
    pub(super) fn may_hold(&self, words: &[u32], at: usize) -> bool {
        let first = any_number(words[at]);
        let stands_before = |next: &u32| self.hashes.contains(&pair_hash(first, any_number(*next)));
        // Behind the last word that is known may stand any.
        self.firsts.may_hold(first) && words.get(at + 1).map_or(at + 1 == FirstWords::WORDS, stands_before)
    }
}

/// What stands behind names: words after which anything may come, and pairs of words.
#[derive(Debug, Default)]
pub(super) struct BehindName {
    /// A phrase may end there, or go on with what hashes tell nothing of.
    pub(super) anything: bool,
    pub(super) words: Filter,
    pub(super) pairs: Pairs,
}

impl BehindName {
    /// Whether there is a name before such words, which begins at `at` or later.
    pub(super) fn may_hold(&self, words: &[u32], at: usize) -> bool {
        self.anything || (at + 1..words.len()).any(|at| self.words.may_hold(any_number(words[at])) || self.pairs.may_hold(words, at))
    }
}

/// The hash of two words in a row.
fn pair_hash(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x85EB_CA6B)
}
