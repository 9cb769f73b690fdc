//! What the words in class and id say, as learned: a table from hash to log odds.

use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Scores of class and id words. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    /// Open addressing; a power of two of slots. An empty slot scores 0.
    slots: Arc<[(u32, i8)]>,
    /// A bit for each hash, by its upper half: most words are told by these, which stay in the nearest cache.
    bits: Arc<[u64]>,
}

/// How many bits tell hashes apart.
const BITS: usize = 1 << 16;

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
        let mut bits = vec![0u64; BITS / 64];
        for (hash, _) in entries.iter().filter(|(_, score)| *score != 0) {
            let bit = (hash >> 16) as usize;
            bits[bit / 64] |= 1 << (bit % 64);
        }
        Tokens { slots: slots.into(), bits: bits.into() }
    }

    fn get(&self, hash: u32) -> i8 {
        let bit = (hash >> 16) as usize;
        if self.bits.get(bit / 64).is_none_or(|bits| bits >> (bit % 64) & 1 == 0) {
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
        let (mut sum, mut count) = (0i16, 0);
        let mut scored = [0u32; MOST_WORDS];
        let mut known = 0;
        all_words(class, id, |hash| {
            count += 1;
            let score = self.get(hash);
            if score != 0 && count <= MOST_WORDS && !scored[..known].contains(&hash) {
                scored[known] = hash;
                known += 1;
                sum = sum.saturating_add(i16::from(score));
            }
        });
        if count > MOST_WORDS {
            // Which of them count is only known if all are told apart.
            sum = 0;
            words(class, id, |hash| sum = sum.saturating_add(i16::from(self.get(hash))));
        }
        sum.clamp(-127, 127)
    }
}

/// Names of some kind, as hashes of the words that [`words`] tells.
#[derive(Debug)]
pub(super) struct NameSet(FxHashSet<u32>);

impl NameSet {
    /// Of single words.
    pub(super) fn of(names: &[String]) -> Self {
        let mut hashes = FxHashSet::default();
        for name in names {
            all_words(name, "", |hash| {
                hashes.insert(hash);
            });
        }
        NameSet(hashes)
    }

    /// Whether a class or id has one of them.
    pub(super) fn holds_any_of(&self, name: &str) -> bool {
        let mut found = false;
        all_words(name, "", |hash| found |= self.0.contains(&hash));
        found
    }
}

/// So many words of an element's class and id count.
const MOST_WORDS: usize = 24;

/// Calls `found` with the hash of each word of class and id: what stands between spaces, and its parts
/// between hyphens, underlines, digits and changes of case. Each is told once.
pub(super) fn words(class: &str, id: &str, mut found: impl FnMut(u32)) {
    let mut seen = [0u32; MOST_WORDS];
    let mut count = 0;
    all_words(class, id, |hash| {
        if count < seen.len() && !seen[..count].contains(&hash) {
            seen[count] = hash;
            count += 1;
            found(hash);
        }
    });
}

/// The same, each as often as it stands there.
fn all_words(class: &str, id: &str, mut found: impl FnMut(u32)) {
    for (salt, text) in [(1u32, class), (2, id)] {
        for token in text.split_ascii_whitespace().filter(|token| token.len() <= 64) {
            let (mut whole, mut part) = (salt, 0u32);
            let (mut length, mut before) = (0, 0u8);
            for &byte in token.as_bytes() {
                let kind = KINDS[usize::from(byte)];
                let low = u32::from(byte | (kind & UPPER));
                whole = (whole.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1);
                // What is no letter, and a capital behind a small letter.
                if kind == 0 || (kind == UPPER && before == LOWER) {
                    if length > 2 {
                        found(part ^ part >> 15);
                    }
                    (part, length) = (0, 0);
                }
                if kind != 0 {
                    part = (part.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1);
                    length += 1;
                }
                before = kind;
            }
            if length > 2 {
                found(part ^ part >> 15);
            }
            found(whole ^ whole >> 15);
        }
    }
}

/// What a byte of a name is; capitals by the bit that parts them from small letters, all but letters by 0.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};
const LOWER: u8 = 1;
const UPPER: u8 = 0x20;
