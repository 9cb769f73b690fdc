//! Machine-readable zones of travel documents: ICAO Doc 9303, parts 4 (TD3), 5 (TD1) and 6 (TD2), with the check digits of part 3,
//! section 4.9 (weights 7, 3, 1).

use super::Scan;
use super::kind::EntityKind;
use std::ops::Range;

/// Length of a line, lines, name.
const FORMATS: [(usize, usize, &str); 3] = [(44, 2, "TD3"), (36, 2, "TD2"), (30, 3, "TD1")];

/// Judges what stands around a filler character; gives where to go on.
pub(super) fn at_filler(scan: &mut Scan<'_, '_, '_>, filler: usize) -> usize {
    let view = scan.view;
    let is_in = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<';
    let before = view.bytes()[filler.saturating_sub(45)..filler].iter().rev().take_while(|byte| is_in(byte)).count();
    let (start, end) = (filler - before, view.run(filler, is_in));
    let first = start..end;
    if first.len() < 28 || !b"PIACV".contains(&view.byte(start)) {
        return end;
    }
    let Some((width, count, name)) = FORMATS.into_iter().find(|(width, ..)| *width == first.len()) else {
        scan.miss(first, EntityKind::Mrz, "length");
        return end;
    };
    let mut lines = [start, 0, 0];
    let mut at = end;
    for line in lines[..count].iter_mut().skip(1) {
        let next = view.run(at, |byte| matches!(byte, b' ' | b'\n' | b'\r'));
        let line_end = view.run(next, is_in);
        if next == at || next - at > 4 || line_end - next != width {
            scan.miss(first, EntityKind::Mrz, "length");
            return end;
        }
        *line = next;
        at = line_end;
    }
    let range = start..at;
    let text = |line: usize, places: Range<usize>| &view.bytes()[lines[line] + places.start..lines[line] + places.end];
    let checked = |line: usize, places: Range<usize>| {
        let check = text(line, places.end..places.end + 1)[0];
        let sum = sum(text(line, places.clone()));
        check == b'0' + (sum % 10) as u8 || (check == b'<' && text(line, places).iter().all(|byte| *byte == b'<'))
    };
    // The last check digit is of most fields together; visas have none.
    let composite = |parts: &[(usize, Range<usize>)], check: (usize, usize)| {
        let fields: Vec<u8> = parts.iter().flat_map(|(line, places)| text(*line, places.clone()).iter().copied()).collect();
        text(check.0, check.1..check.1 + 1)[0] == b'0' + (sum(&fields) % 10) as u8
    };
    let is_visa = view.byte(start) == b'V';
    let holds = match name {
        "TD1" => checked(0, 5..14) && checked(1, 0..6) && checked(1, 8..14) && composite(&[(0, 5..30), (1, 0..7), (1, 8..15), (1, 18..29)], (1, 29)),
        _ => {
            checked(1, 0..9)
                && checked(1, 13..19)
                && checked(1, 21..27)
                && (is_visa || composite(&[(1, 0..10), (1, 13..20), (1, 21..width - 1)], (1, width - 1)))
        }
    };
    let kind = EntityKind::Mrz;
    if holds {
        scan.hit(range, kind, name, 0.99)
    } else {
        scan.miss(range, kind, "checksum")
    }
    at
}

fn sum(field: &[u8]) -> u32 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum()
}
