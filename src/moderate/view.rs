//! What a reader sees of a stretch of the page, in two forms, every character mapped to the bytes it came from.
//!
//! The *plain* form: character references decoded, what is not shown dropped, compatibility forms unified (NFKC, UAX #15, by
//! character), digits of every script as ASCII, white space as one space, `\n` at hard breaks; case and letters as written. The
//! *folded* form, made from it: lower case, Arabic spelling variants unified, harakat and tatweel dropped. Folded text is cut into tokens
//! as it is made, so that words are looked up and not searched for.

use super::map::{Piece, ViewMap};
use crate::fold::{digit, is_arabic_mark, is_ideograph, is_ignorable, is_plain_arabic, unify};
use rustc_hash::FxHasher;
use std::hash::Hasher;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// What a token is made of, as bits.
pub(crate) mod made_of {
    pub(crate) const DIGIT: u8 = 1;
    pub(crate) const DOUBLE: u8 = 2;
    pub(crate) const TRIPLE: u8 = 4;
    pub(crate) const ARABIC: u8 = 8;
    pub(crate) const LATIN: u8 = 16;
    /// Cyrillic or Greek.
    pub(crate) const LOOKALIKE: u8 = 32;
    pub(crate) const OTHER: u8 = 64;
}
use made_of::*;

/// A word of the folded form: a run of letters, marks and digits; one character of a script that is written without spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) hash: u64,
    pub(crate) made_of: u8,
    pub(crate) single: bool,
}

/// Where a part of a view stands on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// What a reader sees.
    Text,
    /// `alt`, `title`, `aria-label`, `placeholder`, `value`.
    Attribute,
    /// Where a link leads.
    Link,
    /// A string of a JSON-LD block.
    JsonLd,
    /// `content` of a `meta`.
    Meta,
    /// `title`, `textarea` and `noscript`.
    Rcdata,
    /// A comment.
    Comment,
}

impl Surface {
    /// Its name in rule files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Surface::Text => "text",
            Surface::Attribute => "attributes",
            Surface::Link => "links",
            Surface::JsonLd => "json-ld",
            Surface::Meta => "meta",
            Surface::Rcdata => "rcdata",
            Surface::Comment => "comments",
        }
    }
}

/// A run of text between block edges, or one value of another surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) surface: Surface,
    /// First byte of the plain form.
    pub(crate) plain: u32,
    /// Number of the first event that may belong to it.
    pub(crate) event: u64,
    /// How what is written into it must be escaped.
    pub(crate) writing: Writing,
    /// A link that stands for no number or address: only rules that ask for links look at it.
    pub(crate) is_mere_link: bool,
}

/// How a replacement must be written where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Text with character references.
    Reference,
    /// Text as it is.
    Literal,
    /// A string of JSON.
    Json,
    /// Inside a comment.
    Comment,
}

/// The two forms of a passage.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) plain: String,
    pub(crate) folded: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) blocks: Vec<Block>,
    map: ViewMap,
    fold_map: ViewMap,
    /// The token that is being read.
    open: Option<Open>,
    /// It holds characters of scripts without spaces, or symbols.
    pub(crate) has_spaceless: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    start: u32,
    made_of: u8,
    last: char,
    repeats: u8,
    characters: u16,
    class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Spaceless,
    Other,
}

/// How raw text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum References {
    No,
    Text,
    Attribute,
}

pub(crate) fn hash(token: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(token);
    hasher.finish()
}

impl View {
    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.folded.clear();
        self.tokens.clear();
        self.blocks.clear();
        self.map.clear();
        self.fold_map.clear();
        self.open = None;
        self.has_spaceless = false;
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
        let block = Block { surface, plain, event, writing, is_mere_link: false };
        match self.blocks.last_mut() {
            Some(last) if last.plain == plain => *last = block,
            _ => self.blocks.push(block),
        }
    }

    /// Ends a block: what comes next is on a line of its own.
    pub(crate) fn end_block(&mut self) {
        self.hard_break(0);
    }

    /// A `<br>`, the end of a block.
    pub(crate) fn hard_break(&mut self, at: u64) {
        self.end_token();
        if self.plain.is_empty() || self.plain.ends_with('\n') {
            return;
        }
        self.map.markup();
        self.map.whole(1, at..at);
        self.fold_map.same(1, self.plain.len() as u64);
        self.plain.push('\n');
        self.folded.push('\n');
        self.map.markup();
    }

    /// A tag that parts no words, a comment.
    pub(crate) fn markup(&mut self) {
        self.map.markup();
    }

    /// Something that is no text but stands between words, like a picture.
    pub(crate) fn object(&mut self, at: u64) {
        self.map.markup();
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
                at += self.reference(&raw[at..], from + at as u64, references);
            } else if byte.is_ascii_graphic() {
                let run = bytes[at..].iter().take_while(|b| b.is_ascii_graphic() && (**b != b'&' || references == References::No)).count();
                self.ascii(&raw[at..at + run], from + at as u64);
                at += run;
            } else if byte.is_ascii() {
                if preformatted && byte == b'\n' {
                    self.hard_break(from + at as u64);
                } else if byte.is_ascii_whitespace() {
                    self.space(from + at as u64..from + at as u64 + 1);
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
        if is_ignorable(character) || character == '\0' {
            return;
        }
        if character.is_whitespace() {
            return self.space(from);
        }
        if character.is_control() {
            return;
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
        if let Some(open) = &mut self.open {
            open.last = lower;
        }
    }

    fn space(&mut self, from: Range<u64>) {
        self.end_token();
        if self.plain.is_empty() || self.plain.ends_with([' ', '\n']) {
            return;
        }
        self.fold_map.same(1, self.plain.len() as u64);
        self.plain.push(' ');
        self.folded.push(' ');
        if from.end - from.start == 1 { self.map.same(1, from.start) } else { self.map.whole(1, from) }
    }

    /// A run of visible ASCII.
    fn ascii(&mut self, run: &str, from: u64) {
        self.map.same(run.len(), from);
        self.fold_map.same(run.len(), self.plain.len() as u64);
        self.plain.push_str(run);
        let at = self.folded.len() as u32;
        self.folded.push_str(run);
        self.folded[at as usize..].make_ascii_lowercase();
        for (at, byte) in (at..).zip(run.bytes()) {
            let class = match byte {
                b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
                b'0'..=b'9' => Class::Digit,
                _ => Class::Other,
            };
            if class == Class::Other {
                if self.open.is_some() {
                    self.end_token_at(at);
                }
            } else {
                let made_of = if class == Class::Digit { DIGIT } else { LATIN };
                self.token(char::from(byte.to_ascii_lowercase()), class, made_of, at);
            }
        }
    }

    /// Appends a character of the plain form to the folded one.
    fn fold(&mut self, character: char, plain: Range<u64>) {
        if is_arabic_mark(character) || matches!(character, '\u{0300}'..='\u{036F}') {
            // Part of what it stands on.
            return;
        }
        let at = self.folded.len();
        let (class, made_of) = classify(character, self.open.is_some());
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
            self.has_spaceless |= !character.is_ascii();
            return self.end_token_at(at as u32);
        }
        self.has_spaceless |= class == Class::Spaceless;
        let folded = self.folded[at..].chars().next().unwrap_or(character);
        self.token(folded, class, made_of, at as u32);
    }

    #[inline]
    fn token(&mut self, character: char, class: Class, made_of: u8, at: u32) {
        if let Some(open) = &mut self.open {
            // Digits and letters of other scripts glued to Arabic letters are words of their own, as readers take them; elsewhere UAX #29
            // keeps them together.
            let parts = class == Class::Spaceless || open.class == Class::Spaceless || (open.made_of ^ made_of) & ARABIC != 0;
            if !parts {
                if open.last == character {
                    open.repeats += u8::from(open.repeats < 9);
                    open.made_of |= if open.repeats > 1 { TRIPLE | DOUBLE } else { DOUBLE };
                } else {
                    open.repeats = 0;
                }
                open.last = character;
                open.made_of |= made_of;
                open.class = class;
                open.characters = open.characters.saturating_add(1);
                return;
            }
            self.end_token_at(at);
        }
        self.open = Some(Open { start: at, made_of, last: character, repeats: 0, characters: 1, class });
    }

    fn end_token(&mut self) {
        self.end_token_at(self.folded.len() as u32);
    }

    fn end_token_at(&mut self, end: u32) {
        if let Some(open) = self.open.take() {
            let hash = hash(&self.folded.as_bytes()[open.start as usize..end as usize]);
            self.tokens.push(Token { start: open.start, end, hash, made_of: open.made_of, single: open.characters == 1 });
        }
    }

    /// Adds the character reference that `raw` begins with, or its `&`. Gives how many bytes it took.
    fn reference(&mut self, raw: &str, from: u64, references: References) -> usize {
        let bytes = raw.as_bytes();
        let body = bytes[1..].iter().take(REFERENCE_BYTES).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
        let mut length = 1 + body + usize::from(bytes.get(1 + body) == Some(&b';') && body > 0);
        if raw.starts_with("&#") {
            let is_hex = matches!(bytes.get(2), Some(b'x' | b'X'));
            let start = if is_hex { 3 } else { 2 };
            let digits =
                bytes[start.min(bytes.len())..].iter().take_while(|b| if is_hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count();
            length = start + digits;
            length += usize::from(bytes.get(length) == Some(&b';'));
            if digits == 0 {
                length = 1;
            }
        }
        let candidate = &raw[..length];
        let decoded = htmlize::unescape(candidate);
        if length == 1 || decoded == candidate {
            self.ascii("&", from);
            return 1;
        }
        let mut rest = 0;
        if !candidate.ends_with(';') && !candidate.starts_with("&#") || (candidate.ends_with(';') && decoded.ends_with(';') && decoded.len() > 1) {
            rest = candidate.bytes().rev().zip(decoded.bytes().rev()).take_while(|(a, b)| a == b && a.is_ascii()).count();
        }
        let is_open = !candidate.ends_with(';') && !candidate.starts_with("&#");
        // In an attribute a name without its semicolon is none when more follows (13.2.5.73).
        if references == References::Attribute && is_open && (rest > 0 || bytes.get(length) == Some(&b'=')) {
            self.ascii("&", from);
            return 1;
        }
        let end = from + (length - rest) as u64;
        for character in decoded[..decoded.len() - rest].chars() {
            self.character(character, from..end);
        }
        length - rest
    }
}

/// The longest name in the standard's table of references has 31 letters.
const REFERENCE_BYTES: usize = 34;

/// Whether NFKC leaves a character as it is; only ranges that pages are full of, for the rest is looked up.
fn is_stable(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{131}' | '\u{400}'..='\u{45F}' | '\u{391}'..='\u{3A9}' | '\u{3AC}'..='\u{3CE}' | '\u{5D0}'..='\u{5EA}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{2018}'..='\u{201D}' | 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی')
}

fn classify(character: char, in_token: bool) -> (Class, u8) {
    if character.is_ascii() {
        return match character {
            'a'..='z' | 'A'..='Z' => (Class::Letter, LATIN),
            '0'..='9' => (Class::Digit, DIGIT),
            _ => (Class::Other, 0),
        };
    }
    match character {
        '\u{0621}'..='\u{064A}' | '\u{066E}'..='\u{06D3}' | '\u{06D5}' | '\u{06EE}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' => (Class::Letter, ARABIC),
        '\u{C0}'..='\u{24F}' if character.is_alphabetic() => (Class::Letter, LATIN),
        '\u{370}'..='\u{52F}' if character.is_alphabetic() => (Class::Letter, LOOKALIKE),
        '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17D3}' => (Class::Spaceless, OTHER),
        _ if is_ideograph(character) => (Class::Spaceless, OTHER),
        _ if character.is_alphanumeric() || (in_token && is_combining_mark(character)) => (Class::Letter, OTHER),
        _ => (Class::Other, 0),
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
