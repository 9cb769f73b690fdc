//! The first words of a line as hashes: enough to tell that it begins like no phrase, without folding it.

use super::table::{Fold, fold};
use super::{digit, is_dropped, is_ideograph, lower};
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

const WORDS: usize = FirstWords::WORDS;

/// Hashes of the first words of a line that comes in pieces. Numbers have one of two hashes.
#[derive(Debug, Default)]
pub struct FirstWords {
    hashes: [u32; WORDS],
    count: usize,
    hash: u32,
    number: Number,
    state: State,
    /// A tag stood right before this place.
    at_tag: bool,
    /// A tag stands inside a word.
    is_parted: bool,
    /// A bit for each word that a colon may follow.
    colons: u16,
}

/// The first words of a line, [`FirstWords::WORDS`] or all that there are.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// Their hashes, as [`word_hash`] gives them.
    pub hashes: &'a [u32],
    /// A bit for each word that a colon may follow.
    pub colons: u16,
    /// A tag stands inside one of them, so that there is another reading.
    pub is_parted: bool,
}

impl Beginning<'_> {
    /// Whether the line may have more words.
    pub fn is_cut(&self) -> bool {
        self.hashes.len() == FirstWords::WORDS
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Between,
    Word,
    Number,
    /// A sign that joins two digits, behind the first.
    Joint(char),
}

/// The hash of a number that is no date by itself.
pub const NUMBER: u32 = 0;
/// The hash of one that may be: a year, a time, a date in digits.
pub const DATED_NUMBER: u32 = 2;

/// Whether a hash is that of a number: those of words are odd.
#[inline]
pub fn is_number(hash: u32) -> bool {
    hash & 1 == 0
}

/// What tells a number that may be a date from others.
#[derive(Clone, Copy, Debug, Default)]
struct Number {
    /// Its first two characters, and how many it has.
    first: [char; 2],
    length: u32,
    separators: u32,
    colons: u32,
}

impl Number {
    #[inline]
    fn push(&mut self, character: char) {
        if let Some(first) = self.first.get_mut(self.length as usize) {
            *first = character;
        }
        self.length += 1;
        self.separators += u32::from(matches!(character, '/' | '-' | ':' | '.'));
        self.colons += u32::from(character == ':');
    }

    fn hash(self) -> u32 {
        let is_year = self.length == 4 && matches!(self.first, ['1', '9' | '4'] | ['2', '0']);
        if is_year || self.separators >= 2 || self.colons > 0 { DATED_NUMBER } else { NUMBER }
    }
}

/// The hash of a folded word, as [`FirstWords`] gives it.
pub fn word_hash(folded: &str) -> u32 {
    if !folded.starts_with(|c: char| c.is_ascii_digit()) {
        return folded.chars().fold(1, mix);
    }
    let mut number = Number::default();
    folded.chars().for_each(|character| number.push(character));
    number.hash()
}

/// Signs that make one number of the digits around them, as folding has it.
pub(super) fn joins_digits(character: char) -> bool {
    matches!(character, '.' | ',' | ':' | '/' | '-' | '٫' | '٬' | '،')
}

#[inline]
fn mix(hash: u32, letter: char) -> u32 {
    (hash.rotate_left(5) ^ letter as u32).wrapping_mul(0x9E37_79B1) | 1
}

/// Length in bytes of what may be a character reference at the beginning of a text.
fn reference_length(text: &str) -> usize {
    let body = text.as_bytes().iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count() + 1;
    body + usize::from(text.as_bytes().get(body) == Some(&b';'))
}

impl FirstWords {
    /// How many words are looked at: a phrase that begins with a name has its first own word at most this far in.
    pub const WORDS: usize = 8;

    /// Reads on in a text that may hold character references if `is_encoded`; `after_tag` when a tag parts the piece from the one before. To a
    /// reader's eye tags part no words, but buttons set side by side by a stylesheet are parted by nothing else: where one stands inside a
    /// word, there are two readings of the line.
    pub fn push(&mut self, raw: &str, after_tag: bool, is_encoded: bool) {
        self.at_tag |= after_tag;
        let mut rest = raw;
        while let Some(character) = rest.chars().next() {
            if self.count >= WORDS {
                return;
            }
            // Most of most pages.
            if character.is_ascii_alphabetic() {
                rest = self.letters(rest);
                continue;
            }
            if character == '&' && is_encoded {
                let (reference, behind) = rest.split_at(reference_length(rest));
                htmlize::unescape(reference).chars().for_each(|character| self.character(character));
                rest = behind;
                continue;
            }
            rest = &rest[character.len_utf8()..];
            self.character(character);
        }
    }

    #[inline]
    fn character(&mut self, character: char) {
        match fold(character) {
            Fold::Letter(letter) => self.letter(letter),
            Fold::Digit(figure) => {
                self.end_joint_before(character);
                self.digit(figure);
            }
            Fold::Dropped => self.dropped(),
            Fold::Break => self.parting(character),
            Fold::Complex => self.complex(character),
        }
    }

    /// A character that no table knows, as folding takes it.
    fn complex(&mut self, character: char) {
        if character == ':' {
            self.note_colon();
            return self.parting(character);
        }
        self.end_joint_before(character);
        decompose_compatible(character, |part| {
            if is_dropped(part) {
                self.dropped();
            } else if let Some(figure) = digit(part) {
                self.digit(figure);
            } else if is_ideograph(part) {
                self.end_word();
                self.letter(part);
                self.end_word();
            } else if part.is_alphanumeric() || (is_combining_mark(part) && self.state == State::Word) {
                lower(part).for_each(|letter| self.letter(letter));
            } else {
                if part == ':' {
                    self.note_colon();
                }
                self.end_word();
                self.at_tag = false;
            }
        });
    }

    /// A sign joins digits as they are written, not what else contains one.
    fn end_joint_before(&mut self, character: char) {
        if matches!(self.state, State::Joint(_)) && digit(character).is_none() {
            self.end_word();
        }
    }

    /// Letters follow: a word begins or goes on.
    #[inline]
    fn begin_letters(&mut self) {
        if self.state != State::Word {
            self.end_word();
            self.hash = 1;
            self.state = State::Word;
        } else {
            self.is_parted |= self.at_tag;
        }
        self.at_tag = false;
    }

    #[inline]
    fn letter(&mut self, letter: char) {
        self.begin_letters();
        self.hash = mix(self.hash, letter);
    }

    fn digit(&mut self, figure: char) {
        match self.state {
            State::Number => self.is_parted |= self.at_tag,
            State::Joint(sign) => {
                self.is_parted |= self.at_tag;
                self.number.push(sign);
            }
            _ => {
                self.end_word();
                self.number = Number::default();
            }
        }
        self.at_tag = false;
        self.number.push(figure);
        self.state = State::Number;
    }

    fn dropped(&mut self) {
        if matches!(self.state, State::Joint(_)) {
            self.end_word();
        }
    }

    fn parting(&mut self, character: char) {
        if self.state == State::Number && joins_digits(character) {
            self.is_parted |= self.at_tag;
            self.state = State::Joint(if character.is_ascii() { character } else { ',' });
        } else {
            self.end_word();
        }
        self.at_tag = false;
    }

    /// Reads a run of ASCII letters, and gives what comes behind it.
    #[inline]
    fn letters<'a>(&mut self, text: &'a str) -> &'a str {
        self.begin_letters();
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphabetic()) {
            self.hash = mix(self.hash, char::from(byte.to_ascii_lowercase()));
            at += 1;
        }
        &text[at..]
    }

    /// Ends a word before the next piece: the reading in which tags part words.
    pub fn part(&mut self) {
        self.end_word();
    }

    fn note_colon(&mut self) {
        let word = if self.state == State::Between { self.count.checked_sub(1) } else { Some(self.count) };
        self.colons |= word.map_or(0, |word| 1 << word);
    }

    fn end_word(&mut self) {
        let hash = match std::mem::take(&mut self.state) {
            State::Between => return,
            State::Word => self.hash,
            State::Number | State::Joint(_) => self.number.hash(),
        };
        if self.count < WORDS {
            self.hashes[self.count] = hash;
            self.count += 1;
        }
    }

    /// Ends the line.
    pub fn finish(&mut self) -> Beginning<'_> {
        self.end_word();
        // What stands behind the last of them was not read.
        self.colons |= u16::from(self.count == WORDS) << (WORDS - 1);
        Beginning { hashes: &self.hashes[..self.count], colons: self.colons, is_parted: self.is_parted }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Folded;
    use super::*;

    #[test]
    fn hashes_are_those_of_folded_words() {
        for line in [
            "Share THIS s’abonner à l'école",
            "٣ تعليقات إخترنا لَك",
            "«Читай» ещё İZLE",
            "12 Comments",
            "1,234 views, 5",
            "Read also: 7: a :b",
            "",
            "&amp; साझा करें १२ बजे",
            "R&#38;D &#1575;&#1604;&#1571;خبار &nbsp3 &unknown;",
            "5 &hellip; 6…7 1.² 2․3 4：5 6:٧",
            "第3章 を共有する",
            "Shop™ ﬁnd ½ ① ＳＨＡＲＥ",
            "26/7/2025 06:30 2024 1,5",
            "schließen STRAẞE ßa aß 5ß τέλος ΤΕΛΟΣ ς",
            "l´école ‘quoted’ 5´6 1‘,2 a ´b",
        ] {
            let mut words = FirstWords::default();
            words.push(line, false, true);
            let folded = Folded::of(&htmlize::unescape(line));
            let expected: Vec<u32> = folded.texts().take(WORDS).map(word_hash).collect();
            assert_eq!(words.finish().hashes, expected, "{line}");
            let colons = folded.words().iter().take(WORDS).enumerate().fold(0, |colons, (at, word)| colons | u16::from(word.colon) << at);
            assert_eq!(words.colons & colons, colons, "{line}");
        }
        for (number, hash) in
            [("5", NUMBER), ("1,234", NUMBER), ("1.5", NUMBER), ("06:30", DATED_NUMBER), ("1.5.2024", DATED_NUMBER), ("1447", DATED_NUMBER)]
        {
            assert_eq!(word_hash(number), hash, "{number}");
        }
    }

    /// However tags cut a line, one of the readings that the hashes give is what folding gives.
    #[test]
    fn both_readings_are_those_of_folding() {
        for line in
            ["قد يهمك أيضا", "Share this story now", "3 comments 1,234 views", "a 1.5b", "اخترنا لكم", "第3章 2…3 ½", "Schließ l´ß ‘5´6’ τέλος"]
        {
            let letters: Vec<char> = line.chars().collect();
            for cuts in 0..(1u32 << (letters.len() - 1).min(12)) {
                let mut pieces = vec![String::new()];
                for (at, letter) in letters.iter().enumerate() {
                    pieces.last_mut().unwrap().push(*letter);
                    if at < 12 && cuts >> at & 1 == 1 {
                        pieces.push(String::new());
                    }
                }
                let read = |parts: bool| {
                    let mut words = FirstWords::default();
                    for (at, piece) in pieces.iter().enumerate() {
                        if parts {
                            words.part();
                        }
                        words.push(piece, at > 0, false);
                    }
                    let beginning = words.finish();
                    (beginning.hashes.to_vec(), beginning.is_parted)
                };
                let expected = |text: String| Folded::of(&text).texts().take(WORDS).map(word_hash).collect::<Vec<_>>();
                let (joined, is_parted) = read(false);
                assert_eq!(joined, expected(pieces.concat()), "{pieces:?}");
                let parted = expected(pieces.join(" "));
                assert_eq!(read(true).0, parted, "{pieces:?}");
                assert!(is_parted || joined == parted, "{pieces:?}");
            }
        }
    }
}
