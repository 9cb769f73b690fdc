//! Texts that must stand somewhere in a value: all of a rule set are looked for at once.
//!
//! Most values hold none. That is told from a few places of the value: where a text of `n` bytes stands, one of `n - 3`
//! neighbouring blocks of four bytes lies on each multiple of `n - 3` (the idea of Wu and Manber, "A Fast Algorithm for Multi-Pattern
//! Searching", 1994). Only the texts that have such a block are compared, where it says that they stand.

use rustc_hash::FxHashMap;

/// Selectors by the fragment that they ask for, in any case of ASCII letters: a candidate is only a candidate.
#[derive(Debug)]
pub(super) struct Fragments {
    texts: Vec<(Box<str>, u32)>,
    /// Texts by the hash of a block of theirs, with the place of the block in the text.
    by_block: FxHashMap<u32, Vec<(u32, u8)>>,
    /// A bit for each hash, by its upper half.
    blocks: Bits,
    /// Bytes in a block, at most four.
    block: usize,
    stride: usize,
}

const BLOCK: usize = 4;
/// Few enough to stay in the nearest cache.
type Bits = Box<[u64; 1 << 10]>;
/// More than this saves nothing.
const STRIDE: usize = 8;

impl Default for Fragments {
    fn default() -> Self {
        Fragments { texts: Vec::new(), by_block: FxHashMap::default(), blocks: Box::new([0; _]), block: BLOCK, stride: 1 }
    }
}

impl Fragments {
    /// Adds a text that is not empty.
    pub(super) fn add(&mut self, text: &str, place: u32) {
        self.texts.push((text.into(), place));
    }

    /// Builds the search.
    pub(super) fn finish(&mut self) {
        let Some(shortest) = self.texts.iter().map(|(text, _)| text.len()).min() else { return };
        self.block = shortest.min(BLOCK);
        self.stride = (shortest - self.block + 1).min(STRIDE);
        for (number, (text, _)) in (0..).zip(&self.texts) {
            for (at, block) in (0..).zip(text.as_bytes().windows(self.block).take(self.stride)) {
                self.by_block.entry(short_hash(block)).or_default().push((number, at));
            }
        }
        for hash in self.by_block.keys() {
            self.blocks[(hash >> 22) as usize] |= 1 << (hash >> 16 & 63);
        }
    }

    /// Appends the places of all texts that stand in the value.
    #[inline]
    pub(super) fn find(&self, value: &str, found: &mut Vec<u32>) {
        if self.texts.is_empty() {
            return;
        }
        let value = value.as_bytes();
        let mut rest = value;
        while rest.len() >= self.block {
            // Mostly the blocks are whole words of the processor.
            let hash = match rest.first_chunk::<BLOCK>() {
                Some(block) if self.block == BLOCK => block_hash(*block),
                _ => short_hash(&rest[..self.block]),
            };
            if self.blocks[(hash >> 22) as usize] >> (hash >> 16 & 63) & 1 == 1 {
                self.compare(hash, value, value.len() - rest.len(), found);
            }
            rest = rest.get(self.stride..).unwrap_or_default();
        }
    }

    /// The texts that have a block which stands at `at`.
    fn compare(&self, hash: u32, value: &[u8], at: usize, found: &mut Vec<u32>) {
        for (number, before) in self.by_block.get(&hash).into_iter().flatten() {
            let (text, place) = &self.texts[*number as usize];
            let stands = at.checked_sub(usize::from(*before)).and_then(|start| value.get(start..start + text.len()));
            if stands.is_some_and(|part| part.eq_ignore_ascii_case(text.as_bytes())) {
                found.push(*place);
            }
        }
    }
}

/// A hash of a block, the same for both cases of a letter. Its upper half knows of all bytes.
#[inline]
fn block_hash(block: [u8; BLOCK]) -> u32 {
    (u32::from_le_bytes(block) | 0x2020_2020).wrapping_mul(0x9E37_79B1)
}

/// The same of fewer bytes.
fn short_hash(block: &[u8]) -> u32 {
    let mut whole = [0; BLOCK];
    whole[..block.len()].copy_from_slice(block);
    block_hash(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_anywhere_is_found_in_any_case() {
        for texts in [&["facebook.com/sharer", "/print/", "wa.me/?text"][..], &["abc", "xy"], &["é", "long enough"]] {
            let mut fragments = Fragments::default();
            for (place, text) in texts.iter().enumerate() {
                fragments.add(text, place as u32);
            }
            fragments.finish();
            for (place, text) in texts.iter().enumerate() {
                for before in 0..12 {
                    let value = format!("{}{}{}", "q".repeat(before), text.to_ascii_uppercase(), "-".repeat(before % 3));
                    let mut found = Vec::new();
                    fragments.find(&value, &mut found);
                    assert_eq!(found, [place as u32], "{value}");
                }
            }
            let mut found = Vec::new();
            fragments.find("nothing of it", &mut found);
            fragments.find("", &mut found);
            assert_eq!(found, [0; 0]);
        }
    }
}
