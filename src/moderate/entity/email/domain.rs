//! The domain of an address, points that are said included.

use super::point::dot_at;
use super::{SPOKEN, is_latin, is_one_of};
use crate::moderate::entity::Region;
use crate::moderate::entity::view::View;
use crate::moderate::letters::LETTERS;
use std::ops::Range;

/// The full stop of Chinese and Japanese, which is also a point of a host.
const FULL_STOP: char = '。';
/// The longest label of a host (RFC 1035, 2.3.4).
const LABEL: usize = 63;

/// Where the domain from a place on ends, and whether a point in it was spoken; `None` if it is no domain.
pub(super) fn domain(view: &View<'_>, from: usize) -> Option<(usize, bool)> {
    let (mut end, mut labels, mut spoken) = (from, 0, false);
    let mut best = None;
    loop {
        let label = label(view, end)?;
        let whole = &view.text()[label.clone()];
        // "example.comCall" is an address and the next word, "myCompany.com" a name.
        let goes_on = view.byte(label.end) == b'.' && view.byte(label.end + 1).is_ascii_lowercase();
        let text = if labels == 0 || goes_on { whole } else { &whole[..hump(whole)] };
        labels += 1;
        end = label.start + text.len();
        if text.len() < whole.len() {
            if labels >= 2 && is_top_level(text) {
                best = Some((end, spoken));
            }
            break;
        }
        if labels >= 2 && is_top_level(text) {
            best = Some((end, spoken));
        }
        // "example.com.Next" is an address and the next sentence.
        let sentence = best.is_some() && text.bytes().all(|byte| byte.is_ascii_lowercase()) && view.byte(end + 1).is_ascii_uppercase();
        let next = view.byte(end) == b'.' && !sentence && view.char_after(end + 1).is_some_and(char::is_alphanumeric);
        if next {
            end += 1;
            continue;
        }
        let Some(dot) = dot_at(view, end).filter(|_| labels < 5) else { break };
        let after = end + dot;
        let Some(next) = self::label(view, after) else { break };
        let word = &view.text()[next];
        // After a whole domain only a known short ending goes on ("example dot co dot uk"), prose does not: where points are
        // written, a full stop ends the sentence.
        let is_stop = !spoken && view.text()[end..].starts_with(FULL_STOP);
        if best.is_some() && (is_stop || !is_spoken_ending(word)) {
            break;
        }
        spoken = true;
        end = after;
    }
    let (end, spoken) = best?;
    // A point that is said must lead to an ending that is one; in brackets nobody says any other thing.
    let ending = view.text()[from..end].rsplit(['.', FULL_STOP, ' ', ']', ')', '}', '>']).next().unwrap_or_default();
    let is_bracketed = view.text()[..end - ending.len()].trim_end_matches(' ').ends_with([']', ')', '}', '>']);
    (!spoken || is_bracketed || is_spoken_ending(ending)).then_some((end, spoken))
}

/// Where a capital follows small letters, if all before are small; the length otherwise.
fn hump(label: &str) -> usize {
    let small = label.bytes().take_while(u8::is_ascii_lowercase).count();
    if small >= 2 && label.as_bytes().get(small).is_some_and(u8::is_ascii_uppercase) { small } else { label.len() }
}

pub(super) fn label(view: &View<'_>, at: usize) -> Option<Range<usize>> {
    let first = view.char_after(at).filter(|first| first.is_alphanumeric())?;
    let mut end = at;
    for character in view.text()[at..].chars().take(LABEL) {
        let mixed = if is_latin(first) { is_latin(character) || is_drawn_like_latin(view, end, character) } else { character.is_alphanumeric() };
        let fits = mixed || character == '-';
        // Marks are letters of many scripts.
        if !fits && (is_latin(first) || !unicode_normalization::char::is_combining_mark(character)) {
            break;
        }
        end += character.len_utf8();
    }
    let label = view.text()[at..end].trim_end_matches('-');
    Some(at..at + label.len())
}

/// Whether a letter of another script looks like a Latin one and stands among such: "gmаil.com" with a Cyrillic а.
fn is_drawn_like_latin(view: &View<'_>, at: usize, character: char) -> bool {
    let looks = |character: char| !character.is_ascii() && LETTERS.latin(character).is_some();
    let after = || view.text()[at..].chars().take(LABEL).find(|next| !looks(*next)).unwrap_or(' ');
    looks(character) && (is_latin(after()) || matches!(after(), '.' | '-'))
}

fn is_top_level(label: &str) -> bool {
    let letters = label.chars().all(char::is_alphabetic) && label.chars().nth(1).is_some();
    (letters || label.starts_with("xn--")) && !is_one_of(&SPOKEN.files, label)
}

pub(super) fn is_spoken_ending(label: &str) -> bool {
    is_one_of(&SPOKEN.endings, label) || (label.len() == 2 && label.to_ascii_uppercase().parse::<Region>().is_ok())
}
