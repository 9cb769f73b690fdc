//! IP addresses: dotted quads (RFC 6943 section 3.1.1, strict) and IPv6 text (RFC 4291 section 2.2, RFC 5952), parsed by the standard
//! library. A version number has the same form as an old address: what it is called decides.

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use super::number::{Gap, Number};
use crate::data::own_data;
use serde::Deserialize;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

/// The longest text of an IPv6 address, with a quad at its end.
const LONGEST: usize = 45;

/// How points are written (`rules/entity/ip.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    points: Vec<String>,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| own_data!("entity/ip.toml"));

/// Looks for a quad whose points are written in another way; gives where it ends.
pub(super) fn other_points(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> Option<usize> {
    let view = scan.view;
    let first = number.groups().first()?;
    if !scan.has(EntityKind::Ip) || first.len() > 3 || number.groups().get(1).is_some_and(|group| group.start == first.end + 1) {
        return None;
    }
    let point = WRITTEN.points.iter().map(String::as_str).find(|point| view.text()[first.end..].starts_with(point))?;
    let (mut octets, mut end) = ([0; 4], first.start);
    for (place, octet) in octets.iter_mut().enumerate() {
        if place > 0 {
            end += view.text()[end..].strip_prefix(point).map(|_| point.len())?;
        }
        let digits = view.digits(end);
        *octet = view.text()[digits.clone()].parse::<u8>().ok().filter(|_| digits.len() == 1 || view.byte(digits.start) != b'0')?;
        end = digits.end;
    }
    if view.text()[end..].strip_prefix(point).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let range = first.start..end;
    let longer = view.is_glued(&range);
    judge(scan, range, Ipv4Addr::from(octets), number.context(), longer)
}

/// Looks for a dotted quad; gives where it ends.
pub(super) fn version_four(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) -> Option<usize> {
    let groups = number.groups();
    if !scan.has(EntityKind::Ip) || groups.len() < 4 || number.gap_within(0..4) != Some(Gap::Dot) {
        return None;
    }
    let view = scan.view;
    let range = number.range(0..4);
    let Ok(address) = view.text()[range.clone()].parse::<Ipv4Addr>() else {
        scan.miss(range, EntityKind::Ip, "format");
        return None;
    };
    let before = view.byte_before(range.start);
    let longer = groups.get(4).is_some_and(|group| group.gap == Gap::Dot || group.gap == Gap::Hyphen);
    let after = view.byte(range.end);
    let glued = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-' | b'.') || after.is_ascii_alphabetic() || matches!(after, b'_' | b'-');
    // "Chrome/120.0.0.0" is a product's version, "//10.0.0.1" a host.
    let product = before == b'/' && view.byte_before(range.start - 1) != b'/';
    if longer || glued || product {
        scan.miss(range, EntityKind::Ip, "boundary");
        return None;
    }
    judge(scan, range, address, number.context(), false)
}

/// Judges a quad by what it is called.
fn judge(scan: &mut Scan<'_, '_, '_>, range: Range<usize>, address: Ipv4Addr, context: &Context, is_glued: bool) -> Option<usize> {
    if is_glued {
        scan.miss(range, EntityKind::Ip, "boundary");
        return None;
    }
    let octets = address.octets();
    // Words that number releases and chapters, or nothing but small numbers.
    let small = octets.iter().all(|octet| *octet < 10) && !matches!(octets, [1, 1, 1, 1] | [8, 8, 8, 8] | [9, 9, 9, 9] | [8, 8, 4, 4]);
    let local = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_broadcast() || address.is_documentation();
    let known = matches!(octets, [1, 1, 1, 1] | [1, 0, 0, 1] | [8, 8, 8, 8] | [8, 8, 4, 4] | [9, 9, 9, 9] | [4, 4, 4, 4]);
    // Releases count up from small numbers, addresses do not.
    let large = octets.iter().filter(|octet| **octet >= 100).count();
    let release = !known && (large == 0 && !address.is_loopback() || octets[0] < 10 && large < 2);
    if octets[0] == 0 || context.denies(Class::Ip) || ((small || release) && !context.says(Class::Ip)) {
        scan.miss(range, EntityKind::Ip, "context");
        return None;
    }
    let end = range.end;
    scan.hit(
        range,
        EntityKind::Ip,
        "v4",
        if context.says(Class::Ip) {
            0.95
        } else if local {
            0.7
        } else {
            0.85
        },
    );
    Some(end)
}

/// Looks for an IPv6 address around a colon; gives where to go on.
pub(super) fn at_colon(scan: &mut Scan<'_, '_, '_>, colon: usize) -> usize {
    // One colon alone is punctuation: an address has two right here or hexadecimal on both sides.
    let view = scan.view;
    let (before, after) = (view.byte_before(colon), view.byte(colon + 1));
    if after == b':' || (before.is_ascii_hexdigit() && after.is_ascii_hexdigit()) {
        return hexadecimal(scan, colon);
    }
    colon + 1
}

/// Looks for an IPv6 address whose text holds a place; gives where it ends, or the next place.
pub(super) fn hexadecimal(scan: &mut Scan<'_, '_, '_>, at: usize) -> usize {
    let view = scan.view;
    let is_in = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let before = view.bytes()[at.saturating_sub(LONGEST)..at].iter().rev().take_while(|byte| is_in(byte)).count();
    let (start, mut end) = (at - before, view.short_run(at, LONGEST + 1, is_in));
    if memchr::memchr(b':', &view.bytes()[start..end]).is_none() {
        return at + 1;
    }
    // The last 32 bits may be written as a quad.
    if view.byte(end) == b'.' && view.text()[start..end].contains("::") {
        end = view.short_run(end, 16, |byte| byte.is_ascii_digit() || *byte == b'.');
    }
    let text = view.text()[start..end].trim_end_matches('.');
    let text = if text.ends_with("::") { text } else { text.trim_end_matches(':') };
    let range = start..start + text.len();
    if text.len() > LONGEST || text.bytes().filter(|byte| *byte == b':').count() < 2 {
        return at + 1;
    }
    let Ok(address) = text.parse::<Ipv6Addr>() else { return at + 1 };
    if view.is_glued(&range) {
        scan.miss(range, EntityKind::Ip, "boundary");
        return at + 1;
    }
    // "::" and "a::b" are punctuation and program text more often than addresses.
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    if address.is_unspecified() || (groups < 3 && !address.is_loopback() && !text.bytes().any(|byte| byte.is_ascii_digit())) || groups < 1 {
        scan.miss(range, EntityKind::Ip, "format");
        return at + 1;
    }
    // "10:30::45" and "1:2::3" are times and verses.
    let clock = text.split(':').all(|group| group.len() <= 2 && group.bytes().all(|byte| byte.is_ascii_digit()));
    if clock && !address.is_loopback() && !Context::of(view, &range).says(Class::Ip) {
        scan.miss(range, EntityKind::Ip, "context");
        return at + 1;
    }
    let end = range.end;
    scan.hit(range, EntityKind::Ip, "v6", if groups < 3 { 0.7 } else { 0.95 });
    end.max(at + 1)
}
