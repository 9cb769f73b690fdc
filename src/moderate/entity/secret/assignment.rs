//! What is assigned to the name of a secret, by a sign, by a verb, or by standing right behind it.

use super::entropy::{KEY_ENTROPY, PASSWORD_ENTROPY, entropy};
use super::stand_in::{is_placeholder, is_sequence, is_stand_in};
use super::{SEARCHES, SECRETS};
use crate::moderate::entity::Scan;
use crate::moderate::entity::kind::EntityKind;
use crate::moderate::entity::view::View;
use std::ops::Range;

/// Bytes between the name of a secret and its value.
const ASSIGNED_WITHIN: usize = 40;

/// Judges a value that is told rather than assigned: "the password is …"; `digit` is the first digit in it.
pub(in crate::moderate::entity) fn told(scan: &mut Scan<'_, '_, '_>, digit: usize) {
    let view = scan.view;
    let before = view.bytes()[digit.saturating_sub(64)..digit].iter().rev().take_while(|byte| byte.is_ascii_graphic()).count();
    let word = digit - before;
    let begins = view.byte_before(word);
    if !matches!(begins, b' ' | b'\n' | 0) || view.bytes()[word..digit].iter().any(u8::is_ascii_digit) {
        return;
    }
    if begins != b' ' {
        return below(scan, word);
    }
    let before = &view.bytes()[..word];
    // Verbs end in a space, and what stands before it tells nearly always.
    let last = view.byte_before(word - 1);
    let ends = |verb: &&String| last == verb.as_bytes()[verb.len() - 2] && before.ends_with(verb.as_bytes());
    match SECRETS.telling.iter().find(ends) {
        Some(verb) => named(scan, word - verb.len()),
        None => beside(scan, word),
    }
}

/// Judges a word right behind the name of a password, without a sign or a verb: it must look like nothing else.
fn beside(scan: &mut Scan<'_, '_, '_>, word: usize) {
    let view = scan.view;
    // Most are shorter.
    if !(word..word + 8).all(|at| view.byte(at).is_ascii_graphic()) {
        return;
    }
    let end = view.short_run(word, 64, u8::is_ascii_graphic);
    let value = view.text()[word..end].trim_end_matches(['.', ',', '!', '?', ')', '"', ';', ':']);
    if value.len() < 8 {
        return;
    }
    let is_mixed = is_mixed(value);
    // In quotes it is spoken of.
    if !value.as_bytes()[0].is_ascii_alphanumeric()
        || !is_mixed
        || value.contains("://")
        || value.contains('/')
        || is_placeholder(value)
        || is_stand_in(value)
    {
        return;
    }
    let start = view.line_start(word, ASSIGNED_WITHIN);
    let passwords = SEARCHES.names.find_iter(&view.bytes()[start..word]).filter(|name| name.pattern().as_usize() < SECRETS.passwords.len());
    let between = passwords.last().map(|name| &view.text()[start + name.end()..word]);
    if between.is_some_and(|between| between.split_whitespace().count() <= 3 && !between.contains(['.', '!', '?', '؟'])) {
        scan.hit(word..word + value.len(), EntityKind::Secret, "password", 0.7);
    }
}

/// Judges a value that is all of its line, if the line before or its own name calls it a password: a cell of a table, a field of a form.
fn below(scan: &mut Scan<'_, '_, '_>, word: usize) {
    let view = scan.view;
    let end = view.short_run(word, 64, u8::is_ascii_graphic);
    let value = &view.text()[word..end];
    // Most that begin a line are numbers.
    if value.len() < 8 || !matches!(view.byte(end), b'\n' | 0) || !value.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return;
    }
    let Some(name) = view.label_of(word) else { return };
    let is_assigned = name == view.label() || name.trim_end().ends_with(':');
    let last = name.trim_end_matches([' ', ':']).rsplit(' ').next().unwrap_or_default();
    // "Works with passwords of:" speaks of many.
    let goes_on = |end: usize| name[end..].starts_with(char::is_lowercase);
    let is_password =
        SEARCHES.names.find_iter(name.as_bytes()).any(|found| found.pattern().as_usize() < SECRETS.passwords.len() && !goes_on(found.end()));
    // "Forgot your password?" asks for none.
    if !is_password || name.contains(['?', '؟']) || SECRETS.other.iter().any(|other| other.eq_ignore_ascii_case(last)) {
        return;
    }
    let range = word..end;
    if is_placeholder(value) || is_sequence(value) || is_stand_in(value) {
        scan.miss(range, EntityKind::Secret, "placeholder");
    } else if value.contains('/') || value.ends_with("()") || is_call(value) {
        scan.miss(range, EntityKind::Secret, "format");
    } else if !(is_mixed(value) || (is_assigned && entropy(value) >= PASSWORD_ENTROPY)) {
        scan.miss(range, EntityKind::Secret, "entropy");
    } else {
        scan.hit(range, EntityKind::Secret, "password", 0.7);
    }
}

/// Whether a value has letters of both cases, digits and a symbol: it looks like nothing but a password.
fn is_mixed(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let has_symbol = value.bytes().any(|byte| matches!(byte, b'@' | b'#' | b'!' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?'));
    has_symbol && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

pub(super) fn named(scan: &mut Scan<'_, '_, '_>, sign: usize) {
    let view = scan.view;
    let start = view.line_start(sign, ASSIGNED_WITHIN);
    let (passwords, words) = (SECRETS.passwords.len(), SECRETS.words.len());
    let whole = |name: &aho_corasick::Match| {
        let edge = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
        !(passwords..passwords + words).contains(&name.pattern().as_usize())
            || (edge(view.char_before(start + name.start())) && edge(view.char_after(start + name.end())))
    };
    let name = SEARCHES.names.find_iter(&view.bytes()[start..sign]).filter(whole).last();
    if let Some(name) = name {
        let machine = name.pattern().as_usize() >= passwords + words;
        assigned(scan, machine, start + name.start()..start + name.end());
    }
}

/// Judges what is assigned to a name of something secret.
fn assigned(scan: &mut Scan<'_, '_, '_>, machine: bool, name: Range<usize>) {
    let view = scan.view;
    let bytes = view.bytes();
    let limit = view.line_end(name.end, ASSIGNED_WITHIN);
    let mut at = name.end;
    while at < limit && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'-')) {
        at += 1;
    }
    // "The password of the router: …": a few words may stand between, and none after a machine's name.
    if !machine && let Some(sign) = words_to_sign(view, at, limit) {
        at = sign;
    }
    // `"name": "value"`, `name = value`, `name => 'value'`, `name: value`, "name is: value".
    let mut signs = 0;
    let mut quote = 0;
    let mut spaces = 0;
    while at < limit {
        match bytes[at] {
            b'=' | b':' => signs += 1,
            b'>' if signs > 0 => {}
            b' ' => spaces += 1,
            b'"' | b'\'' | b'`' => {
                quote = bytes[at];
                if signs > 0 {
                    at += 1;
                    break;
                }
            }
            _ => break,
        }
        at += 1;
    }
    if signs == 0 {
        let told = SECRETS.telling.iter().find(|word| view.text()[name.end..].starts_with(word.as_str()));
        match told {
            Some(word) => at = name.end + word.len(),
            None => return,
        }
    }
    if signs > 2 || spaces > 4 {
        return;
    }
    // The scheme of an Authorization header is no part of the secret.
    if let Some(scheme) = SECRETS.schemes.iter().find(|scheme| view.text()[at..].starts_with(scheme.as_str())) {
        at += scheme.len();
    }
    let quoted = quote != 0 && view.byte_before(at) == quote;
    let mut end = view.short_run(at, 512, |byte| {
        if quoted {
            *byte != quote && *byte != b'\n' && byte.is_ascii_graphic()
        } else {
            byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'<')
        }
    });
    if !quoted {
        while end > at && matches!(bytes[end - 1], b'.' | b')' | b']' | b'}' | b':') {
            end -= 1;
        }
    }
    let range = at..end;
    let value = &view.text()[range.clone()];
    if value.len() < 6 || !value.is_ascii() {
        return;
    }
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let (letters, digits) = (has(u8::is_ascii_alphabetic), has(u8::is_ascii_digit));
    let symbols = value.bytes().filter(u8::is_ascii_punctuation).count();
    let mixed = letters && (digits || (!machine && symbols > 0 && has(u8::is_ascii_uppercase)));
    let failed = if is_placeholder(value) || is_sequence(value) || is_stand_in(value) {
        "placeholder"
    } else if value.len() > 400 || (machine && value.len() < 16) || value.len() < 8 && !(letters && digits && symbols > 0) {
        "length"
    } else if value.contains("://")
        || value.starts_with('/')
        || (symbols * 3 > value.len() && machine)
        || value.ends_with("()")
        || value.contains("((")
        || is_call(value)
    {
        "format"
    } else if !mixed || entropy(value) < if machine { KEY_ENTROPY } else { PASSWORD_ENTROPY } {
        "entropy"
    } else {
        scan.hit(range, EntityKind::Secret, if machine { "key" } else { "password" }, if quoted || machine { 0.85 } else { 0.75 });
        return;
    };
    scan.miss(range, EntityKind::Secret, failed);
}

/// Whether a value is a call in a program: `models.CharField(`, `get_token(x)`.
fn is_call(value: &str) -> bool {
    value.split_once('(').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
            && (name.contains(['.', '_']) || name.bytes().all(|byte| byte.is_ascii_alphabetic()))
    })
}

/// Where a sign follows at most three words of letters.
fn words_to_sign(view: View<'_>, at: usize, limit: usize) -> Option<usize> {
    let mut words = 0;
    let mut was_space = false;
    for (offset, character) in view.text()[at..limit].char_indices() {
        match character {
            ' ' => {
                words += usize::from(!was_space);
                was_space = true;
            }
            ':' | '=' if words > 0 && !was_space => {
                let last = view.text()[at..at + offset].rsplit(' ').next().unwrap_or_default();
                return (!SECRETS.other.iter().any(|other| other.eq_ignore_ascii_case(last))).then_some(at + offset);
            }
            _ if character.is_alphabetic() && words <= 3 && (words > 0 || offset > 0) => was_space = false,
            _ => return None,
        }
    }
    None
}
