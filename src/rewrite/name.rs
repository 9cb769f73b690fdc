//! Names of tags and attributes, known by the word of their letters: every tag of a page has some, and each is looked up.

use crate::octet::Octet;

/// A name of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    text: &'a [u8],
    /// Its bytes, where they are fewer than eight.
    word: u64,
    /// The same for both cases of ASCII letters.
    pub(super) hash: u32,
}

/// A name that is looked for, in lower case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    text: &'static str,
    /// Its bytes, where they are fewer than eight.
    word: u64,
    /// The bit that parts the two cases, of each byte that is a letter.
    case: u64,
}

impl<'a> Name<'a> {
    /// The name that `text` begins with, of so many bytes.
    #[inline(always)]
    pub(super) fn at(text: &'a [u8], length: usize) -> Self {
        if length >= 8 {
            let text = &text[..length];
            return Name { text, word: 0, hash: name_hash(text) };
        }
        let word = Octet::at(text, 0).0 & ((1 << (8 * length)) - 1);
        Name { text: &text[..length], word, hash: short_hash(word, length) }
    }

    #[inline]
    pub(super) fn is(self, known: Known) -> bool {
        let is_short = self.text.len() < 8;
        self.text.len() == known.text.len() && if is_short { self.word | known.case == known.word } else { self.is_text(known.text.as_bytes()) }
    }

    #[inline]
    pub(super) fn is_text(self, other: &[u8]) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

impl Known {
    pub(super) const fn of(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        if bytes.len() >= 8 {
            return Known { text, word: 0, case: 0 };
        }
        let (mut case, mut at) = (0, 0);
        while at < bytes.len() {
            if bytes[at].is_ascii_lowercase() {
                case |= 0x20 << (8 * at);
            }
            at += 1;
        }
        Known { text, word: short_word(bytes), case }
    }

    pub(super) const fn text(self) -> &'static str {
        self.text
    }
}

/// A hash of a name in any case of its ASCII letters.
#[inline]
pub(crate) const fn name_hash(name: &[u8]) -> u32 {
    let (mut hash, mut rest) = (name.len() as u64, name);
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        hash = mix(hash, u64::from_le_bytes(*chunk));
        rest = after;
    }
    spread(mix(hash, short_word(rest)))
}

/// The same of a name of fewer than eight bytes, given as a word.
#[inline]
fn short_hash(word: u64, length: usize) -> u32 {
    spread(mix(length as u64, word))
}

/// Fewer than eight bytes as a word, the first one lowest, read in pieces that may overlap.
#[inline]
const fn short_word(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << (8 * (length - 4)),
        _ => match bytes {
            [] => 0,
            [first, ..] => *first as u64 | (bytes[length / 2] as u64) << (8 * (length / 2)) | (bytes[length - 1] as u64) << (8 * (length - 1)),
        },
    }
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
const fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ (word | 0x2020_2020_2020_2020)).wrapping_mul(MIX)
}

/// A product's low bits know nothing of the high ones of its factors, where the last letters stand.
#[inline]
const fn spread(hash: u64) -> u32 {
    ((hash ^ hash >> 32).wrapping_mul(MIX) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_wherever_they_stand_and_in_any_case() {
        let text = b"DaTa-H1_xlink:href";
        for length in 0..=text.len() {
            // Behind the name stands more of the text, or nothing.
            let (within, alone) = (Name::at(text, length), Name::at(&text[..length], length));
            assert_eq!((within.hash, within.word), (alone.hash, alone.word));
            assert_eq!(within.hash, name_hash(&text[..length]));
            assert_eq!(within.hash, name_hash(&text[..length].to_ascii_lowercase()));
        }
        let known = [Known::of("h1"), Known::of("data-h1"), Known::of("data-h1_")];
        assert!([2, 7, 8].into_iter().zip(known).all(|(length, known)| Name::at(if length == 2 { b"H1>" } else { text }, length).is(known)));
        // The bit that parts the cases of a letter parts other bytes, too.
        assert!(!Name::at(b"h\x11", 2).is(Known::of("h1")));
        assert!(!Name::at(b"h1\0", 3).is(Known::of("h1")));
    }
}
