//! A word that is found without tokens, and what may stand beside its ends.

/// A word that is found without tokens.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) text: String,
    pub(super) leaf: u32,
    pub(super) start: Edge,
    pub(super) end: Edge,
}

/// What may stand beside an end of a word that is found without tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Anything,
    /// No letter that goes on with the word.
    Boundary,
    /// A `*`: the rest of the word is part of it.
    Open,
}

/// Letters that `*` stands for at most; what is longer is no word.
pub(super) const LONGEST_REST: usize = 64;

/// A word without its `*`, and at which ends one stood.
pub(super) fn wildcards(written: &str) -> (&str, bool, bool) {
    let (text, start) = written.strip_prefix('*').map_or((written, false), |rest| (rest, true));
    let (text, end) = text.strip_suffix('*').map_or((text, false), |rest| (rest, true));
    if text.chars().any(char::is_alphanumeric) { (text, start, end) } else { (written, false, false) }
}

pub(super) fn is_spaceless(character: char) -> bool {
    crate::fold::is_ideograph(character) || matches!(character, '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17D3}')
}

/// Whether no word goes on over this place.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back().filter(|c| is_word(*c) && !is_spaceless(*c));
    let after = text[at..].chars().next().filter(|c| is_word(*c) && !is_spaceless(*c));
    before.is_none() || after.is_none()
}

pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character)
}
