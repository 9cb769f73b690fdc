//! Archives as crawlers write them, made on the spot.

use std::io::Write;

/// A page that can be told from all others.
pub fn page(number: usize) -> String {
    format!(
        "<html lang=en><head><title>Report {number}</title></head><body><nav><a href=/>Home</a> <a href=/s>Sport</a></nav><article>\
         <h1>Report {number}</h1><p>This is the first sentence of report number {number}, and it says what happened at the port.</p>\
         <p>Nobody had expected ships number {number} to {} so early in the day, the master of the port said.</p></article></body></html>",
        number + 7
    )
}

/// What is left of it as text.
pub fn kept(number: usize) -> String {
    format!("This is the first sentence of report number {number}, and it says")
}

/// A record with this header.
pub fn record(kind: &str, fields: &str, block: &[u8]) -> Vec<u8> {
    let head = format!("WARC/1.0\r\nWARC-Type: {kind}\r\n{fields}Content-Length: {}\r\n\r\n", block.len());
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// A response to a request for `https://news.example/NUMBER`.
pub fn response(number: usize, http: &str, body: &[u8]) -> Vec<u8> {
    let fields = format!(
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n\
         WARC-Target-URI: https://news.example/{number}\r\nContent-Type: application/http; msgtype=response\r\n"
    );
    record("response", &fields, &[format!("HTTP/1.1 {http}\r\n\r\n").as_bytes(), body].concat())
}

/// The response of a page.
pub fn page_record(number: usize) -> Vec<u8> {
    response(number, "200 OK\r\nContent-Type: text/html; charset=utf-8", page(number).as_bytes())
}

/// A crawl's first record.
pub fn warcinfo() -> Vec<u8> {
    record("warcinfo", "WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/warc-fields\r\n", b"software: tests\r\n")
}

/// A crawl of so many pages, with requests and a revisit in between; each record by itself.
pub fn crawl(pages: usize) -> Vec<Vec<u8>> {
    let mut records = vec![warcinfo()];
    for number in 0..pages {
        records.push(record("request", "Content-Type: application/http; msgtype=request\r\n", b"GET / HTTP/1.1\r\n\r\n"));
        records.push(page_record(number));
    }
    records.push(record("revisit", "Content-Type: application/http; msgtype=response\r\n", b"HTTP/1.1 200 OK\r\n\r\n"));
    records
}

/// Each piece in a gzip member of its own.
pub fn gzip_each(pieces: &[Vec<u8>]) -> Vec<u8> {
    pieces.iter().flat_map(|piece| crate::inputs::gzip(piece)).collect()
}

/// Each piece in a zstd frame of its own; behind a dictionary, if there is one.
pub fn zstd_each(pieces: &[Vec<u8>], dictionary: Option<(&[u8], bool)>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut compressor = match dictionary {
        None => zstd::bulk::Compressor::new(3).unwrap(),
        Some((dictionary, is_packed)) => {
            let stored = if is_packed { zstd::bulk::compress(dictionary, 3).unwrap() } else { dictionary.to_vec() };
            out.extend_from_slice(&[0x5d, 0x2a, 0x4d, 0x18]);
            out.extend_from_slice(&u32::try_from(stored.len()).unwrap().to_le_bytes());
            out.extend_from_slice(&stored);
            zstd::bulk::Compressor::with_dictionary(3, dictionary).unwrap()
        }
    };
    for piece in pieces {
        out.extend_from_slice(&compressor.compress(piece).unwrap());
    }
    out
}

/// A tar file (ustar).
pub fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A zip file.
pub fn zip(files: &[(&str, Vec<u8>)], is_stored: bool) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let method = if is_stored { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The numbers of the pages in an output, in its order.
pub fn numbers(text: &str) -> Vec<usize> {
    let mark = "first sentence of report number ";
    text.match_indices(mark).map(|(at, _)| text[at + mark.len()..].split(',').next().unwrap().parse().unwrap()).collect()
}

/// The records of JSON lines.
pub fn records(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
