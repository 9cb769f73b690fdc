//! The attributes of one start tag, read from its own source text: no copy, no decoding.

/// Iterates over the `(name, raw value)` pairs of a start tag's source, `<` to `>`.
///
/// Follows 13.2.5.32–13.2.5.39 of the HTML standard. Values are raw: character references are not decoded.
/// Duplicates are yielded too; the first one counts.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rest: &'a str,
}

/// The tag name of a start or end tag's source text, as written.
pub fn tag_name(source: &str) -> &str {
    let body = source.strip_prefix("</").or_else(|| source.strip_prefix('<')).unwrap_or(source);
    let end = body.bytes().position(|b| b.is_ascii_whitespace() || b == b'/' || b == b'>').unwrap_or(body.len());
    &body[..end]
}

impl<'a> Attributes<'a> {
    /// Reads the attributes of a start tag's source text.
    pub fn of(source: &'a str) -> Self {
        let name = tag_name(source);
        let after = (name.as_ptr() as usize - source.as_ptr() as usize) + name.len();
        Attributes { rest: source[after..].strip_suffix('>').unwrap_or(&source[after..]) }
    }

    /// The first value of `name` (which is lower case), raw.
    pub fn get(source: &'a str, name: &str) -> Option<&'a str> {
        Attributes::of(source).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The first value of `name`, with character references decoded.
    pub fn decoded(source: &'a str, name: &str) -> Option<std::borrow::Cow<'a, str>> {
        Attributes::get(source, name).map(decode_value)
    }
}

/// Decodes the character references of an attribute value (13.2.5.73: the attribute's own rule for a missing `;`).
pub fn decode_value(raw: &str) -> std::borrow::Cow<'_, str> {
    if raw.contains('&') { htmlize::unescape_attribute(raw) } else { raw.into() }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            self.rest = rest;
            return None;
        }
        let bytes = rest.as_bytes();
        // A leading `=` belongs to the name (13.2.5.32).
        let name_end = bytes
            .iter()
            .enumerate()
            .position(|(i, b)| b.is_ascii_whitespace() || matches!(b, b'/' | b'>') || (*b == b'=' && i > 0))
            .unwrap_or(bytes.len());
        let name = &rest[..name_end];
        let after = rest[name_end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let (value, rest) = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let body = &value[1..];
                match memchr::memchr(*quote, body.as_bytes()) {
                    Some(end) => (&body[..end], &body[end + 1..]),
                    None => (body, ""),
                }
            }
            _ => {
                let end = value.bytes().position(|b| b.is_ascii_whitespace() || b == b'>').unwrap_or(value.len());
                (&value[..end], &value[end..])
            }
        };
        self.rest = rest;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_as_the_standard_says() {
        let all: Vec<_> = Attributes::of("<a HREF='x y'class=\"b\" id=c/ data-x =z checked / q=>").collect();
        assert_eq!(all, [("HREF", "x y"), ("class", "b"), ("id", "c/"), ("data-x", "z"), ("checked", ""), ("q", "")]);
        assert_eq!(Attributes::of("<br/>").count(), 0);
        assert_eq!(Attributes::of("<a =b=c>").collect::<Vec<_>>(), [("=b", "c")]);
        assert_eq!(Attributes::decoded("<a href='?a&amp;b'>", "href").as_deref(), Some("?a&b"));
        assert_eq!(tag_name("</DIV >"), "DIV");
    }
}
