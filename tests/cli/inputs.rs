//! Which pages are read, and how.

use crate::workbench::{KEPT, PAGE, Workbench};
use std::io::Write;

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    out
}

#[test]
fn one_file_goes_to_standard_output_without_a_summary() {
    let ran = Workbench::with_page().expect(0, &["clean", "page.html", "--emit", "text"]);
    assert!(ran.out.contains(KEPT) && !ran.out.contains("Sport"), "{ran:?}");
    assert_eq!(ran.err, "");
}

#[test]
fn every_format_comes_out() {
    let bench = Workbench::with_page();
    let page = |format: &str, strip: &str| bench.expect(0, &["clean", "page.html", "--emit", format, "--strip", strip]).out;
    assert_eq!(page("preserve", "off"), PAGE);
    assert!(!page("preserve", "rules").contains("<nav>") && page("preserve", "article").contains("<article>"));
    assert!(page("republish", "rules").contains("<h1>The harbour</h1>"));
    assert!(page("markdown", "article").contains("# The harbour"));
    assert!(page("text", "off").contains("Sport"));
    assert!(page("jsonl", "rules").starts_with("{\"schema\":"));
}

#[test]
fn compressed_files_are_read_by_name_or_by_their_first_bytes() {
    let bench = Workbench::new();
    let twice = [gzip(&PAGE.as_bytes()[..100]), gzip(&PAGE.as_bytes()[100..])].concat();
    bench.write("in/members.html.gz", twice);
    bench.write("in/a.html.zst", zstd::encode_all(PAGE.as_bytes(), 1).unwrap());
    bench.write("in/b.xhtml.br", brotli(PAGE.as_bytes()));
    bench.write("in/scraped.html", gzip(PAGE.as_bytes()));
    bench.write("in/PLAIN.HTM", PAGE);
    bench.write("in/ignored.pdf", "no page");
    let ran = bench.expect(0, &["clean", "in", "--emit", "text", "-q"]);
    assert_eq!(ran.out.matches(KEPT).count(), 5, "{ran:?}");
    for packed in [gzip(PAGE.as_bytes()), zstd::encode_all(PAGE.as_bytes(), 1).unwrap(), brotli(PAGE.as_bytes())] {
        let ran = bench.run_with_stdin(packed, &["clean", "-", "--emit", "text"]);
        assert!(ran.code == 0 && ran.out.contains(KEPT), "{ran:?}");
    }
}

#[test]
fn truncated_archives_fail_without_output() {
    let bench = Workbench::new();
    let long = crate::workbench::long_page(300_000);
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 40].to_vec();
    bench.write("a.html.gz", cut(gzip(long.as_bytes())));
    bench.write("b.html.zst", cut(zstd::encode_all(long.as_bytes(), 1).unwrap()));
    bench.write("c.html.br", cut(brotli(long.as_bytes())));
    let ran = bench.expect(1, &["clean", "a.html.gz", "b.html.zst", "c.html.br", "-q"]);
    assert_eq!(ran.out, "");
    assert!(["a.html.gz: cannot read it", "b.html.zst: ", "c.html.br: "].iter().all(|what| ran.err.contains(what)), "{ran:?}");
    // The bytes say what a file is, not its name.
    bench.write("d.html.gz", PAGE);
    assert!(bench.expect(0, &["clean", "d.html.gz", "--emit", "text"]).out.contains(KEPT));
}

#[test]
fn standard_input_is_a_page() {
    let bench = Workbench::new();
    let ran = bench.run_with_stdin(PAGE, &["clean", "-", "--emit", "text", "--strip", "rules"]);
    assert!(ran.code == 0 && ran.out.contains(KEPT) && !ran.out.contains("Sport"), "{ran:?}");
    let ran = bench.run_with_stdin(PAGE, &["clean", "-", "-", "--emit", "text"]);
    assert!(ran.code == 2 && ran.err.contains("named twice"), "{ran:?}");
}

#[test]
fn plain_text_is_told_by_name_or_by_from() {
    let bench = Workbench::new();
    bench.write("note.txt", "He wrote <b>a < b</b> on the board.\n");
    assert!(bench.expect(0, &["clean", "note.txt", "--emit", "text"]).out.contains("<b>a < b</b>"));
    assert!(bench.expect(0, &["clean", "note.txt", "--emit", "text", "--from", "html"]).out.contains("He wrote a < b on"));
    let ran = bench.run_with_stdin("one <i>\n", &["clean", "-", "--emit", "text", "--from", "text"]);
    assert!(ran.out.contains("one <i>"), "{ran:?}");
}

#[test]
fn lists_and_patterns_name_pages_in_their_order() {
    let bench = Workbench::new();
    for (name, word) in [("a/1.html", "alpha"), ("a/b/2.html", "beta"), ("a/b/3.html", "gamma"), ("z.html", "omega")] {
        bench.write(name, format!("<p>{word}</p>"));
    }
    let words = |arguments: &[&str], stdin: &str| {
        let ran = bench.run_with_stdin(stdin, &[&["clean", "--emit", "text", "-q"], arguments].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&["a/**/*.html"], ""), ["alpha", "beta", "gamma"]);
    assert_eq!(words(&["a/b/[3].html", "z.html", "a"], ""), ["gamma", "omega", "alpha", "beta"]);
    bench.write("list", "z.html\r\n\na/1.html\n");
    assert_eq!(words(&["--files-from", "list"], ""), ["omega", "alpha"]);
    assert_eq!(words(&["--files-from", "-"], "a/b/2.html\0z.html\0"), ["beta", "omega"]);
    let none = bench.expect(2, &["clean", "a/*.pdf"]);
    assert!(none.err.contains("no file matches `a/*.pdf`"), "{none:?}");
    std::fs::create_dir(bench.path("empty")).unwrap();
    assert!(bench.expect(2, &["clean", "empty"]).err.contains("there is no page to clean"));
    assert!(bench.expect(2, &["clean"]).err.contains("required"));
}

#[test]
fn address_and_content_type_reach_the_page() {
    let bench = Workbench::new();
    bench.write("page.html", b"<p>\xd3\xe1\xc7\xe3 <a href=\"/next\">link</a></p>");
    let ran = bench.expect(0, &["clean", "page.html", "--url", "https://news.example/a/b", "--content-type", "text/html; charset=windows-1256"]);
    assert!(ran.out.contains("سلام") && ran.out.contains("https://news.example/next"), "{ran:?}");
    assert!(bench.expect(2, &["clean", "page.html", "--url", "next door"]).err.contains("--url: `next door` is not an address"));
}

#[test]
fn a_streamed_page_comes_out_before_its_end() {
    use std::io::Read;
    let bench = Workbench::new();
    let mut child = bench.command(&["clean", "-", "--strip", "rules", "--emit", "text"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (input_may_end, wait) = std::sync::mpsc::channel::<()>();
    // A thread of its own: both pipes fill up.
    let writer = std::thread::spawn(move || {
        stdin.write_all(&crate::workbench::long_page(2_000_000).as_bytes()[..1_900_000]).unwrap();
        wait.recv().unwrap();
    });
    let mut start = [0; 4];
    // The input is still open.
    child.stdout.as_mut().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"Long");
    input_may_end.send(()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    writer.join().unwrap();
}

#[test]
fn what_stands_behind_a_gzip_member_is_passed_over_with_a_warning() {
    let bench = Workbench::new();
    for (name, page) in [("short.html.gz", PAGE.to_owned()), ("long.html.gz", crate::workbench::long_page(300_000) + KEPT)] {
        bench.write(name, [gzip(page.as_bytes()), b"garbage behind it".to_vec()].concat());
        let ran = bench.expect(0, &["clean", name, "--emit", "text", "--strip", "off"]);
        assert!(ran.out.contains(KEPT) && ran.err.contains(&format!("{name}: what stands behind the last gzip member, from byte ")), "{ran:?}");
        let ran = bench.expect(0, &["clean", name, "--emit", "jsonl", "--strip", "off", "--report", "r.jsonl", "--force", "-q"]);
        assert!(ran.out.contains(KEPT) && ran.err.is_empty() && bench.read("r.jsonl").contains("is not read"), "{ran:?}");
    }
    // A member that is damaged fails all the same.
    let mut damaged = [gzip(PAGE.as_bytes()), b"garbage".to_vec()].concat();
    let end = damaged.len() - 12;
    damaged[end] ^= 0x55;
    bench.write("bad.html.gz", damaged);
    assert_eq!(bench.expect(1, &["clean", "bad.html.gz"]).out, "");
}

#[test]
fn an_input_is_read_once_however_often_it_is_named() {
    let bench = Workbench::new();
    bench.write("p/a.html", PAGE);
    let count = |arguments: &[&str]| bench.expect(0, &[&["clean", "--emit", "text", "-q"], arguments].concat()).out.matches(KEPT).count();
    assert_eq!(count(&["p/", "p/"]), 1);
    assert_eq!(count(&["p", "./p/a.html", "p/../p", "p/*.html"]), 1);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.html", bench.path("p/b.html")).unwrap();
        assert_eq!(count(&["p"]), 2, "a name of its own is a page of its own");
    }
}

#[test]
fn what_a_folder_does_not_give_is_said() {
    let bench = Workbench::new();
    bench.write("p/a.html", PAGE);
    std::fs::create_dir(bench.path("empty")).unwrap();
    let ran = bench.expect(0, &["clean", "p", "empty", "--emit", "text", "-o", "out/"]);
    assert!(ran.err.contains("empty: there is no page in it"), "{ran:?}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone.html", bench.path("p/x.html")).unwrap();
        let ran = bench.expect(1, &["clean", "p", "--emit", "text", "-q"]);
        assert!(ran.out.contains(KEPT) && ran.err.contains("p/x.html: cannot open it"), "{ran:?}");
    }
}

/// Runs it three times over a folder of two pages, and gives what the folder holds then.
fn thrice(arguments: &[&str], code: i32) -> Vec<String> {
    let bench = Workbench::new();
    bench.write("p/a.html", PAGE);
    bench.write("p/sub/b.htm", PAGE);
    bench.write("p/long.html", crate::workbench::long_page(60_000));
    let how = ["--force", "-q", "--set", "limits.page_bytes=40000"];
    let mut first = None;
    for _ in 0..3 {
        bench.expect(code, &[&["clean"], arguments, &how[..]].concat());
        let written: Vec<String> = bench.files().into_iter().filter(|file| !file.contains("failed/long-")).collect();
        for file in written.iter().filter(|file| file.ends_with(".jsonl") && !["p/failed.jsonl", "p/s.jsonl"].contains(&file.as_str())) {
            assert!(bench.read(file).lines().count() <= 3, "{file}: {}", bench.read(file));
        }
        assert_eq!(first.get_or_insert_with(|| written.clone()), &written);
    }
    first.unwrap_or_default()
}

#[test]
fn a_run_never_reads_what_it_writes() {
    thrice(&["p", "--emit", "jsonl", "-o", "p/out.jsonl"], 1);
    thrice(&["p", "--emit", "jsonl", "-o", "p/out.jsonl", "--max-shard-bytes", "1k"], 1);
    thrice(&["p", "--emit", "jsonl", "-o", "p/"], 1);
    thrice(&["p", "--emit", "jsonl", "-o", "out/", "--report", "p/r.jsonl", "--stats", "p/s.jsonl", "--dead-letters", "p/failed.jsonl"], 1);
    thrice(&["p", "--emit", "text", "-o", "out/", "--report", "p/r.html", "--dead-letters", "p/failed"], 1);
    thrice(&["p", "--emit", "text", "-o", "p/clean"], 1);
    thrice(&["p/**/*.html", "--emit", "republish", "-o", "p/clean"], 1);
    thrice(&["p/**/*", "--emit", "jsonl", "-o", "p/all/", "--dead-letters", "p/failed"], 1);
    let files = thrice(&["p", "--emit", "text", "-o", "p"], 1);
    assert_eq!(files, ["p/a.html", "p/a.txt", "p/long.html", "p/sub/b.htm", "p/sub/b.txt"]);
    let bench = Workbench::new();
    bench.write("p/a.html", PAGE);
    let ran = bench.expect(2, &["clean", "p", "-o", "out/", "--dead-letters", "p"]);
    assert!(ran.err.contains("--dead-letters: ") && ran.err.contains("is searched for pages"), "{ran:?}");
    bench.write("x.jsonl", "");
    let ran = bench.expect(2, &["clean", "p", "x.jsonl", "--emit", "jsonl", "-o", "x.jsonl", "--force"]);
    assert!(ran.err.contains("-o: x.jsonl is one of the inputs"), "{ran:?}");
}
