//! What is written in place of what was found.

use super::rule::Action;
use super::surface::Writing;
use super::token::{Key, hashed};
use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A range of the decoded page and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the decoded page; empty for an insertion.
    pub range: Range<u64>,
    /// As it is written there, escaped.
    pub text: String,
    /// How it was escaped.
    pub writing: Writing,
    /// Number of the finding that it is for, in the order they were found.
    pub finding: u64,
}

/// The text of a range with the edits in it. `edits` are in order and do not overlap.
pub fn edited<'a>(text: &'a str, range: Range<u64>, edits: &[Edit]) -> Cow<'a, str> {
    let edits = within(edits, &range);
    if edits.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = range.start;
    let slice = |from: u64, to: u64| text.get((from - range.start) as usize..(to.max(from) - range.start) as usize).unwrap_or_default();
    for edit in edits {
        out.push_str(slice(at, edit.range.start.max(at)));
        out.push_str(&edit.text);
        at = edit.range.end.clamp(at, range.end);
    }
    out.push_str(slice(at, range.end));
    out.into()
}

/// Takes out of edits what the ones before them cover. They are in order, the longer first.
pub(super) fn keep_apart(edits: &mut Vec<Edit>) {
    let mut end = 0;
    edits.retain_mut(|edit| {
        if edit.range.is_empty() {
            return true;
        }
        edit.range.start = edit.range.start.max(end);
        end = end.max(edit.range.end);
        !edit.range.is_empty()
    });
}

/// The edits that lie in a range.
pub fn within<'e>(edits: &'e [Edit], range: &Range<u64>) -> &'e [Edit] {
    let first = edits.partition_point(|edit| edit.range.start < range.start);
    let count = edits[first..].partition_point(|edit| edit.range.end <= range.end && edit.range.start < range.end.max(range.start + 1));
    &edits[first..first + count]
}

/// What stands in place of a value: for each of its pieces the text, unescaped. The first takes what stands for the whole.
pub(crate) fn replacement(action: &Action, pieces: &[&str], folded: &str, domain: &str, key: Option<&Key>) -> Vec<String> {
    let whole = |text: String| {
        let mut list = vec![String::new(); pieces.len()];
        if let Some(first) = list.first_mut() {
            *first = text;
        }
        list
    };
    match action {
        Action::Mask(mask) if mask.chars().count() == 1 => pieces.iter().map(|piece| covered(piece, mask, |_| true, &mut 0)).collect(),
        Action::Mask(mask) => whole(mask.clone()),
        Action::Partial { first, last, mask } => {
            let is_counted = |c: &char| c.is_alphanumeric() && !is_combining_mark(*c);
            let count: usize = pieces.iter().map(|piece| piece.chars().filter(is_counted).count()).sum();
            // Of a short value nothing is left to see.
            let is_short = first + last >= count;
            let mut seen = 0;
            pieces.iter().map(|piece| covered(piece, mask, |at| is_short || (at >= *first && at + last < count), &mut seen)).collect()
        }
        Action::Replace(text) => whole(text.clone()),
        Action::Hash => whole(hashed(key, domain, folded)),
        Action::Pseudonym => whole(key.map(|key| key.pseudonym(domain, folded)).unwrap_or_default()),
        _ => Vec::new(),
    }
}

/// A piece with its characters covered; letters and digits only where `covers` says so of their number.
fn covered(piece: &str, mask: &str, covers: impl Fn(usize) -> bool, seen: &mut usize) -> String {
    let mut out = String::new();
    for character in piece.chars() {
        if is_combining_mark(character) {
            // It goes with the letter that it stands on.
        } else if character.is_whitespace() {
            out.push(character);
        } else if character.is_alphanumeric() {
            if covers(*seen) {
                out.push_str(mask)
            } else {
                out.push(character)
            }
            *seen += 1;
        } else {
            out.push_str(mask);
        }
    }
    out
}

/// A text as it must be written to mean itself.
pub(crate) fn escaped(text: &str, writing: Writing) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match (writing, character) {
            (Writing::Reference, '&') => out.push_str("&amp;"),
            (Writing::Reference, '<') => out.push_str("&lt;"),
            (Writing::Reference, '>') => out.push_str("&gt;"),
            (Writing::Reference, '"') => out.push_str("&quot;"),
            (Writing::Reference, '\'') => out.push_str("&#39;"),
            (Writing::Reference, '`') => out.push_str("&#96;"),
            (Writing::Json, '"') => out.push_str("\\\""),
            (Writing::Json, '\\') => out.push_str("\\\\"),
            // No end tag may come about, and no comment.
            (Writing::Json, '<' | '>' | '&') => out.push_str(&format!("\\u{:04x}", character as u32)),
            (Writing::Json, c) if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            (Writing::Comment, '-' | '>' | '<') => out.push('_'),
            (_, other) => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_their_range() {
        let edit = |range: Range<u64>, text: &str| Edit { range, text: text.into(), writing: Writing::Reference, finding: 0 };
        let edits = [edit(2..4, "X"), edit(11..12, "Y"), edit(13..13, "\""), edit(14..16, "")];
        assert_eq!(edited("0123456789", 0..10, &edits), "01X456789");
        assert_eq!(edited("abcdef", 10..16, &edits), "aYc\"d");
        assert!(matches!(edited("ab", 4..6, &edits), Cow::Borrowed("ab")));
    }

    #[test]
    fn edits_are_kept_apart() {
        let edit = |range: Range<u64>| Edit { range, text: "x".into(), writing: Writing::Reference, finding: 0 };
        let mut edits = vec![edit(2..2), edit(2..6), edit(2..4), edit(5..8), edit(9..10)];
        keep_apart(&mut edits);
        assert_eq!(edits.into_iter().map(|edit| edit.range).collect::<Vec<_>>(), [2..2, 2..6, 6..8, 9..10]);
    }

    #[test]
    fn values_are_covered() {
        let partial = Action::Partial { first: 0, last: 4, mask: "█".into() };
        assert_eq!(replacement(&partial, &["+966 50", " 123-4567"], "", "phone", None), ["████ ██", " ████4567"]);
        assert_eq!(replacement(&partial, &["123"], "", "x", None), ["███"]);
        assert_eq!(replacement(&Action::Mask("*".into()), &["كا", "زِينو"], "", "x", None), ["**", "****"]);
        assert_eq!(replacement(&Action::Replace("[رقم]".into()), &["a", "b"], "", "x", None), ["[رقم]", ""]);
        assert_eq!(escaped("</script>\"", Writing::Json), "\\u003c/script\\u003e\\\"");
    }
}
