//! Every kind of archive is read, told by its bytes.

use crate::crawl::{crawl, gzip_each, kept, numbers, page, page_record, record, records, response, tar, warcinfo, zip, zstd_each};
use crate::inputs::gzip;
use crate::workbench::{PAGE, Workbench};

/// The pages that come out of an archive under a name that says nothing.
fn pages(archive: &[u8], arguments: &[&str]) -> Vec<usize> {
    let bench = Workbench::new();
    bench.write("archive", archive);
    let ran = bench.expect(0, &[&["clean", "archive", "--emit", "jsonl", "-q"], arguments].concat());
    assert_eq!(ran.err, "");
    let from_file: Vec<usize> = records(&ran.out).iter().flat_map(|record| numbers(record["text"].as_str().unwrap())).collect();
    let ran = bench.run_with_stdin(archive, &[&["clean", "-", "--emit", "text", "-q"], arguments].concat());
    assert_eq!((ran.code, numbers(&ran.out)), (0, from_file.clone()), "{}", ran.err);
    from_file
}

#[test]
fn crawls_are_read_however_they_are_compressed() {
    let records = crawl(40);
    let all: Vec<usize> = (0..40).collect();
    let whole = records.concat();
    assert_eq!(pages(&whole, &[]), all);
    assert_eq!(pages(&gzip_each(&records), &[]), all);
    assert_eq!(pages(&gzip(&whole), &[]), all, "one member");
    let pieces: Vec<Vec<u8>> = whole.chunks(1000).map(<[u8]>::to_vec).collect();
    assert_eq!(pages(&gzip_each(&pieces), &[]), all, "members that have nothing to do with records");
    assert_eq!(pages(&zstd_each(&records, None), &[]), all);
    let samples: Vec<Vec<u8>> = (1000..1200).map(page_record).collect();
    let dictionary = zstd::dict::from_samples(&samples, 4096).unwrap();
    assert_eq!(pages(&zstd_each(&records, Some((&dictionary, false))), &[]), all);
    assert_eq!(pages(&zstd_each(&records, Some((&dictionary, true))), &[]), all);
    let mut lz4 = Vec::new();
    for record in &records {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        std::io::Write::write_all(&mut encoder, record).unwrap();
        lz4.extend(encoder.finish().unwrap());
    }
    assert_eq!(pages(&lz4, &[]), all);
}

#[test]
fn other_containers_are_read() {
    let html = |number: usize| page(number).into_bytes();
    let files = |warc: &str| -> Vec<(String, Vec<u8>)> {
        vec![
            ("site/1.html".into(), html(1)),
            ("site/style.css".into(), b"body {}".to_vec()),
            (format!("site/{}/2", "deep/".repeat(30)), html(2)),
            ("site/3.html.gz".into(), gzip(&html(3))),
            (warc.into(), gzip_each(&crawl(3))),
            ("site/9.htm".into(), html(9)),
        ]
    };
    let files = files("more/crawl.warc.gz");
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let all = [1, 2, 3, 0, 1, 2, 9];
    assert_eq!(pages(&tar(&files), &[]), all);
    assert_eq!(pages(&gzip(&tar(&files)), &[]), all);
    assert_eq!(pages(&zip(&files, false), &[]), all);
    assert_eq!(pages(&zip(&files, true), &[]), all);
    let wacz = zip(
        &[
            ("datapackage.json", b"{}".to_vec()),
            ("pages/pages.jsonl", b"{\"format\":\"json-pages-1.0\"}\n".to_vec()),
            ("archive/a.warc.gz", gzip_each(&crawl(2))),
            ("archive/b.warc", crawl(1).concat()),
            ("template.html", html(5)),
        ],
        true,
    );
    assert_eq!(pages(&wacz, &[]), [0, 1, 0]);
}

#[test]
fn lines_of_json_hold_pages_in_columns_of_any_name() {
    let line = |number: usize, html: &str, url: &str| {
        serde_json::json!({ "rank": number, url: format!("https://news.example/{number}"), html: page(number), "meta": { "html": "no" } }).to_string()
    };
    let lines: String = (0..5).map(|number| line(number, "html", "url") + "\n").collect();
    assert_eq!(pages(lines.as_bytes(), &[]), [0, 1, 2, 3, 4]);
    assert_eq!(pages(&gzip(lines.trim_end().as_bytes()), &[]), [0, 1, 2, 3, 4]);
    assert_eq!(pages(line(7, "raw_content", "address").as_bytes(), &["--html-column", "raw_content", "--url-column", "address"]), [7]);
    let bench = Workbench::new();
    bench.write("some.jsonl", format!("{}\nno json\n{{\"url\":\"x\"}}\n\n{}", line(1, "html", "url"), line(2, "html", "url")));
    let ran = bench.expect(1, &["clean", "some.jsonl", "--emit", "jsonl", "-q"]);
    let found = records(&ran.out);
    assert_eq!(found.iter().map(|record| record["url"].as_str().unwrap()).collect::<Vec<_>>(), ["https://news.example/1", "https://news.example/2"]);
    let second = line(1, "html", "url").len() as u64 + 1;
    assert!(ran.err.contains(&format!("some.jsonl: at {second}: a line is no JSON object, at its byte 2")), "{ran:?}");
    assert!(ran.err.contains(&format!("some.jsonl: at {}: a line has no text in `html`", second + 8)), "{ran:?}");
}

#[test]
fn parquet_goes_out_and_comes_in_again() {
    let bench = Workbench::new();
    bench.write("crawl.warc", crawl(30).concat());
    bench.expect(0, &["clean", "crawl.warc", "--emit", "parquet", "-o", "out/pages.parquet", "-q"]);
    assert!(!bench.files().iter().any(|file| file.contains(".part") || file.contains(".naqi")), "{:?}", bench.files());
    let parquet = std::fs::read(bench.path("out/pages.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert_eq!(pages(&parquet, &[]), (0..30).collect::<Vec<_>>());
    let ran = bench.expect(0, &["clean", "out/pages.parquet", "--emit", "jsonl", "-q"]);
    let found = records(&ran.out);
    assert_eq!(found[3]["url"], "https://news.example/3");
    assert_eq!(found[3]["id"], "urn:uuid:00000000-0000-4000-8000-000000000003");
    let ran = bench.expect(1, &["clean", "out/pages.parquet", "--html-column", "body", "-q"]);
    assert!(ran.err.contains("it has no column `body`, but schema, id, source, offset, url,"), "{ran:?}");
    // One that was written by the command itself, through standard output.
    let piped = std::fs::read(bench.path("crawl.warc")).unwrap();
    let mut child = bench.command(&["clean", "-", "--emit", "parquet", "-q"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &piped).unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap().stdout;
    assert_eq!(pages(&out, &[]).len(), 30);
}

#[test]
fn an_arc_file_is_read() {
    let body = format!("HTTP/1.0 200 OK\nContent-Type: text/html\n\n{}", page(4));
    let head = "1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n";
    let arc = format!(
        "filedesc://x.arc 0.0.0.0 20080430204825 text/plain {}\n{head}\nhttp://news.example/with space 127.0.0.1 20080430204826 text/html {}\n{body}\n\
         dns:news.example 127.0.0.1 20080430204826 text/dns 4\nnone\n",
        head.len(),
        body.len()
    );
    assert_eq!(pages(arc.as_bytes(), &[]), [4]);
    assert_eq!(pages(&gzip(arc.as_bytes()), &[]), [4]);
}

#[test]
fn responses_are_read_as_their_servers_meant_them() {
    let html = page(1);
    let body = html.as_bytes();
    let chunked: Vec<u8> = body.chunks(100).flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()).collect();
    let chunked = [chunked.as_slice(), b"0\r\n\r\n"].concat();
    let both = [format!("{:x}\r\n", gzip(body).len()).as_bytes(), &gzip(body), b"\r\n0\r\n\r\n"].concat();
    let type_is = "200 OK\r\nContent-Type: text/html";
    let arabic = encode_1256();
    let archive = [
        warcinfo(),
        response(1, &format!("{type_is}\r\nTransfer-Encoding: chunked"), &chunked),
        response(2, &format!("{type_is}\r\nTransfer-Encoding: chunked"), body),
        response(3, &format!("{type_is}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"), &both),
        response(4, &format!("{type_is}\r\nContent-Encoding: gzip"), body),
        response(5, &format!("{type_is}\r\nContent-Encoding: zstd"), &zstd::encode_all(body, 3).unwrap()),
        response(6, "200 OK", body),
        response(7, "404 Not Found\r\nContent-Type: text/html", body),
        response(8, "200 OK\r\nContent-Type: image/png", b"\x89PNG"),
        response(9, "200 OK\r\nContent-Type: text/html; charset=windows-1256", &arabic),
        record("resource", "WARC-Target-URI: https://news.example/r\r\nContent-Type: text/html\r\n", body),
        record("conversion", "WARC-Target-URI: https://news.example/c\r\nContent-Type: text/plain\r\n", b"A line of text <b>\n"),
    ]
    .concat();
    let bench = Workbench::new();
    bench.write("a.warc", archive);
    let ran = bench.expect(0, &["clean", "a.warc", "--emit", "jsonl", "--stats", "s.json", "-q"]);
    let found = records(&ran.out);
    let text = |number: usize| found[number]["text"].as_str().unwrap();
    assert_eq!(found.len(), 9, "{ran:?}");
    assert!((0..6).chain([7]).all(|number| text(number).contains(&kept(1))), "{ran:?}");
    assert!(text(6).contains("سلام") && text(8).contains("A line of text <b>"), "{ran:?}");
    assert!(found.iter().all(|record| record["offset"].is_u64() && record["source"] == "a.warc"));
    let stats: serde_json::Value = serde_json::from_str(&bench.read("s.json")).unwrap();
    assert_eq!(stats["sums"]["passed"], serde_json::json!({ "status": 1, "type": 1 }));
    assert_eq!(stats["sums"]["records"], serde_json::json!({ "conversion": 1, "resource": 1, "response": 9, "warcinfo": 1 }));
}

/// `سلام` and some more in windows-1256.
fn encode_1256() -> Vec<u8> {
    [
        b"<html><body><article><h1>\xd3\xe1\xc7\xe3</h1><p>".as_slice(),
        &b"\xd3\xe1\xc7\xe3 \xd3\xe1\xc7\xe3, ".repeat(20),
        b"</p></article></body></html>",
    ]
    .concat()
}

#[test]
fn a_folder_holds_archives_and_pages() {
    let bench = Workbench::new();
    bench.write("in/a.warc.gz", gzip_each(&crawl(2)));
    bench.write("in/b.html", PAGE);
    bench.write("in/c.tar", tar(&[("x/5.html", page(5).into_bytes())]));
    bench.write("in/d.pdf", "no page");
    bench.expect(0, &["clean", "in", "-o", "out/", "--emit", "text", "-q"]);
    let offset = |number: usize| gzip_each(&crawl(2)[..2 * number + 2]).len();
    let places = [format!("out/a.warc/news.example/0@{}.txt", offset(0)), format!("out/a.warc/news.example/1@{}.txt", offset(1))];
    let mut expected = vec![places[0].clone(), places[1].clone(), "out/b.txt".into(), "out/c.tar/x/5.html@0.txt".into()];
    expected.sort();
    let written: Vec<String> = bench.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, expected);
    assert!(bench.read(&places[1]).contains(&kept(1)));
    assert!(bench.expect(2, &["clean", "in/a.warc.gz", "-o", "in/b.html"]).err.contains("need a folder"));
}

#[test]
fn pages_of_members_have_names_of_their_own() {
    let bench = Workbench::new();
    let line = |number: usize| serde_json::json!({ "html": page(number) }).to_string() + "\n";
    let members: Vec<Vec<u8>> = (0..3).map(|member| (0..4).map(|number| line(member * 4 + number)).collect::<String>().into_bytes()).collect();
    for (name, bytes) in [("m.jsonl.gz", gzip_each(&members)), ("m.jsonl.zst", zstd_each(&members, None))] {
        bench.write(name, bytes);
        bench.expect(0, &["clean", name, "-o", "out/", "-q"]);
        assert_eq!(bench.files().iter().filter(|file| file.starts_with("out/")).count(), 12, "{:?}", bench.files());
        let found = records(&bench.expect(0, &["clean", name, "--emit", "jsonl", "-q"]).out);
        let ids: std::collections::BTreeSet<&str> = found.iter().map(|record| record["id"].as_str().unwrap()).collect();
        assert_eq!((found.len(), ids.len()), (12, 12), "{ids:?}");
        // The first of each member is called by the member alone.
        let second = found[4]["offset"].as_u64().unwrap();
        assert_eq!((found[4]["id"].clone(), found[0]["id"].clone()), (format!("{name}#{second}").into(), format!("{name}#0").into()));
        assert_eq!(found[5]["id"], format!("{name}#{second}+{}", line(4).len()));
        std::fs::remove_dir_all(bench.path("out")).unwrap();
    }
}

#[test]
fn entries_of_tar_and_zip_are_named_alike() {
    let bench = Workbench::new();
    let files = [("a/1.html", page(1).into_bytes()), ("a/1.html", page(2).into_bytes())];
    bench.write("x.tar", tar(&files));
    bench.write("x.zip", zip(&files[..1], true));
    let ids = |archive: &str| {
        let found = records(&bench.expect(0, &["clean", archive, "--emit", "jsonl", "-q"]).out);
        found.iter().map(|record| format!("{}#{}", record["id"].as_str().unwrap().split('#').next().unwrap(), record["offset"])).collect::<Vec<_>>()
    };
    assert_eq!(ids("x.tar"), ["x.tar/a/1.html#0", "x.tar/a/1.html#1024"]);
    assert_eq!(ids("x.zip"), ["x.zip/a/1.html#38"]);
}

#[test]
fn the_mark_of_an_encoding_costs_no_line() {
    let lines = (0..3).map(|number| serde_json::json!({ "html": page(number) }).to_string() + "\n").collect::<String>();
    assert_eq!(pages(&[b"\xef\xbb\xbf", lines.as_bytes()].concat(), &[]), [0, 1, 2]);
    // Files that were joined have one in the middle.
    assert_eq!(pages(format!("\u{feff}{lines}\u{feff}{lines}").as_bytes(), &[]), [0, 1, 2, 0, 1, 2]);
}
