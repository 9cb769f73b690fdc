//! Words of the folded form, cut out while it is written.

use crate::fold::is_ideograph;
use crate::octet::{Bytes, Octet};
use std::ops::Deref;
use unicode_normalization::char::is_combining_mark;

/// What a token is made of, as bits.
pub(crate) mod made_of {
    pub(crate) const DIGIT: u8 = 1;
    pub(crate) const DOUBLE: u8 = 2;
    pub(crate) const TRIPLE: u8 = 4;
    pub(crate) const ARABIC: u8 = 8;
    pub(crate) const LATIN: u8 = 16;
    /// Letters that may look like Latin ones: Cyrillic, Greek, phonetic ones.
    pub(crate) const LOOKALIKE: u8 = 32;
    pub(crate) const OTHER: u8 = 64;
}
use made_of::*;

/// What lower-case ASCII makes words of; 0 for what parts them.
static MADE_OF: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => LATIN,
            b'0'..=b'9' => DIGIT,
            _ => 0,
        };
        byte += 1;
    }
    table
};

fn class_of(made_of: u8) -> Class {
    if made_of == DIGIT { Class::Digit } else { Class::Letter }
}

/// A word of the folded form: a run of letters, marks and digits; one character of a script that is written without spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) hash: u64,
    pub(crate) made_of: u8,
    pub(crate) single: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    Digit,
    /// Of a script that is written without spaces.
    Spaceless,
    /// It parts words.
    Other,
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

/// The words of a view, and the one that is being read.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    /// What any of them is made of.
    made_of: u8,
    open: Option<Open>,
    /// Nobody asks for doubled letters.
    skips_doubled: bool,
}

impl Deref for Tokens {
    type Target = [Token];

    fn deref(&self) -> &[Token] {
        &self.tokens
    }
}

/// A hash of a token, eight bytes at a time.
#[derive(Clone, Copy, Default)]
struct Hash(u64);

impl Hash {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

    /// Adds the next bytes; fewer than eight are the last ones, and none change nothing.
    #[inline]
    fn add(&mut self, octet: Octet) {
        if octet.0 != 0 {
            self.0 = (self.0.rotate_left(5) ^ octet.0).wrapping_mul(Self::MIX);
        }
    }

    #[inline]
    fn finish(self) -> u64 {
        // A product's low bits know nothing of the high ones of its factors, where the last letters stand.
        (self.0 ^ self.0 >> 32).wrapping_mul(Self::MIX)
    }
}

pub(crate) fn hash(token: &[u8]) -> u64 {
    let mut hash = Hash::default();
    (0..token.len()).step_by(8).for_each(|at| hash.add(Octet::at(token, at)));
    hash.finish()
}

impl Tokens {
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.made_of = 0;
        self.open = None;
    }

    /// Doubled letters are looked for, or need not be.
    pub(super) fn look_for_doubled(&mut self, asked: bool) {
        self.skips_doubled = !asked;
    }

    /// What any of them is made of, as bits.
    pub(super) fn made_of(&self) -> u8 {
        self.made_of
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The last character of the word that is being read is another one now.
    pub(super) fn correct_last(&mut self, character: char) {
        if let Some(open) = &mut self.open {
            open.last = character;
        }
    }

    /// A character of a word, at `at` in `folded`.
    #[inline]
    pub(super) fn push(&mut self, character: char, class: Class, made_of: u8, at: u32, folded: &str) {
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
            self.end(at, folded);
        }
        self.open = Some(Open { start: at, made_of, last: character, repeats: 0, characters: 1, class });
    }

    /// The characters of `folded` from `at` on, all of them ASCII.
    pub(super) fn ascii(&mut self, mut at: usize, folded: &str) {
        let bytes = folded.as_bytes();
        while let Some(byte) = bytes.get(at).filter(|_| self.open.is_some()) {
            match MADE_OF[usize::from(*byte)] {
                0 => self.end(at as u32, folded),
                made_of => self.push(char::from(*byte), class_of(made_of), made_of, at as u32, folded),
            }
            at += 1;
        }
        while at < bytes.len() {
            if MADE_OF[usize::from(bytes[at])] == 0 {
                at += 1;
                continue;
            }
            let start = at;
            let (mut made_of, mut hash, mut before, mut doubled) = (0, Hash::default(), 0, Bytes::default());
            loop {
                let octet = Octet::at(bytes, at);
                let (letters, digits) = (octet.letters(), octet.digits());
                let word = letters.or(digits);
                let mark = |bytes: Bytes, made_of: u8| if bytes.is_empty() { 0 } else { made_of };
                made_of |= mark(letters.run_of(word), LATIN) | mark(digits.run_of(word), DIGIT);
                if !self.skips_doubled {
                    let pairs = octet.doubled(before).run_of(word);
                    made_of |= mark(pairs, DOUBLE) | mark(pairs.second_of_pairs(doubled), TRIPLE);
                    (before, doubled) = (octet.last(), pairs);
                }
                hash.add(octet.run_of(word));
                let length = word.run();
                at += length;
                if length < 8 {
                    break;
                }
            }
            if at < bytes.len() {
                self.made_of |= made_of;
                self.tokens.push(Token { start: start as u32, end: at as u32, hash: hash.finish(), made_of, single: at - start == 1 });
            } else {
                let (last, characters) = (bytes[at - 1], (at - start).min(usize::from(u16::MAX)) as u16);
                let repeats = bytes[start..at].iter().rev().take(10).take_while(|byte| **byte == last).count() as u8 - 1;
                let class = class_of(MADE_OF[usize::from(last)]);
                self.open = Some(Open { start: start as u32, made_of, last: char::from(last), repeats, characters, class });
            }
        }
    }

    /// The word that is being read, if any, ends at `end` in `folded`.
    pub(super) fn end(&mut self, end: u32, folded: &str) {
        if let Some(open) = self.open.take() {
            let hash = hash(&folded.as_bytes()[open.start as usize..end as usize]);
            self.made_of |= open.made_of;
            self.tokens.push(Token { start: open.start, end, hash, made_of: open.made_of, single: open.characters == 1 });
        }
    }
}

/// What a character is to a word, and what it makes the word of.
pub(super) fn classify(character: char, in_token: bool) -> (Class, u8) {
    if character.is_ascii() {
        return match character {
            'a'..='z' | 'A'..='Z' => (Class::Letter, LATIN),
            '0'..='9' => (Class::Digit, DIGIT),
            _ => (Class::Other, 0),
        };
    }
    match character {
        // Quotes and dashes.
        '\u{2010}'..='\u{2027}' => (Class::Other, 0),
        '\u{0621}'..='\u{064A}' | '\u{066E}'..='\u{06D3}' | '\u{06D5}' | '\u{06EE}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' => (Class::Letter, ARABIC),
        '\u{C0}'..='\u{24F}' if character.is_alphabetic() => (Class::Letter, LATIN),
        '\u{1E00}'..='\u{1EFF}' => (Class::Letter, LATIN),
        // Greek and Cyrillic, and what is drawn like Latin: phonetic letters, small capitals, Armenian, Cherokee.
        '\u{250}'..='\u{2AF}' | '\u{370}'..='\u{587}' | '\u{1D00}'..='\u{1D7F}' | '\u{A720}'..='\u{A7FF}' | '\u{AB30}'..='\u{ABBF}'
            if character.is_alphabetic() =>
        {
            (Class::Letter, LOOKALIKE)
        }
        '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17D3}' => (Class::Spaceless, OTHER),
        _ if is_ideograph(character) => (Class::Spaceless, OTHER),
        _ if character.is_alphanumeric() || (in_token && is_combining_mark(character)) => (Class::Letter, OTHER),
        _ => (Class::Other, 0),
    }
}
