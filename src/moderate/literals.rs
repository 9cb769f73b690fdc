//! Many texts searched for at once. What they begin with is a table of bits that stays in the nearest cache, and at most places of a page
//! one look into it tells that none stands there; only where one may, an automaton reads on.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, MatchKind, StartKind};

/// Bytes of a text that its beginning is, at most and at least.
const LONGEST_BEGINNING: usize = 4;
pub(super) const SHORTEST: usize = 3;
/// Of this many places one is looked at, at most; texts must be so much longer than their beginning.
const LONGEST_STEP: usize = 4;
/// Bits of a table for each of its entries, and of the smallest and the largest table, as powers of two.
const BITS_EACH: usize = 64;
const SMALLEST: u32 = 13;
const LARGEST: u32 = 20;

/// The texts.
#[derive(Debug)]
pub(super) struct Literals {
    automaton: AhoCorasick,
    /// Every so many places of the page are looked at.
    step: usize,
    /// What stands at the first `step` places of the texts: whichever of them is looked at, one look tells.
    parts: Table,
    /// What they begin with.
    beginnings: Table,
}

/// Bits for the hashes of a few bytes.
#[derive(Debug)]
struct Table {
    bits: Vec<u64>,
    /// The lowest bit of the product that is part of the hash.
    shift: u32,
    /// The bytes that count.
    mask: u32,
}

impl Table {
    /// A table for this many entries of `length` bytes.
    fn new(entries: usize, length: usize) -> Self {
        let bits = (entries * BITS_EACH).next_power_of_two().ilog2().clamp(SMALLEST, LARGEST);
        Table { bits: vec![0; 1 << (bits - 6)], shift: 32 - bits, mask: u32::MAX >> (32 - 8 * length) }
    }

    /// Where the bit of some bytes stands.
    #[inline]
    fn place(&self, bytes: u32) -> (usize, u64) {
        let hash = (bytes & self.mask).wrapping_mul(0x9E37_79B1) >> self.shift;
        (hash as usize / 64, 1 << (hash % 64))
    }

    fn add(&mut self, bytes: u32) {
        let (at, bit) = self.place(bytes);
        self.bits[at] |= bit;
    }

    #[inline]
    fn may_hold(&self, bytes: u32) -> bool {
        let (at, bit) = self.place(bytes);
        self.bits[at] & bit != 0
    }
}

/// The first bytes of a text, the first one lowest; 0 where there are no more.
fn first_bytes(text: &[u8]) -> u32 {
    text.iter().take(LONGEST_BEGINNING).rev().fold(0, |all, byte| all << 8 | u32::from(*byte))
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
        let shortest = texts.iter().map(String::len).min().unwrap_or(SHORTEST);
        let length = shortest.min(LONGEST_BEGINNING);
        let step = (shortest - length + 1).min(LONGEST_STEP);
        let mut literals = Literals { automaton, step, parts: Table::new(texts.len() * step, length), beginnings: Table::new(texts.len(), length) };
        for text in texts {
            literals.beginnings.add(first_bytes(text.as_bytes()));
            (0..step).for_each(|from| literals.parts.add(first_bytes(&text.as_bytes()[from..])));
        }
        Ok(literals)
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
        let bytes_at = |at: usize| within.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
        let mut at = 0;
        while let Some(bytes) = bytes_at(at) {
            if self.parts.may_hold(bytes) {
                // The text that this is a part of may begin at a place that was passed over.
                for from in (at + 1).saturating_sub(self.step)..=at {
                    if bytes_at(from).is_some_and(|bytes| self.beginnings.may_hold(bytes)) {
                        look(from);
                    }
                }
            }
            at += self.step;
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
        let slices = (0..texts.len()).flat_map(|from| (from + 1..=texts.len()).map(move |to| from..to));
        for texts in slices.map(|slice| &texts[slice]) {
            let (literals, count) = (Literals::new(texts).unwrap(), texts.len());
            for text in ["", "b", "bon", "xbonus", "bonbonus nus", "الكازينو bon", "aaaaaa", "bonu"] {
                let mut found = std::collections::BTreeSet::new();
                literals.each(text.as_bytes(), |at, number| {
                    found.insert((at, number));
                });
                let all = (0..text.len()).flat_map(|at| (0..count).map(move |number| (at, number)));
                let expected = all.filter(|(at, number)| text.as_bytes()[*at..].starts_with(texts[*number].as_bytes())).collect();
                assert_eq!(found, expected, "{text:?} with {texts:?}");
            }
        }
    }
}
