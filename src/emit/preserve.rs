//! `preserve`: the page's own bytes, minus what was removed.

use super::{Emitter, PageSource, Placed};
use crate::moderate::Writing;
use crate::moderate::edit::{Edit, within};
use crate::rewrite::{EventKind, TextKind};
use crate::strip::Held;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE};

/// Copies kept ranges of the source.
///
/// Taking bytes out can join what stood apart: `<` + removed + `script>` would become a tag, `&l` + removed + `t;` a character
/// reference. So the last text before a gap is held back until it is known what comes after it, and where it ends
/// in `<` or in the beginning of a reference, that one character is written as a reference itself.
#[derive(Default)]
pub(super) struct Preserve {
    started: bool,
    /// The last kept bytes were text that may still be read on.
    tail_is_text: bool,
    /// Something was removed since the last kept bytes.
    at_seam: bool,
    /// Among it was the edge of a block.
    parted_at_seam: bool,
    /// The line has text so far.
    wrote_text: bool,
    /// Where in the source the last event ends.
    end: u64,
    placed: Vec<Placed>,
}

impl Emitter for Preserve {
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            // The byte order mark belongs to no event.
            out.extend_from_slice(slice(page, 0, page.map.source(0)));
        }
        // What was put together from data stands in the source as that data.
        if held.event.range.is_empty() || page.map.is_beyond(held.event.range.start) {
            return;
        }
        self.end = page.map.source(held.event.range.end);
        if !held.is_kept() {
            self.at_seam = true;
            self.parted_at_seam |= held.event.kind.parts_lines();
            return;
        }
        if self.at_seam && self.tail_is_text {
            guard_seam(out);
        }
        if self.at_seam && page.encoding == ISO_2022_JP {
            end_escape(out);
        }
        // A line ended in what was removed: words on both sides do not become one.
        let is_text = matches!(held.event.kind, EventKind::Text(TextKind::Data));
        if is_text && self.parted_at_seam && self.wrote_text && !page.window.text(held.event.range.clone()).starts_with(char::is_whitespace) {
            write_line_end(page.encoding, out);
        }
        self.parted_at_seam &= !is_text && !held.event.kind.parts_lines();
        self.wrote_text = is_text || (self.wrote_text && !held.event.kind.parts_lines());
        self.at_seam = false;
        self.tail_is_text = matches!(held.event.kind, EventKind::Text(TextKind::Data | TextKind::Rcdata));
        let mut at = page.map.source(held.event.range.start);
        for edit in within(page.edits, &held.event.range) {
            let start = page.map.source(edit.range.start).max(at);
            out.extend_from_slice(slice(page, at, start));
            if self.tail_is_text {
                guard_seam(out);
            }
            let from = out.len();
            let end = page.map.source(edit.range.end).max(start);
            if page.encoding == ISO_2022_JP {
                let begun = page.map.source(held.event.range.start);
                encode_among_escapes(edit, slice(page, begun, start), slice(page, begun, end), out);
            } else {
                encode(edit, page.encoding, out);
            }
            if !edit.range.is_empty() && out.len() > from {
                self.placed.push((edit.finding, from..out.len()));
            }
            at = end;
        }
        out.extend_from_slice(slice(page, at, page.map.source(held.event.range.end)));
    }

    fn placed(&mut self) -> &mut Vec<Placed> {
        &mut self.placed
    }

    fn finish(&mut self, page: &PageSource<'_>, out: &mut Vec<u8>) {
        if self.at_seam && self.tail_is_text {
            guard_seam(out);
        }
        if self.started {
            // Escape sequences that no character follows belong to no event either.
            out.extend_from_slice(slice(page, self.end, u64::MAX));
        } else {
            out.extend_from_slice(page.raw);
        }
    }
}

fn slice<'a>(page: &PageSource<'a>, start: u64, end: u64) -> &'a [u8] {
    let from = start.saturating_sub(page.raw_start) as usize;
    let to = (end.saturating_sub(page.raw_start) as usize).min(page.raw.len());
    page.raw.get(from..to).unwrap_or_default()
}

fn write_line_end(encoding: &'static Encoding, out: &mut Vec<u8>) {
    let ends: &[u8] = match encoding {
        _ if encoding == UTF_16LE => b"\n\0",
        _ if encoding == UTF_16BE => b"\0\n",
        _ => b"\n",
    };
    if !out.ends_with(ends) {
        out.extend_from_slice(ends);
    }
}

/// Writes an edit in the page's encoding. A character that it lacks is written as its place allows: as a reference, an escape, or `*`.
fn encode(edit: &Edit, encoding: &'static Encoding, out: &mut Vec<u8>) {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let bytes = |unit: u16| if encoding == UTF_16LE { unit.to_le_bytes() } else { unit.to_be_bytes() };
        return out.extend(edit.text.encode_utf16().flat_map(bytes));
    }
    let (bytes, _, has_lacking) = encoding.encode(&edit.text);
    if !has_lacking || edit.writing == Writing::Reference {
        return out.extend_from_slice(&bytes);
    }
    for character in edit.text.chars() {
        let mut letter = [0; 4];
        let (bytes, _, is_lacking) = encoding.encode(character.encode_utf8(&mut letter));
        match edit.writing {
            _ if !is_lacking => out.extend_from_slice(&bytes),
            Writing::Json => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.extend_from_slice(format!("\\u{unit:04x}").as_bytes())),
            _ => out.push(b'*'),
        }
    }
}

/// Ends what an escape sequence of ISO-2022-JP began whose end was removed with what stood behind it.
fn end_escape(out: &mut Vec<u8>) {
    if open_escape(out).is_some() {
        out.extend_from_slice(ASCII_ESCAPE);
    }
}

/// The escape sequence that is in force behind some bytes, unless that is ASCII.
fn open_escape(bytes: &[u8]) -> Option<[u8; 3]> {
    let at = memchr::memrchr(0x1b, bytes)?;
    bytes.get(at..at + 3).filter(|escape| *escape != ASCII_ESCAPE)?.try_into().ok()
}

/// Begins ASCII in ISO-2022-JP.
const ASCII_ESCAPE: &[u8] = b"\x1b(B";

/// In ISO-2022-JP bytes mean what the last escape sequence says (WHATWG Encoding, 12.2): an edit begins and ends in ASCII, and what
/// stands behind it is read as before. `before` and `through` are the text's bytes up to the edit and to its end.
fn encode_among_escapes(edit: &Edit, before: &[u8], through: &[u8], out: &mut Vec<u8>) {
    if open_escape(before).is_some() {
        out.extend_from_slice(ASCII_ESCAPE);
    }
    encode(edit, ISO_2022_JP, out);
    if let Some(escape) = open_escape(through) {
        out.extend_from_slice(&escape);
    }
}

/// Longest beginning of a character reference that is looked for, in bytes: names have up to 32 letters.
const REFERENCE_BYTES: usize = 40;

/// Writes a `<` or `&` that the text ends in as a reference. Looks at bytes, which is right in every encoding whose ASCII
/// bytes mean ASCII; in UTF-16 the text cannot end in these single bytes by accident of a letter's half, because the other half
/// of an ASCII character is zero, which no reference holds.
fn guard_seam(out: &mut Vec<u8>) {
    let wide = out.last() == Some(&0) || (out.len() > 1 && out[out.len() - 2] == 0);
    if wide {
        return guard_wide_seam(out);
    }
    if out.last() == Some(&b'<') {
        out.pop();
        out.extend_from_slice(b"&lt;");
        return;
    }
    let from = out.len().saturating_sub(REFERENCE_BYTES);
    let is_open = |at: &usize| out[at + 1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#');
    if let Some(at) = out[from..].iter().rposition(|b| *b == b'&').map(|at| from + at).filter(is_open) {
        out.splice(at + 1..at + 1, *b"amp;");
    }
}

/// The same in UTF-16, whose order shows in where the zero byte stands.
fn guard_wide_seam(out: &mut Vec<u8>) {
    let little = out.last() == Some(&0);
    let unit = |c: u8| if little { [c, 0] } else { [0, c] };
    let write = |text: &[u8]| text.iter().flat_map(|c| unit(*c)).collect::<Vec<u8>>();
    let units: Vec<u8> = out
        .rchunks_exact(2)
        .take(REFERENCE_BYTES)
        .map_while(|pair| {
            let (letter, zero) = if little { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            (zero == 0).then_some(letter)
        })
        .collect();
    if units.first() == Some(&b'<') {
        out.truncate(out.len() - 2);
        out.extend(write(b"&lt;"));
        return;
    }
    let open = units.iter().position(|c| !c.is_ascii_alphanumeric() && *c != b'#');
    if let Some(back) = open.filter(|back| units[*back] == b'&') {
        let at = out.len() - 2 * back;
        out.splice(at..at, write(b"amp;"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seams_make_no_markup() {
        for (before, after) in [("a <", "a &lt;"), ("x &l", "x &amp;l"), ("x &#6", "x &amp;#6"), ("a & b", "a & b"), ("&lt;", "&lt;"), ("x", "x")] {
            let mut out = before.as_bytes().to_vec();
            guard_seam(&mut out);
            assert_eq!(out, after.as_bytes());
            let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            let mut out = wide(before);
            guard_seam(&mut out);
            assert_eq!(out, wide(after), "{before}");
        }
    }
}
