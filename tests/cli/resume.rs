//! A run that is killed at any moment goes on, and its output is that of a run that was not.
#![cfg(unix)]

use crate::crawl::{crawl, gzip_each, page, records, response, tar};
use crate::workbench::{Workbench, long_page};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Runs per way of writing, each killed until it is over; NAQI_CHAOS sets another number.
fn runs() -> usize {
    std::env::var("NAQI_CHAOS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1)
}

/// A moment that is another one every time.
fn moment(longest: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    longest.mul_f64(f64::from(now / 1000 % 1009) / 1009.0)
}

/// An archive that takes a while, with pages that fail, pages that come twice, and pages that rules may hold back.
fn archive(pages: usize) -> Vec<Vec<u8>> {
    let mut all = crawl(pages);
    for number in 0..pages / 10 {
        let at = all.len() * (number + 1) / (pages / 10 + 2);
        let too_long = page(5000 + number) + &long_page(50_000);
        all.insert(at, response(5000 + number, "200 OK\r\nContent-Type: text/html", too_long.as_bytes()));
        let held = page(7000 + number).replace("<p>Nobody", "<p>Hold this page for now, the master said.</p><p>Nobody");
        all.insert(at, response(7000 + number, "200 OK\r\nContent-Type: text/html", held.as_bytes()));
        all.insert(at, response(6000 + number, "200 OK\r\nContent-Type: text/html", page(number).as_bytes()));
    }
    all
}

const RULES: &str = "about = \"House rules\"\n[[rule]]\nid = \"hold\"\nmatch = { phrase = \"hold this page\" }\naction = \"quarantine\"\n\
    hit = [\"hold this page\"]\nmiss = [\"hold the page\"]\n";

const HOW: [&str; 14] = [
    "--rules",
    "rules.toml",
    "--quarantine",
    "held.jsonl",
    "--checkpoint",
    "0.01",
    "--set",
    "limits.page_bytes=40000",
    "--dedup",
    "exact",
    "--report",
    "report.jsonl",
    "--dead-letters",
    "dead.jsonl",
];

/// All that a run left, as sets of lines: what each page became.
fn left(bench: &Workbench, output: &str) -> Vec<(String, BTreeSet<String>, usize)> {
    let mut left = Vec::new();
    for file in
        bench.files().into_iter().filter(|file| file.starts_with(output) || ["report.jsonl", "dead.jsonl", "held.jsonl"].contains(&file.as_str()))
    {
        let bytes = std::fs::read(bench.path(&file)).unwrap();
        if file.ends_with(".parquet") {
            // Not by its bytes: what a footer says of pages may be left out of row groups that are gone on with.
            let rows = SerializedFileReader::new(std::fs::File::open(bench.path(&file)).unwrap()).unwrap();
            let rows: Vec<String> = rows.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
            left.push((file, rows.iter().cloned().collect(), rows.len()));
            continue;
        }
        let text = if file.ends_with(".zst") { zstd::decode_all(&*bytes).unwrap() } else { bytes };
        let text = String::from_utf8_lossy(&text).into_owned();
        let without_time = |line: &str| match line.starts_with('{') {
            true => {
                let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
                value.as_object_mut().unwrap().remove("time");
                value.to_string()
            }
            false => line.to_owned(),
        };
        // The first record of a WARC file says when it was begun.
        let head = if file.ends_with(".wet") { 5 } else { 0 };
        let lines: Vec<String> = text.lines().skip(head).map(without_time).collect();
        left.push((file, lines.iter().cloned().collect(), lines.len()));
    }
    left
}

fn chaos(input: &str, bytes: &[u8], emit: &str, output: &str, more: &[&str]) {
    let arguments: Vec<&str> = [&["clean", input, "--emit", emit, "-o", output, "-j", "2", "-q"], &HOW[..], more].concat();
    let unbroken = Workbench::new();
    unbroken.write(input, bytes);
    unbroken.write("rules.toml", RULES);
    let begun = Instant::now();
    unbroken.expect(1, &arguments);
    assert!(records(&unbroken.read("held.jsonl")).len() > 10);
    let took = begun.elapsed();
    for _ in 0..runs() {
        survive(&unbroken, input, bytes, output, &arguments, took);
    }
}

fn survive(unbroken: &Workbench, input: &str, bytes: &[u8], output: &str, arguments: &[&str], took: Duration) {
    let broken = Workbench::new();
    broken.write(input, bytes);
    broken.write("rules.toml", RULES);
    let mut killed = 0;
    loop {
        let mut child = broken.command(arguments).spawn().unwrap();
        std::thread::sleep(moment(took));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        // A moment may always come before the first page.
        if killed == 12 {
            break;
        }
    }
    let ran = broken.run(arguments);
    assert!(ran.code == 1 || (ran.code == 2 && ran.err.contains("is there already")), "{ran:?}");
    let leftovers = broken.files().into_iter().filter(|file| file.contains(".naqi") || file.ends_with(".part")).collect::<Vec<_>>();
    assert!(leftovers.is_empty(), "{leftovers:?}");
    let (expected, found) = (left(unbroken, output), left(&broken, output));
    assert_eq!(expected.len(), found.len(), "{:?}", broken.files());
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected.0, found.0);
        let missing: Vec<_> = expected.1.difference(&found.1).take(2).collect();
        let extra: Vec<_> = found.1.difference(&expected.1).take(2).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{}: missing {missing:?}, extra {extra:?} after {killed} kills", expected.0);
        assert_eq!(expected.2, found.2, "{}: twice", expected.0);
    }
}

#[test]
fn lines_survive_kills() {
    let all = archive(120);
    chaos("a.warc.gz", &gzip_each(&all), "jsonl", "out.jsonl", &[]);
    chaos("a.warc", &all.concat(), "jsonl", "out.jsonl.zst", &[]);
    chaos("a.warc", &crate::inputs::gzip(&all.concat()), "jsonl", "out/", &["--max-shard-bytes", "30k"]);
}

#[test]
fn trees_and_rows_survive_kills() {
    let all = archive(120);
    chaos("a.warc.gz", &gzip_each(&all), "text", "tree/", &[]);
    let half = all.len() / 2;
    let tar = tar(&[("a.warc.gz", gzip_each(&all[..half])), ("b.warc", all[half..].concat())]);
    chaos("a.tar", &tar, "markdown", "tree/", &[]);
    chaos("a.warc.gz", &gzip_each(&all), "parquet", "rows/", &["--max-shard-bytes", "20k"]);
    chaos("a.warc.gz", &gzip_each(&all), "parquet", "rows.parquet", &["--set", "bulk.row_group_bytes=8k"]);
    chaos("a.warc.gz", &gzip_each(&all), "wet", "out.wet", &[]);
}

#[test]
fn rows_are_read_and_written_on_from_within_a_file() {
    let bench = Workbench::new();
    bench.write("a.warc.gz", gzip_each(&archive(120)));
    let small = ["--set", "bulk.row_group_bytes=8k", "-q"];
    bench.expect(0, &[&["clean", "a.warc.gz", "--emit", "parquet", "-o", "whole.parquet"], &small[..]].concat());
    let again = ["clean", "whole.parquet", "--emit", "parquet", "-o", "again.parquet", "--checkpoint", "0", "-j", "2"];
    let again: Vec<&str> = [&again, &small[..]].concat();
    let (mut kills, mut went_on) = (0, false);
    for delay in (1..400).map(|step| Duration::from_millis(20 + step % 40 * 25)) {
        let mut child = bench.command(&again).spawn().unwrap();
        std::thread::sleep(delay);
        if child.try_wait().unwrap().is_some() {
            if kills > 0 && went_on {
                break;
            }
            let _ = std::fs::remove_file(bench.path("again.parquet"));
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if let Ok(journal) = std::fs::read_to_string(bench.path(".again.parquet.naqi/journal.json")) {
            let journal: serde_json::Value = serde_json::from_str(&journal).unwrap();
            // In the middle of both: the input's row group, and the output's length.
            went_on |= journal["reached"]["position"]["member"].as_u64() > Some(0) && journal["shards"]["length"].as_u64() > Some(0);
            if went_on {
                break;
            }
        }
    }
    assert!(went_on, "no kill of {kills} came in the middle");
    let ran = bench.run(&again);
    assert!(ran.code < 2, "{ran:?}");
    let [whole, again] = ["whole.parquet", "again.parquet"].map(|file| {
        let rows = SerializedFileReader::new(std::fs::File::open(bench.path(file)).unwrap()).unwrap();
        rows.get_row_iter(None).unwrap().map(|row| row.unwrap().get_string(1).unwrap().clone()).collect::<Vec<_>>()
    });
    let has_html = |id: &&String| again.contains(id);
    assert!(again.len() > 50 && whole.iter().filter(has_html).eq(again.iter()), "each once, in their order");
}

#[test]
fn another_task_does_not_go_on_and_fresh_starts_over() {
    let bench = Workbench::new();
    bench.write("a.warc.gz", gzip_each(&archive(400)));
    let run = |more: &[&str]| {
        [&["clean", "a.warc.gz", "--emit", "jsonl", "-o", "out.jsonl", "--checkpoint", "0", "-j", "1"], more]
            .concat()
            .iter()
            .map(|s| s.to_string())
            .collect::<Vec<_>>()
    };
    let run = |more: &[&str]| run(more);
    let first = run(&[]);
    let mut child = bench.command(&first.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    while !bench.path(".out.jsonl.naqi/journal.json").exists() {
        assert!(child.try_wait().unwrap().is_none(), "ended before it was killed");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(bench.path("out.jsonl.part").exists() && !bench.path("out.jsonl").exists());
    let expect = |code: i32, more: &[&str]| bench.expect(code, &run(more).iter().map(String::as_str).collect::<Vec<_>>());
    let ran = expect(2, &["--min-chars", "10"]);
    assert!(ran.err.contains("had other inputs, options or rules; --fresh starts over"), "{ran:?}");
    let ran = expect(0, &["--min-chars", "10", "--fresh", "-q"]);
    assert_eq!(ran.err, "");
    assert_eq!(records(&bench.read("out.jsonl")).len(), 520);
    let ran = expect(2, &[]);
    assert!(ran.err.contains("out.jsonl is there already"), "{ran:?}");
}

#[test]
fn fresh_throws_away_what_the_broken_run_wrote() {
    let all = gzip_each(&archive(300));
    let pages = |bench: &Workbench, folder: &str| {
        let files: Vec<String> = bench.files().into_iter().filter(|file| file.starts_with(folder)).collect();
        assert!(files.iter().all(|file| !file.contains(".naqi") && !file.ends_with(".part")), "{files:?}");
        files.len()
    };
    for (emit, more) in [("jsonl", vec!["--max-shard-bytes", "20k"]), ("parquet", vec!["--max-shard-bytes", "2k"]), ("text", vec![])] {
        let bench = Workbench::new();
        bench.write("a.warc.gz", &all);
        let arguments = [&["clean", "a.warc.gz", "--emit", emit, "-o", "out/", "--checkpoint", "0", "-q"], &more[..]].concat();
        let mut child = bench.command(&arguments).spawn().unwrap();
        while bench.files().len() < 9 {
            assert!(child.try_wait().unwrap().is_none(), "ended before it was killed");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        bench.expect(0, &[&arguments[..], &["--fresh"]].concat());
        let whole = Workbench::new();
        whole.write("a.warc.gz", &all);
        whole.expect(0, &arguments);
        assert_eq!(pages(&bench, "out/"), pages(&whole, "out/"), "{emit}");
    }
}

/// Kills a run when it has left so many files.
fn kill_at(bench: &Workbench, arguments: &[&str], files: usize) {
    let mut child = bench.command(arguments).spawn().unwrap();
    while bench.files().len() < files {
        assert!(child.try_wait().unwrap().is_none(), "ended before it was killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn fresh_throws_away_pages_that_another_run_would_not_write() {
    let bench = Workbench::new();
    bench.write("a.warc.gz", gzip_each(&archive(300)));
    bench.write("out/mine.txt", "mine");
    let how = ["clean", "a.warc.gz", "-o", "out/", "--checkpoint", "0", "-q"];
    kill_at(&bench, &[&how[..], &["--emit", "text"]].concat(), 30);
    bench.expect(0, &[&how[..], &["--emit", "markdown", "--fresh"]].concat());
    let texts: Vec<String> = bench.files().into_iter().filter(|file| file.ends_with(".txt")).collect();
    assert_eq!(texts, ["out/mine.txt"]);
}

#[test]
fn a_run_that_writes_among_its_inputs_goes_on() {
    for (emit, output) in [("text", "p/"), ("text", "p/clean"), ("jsonl", "p/out.jsonl"), ("jsonl", "p/")] {
        let (bench, whole) = (Workbench::new(), Workbench::new());
        for number in 0..150 {
            for bench in [&bench, &whole] {
                bench.write(&format!("p/{number:03}.html"), page(number));
            }
        }
        let letters = ["--dead-letters", "p/failed", "--report", "p/r.jsonl"];
        let arguments = [&["clean", "p", "--emit", emit, "-o", output, "--checkpoint", "0", "-j", "1", "-q"], &letters[..]].concat();
        let begun = if emit == "text" { 20 } else { 2 };
        kill_at(&bench, &arguments, 150 + begun);
        bench.expect(0, &arguments);
        whole.expect(0, &arguments);
        assert_eq!(bench.files(), whole.files(), "{emit} {output}");
        assert_eq!(bench.read("p/r.jsonl").lines().count(), 150, "{emit} {output}");
    }
}
