//! From the characters of a view back to where they came from.

use std::ops::Range;

/// A stretch of a view and the bytes it came from.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// First byte in the view.
    at: u32,
    /// First byte where it came from.
    from: u64,
    /// Byte after the last.
    end: u64,
    /// Length in the view and in the source differ: it is mapped as a whole.
    whole: bool,
    /// A tag or a comment stands before it.
    after_markup: bool,
}

/// Part of a view's range whose bytes lie together where they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Bytes of the view.
    pub(crate) view: Range<usize>,
    /// Bytes where they came from; never half a character reference.
    pub(crate) from: Range<u64>,
}

/// Maps a view to what it was made from. Text that was taken as it stands costs one entry, however long.
#[derive(Debug, Default)]
pub(crate) struct ViewMap {
    stretches: Vec<Stretch>,
    end: u32,
    /// The next stretch does not go on where the last one ended.
    markup: bool,
}

impl ViewMap {
    pub(crate) fn clear(&mut self) {
        self.stretches.clear();
        self.end = 0;
        self.markup = false;
    }

    /// A tag or comment stands here.
    #[inline]
    pub(crate) fn markup(&mut self) {
        self.markup = true;
    }

    /// Whether markup stands between the last byte of the view and the next.
    pub(crate) fn is_at_markup(&self) -> bool {
        self.markup
    }

    /// `length` more bytes of the view are those at `from`, byte for byte.
    #[inline]
    pub(crate) fn same(&mut self, length: usize, from: u64) {
        let end = from + length as u64;
        match self.stretches.last_mut() {
            Some(last) if last.end == from && !last.whole && !self.markup => last.end = end,
            _ => self.push(from, end, false),
        }
        self.end += length as u32;
    }

    /// `length` more bytes of the view come from this range, as a whole.
    #[inline]
    pub(crate) fn whole(&mut self, length: usize, from: Range<u64>) {
        self.push(from.start, from.end, true);
        self.end += length as u32;
    }

    /// The last `back` bytes of the view are replaced by `length` bytes that come from there and from up to `end`.
    pub(crate) fn replace_last(&mut self, back: usize, length: usize, end: u64) {
        let at = self.end - back as u32;
        if let Some(last) = self.stretches.last().copied() {
            let from = if last.whole { last.from } else { last.from + u64::from(at - last.at) };
            if last.at >= at {
                self.stretches.pop();
            } else if let Some(last) = self.stretches.last_mut() {
                last.end = from;
            }
            self.end = at;
            let markup = std::mem::replace(&mut self.markup, last.at == at && last.after_markup);
            self.push(from, end, true);
            self.markup = markup;
            self.end += length as u32;
        }
    }

    fn push(&mut self, from: u64, end: u64, whole: bool) {
        let after_markup = std::mem::take(&mut self.markup);
        self.stretches.push(Stretch { at: self.end, from, end, whole, after_markup });
    }

    fn index(&self, at: usize) -> usize {
        self.stretches.partition_point(|stretch| stretch.at as usize <= at).saturating_sub(1)
    }

    /// Where a byte of the view came from.
    pub(crate) fn start(&self, at: usize) -> u64 {
        let Some(stretch) = self.stretches.get(self.index(at)) else { return 0 };
        if stretch.whole { stretch.from } else { (stretch.from + (at as u64 - u64::from(stretch.at))).min(stretch.end) }
    }

    /// Where the character that ends before this byte of the view ended.
    pub(crate) fn end(&self, at: usize) -> u64 {
        let Some(stretch) = self.stretches.get(self.index(at.saturating_sub(1))) else { return 0 };
        if stretch.whole { stretch.end } else { (stretch.from + (at as u64 - u64::from(stretch.at))).min(stretch.end) }
    }

    /// A range of the view, widened to hold what came from one place as a whole or not at all, like the letters of a ligature.
    pub(crate) fn widened(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() || self.stretches.is_empty() {
            return range;
        }
        let (first, last) = (self.index(range.start), self.index(range.end - 1));
        let start = if self.stretches[first].whole { (self.stretches[first].at as usize).min(range.start) } else { range.start };
        let next = self.stretches.get(last + 1).map_or(self.end, |next| next.at) as usize;
        start..if self.stretches[last].whole { next.max(range.end) } else { range.end }
    }

    /// The bytes behind a range, parted where markup stands between them. What was dropped between two characters goes with them.
    pub(crate) fn pieces(&self, range: Range<usize>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        if range.is_empty() || self.stretches.is_empty() {
            return pieces;
        }
        let first = self.index(range.start);
        for (n, stretch) in self.stretches.iter().enumerate().skip(first) {
            let start = (stretch.at as usize).max(range.start);
            let next = self.stretches.get(n + 1).map_or(self.end, |next| next.at) as usize;
            let end = next.min(range.end);
            if start >= range.end {
                break;
            }
            let from = if stretch.whole {
                stretch.from..stretch.end
            } else {
                let shift = |at: usize| stretch.from + (at as u64 - u64::from(stretch.at));
                shift(start)..shift(end)
            };
            match pieces.last_mut() {
                Some(last) if n > first && !stretch.after_markup => {
                    last.view.end = end;
                    last.from.end = last.from.end.max(from.end);
                }
                _ => pieces.push(Piece { view: start..end, from }),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_go_back_to_their_bytes() {
        let mut map = ViewMap::default();
        map.same(2, 10);
        map.whole(1, 12..18);
        map.same(2, 18);
        map.markup();
        map.same(3, 30);
        assert_eq!((map.start(1), map.start(2), map.end(3), map.start(3), map.end(5), map.start(5)), (11, 12, 18, 18, 20, 30));
        assert_eq!(map.pieces(1..7), [Piece { view: 1..5, from: 11..20 }, Piece { view: 5..7, from: 30..32 }]);
    }
}
