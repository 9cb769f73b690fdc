//! The first words of a line as hashes: enough to tell that it begins like no phrase, without folding it.

use super::is_dropped;
use super::table::{Fold, fold};

const WORDS: usize = FirstWords::WORDS;

/// Hashes of the first words of a line that comes in pieces. Numbers all have one hash.
#[derive(Debug, Default)]
pub struct FirstWords {
    hashes: [u32; WORDS],
    count: usize,
    /// How many of them may be the first word.
    firsts: usize,
    hash: u32,
    state: State,
    /// Something that only folding can tell.
    unclear: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Between,
    Word,
    Number,
}

/// The hash of every number.
const NUMBER: u32 = 0;

/// The hash of a folded word, as [`FirstWords`] gives it.
pub fn word_hash(folded: &str) -> u32 {
    if folded.starts_with(|c: char| c.is_ascii_digit()) { NUMBER } else { folded.chars().fold(1, mix) }
}

#[inline]
fn mix(hash: u32, letter: char) -> u32 {
    (hash.rotate_left(5) ^ letter as u32).wrapping_mul(0x9E37_79B1) | 1
}

impl FirstWords {
    /// How many words are looked at: a phrase that begins with a name has its first own word at most this far in.
    pub const WORDS: usize = 8;

    /// Reads on; `parts` when the piece may be read as the continuation of the word before it, or not.
    pub fn push(&mut self, raw: &str, parts: bool) {
        if parts && self.state == State::Word {
            self.note(self.hash);
        }
        for character in raw.chars() {
            if self.count >= WORDS || self.unclear {
                return;
            }
            let fold = match character {
                'a'..='z' => Fold::Letter(character),
                'A'..='Z' => Fold::Letter(character.to_ascii_lowercase()),
                // A character reference.
                '&' => Fold::Complex,
                ':' => Fold::Break,
                '\u{2000}'..='\u{206F}' if is_dropped(character) => Fold::Dropped,
                '\u{2000}'..='\u{206F}' => Fold::Break,
                _ => fold(character),
            };
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
                    if self.state != State::Number {
                        self.end_word();
                        self.state = State::Number;
                    }
                }
                Fold::Dropped => {}
                Fold::Break => self.end_word(),
                Fold::Complex => self.unclear = true,
            }
        }
    }

    fn end_word(&mut self) {
        match std::mem::take(&mut self.state) {
            State::Between => return,
            State::Word => self.note(self.hash),
            State::Number => self.note(NUMBER),
        }
        if self.firsts == 0 {
            self.firsts = self.count;
        }
    }

    fn note(&mut self, hash: u32) {
        if self.count < WORDS {
            self.hashes[self.count] = hash;
            self.count += 1;
        }
    }

    /// Ends the line. `None` when only folding can tell; else the hashes of the first words, and how many of them may be the
    /// very first.
    pub fn finish(&mut self) -> Option<(usize, &[u32])> {
        self.end_word();
        if self.firsts == 0 {
            self.firsts = self.count;
        }
        (!self.unclear).then_some((self.firsts, &self.hashes[..self.count]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Folded;
    use super::*;

    #[test]
    fn hashes_are_those_of_folded_words() {
        for line in ["Share THIS s’abonner à l'école", "٣ تعليقات إخترنا لَك", "«Читай» ещё İZLE", "12 Comments", ""]
        {
            let mut words = FirstWords::default();
            words.push(line, false);
            let expected: Vec<u32> = Folded::of(line).texts().map(word_hash).collect();
            assert_eq!(words.finish().map(|(_, all)| all.to_vec()), Some(expected), "{line}");
        }
        let mut words = FirstWords::default();
        words.push("Sha", false);
        words.push("re now", true);
        let (firsts, all) = words.finish().unwrap();
        assert_eq!(all[..firsts], [word_hash("sha"), word_hash("share")]);
        let mut words = FirstWords::default();
        words.push("&amp; साझा", false);
        assert!(words.finish().is_none());
    }
}
