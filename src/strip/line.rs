//! A line: what a reader sees between two block edges or breaks.

use super::queue::EventIndex;
use crate::fold::is_ignorable;
use crate::octet::Octet;

/// What is known of a line once it has ended.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its first event.
    pub(super) first: EventIndex,
    /// The event after its last.
    pub(super) end: EventIndex,
    pub(super) words: u32,
    /// Words inside links or buttons.
    pub(super) linked: u32,
    /// Level of the heading that it stands in; 0 outside of headings.
    pub(super) heading: u8,
    /// List items that it stands in, one inside the other; in plain text 1 after a bullet.
    pub(super) items: u32,
    pub(super) ends_sentence: bool,
    /// It ends with a question mark.
    pub(super) asks: bool,
    /// It ends with dots, as a text that was cut short.
    pub(super) breaks_off: bool,
    /// It is a weak label with a number in it.
    pub(super) counts: bool,
    /// A rule has taken it.
    pub(super) dropped: bool,
}

/// A line of fewer words is no prose, however it ends: teasers and captions are shorter than the sentences of a text.
const PROSE_WORDS: u32 = 15;
/// A line of this many words is prose even without a full stop.
const LONG_PROSE_WORDS: u32 = 40;

impl Line {
    /// Whether it reads like a paragraph of a text.
    pub(super) fn is_prose(&self) -> bool {
        !self.dropped
            && self.heading == 0
            && self.linked * 3 < self.words
            && (self.words >= LONG_PROSE_WORDS || (self.words >= PROSE_WORDS && self.ends_sentence))
    }

    /// Whether it ends like a sentence that is no question: titles may ask.
    pub(super) fn ends_sentence_but_question(&self) -> bool {
        self.ends_sentence && !self.asks
    }

    /// Whether most of it is links.
    pub(super) fn is_linked(&self) -> bool {
        self.linked * 2 >= self.words && self.linked > 0
    }
}

/// Counts words of raw text: runs between white space that hold a letter or a digit; each two ideographs count as one, as
/// Chinese words have two characters on average.
pub(super) fn count_words(text: &str) -> u32 {
    let (mut words, mut ideographs, mut inside) = (0u32, 0u32, 0u32);
    let (eights, rest) = text.as_bytes().as_chunks();
    let mut one_by_one = |bytes: &[u8], inside: &mut u32| {
        // No branches: where words end is hard to foresee.
        for byte in bytes {
            let byte = u32::from(BYTES[usize::from(*byte)]);
            words += byte & !*inside & LETTER;
            ideographs += byte >> 2;
            *inside = (*inside | byte & LETTER) & !(byte >> 1);
        }
    };
    let mut ended = 0;
    for eight in eights {
        let octet = Octet(u64::from_le_bytes(*eight));
        if !octet.is_ascii() {
            one_by_one(eight, &mut inside);
            continue;
        }
        let letters = octet.alphanumeric().or(octet.equal(b'&'));
        let (ends, goes_on) = octet.white_space().marked_stretches(letters, inside != 0);
        // Those that began here: all that end here or go on, but for the one that came in.
        ended += ends + u32::from(goes_on) - inside;
        inside = u32::from(goes_on);
    }
    one_by_one(rest, &mut inside);
    words + ended + ideographs.div_ceil(2)
}

/// What a byte of UTF-8 says about words, as bits. Most bytes of punctuation, and those inside of a character, say nothing.
const LETTER: u32 = 1;
const ENDS_WORD: u8 = 2;
/// Leads one of U+3000..U+9FFF.
const IDEOGRAPH: u8 = 4;

static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_letter = (byte as u8).is_ascii_alphanumeric() || byte == b'&' as usize;
        table[byte] = match byte as u8 {
            0xE3..=0xE9 => IDEOGRAPH | ENDS_WORD,
            // 0xC2 and 0xE2 lead punctuation and signs.
            0xC2 | 0xE2 => 0,
            0xC3.. => LETTER as u8,
            b'\t'..=b'\r' | b' ' => ENDS_WORD,
            _ if is_letter => LETTER as u8,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Whether the text ends like a sentence, in any script, closing quotes and brackets aside.
pub(super) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_ascii_control() || c == ' ');
    match text.as_bytes() {
        [.., b'.' | b'!' | b'?' | b':'] => return true,
        [] => return false,
        [.., last] if last.is_ascii_alphanumeric() => return false,
        _ => {}
    }
    let mut tail_start = text.len().saturating_sub(48);
    while !text.is_char_boundary(tail_start) {
        tail_start += 1;
    }
    let tail = htmlize::unescape(&text[tail_start..]);
    let last = tail.trim_end_matches(|c: char| {
        c.is_whitespace() || is_ignorable(c) || matches!(c, '"' | '\'' | '»' | '«' | '”' | '“' | '’' | '‘' | ')' | ']' | '」' | '』' | '）')
    });
    last.ends_with(['.', '!', '?', '؟', '…', '。', '！', '？', '۔', '।', ':', '؛', ';'])
}

/// Whether the text ends like a question.
pub(super) fn asks(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_control() || c.is_whitespace() || is_ignorable(c)).ends_with(['?', '؟', '？'])
}

/// Whether the text was cut short.
pub(super) fn breaks_off(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches([']', ')', ' ']);
    text.ends_with('…') || text.ends_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_sentence_ends_of_any_script() {
        assert_eq!(count_words("  three plain words "), 3);
        assert_eq!(count_words("قال الوزير إن"), 3);
        assert_eq!(count_words("新华社北京电"), 3);
        assert_eq!(count_words("&#1602;&#1575; &#1604;"), 2);
        assert_eq!(count_words(" · | — "), 0);
        // However the text falls into eights.
        let text = "A1 && -- b,c.\td\u{b}(e)\n—f g— قال x_y ... z&amp; 新华 [[ ]]h";
        for (start, _) in text.char_indices() {
            let runs = text[start..].split(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
            let expected = runs.filter(|run| run.contains(|c: char| c.is_alphanumeric() || c == '&')).count();
            assert_eq!(count_words(&text[start..]) as usize, expected, "{}", &text[start..]);
        }
        for text in ["Done.", "»انتهى.«", "क्या हुआ।", "完了。」", "fine&#46;", "تمّ؟ ", "Done.\0 \u{b}", "تم.\u{202c}"]
        {
            assert!(ends_sentence(text), "{text}");
        }
        assert!(!ends_sentence("Related news"));
    }
}
