//! The count of words in a text, in any script.

use crate::fold::is_ideograph;
use crate::octet::Octet;

/// Counts words of raw text: runs between white space that hold a letter or a digit; each two ideographs count as one, as
/// Chinese words have two characters on average, and each [`UNPARTED_LETTERS`] of a script that parts no words.
pub(super) fn count_words(text: &str) -> u32 {
    let (words, is_certain) = count_runs(text);
    if is_certain || !needs_characters(text) { words } else { count_characters(text) }
}

/// Letters and marks of a word in Thai, Lao, Burmese and Khmer, about: they write words without space between them.
pub(super) const UNPARTED_LETTERS: u32 = 4;

/// Whether a character is of a script that parts no words.
pub(super) fn is_unparted(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Whether words can't be told by bytes: there are spaces that are no ASCII, or written as references, or letters of a script that parts
/// no words.
fn needs_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_reference = |at: usize| bytes[at + 1..].starts_with(b"#") || bytes[at + 1..].starts_with(b"nbsp;");
    let is_special = |at: usize| text[at..].chars().next().is_some_and(|c| is_unparted(c) || c.is_whitespace());
    // What leads spaces that are no ASCII, but for the ideographic one, and the scripts: UTF-8 of U+00A0, U+2000 and others, U+0E00, U+1000.
    memchr::memchr_iter(b'&', bytes).any(is_reference)
        || memchr::memchr3_iter(0xC2, 0xE2, 0xE0, bytes).any(is_special)
        || memchr::memchr_iter(0xE1, bytes).any(is_special)
}

fn count_characters(text: &str) -> u32 {
    let text = htmlize::unescape(text);
    let (mut words, mut ideographs, mut unparted) = (0, 0, 0);
    for run in text.split(char::is_whitespace) {
        let mut is_word = false;
        for character in run.chars() {
            let (of_ideographs, of_unparted) = (is_ideograph(character), is_unparted(character));
            ideographs += u32::from(of_ideographs);
            unparted += u32::from(of_unparted);
            is_word |= character.is_alphanumeric() && !of_ideographs && !of_unparted;
        }
        words += u32::from(is_word);
    }
    words + ideographs.div_ceil(2) + unparted.div_ceil(UNPARTED_LETTERS)
}

/// The same by bytes, and whether that is certain.
fn count_runs(text: &str) -> (u32, bool) {
    let (mut words, mut ideographs, mut inside) = (0u32, 0u32, 0u32);
    let (eights, rest) = text.as_bytes().as_chunks();
    let (mut seen, mut references) = (0, false);
    let mut one_by_one = |bytes: &[u8], inside: &mut u32| {
        // No branches: where words end is hard to foresee.
        for byte in bytes {
            let byte = u32::from(BYTES[usize::from(*byte)]);
            seen |= byte;
            words += byte & !*inside & LETTER;
            ideographs += byte >> 2 & 1;
            *inside = (*inside | byte & LETTER) & !(byte >> 1 & 1);
        }
    };
    let mut ended = 0;
    for eight in eights {
        let octet = Octet(u64::from_le_bytes(*eight));
        if !octet.is_ascii() {
            one_by_one(eight, &mut inside);
            continue;
        }
        let ampersands = octet.equal(b'&');
        references |= !ampersands.is_empty();
        let letters = octet.alphanumeric().or(ampersands);
        let (ends, goes_on) = octet.white_space().marked_stretches(letters, inside != 0);
        // Those that began here: all that end here or go on, but for the one that came in.
        ended += ends + u32::from(goes_on) - inside;
        inside = u32::from(goes_on);
    }
    one_by_one(rest, &mut inside);
    (words + ended + ideographs.div_ceil(2), !references && seen & LOOK == 0)
}

/// What a byte of UTF-8 says about words, as bits. Most bytes of punctuation, and those inside of a character, say nothing.
const LETTER: u32 = 1;
const ENDS_WORD: u8 = 2;
/// Leads one of U+3000..U+9FFF.
const IDEOGRAPH: u8 = 4;
/// Leads a character, or a reference, that may part words otherwise.
const LOOK: u32 = 8;

static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_letter = (byte as u8).is_ascii_alphanumeric();
        table[byte] = match byte as u8 {
            0xE3..=0xE9 => IDEOGRAPH | ENDS_WORD,
            // 0xC2 and 0xE2 lead punctuation and signs.
            0xC2 | 0xE2 => LOOK as u8,
            // Thai, Lao, Burmese and Khmer, among others.
            0xE0 | 0xE1 => (LETTER | LOOK) as u8,
            0xC3.. => LETTER as u8,
            b'\t'..=b'\r' | b' ' => ENDS_WORD,
            b'&' => (LETTER | LOOK) as u8,
            _ if is_letter => LETTER as u8,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script() {
        assert_eq!(count_words("  three plain words "), 3);
        assert_eq!(count_words("قال الوزير إن"), 3);
        assert_eq!(count_words("新华社北京电"), 3);
        assert_eq!(count_words("&#1602;&#1575; &#1604;"), 2);
        assert_eq!(count_words(" · | — "), 0);
        assert_eq!(count_words("the&nbsp;harbour&#160;was\u{a0}closed\u{202f}again"), 5);
        assert_eq!(count_words("&nbsp;"), 0);
        assert_eq!(count_words("ตำรวจ"), 2);
        assert_eq!(count_words("ท่าเรือเปิดอีกครั้งในฤดูใบไม้ผลิ"), 8);
        // However the text falls into eights.
        let text = "A1 && -- b,c.\td\u{b}(e)\n—f g— قال x_y ... z&amp; 新华 [[ ]]h";
        for (start, _) in text.char_indices() {
            let runs = text[start..].split(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
            let expected = runs.filter(|run| run.contains(|c: char| c.is_alphanumeric() || c == '&')).count();
            assert_eq!(count_words(&text[start..]) as usize, expected, "{}", &text[start..]);
        }
    }
}
