//! What stands around a number and in it, and whether that lets it be a phone's.

use crate::moderate::entity::keyword::Class;
use crate::moderate::entity::number::{Gap, Group, Number};
use crate::moderate::entity::view::View;
use std::ops::Range;

/// Whether a window's surroundings let it be a whole number.
pub(super) fn fits(number: &Number<'_>, window: &Range<usize>, range: &Range<usize>, plus: bool) -> bool {
    let view = number.view;
    let groups = number.groups();
    let before = view.byte_before(range.start);
    // "U+2474" is a character.
    if plus && window.start == 0 && is_lone_letter(&view, number.start) {
        return false;
    }
    // A mark with spaces around it parts numbers.
    if !plus && groups[window.clone()].iter().skip(1).any(|group| group.gap == Gap::Wide) && !number.says(Class::Phone) {
        return false;
    }
    // A word right before it is let through by the caller; what joins tokens is not.
    if !plus && (matches!(before, b'#' | b'$') || before == b'_' && !is_named_by_tag(&view, range.start - 1)) {
        return false;
    }
    // "Tel.050…" and "Tel-050…" name it, "INV-050…" is another number.
    if !plus && matches!(before, b'.' | b'-') && view.byte_before(range.start - 1).is_ascii_alphanumeric() {
        let word = view.token(range.start - 2);
        let other = window.start > 0 && number.parts_before(window.start);
        if !other && !view.is_contact_word(word) {
            return false;
        }
    }
    let after = view.byte(range.end);
    // "+966501234567Call" is a number and the next word.
    let is_next_word = || {
        let word = view.bytes().get(range.end..range.end + 3);
        plus && number.width(window.clone()) >= 9
            && word.is_some_and(|word| word[0].is_ascii_uppercase() && word[1..].iter().all(u8::is_ascii_lowercase))
    };
    let is_extension = || matches!(view.bytes().get(range.end..range.end + 3), Some(b"ext" | b"EXT" | b"Ext"));
    if after.is_ascii_alphabetic() && !is_extension() && !is_next_word() {
        let name = view.token(range.start).start..range.start;
        if name.is_empty() || number.width(window.clone()) < 9 || !view.is_contact_word(name) {
            return false;
        }
    }
    // "0176-2231-4478-A" is a code.
    let is_coded = after == b'-' && view.byte(range.end + 1).is_ascii_alphabetic() && !view.byte(range.end + 2).is_ascii_alphanumeric();
    if !plus && is_coded && !number.says(Class::Phone) {
        return false;
    }
    if matches!(after, b'_' | b'@' | b'%' | b'=' | b'&') || number.is_continued(range) {
        return false;
    }
    if !plus && window.start == 0 && number.follows_account() {
        return false;
    }
    // "(4) (5) (6)" counts pages.
    let is_bracketed = |group: &&Group| view.byte_before(group.start) == b'(' && view.byte(group.end) == b')';
    let inner = &groups[window.clone()];
    if inner.iter().filter(is_bracketed).count() > 2 {
        return false;
    }
    // Spelled digit by digit it must be called a phone.
    let singles = inner.iter().filter(|group| group.len() == 1).count();
    let spelled = inner.len() >= 8 && inner.len() - singles <= 2 && inner.iter().all(|group| group.len() <= 3) && number.says(Class::Phone) && !plus;
    if spelled {
        return inner[1..].iter().all(|group| matches!(group.gap, Gap::Space | Gap::Hyphen | Gap::Dot)) && window.end == groups.len();
    }
    // "0.501234567" is a fraction; a last group of one digit is a check digit, of a book or a bank account.
    if inner.len() > 1 && inner[0].len() == 1 && inner[1].gap == Gap::Dot && !plus {
        return false;
    }
    if inner.len() > 1 && inner.last().is_some_and(|last| last.len() == 1) {
        return false;
    }
    // What is left over beside a spaced number must not be its continuation.
    if let Some(next) = groups.get(window.end)
        && next.gap == Gap::Space
        && inner.len() > 1
        && next.len() < if plus { 4 } else { 5 }
        && !view.bytes()[next.start..].starts_with(b"0")
    {
        return false;
    }
    if window.start > 0 && groups[window.start].gap == Gap::Space && !plus {
        let starts = view.byte(range.start) == b'0' || view.byte(range.start.saturating_sub(1)) == b'(';
        // "ABN 42 081 528 010" is one number.
        if starts && inner.len() > 1 && groups[window.start - 1].len() < 7 && view.byte(range.start) == b'0' && !number.says(Class::Phone) {
            return false;
        }
        if !starts {
            // The rest of a longer number, unless what stands before is a whole phone number too.
            return groups[window.start - 1].len() >= 7 && inner[0].len() >= 7;
        }
    }
    true
}

/// Whether what an underscore joins to a number is a word for phones, or one of a script that no file's or program's name is in.
fn is_named_by_tag(view: &View<'_>, underscore: usize) -> bool {
    match view.char_before(underscore) {
        Some(last) if last.is_ascii_alphabetic() => view.is_contact_word(view.token(underscore - 1)),
        last => last.is_some_and(|last| last.is_alphabetic() && !last.is_ascii()),
    }
}

/// Whether nothing but words for phones stands right before, parted by strokes: "M/050…", "tel/050…", "WhatsApp/Viber050…".
pub(super) fn is_marked(view: &View<'_>, at: usize) -> bool {
    let mut end = at - usize::from(view.byte_before(at) == b'/');
    loop {
        if !view.byte_before(end).is_ascii_alphabetic() {
            return false;
        }
        let word = view.token(end - 1).start..end;
        if !view.is_contact_word(word.clone()) {
            return false;
        }
        match view.byte_before(word.start) {
            b'/' => end = word.start - 1,
            before => return !before.is_ascii_graphic(),
        }
    }
}

/// Whether one letter stands right before, and no more, and it names no phone.
fn is_lone_letter(view: &View<'_>, at: usize) -> bool {
    view.byte_before(at).is_ascii_alphabetic() && {
        let token = view.token(at - 1);
        token.len() == 1 && !view.is_contact_word(token)
    }
}
