//! What the words in class and id say, as learned: a table from hash to log odds.

use std::sync::Arc;

/// Scores of class and id words. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    /// Open addressing; a power of two of slots. An empty slot scores 0.
    slots: Arc<[(u32, i8)]>,
}

impl Tokens {
    /// A table of hashes and scores, in sixteenths of log odds.
    pub(super) fn new(entries: &[(u32, i8)]) -> Self {
        let count = (entries.len() * 3).next_power_of_two().max(2);
        let mut slots = vec![(0u32, 0i8); count];
        for &(hash, score) in entries.iter().filter(|(_, score)| *score != 0) {
            let mut at = hash as usize % count;
            while slots[at].1 != 0 {
                at = (at + 1) % count;
            }
            slots[at] = (hash, score);
        }
        Tokens { slots: slots.into() }
    }

    fn get(&self, hash: u32) -> i8 {
        if self.slots.is_empty() {
            return 0;
        }
        // Their count is a power of two, and a division costs more than all the rest.
        let last = self.slots.len() - 1;
        let mut at = hash as usize & last;
        loop {
            let (known, score) = self.slots[at];
            if known == hash || score == 0 {
                return score;
            }
            at = (at + 1) & last;
        }
    }

    /// What class and id of an element say together.
    pub(super) fn score(&self, class: &str, id: &str) -> i16 {
        let mut sum = 0i16;
        words(class, id, |hash| sum = sum.saturating_add(i16::from(self.get(hash))));
        sum.clamp(-127, 127)
    }
}

/// Calls `found` with the hash of each word of class and id: what stands between spaces, and its parts
/// between hyphens, underlines, digits and changes of case.
pub(super) fn words(class: &str, id: &str, mut found: impl FnMut(u32)) {
    let mut seen = [0u32; 24];
    let mut count = 0;
    let mut once = |hash: u32| {
        if count < seen.len() && !seen[..count].contains(&hash) {
            seen[count] = hash;
            count += 1;
            found(hash);
        }
    };
    for (salt, text) in [(1u32, class), (2, id)] {
        for token in text.split_ascii_whitespace().filter(|token| token.len() <= 64) {
            let mut whole = salt;
            let mut part = 0u32;
            let mut length = 0;
            let mut before = 0u8;
            for &byte in token.as_bytes() {
                whole = (whole.rotate_left(5) ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x9E37_79B1);
                let parts = !byte.is_ascii_alphabetic() || (byte.is_ascii_uppercase() && before.is_ascii_lowercase());
                if parts {
                    if length > 2 {
                        once(part ^ part >> 15);
                    }
                    (part, length) = (0, 0);
                }
                if byte.is_ascii_alphabetic() {
                    part = (part.rotate_left(5) ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x9E37_79B1);
                    length += 1;
                }
                before = byte;
            }
            if length > 2 {
                once(part ^ part >> 15);
            }
            once(whole ^ whole >> 15);
        }
    }
}
