//! Selectors that ask for what an attribute's value begins with, however many begin alike: `https://` is no telling prefix.

use super::filter::Filter;
use crate::octet::Octet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// Selectors by the beginning that they ask for, in any case of ASCII letters: a candidate is only a candidate.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    /// By the text in lower case.
    places: FxHashMap<Box<[u8]>, Vec<u32>>,
    /// Whether a text has so many bytes.
    is_length: Vec<bool>,
    /// Hashes of the first bytes of all texts, as many as the shortest has, up to [`HEAD`]: most values are told by these.
    heads: Filter,
    head: usize,
    texts: Filter,
}

/// So many bytes are looked at at once.
const HEAD: usize = 8;

/// A hash of the first bytes of a text, the same for both cases of a letter; `None` where it has fewer.
#[inline]
fn head_hash(text: &[u8], head: usize) -> Option<u32> {
    let others = (8 * (HEAD - head.min(HEAD))) as u32;
    let word = Octet::at(text, 0).0.checked_shl(others).unwrap_or(0);
    (text.len() >= head).then(|| folded((word | u64::from_le_bytes([0x20; HEAD])).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// A hash of a text by one byte more.
#[inline]
fn and(hash: u64, byte: u8) -> u64 {
    (hash.rotate_left(5) ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The hash as a filter takes it.
#[inline]
fn folded(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// A text in lower case; most are.
pub(super) fn in_lower_case(text: &[u8]) -> Cow<'_, [u8]> {
    if text.iter().any(u8::is_ascii_uppercase) { text.to_ascii_lowercase().into() } else { text.into() }
}

impl Beginnings {
    /// Adds a text that is not empty.
    pub(super) fn add(&mut self, text: &str, place: u32) {
        self.places.entry(text.to_ascii_lowercase().into_bytes().into()).or_default().push(place);
    }

    /// Builds what is looked at first.
    pub(super) fn finish(&mut self) {
        let lengths: FxHashSet<usize> = self.places.keys().map(|text| text.len()).collect();
        self.head = lengths.iter().copied().min().unwrap_or(0).min(HEAD);
        self.is_length = (0..=lengths.iter().copied().max().unwrap_or(0)).map(|length| lengths.contains(&length)).collect();
        let whole = self.places.keys().map(|text| folded(text.iter().fold(0, |hash, byte| and(hash, *byte))));
        self.texts = Filter::of(&whole.collect::<Vec<_>>());
        self.heads = Filter::of(&self.places.keys().filter_map(|text| head_hash(text, self.head)).collect::<Vec<_>>());
    }

    /// Appends the places of all texts that the value begins with.
    #[inline]
    pub(super) fn find(&self, value: &str, found: &mut Vec<u32>) {
        if self.places.is_empty() || !head_hash(value.as_bytes(), self.head).is_some_and(|hash| self.heads.may_hold(hash)) {
            return;
        }
        let mut hash = 0;
        for (at, (byte, is_length)) in value.bytes().zip(self.is_length.iter().skip(1)).enumerate() {
            hash = and(hash, byte);
            let length = at + 1;
            if *is_length && self.texts.may_hold(folded(hash)) {
                found.extend(self.places.get(&*in_lower_case(&value.as_bytes()[..length])).into_iter().flatten());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_all_that_it_begins_with() {
        let mut beginnings = Beginnings::default();
        for (place, text) in ["https://", "https://Ads.example/", "a", "ab", "b"].into_iter().enumerate() {
            beginnings.add(text, place as u32);
        }
        beginnings.finish();
        for (value, places) in [("HTTPS://ads.example/x", &[0, 1][..]), ("https:/", &[]), ("abc", &[2, 3]), ("cab", &[]), ("", &[]), ("b", &[4])] {
            let mut found = Vec::new();
            beginnings.find(value, &mut found);
            assert_eq!(found, places, "{value}");
        }
        let mut none = Beginnings::default();
        none.finish();
        none.find("a", &mut Vec::new());
    }
}
