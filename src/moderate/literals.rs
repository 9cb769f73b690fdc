//! Many texts searched for at once. What they begin with is a table of bits that stays in the nearest cache, and at most places of a page
//! one look into it tells that none stands there; only where one may, an automaton reads on.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, MatchKind, StartKind};

/// Bytes of a text that its beginning is, at most and at least.
const LONGEST_BEGINNING: usize = 4;
pub(super) const SHORTEST: usize = 3;
/// Bits of the table for each text, and of the smallest and the largest table, as powers of two.
const BITS_EACH: usize = 32;
const SMALLEST: u32 = 13;
const LARGEST: u32 = 20;

/// The texts.
#[derive(Debug)]
pub(super) struct Literals {
    automaton: AhoCorasick,
    /// Bits for the hashes of the beginnings, and the lowest bit of the product that is part of the hash.
    beginnings: Vec<u64>,
    shift: u32,
    /// The bytes of a beginning that count.
    mask: u32,
}

impl Literals {
    /// A search for these texts, each of at least [`SHORTEST`] bytes.
    pub(super) fn new(texts: &[String]) -> Result<Self, BuildError> {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(texts)?;
        let length = texts.iter().map(String::len).min().unwrap_or(SHORTEST).min(LONGEST_BEGINNING);
        let bits = (texts.len() * BITS_EACH).next_power_of_two().ilog2().clamp(SMALLEST, LARGEST);
        let mask = u32::MAX >> (32 - 8 * length);
        let mut literals = Literals { automaton, beginnings: vec![0; 1 << (bits - 6)], shift: 32 - bits, mask };
        for text in texts {
            let beginning = text.bytes().take(length).rev().fold(0, |all, byte| all << 8 | u32::from(byte));
            let (at, bit) = literals.place(beginning);
            literals.beginnings[at] |= bit;
        }
        Ok(literals)
    }

    /// Where the bit of a beginning stands.
    #[inline]
    fn place(&self, beginning: u32) -> (usize, u64) {
        let hash = (beginning & self.mask).wrapping_mul(0x9E37_79B1) >> self.shift;
        (hash as usize / 64, 1 << (hash % 64))
    }

    /// Calls with every place where a text begins or goes on, and its number; in the order of where the search began, and more than once
    /// where one text holds the end of another.
    pub(super) fn each(&self, within: &[u8], mut each: impl FnMut(usize, usize)) {
        let mut look = |from: usize| {
            let input = Input::new(within).range(from..).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            while self.automaton.try_find_overlapping(input.clone(), &mut state).is_ok()
                && let Some(found) = state.get_match()
            {
                each(found.start(), found.pattern().as_usize());
            }
        };
        for (from, bytes) in within.windows(LONGEST_BEGINNING).enumerate() {
            let (at, bit) = self.place(bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)));
            if self.beginnings[at] & bit != 0 {
                look(from);
            }
        }
        // At the end there may be room for a text that is as short as can be.
        if let Some(from) = within.len().checked_sub(SHORTEST) {
            look(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_all_that_stand_anywhere() {
        let texts = ["bonus", "bon", "onus", "nus", "كازينو", "aaaa"].map(str::to_owned);
        for count in 1..=texts.len() {
            let literals = Literals::new(&texts[..count]).unwrap();
            for text in ["", "b", "bon", "xbonus", "bonbonus nus", "الكازينو bon", "aaaaaa", "bonu"] {
                let mut found = std::collections::BTreeSet::new();
                literals.each(text.as_bytes(), |at, number| {
                    found.insert((at, number));
                });
                let all = (0..text.len()).flat_map(|at| (0..count).map(move |number| (at, number)));
                let expected = all.filter(|(at, number)| text.as_bytes()[*at..].starts_with(texts[*number].as_bytes())).collect();
                assert_eq!(found, expected, "{text:?} with {count}");
            }
        }
    }
}
