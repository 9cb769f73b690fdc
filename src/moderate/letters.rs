//! Which letters digits, symbols and letters of other scripts stand for (`rules/entity/disguises.toml`), as tables.

use crate::data::own_data;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    latin: BTreeMap<char, String>,
    symbols: BTreeMap<char, String>,
    either: Either,
    struck: BTreeMap<char, String>,
    arabic: BTreeMap<char, String>,
}

/// Symbols that stand for either of two letters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Either {
    letters: String,
    symbols: String,
}

/// Cyrillic and Greek, whose letters are looked through.
const OTHERS: std::ops::Range<u32> = 0x370..0x530;
/// Latin letters with marks.
const MARKED: std::ops::Range<u32> = 0xC0..0x250;

/// The tables; 0 where a character stands for itself.
#[derive(Debug)]
pub(super) struct Letters {
    latin: [u8; (OTHERS.end - OTHERS.start) as usize],
    marked: [u8; (MARKED.end - MARKED.start) as usize],
    symbols: [u8; 128],
    /// Symbols outside ASCII.
    others: Vec<(char, u8)>,
    either: [bool; 128],
    /// The letters of `either`.
    pub(super) both: [char; 2],
    arabic: [Option<char>; 10],
}

pub(super) static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let data = own_data!("entity/disguises.toml");
    Letters::of(&data)
});

impl Letters {
    fn of(data: &Data) -> Self {
        let mut both = data.either.letters.chars();
        let mut letters = Letters {
            latin: [0; _],
            marked: [0; _],
            symbols: [0; _],
            others: Vec::new(),
            either: [false; _],
            both: [both.next().unwrap_or_default(), both.next().unwrap_or_default()],
            arabic: [None; _],
        };
        let each = |table: &BTreeMap<char, String>, mut put: Box<dyn FnMut(char, u8) + '_>| {
            for (letter, characters) in table {
                characters.chars().for_each(|character| put(character, *letter as u8));
            }
        };
        for code in MARKED {
            let mut base = None;
            if let Some(marked) = char::from_u32(code) {
                decompose_canonical(marked, |part| base = base.or((!is_combining_mark(part)).then_some(part)));
            }
            letters.marked[(code - MARKED.start) as usize] = base.filter(char::is_ascii_lowercase).map_or(0, |base| base as u8);
        }
        each(&data.latin, Box::new(|from, letter| put(&mut letters.latin, &OTHERS, from, letter)));
        each(&data.struck, Box::new(|from, letter| put(&mut letters.marked, &MARKED, from, letter)));
        for (letter, characters) in &data.symbols {
            for character in characters.chars() {
                match letters.symbols.get_mut(character as usize) {
                    Some(place) => *place = *letter as u8,
                    None => letters.others.push((character, *letter as u8)),
                }
            }
        }
        for symbol in data.either.symbols.bytes().filter(u8::is_ascii) {
            letters.either[usize::from(symbol)] = true;
        }
        for (letter, digits) in &data.arabic {
            for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
                letters.arabic[digit as usize] = Some(*letter);
            }
        }
        letters
    }

    /// The Latin letter that a lower-case Cyrillic or Greek one cannot be told from by sight.
    pub(super) fn latin(&self, character: char) -> Option<char> {
        look(&self.latin, &OTHERS, character)
    }

    /// The letter that a character stands for: `one` where that may be either of two.
    pub(super) fn letter(&self, character: char, one: char) -> char {
        if character.is_ascii() {
            let letter = self.symbols[character as usize];
            return match letter {
                0 if self.either[character as usize] => one,
                0 => character,
                letter => char::from(letter),
            };
        }
        let other = || self.others.iter().find(|(symbol, _)| *symbol == character).map(|(_, letter)| char::from(*letter));
        self.latin(character).or_else(|| look(&self.marked, &MARKED, character)).or_else(other).unwrap_or(character)
    }

    /// Whether a character may be either of two letters.
    pub(super) fn is_either(&self, character: char) -> bool {
        character.is_ascii() && self.either[character as usize]
    }

    /// Whether a character stands for a Latin letter and is none of another script.
    pub(super) fn is_stand_in(&self, character: char) -> bool {
        match character.is_ascii() {
            true => self.symbols[character as usize] != 0 || self.either[character as usize],
            false => look(&self.marked, &MARKED, character).is_some() || self.others.iter().any(|(symbol, _)| *symbol == character),
        }
    }

    /// The Arabic letter that a digit stands for; any other character stands for itself.
    pub(super) fn arabic(&self, character: char) -> char {
        character.to_digit(10).and_then(|digit| self.arabic[digit as usize]).unwrap_or(character)
    }
}

fn put(table: &mut [u8], range: &std::ops::Range<u32>, from: char, letter: u8) {
    if let Some(place) = (from as u32).checked_sub(range.start).and_then(|at| table.get_mut(at as usize)) {
        *place = letter;
    }
}

#[inline]
fn look(table: &[u8], range: &std::ops::Range<u32>, character: char) -> Option<char> {
    let letter = *table.get((character as u32).wrapping_sub(range.start) as usize)?;
    (letter != 0).then(|| char::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_what_the_file_says() {
        let data: Data = toml::from_str(include_str!("../../rules/entity/disguises.toml")).unwrap();
        let is_held = |table: &BTreeMap<char, String>, as_letter: &dyn Fn(char) -> char| {
            table.iter().all(|(letter, characters)| characters.chars().all(|character| as_letter(character) == *letter))
        };
        for table in [&data.latin, &data.symbols, &data.struck] {
            assert!(is_held(table, &|character| LETTERS.letter(character, 'i')), "{table:?}");
        }
        assert!(is_held(&data.arabic, &|character| LETTERS.arabic(character)));
        assert!(data.either.symbols.chars().all(|symbol| LETTERS.letter(symbol, 'l') == 'l' && LETTERS.is_either(symbol)));
        assert_eq!(['é', 'ñ', 'x', '9', 'ж'].map(|character| LETTERS.letter(character, 'i')), ['e', 'n', 'x', '9', 'ж']);
        assert!(LETTERS.is_stand_in('ö') && LETTERS.is_stand_in('€') && !LETTERS.is_stand_in('о') && !LETTERS.is_stand_in('a'));
    }
}
