//! Eight bytes of text looked at together: what a word is made of costs no branch for each of its letters.

const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte; sets of bytes are told by these.
const HIGH: u64 = ONES << 7;

/// Up to eight bytes, the first one lowest; 0 where there are no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Octet(pub(super) u64);

impl Octet {
    /// Those from `at` on, which is at most the length.
    #[inline]
    pub(super) fn at(bytes: &[u8], at: usize) -> Self {
        if let Some(whole) = bytes[at..].first_chunk::<8>() {
            return Octet(u64::from_le_bytes(*whole));
        }
        let left = (bytes.len() - at) as u32;
        match bytes.last_chunk::<8>() {
            Some(last) => Octet(u64::from_le_bytes(*last).checked_shr(64 - 8 * left).unwrap_or(0)),
            None => Octet(bytes[at..].iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))),
        }
    }

    /// The first `length` bytes, 0 to 8.
    #[inline]
    pub(super) fn first(self, length: usize) -> Self {
        Octet(self.0 & u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0))
    }

    /// The lower-case letters; all bytes are ASCII.
    #[inline]
    pub(super) fn letters(self) -> Bytes {
        self.within(b'a', b'z')
    }

    /// The digits; all bytes are ASCII.
    #[inline]
    pub(super) fn digits(self) -> Bytes {
        self.within(b'0', b'9')
    }

    #[inline]
    fn within(self, first: u8, last: u8) -> Bytes {
        let from = self.0 + ONES * u64::from(0x80 - first);
        let past = self.0 + ONES * u64::from(0x7F - last);
        Bytes(from & !past & HIGH)
    }

    /// The bytes that are the one before them, `before` standing before the first; all bytes are ASCII.
    #[inline]
    pub(super) fn doubled(self, before: u8) -> Bytes {
        let differs = self.0 ^ (self.0 << 8 | u64::from(before));
        Bytes(!(differs + ONES * 0x7F) & HIGH)
    }

    #[inline]
    pub(super) fn last(self) -> u8 {
        (self.0 >> 56) as u8
    }
}

/// A set of the eight bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes(u64);

impl Bytes {
    #[inline]
    pub(super) fn or(self, other: Bytes) -> Self {
        Bytes(self.0 | other.0)
    }

    /// Those among the first `length`.
    #[inline]
    pub(super) fn first(self, length: usize) -> Self {
        Bytes(Octet(self.0).first(length).0)
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many it holds from the first on without a gap.
    #[inline]
    pub(super) fn run(self) -> usize {
        (!self.0 & HIGH).trailing_zeros() as usize / 8
    }

    /// Whether it holds two bytes in a row, or the first one where the eight before hold their last.
    #[inline]
    pub(super) fn has_pair(self, before: Bytes) -> bool {
        self.0 & (self.0 << 8 | before.0 >> 56) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_as_one_by_one() {
        let text = b"aabbbz`{09/:m zz@A[..x";
        for at in 0..=text.len() {
            let octet = Octet::at(text, at);
            let bytes: Vec<u8> = (0..8).map(|n| text.get(at + n).copied().unwrap_or(0)).collect();
            assert_eq!(octet.0.to_le_bytes().as_slice(), bytes);
            let set = |of: &dyn Fn(usize) -> bool| Bytes((0..8).filter(|n| of(*n)).fold(0, |all, n| all | 0x80 << (8 * n)));
            assert_eq!(octet.letters(), set(&|n| bytes[n].is_ascii_lowercase()));
            assert_eq!(octet.digits(), set(&|n| bytes[n].is_ascii_digit()));
            let before = if at == 0 { 0 } else { text[at - 1] };
            assert_eq!(octet.doubled(before), set(&|n| bytes[n] == if n == 0 { before } else { bytes[n - 1] }));
            assert_eq!(octet.letters().run(), bytes.iter().take_while(|byte| byte.is_ascii_lowercase()).count());
        }
        assert_eq!(Octet::at(b"abc", 1).first(1), Octet::at(b"b", 0));
        assert_eq!((Octet(u64::MAX).first(8).0, Octet(u64::MAX).first(0).0), (u64::MAX, 0));
        let doubled = Octet::at(b"abbb", 0).doubled(0);
        assert!(doubled.has_pair(Bytes(0)) && !doubled.first(3).has_pair(Bytes(0)));
    }
}
