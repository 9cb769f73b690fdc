//! Folding: the form in which labels are compared, so that spelling variants meet.
//!
//! NFKD, then: case and accents off; Arabic hamza/alef, ya/alef maqsura, ta marbuta/ha and kaf forms unified; harakat, tatweel and
//! default-ignorable characters off; the digits of every script to ASCII. Sources: Unicode UAX #15 (NFKD),
//! UAX #44 `Default_Ignorable_Code_Point`; for Arabic the normalisation of Larkey, Ballesteros and Connell, "Improving
//! Stemming for Arabic Information Retrieval" (SIGIR 2002), extended by the Persian and Urdu letter forms.

mod first_words;
mod table;

pub use first_words::{Beginning, DATED_NUMBER, FirstWords, NUMBER, is_number, word_hash};

use first_words::joins_digits;
use std::ops::Range;
use table::Fold;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A text as folded words; its buffers are reused from line to line.
#[derive(Debug, Default)]
pub struct Folded {
    text: String,
    words: Vec<Word>,
}

/// One word of a folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    range: Range<u32>,
    /// Made of digits (with separators between them).
    pub number: bool,
    /// A colon follows.
    pub colon: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letters,
    Digits,
    /// A character that is a word by itself: Han, Hiragana, Katakana.
    Ideograph,
}

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded = Folded::default();
        folded.set(text);
        folded
    }

    /// Replaces the content by the folded form of `text`.
    pub fn set(&mut self, text: &str) {
        self.text.clear();
        self.words.clear();
        let mut class = None;
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            // Most of most pages: a run of ASCII letters is folded at one go.
            let run = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            if run > 0 {
                self.ascii_letters(&rest[..run], &mut class);
                rest = &rest[run..];
                continue;
            }
            rest = &rest[character.len_utf8()..];
            // 1,234 and 06:30 and 26/7/2025 are one number each.
            let joins_digits =
                class == Some(Class::Digits) && joins_digits(character) && rest.chars().next().is_some_and(|next| digit(next).is_some());
            if joins_digits {
                self.text.push(if character.is_ascii() { character } else { ',' });
                self.grow();
                continue;
            }
            match table::fold(character) {
                Fold::Letter(letter) => self.put(letter, Class::Letters, &mut class),
                Fold::Digit(digit) => self.put(digit, Class::Digits, &mut class),
                Fold::Dropped => {}
                Fold::Break => class = None,
                Fold::Complex => decompose_compatible(character, |part| self.letter(part, &mut class)),
            }
        }
    }

    /// Appends a folded letter or digit, to the last word if it goes on.
    #[inline]
    fn put(&mut self, folded: char, next: Class, class: &mut Option<Class>) {
        let start = self.text.len() as u32;
        self.text.push(folded);
        if *class == Some(next) {
            self.grow();
        } else {
            self.words.push(Word { range: start..self.text.len() as u32, number: next == Class::Digits, colon: false });
        }
        *class = Some(next);
    }

    fn ascii_letters(&mut self, run: &str, class: &mut Option<Class>) {
        let start = self.text.len();
        self.text.push_str(run);
        self.text[start..].make_ascii_lowercase();
        if *class == Some(Class::Letters) {
            self.grow();
        } else {
            self.words.push(Word { range: start as u32..self.text.len() as u32, number: false, colon: false });
        }
        *class = Some(Class::Letters);
    }

    fn letter(&mut self, character: char, class: &mut Option<Class>) {
        if is_dropped(character) {
            return;
        }
        let (character, next) = if let Some(digit) = digit(character) {
            (digit, Class::Digits)
        } else if is_ideograph(character) {
            (character, Class::Ideograph)
        } else if character.is_alphanumeric() || (is_combining_mark(character) && *class == Some(Class::Letters)) {
            (character, Class::Letters)
        } else {
            if character == ':'
                && let Some(last) = self.words.last_mut()
            {
                last.colon = true;
            }
            *class = None;
            return;
        };
        let continues = *class == Some(next) && next != Class::Ideograph;
        let start = self.text.len() as u32;
        if character.is_ascii() {
            self.text.push(character.to_ascii_lowercase());
        } else {
            self.text.extend(lower(character));
        }
        if continues {
            self.grow();
        } else {
            self.words.push(Word { range: start..self.text.len() as u32, number: next == Class::Digits, colon: false });
        }
        *class = Some(next);
    }

    fn grow(&mut self) {
        let end = self.text.len() as u32;
        if let Some(last) = self.words.last_mut() {
            last.range.end = end;
        }
    }

    /// The words, in order.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The text of the word at `at`.
    pub fn word(&self, at: usize) -> &str {
        let range = &self.words[at].range;
        &self.text[range.start as usize..range.end as usize]
    }

    /// The text of all words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|at| self.word(at))
    }
}

/// First digit of each script; the other nine follow it (Unicode `Nd`, but for those that NFKC takes for ASCII).
#[rustfmt::skip]
const ZEROS: [u32; 68] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950,
];

/// The ASCII digit that a digit of any script stands for.
pub(crate) fn digit(character: char) -> Option<char> {
    if character.is_ascii() {
        return character.is_ascii_digit().then_some(character);
    }
    let code = character as u32;
    let zero = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1).map(|at| ZEROS[at])?;
    char::from_digit(code - zero, 10)
}

/// A letter in lower case, as its variants are unified.
fn lower(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().filter(|c| !is_dropped(*c)).map(unify).flat_map(spelled)
}

/// A small letter as its capital is spelled: capitals have no `ß`, and no `ς` for the end of a word.
pub(crate) fn spelled(letter: char) -> impl Iterator<Item = char> {
    let letters = match letter {
        'ß' => [Some('s'), Some('s')],
        'ς' => [Some('σ'), None],
        other => [Some(other), None],
    };
    letters.into_iter().flatten()
}

/// Accents, apostrophes and what writers take for one, harakat, Quranic marks, tatweel, and what is not shown at all.
fn is_dropped(character: char) -> bool {
    // A browser leaves out U+0000 (HTML Living Standard, 13.2.6.4.7).
    matches!(character, '\0' | '\u{0300}'..='\u{036F}' | '\'' | '\u{2019}' | '\u{02BC}' | '\u{2018}' | '\u{00B4}')
        || is_arabic_mark(character)
        || is_ignorable(character)
}

/// Harakat, Quranic marks and tatweel: written or not, the word is the same.
pub(crate) fn is_arabic_mark(character: char) -> bool {
    matches!(character,
        '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E8}'
        | '\u{06EA}'..='\u{06ED}')
}

/// What is not shown at all (UAX #44 `Default_Ignorable_Code_Point`).
pub(crate) fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Letters and marks of the Arabic block that have no decomposition but one into themselves and a dropped mark.
pub(crate) fn is_plain_arabic(character: char) -> bool {
    matches!(character, '\u{0621}'..='\u{0652}')
}

/// Letter forms that writers use for one another, as one.
pub(crate) fn unify(character: char) -> char {
    match character {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ٲ' | 'ٳ' => 'ا',
        'ي' | 'ى' | 'ئ' | 'ی' | 'ې' | 'ۍ' | 'ے' => 'ي',
        'ه' | 'ة' | 'ۃ' | 'ہ' | 'ھ' | 'ە' | 'ۀ' => 'ه',
        'ك' | 'ک' | 'ڪ' => 'ك',
        'و' | 'ؤ' | 'ۆ' | 'ۋ' => 'و',
        'ق' | 'ڧ' | 'ڨ' => 'ق',
        'ن' | 'ں' | 'ڼ' => 'ن',
        'ز' | 'ژ' => 'ز',
        'ı' => 'i',
        'ё' => 'е',
        other => other,
    }
}

/// Characters that are written without spaces between words.
pub(crate) fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Folded::of(text).texts().map(str::to_owned).collect()
    }

    #[test]
    fn spelling_variants_meet() {
        for (one, other) in [
            ("إخترنا لك", "اختـرنا لَك"),
            ("أخبار ذات صلة", "اخبار ذات صله"),
            ("COMPARTIR", "Compartir"),
            ("Paylaş", "paylas"),
            ("À lire aussi", "a lire AUSSI"),
            ("ﻣﻘﺎﻻت", "مقالات"),
            ("اشتراک‌گذاری", "اشتراكگذاری"),
            ("İZLE", "izle"),
            ("ڨمار", "قمار"),
            ("ڧماڗ", "قماڗ"),
            ("مژيد مں الاخبار", "مزيد من الأخبار"),
            ("لبڼاں", "لبنان"),
            ("ＳＨＡＲＥ", "share"),
            ("s’abonner", "s'abonner"),
            ("ай", "АЙ"),
            ("schließen", "SCHLIESSEN"),
            ("STRAẞE", "straße"),
            ("τέλος", "ΤΕΛΟΣ"),
            ("l´école", "l‘école"),
            ("d´abord", "d'abord"),
        ] {
            assert_eq!(words(one), words(other), "{one} / {other}");
        }
    }

    /// The digits of Unicode as the tables of another crate have them.
    #[test]
    fn all_digits_are_digits() {
        assert!(ZEROS.is_sorted());
        use unicode_normalization::UnicodeNormalization;
        let digits = regex_syntax::parse(r"\d").unwrap();
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = digits.kind() else { panic!("{digits:?}") };
        let all: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
        assert!(all.len() > 700, "{}", all.len());
        for character in all {
            let is_ascii = || std::iter::once(character).nfkc().all(|part| part.is_ascii_digit());
            assert!(digit(character).is_some() || is_ascii(), "{:x}", u32::from(character));
        }
    }

    #[test]
    fn words_numbers_and_colons_are_told_apart() {
        assert_eq!(words("٣تعليقات (1,234) 06:30"), ["3", "تعليقات", "1,234", "06:30"]);
        assert_eq!(words("第3章"), ["第", "3", "章"]);
        assert_eq!(words("» साझा करें |"), ["साझा", "करें"]);
        let folded = Folded::of("Read also: more");
        assert!(folded.words()[1].colon && !folded.words()[0].colon);
    }
}
