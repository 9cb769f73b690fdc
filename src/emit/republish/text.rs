//! Text, written so that no character of it is markup.

use super::Republish;
use crate::octet::Octet;
use crate::rewrite::TextKind;

impl Republish {
    pub(super) fn text(&mut self, raw: &str, kind: TextKind, out: &mut Vec<u8>) {
        if self.preformatted > 0 {
            self.begin_words(out);
            escape_parts(raw, kind, out);
            self.after_space = false;
            return;
        }
        let bytes = raw.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let end = end_of_words(bytes, at);
            if end > at {
                self.begin_words(out);
                out.extend_from_slice(&bytes[at..end]);
                self.after_space = false;
                self.wrote = true;
                at = end;
                continue;
            }
            if bytes[at] == 0 {
                at += 1;
                continue;
            }
            let space = bytes[at].is_ascii_whitespace();
            if !space {
                let end = bytes[at..].iter().position(|b| is_plain(*b) || b.is_ascii_whitespace()).map_or(bytes.len(), |n| at + n);
                // A reference goes on in plain letters.
                let end = bytes[end..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |n| end + n);
                self.begin_words(out);
                escape_parts(&raw[at..end], kind, out);
                self.after_space = false;
                self.wrote = true;
                at = end;
                continue;
            }
            let end = bytes[at..].iter().position(|b| !b.is_ascii_whitespace()).map_or(bytes.len(), |n| at + n);
            if !self.after_space && self.wrote {
                out.push(if bytes[at..end].contains(&b'\n') { b'\n' } else { b' ' });
                self.after_space = true;
            }
            at = end;
        }
    }
}

/// The end of the words that begin at `at` and are written as they are, with what parts them: a space or line end each.
#[inline]
fn end_of_words(bytes: &[u8], mut at: usize) -> usize {
    let is_plain_at = |at: usize| bytes.get(at).is_some_and(|byte| is_plain(*byte));
    if !is_plain_at(at) {
        return at;
    }
    // Eight bytes at a time, and the one behind them: where words end is hard to foresee.
    while let Some(([eight @ .., behind], _)) = bytes[at..].split_first_chunk::<9>() {
        let octet = Octet(u64::from_le_bytes(*eight));
        let stops = octet.may_end_text();
        let parts = octet.equal(b' ').or(octet.equal(b'\n')).without(stops.ahead(!is_plain(*behind)));
        let length = stops.without(parts).before();
        at += length;
        if length < eight.len() {
            break;
        }
    }
    while is_plain_at(at) || (matches!(bytes.get(at), Some(b' ' | b'\n')) && is_plain_at(at + 1)) {
        at += 1;
    }
    at
}

/// Whether a byte of a text is written as it is, wherever it stands.
#[inline]
fn is_plain(byte: u8) -> bool {
    IS_PLAIN[usize::from(byte)]
}

static IS_PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = !matches!(byte as u8, 0 | b'<' | b'>' | b'&' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
        byte += 1;
    }
    table
};

/// Writes text without U+0000, which a browser leaves out (HTML Living Standard, 13.2.6.4.7) and which ends the reference that it stands in.
fn escape_parts(raw: &str, kind: TextKind, out: &mut Vec<u8>) {
    memchr::memchr_iter(0, raw.as_bytes()).chain([raw.len()]).fold(0, |from, end| {
        escape(&raw[from..end], kind, out);
        end + 1
    });
}

/// Writes text so that no character of it is markup; whole character references stay as they are.
fn escape(raw: &str, kind: TextKind, out: &mut Vec<u8>) {
    let bytes = raw.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memchr3(b'<', b'>', b'&', &bytes[from..]) {
        let at = from + found;
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match bytes[at] {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ if kind == TextKind::Literal => out.extend_from_slice(b"&amp;"),
            _ => {
                let length = reference_length(&bytes[at..]);
                let reference = &raw[at..at + length];
                from = at + length;
                if is_surely_one(reference) {
                    out.extend_from_slice(reference.as_bytes());
                    continue;
                }
                let decoded = htmlize::unescape(reference);
                if length > 1 && decoded != reference && bytes[at + length - 1] == b';' {
                    out.extend_from_slice(reference.as_bytes());
                } else {
                    // No reference, or one without its semicolon: written as what it means.
                    for character in decoded.chars() {
                        match character {
                            '&' => out.extend_from_slice(b"&amp;"),
                            '<' => out.extend_from_slice(b"&lt;"),
                            '>' => out.extend_from_slice(b"&gt;"),
                            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
                        }
                    }
                }
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Whether this is a character reference that most pages have, or the number of one, so that nothing need be looked up.
fn is_surely_one(reference: &str) -> bool {
    let Some(body) = reference.strip_suffix(';') else { return false };
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    matches!(body, "&amp" | "&nbsp" | "&lt" | "&gt" | "&quot") || body.strip_prefix("&#").is_some_and(is_number)
}

/// Length of what could be a character reference: `&`, `#`, letters and digits, `;`.
fn reference_length(bytes: &[u8]) -> usize {
    let body = bytes[1..].iter().take(REFERENCE_BYTES).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    1 + body + usize::from(bytes.get(1 + body) == Some(&b';') && body > 0)
}

/// The longest name in the standard's table has 31 letters.
const REFERENCE_BYTES: usize = 34;

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(raw: &str) -> String {
        let mut out = Vec::new();
        escape(raw, TextKind::Data, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn words_end_where_they_do_byte_by_byte() {
        let text = b"one two\nthree  four\n fi\x01ve & \xc3\xa9t\xc3\xa9 <six>\tseven \0eight nine ten eleven. twelve thirteen\r\n a";
        for from in 0..=text.len() {
            for to in from..=text.len() {
                let (text, mut end) = (&text[from..to], 0);
                while text.get(end).is_some_and(|byte| is_plain(*byte)) {
                    end += 1;
                    if matches!(text.get(end), Some(b' ' | b'\n')) && text.get(end + 1).is_some_and(|byte| is_plain(*byte)) {
                        end += 1;
                    }
                }
                assert_eq!(end_of_words(text, 0), end, "{text:?}");
            }
        }
    }

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escaped("a < b > c"), "a &lt; b &gt; c");
        assert_eq!(escaped("&amp; &#x627; & &unknown; &am"), "&amp; &#x627; &amp; &amp;unknown; &amp;am");
        assert_eq!(escaped("&#8217;&nbsp;&#0;&#99999999999999999999;&#;&#8217"), "&#8217;&nbsp;&#0;&#99999999999999999999;&amp;#;’");
        for sure in ["&amp;", "&nbsp;", "&lt;", "&gt;", "&quot;", "&#0;", "&#128;", "&#55296;", "&#99999999999999999999999999;"] {
            assert!(is_surely_one(sure) && htmlize::unescape(sure) != sure, "{sure}");
        }
        assert_eq!(escaped("&lt script&gt"), "&lt; script&gt;");
        assert_eq!(escaped("&copyright &nbsp"), "©right \u{a0}");
    }
}
