//! Texts that must stand somewhere in a value: all of a rule set are looked for at once.
//!
//! Most values hold none. That is told from a few places of the value: where a text of `n` bytes stands, one of `n - 3`
//! neighbouring blocks of four bytes lies on each multiple of `n - 3` (the idea of Wu and Manber, "A Fast Algorithm for Multi-Pattern
//! Searching", 1994). Only where such a block is known does the automaton look closely.

use super::filter::Filter;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Selectors by the fragment that they ask for.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    texts: Vec<(Box<str>, u32)>,
    /// Over `texts`, in order; any case of ASCII letters, for a candidate is only a candidate.
    search: Option<AhoCorasick>,
    blocks: Filter,
    /// Bytes in a block, at most four.
    block: usize,
    stride: usize,
}

/// Fragments that may become a deterministic automaton: some 256 bytes of table each.
const SMALL_BYTES: usize = 16 * 1024;
const BLOCK: usize = 4;
/// More than this saves nothing.
const STRIDE: usize = 8;

impl Fragments {
    /// Adds a text that is not empty.
    pub(super) fn add(&mut self, text: &str, place: u32) {
        self.texts.push((text.into(), place));
    }

    /// Builds the search. Where that would take too much, gives the places that must be tried on every value.
    pub(super) fn finish(&mut self) -> Vec<u32> {
        let Some(shortest) = self.texts.iter().map(|(text, _)| text.len()).min() else { return Vec::new() };
        self.block = shortest.min(BLOCK);
        self.stride = (shortest - self.block + 1).min(STRIDE);
        let blocks = self.texts.iter().flat_map(|(text, _)| text.as_bytes().windows(self.block).take(self.stride).map(block_hash));
        self.blocks = Filter::of(&blocks.collect::<Vec<_>>());
        let texts = self.texts.iter().map(|(text, _)| text.as_bytes());
        // The fastest automaton is also the largest.
        let bytes: usize = self.texts.iter().map(|(text, _)| text.len()).sum();
        let kind = (bytes <= SMALL_BYTES).then_some(AhoCorasickKind::DFA);
        match AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(texts) {
            Ok(search) => self.search = Some(search),
            Err(_) => return self.texts.drain(..).map(|(_, place)| place).collect(),
        }
        Vec::new()
    }

    /// Appends the places of all texts that stand in the value.
    #[inline]
    pub(super) fn find(&self, value: &str, found: &mut Vec<u32>) {
        if let Some(search) = self.search.as_ref().filter(|_| self.may_hold(value.as_bytes())) {
            let hits = search.find_overlapping_iter(value);
            found.extend(hits.map(|hit| self.texts[hit.pattern().as_usize()].1));
        }
    }

    #[inline]
    fn may_hold(&self, value: &[u8]) -> bool {
        let mut at = 0;
        while let Some(block) = value.get(at..at + self.block) {
            if self.blocks.may_hold(block_hash(block)) {
                return true;
            }
            at += self.stride;
        }
        false
    }
}

/// A hash of at most four bytes, the same for both cases of a letter.
#[inline]
fn block_hash(block: &[u8]) -> u32 {
    let word = match *block {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
        _ => block.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)),
    };
    let mixed = (word | 0x2020_2020).wrapping_mul(0x9E37_79B1);
    mixed ^ mixed >> 15
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
            assert_eq!(fragments.finish(), [0; 0]);
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
