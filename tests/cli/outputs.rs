//! Where pages go, and what is never overwritten.

use crate::workbench::{KEPT, PAGE, Workbench};

fn tree() -> Workbench {
    let bench = Workbench::new();
    for name in ["site/a.html", "site/deep/er/b.htm", "site/deep/c.txt", "site/d.html.gz.not-a-page"] {
        bench.write(name, PAGE);
    }
    bench
}

#[test]
fn a_folder_keeps_its_tree() {
    let bench = tree();
    bench.expect(0, &["clean", "site", "-o", "out/", "--emit", "markdown", "-q"]);
    let written: Vec<String> = bench.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, ["out/a.md", "out/deep/c.md", "out/deep/er/b.md"]);
    assert!(bench.read("out/deep/er/b.md").contains(KEPT));
    bench.expect(0, &["clean", "site", "-o", "kept", "--emit", "preserve", "--strip", "off", "-q", "-j", "2"]);
    assert_eq!(bench.read("kept/deep/er/b.htm"), PAGE);
    bench.expect(0, &["clean", "site/*/er", "-o", "pattern/", "-q"]);
    assert!(bench.read("pattern/deep/er/b.html").contains(KEPT));
}

#[test]
fn an_output_folder_inside_the_input_is_not_read_again() {
    let bench = tree();
    bench.expect(0, &["clean", "site", "-o", "site/out/", "--emit", "text", "-q"]);
    let ran = bench.expect(0, &["clean", "site", "-o", "site/out/", "--emit", "text", "--force"]);
    assert!(ran.err.contains(" pages ") && bench.files().iter().all(|file| !file.starts_with("site/out/out")), "{ran:?}");
}

#[test]
fn pages_of_one_name_get_distinct_ones() {
    let bench = Workbench::new();
    for (name, word) in [("x/p.html", "one"), ("y/p.htm", "two"), ("y/P.html", "three"), ("z/p-2.html", "four")] {
        bench.write(name, format!("<p>{word}</p>"));
    }
    bench.expect(0, &["clean", "x", "y/p.htm", "y/P.html", "z", "-o", "out", "--emit", "text", "-q"]);
    let texts = ["out/p.txt", "out/p-2.txt", "out/P-3.txt", "out/p-2-2.txt"].map(|name| bench.read(name).trim().to_owned());
    assert_eq!(texts, ["one", "two", "three", "four"]);
}

#[test]
fn what_is_there_stays_unless_forced() {
    let bench = tree();
    bench.write("out/a.html", "mine");
    let ran = bench.expect(1, &["clean", "site", "-o", "out", "-q"]);
    assert_eq!(bench.read("out/a.html"), "mine");
    assert!(ran.err.contains("site/a.html: out/a.html is there already; --force overwrites it"), "{ran:?}");
    assert!(bench.read("out/deep/c.html").contains(KEPT), "the others are written");
    bench.expect(0, &["clean", "site", "-o", "out", "-q", "--force"]);
    assert!(bench.read("out/a.html").contains(KEPT));
    bench.write("one.html", "mine");
    bench.expect(1, &["clean", "site/a.html", "-o", "one.html", "-q"]);
    bench.write("all.jsonl", "mine");
    bench.expect(2, &["clean", "site", "--emit", "jsonl", "-o", "all.jsonl", "-q"]);
    bench.expect(2, &["clean", "site/a.html", "--report", "all.jsonl", "-q"]);
    assert_eq!(bench.read("one.html") + &bench.read("all.jsonl"), "minemine");
    assert!(!bench.files().iter().any(|file| file.ends_with(".part")), "{:?}", bench.files());
}

#[test]
fn one_page_goes_to_a_file_and_several_need_a_folder() {
    let bench = tree();
    bench.expect(0, &["clean", "site/a.html", "-o", "new/clean.text", "--emit", "text", "-q"]);
    assert!(bench.read("new/clean.text").contains(KEPT));
    bench.write("file", "mine");
    assert!(bench.expect(2, &["clean", "site", "-o", "file"]).err.contains("need a folder"));
    bench.expect(0, &["clean", "site/a.html", "-o", "/dev/null", "-q"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| bench.path(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("new/clean.text"), mode("file"), "written with the rights of any new file");
    }
}

#[test]
fn outputs_come_in_the_order_of_the_inputs() {
    let bench = Workbench::new();
    let mut names = Vec::new();
    for number in 0..40 {
        // The first ones take longest.
        let filler = "<p>A sentence that takes its time to be read, and another.</p>".repeat((40 - number) * 20);
        bench.write(&format!("{number:02}.html"), format!("<p>leaf {number:02}</p>{filler}"));
        names.push(format!("leaf {number:02}"));
    }
    let ran = bench.expect(0, &["clean", ".", "--emit", "text", "-q", "-j", "3"]);
    let order: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("leaf ")).collect();
    assert_eq!(order, names);
}

#[test]
fn records_are_lines_of_json_for_every_page() {
    let bench = tree();
    let ran = bench.expect(1, &["clean", "site", "missing.html", "--emit", "jsonl", "-q"]);
    let records: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sources: Vec<&str> = records.iter().map(|record| record["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["site/a.html", "site/deep/c.txt", "site/deep/er/b.htm", "missing.html"]);
    assert!(records[0]["html"].as_str().unwrap().contains(KEPT) && records[0]["text"].as_str().unwrap().contains(KEPT));
    assert!(records[0]["error"].is_null() && records[3]["error"].as_str().unwrap().contains("cannot open it"));
    assert_eq!(records[3]["rules_digest"], records[0]["rules_digest"]);
    bench.expect(0, &["clean", "site", "--emit", "jsonl", "-o", "all.jsonl", "-q"]);
    assert_eq!(bench.read("all.jsonl").lines().count(), 3);
    bench.expect(0, &["clean", "site", "--emit", "jsonl", "-o", "each/", "-q"]);
    assert_eq!(bench.read("each/pages.jsonl"), bench.read("all.jsonl"));
    let schema: serde_json::Value = serde_json::from_str(&bench.expect(0, &["schema"]).out).unwrap();
    let fields = schema["properties"].as_object().unwrap();
    assert!(records[0].as_object().unwrap().keys().all(|field| fields.contains_key(field)));
}

#[test]
fn the_report_has_a_line_for_each_page() {
    let bench = tree();
    bench.expect(1, &["clean", "site/a.html", "missing.html", "-o", "out", "--report", "r/report.jsonl", "-q"]);
    let report = bench.read("r/report.jsonl");
    let mut lines: Vec<serde_json::Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.sort_by_key(|line| line["source"].to_string());
    assert_eq!(lines.len(), 2);
    assert!(lines[0]["error"].as_str().unwrap().contains("cannot open it"));
    assert_eq!(lines[1]["removals"][0]["extent"], "whole");
    assert!(!report.contains(KEPT) && !report.contains("Sport"), "decisions, never text");
}

#[test]
fn the_summary_counts_and_quiet_hides_it() {
    let bench = tree();
    let ran = bench.expect(1, &["clean", "site", "missing.html", "-o", "out"]);
    for row in [" pages ", " 4 ", " failed ", " removed ", " removals ", "most by", "strip/navigation/"] {
        assert!(ran.err.contains(row), "{row}: {ran:?}");
    }
    assert_eq!(ran.out, "");
    let ran = bench.expect(0, &["-q", "clean", "site", "-o", "out", "--force"]);
    assert_eq!(ran.err, "");
    let ran = bench.expect(0, &["clean", "site", "-o", "out", "--force", "-q", "-v"]);
    assert!(ran.err.contains("cleaned") && ran.err.contains("site/a.html") && !ran.err.contains("harbour"), "{ran:?}");
}

#[test]
fn one_file_is_not_two_outputs() {
    let bench = tree();
    let refused = |arguments: &[&str], by: &str| {
        let ran = bench.expect(2, &[&["clean", "site", "-q"], arguments].concat());
        assert!(ran.err.contains(by) && ran.out.is_empty(), "{arguments:?}: {ran:?}");
    };
    refused(&["--emit", "jsonl", "-o", "x.jsonl", "--report", "./x.jsonl"], "--report: ./x.jsonl is written by -o already");
    refused(&["-o", "out/", "--report", "r.jsonl", "--stats", "r.jsonl"], "--stats: r.jsonl is written by --report already");
    refused(&["--emit", "jsonl", "-o", "z.jsonl", "--dead-letters", "z.jsonl"], "--dead-letters: z.jsonl is written by -o already");
    refused(&["--emit", "jsonl", "-o", "d/", "--report", "d/pages.jsonl"], "--report: ");
    refused(&["--emit", "jsonl", "-o", "s.jsonl", "--max-shard-bytes", "1k", "--report", "s-00000.jsonl"], "--report: ");
    refused(&["-o", "out/", "--dead-letters", "l", "--quarantine", "l/"], "the same place");
    assert!(bench.files().iter().all(|file| file.starts_with("site")), "{:?}", bench.files());
    bench.expect(0, &["clean", "site", "-o", "out/", "--report", "/dev/null", "--stats", "/dev/null", "-q"]);
}

#[test]
fn records_on_standard_output_are_compressed_when_that_is_asked_for() {
    let bench = tree();
    for (how, unpack) in [("gz", gunzip as fn(&[u8]) -> Vec<u8>), ("zst", |bytes| zstd::decode_all(bytes).unwrap())] {
        let out = bench.command(&["clean", "site", "--emit", "jsonl", "--compress", how, "-q"]).output().unwrap();
        assert!(out.status.success());
        assert_eq!(String::from_utf8(unpack(&out.stdout)).unwrap().lines().count(), 3, "{how}");
    }
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes), &mut out).unwrap();
    out
}

#[test]
fn records_hold_no_relative_addresses() {
    let bench = Workbench::new();
    let head = "<link rel=canonical href=\"/news/1\"><meta property=\"og:image\" content=\"/i.jpg\">";
    bench.write("page.html", PAGE.replace("<title>", &format!("{head}<title>")));
    let record = |more: &[&str]| -> serde_json::Value {
        serde_json::from_str(&bench.expect(0, &[&["clean", "page.html", "--emit", "jsonl", "-q"], more].concat()).out).unwrap()
    };
    let alone = record(&[]);
    assert!(alone["url"].is_null() && alone["image"].is_null(), "{alone}");
    let with = record(&["--url", "https://n.example/news/1?x"]);
    assert_eq!((with["url"].as_str(), with["image"].as_str()), (Some("https://n.example/news/1?x"), Some("https://n.example/i.jpg")));
    assert!(!bench.expect(0, &["clean", "page.html", "--emit", "wet", "-q"]).out.contains("WARC-Target-URI"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_is_what_was_given_whatever_its_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let bench = tree();
    bench.write("pack.toml", crate::workbench::PACK);
    let name = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    std::fs::rename(bench.path("pack.toml"), bench.path("").join(name(b"pack-\xff.toml"))).unwrap();
    let mut command = bench.command(&["clean", "site", "-o", "out/", "-q", "--report"]);
    command.arg(name(b"r\xff.jsonl")).arg("--dead-letters").arg(name(b"d\xff")).arg("--rules").arg(name(b"pack-\xff.toml"));
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!([&b"r\xff.jsonl"[..], b"d\xff"].into_iter().all(|file| bench.path("").join(OsStr::from_bytes(file)).exists()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_mistake_of_the_caller() {
    let bench = Workbench::with_page();
    for arguments in [&["config"][..], &["explain", "page.html"], &["rules", "list"], &["schema"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = bench.command(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.code() == Some(1) && said.contains("cannot write to standard output"), "{arguments:?}: {said}");
    }
}
