//! Dead letters hold all that is needed to try a page again.

use crate::crawl::{crawl, gzip_each, kept, numbers, page, record, records, response};
use crate::workbench::{Workbench, long_page};

const LIMIT: [&str; 2] = ["--set", "limits.page_bytes=20000"];

fn bench() -> Workbench {
    let bench = Workbench::new();
    let mut all = crawl(4);
    let long = page(77) + &long_page(60_000);
    all.insert(4, response(77, "200 OK\r\nContent-Type: text/html", long.as_bytes()));
    all.push(record(
        "resource",
        "WARC-Target-URI: https://news.example/r\r\nContent-Type: text/html\r\n",
        (page(78) + &long_page(60_000)).as_bytes(),
    ));
    bench.write("crawl.warc.gz", gzip_each(&all));
    bench.write("long.html", page(79) + &long_page(60_000));
    bench
}

#[test]
fn letters_are_tried_again_from_a_file_and_from_a_folder() {
    let bench = bench();
    for letters in ["dead.jsonl", "dead"] {
        let out = format!("{letters}.out.jsonl");
        let ran = bench.expect(
            1,
            &[&["clean", "crawl.warc.gz", "long.html", "--emit", "jsonl", "-o", &out, "--dead-letters", letters, "-q"], &LIMIT[..]].concat(),
        );
        assert_eq!(ran.err.matches("past limits.page_bytes").count(), 3, "{ran:?}");
        // Under the same limit they fail again; without it they come through as if they never had.
        bench.expect(1, &[&["replay", letters, "--emit", "jsonl", "-q"], &LIMIT[..]].concat());
        let ran = bench.expect(0, &["replay", letters, "--emit", "jsonl", "-q"]);
        let mut again = records(&ran.out);
        assert_eq!(again.iter().flat_map(|record| numbers(record["text"].as_str().unwrap())).collect::<Vec<_>>().len(), 3);
        again.sort_by_key(|record| record["id"].as_str().unwrap().to_owned());
        let whole = records(&bench.expect(0, &["clean", "crawl.warc.gz", "--emit", "jsonl", "-q"]).out);
        let same = whole.iter().find(|record| record["url"] == "https://news.example/77").unwrap();
        let replayed = again.iter().find(|record| record["url"] == "https://news.example/77").unwrap();
        assert_eq!(same, replayed, "the same record, whichever way it went");
        assert!(again.iter().any(|record| record["source"] == "long.html"));
    }
    let letters = records(&bench.read("dead.jsonl"));
    assert!(letters.iter().all(|letter| letter["rules_digest"].as_str().unwrap().len() == 64 && letter["cause"].is_string()));
    assert_eq!(letters[0]["offset"], gzip_each(&crawl(4)[..4]).len());
}

#[test]
fn what_a_letter_could_not_hold_is_read_from_the_archive() {
    let bench = Workbench::new();
    let long = page(5) + &long_page(600_000);
    bench.write("crawl.warc", [crawl(1).concat(), response(5, "200 OK\r\nContent-Type: text/html", long.as_bytes())].concat());
    bench.expect(1, &[&["clean", "crawl.warc", "--emit", "text", "-o", "out/", "--dead-letters", "dead.jsonl", "-q"], &LIMIT[..]].concat());
    assert!(bench.read("dead.jsonl").len() < 300_000, "a giant is not copied");
    let ran = bench.expect(0, &["replay", "dead.jsonl", "--emit", "text", "-q"]);
    assert!(ran.out.contains(&kept(5)) && ran.out.contains("very last words"));
    std::fs::remove_file(bench.path("crawl.warc")).unwrap();
    let ran = bench.expect(1, &["replay", "dead.jsonl", "--emit", "text", "-q"]);
    assert!(ran.err.contains("does not hold the whole page, and its archive cannot be opened"), "{ran:?}");
    assert!(bench.expect(2, &["replay", "nothing"]).err.contains("cannot open nothing"));
}

#[test]
fn what_could_not_be_read_is_a_letter_too() {
    let bench = Workbench::new();
    let sound = gzip_each(&crawl(6));
    let (start, end) = (gzip_each(&crawl(6)[..4]).len(), gzip_each(&crawl(6)[..5]).len());
    let mut broken = sound.clone();
    broken[start + 12..end - 8].fill(0xa5);
    bench.write("crawl.warc.gz", &broken);
    bench.write("lines.jsonl", "{\"html\":\"<p>one\"}\n{\"html\": not json}\n");
    for letters in ["dead.jsonl", "dead"] {
        bench.expect(
            1,
            &["clean", "crawl.warc.gz", "lines.jsonl", "--emit", "jsonl", "-o", &format!("{letters}.out.jsonl"), "--dead-letters", letters, "-q"],
        );
    }
    let found = records(&bench.read("dead.jsonl"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((&found[0]["source"], &found[0]["offset"], &found[0]["kind"]), (&"crawl.warc.gz".into(), &start.into(), &"lost".into()));
    assert!(!found[0]["cause"].as_str().unwrap().is_empty() && found[0]["payload"].is_null());
    use base64::Engine;
    let line = base64::engine::general_purpose::STANDARD.decode(found[1]["payload"].as_str().unwrap()).unwrap();
    assert_eq!((found[1]["source"].as_str(), line), (Some("lines.jsonl"), b"{\"html\": not json}\n".to_vec()));
    assert_eq!(bench.read("dead/lines.jsonl@18.payload"), "{\"html\": not json}\n");
    // It fails again under its own name, as often as it is tried; once its source is in order it comes through.
    bench.expect(1, &["replay", "dead.jsonl", "--emit", "jsonl", "-o", "more.jsonl", "--dead-letters", "still.jsonl", "-q"]);
    let still = records(&bench.read("still.jsonl"));
    assert_eq!(
        still.iter().map(|letter| (&letter["source"], &letter["offset"], &letter["kind"])).collect::<Vec<_>>(),
        found.iter().map(|letter| (&letter["source"], &letter["offset"], &letter["kind"])).collect::<Vec<_>>()
    );
    bench.write("crawl.warc.gz", &sound);
    let ran = bench.expect(1, &["replay", "still.jsonl", "--emit", "jsonl", "-q"]);
    assert!(ran.err.contains("lines.jsonl: at 18") && !ran.err.contains("crawl.warc.gz"), "{ran:?}");
}

#[test]
fn a_page_that_was_a_whole_input_is_one_again() {
    let bench = Workbench::new();
    for name in ["pages/sub/n1.html", "pages/sub/n2.txt", "other/sub/n1.htm"] {
        bench.write(name, page(1));
    }
    let inputs = ["pages", "other"];
    let clean = |more: &[&str], code: i32| bench.expect(code, &[&["clean"], &inputs[..], &["-q"], more].concat());
    for letters in ["failed.jsonl", "failed"] {
        clean(&["-o", "nothing/", "--set", "limits.page_bytes=3", "--dead-letters", letters], 1);
        let sorted = |out: &str| {
            let mut found = records(out);
            found.sort_by_key(|record| record["source"].to_string());
            found
        };
        let whole = sorted(&clean(&["--emit", "jsonl"], 0).out);
        assert_eq!(sorted(&bench.expect(0, &["replay", letters, "--emit", "jsonl", "-q"]).out), whole);
        assert_eq!((&whole[1]["id"], &whole[1]["offset"]), (&"pages/sub/n1.html".into(), &serde_json::Value::Null));
        // It may fail again, as often as it likes.
        bench.expect(1, &["replay", letters, "--emit", "jsonl", "-q", "--set", "limits.page_bytes=3", "--dead-letters", "still.jsonl"]);
        assert_eq!(sorted(&bench.expect(0, &["replay", "still.jsonl", "--emit", "jsonl", "-q"]).out), whole);
        for emit in ["text", "preserve"] {
            clean(&["-o", "fresh/", "--emit", emit], 0);
            bench.expect(0, &["replay", letters, "-o", "again", "--emit", emit, "-q"]);
            let below = |folder: &str| {
                let files = bench.files().into_iter().filter_map(|file| file.strip_prefix(folder).map(str::to_owned)).collect::<Vec<_>>();
                std::fs::remove_dir_all(bench.path(folder)).unwrap();
                files
            };
            let (fresh, again) = (below("fresh/"), below("again/"));
            assert_eq!((fresh.len(), &fresh), (3, &again), "{emit}");
        }
        std::fs::remove_file(bench.path("still.jsonl")).unwrap();
    }
    let ran = bench.expect(2, &["replay", "failed.jsonl", "--dead-letters", "failed.jsonl"]);
    assert!(ran.err.contains("--dead-letters: failed.jsonl is what is read"), "{ran:?}");
}

#[test]
fn a_record_of_an_archive_goes_where_it_had_gone() {
    let bench = bench();
    let text = |how: &[&str], code: i32| bench.expect(code, &[how, &["--emit", "text", "-q"]].concat());
    text(&["clean", "crawl.warc.gz", "-o", "fresh/"], 0);
    text(&[&["clean", "crawl.warc.gz", "-o", "again/", "--dead-letters", "failed"], &LIMIT[..]].concat(), 1);
    text(&["replay", "failed", "-o", "again/"], 0);
    let below = |folder: &str| bench.files().into_iter().filter_map(|file| file.strip_prefix(folder).map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(below("fresh/"), below("again/"));
}
