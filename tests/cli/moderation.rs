//! What moderation looks like from the command line.

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
         [[rule]]\nid = \"b\"\nmatch = { regex = '\\bكازينو[0-9]' }\n",
    );
    let out = bench.expect(0, &["rules", "check", "odd.toml"]).out;
    for expected in [
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
