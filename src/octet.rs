//! Eight bytes of text looked at together: what a word is made of costs no branch for each of its letters.

const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte; sets of bytes are told by these.
const HIGH: u64 = ONES << 7;

/// Up to eight bytes, the first one lowest; 0 where there are no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Octet(pub(crate) u64);

impl Octet {
    /// Those from `at` on, which is at most the length.
    #[inline]
    pub(crate) fn at(bytes: &[u8], at: usize) -> Self {
        if let Some(whole) = bytes[at..].first_chunk::<8>() {
            return Octet(u64::from_le_bytes(*whole));
        }
        let left = (bytes.len() - at) as u32;
        match bytes.last_chunk::<8>() {
            Some(last) => Octet(u64::from_le_bytes(*last).checked_shr(64 - 8 * left).unwrap_or(0)),
            None => Octet(bytes[at..].iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))),
        }
    }

    #[inline]
    pub(crate) fn is_ascii(self) -> bool {
        self.0 & HIGH == 0
    }

    /// White space; all bytes are ASCII.
    #[inline]
    pub(crate) fn white_space(self) -> Bytes {
        self.equal(b' ').or(self.within(b'\t', b'\r'))
    }

    /// Letters in whatever case and digits; all bytes are ASCII.
    #[inline]
    pub(crate) fn alphanumeric(self) -> Bytes {
        Octet(self.0 | (ONES * 0x20)).letters().or(self.digits())
    }

    /// Those before the first that is not in `of`.
    #[inline]
    pub(crate) fn run_of(self, of: Bytes) -> Self {
        Octet(self.0 & of.before_gap())
    }

    /// The bytes that are this one, which is ASCII.
    #[inline]
    pub(crate) fn equal(self, byte: u8) -> Bytes {
        let differs = (self.0 ^ (ONES * u64::from(byte))) & !HIGH;
        Bytes(!(differs + ONES * 0x7F) & !self.0 & HIGH)
    }

    /// What may part the names in a tag: `/`, `=`, `>`, white space, and controls.
    #[inline]
    pub(crate) fn may_part_names(self) -> Bytes {
        self.blank().or(self.equal(b'/')).or(self.equal(b'=')).or(self.equal(b'>'))
    }

    /// What may end a text, or be written otherwise in it: `<`, `>`, `&`, white space, and controls.
    #[inline]
    pub(crate) fn may_end_text(self) -> Bytes {
        // This bit alone parts the two brackets.
        let brackets = Octet(self.0 & !(ONES * 2)).equal(b'<');
        self.blank().or(brackets).or(self.equal(b'&'))
    }

    /// White space and controls of ASCII.
    #[inline]
    fn blank(self) -> Bytes {
        Bytes(!((self.0 & !HIGH) + ONES * u64::from(0x7F - b' ')) & !self.0 & HIGH)
    }

    /// Letters of ASCII in whatever case, spaces, and all that is not ASCII.
    #[inline]
    pub(crate) fn prose(self) -> Bytes {
        let small = Octet((self.0 | (ONES * 0x20)) & !HIGH);
        Bytes(small.letters().0 | self.equal(b' ').0 | (self.0 & HIGH))
    }

    /// Visible ASCII, and spaces.
    #[inline]
    pub(crate) fn printable(self) -> Bytes {
        let low = self.0 & !HIGH;
        Bytes((low + ONES * 0x60) & !(low + ONES) & !self.0 & HIGH)
    }

    /// The lower-case letters; all bytes are ASCII.
    #[inline]
    pub(crate) fn letters(self) -> Bytes {
        self.within(b'a', b'z')
    }

    /// The digits; all bytes are ASCII.
    #[inline]
    pub(crate) fn digits(self) -> Bytes {
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
    pub(crate) fn doubled(self, before: u8) -> Bytes {
        let differs = self.0 ^ (self.0 << 8 | u64::from(before));
        Bytes(!(differs + ONES * 0x7F) & HIGH)
    }

    #[inline]
    pub(crate) fn last(self) -> u8 {
        (self.0 >> 56) as u8
    }
}

/// A set of the eight bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes(u64);

impl Bytes {
    #[inline]
    pub(crate) fn or(self, other: Bytes) -> Self {
        Bytes(self.0 | other.0)
    }

    #[inline]
    pub(crate) fn without(self, other: Bytes) -> Self {
        Bytes(self.0 & !other.0)
    }

    /// Of the stretches between these bytes, how many that hold one of `marked` end at one of them, and whether the last goes on; `inside`
    /// when one came in. A mark added to its stretch is carried to the byte behind it, once however many there are.
    #[inline]
    pub(crate) fn marked_stretches(self, marked: Bytes, inside: bool) -> (u32, bool) {
        let ends = self.0 >> 7;
        let stretches = !(self.0 | (self.0 - ends));
        let (sum, first) = stretches.overflowing_add(marked.0 >> 7);
        let (sum, second) = sum.overflowing_add(u64::from(inside));
        ((sum & ends).count_ones(), first | second)
    }

    /// Those whose byte behind is one; `last` when the one behind the last is.
    #[inline]
    pub(crate) fn ahead(self, last: bool) -> Self {
        Bytes(self.0 >> 8 | u64::from(last) << 63)
    }

    /// Those whose byte before is one too, as is the first where the eight before hold their last.
    #[inline]
    pub(crate) fn second_of_pairs(self, before: Bytes) -> Self {
        Bytes(self.0 & (self.0 << 8 | before.0 >> 56))
    }

    /// All bits of the bytes before the first that is not in the set.
    #[inline]
    fn before_gap(self) -> u64 {
        let gaps = !self.0 & HIGH;
        ((gaps & gaps.wrapping_neg()) >> 7).wrapping_sub(1)
    }

    /// Those before the first byte that is not in `of`.
    #[inline]
    pub(crate) fn run_of(self, of: Bytes) -> Self {
        Bytes(self.0 & of.before_gap())
    }

    /// The places of those that are not in it, in order.
    #[inline]
    pub(crate) fn gaps(self) -> impl Iterator<Item = usize> {
        let mut gaps = !self.0 & HIGH;
        std::iter::from_fn(move || {
            let at = (gaps != 0).then(|| gaps.trailing_zeros() as usize / 8);
            gaps &= gaps.wrapping_sub(1);
            at
        })
    }

    /// How many come before the first that it holds; eight where it holds none.
    #[inline]
    pub(crate) fn before(self) -> usize {
        self.0.trailing_zeros() as usize / 8
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many it holds from the first on without a gap.
    #[inline]
    pub(crate) fn run(self) -> usize {
        (!self.0 & HIGH).trailing_zeros() as usize / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_as_one_by_one() {
        let text = b"aabbbz`{09/:m zz@A[..x  &~\x7f\x1f \xc3\xa9\xa0";
        for at in 0..=text.len() {
            let octet = Octet::at(text, at);
            let bytes: Vec<u8> = (0..8).map(|n| text.get(at + n).copied().unwrap_or(0)).collect();
            assert_eq!(octet.0.to_le_bytes().as_slice(), bytes);
            let set = |of: &dyn Fn(usize) -> bool| Bytes((0..8).filter(|n| of(*n)).fold(0, |all, n| all | 0x80 << (8 * n)));
            assert_eq!(octet.printable(), set(&|n| matches!(bytes[n], b' '..=b'~')));
            assert_eq!(octet.prose(), set(&|n| bytes[n].is_ascii_alphabetic() || bytes[n] == b' ' || !bytes[n].is_ascii()));
            assert_eq!(octet.may_end_text(), set(&|n| matches!(bytes[n], 0..=b' ' | b'<' | b'>' | b'&')));
            let ahead = |last: bool| set(&|n| if n == 7 { last } else { bytes[n + 1] == b'&' });
            assert_eq!([false, true].map(|last| octet.equal(b'&').ahead(last)), [false, true].map(ahead));
            let parts = set(&|n| matches!(bytes[n], 0..=b' ' | b'/' | b'=' | b'>'));
            assert_eq!((octet.may_part_names(), parts.before()), (parts, (0..8).find(|n| parts.0 >> (8 * n) & 0x80 != 0).unwrap_or(8)));
            assert_eq!(octet.equal(b'&'), set(&|n| bytes[n] == b'&'));
            assert!(octet.prose().gaps().eq((0..8).filter(|n| octet.prose().0 >> (8 * n) & 0x80 == 0)));
            let before = if at == 0 { 0 } else { text[at - 1] };
            if !bytes.is_ascii() || !before.is_ascii() {
                continue;
            }
            assert_eq!(octet.letters(), set(&|n| bytes[n].is_ascii_lowercase()));
            assert_eq!(octet.digits(), set(&|n| bytes[n].is_ascii_digit()));
            assert_eq!(octet.alphanumeric(), set(&|n| bytes[n].is_ascii_alphanumeric()));
            assert_eq!(octet.white_space(), set(&|n| matches!(bytes[n], b'\t'..=b'\r' | b' ')));
            assert_eq!(octet.doubled(before), set(&|n| bytes[n] == if n == 0 { before } else { bytes[n - 1] }));
            let run = bytes.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            assert_eq!(octet.letters().run(), run);
            assert_eq!(octet.run_of(octet.letters()), Octet::at(&bytes[..run], 0));
            assert_eq!(octet.doubled(before).run_of(octet.letters()), set(&|n| n < run && bytes[n] == if n == 0 { before } else { bytes[n - 1] }));
        }
        let letters = Octet::at(b"abbb", 0);
        let doubled = letters.doubled(0).run_of(letters.letters());
        assert_eq!(doubled.second_of_pairs(Bytes(0)), Bytes(0x80 << 24));
        assert_eq!(Bytes(0x80).second_of_pairs(Bytes(0x80 << 56)), Bytes(0x80));
    }
}
