//! Selectors by a whole text: an id, a class, a name, a value.

use crate::rules::beginnings::in_lower_case;
use crate::rules::filter::Filter;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::marker::PhantomData;

/// A whole value of more bytes is looked up as a beginning.
pub(super) const LONGEST_VALUE: usize = 64;

/// Selectors by a text that an element must have.
#[derive(Debug, Default)]
pub(super) struct Lookup<C: Case = AsWritten> {
    places: FxHashMap<Box<[u8]>, Vec<u32>>,
    /// A bit for each length of a text; [`LONGEST_VALUE`] stands for all greater ones.
    lengths: u128,
    filter: Filter,
    case: PhantomData<C>,
}

/// How a text is compared.
pub(super) trait Case {
    fn hash(text: &[u8]) -> u32;
    /// The text as it is filed.
    fn filed(text: &[u8]) -> Cow<'_, [u8]>;
}

#[derive(Debug, Default)]
pub(super) struct AsWritten;

/// In any case of ASCII letters; filed in lower case.
#[derive(Debug, Default)]
pub(super) struct AnyCase;

impl Case for AsWritten {
    #[inline]
    fn hash(text: &[u8]) -> u32 {
        text_hash(text, 0)
    }

    #[inline]
    fn filed(text: &[u8]) -> Cow<'_, [u8]> {
        text.into()
    }
}

impl Case for AnyCase {
    #[inline]
    fn hash(text: &[u8]) -> u32 {
        // This bit parts the two cases of a letter.
        text_hash(text, u64::from_ne_bytes([0x20; 8]))
    }

    fn filed(text: &[u8]) -> Cow<'_, [u8]> {
        in_lower_case(text)
    }
}

impl<C: Case> Lookup<C> {
    pub(super) fn add(&mut self, text: &str, at: u32) {
        let places = self.places.entry(text.as_bytes().into()).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }

    pub(super) fn finish(&mut self) {
        self.filter = Filter::of(&self.places.keys().map(|text| C::hash(text)).collect::<Vec<_>>());
        self.lengths = self.places.keys().fold(0, |lengths, text| lengths | length_bit(text));
    }

    #[inline]
    pub(super) fn find(&self, text: &[u8], found: &mut Vec<u32>) {
        if self.lengths & length_bit(text) != 0
            && self.filter.may_hold(C::hash(text))
            && let Some(places) = self.places.get(&*C::filed(text))
        {
            found.extend_from_slice(places);
        }
    }
}

#[inline]
fn length_bit(text: &[u8]) -> u128 {
    1 << text.len().min(LONGEST_VALUE)
}

/// A quick hash of a text, for [`Filter`]; the bits in `blind` do not count.
#[inline]
fn text_hash(text: &[u8], blind: u64) -> u32 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        hash = (hash.rotate_left(5) ^ (word | blind)).wrapping_mul(MIX);
    }
    let rest = blind | chunks.remainder().iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    ((hash.rotate_left(5) ^ rest).wrapping_mul(MIX) >> 32) as u32
}
