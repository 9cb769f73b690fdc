//! What a reader sees of a stretch of the page, in two forms, every character mapped to the bytes it came from.
//!
//! The *plain* form: character references decoded, what is not shown dropped, compatibility forms unified (NFKC, UAX #15, by
//! character), digits of every script as ASCII, white space as one space, `\n` at hard breaks; case and letters as written. The
//! *folded* form, made from it: lower case, Arabic spelling variants unified, harakat and tatweel dropped. Folded text is cut into tokens
//! as it is made, so that words are looked up and not searched for.

use super::dialled::Dialled;
use super::map::{Piece, ViewMap};
use super::reference::{References, reference};
use super::surface::{Surface, Writing};
use super::word::made_of::ARABIC;
use super::word::{Class, Tokens, classify};
use crate::fold::{digit, is_arabic_mark, is_ignorable, is_plain_arabic, unify};
use crate::octet::{Bytes, Octet};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// A run of text between block edges, or one value of another surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) surface: Surface,
    /// First byte of the plain form.
    pub(crate) plain: u32,
    /// Number of the first event that may belong to it.
    pub(crate) event: u64,
    /// Number after the last event that does, for a value; a run of text goes on to the next block.
    pub(crate) until: u64,
    /// How what is written into it must be escaped.
    pub(crate) writing: Writing,
    /// A link that stands for no number or address: only rules that ask for links look at it.
    pub(crate) is_mere_link: bool,
    /// What a value is called, as bytes of the view's labels.
    label: (u32, u32),
}

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
    labels: String,
    map: ViewMap,
    fold_map: ViewMap,
}

/// The line that is drawn through from letter to letter, U+0640.
const TATWEEL: &[u8] = "ـ".as_bytes();

/// Bytes of the longest name of a value.
const LABEL_BYTES: usize = 128;

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

    /// Begins a block; the one before has ended.
    pub(crate) fn begin_block(&mut self, surface: Surface, writing: Writing, event: u64) {
        let plain = self.plain.len() as u32;
        let block = Block { surface, plain, event, until: event + 1, writing, is_mere_link: false, label: (0, 0) };
        match self.blocks.last_mut() {
            Some(last) if last.plain == plain => *last = block,
            _ => self.blocks.push(block),
        }
    }

    /// Of a block of which nothing has been read: it begins with this event. False where something has.
    #[inline]
    pub(crate) fn begin_later(&mut self, event: u64) -> bool {
        let plain = self.plain.len() as u32;
        match self.blocks.last_mut().filter(|block| block.plain == plain) {
            Some(block) => {
                (block.event, block.until, block.writing) = (event, event + 1, Writing::Reference);
                true
            }
            None => false,
        }
    }

    /// Says what the value is called that has just begun. What is too long to be a name says nothing.
    pub(crate) fn label(&mut self, label: &str) {
        if label.len() > LABEL_BYTES {
            return;
        }
        // Values of one list share theirs.
        if !self.labels.ends_with(label) {
            self.labels.push_str(label);
        }
        let start = (self.labels.len() - label.len()) as u32;
        if let Some(block) = self.blocks.last_mut() {
            block.label = (start, self.labels.len() as u32);
        }
    }

    /// What the value is called that is in a block; empty where nothing says it.
    pub(crate) fn label_of(&self, block: usize) -> &str {
        let (start, end) = self.blocks[block].label;
        &self.labels[start as usize..end as usize]
    }

    /// Ends a block: what comes next is on a line of its own.
    pub(crate) fn end_block(&mut self) {
        self.end_override();
        self.hard_break(0);
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

    /// The block that a byte of the plain form is in.
    pub(crate) fn block_at(&self, plain: usize) -> usize {
        self.blocks.partition_point(|block| block.plain as usize <= plain).saturating_sub(1)
    }

    /// Bytes of the plain form of a block.
    pub(crate) fn block_range(&self, block: usize) -> Range<usize> {
        let end = self.blocks.get(block + 1).map_or(self.plain.len(), |next| next.plain as usize);
        self.blocks[block].plain as usize..end
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

    /// Adds text as it stands on the page at `from`.
    pub(crate) fn add(&mut self, raw: &str, from: u64, references: References, preformatted: bool) {
        let bytes = raw.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte == b'&' && references != References::No {
                let from = from + at as u64;
                let Some((length, decoded)) = reference(&raw[at..], references) else {
                    self.ascii("&", from);
                    at += 1;
                    continue;
                };
                for character in decoded.chars() {
                    self.character(character, from..from + length as u64);
                }
                at += length;
            } else if byte.is_ascii_graphic() {
                let run = words(&bytes[at..], references);
                self.ascii(&raw[at..at + run], from + at as u64);
                at += run;
            } else if matches!(byte, 0xD8 | 0xD9) && is_arabic_letter(bytes, at) {
                let run = (at..bytes.len()).step_by(2).take_while(|at| is_arabic_letter(bytes, *at)).count() * 2;
                self.arabic(&raw[at..at + run], from + at as u64);
                at += run;
            } else if byte.is_ascii() {
                if preformatted && byte == b'\n' {
                    self.hard_break(from + at as u64);
                } else if byte.is_ascii_whitespace() {
                    self.space(from + at as u64..from + at as u64 + 1);
                    // What is between two tags is mostly this, and the rest of it adds nothing.
                    while bytes[at + 1..].starts_with(b"        ") {
                        at += 8;
                    }
                    at += bytes[at + 1..].iter().take_while(|next| next.is_ascii_whitespace() && !(preformatted && **next == b'\n')).count();
                }
                at += 1;
            } else {
                // `at` is at a character's start: all steps are whole characters.
                let Some(character) = raw[at..].chars().next() else { break };
                let length = character.len_utf8();
                self.character(character, from + at as u64..from + (at + length) as u64);
                at += length;
            }
        }
    }

    /// Adds one character that comes from these bytes of the page.
    pub(crate) fn character(&mut self, character: char, from: Range<u64>) {
        if character.is_ascii_graphic() {
            return self.visible(character, from);
        }
        // A circle or a key drawn around a character is no part of it.
        if is_ignorable(character) || character == '\0' || matches!(character, '\u{20DD}'..='\u{20E0}' | '\u{20E2}'..='\u{20E4}') {
            match character {
                '\u{202D}' | '\u{202E}' => self.begin_override(),
                '\u{202C}' => self.end_override(),
                _ => {}
            }
            return;
        }
        if character.is_whitespace() {
            return self.space(from);
        }
        if character.is_control() {
            return;
        }
        if let Some(letter) = boxed(character) {
            return self.visible(letter, from);
        }
        if is_plain_arabic(character) || is_stable(character) {
            return self.visible(character, from);
        }
        if is_combining_mark(character)
            && !self.map.is_at_markup()
            && let Some(last) = self.plain.chars().next_back().filter(|last| last.is_alphabetic())
            && let Some(composed) = compose(last, character)
        {
            return self.compose(last, composed, from.end);
        }
        if let Some(digit) = digit(character) {
            return self.visible(digit, from);
        }
        let before = self.plain.len();
        let mut parts = std::iter::once(character).nfkc();
        let (first, second) = (parts.next(), parts.next());
        match (first, second) {
            (Some(first), None) if !first.is_whitespace() => self.visible(first, from),
            _ => {
                for part in std::iter::once(character).nfkc().filter(|part| !is_ignorable(*part)) {
                    let at = self.plain.len();
                    let part = if part.is_whitespace() { ' ' } else { digit(part).unwrap_or(part) };
                    self.plain.push(part);
                    self.fold(part, at as u64..self.plain.len() as u64);
                }
                let length = self.plain.len() - before;
                if length > 0 {
                    self.map.whole(length, from);
                }
            }
        }
    }

    fn visible(&mut self, character: char, from: Range<u64>) {
        let at = self.plain.len() as u64;
        let length = character.len_utf8();
        self.plain.push(character);
        if from.end - from.start == length as u64 {
            self.map.same(length, from.start)
        } else {
            self.map.whole(length, from)
        }
        self.fold(character, at..at + length as u64);
    }

    fn compose(&mut self, last: char, composed: char, end: u64) {
        self.plain.pop();
        self.plain.push(composed);
        self.map.replace_last(last.len_utf8(), composed.len_utf8(), end);
        let folded_last = self.folded.chars().next_back().unwrap_or_default();
        let lower = composed.to_lowercase().next().map_or(composed, unify);
        self.folded.pop();
        self.folded.push(lower);
        self.fold_map.replace_last(folded_last.len_utf8(), lower.len_utf8(), self.plain.len() as u64);
        self.tokens.correct_last(lower);
    }

    fn space(&mut self, from: Range<u64>) {
        if matches!(self.plain.as_bytes().last(), None | Some(b' ' | b'\n')) {
            return;
        }
        if self.plain.as_bytes().ends_with(TATWEEL) {
            self.seams.push(self.folded.len() as u32);
        }
        self.tokens.end(self.folded.len() as u32, &self.folded);
        self.fold_map.same(1, self.plain.len() as u64);
        self.plain.push(' ');
        self.folded.push(' ');
        if from.end - from.start == 1 { self.map.same(1, from.start) } else { self.map.whole(1, from) }
    }

    /// A run of visible ASCII, and of spaces each by itself inside of it.
    fn ascii(&mut self, run: &str, from: u64) {
        self.map.same(run.len(), from);
        self.fold_map.same(run.len(), self.plain.len() as u64);
        self.plain.push_str(run);
        let at = self.folded.len();
        self.folded.push_str(run);
        self.folded[at..].make_ascii_lowercase();
        self.tokens.ascii(at, &self.folded);
    }

    /// A run of Arabic letters of two bytes each, which fold to such letters.
    fn arabic(&mut self, run: &str, from: u64) {
        self.map.same(run.len(), from);
        self.fold_map.same(run.len(), self.plain.len() as u64);
        self.plain.push_str(run);
        for character in run.chars() {
            let (folded, at) = (unify(character), self.folded.len() as u32);
            self.folded.push(folded);
            self.tokens.push(folded, Class::Letter, ARABIC, at, &self.folded);
        }
    }

    /// Appends a character of the plain form to the folded one.
    fn fold(&mut self, character: char, plain: Range<u64>) {
        if is_arabic_mark(character) || matches!(character, '\u{0300}'..='\u{036F}') {
            // Part of what it stands on.
            return;
        }
        let at = self.folded.len();
        let (class, made_of) = classify(character, self.tokens.is_open());
        if character.is_ascii() {
            self.folded.push(character.to_ascii_lowercase());
        } else if made_of == ARABIC || matches!(class, Class::Spaceless) {
            self.folded.push(unify(character));
        } else {
            self.folded.extend(character.to_lowercase().filter(|c| !matches!(c, '\u{0300}'..='\u{036F}')).map(unify));
        }
        let length = self.folded.len() - at;
        if plain.end - plain.start == length as u64 {
            self.fold_map.same(length, plain.start)
        } else {
            self.fold_map.whole(length, plain)
        }
        if class == Class::Other {
            return self.tokens.end(at as u32, &self.folded);
        }
        let folded = self.folded[at..].chars().next().unwrap_or(character);
        self.tokens.push(folded, class, made_of, at as u32, &self.folded);
    }
}

/// The letter in a black circle or square, or of a flag, that NFKC leaves as it is.
fn boxed(character: char) -> Option<char> {
    let first = match character {
        '\u{1F150}'..='\u{1F169}' => 0x1F150,
        '\u{1F170}'..='\u{1F189}' => 0x1F170,
        '\u{1F1E6}'..='\u{1F1FF}' => 0x1F1E6,
        _ => return None,
    };
    char::from_u32(u32::from(b'A') + character as u32 - first)
}

/// Length of the run of visible ASCII that `bytes` begin with, words parted by one space each; it does not reach over a reference.
fn words(bytes: &[u8], references: References) -> usize {
    let mark = if references == References::No { 0 } else { b'&' };
    let (mut at, mut before) = (0, Bytes::default());
    loop {
        let octet = Octet::at(bytes, at);
        let spaces = octet.equal(b' ');
        let length = octet.printable().without(octet.equal(mark)).without(spaces.second_of_pairs(before)).run();
        at += length;
        if length < 8 {
            break;
        }
        before = spaces;
    }
    // A space at its end parts it from something else.
    at - usize::from(at > 0 && bytes[at - 1] == b' ')
}

/// Whether a letter of U+0621 to U+064A stands here, but for tatweel: NFKC leaves it as it is, and it folds to one of two bytes.
fn is_arabic_letter(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..at + 2), Some([0xD8, 0xA1..=0xBF] | [0xD9, 0x81..=0x8A]))
}

/// Whether NFKC leaves a character as it is; only ranges that pages are full of, for the rest is looked up.
fn is_stable(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{131}' | '\u{400}'..='\u{45F}' | '\u{391}'..='\u{3A9}' | '\u{3AC}'..='\u{3CE}' | '\u{5D0}'..='\u{5EA}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{2018}'..='\u{201D}' | 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی')
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
