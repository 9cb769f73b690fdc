//! E-mail addresses: a dot-string and a domain as in RFC 5321 section 4.1.2, internationalised as in RFC 6531; quoted local parts and
//! address literals are not looked for. Spoken forms: "name at example dot com", "name [at] example.com", "اسم آت …".

mod domain;
mod point;
mod spoken;

pub(super) use spoken::{at_bracket, at_point, spoken_points};

use super::Scan;
use super::kind::EntityKind;
use super::view::View;
use crate::data::own_data;
use domain::{domain, is_spoken_ending, label};
use serde::Deserialize;
use spoken::spoken;
use std::sync::LazyLock;

/// Octets of a local part, RFC 5321 section 4.5.3.1.1.
const LOCAL: usize = 64;

/// How addresses are said (`rules/entity/email.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    /// A point between spaces.
    loose_points: Vec<String>,
    /// The same in brackets, with or without spaces within and around.
    points: Vec<String>,
    /// `@` between spaces.
    loose_signs: Vec<String>,
    /// The same after a Latin name only: words of other scripts that stand in any sentence.
    weak_signs: Vec<String>,
    /// Names of mailboxes.
    roles: Vec<String>,
    /// Providers whose point is left out: "jane at gmail com".
    providers: Vec<String>,
    /// The same in brackets, which may be glued to what they join.
    signs: Vec<String>,
    /// Words that follow "at" in prose and begin no domain.
    prose: Vec<String>,
    /// What a domain ends in that is said; codes of regions do as well.
    endings: Vec<String>,
    /// Ends of names of files and units that have an `@` in them (`icon@2x.png`).
    files: Vec<String>,
    /// What makes a domain that is said the address of a page ("example dot com slash news").
    paths: Vec<String>,
}

static SPOKEN: LazyLock<Spoken> = LazyLock::new(|| own_data!("entity/email.toml"));

fn is_one_of(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Judges an `@`; gives where to go on.
pub(super) fn at_sign(scan: &mut Scan<'_, '_, '_>, at: usize) -> usize {
    let view = scan.view;
    if view.byte_before(at) == b' ' && view.byte(at + 1) == b' ' {
        spoken(scan, at - 1..at + 2);
        spaced_out(scan, at);
        return at + 1;
    }
    if view.byte_before(at) == b' ' || view.byte(at + 1) == b' ' {
        half_spaced(scan, at);
        return at + 1;
    }
    let start = local_start(&view, at);
    if start == at {
        return at + 1;
    }
    let Some((end, spoken)) = domain(&view, at + 1) else {
        if let Some(end) = mistyped(&view, at + 1) {
            scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
            return end;
        }
        if scan.near.is_some() {
            let end = view.run(at + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            scan.miss(start..end, EntityKind::Email, "format");
        }
        return at + 1;
    };
    let range = start..end;
    let before = view.byte_before(start);
    let path = view.byte(end) == b':' && view.byte(end + 1).is_ascii_alphanumeric() && !view.byte(end + 1).is_ascii_digit();
    let userinfo = before == b':' && !view.bytes()[start.saturating_sub(7)..start].eq_ignore_ascii_case(b"mailto:") && view.is_in_address(start);
    let userinfo = userinfo || (before == b'/' && view.byte_before(start - 1) == b'/');
    if before == b'@' || userinfo || (path && &view.text()[start..at] == "git") || view.byte(end) == b'@' {
        scan.miss(range, EntityKind::Email, "boundary");
        return end;
    }
    let detail = if spoken { "spoken" } else { "address" };
    scan.hit(range, EntityKind::Email, detail, if spoken { 0.85 } else { 0.95 });
    end
}

/// Where a domain ends whose last point is a comma: "info@example,com".
fn mistyped(view: &View<'_>, from: usize) -> Option<usize> {
    let host = label(view, from)?;
    let ending = (view.byte(host.end) == b',').then(|| label(view, host.end + 1)).flatten()?;
    let text = &view.text()[ending.clone()];
    (text.len() > 2 && is_spoken_ending(text) && text.is_ascii()).then_some(ending.end)
}

/// Judges a sign with a space on one side: "info@ example.com", "info @example.com". Handles and prices are written so too.
fn half_spaced(scan: &mut Scan<'_, '_, '_>, at: usize) {
    let view = scan.view;
    let (end_of_local, host) = if view.byte(at + 1) == b' ' { (at, at + 2) } else { (at - 1, at + 1) };
    let start = local_start(&view, end_of_local);
    let Some((end, false)) = domain(&view, host).filter(|_| start < end_of_local) else { return };
    let (local, host) = (&view.text()[start..end_of_local], &view.text()[host..end]);
    let ending = host.rsplit('.').next().unwrap_or_default();
    let has_name = local.contains(['.', '_', '+']) || local.bytes().any(|byte| byte.is_ascii_digit()) || is_one_of(&SPOKEN.roles, local);
    let is_provider = is_one_of(&SPOKEN.providers, host.split('.').next().unwrap_or_default());
    let joined = end_of_local == at;
    if local.is_ascii() && local.bytes().any(|byte| byte.is_ascii_alphabetic()) && is_spoken_ending(ending) && (joined || has_name || is_provider) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Judges an address whose letters all stand apart: "i n f o @ e x a m p l e . c o m".
fn spaced_out(scan: &mut Scan<'_, '_, '_>, at: usize) {
    let bytes = scan.view.bytes();
    let is_part = |place: usize| bytes.get(place).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let is_alone = |place: usize| is_part(place) && !is_part(place + 1);
    let (mut start, mut end) = (at, at + 1);
    while start >= 2 && bytes[start - 1] == b' ' && is_part(start - 2) && (start < 3 || !is_part(start - 3)) && at - start < 2 * LOCAL {
        start -= 2;
    }
    while bytes.get(end) == Some(&b' ') && is_alone(end + 1) && end - at < 2 * LOCAL {
        end += 2;
    }
    if (at - start) < 4 || end - at < 10 {
        return;
    }
    let address: String = scan.view.text()[start..end].chars().filter(|c| *c != ' ').collect();
    if is_address(&address) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.8);
    }
}

/// Whether a whole text is an address.
pub(super) fn is_address(text: &str) -> bool {
    let view = View::new(text);
    let Some(at) = text.find('@') else { return false };
    at > 0 && local_start(&view, at) == 0 && domain(&view, at + 1) == Some((text.len(), false))
}

/// An address as it is written that may be said: signs and points in words and brackets as themselves, without spaces.
pub(crate) fn as_written(text: &str) -> String {
    let view = View::new(text);
    let loose = |words: &[String], at: usize| words.iter().filter(|word| point::begins(&text.as_bytes()[at..], word)).map(String::len).max();
    let (mut written, mut at) = (String::new(), 0);
    while let Some(character) = text[at..].chars().next() {
        let sign = || loose(&SPOKEN.loose_signs, at).or_else(|| loose(&SPOKEN.weak_signs, at)).map(|length| at + length);
        if let Some(end) = point::bracketed(&view, at, &SPOKEN.signs).or_else(sign) {
            written.push('@');
            at = end;
        } else if let Some(length) = point::dot_at(&view, at) {
            written.push('.');
            at += length;
        } else {
            // "info@example,com" and, of a provider, "name at gmail com".
            let is_point = character == ',' || (character.is_whitespace() && written.contains('@') && written.ends_with(char::is_alphanumeric));
            written.extend(Some(if is_point { '.' } else { character }).filter(|character| !character.is_whitespace()));
            at += character.len_utf8();
        }
    }
    written
}

/// Where the local part before a place begins; the place itself if there is none.
fn local_start(view: &View<'_>, at: usize) -> usize {
    let ascii = view.byte_before(at).is_ascii();
    let mut start = at;
    for character in view.text()[..at].chars().rev() {
        let atom = character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'' | '~' | '&');
        // A word of another script right before the address is not part of it.
        let other = (!ascii && !character.is_ascii() && character.is_alphanumeric()) || is_latin(character);
        if !(atom || other) || at - start >= LOCAL {
            break;
        }
        start -= character.len_utf8();
    }
    let local = &view.text()[start..at];
    let trimmed = local.trim_start_matches(['.', '\'', '-', '&', '~', '%']);
    let start = at - trimmed.len();
    // A point before the sign or two in a row: not an address (RFC 5321, Dot-string).
    if trimmed.ends_with('.') || !trimmed.contains(|c: char| c.is_alphanumeric()) {
        return at;
    }
    match trimmed.rfind("..") {
        Some(points) => start + points + 2,
        None => start,
    }
}

/// Letters that ASCII is written together with.
fn is_latin(character: char) -> bool {
    character.is_ascii_alphanumeric() || (('\u{c0}'..'\u{250}').contains(&character) && character.is_alphabetic())
}
