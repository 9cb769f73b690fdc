//! What folding makes of the characters below U+0700, looked up: Latin, Greek, Cyrillic, Hebrew and Arabic text is mostly these.

use super::{digit, is_dropped, lower};
use std::sync::LazyLock;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What becomes of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// A letter that folds to this one.
    Letter(char),
    /// A digit, in ASCII.
    Digit(char),
    /// It is not there.
    Dropped,
    /// It parts words.
    Break,
    /// It has to be looked at with its neighbours, or becomes more than one character.
    Complex,
}

const END: usize = 0x700;

static TABLE: LazyLock<[Fold; END]> = LazyLock::new(|| {
    let mut table = [Fold::Complex; END];
    for (code, fold) in table.iter_mut().enumerate() {
        if let Some(character) = char::from_u32(code as u32) {
            *fold = of(character);
        }
    }
    table
});

/// What becomes of a character; `Complex` where the table does not reach.
#[inline]
pub(super) fn fold(character: char) -> Fold {
    TABLE.get(character as usize).copied().unwrap_or(Fold::Complex)
}

fn of(character: char) -> Fold {
    let mut parts = Vec::new();
    decompose_compatible(character, |part| {
        if !is_dropped(part) {
            parts.push(part);
        }
    });
    let [part] = parts[..] else {
        return if is_dropped(character) { Fold::Dropped } else { Fold::Complex };
    };
    if is_dropped(character) {
        return Fold::Dropped;
    }
    if let Some(digit) = digit(part) {
        return Fold::Digit(digit);
    }
    // A colon is a break that is remembered.
    if is_combining_mark(part) || part == ':' {
        return Fold::Complex;
    }
    if !part.is_alphanumeric() {
        return Fold::Break;
    }
    let mut letters = lower(part);
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Fold::Letter(letter),
        _ => Fold::Complex,
    }
}
