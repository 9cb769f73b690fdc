//! Many pages in one file, or in a row of files of a bounded size.

use crate::crawl::{crawl, gzip_each, numbers, records};
use crate::workbench::Workbench;
use std::io::Read;

fn bench(pages: usize) -> Workbench {
    let bench = Workbench::new();
    bench.write("crawl.warc.gz", gzip_each(&crawl(pages)));
    bench
}

/// What a file decompresses to, every member of it.
fn unpacked(bench: &Workbench, name: &str) -> String {
    let file = std::fs::read(bench.path(name)).unwrap();
    let mut text = String::new();
    match name.rsplit('.').next().unwrap() {
        "gz" => flate2::read::MultiGzDecoder::new(&*file).read_to_string(&mut text).unwrap(),
        "zst" => zstd::Decoder::new(&*file).unwrap().read_to_string(&mut text).unwrap(),
        _ => (&*file).read_to_string(&mut text).unwrap(),
    };
    text
}

#[test]
fn shards_hold_whole_records_up_to_their_size() {
    let bench = bench(60);
    for extension in ["jsonl", "jsonl.gz", "jsonl.zst"] {
        let out = format!("{extension}/pages.{extension}");
        let size = if extension == "jsonl" { "20k" } else { "1k" };
        bench.expect(0, &["clean", "crawl.warc.gz", "--emit", "jsonl", "-o", &out, "--max-shard-bytes", size, "-q"]);
        let shards: Vec<String> = bench.files().into_iter().filter(|file| file.starts_with(&format!("{extension}/"))).collect();
        assert!(shards.len() > 1 && shards[0] == format!("{extension}/pages-00000.{extension}"), "{shards:?}");
        let texts: Vec<String> = shards.iter().map(|shard| unpacked(&bench, shard)).collect();
        let all: Vec<usize> = texts.iter().flat_map(|text| records(text)).flat_map(|record| numbers(record["text"].as_str().unwrap())).collect();
        assert_eq!(all, (0..60).collect::<Vec<_>>());
        if extension == "jsonl" {
            assert!(texts.iter().all(|text| text.len() <= 20 << 10));
        }
    }
    bench.expect(0, &["clean", "crawl.warc.gz", "--emit", "parquet", "-o", "p/", "--max-shard-bytes", "2k", "-q"]);
    let shards: Vec<String> = bench.files().into_iter().filter(|file| file.starts_with("p/")).collect();
    assert!(shards.len() > 2 && shards[0] == "p/pages-00000.parquet", "{shards:?}");
    let ran = bench.expect(0, &[&["clean", "--emit", "text", "-q"], &shards.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    assert_eq!(numbers(&ran.out), (0..60).collect::<Vec<_>>());
    assert!(bench.expect(2, &["clean", "crawl.warc.gz", "--max-shard-bytes", "many"]).err.contains("`many` is no size"));
}

#[test]
fn conversion_records_refer_to_their_originals() {
    let bench = bench(3);
    for (emit, out, content_type) in [("warc", "a.warc", "text/html; charset=utf-8"), ("wet", "b.warc.wet.gz", "text/plain; charset=utf-8")] {
        bench.expect(0, &["clean", "crawl.warc.gz", "--emit", emit, "-o", out, "-q"]);
        let text = unpacked(&bench, out);
        assert!(text.starts_with("WARC/1.1\r\nWARC-Type: warcinfo\r\n"));
        assert_eq!(text.matches("WARC-Type: conversion\r\n").count(), 3);
        assert!(text.contains("WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"), "{text}");
        assert!(text.contains("WARC-Target-URI: https://news.example/2\r\n") && text.contains("WARC-Date: 2024-05-01T10:00:00Z\r\n"));
        assert_eq!(text.matches(&format!("Content-Type: {content_type}\r\n")).count(), 3);
        assert_eq!(numbers(&text), [0, 1, 2]);
        // What it writes it reads.
        let ran = bench.expect(0, &["clean", out, "--emit", "text", "-q"]);
        assert_eq!(numbers(&ran.out), [0, 1, 2]);
    }
}
