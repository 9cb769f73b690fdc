//! Hardware addresses: EUI-48 as IEEE 802-2014 section 8.1 writes it (six pairs, hyphens), with colons, and in three groups of four
//! with points, as routers print it.

use super::Scan;
use super::kind::EntityKind;
use std::ops::Range;

/// What an address without marks must be called, right before it.
const NAMES: [&str; 5] = ["mac", "mac address", "bssid", "hwaddr", "ماك"];

/// Looks for an address of twelve digits in one run; gives where it ends.
fn bare(scan: &mut Scan<'_, '_, '_>, token: Range<usize>) -> Option<usize> {
    let view = scan.view;
    let text = &view.text()[token.clone()];
    let before = view.text()[view.line_start(token.start, 24)..token.start].trim_end_matches([' ', ':', '=']);
    let is_named = NAMES.iter().any(|name| {
        let start = before.len().checked_sub(name.len()).filter(|start| before.is_char_boundary(*start));
        start.is_some_and(|start| before[start..].eq_ignore_ascii_case(name) && !before[..start].ends_with(|c: char| c.is_alphanumeric()))
    });
    if !is_named || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let end = token.end;
    scan.hit(token, EntityKind::Mac, "eui-48", 0.8);
    Some(end)
}

/// Looks for an address whose text holds a digit of this token; gives where it ends, or the digit's place.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, digit: usize, token: &Range<usize>) -> usize {
    if !scan.has(EntityKind::Mac) {
        return digit;
    }
    let view = scan.view;
    let (width, count) = match token.len() {
        2 => (2, 6),
        4 => (4, 3),
        12 => return bare(scan, token.clone()).unwrap_or(digit),
        _ => return digit,
    };
    let hexadecimal = |at: usize| (at..at + width).all(|at| view.byte(at).is_ascii_hexdigit());
    if !hexadecimal(token.start) {
        return digit;
    }
    let mut start = token.start;
    // The first pairs may be letters only, and the last be followed by a full stop.
    let mark = if width == 4 {
        b'.'
    } else {
        [view.byte(token.end), view.byte_before(token.start)].into_iter().find(|byte| matches!(byte, b':' | b'-')).unwrap_or(0)
    };
    if mark == 0 {
        return digit;
    }
    let step = width + 1;
    while start >= step && view.byte(start - 1) == mark && hexadecimal(start - step) && (token.start - start) / step < count {
        start -= step;
    }
    let mut end = start + width;
    let mut groups = 1;
    while groups <= count && view.byte(end) == mark && hexadecimal(end + 1) {
        end += step;
        groups += 1;
    }
    let range = start..end;
    if groups + 1 == count || groups == count + 1 {
        if width == 2 && mark == b':' {
            scan.miss(range, EntityKind::Mac, "length");
        }
        return digit;
    }
    if groups != count {
        return digit;
    }
    let joined = |byte: u8| byte == mark || byte == b'_';
    if view.is_glued(&range) || joined(view.byte_before(start)) || (joined(view.byte(end)) && view.byte(end + 1).is_ascii_hexdigit()) {
        scan.miss(range, EntityKind::Mac, "boundary");
        return digit;
    }
    let text = &view.bytes()[range.clone()];
    // Six pairs of digits are a row of small numbers as well.
    let letters = text.iter().any(u8::is_ascii_alphabetic);
    if !letters && (mark == b'-' || width == 4) {
        scan.miss(range, EntityKind::Mac, "format");
        return digit;
    }
    scan.hit(range, EntityKind::Mac, "eui-48", if letters { 0.95 } else { 0.8 });
    end
}
