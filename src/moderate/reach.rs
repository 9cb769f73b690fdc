//! Ranges ordered by where they begin, asked what one more of them meets: in the logarithm of their number, however many there are.

use std::ops::Range;

/// Ranges, and how far those up to each of them reach.
#[derive(Debug, Default)]
pub(super) struct Reach {
    starts: Vec<usize>,
    /// The largest end so far.
    ends: Vec<usize>,
}

impl Reach {
    /// Of ranges that come ordered by where they begin.
    pub(super) fn of(ranges: impl Iterator<Item = Range<usize>>) -> Self {
        let mut reach = Reach::default();
        for range in ranges {
            debug_assert!(reach.starts.last().is_none_or(|last| *last <= range.start));
            let end = reach.ends.last().map_or(range.end, |last| range.end.max(*last));
            reach.starts.push(range.start);
            reach.ends.push(end);
        }
        reach
    }

    /// Of ranges in any order.
    pub(super) fn sorted(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        Reach::of(ranges.into_iter())
    }

    /// The largest end of those that begin before `at`.
    fn end_before(&self, at: usize) -> Option<usize> {
        self.starts.partition_point(|start| *start < at).checked_sub(1).map(|last| self.ends[last])
    }

    /// Whether one of them holds all of a range.
    pub(super) fn covers(&self, range: &Range<usize>) -> bool {
        self.end_before(range.start + 1).is_some_and(|end| end >= range.end)
    }

    /// Whether one of them has a byte in common with a range.
    pub(super) fn meets(&self, range: &Range<usize>) -> bool {
        self.end_before(range.end).is_some_and(|end| end > range.start)
    }

    /// The end of the one before a range that is nearest to it, and the beginning of the one after; 0 words lie between a range and one that it meets.
    pub(super) fn neighbours(&self, range: &Range<usize>) -> (Option<usize>, Option<usize>) {
        let after = self.starts.partition_point(|start| *start <= range.start);
        (after.checked_sub(1).map(|last| self.ends[last]), self.starts.get(after).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_range_meets_is_what_looking_at_each_says() {
        let mut state = 7_usize;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let mut range = || {
                let start = next(40);
                start..start + 1 + next(8)
            };
            let ranges: Vec<Range<usize>> = (0..5).map(|_| range()).collect();
            let reach = Reach::sorted(ranges.clone());
            let asked = range();
            assert_eq!(reach.covers(&asked), ranges.iter().any(|r| r.start <= asked.start && asked.end <= r.end));
            assert_eq!(reach.meets(&asked), ranges.iter().any(|r| r.start < asked.end && asked.start < r.end));
            let (before, after) = reach.neighbours(&asked);
            assert_eq!(before, ranges.iter().filter(|r| r.start <= asked.start).map(|r| r.end).max());
            assert_eq!(after, ranges.iter().filter(|r| r.start > asked.start).map(|r| r.start).min());
        }
        assert!(!Reach::default().meets(&(0..9)));
    }
}
