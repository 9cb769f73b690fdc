//! The first words of a line as hashes: enough to tell that it begins like no phrase, without folding it.

use super::is_dropped;
use super::table::{Fold, fold};

const WORDS: usize = FirstWords::WORDS;

/// Hashes of the first words of a line that comes in pieces. Numbers all have one hash.
#[derive(Debug, Default)]
pub struct FirstWords {
    hashes: [u32; WORDS],
    count: usize,
    hash: u32,
    state: State,
    /// Something that only folding can tell.
    unclear: bool,
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
    Joint,
}

/// The hash of every number.
pub const NUMBER: u32 = 0;

/// The hash of a folded word, as [`FirstWords`] gives it.
pub fn word_hash(folded: &str) -> u32 {
    if folded.starts_with(|c: char| c.is_ascii_digit()) { NUMBER } else { folded.chars().fold(1, mix) }
}

/// Signs that make one number of the digits around them, as folding has it.
pub(super) fn joins_digits(character: char) -> bool {
    matches!(character, '.' | ',' | ':' | '/' | '-' | '٫' | '٬' | '،')
}

#[inline]
fn mix(hash: u32, letter: char) -> u32 {
    (hash.rotate_left(5) ^ letter as u32).wrapping_mul(0x9E37_79B1) | 1
}

impl FirstWords {
    /// How many words are looked at: a phrase that begins with a name has its first own word at most this far in.
    pub const WORDS: usize = 8;

    /// Reads on; `after_tag` when a tag parts the piece from the one before. To a reader's eye tags part no words, but buttons set
    /// side by side by a stylesheet are parted by nothing else: where one stands inside a word, there are two readings of the line.
    pub fn push(&mut self, raw: &str, after_tag: bool) {
        self.at_tag |= after_tag;
        let mut rest = raw;
        while let Some(character) = rest.chars().next() {
            if self.count >= WORDS || self.unclear {
                return;
            }
            // Most of most pages.
            if character.is_ascii_alphabetic() {
                rest = self.letters(rest);
                continue;
            }
            rest = &rest[character.len_utf8()..];
            let fold = match character {
                // A character reference.
                '&' => Fold::Complex,
                ':' => {
                    self.note_colon();
                    Fold::Break
                }
                '\u{2000}'..='\u{206F}' if is_dropped(character) => Fold::Dropped,
                '\u{2000}'..='\u{206F}' => Fold::Break,
                _ => fold(character),
            };
            if self.at_tag && !matches!(fold, Fold::Dropped) {
                self.at_tag = false;
                self.is_parted |= match fold {
                    Fold::Letter(_) => self.state == State::Word,
                    Fold::Digit(_) => matches!(self.state, State::Number | State::Joint),
                    Fold::Break => self.state == State::Number && joins_digits(character),
                    _ => false,
                };
            }
            match fold {
                Fold::Letter(letter) => {
                    if self.state != State::Word {
                        self.end_word();
                        self.hash = 1;
                        self.state = State::Word;
                    }
                    self.hash = mix(self.hash, letter);
                }
                Fold::Digit(_) => {
                    if !matches!(self.state, State::Number | State::Joint) {
                        self.end_word();
                    }
                    self.state = State::Number;
                }
                Fold::Dropped if self.state == State::Joint => self.end_word(),
                Fold::Dropped => {}
                Fold::Break if self.state == State::Number && joins_digits(character) => self.state = State::Joint,
                Fold::Break => self.end_word(),
                Fold::Complex => self.unclear = true,
            }
        }
    }

    /// Reads a run of ASCII letters, and gives what comes behind it.
    #[inline]
    fn letters<'a>(&mut self, text: &'a str) -> &'a str {
        if self.state != State::Word {
            self.end_word();
            self.hash = 1;
            self.state = State::Word;
        } else {
            self.is_parted |= self.at_tag;
        }
        self.at_tag = false;
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
            State::Number | State::Joint => NUMBER,
        };
        if self.count < WORDS {
            self.hashes[self.count] = hash;
            self.count += 1;
        }
    }

    /// Ends the line. `None` when only folding can tell.
    pub fn finish(&mut self) -> Option<Beginning<'_>> {
        self.end_word();
        // What stands behind the last of them was not read.
        self.colons |= u16::from(self.count == WORDS) << (WORDS - 1);
        (!self.unclear).then_some(Beginning { hashes: &self.hashes[..self.count], colons: self.colons, is_parted: self.is_parted })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Folded;
    use super::*;

    #[test]
    fn hashes_are_those_of_folded_words() {
        for line in
            ["Share THIS s’abonner à l'école", "٣ تعليقات إخترنا لَك", "«Читай» ещё İZLE", "12 Comments", "1,234 views, 5", "Read also: 7: a :b", ""]
        {
            let mut words = FirstWords::default();
            words.push(line, false);
            let expected: Vec<u32> = Folded::of(line).texts().map(word_hash).collect();
            assert_eq!(words.finish().map(|beginning| beginning.hashes.to_vec()), Some(expected), "{line}");
            let colons = Folded::of(line).words().iter().enumerate().fold(0, |colons, (at, word)| colons | u16::from(word.colon) << at);
            assert_eq!(words.colons & colons, colons, "{line}");
        }
        let mut words = FirstWords::default();
        words.push("&amp; साझा", false);
        assert!(words.finish().is_none());
    }

    /// However tags cut a line, one of the readings that the hashes give is what folding gives.
    #[test]
    fn both_readings_are_those_of_folding() {
        for line in ["قد يهمك أيضا", "Share this story now", "3 comments 1,234 views", "a 1.5b", "اخترنا لكم"] {
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
                        words.push(piece, at > 0);
                    }
                    words.finish().map(|beginning| (beginning.hashes.to_vec(), beginning.is_parted)).unwrap()
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
