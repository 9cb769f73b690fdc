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
    drawn: BTreeMap<char, Vec<String>>,
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
/// Latin letters with marks, and more of them.
const MARKED: std::ops::Range<u32> = 0xC0..0x250;
const ADDITIONAL: std::ops::Range<u32> = 0x1E00..0x1F00;

/// The tables; 0 where a character stands for itself.
#[derive(Debug)]
pub(super) struct Letters {
    latin: [u8; (OTHERS.end - OTHERS.start) as usize],
    /// Those of other scripts, ordered.
    far: Vec<(char, u8)>,
    marked: [u8; (MARKED.end - MARKED.start) as usize],
    additional: [u8; (ADDITIONAL.end - ADDITIONAL.start) as usize],
    symbols: [u8; 128],
    /// Symbols outside ASCII.
    others: Vec<(char, u8)>,
    either: [bool; 128],
    /// The letters of `either`.
    pub(super) both: [char; 2],
    /// What each ASCII character may stand for among Arabic letters; most stand for none.
    arabic: [Vec<char>; 128],
    /// Letters drawn with several symbols, longest first.
    drawn: Vec<(String, char)>,
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
            far: Vec::new(),
            marked: [0; _],
            additional: [0; _],
            symbols: [0; _],
            others: Vec::new(),
            either: [false; _],
            both: [both.next().unwrap_or_default(), both.next().unwrap_or_default()],
            arabic: [const { Vec::new() }; _],
            drawn: Vec::new(),
        };
        let each = |table: &BTreeMap<char, String>, mut put: Box<dyn FnMut(char, u8) + '_>| {
            for (letter, characters) in table {
                characters.chars().for_each(|character| put(character, *letter as u8));
            }
        };
        let base = |code: u32| {
            let mut base = None;
            if let Some(marked) = char::from_u32(code) {
                decompose_canonical(marked, |part| base = base.or((!is_combining_mark(part)).then_some(part)));
            }
            base.filter(char::is_ascii_lowercase).map_or(0, |base| base as u8)
        };
        letters.marked.iter_mut().zip(MARKED).for_each(|(place, code)| *place = base(code));
        letters.additional.iter_mut().zip(ADDITIONAL).for_each(|(place, code)| *place = base(code));
        each(&data.latin, Box::new(|from, letter| put(&mut letters.latin, &OTHERS, from, letter)));
        let is_far = |from: &char| !OTHERS.contains(&(*from as u32));
        each(&data.latin, Box::new(|from, letter| letters.far.extend(Some((from, letter)).filter(|(from, _)| is_far(from)))));
        letters.far.sort_unstable();
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
            for digit in digits.chars() {
                if let Some(place) = letters.arabic.get_mut(digit as usize) {
                    place.push(*letter);
                }
            }
        }
        letters.drawn = data.drawn.iter().flat_map(|(letter, drawn)| drawn.iter().map(|drawn| (drawn.clone(), *letter))).collect();
        letters.drawn.sort_by_key(|(drawn, _)| std::cmp::Reverse(drawn.len()));
        letters
    }

    /// The Latin letter that a lower-case Cyrillic or Greek one cannot be told from by sight.
    pub(super) fn latin(&self, character: char) -> Option<char> {
        look(&self.latin, &OTHERS, character).or_else(|| {
            let at = (character as u32 > MARKED.end).then(|| self.far.binary_search_by_key(&character, |(from, _)| *from));
            at.and_then(Result::ok).map(|at| char::from(self.far[at].1))
        })
    }

    /// A letter with its mark off.
    fn unmarked(&self, character: char) -> Option<char> {
        look(&self.marked, &MARKED, character).or_else(|| look(&self.additional, &ADDITIONAL, character))
    }

    /// The letter that a text begins with in several symbols, and how many bytes they are.
    pub(super) fn drawn(&self, text: &str) -> Option<(char, usize)> {
        self.drawn.iter().find(|(drawn, _)| text.starts_with(drawn.as_str())).map(|(drawn, letter)| (*letter, drawn.len()))
    }

    /// Whether a character outside ASCII is no letter and stands for one.
    pub(super) fn is_symbol(&self, character: char) -> bool {
        self.others.iter().any(|(symbol, _)| *symbol == character)
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
        self.latin(character).or_else(|| self.unmarked(character)).or_else(other).unwrap_or(character)
    }

    /// Whether a character may be either of two letters.
    pub(super) fn is_either(&self, character: char) -> bool {
        character.is_ascii() && self.either[character as usize]
    }

    /// Whether a character stands for a Latin letter and is none of another script.
    pub(super) fn is_stand_in(&self, character: char) -> bool {
        match character.is_ascii() {
            true => self.symbols[character as usize] != 0 || self.either[character as usize],
            false => self.unmarked(character).is_some() || self.is_symbol(character),
        }
    }

    /// The Arabic letters that a digit or a symbol may stand for.
    pub(super) fn arabic(&self, character: char) -> &[char] {
        self.arabic.get(character as usize).map_or(&[], Vec::as_slice)
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
        for (letter, characters) in &data.arabic {
            assert!(characters.chars().all(|character| LETTERS.arabic(character).contains(letter)), "{letter}");
        }
        for (letter, drawn) in &data.drawn {
            assert!(drawn.iter().all(|drawn| LETTERS.drawn(drawn) == Some((*letter, drawn.len()))), "{letter}");
        }
        assert_eq!(['ạ', 'ᴠ', 'ɡ'].map(|character| LETTERS.letter(character, 'i')), ['a', 'v', 'g']);
        assert!(data.either.symbols.chars().all(|symbol| LETTERS.letter(symbol, 'l') == 'l' && LETTERS.is_either(symbol)));
        assert_eq!(['é', 'ñ', 'x', '9', 'ж'].map(|character| LETTERS.letter(character, 'i')), ['e', 'n', 'x', '9', 'ж']);
        assert!(LETTERS.is_stand_in('ö') && LETTERS.is_stand_in('€') && !LETTERS.is_stand_in('о') && !LETTERS.is_stand_in('a'));
    }
}
