//! What moderation looks like from the command line.

use crate::crawl::{crawl, gzip_each, numbers, page, records, response};
use crate::workbench::Workbench;

const RULES: &str = "about = \"House rules\"\n\n\
    [[rule]]\nid = \"casino\"\nseverity = \"high\"\nmatch = { words = { file = \"lists/casino.txt\" } }\naction = { mask = \"*\" }\nhit = [\"a ca<b>si</b>no\"]\nmiss = [\"casinos\"]\n\n\
    [[rule]]\nid = \"hold\"\nmatch = { phrase = \"hold this page\" }\naction = \"quarantine\"\nhit = [\"hold this page\"]\nmiss = [\"hold the page\"]\n";

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.write("rules.toml", RULES);
    bench.write("lists/casino.txt", "# words\ncasino\n");
    bench.write("page.html", "<p>go to the ca<b>si</b>no on Monday</p>");
    bench.write("held.html", "<p>please hold this page</p>");
    bench
}

#[test]
fn a_rule_file_redacts_in_every_format() {
    let bench = bench();
    for emit in ["republish", "preserve", "text", "markdown", "jsonl"] {
        for strip in ["article", "off"] {
            let rules = if strip == "off" { RULES.split("[[rule]]\nid = \"hold\"").next().unwrap() } else { RULES };
            bench.write("rules.toml", rules);
            let out = bench.expect(0, &["clean", "page.html", "--rules", "rules.toml", "--emit", emit, "--strip", strip, "-q"]).out;
            assert!(out.contains("**") && !out.contains("ca<b>") && !out.contains("casino "), "{emit}: {out}");
        }
    }
}

#[test]
fn pages_that_are_held_back_go_aside() {
    let bench = bench();
    let ran = bench
        .expect(3, &["clean", "page.html", "held.html", "-o", "out/", "--rules", "rules.toml", "--quarantine", "held/", "--report", "report.jsonl"]);
    assert!(ran.err.contains("held.html: held back (quarantine) by rules/hold"), "{ran:?}");
    assert!(bench.path("out/page.html").exists() && !bench.path("out/held.html").exists());
    assert_eq!(std::fs::read_to_string(bench.path("held/held.html")).unwrap(), "<p>please hold this page</p>");
    let report = std::fs::read_to_string(bench.path("report.jsonl")).unwrap();
    assert!(
        report.contains("\"verdict\":\"quarantine\"") && report.contains("\"rule\":\"rules/hold\"") && !report.contains("please hold"),
        "{report}"
    );
    let out = bench.expect(3, &["clean", "held.html", "--rules", "rules.toml", "--emit", "jsonl"]).out;
    assert!(out.contains("\"html\":null") && out.contains("\"verdict\":\"quarantine\""), "{out}");
    let ran = bench.expect(2, &["clean", "page.html", "--rules", "rules.toml", "--strip", "rules"]);
    assert!(ran.err.contains("rules.toml:11: rule `rules/hold` can hold a page back") && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let bench = Workbench::new();
    bench.write(
        "bad.toml",
        "about = \"Broken\"\n[[rule]]\nid = \"a\"\nmatch = { word = [\"x\"] }\naction = \"maks\"\n[[rule]]\nid = \"b\"\nmatch = { regex = '(' }\nseverity = \"hihg\"\n\
         [[rule]]\nid = \"c\"\nmatch = { none = [{ words = [\"casino\"] }] }\n[[rule]]\nid = \"d\"\nmatch = { entity = \"fone\" }\naction = \"pseudonym\"\n\
         [[rule]]\nid = \"e\"\nmatch = { words = { file = \"nowhere.txt\" } }\nsurfaces = [\"txt\"]\n",
    );
    let out = bench.expect(2, &["rules", "check", "bad.toml"]).out;
    for expected in [
        "bad.toml:4:11",
        "did you mean `words`",
        "bad.toml:5:10",
        "did you mean `mask`",
        "bad.toml:8:19",
        "bad.toml:9:12",
        "did you mean `high`",
        "the match finds nothing by itself",
        "there is no entity `fone`",
        "did you mean `phone`",
        "NAQI_PSEUDONYM_KEY",
        "cannot read the list `nowhere.txt`",
        "did you mean `text`",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    let ran = bench.expect(2, &["clean", "page.html", "--with", "pi"]);
    assert!(ran.err.contains("there is no pack `pi`") && ran.err.contains("did you mean `pii`"), "{ran:?}");
}

#[test]
fn lints_warn_of_what_is_odd() {
    let bench = Workbench::new();
    bench.write(
        "odd.toml",
        "about = \"Odd\"\n[[rule]]\nid = \"a\"\nmatch = { words = [\"xy\", \"casino\", \"CASINO\"] }\nexcept = [\"nothing of it\"]\n\
         [[rule]]\nid = \"list\"\nmatch = { words = { file = \"odd.txt\" } }\n\
         [[rule]]\nid = \"b\"\nmatch = { regex = '\\bكازينو[0-9]' }\n",
    );
    bench.write("odd.txt", "كازينو\nكَازينو\nقم\n");
    let out = bench.expect(0, &["rules", "check", "odd.toml"]).out;
    for expected in [
        "odd.txt:2:1",
        "odd.txt:3:1",
        "a word of 2 letters",
        "has this word already",
        "the exception can never apply",
        "`\\b` beside Arabic",
        "`[0-9]` beside Arabic",
        "shows no text that it finds",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
}

#[test]
fn pseudonyms_need_their_key_and_are_left_alone() {
    let bench = Workbench::new();
    bench.write("rules.toml", "about = \"x\"\n[[rule]]\nid = \"mail\"\nmatch = { entity = \"email\" }\naction = \"pseudonym\"\nhit = [\"a.reader@example.org\"]\nmiss = [\"a b\"]\n");
    bench.write("page.html", "<p>write to a.reader@example.org or <b>A.Reader@example.org</b></p>");
    bench.write("key", "0123456789abcdef0123");
    assert!(bench.expect(2, &["clean", "page.html", "--rules", "rules.toml"]).err.contains("there is no key"));
    let with_key = ["--rules", "rules.toml", "--set", "rules.pseudonym_key=key", "--emit", "preserve", "-q"];
    let once = bench.expect(0, &[&["clean", "page.html"][..], &with_key].concat()).out;
    let token = once.split('[').nth(1).unwrap().split(']').next().unwrap();
    assert!(token.starts_with("email:") && once.matches(token).count() == 2, "{once}");
    bench.write("again.html", &once);
    assert_eq!(bench.expect(0, &[&["clean", "again.html"][..], &with_key].concat()).out, once);
    bench.write("key", "short");
    assert!(bench.expect(2, &[&["clean", "page.html"][..], &with_key].concat()).err.contains("too short"));
}

#[test]
fn authors_try_test_and_compare() {
    let bench = bench();
    let out = bench.expect(0, &["rules", "try", "the casino and xcasino", "--rules", "rules.toml"]).out;
    assert!(out.contains("mask by rules/casino (high)") && out.contains("boundary") && out.contains("the ****** and xcasino"), "{out}");
    let out = bench.expect(0, &["rules", "try", "call +966501234567", "--with", "pii"]).out;
    assert!(out.contains("moderate/pii/phone") && !out.trim_end().ends_with("966501234567"), "{out}");
    assert!(bench.expect(2, &["rules", "test", "rules.toml", "--pages", "page.html"]).out.contains("was found, and should not be"));
    bench.expect(0, &["rules", "test", "rules.toml", "--pages", "page.html", "--bless"]);
    assert!(bench.expect(0, &["rules", "test", "rules.toml", "--pages", "page.html"]).out.contains("1 page, 0 failures"));
    bench.write("new.toml", RULES.replace("\"lists/casino.txt\"", "\"lists/none.txt\"").replace("a ca<b>si</b>no", "roulette"));
    bench.write("lists/none.txt", "roulette\n");
    let out = bench.expect(0, &["rules", "diff", "rules.toml", "new.toml", "page.html"]).out;
    assert!(out.contains("casino: 0 gained, 1 lost") && out.contains("- page.html:1: ca<b>si</b>no"), "{out}");
    let out = bench.expect(0, &["explain", "page.html", "--rules", "rules.toml"]).out;
    assert!(out.contains("mask in text, score 0.70") && out.contains("rule rules/casino (high)"), "{out}");
}

#[test]
fn expressions_over_the_limit_are_mistakes() {
    let bench = Workbench::new();
    bench.write(
        "big.toml",
        "about = \"Big\"\n[[rule]]\nid = \"a\"\nmatch = { regex = '(?:[\\p{L}]{1,800}x){1,800}' }\nhit = [\"aax\"]\nmiss = [\"1\"]\n",
    );
    let out = bench.expect(2, &["rules", "check", "big.toml"]).out;
    assert!(out.contains("big.toml:4:19") && out.contains("exceeds size limit") && out.contains("bound it, or name less"), "{out}");
    bench.write("page.html", "<p>x</p>");
    let ran = bench.expect(2, &["clean", "page.html", "--rules", "big.toml"]);
    assert!(ran.out.is_empty() && ran.err.contains("the rules cannot be used"), "{ran:?}");
}

#[test]
fn a_word_on_every_page_is_warned_of() {
    let bench = Workbench::new();
    bench.write(
        "rules.toml",
        "about = \"x\"\n[[rule]]\nid = \"of\"\nmatch = { words = [\"port\", \"rare\"] }\nhit = [\"a port\"]\nmiss = [\"ports\"]\n",
    );
    for page in 0..6 {
        bench.write(&format!("pages/{page}.html"), format!("<p>the port of {page}{}</p>", if page == 0 { ", a rare one" } else { "" }));
    }
    bench.expect(0, &["rules", "test", "rules.toml", "--pages", "pages", "--bless"]);
    let out = bench.expect(0, &["rules", "test", "rules.toml", "--pages", "pages"]).out;
    assert!(out.contains("rules/of: \"port\" is on 6 of 6 pages") && !out.contains("\"rare\""), "{out}");
    let out = bench.expect(0, &["rules", "test", "rules.toml", "--pages", "pages", "--max-share", "100"]).out;
    assert!(!out.contains("too common"), "{out}");
}

#[test]
fn changes_of_folders_are_told_by_pack() {
    let bench = Workbench::new();
    let pack =
        |word: &str| format!("about = \"x\"\n[[rule]]\nid = \"call\"\nmatch = {{ words = [\"{word}\"] }}\nhit = [\"a {word}\"]\nmiss = [\"x\"]\n");
    for (folder, bets) in [("old", "casino"), ("new", "roulette")] {
        bench.write(&format!("{folder}/bets.toml"), pack(bets));
        bench.write(&format!("{folder}/loans.toml"), pack("loan"));
    }
    bench.write("page.html", "<p>casino</p>\n<p>roulette and loan</p>");
    let out = bench.expect(0, &["rules", "diff", "old", "new", "page.html"]).out;
    assert!(out.contains("bets/call: 1 gained, 1 lost") && out.contains("+ page.html:2: roulette") && out.contains("- page.html:1: casino"), "{out}");
    assert!(!out.contains("loans/call") && out.contains("1 page: 1 rules differ, 1 finding the same"), "{out}");
    // Two files of other names, and a pack of the program beside them.
    let out = bench.expect(0, &["rules", "diff", "old/bets.toml", "new/loans.toml", "page.html", "--with", "pii"]).out;
    assert!(out.contains("call: 1 gained, 1 lost") && !out.contains("bets/call"), "{out}");
}

const HELD: &str = "a captain wrote: please hold this page until further notice";
const DROPPED: &str = "a captain wrote: please lose this page at once";

/// An archive of six pages; rules hold the third one back and drop the fifth.
fn archive() -> Workbench {
    let bench = bench();
    let drop = "\n[[rule]]\nid = \"lose\"\nmatch = { phrase = \"lose this page\" }\naction = \"drop\"\nhit = [\"lose this page\"]\nmiss = [\"lose a page\"]\n";
    bench.write("rules.toml", [RULES, drop].concat());
    let mut all = crawl(4);
    for (at, number, sentence) in [(5, 50, HELD), (8, 60, DROPPED)] {
        let body = page(number).replace("<p>Nobody", &format!("<p>{sentence}, he said.</p><p>Nobody"));
        all.insert(at, response(number, "200 OK\r\nContent-Type: text/html; charset=utf-8", body.as_bytes()));
    }
    bench.write("crawl.warc.gz", gzip_each(&all));
    bench
}

#[test]
fn archives_lose_nothing_held_back_to_any_output() {
    for strip in ["article", "rules", "off"] {
        for (emit, output) in [
            ("republish", "out/"),
            ("text", "out/"),
            ("jsonl", "out.jsonl"),
            ("parquet", "out.parquet"),
            ("warc", "out.warc"),
            ("wet", "out.warc.wet"),
        ] {
            let bench = archive();
            let how = ["--rules", "rules.toml", "--strip", strip, "--emit", emit, "--compress", "none", "-o", output];
            let rest = ["--quarantine", "held.jsonl", "--dead-letters", "dead.jsonl", "--report", "report.jsonl", "--stats", "stats.json"];
            let ran = bench.expect(3, &[&["clean", "crawl.warc.gz"], &how[..], &rest[..]].concat());
            assert!(ran.err.contains("held back (quarantine) by rules/hold") && ran.err.contains("held back (drop) by rules/lose"), "{ran:?}");
            assert!(ran.err.lines().any(|line| line.contains("held back") && line.contains(" 2 ")), "{ran:?}");
            for file in bench.files().into_iter().filter(|file| file.starts_with("out") || file == "report.jsonl" || file == "stats.json") {
                let text = String::from_utf8_lossy(&std::fs::read(bench.path(&file)).unwrap()).into_owned();
                assert!(
                    !text.contains("report number 50") && !text.contains("report number 60") && !text.contains("captain"),
                    "{emit} {file}: {text}"
                );
            }
            let pages = bench.files().into_iter().filter(|file| file.starts_with("out/")).count();
            assert!(output != "out/" || pages == 4, "{:?}", bench.files());
            if emit == "jsonl" {
                let records = records(&bench.read(output));
                let verdicts: Vec<_> = records.iter().map(|record| record["verdict"].as_str().unwrap()).collect();
                assert_eq!(verdicts, ["pass", "pass", "quarantine", "pass", "drop", "pass"]);
                assert!(records[2]["html"].is_null() && records[2]["text"].is_null() && records[2]["error"].is_null());
                assert!(records[2]["offset"].is_number() && records[2]["findings"][0]["rule"] == "rules/hold");
            }
            let stats: serde_json::Value = serde_json::from_str(&bench.read("stats.json")).unwrap();
            let sums = &stats["sums"];
            assert_eq!([&sums["pages"], &sums["held"], &sums["failures"], &sums["findings"]], [6, 2, 0, 2]);
            assert_eq!(records(&bench.read("held.jsonl")).len(), 1, "what is dropped is kept nowhere");
            assert_eq!(bench.read("dead.jsonl"), "");
        }
    }
}

#[test]
fn pages_held_back_are_failed_ones_where_no_place_is_theirs_and_can_be_tried_again() {
    let bench = archive();
    let how = ["--rules", "rules.toml", "--emit", "jsonl", "-q"];
    bench.expect(3, &[&["clean", "crawl.warc.gz", "-o", "out.jsonl", "--dead-letters", "dead/"], &how[..]].concat());
    bench.expect(3, &[&["clean", "crawl.warc.gz", "-o", "more.jsonl", "--quarantine", "held.jsonl"], &how[..]].concat());
    let letters = records(&bench.read("held.jsonl"));
    assert_eq!((letters.len(), &letters[0]["cause"]), (1, &"held back (quarantine) by rules/hold".into()));
    for letters in ["dead", "held.jsonl"] {
        // Under the same rules it is held back again; without them it comes through.
        let again = bench.expect(3, &[&["replay", letters, "--quarantine", "still.jsonl"], &how[..]].concat());
        assert!(!again.out.contains("captain"), "{again:?}");
        let released = bench.expect(0, &["replay", letters, "--emit", "text", "-q"]).out;
        assert!(numbers(&released) == [50] && released.contains(HELD), "{released}");
    }
    assert_eq!(records(&bench.read("still.jsonl")).len(), 2);
    let ran = bench.expect(2, &[&["clean", "crawl.warc.gz", "--quarantine", "one.jsonl", "--dead-letters", "./one.jsonl"], &how[..]].concat());
    assert!(ran.err.contains("are the same place"), "{ran:?}");
    let page = format!("<p>{HELD}</p>");
    let ran = bench.run_with_stdin(&page, &[&["clean", "-", "--quarantine", "stdin/"], &how[..]].concat());
    assert!(ran.code == 3 && !ran.out.contains("captain"), "{ran:?}");
    let kept = bench.files().into_iter().find(|file| file.starts_with("stdin/") && !file.ends_with(".json")).unwrap();
    assert_eq!(bench.read(&kept), page);
}
