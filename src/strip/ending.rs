//! The ending of a text: whether it is that of a sentence, a question, or a text that was cut short.

use crate::fold::is_ignorable;

/// How a text ends, in any script, closing quotes and brackets aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ending {
    /// As a sentence does.
    pub(super) sentence: bool,
    /// With a question mark.
    pub(super) asks: bool,
    /// With dots, as a text that was cut short.
    pub(super) breaks_off: bool,
}

/// How many bytes at the end of a text tell how it ends.
const TAIL_BYTES: usize = 48;

impl Ending {
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim_end_matches(|c: char| c.is_ascii_control() || c == ' ');
        match text.as_bytes() {
            [] => return Ending::default(),
            [.., last] if last.is_ascii_alphanumeric() => return Ending::default(),
            _ => {}
        }
        let mut tail_start = text.len().saturating_sub(TAIL_BYTES);
        while !text.is_char_boundary(tail_start) {
            tail_start += 1;
        }
        let tail = htmlize::unescape(&text[tail_start..]);
        let last = tail.trim_end_matches(|c: char| {
            c.is_whitespace() || is_ignorable(c) || matches!(c, '"' | '\'' | '»' | '«' | '”' | '“' | '’' | '‘' | ')' | ']' | '」' | '』' | '）')
        });
        Ending {
            sentence: last.ends_with(['.', '!', '?', '؟', '…', '。', '！', '？', '۔', '।', ':', '؛', ';']),
            asks: last.ends_with(['?', '؟', '？']),
            breaks_off: last.ends_with('…') || last.ends_with("..."),
        }
    }
}

/// Whether the text ends like a sentence.
pub(super) fn ends_sentence(text: &str) -> bool {
    Ending::of(text).sentence
}

/// The most characters of a mark that refers to a note, brackets and all.
const REFERENCE_CHARACTERS: usize = 5;

/// Whether a piece of a line is only a mark that refers to a note, as `1`, `[12]`, `*` or `†` behind a full stop.
pub(super) fn is_reference(text: &str) -> bool {
    let mark = text.trim();
    let is_mark = |c: char| c.is_numeric() || matches!(c, '[' | ']' | '(' | ')' | '*' | '†' | '‡' | ',' | '^' | '↑');
    !mark.is_empty() && mark.chars().take(REFERENCE_CHARACTERS + 1).count() <= REFERENCE_CHARACTERS && mark.chars().all(is_mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_ends_of_any_script() {
        for text in ["Done.", "»انتهى.«", "क्या हुआ।", "完了。」", "fine&#46;", "تمّ؟ ", "Done.\0 \u{b}", "تم.\u{202c}"]
        {
            assert!(ends_sentence(text), "{text}");
        }
        assert!(!ends_sentence("Related news"));
        for (text, asks, breaks_off) in [
            ("\u{201c}Will it ever open again?\u{201d}", true, false),
            ("the harbour was closed [&hellip;]", false, true),
            ("the harbour was closed&#8230; ", false, true),
            ("the harbour was closed (...)", false, true),
            ("The harbour was closed.", false, false),
        ] {
            assert_eq!(Ending::of(text), Ending { sentence: true, asks, breaks_off }, "{text}");
        }
        assert!(["1", " [12] ", "(3)", "*", "٣"].iter().all(|mark| is_reference(mark)));
        assert!(!["", "a", "[citation]", "2019–21"].iter().any(|mark| is_reference(mark)));
    }
}
