//! An HTTP response as a crawler stored it: header, transfer coding, content codings.
//!
//! Crawlers decode bodies and leave the header as it was, so every coding is believed only as far as the body bears it out.

use super::header::{HEADER_BYTES, Header};
use std::borrow::Cow;
use std::io::Read;

/// What a page needs of a response.
#[derive(Debug)]
pub struct Response<'a> {
    /// Status code.
    pub status: Option<u16>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    header: Header,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads the header. What does not begin like a response is all body, as HTTP 0.9 had it.
    pub fn parse(block: &'a [u8]) -> Self {
        let is_response = block.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/"));
        let end = is_response.then(|| Header::end(&block[..block.len().min(HEADER_BYTES)])).flatten();
        let (header, body) = match end {
            Some(end) => (Header::parse(&block[..end]), &block[end..]),
            // A response may be all header.
            None if is_response => (Header::parse(&block[..block.len().min(HEADER_BYTES)]), &block[block.len()..]),
            None => (Header::default(), block),
        };
        let status = header.start.split_ascii_whitespace().nth(1).and_then(|status| status.get(..3)?.parse().ok());
        Response { status, content_type: header.get("content-type").map(str::to_owned), header, body }
    }

    /// The page as the server meant it, at most `limit` bytes of it. An error says which coding is broken.
    pub fn body(&self, limit: u64) -> Result<Cow<'a, [u8]>, String> {
        let mut body = Cow::Borrowed(self.body);
        if self.header.list("transfer-encoding").any(|coding| coding.eq_ignore_ascii_case("chunked"))
            && let Some(joined) = join_chunks(&body)
        {
            body = Cow::Owned(joined);
        }
        // The last one named was applied last.
        let mut codings: Vec<&str> = self.header.list("content-encoding").collect();
        codings.extend(self.header.list("transfer-encoding").filter(|coding| !coding.eq_ignore_ascii_case("chunked")));
        for coding in codings.into_iter().rev() {
            if let Some(decoded) = decode(coding, &body, limit)? {
                body = Cow::Owned(decoded);
            }
        }
        Ok(body)
    }
}

/// Chunks (RFC 9112, section 7.1) joined; none when the body does not begin with one. A body that breaks off later is what there is:
/// the record's own length says whether that is all that was stored.
fn join_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let chunk = chunk_size(rest).and_then(|(size, length)| {
            let rest = &rest[length..];
            let data = &rest[..size.min(rest.len())];
            let after = &rest[data.len()..];
            let is_whole = after.is_empty() || after.starts_with(b"\r\n") || after.starts_with(b"\n");
            is_whole.then_some((data, after))
        });
        let Some((data, after)) = chunk else {
            if joined.is_empty() {
                return None;
            }
            // The header was right for the first chunks only.
            joined.extend_from_slice(rest);
            return Some(joined);
        };
        joined.extend_from_slice(data);
        if data.is_empty() {
            break;
        }
        rest = after.strip_prefix(b"\r\n").or(after.strip_prefix(b"\n")).unwrap_or(after);
    }
    Some(joined)
}

/// The size that a chunk's first line gives, and the length of that line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(4096)])?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let size = line.split(';').next()?.trim();
    if size.is_empty() || size.len() > 15 {
        return None;
    }
    Some((usize::from_str_radix(size, 16).ok()?, end + 1))
}

/// A coding undone; none when the body does not have it.
fn decode(coding: &str, body: &[u8], limit: u64) -> Result<Option<Vec<u8>>, String> {
    let read = |reader: &mut dyn Read| {
        let mut decoded = Vec::new();
        let end = reader.take(limit).read_to_end(&mut decoded);
        (decoded, end.err())
    };
    let coding = coding.to_ascii_lowercase();
    let (decoded, error) = match coding.as_str() {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => read(&mut flate2::bufread::MultiGzDecoder::new(body)),
        "deflate" if !body.is_empty() => {
            let (decoded, error) = read(&mut flate2::bufread::ZlibDecoder::new(body));
            // Some servers leave the wrapper out.
            if decoded.is_empty() && error.is_some() { read(&mut flate2::bufread::DeflateDecoder::new(body)) } else { (decoded, error) }
        }
        "br" if !body.is_empty() => read(&mut brotli::Decompressor::new(body, 4096)),
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => match zstd::Decoder::with_buffer(body) {
            Ok(mut decoder) => read(&mut decoder),
            Err(error) => (Vec::new(), Some(error)),
        },
        _ => return Ok(None),
    };
    match error {
        None => Ok(Some(decoded)),
        // Decoded by the crawler already: it reads as markup.
        Some(_) if decoded.is_empty() && is_markup(body) => Ok(None),
        Some(error) => Err(format!("its content coding {coding} is broken: {error}")),
    }
}

/// Whether the first byte that is no space is that of markup.
pub fn is_markup(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(header: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let block = [format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").as_bytes(), body].concat();
        Response::parse(&block).body(1 << 20).map(Cow::into_owned)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn chunks_are_joined_only_where_there_are_some() {
        let chunked = |bytes: &[u8]| body("Transfer-Encoding: chunked", bytes).unwrap();
        assert_eq!(chunked(b"3\r\n<p>\r\n2;x=y\r\nab\r\n0\r\n\r\n"), b"<p>ab");
        assert_eq!(chunked(b"<p>not chunked"), b"<p>not chunked");
        assert_eq!(chunked(b"beef to eat\r\nab"), b"beef to eat\r\nab");
        assert_eq!(chunked(b"ff\r\ncut"), b"cut");
        assert_eq!(chunked(b""), b"");
    }

    #[test]
    fn codings_are_undone_as_far_as_they_are_there() {
        let page = b"<p>page</p>".as_slice();
        let packed = gzip(page);
        assert_eq!(body("Content-Encoding: gzip", &packed).unwrap(), page);
        assert_eq!(body("Content-Encoding: GZIP, identity", page).unwrap(), page);
        assert_eq!(body("Content-Encoding: br", page).unwrap(), page);
        assert_eq!(body("Content-Encoding: gzip, gzip", &gzip(&packed)).unwrap(), page);
        assert!(body("Content-Encoding: gzip", &packed[..packed.len() - 9]).unwrap_err().contains("gzip is broken"));
        let bomb = gzip(&vec![b' '; 50 << 20]);
        assert_eq!(body("Content-Encoding: gzip", &bomb).unwrap().len(), 1 << 20);
        assert_eq!(Response::parse(b"HTTP/1.1 404\r\n\r\n").status, Some(404));
        assert_eq!(Response::parse(b"<p>no header").body(9).unwrap().as_ref(), b"<p>no header");
    }
}
