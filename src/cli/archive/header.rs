//! A start line and named fields, as WARC and HTTP have them.

/// Up to this many bytes a header may take.
pub const HEADER_BYTES: usize = 1 << 20;

/// A header.
#[derive(Debug, Default)]
pub struct Header {
    /// Its first line.
    pub start: String,
    fields: Vec<(String, String)>,
}

impl Header {
    /// Where the header at the start of `bytes` ends, the empty line included.
    pub fn end(bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        while let Some(at) = memchr::memchr(b'\n', &bytes[from..]) {
            from += at + 1;
            // Some writers put two carriage returns.
            let returns = bytes[from..].iter().take_while(|byte| **byte == b'\r').count();
            if bytes.get(from + returns) == Some(&b'\n') {
                return Some(from + returns + 1);
            }
        }
        None
    }

    /// Reads one. Lines that are no fields are passed over: servers and crawlers write them.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        let mut header = Header { start: lines.next().unwrap_or_default().trim().to_owned(), fields: Vec::new() };
        for line in lines {
            match (line.starts_with([' ', '\t']), line.split_once(':'), header.fields.last_mut()) {
                (true, _, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (false, Some((name, value)), _) => header.fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
                _ => {}
            }
        }
        header
    }

    /// The first field of this lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// All fields of this lower-case name, as the list that they are.
    pub fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter().filter(move |(field, _)| field == name);
        fields.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_fold_and_odd_lines_do_no_harm() {
        let bytes = b"HTTP/1.1 200\nA: 1\r\nnonsense\r\nLong: one,\r\n two\r\n\r\nbody\n\n";
        assert_eq!(Header::end(bytes), Some(bytes.len() - 6));
        let header = Header::parse(&bytes[..bytes.len() - 6]);
        assert_eq!((header.start.as_str(), header.get("a"), header.get("b")), ("HTTP/1.1 200", Some("1"), None));
        assert_eq!(header.list("long").collect::<Vec<_>>(), ["one", "two"]);
    }
}
