//! What `naqi explain` shows of a page.

use crate::workbench::{PACK, Workbench};

const PAGE: &str = "<html lang=ar><head><title>T</title><meta charset=windows-1256></head>\n<body>\n<p>The harbour opened again on Monday, and ships came in.</p>\n\
    <div class=promo-box-x>\n  <b>Buy</b>   two &amp; smile\n</div>\n<p>Nobody had expected so many of them.</p></body></html>";

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.write("promo.toml", PACK);
    let (head, tail) = PAGE.split_at(PAGE.find("<p>").unwrap());
    // Arabic in one byte a letter before the removal: source offsets are not text offsets.
    bench.write("page.html", [head.as_bytes(), b"<p>\xd3\xe1\xc7\xe3 \xd3\xe1\xc7\xe3.</p>\n", tail.as_bytes()].concat());
    bench
}

#[test]
fn each_decision_is_shown_with_its_place_rule_and_text() {
    let bench = bench();
    let page = std::fs::read(bench.path("page.html")).unwrap();
    let start = page.windows(5).position(|window| window == b"<div ").unwrap();
    let end = page.windows(6).position(|window| window == b"</div>").unwrap() + 6;
    for strip in ["rules", "article"] {
        let out = bench.expect(0, &["explain", "page.html", "--rules", "promo.toml", "--no-builtin", "--strip", strip]).out;
        assert!(out.starts_with(&format!("line 5, bytes {start}..{end}: whole\n")), "{out}");
        assert!(out.contains("    rule promo/promo: The promotion box sells something\n    text Buy two & smile\n"), "{out}");
        assert!(out.contains("encoding windows-1256 (meta)") && out.contains("    title T\n") && out.contains("    lang ar\n"), "{out}");
    }
}

#[test]
fn the_report_comes_as_json() {
    let bench = bench();
    let out = bench.expect(0, &["explain", "page.html", "--rules", "promo.toml", "--no-builtin", "--json", "--url", "https://n.example/"]).out;
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["removals"][0]["rules"][0], "promo/promo");
    assert_eq!(report["url"], "https://n.example/");
}

#[test]
fn what_nearly_matched_and_what_stayed_is_said() {
    let bench = Workbench::new();
    let pack = "about = \"Words\"\n[[rule]]\nid = \"weak\"\nwhy = \"A weak word\"\ntext = [\"Zprint\"]\njoins = true\nalone = false\n\
        hit = [\"<p>The port opened on Monday.</p><p>Zprint Zprint</p>\"]\nmiss = [\"<p>The Zprint opened on Monday.</p>\"]\n";
    bench.write("weak.toml", pack);
    let page = "<p>The harbour opened again on Monday, and ships came in.</p><p>Zprint</p><p>Nobody had expected so many of them.</p>";
    let ran = bench.run_with_stdin(page, &["explain", "-", "--rules", "weak.toml", "--no-builtin"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("nothing was removed\n\nnearly matched\nline 1, bytes "), "{ran:?}");
    assert!(ran.out.contains("rule weak/weak: ") && ran.out.contains("    text Zprint\n"), "{ran:?}");
    let ran = bench.expect(1, &["explain", "gone.html"]);
    assert!(ran.out.is_empty() && ran.err.contains("gone.html: cannot open it"), "{ran:?}");
}

#[test]
fn each_block_is_shown_with_its_score_and_what_would_flip_it() {
    let bench = Workbench::new();
    let paragraphs: String = (1..7)
        .map(|n| format!("<p>On day {n} the harbour opened again, and the ships that had waited outside for weeks came in, as the pilots said.</p>"))
        .collect();
    let links: String = (1..9).map(|n| format!("<li><a href=/{n}>Something else that happened here, number {n}</a></li>")).collect();
    bench.write("page.html", format!("<title>T</title><main><h1>The harbour opens</h1>{paragraphs}</main><div class=box><ul>{links}</ul></div>"));
    let report: serde_json::Value = serde_json::from_str(&bench.expect(0, &["explain", "page.html", "--json"]).out).unwrap();
    let blocks = report["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 15, "{report}");
    let of = |kept: bool| blocks.iter().filter(move |block| block["kept"] == kept);
    assert!(of(true).count() >= 7 && of(false).count() >= 4, "{report}");
    for block in blocks {
        let (features, chance) = (block["features"].as_array().unwrap(), block["chance"].as_f64().unwrap());
        assert!(features.len() == 5 && features.iter().all(|feature| feature["weight"] != 0.0 && feature["says"] != ""), "{block}");
        let Some(line) = block["line"].as_f64() else { continue };
        assert_eq!(chance >= line, block["kept"] == true, "{block}");
        // So far the threshold has to fall to flip it.
        assert_eq!(block["flip"]["favor"].as_f64().unwrap() <= 0.0, block["kept"] == true, "{block}");
    }
    let out = bench.expect(0, &["explain", "page.html"]).out;
    assert!(out.contains("\nblocks, mean score ") && out.contains("    text On day 6 the harbour") && out.contains("flips with --favor"), "{out}");
    // The flip is one: with a little more than it says, the chance of the block holds it no longer.
    // Of the block that goes first: where all would go, a page is not emptied over a little doubt.
    let favor_of = |block: &serde_json::Value| block["flip"]["favor"].as_f64().unwrap();
    let last = of(true).filter(|block| !block["line"].is_null()).max_by(|one, other| favor_of(one).total_cmp(&favor_of(other))).unwrap();
    let favor = (last["flip"]["favor"].as_f64().unwrap() - 0.1).to_string();
    let moved: serde_json::Value = serde_json::from_str(&bench.expect(0, &["explain", "page.html", "--json", "--favor", &favor]).out).unwrap();
    let moved = moved["blocks"].as_array().unwrap();
    let same = moved.iter().find(|block| block["start"] == last["start"]).unwrap();
    // Company may spare it all the same, and then the line is that of the others.
    let line = moved.iter().find(|block| block["why"] == last["why"] && !block["line"].is_null()).unwrap()["line"].as_f64().unwrap();
    assert!(same["chance"].as_f64().unwrap() < line && (same["kept"] == false || same["why"] != last["why"]), "{same}");
}

#[test]
fn a_page_is_explained_whole_or_not_at_all_and_an_archive_is_no_page() {
    let bench = Workbench::new();
    bench.write("long.html", crate::workbench::long_page(90_000));
    for strip in ["rules", "off", "article"] {
        let ran = bench.expect(1, &["explain", "long.html", "--strip", strip, "--set", "limits.page_bytes=30000"]);
        assert!(ran.out.is_empty() && ran.err.contains("limits.page_bytes"), "{strip}: {ran:?}");
    }
    bench.write("a.warc", crate::crawl::crawl(2).concat());
    let ran = bench.expect(1, &["explain", "a.warc"]);
    assert!(ran.out.is_empty() && ran.err.contains("a.warc: it holds many pages, not one; `naqi clean`"), "{ran:?}");
}
