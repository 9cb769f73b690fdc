//! A point that is said, between spaces or in brackets.

use super::SPOKEN;
use crate::moderate::entity::view::View;

/// Length of a spoken point at a place.
pub(super) fn dot_at(view: &View<'_>, at: usize) -> Option<usize> {
    let rest = &view.bytes()[at..];
    let loose = SPOKEN.loose_points.iter().find(|dot| begins(rest, dot)).map(|dot| dot.len());
    loose.or_else(|| {
        let space = usize::from(rest.first() == Some(&b' '));
        let end = bracketed(view, at + space, &SPOKEN.points)?;
        Some(end + usize::from(view.byte(end) == b' ') - at)
    })
}

/// Where a spoken point begins that ends at a place.
pub(super) fn point_before(view: &View<'_>, at: usize) -> Option<usize> {
    let text = &view.text()[..at];
    let loose = SPOKEN.loose_points.iter().find(|point| point.contains(char::is_alphabetic) && text.ends_with(point.as_str()));
    loose.map(|point| at - point.len()).or_else(|| {
        let closed = text.trim_end_matches(' ').strip_suffix([']', ')', '}', '>'])?;
        let open = closed.trim_end_matches(|character: char| character.is_alphanumeric() || matches!(character, ' ' | '.')).len().checked_sub(1)?;
        bracketed(view, open, &SPOKEN.points)?;
        Some(text[..open].trim_end_matches(' ').len())
    })
}

/// Where a bracket that opens at a place and holds nothing but one of these words closes.
pub(super) fn bracketed(view: &View<'_>, at: usize, words: &[String]) -> Option<usize> {
    let close = match view.byte(at) {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        _ => return None,
    };
    let from = view.short_run(at + 1, 2, |byte| *byte == b' ');
    let rest = &view.bytes()[from..];
    words.iter().filter(|word| begins(rest, word)).find_map(|word| {
        let end = view.short_run(from + word.len(), 2, |byte| *byte == b' ');
        (view.byte(end) == close).then_some(end + 1)
    })
}

pub(super) fn begins(bytes: &[u8], word: &str) -> bool {
    bytes.len() >= word.len() && bytes[..word.len()].eq_ignore_ascii_case(word.as_bytes())
}
