//! Which bytes of the page each rule has found something in.

use super::map::Piece;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ops::Range;

/// Of each rule the bytes that it has found something in: where a run of them begins, and where it ends.
#[derive(Debug, Default)]
pub(super) struct Covered(FxHashMap<u32, BTreeMap<u64, u64>>);

impl Covered {
    /// Adds what a rule has found; whether any of its bytes is new.
    pub(super) fn takes(&mut self, rule: u32, pieces: &[Piece]) -> bool {
        let runs = self.0.entry(rule).or_default();
        let mut is_new = false;
        for piece in pieces.iter().filter(|piece| !piece.from.is_empty()) {
            if !covers(runs, &piece.from) {
                is_new = true;
                join(runs, piece.from.clone());
            }
        }
        is_new
    }
}

fn covers(runs: &BTreeMap<u64, u64>, range: &Range<u64>) -> bool {
    runs.range(..=range.start).next_back().is_some_and(|(_, end)| *end >= range.end)
}

/// Adds a run, and takes those into it that it meets.
fn join(runs: &mut BTreeMap<u64, u64>, mut range: Range<u64>) {
    while let Some((start, end)) = runs.range(..=range.end).next_back().map(|(start, end)| (*start, *end)).filter(|(_, end)| *end >= range.start) {
        runs.remove(&start);
        range = start.min(range.start)..end.max(range.end);
    }
    runs.insert(range.start, range.end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_bytes_count() {
        let mut covered = Covered::default();
        let mut takes = |ranges: &[(u64, u64)]| {
            let pieces: Vec<Piece> = ranges.iter().map(|(start, end)| Piece { view: 0..0, from: *start..*end }).collect();
            covered.takes(1, &pieces)
        };
        assert!(takes(&[(0, 3), (10, 13)]));
        assert!(takes(&[(5, 6)]));
        assert!(!takes(&[(1, 3), (11, 12)]));
        assert!(takes(&[(1, 4)]));
        assert!(takes(&[(3, 11)]));
        assert!(!takes(&[(0, 13)]));
    }
}
