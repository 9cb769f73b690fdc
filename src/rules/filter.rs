//! Which hashes may be in a set, in a few bits each.

/// Says yes too often, never no wrongly.
#[derive(Debug)]
pub(super) struct Filter(Vec<u64>);

impl Default for Filter {
    fn default() -> Self {
        Filter(vec![0])
    }
}

impl Filter {
    /// Some sixty bits for each hash, so that one in sixty others passes; fewer in large sets, which should stay in the cache.
    pub(super) fn of(hashes: &[u32]) -> Self {
        let mut filter = Filter(vec![0; (hashes.len() * if hashes.len() < 4096 { 64 } else { 16 }).next_power_of_two().div_ceil(64).max(1)]);
        for hash in hashes {
            let (word, bit) = filter.place(*hash);
            filter.0[word] |= bit;
        }
        filter
    }

    fn place(&self, hash: u32) -> (usize, u64) {
        ((hash >> 6) as usize & (self.0.len() - 1), 1 << (hash & 63))
    }

    #[inline]
    pub(super) fn may_hold(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.0[word] & bit != 0
    }
}
