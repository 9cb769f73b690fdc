//! Entities that a link's target stands for.
//!
//! `tel:` (RFC 3966), `sms:` (RFC 5724), `mailto:` (RFC 6068), WhatsApp's click to chat (`wa.me/…`, `?phone=`), Telegram's `t.me/+…`, Viber.

use super::kind::EntityKind;
use super::number::Digits;
use super::phone::international;
use super::view::View;
use super::{EntityFinder, EntityMatch, EntityNearMiss, email};
use crate::data::own_data;
use crate::moderate::contact::host;
use crate::moderate::reach::Reach;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// What numbers follow (`rules/entity/dialling.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dialling {
    /// Numbers as dialled from where the reader is, or with a plus.
    local: Vec<String>,
    /// Numbers that are international without a plus.
    international: Vec<String>,
    /// Some take the number as a parameter.
    parameters: Vec<String>,
    /// Parameters that hold a text to send.
    texts: Vec<String>,
}

static DIALLING: LazyLock<Dialling> = LazyLock::new(|| own_data!("entity/dialling.toml"));

/// What follows in a link that dials as from where the reader is.
pub(crate) fn dialled_locally(href: &str) -> Option<&str> {
    let prefix = DIALLING.local.iter().find(|prefix| href.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))?;
    href.get(prefix.len()..)
}

pub(super) fn find(finder: &EntityFinder, href: &str, matches: &mut Vec<EntityMatch>, mut near: Option<&mut Vec<EntityNearMiss>>) {
    let trimmed = href.trim_start();
    let start = href.len() - trimmed.len();
    if let Some(length) = begins(trimmed, "mailto:") {
        if finder.has(EntityKind::Email) {
            mail(finder, href, start + length, matches);
        }
        texts(finder, href, matches);
        return;
    }
    let number = number(href, start);
    if finder.has(EntityKind::Phone)
        && let Some((mut at, international)) = number
    {
        for parameter in &DIALLING.parameters {
            if let Some(found) = href[at..].find(parameter.as_str()) {
                at += found + parameter.len();
                break;
            }
        }
        phone(finder, href, at, international, matches, near.as_deref_mut());
        texts(finder, href, matches);
        return;
    }
    // Any other address may hold a mail address, an IP address or a key; its numbers are its own.
    let first = matches.len();
    finder.find(href, matches, near);
    let kept =
        |kind: EntityKind| matches!(kind, EntityKind::Email | EntityKind::Ip | EntityKind::Secret | EntityKind::Crypto | EntityKind::Coordinates);
    let mut place = 0;
    matches.retain(|found| {
        place += 1;
        place <= first || kept(found.kind)
    });
    if finder.has(EntityKind::Email) && href.contains("%40") {
        encoded(finder, href, start, true, matches);
    }
    if number.is_some() {
        texts(finder, href, matches);
    }
}

/// Where the number that an address dials begins, and whether it is international without a plus.
fn number(href: &str, start: usize) -> Option<(usize, bool)> {
    let host = host(&href[start..]).map_or(start, |host| href.len() - host.len());
    let local = DIALLING.local.iter().map(|prefix| (prefix, false));
    local.chain(DIALLING.international.iter().map(|prefix| (prefix, true))).find_map(|(prefix, international)| {
        let from = if prefix.contains(':') { start } else { host };
        // "wa.me:443/966…" names the port, "wa.me./966…" the root of all domains.
        let port = || {
            let (name, path) = prefix.split_once('/')?;
            let rest = &href[from + begins(&href[from..], name)?..];
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            let rest = rest.strip_prefix(':').map_or(rest, |port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
            let rest = rest.strip_prefix(['/', '\\'])?;
            Some(href.len() - rest.len() + begins(rest, path)?)
        };
        let end = begins(&href[from..], prefix).map(|length| from + length).or_else(port);
        end.map(|end| (end, international))
    })
}

/// Length of what an address begins with, if it is this prefix but for case, for slashes that lean the other way, and for spaces, as which
/// tabs and line ends are read that browsers take out (WHATWG URL, 4.4).
fn begins(address: &str, prefix: &str) -> Option<usize> {
    let mut wanted = prefix.bytes().peekable();
    for (at, byte) in address.bytes().enumerate() {
        match wanted.peek() {
            None => return Some(at),
            Some(next) if byte.eq_ignore_ascii_case(next) || (byte == b'\\' && *next == b'/') => wanted.next(),
            Some(_) if byte == b' ' => continue,
            Some(_) => return None,
        };
    }
    wanted.peek().is_none().then_some(address.len())
}

fn mail(finder: &EntityFinder, href: &str, at: usize, matches: &mut Vec<EntityMatch>) {
    // Addresses are separated by commas; what follows `?` names more of them (`cc=`), and text.
    let first = matches.len();
    let plain = !href[at..].contains('%');
    if plain {
        finder.find(href, matches, None);
        let mut place = 0;
        matches.retain(|found| {
            place += 1;
            place <= first || found.kind == EntityKind::Email
        });
        return;
    }
    encoded(finder, href, at, false, matches);
}

/// Percent-encoded mail addresses: a part goes as a whole if it decodes to an address, or to a text with one in it. Those that are
/// written as they are may be found already.
fn encoded(finder: &EntityFinder, href: &str, at: usize, is_searched: bool, matches: &mut Vec<EntityMatch>) {
    let mut next = at;
    for part in href[at..].split(['?', '&', '=', ',', ';', '/', '#']) {
        let from = next;
        next += part.len() + 1;
        if is_searched && !part.contains('%') {
            continue;
        }
        let decoded: String = percent_decoded(part);
        let holds_address = || {
            let mut inside = Vec::new();
            finder.find(&decoded, &mut inside, None);
            inside.iter().any(|found| found.kind == EntityKind::Email)
        };
        if decoded.contains('@') && (email::is_address(&decoded) || holds_address()) {
            matches.push(EntityMatch { range: from..from + part.len(), kind: EntityKind::Email, detail: "address", score: 0.95 });
        }
    }
}

/// The texts that a link has its reader send: one goes as a whole if it is encoded and something is found in it.
fn texts(finder: &EntityFinder, href: &str, matches: &mut Vec<EntityMatch>) {
    let Some(query) = href.find('?') else { return };
    let mut known: FxHashMap<EntityKind, Vec<Range<usize>>> = FxHashMap::default();
    for found in &*matches {
        known.entry(found.kind).or_default().push(found.range.clone());
    }
    let known: FxHashMap<EntityKind, Reach> = known.into_iter().map(|(kind, ranges)| (kind, Reach::sorted(ranges))).collect();
    let mut next = query + 1;
    for part in href[next..].split('&') {
        let from = next;
        next += part.len() + 1;
        let Some((name, value)) = part.split_once('=') else { continue };
        if !DIALLING.texts.iter().any(|text| name.eq_ignore_ascii_case(text)) {
            continue;
        }
        let (at, decoded) = (from + name.len() + 1, percent_decoded(value));
        let mut inside = Vec::new();
        finder.find(&decoded, &mut inside, None);
        if inside.is_empty() && value.contains('+') {
            // Some write a plus for a space.
            finder.find(&decoded.replace('+', " "), &mut inside, None);
        }
        let is_whole = decoded != value;
        if is_whole {
            inside.sort_by_key(|found| found.kind);
            inside.dedup_by_key(|found| found.kind);
        }
        for found in inside {
            let range = if is_whole { at..at + value.len() } else { at + found.range.start..at + found.range.end };
            if !known.get(&found.kind).is_some_and(|known| known.meets(&range)) {
                matches.push(EntityMatch { range, ..found });
            }
        }
    }
}

pub(crate) fn percent_decoded(part: &str) -> String {
    // It is one value, whatever marks it has in it.
    let escaped = part.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn phone(
    finder: &EntityFinder,
    href: &str,
    at: usize,
    is_international: bool,
    matches: &mut Vec<EntityMatch>,
    near: Option<&mut Vec<EntityNearMiss>>,
) {
    let Some((range, digits, plus)) = value(href, at) else { return };
    let text = digits.as_str();
    let text = text.strip_prefix("00").unwrap_or(text);
    let region = if is_international || plus || text.len() != digits.as_str().len() {
        international(text).or_else(|| finder.phones.national_region(text))
    } else {
        finder.phones.national_region(text).or_else(|| international(text))
    };
    match region {
        Some(region) => matches.push(EntityMatch { range, kind: EntityKind::Phone, detail: region, score: 0.98 }),
        // A link that dials is a number whatever the plan says, if it is long enough for one.
        None if !is_international && (7..=15).contains(&text.len()) => {
            matches.push(EntityMatch { range, kind: EntityKind::Phone, detail: "unknown", score: 0.7 });
        }
        None => {
            if let Some(near) = near {
                let failed = if text.len() < 7 { "length" } else { "region" };
                near.push(EntityNearMiss { range, kind: EntityKind::Phone, failed });
            }
        }
    }
}

/// The digits from a place on, through marks and percent signs; where they stand; whether a plus leads.
fn value(href: &str, at: usize) -> Option<(Range<usize>, Digits, bool)> {
    let view = View::new(href);
    let bytes = href.as_bytes();
    let (mut digits, mut plus, mut start, mut end, mut here) = (Digits::empty(), false, None, at, at);
    while here < bytes.len() {
        let byte = bytes[here];
        let encoded = (byte == b'%').then(|| view.text().get(here + 1..here + 3)).flatten();
        let (character, width) = match encoded.map(|hex| u8::from_str_radix(hex, 16)) {
            Some(Ok(byte)) => (byte, 3),
            Some(Err(_)) => break,
            None => (byte, 1),
        };
        match character {
            b'0'..=b'9' => {
                digits.push(character);
                start = start.or(Some(here));
                end = here + width;
            }
            b'+' if start.is_none() => {
                plus = true;
                start = Some(here);
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' => {}
            _ => break,
        }
        here += width;
    }
    let start = start?;
    (!digits.as_str().is_empty()).then_some((start..end, digits, plus))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderate::entity::Region;

    #[test]
    fn links_that_stand_for_a_value() {
        let regions: Vec<Region> = ["SA", "EG"].iter().map(|code| code.parse().unwrap()).collect();
        let finder = EntityFinder::new(&[(EntityKind::Phone, regions), (EntityKind::Email, Vec::new())]);
        let cases: &[(&str, &[&str])] = &[
            ("tel:+966501234567", &["+966501234567"]),
            ("TEL:0501234567", &["0501234567"]),
            ("tel:+966%2050%20123%204567", &["+966%2050%20123%204567"]),
            ("tel:+966-50-123-4567;ext=12", &["+966-50-123-4567"]),
            ("https://wa.me/966501234567?text=0501234567", &["966501234567", "0501234567"]),
            ("https://wa.me/?text=write%20a%40b.example", &["write%20a%40b.example"]),
            ("mailto:?subject=Hi&body=Call%20%2B966501234567", &["Call%20%2B966501234567"]),
            ("sms:?body=Call+me+0501234567", &["0501234567"]),
            ("mailto:?body=q=1%20%2B966501234567", &["q=1%20%2B966501234567"]),
            ("sms:?body=a=b%20and%20c%40d.example", &["a=b%20and%20c%40d.example"]),
            ("https://news.example/u?m=info%40example.com&n=1", &["info%40example.com"]),
            ("https://news.example/info@example.com#x", &["info@example.com"]),
            ("https://user@news.example/", &[]),
            ("https://api.whatsapp.com/send?phone=966501234567&text=hi", &["966501234567"]),
            ("whatsapp://send?phone=+966501234567", &["+966501234567"]),
            ("sms:+201001234567?body=hi", &["+201001234567"]),
            ("https://t.me/+966501234567", &["966501234567"]),
            ("viber://chat?number=%2B966501234567", &["%2B966501234567"]),
            ("mailto:info@example.com?cc=b@example.org", &["info@example.com", "b@example.org"]),
            ("mailto:info%40example.com", &["info%40example.com"]),
            ("mailto:a@b.example?bcc=info%40example.com&body=write%20c@d.example", &["a@b.example", "info%40example.com", "write%20c@d.example"]),
            ("te l:+966501234567", &["+966501234567"]),
            ("https://WA.ME./966501234567", &["966501234567"]),
            ("https://WA.ME:443/966501234567", &["966501234567"]),
            ("https://example.com/article/0501234567", &[]),
            ("https://t.me/+AbCdEfGh123", &[]),
            ("https://wa.me/message/ABC123", &[]),
            ("tel:911", &[]),
            ("/2024/05/0501234567.html", &[]),
            ("", &[]),
        ];
        for (href, expected) in cases {
            let mut matches = Vec::new();
            finder.find_in_link(href, &mut matches, Some(&mut Vec::new()));
            let found: Vec<&str> = matches.iter().map(|found| &href[found.range.clone()]).collect();
            assert_eq!(found, *expected, "{href}");
        }
    }
}
