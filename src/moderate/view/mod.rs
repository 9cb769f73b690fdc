//! What a reader sees of a stretch of the page, in two forms, every character mapped to the bytes it came from.
//!
//! The *plain* form: character references decoded, what is not shown dropped, compatibility forms unified (NFKC, UAX #15, by
//! character), digits of every script as ASCII, white space as one space, `\n` at hard breaks; case and letters as written. The
//! *folded* form, made from it: lower case, Arabic spelling variants unified, harakat and tatweel dropped. Folded text is cut into tokens
//! as it is made, so that words are looked up and not searched for.

mod block;
mod reading;

use super::dialled::Dialled;
use super::map::{Piece, ViewMap};
use super::reference::References;
use super::surface::{Surface, Writing};
use super::word::Tokens;
use block::Block;
use std::ops::Range;

/// The two forms of a passage.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) plain: String,
    pub(crate) folded: String,
    pub(crate) tokens: Tokens,
    pub(crate) blocks: Vec<Block>,
    /// Links that dial a number, in order.
    pub(crate) dialled: Vec<Dialled>,
    /// Spaces of the folded form that part no word: a picture stands there, or a line is drawn through from letter to letter.
    seams: Vec<u32>,
    /// Bytes of the plain form that are shown in the direction against their own.
    pub(crate) overridden: Vec<Range<usize>>,
    /// Where such bytes begin that have not ended.
    override_from: Option<usize>,
    /// Bytes of the plain form that stand above or below the line, as the mark of a note does.
    pub(crate) raised: Vec<Range<usize>>,
    /// Where such bytes begin that have not ended.
    raised_from: Option<usize>,
    labels: String,
    map: ViewMap,
    fold_map: ViewMap,
}

impl View {
    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.folded.clear();
        self.tokens.clear();
        self.blocks.clear();
        self.dialled.clear();
        self.seams.clear();
        self.overridden.clear();
        self.override_from = None;
        self.raised.clear();
        self.raised_from = None;
        self.labels.clear();
        self.map.clear();
        self.fold_map.clear();
    }

    /// The view of a text that is on no page.
    pub(crate) fn of(text: &str) -> Self {
        let mut view = View::default();
        view.begin_block(Surface::Text, Writing::Literal, 0);
        view.add(text, 0, References::No, false);
        view.end_block();
        view
    }

    /// What comes next is shown in the direction against its own, up to the end of the block at most.
    pub(crate) fn begin_override(&mut self) {
        self.override_from = self.override_from.or(Some(self.plain.len()));
    }

    /// What comes next is shown in its own direction.
    pub(crate) fn end_override(&mut self) {
        if let Some(from) = self.override_from.take().filter(|from| *from < self.plain.len()) {
            self.overridden.push(from..self.plain.len());
        }
    }

    /// What comes next stands above or below the line, up to the end of the block at most.
    pub(crate) fn begin_raised(&mut self) {
        self.raised_from = self.raised_from.or(Some(self.plain.len()));
    }

    /// What comes next stands in the line.
    pub(crate) fn end_raised(&mut self) {
        let Some(from) = self.raised_from.take() else { return };
        // What is raised above that stays a part by itself.
        let inner = self.raised.split_off(self.raised.partition_point(|raised| raised.start < from));
        let mut at = self.raised.last().map_or(from, |last| last.end.max(from));
        for part in inner {
            self.raised_lines(at..part.start);
            at = part.end;
            self.raised.push(part);
        }
        self.raised_lines(at..self.plain.len());
    }

    /// The last character is longer or shorter now than it was when the plain form ended here.
    fn moved(&mut self, before: usize) {
        let now = self.plain.len();
        let ends = self.raised.last_mut().into_iter().chain(self.overridden.last_mut()).map(|range| &mut range.end);
        ends.chain(&mut self.raised_from).chain(&mut self.override_from).filter(|at| **at == before).for_each(|at| *at = now);
    }

    fn raised_lines(&mut self, range: Range<usize>) {
        let mut at = range.start;
        for line in self.plain[range].split_inclusive('\n') {
            let end = at + line.trim_end_matches('\n').len();
            if at < end {
                self.raised.push(at..end);
            }
            at += line.len();
        }
    }

    /// The character that ends here is one of those that are drawn above or below the line.
    fn raised_character(&mut self, from: usize) {
        match self.raised.last_mut() {
            Some(last) if last.end >= from => last.end = self.plain.len(),
            _ => self.raised.push(from..self.plain.len()),
        }
    }

    /// Whether the space at this byte of the folded form parts no word.
    #[inline]
    pub(crate) fn is_seam(&self, folded: u32) -> bool {
        !self.seams.is_empty() && self.seams.binary_search(&folded).is_ok()
    }

    /// Whether nothing has been read since the last line ended.
    #[inline]
    fn is_at_line(&self) -> bool {
        matches!(self.plain.as_bytes().last(), None | Some(b'\n'))
    }

    /// A `<br>`, the end of a block.
    #[inline]
    pub(crate) fn hard_break(&mut self, at: u64) {
        if self.is_at_line() {
            return;
        }
        self.tokens.end(self.folded.len() as u32, &self.folded);
        self.map.markup();
        self.map.whole(1, at..at);
        self.fold_map.same(1, self.plain.len() as u64);
        self.plain.push('\n');
        self.folded.push('\n');
        self.map.markup();
    }

    /// A tag that parts no words, a comment.
    #[inline]
    pub(crate) fn markup(&mut self) {
        self.map.markup();
    }

    /// Something that is no text but stands between words, like a picture.
    pub(crate) fn object(&mut self, at: u64) {
        self.map.markup();
        if self.plain.ends_with(char::is_alphanumeric) {
            self.seams.push(self.folded.len() as u32);
        }
        self.space(at..at);
        self.map.markup();
    }

    /// Plain bytes behind folded ones.
    pub(crate) fn plain_range(&self, folded: Range<usize>) -> Range<usize> {
        self.fold_map.start(folded.start) as usize..self.fold_map.end(folded.end) as usize
    }

    /// Plain bytes, none of which shares its source with one that is left out.
    pub(crate) fn widened(&self, plain: Range<usize>) -> Range<usize> {
        self.map.widened(plain)
    }

    /// Page bytes behind plain ones.
    pub(crate) fn pieces(&self, plain: Range<usize>) -> Vec<Piece> {
        self.map.pieces(plain)
    }

    /// Page bytes from the first to the last of plain ones.
    pub(crate) fn page_range(&self, plain: Range<usize>) -> Range<u64> {
        self.map.start(plain.start)..self.map.end(plain.end)
    }

    /// The first token that does not end before this byte of the plain form.
    pub(crate) fn token_at(&self, plain: usize) -> usize {
        self.tokens.partition_point(|token| self.fold_map.end(token.end as usize) as usize <= plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let view = View::of(text);
        view.tokens.iter().map(|token| view.folded[token.start as usize..token.end as usize].to_owned()).collect()
    }

    #[test]
    fn the_forms_of_a_text() {
        let mut view = View::default();
        view.begin_block(Surface::Text, Writing::Reference, 0);
        view.add("كا&#x200C;زِ&#x064A;نو  &amp; ٠٥٠ e\u{301} &ampx ＡＢ", 100, References::Text, false);
        assert_eq!(view.plain, "كازِينو & 050 é &x AB");
        assert_eq!(view.folded, "كازينو & 050 é &x ab");
        let at = view.folded.find("050").unwrap();
        let plain = view.plain_range(at..at + 3);
        assert_eq!(&view.plain[plain.clone()], "050");
        let pieces = view.pieces(plain);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].from.end - pieces[0].from.start, 6);
        let whole = view.pieces(0..view.plain.find(' ').unwrap());
        assert_eq!((whole.len(), whole[0].from.start, whole[0].from.end), (1, 100, 100 + "كا&#x200C;زِ&#x064A;نو".len() as u64));
    }

    #[test]
    fn tokens_are_the_words_of_every_script() {
        assert_eq!(
            tokens("abcódef جوال0501234567 bet365 赌场 #كازينو_اون"),
            ["abcódef", "جوال", "0501234567", "bet365", "赌", "场", "كازينو", "اون"]
        );
        assert_eq!(tokens("e\u{301}te c\u{336}a\u{336}s"), ["éte", "cas"]);
    }
}
