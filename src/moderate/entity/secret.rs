//! Keys, tokens and passwords: formats that name themselves (`rules/entity/secrets.toml`), JSON web tokens (RFC 7519), private keys (RFC
//! 7468), credentials in URLs (RFC 3986 section 3.2.1), and values assigned to a name such as `api_key`, by their entropy.

mod assignment;
mod entropy;
mod format;
mod private_key;
mod stand_in;

pub(super) use assignment::told;
pub(super) use format::bot_token;

use super::Scan;
use super::keyword;
use super::kind::EntityKind;
use crate::data::own_data;
use aho_corasick::AhoCorasick;
use assignment::named;
use format::{Format, prefixed};
use private_key::{PRIVATE_KEY, private_key};
use serde::Deserialize;
use stand_in::{is_placeholder, is_stand_in};
use std::ops::Range;
use std::sync::LazyLock;

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
