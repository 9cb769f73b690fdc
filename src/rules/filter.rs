//! Which hashes may be in a set, in a few bits each.

/// Says yes too often, never no wrongly. Each hash sets one bit of a word, or two where a wrong yes costs a search: a blocked Bloom
/// filter (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
#[derive(Debug)]
pub(super) struct Filter<const BITS: usize = 2>(Vec<u64>);

impl<const BITS: usize> Default for Filter<BITS> {
    fn default() -> Self {
        Filter(vec![0])
    }
}

impl<const BITS: usize> Filter<BITS> {
    /// Some sixty bits for each hash, so that one in sixty others passes, of two bits one in five hundred; fewer in large sets, which
    /// should stay in the cache.
    pub(super) fn of(hashes: &[u32]) -> Self {
        let mut filter = Filter(vec![0; (hashes.len() * if hashes.len() < 4096 { 64 } else { 16 }).next_power_of_two().div_ceil(64).max(1)]);
        for hash in hashes {
            let (word, bits) = filter.place(*hash);
            filter.0[word] |= bits;
        }
        filter
    }

    #[inline]
    fn place(&self, hash: u32) -> (usize, u64) {
        let mask = self.0.len() - 1;
        if BITS == 1 {
            return ((hash >> 6) as usize & mask, 1 << (hash & 63));
        }
        // The given hashes are weak in some of their bits.
        let mixed = u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 32) as usize & mask, 1 << (mixed >> 26 & 63) | 1 << (mixed >> 20 & 63))
    }

    #[inline]
    pub(super) fn may_hold(&self, hash: u32) -> bool {
        let (word, bits) = self.place(hash);
        self.0[word] & bits == bits
    }
}
