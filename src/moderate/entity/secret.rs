//! Keys, tokens and passwords: formats that name themselves (`rules/entity/secrets.toml`), JSON web tokens (RFC 7519), private keys (RFC
//! 7468), credentials in URLs (RFC 3986 section 3.2.1), and values assigned to a name such as `api_key`, by their entropy.
//!
//! Entropy is Shannon's, in bits per character ("A Mathematical Theory of Communication", 1948, section 6).

use super::Scan;
use super::keyword;
use super::kind::EntityKind;
use super::number::Number;
use super::view::View;
use crate::data::own_data;
use aho_corasick::AhoCorasick;
use base64::Engine;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// A format that is known by how it begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    id: String,
    prefix: String,
    rest: Alphabet,
    min: usize,
    max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Alphabet {
    Upper,
    Hex,
    Alnum,
    Base64url,
    Dotted,
    Base64,
    Path,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    format: Vec<Format>,
    passwords: Vec<String>,
    /// Names that are parts of other words.
    words: Vec<String>,
    keys: Vec<String>,
    /// Words that make a name the name of something else.
    other: Vec<String>,
    placeholders: Vec<String>,
    /// Runs of the keyboard or the alphabet: stand-ins where only a name says that a secret is meant.
    sequences: Vec<String>,
    /// Verbs between the name of a secret and its value.
    telling: Vec<String>,
    /// Schemes of an Authorization header.
    schemes: Vec<String>,
    /// Values for no secret at all.
    unset: Vec<String>,
    /// Parts of values that read a variable.
    variables: Vec<String>,
    /// Passwords of URLs in manuals.
    named_after_themselves: Vec<String>,
}

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| own_data!("entity/secrets.toml"));

/// Bits per character below which a key was not made at random.
const KEY_ENTROPY: f32 = 3.0;
/// Bytes between the name of a secret and its value.
const ASSIGNED_WITHIN: usize = 40;
/// The longest private key that is followed to its end line, in bytes (RSA with 16,384 bits has about 13,000).
const LONGEST_PRIVATE_KEY: usize = 16_384;

/// Searches for what keys begin with, and for the names they are assigned to.
#[derive(Debug)]
struct Searches {
    prefixes: AhoCorasick,
    names: AhoCorasick,
}

static SEARCHES: LazyLock<Searches> = LazyLock::new(|| {
    let prefixes: Vec<&str> = SECRETS.format.iter().map(|format| format.prefix.as_str()).collect();
    let names: Vec<&str> = SECRETS.passwords.iter().chain(&SECRETS.words).chain(&SECRETS.keys).map(String::as_str).collect();
    Searches { prefixes: keyword::build(&prefixes), names: keyword::build(&names) }
});

/// What the first line of a private key begins with, before a space and its label.
const PRIVATE_KEY: &[u8] = b"-----BEGIN";

/// The characters of keys.
static IN_KEYS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=');
        byte += 1;
    }
    table
};

/// The shortest run of characters that a key is looked for in.
const SHORTEST_KEY: usize = 18;

/// Searches the run of a key's characters around a place, unless it was searched before; gives where it ends.
pub(super) fn in_run(scan: &mut Scan<'_, '_, '_>, at: usize) -> usize {
    let view = scan.view;
    let is_in = |byte: &u8| IN_KEYS[usize::from(*byte)];
    if at < scan.searched {
        return scan.searched;
    }
    let start = at - view.bytes()[scan.searched..at].iter().rev().take_while(|byte| is_in(byte)).count();
    let end = view.run(at, is_in);
    scan.searched = end;
    if view.byte(end) == b' ' && view.byte_before(end) == b'N' && view.bytes()[..end].ends_with(PRIVATE_KEY) {
        private_key(scan, end - PRIVATE_KEY.len()..end + 1);
    }
    if end - start < SHORTEST_KEY {
        return end;
    }
    for found in SEARCHES.prefixes.find_iter(&view.bytes()[start..end]) {
        prefixed(scan, found.pattern().as_usize(), start + found.start()..start + found.end());
    }
    end
}

/// Judges what stands after a sign that assigns, if what stands before it is the name of a secret.
pub(super) fn at_sign(scan: &mut Scan<'_, '_, '_>, sign: usize) {
    let view = scan.view;
    if view.byte(sign) == b':' && view.byte(sign + 1) == b'/' && view.byte(sign + 2) == b'/' {
        credentials(scan, sign..sign + 3);
        return;
    }
    // The scheme of an Authorization header parts the sign from the value.
    let after = view.text()[sign + 1..].trim_start();
    if let Some(scheme) = SECRETS.schemes.iter().find(|scheme| after.starts_with(scheme.as_str())) {
        let value = view.text().len() - after.len() + scheme.len();
        if view.byte(value).is_ascii_graphic() {
            named(scan, sign);
        }
        return;
    }
    // A value has six characters in a row.
    let value = view.short_run(sign + 1, 8, |byte| matches!(byte, b' ' | b'=' | b':' | b'>' | b'"' | b'\'' | b'`'));
    if value - sign > 6 || !(value..value + 6).all(|at| view.byte(at).is_ascii_graphic()) {
        return;
    }
    named(scan, sign);
}

/// Judges a value that is told rather than assigned: "the password is …"; `digit` is the first digit in it.
pub(super) fn told(scan: &mut Scan<'_, '_, '_>, digit: usize) {
    let view = scan.view;
    let before = view.bytes()[digit.saturating_sub(64)..digit].iter().rev().take_while(|byte| byte.is_ascii_graphic()).count();
    let word = digit - before;
    if view.byte_before(word) != b' ' || view.bytes()[word..digit].iter().any(u8::is_ascii_digit) {
        return;
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
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let has_symbol = value.bytes().any(|byte| matches!(byte, b'@' | b'#' | b'!' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?'));
    let is_mixed = has_symbol && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
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

fn named(scan: &mut Scan<'_, '_, '_>, sign: usize) {
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

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Alphabet::Alnum => byte.is_ascii_alphanumeric(),
            Alphabet::Base64url => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Alphabet::Dotted => Alphabet::Base64url.holds(byte) || byte == b'.',
            Alphabet::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Alphabet::Path => Alphabet::Base64url.holds(byte) || byte == b'/',
        }
    }
}

/// Judges what follows a known beginning.
fn prefixed(scan: &mut Scan<'_, '_, '_>, format: usize, prefix: Range<usize>) {
    let format = &SECRETS.format[format];
    let view = scan.view;
    // The search ignores case, for the names; the beginnings of keys do not.
    if view.text()[prefix.clone()] != format.prefix {
        return;
    }
    let before = view.byte_before(prefix.start);
    let mut end = view.short_run(prefix.end, format.max + 1, |byte| format.rest.holds(*byte));
    while matches!(format.rest, Alphabet::Dotted) && view.byte(end - 1) == b'.' && end > prefix.end {
        end -= 1;
    }
    let (range, length) = (prefix.start..end, end - prefix.end);
    if length < format.min / 2 {
        return; // prose
    }
    let slash = format.prefix.contains('/');
    if before.is_ascii_alphanumeric()
        || before == b'_'
        || (before == b'-' && !slash)
        || view.byte(end).is_ascii_alphanumeric()
        || view.byte(end) == b'_'
    {
        scan.miss(range, EntityKind::Secret, "boundary");
        return;
    }
    if format.id == "jwt" {
        judge_web_token(scan, range);
        return;
    }
    let value = &view.text()[prefix.end..end];
    let failed = if !(format.min..=format.max).contains(&length) {
        Some("length")
    } else if is_placeholder(value) {
        Some("placeholder")
    } else if entropy(value) < if format.rest == Alphabet::Hex { 2.5 } else { KEY_ENTROPY } {
        Some("entropy")
    } else {
        None
    };
    match failed {
        Some(failed) => scan.miss(range, EntityKind::Secret, failed),
        None => scan.hit(range, EntityKind::Secret, &format.id, 0.95),
    }
}

fn judge_web_token(scan: &mut Scan<'_, '_, '_>, range: Range<usize>) {
    let text = &scan.view.text()[range.clone()];
    let mut parts = text.split('.');
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if payload.is_empty() || text.len() > 8_192 {
        return;
    }
    let decode = |part: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).ok()
    };
    let signed = decode(header).is_some_and(|header| header.contains_key("alg"));
    if !signed || (text.split('.').count() == 3 && decode(payload).is_none()) {
        scan.miss(range, EntityKind::Secret, "format");
    } else {
        scan.hit(range, EntityKind::Secret, "jwt", 0.99);
    }
}

/// Finds a private key from its first line to its last; without a last line, to the end of what looks like it.
fn private_key(scan: &mut Scan<'_, '_, '_>, begin: Range<usize>) {
    let view = scan.view;
    let mut limit = (begin.start + LONGEST_PRIVATE_KEY).min(view.text().len());
    while !view.text().is_char_boundary(limit) {
        limit -= 1;
    }
    let text = &view.text()[begin.start..limit];
    let Some(label) = text[begin.len()..].split("-----").next().filter(|label| label.len() < 40) else { return };
    if !(label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")) {
        return;
    }
    let body = begin.len() + label.len() + 5;
    if body > text.len() {
        return;
    }
    let close = memchr::memmem::find(&text.as_bytes()[body..], b"-----END ");
    let end = match close {
        Some(close) => {
            let line = body + close + 9;
            text[line..].find("-----").map_or(line, |dashes| line + dashes + 5)
        }
        None => {
            body + text[body..]
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b' ' | b'\r'))
                .count()
        }
    };
    let inner = text[body..close.map_or(end, |close| body + close)].bytes().filter(u8::is_ascii_alphanumeric).count();
    let range = begin.start..begin.start + text[..end].trim_end().len();
    if inner < 40 || is_placeholder(&text[body..end.min(body + 120)]) {
        scan.miss(range, EntityKind::Secret, "placeholder");
    } else {
        scan.hit(range, EntityKind::Secret, "private-key", 0.99);
    }
}

/// Finds a password between a URL's scheme and host.
fn credentials(scan: &mut Scan<'_, '_, '_>, scheme: Range<usize>) {
    let view = scan.view;
    let end = view.short_run(scheme.end, 512, |byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'@' | b'"' | b'\'' | b'<' | b'?' | b'#'));
    if view.byte(end) != b'@' || !view.byte_before(scheme.start).is_ascii_alphanumeric() {
        return;
    }
    let Some(colon) = view.text()[scheme.end..end].find(':') else { return };
    let range = scheme.end + colon + 1..end;
    let value = &view.text()[range.clone()];
    if value.is_empty() {
        return;
    }
    // "guest:guest" is what a manual has.
    let is_user = view.text()[scheme.end..range.start - 1] == *value;
    if is_user || is_placeholder(value) || is_stand_in(value) || SECRETS.named_after_themselves.iter().any(|known| known == value) {
        scan.miss(range, EntityKind::Secret, "placeholder");
    } else {
        scan.hit(range, EntityKind::Secret, "url-password", 0.9);
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
    } else if !mixed || entropy(value) < if machine { KEY_ENTROPY } else { 2.2 } {
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

/// A Telegram bot's token: its id, a colon, 35 characters, of which the first two are `AA` (Telegram Bot API, "Authorizing your bot"). Whether a
/// number is written like the id of one.
pub(super) fn bot_token(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> bool {
    let view = scan.view;
    if number.groups().len() != 1 || view.byte(number.end()) != b':' || !(8..=10).contains(&number.digit_count()) {
        return false;
    }
    let end = view.short_run(number.end() + 1, 36, |byte| Alphabet::Base64url.holds(*byte));
    let range = number.start..end;
    if end - number.end() - 1 != 35 {
        return false;
    }
    if !scan.has(EntityKind::Secret) {
        return true;
    }
    if !view.text()[number.end() + 1..end].starts_with("AA") || is_placeholder(&view.text()[range.clone()]) {
        scan.miss(range, EntityKind::Secret, "format");
    } else {
        scan.hit(range, EntityKind::Secret, "telegram-bot-token", 0.95);
    }
    true
}

/// Whether a value is documentation's stand-in.
fn is_placeholder(value: &str) -> bool {
    holds_one_of(&SECRETS.placeholders, value)
}

/// Whether a value holds a run of the keyboard.
fn is_sequence(value: &str) -> bool {
    holds_one_of(&SECRETS.sequences, value)
}

fn holds_one_of(parts: &[String], value: &str) -> bool {
    let holds = |part: &str| value.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    parts.iter().any(|part| part.len() <= value.len() && holds(part))
}

/// Whether a value is a variable or a marked gap: `<KEY>`, `${KEY}`, `{{ key }}`, `%KEY%`, `process.env.KEY`.
fn is_stand_in(value: &str) -> bool {
    value.starts_with(['<', '$', '{', '%', '[', '(', '@', '&'])
        || SECRETS.variables.iter().any(|part| value.contains(part.as_str()))
        || SECRETS.unset.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Shannon entropy of a text's bytes, in bits per byte.
fn entropy(text: &str) -> f32 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total = text.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_sound() {
        assert!(SECRETS.format.iter().all(|format| format.min <= format.max && format.prefix.len() >= 2 && !format.id.is_empty()));
        assert!(SEARCHES.prefixes.patterns_len() == SECRETS.format.len());
    }

    #[test]
    fn entropy_is_shannons() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abcdabcd"), 2.0);
    }
}
