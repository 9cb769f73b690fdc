//! Proves that each limit of a page that can fail it does so through the command: exit code 1, an error that names the limit, nothing
//! on the output in `article` mode, and the page whole among the dead letters. The limits that only narrow are shown to be survived.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "cli/workbench.rs"]
mod workbench;

use workbench::{KEPT, Ran, Workbench, long_page};

/// Runs `page.html` with one setting, and dead letters into `dead/`.
fn run(page: &str, strip: &str, set: &str) -> (Workbench, Ran) {
    let bench = Workbench::new();
    bench.write("page.html", page);
    let ran = bench.run(&["clean", "page.html", "--strip", strip, "--set", set, "--dead-letters", "dead", "--quiet"]);
    (bench, ran)
}

fn must_fail(page: &str, strip: &str, set: &str) {
    let (bench, ran) = run(page, strip, set);
    let limit = set.split('=').next().unwrap();
    assert_eq!(ran.code, 1, "{strip} {set}: {}", ran.err);
    assert!(ran.err.contains("page.html") && ran.err.contains(limit), "{strip} {set}: {}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    if strip == "article" {
        assert_eq!(ran.out, "", "{set}: nothing of a page that failed is passed on");
    }
    assert!(bench.read("dead/page.html") == page, "{strip} {set}");
    let letter: serde_json::Value = serde_json::from_str(&bench.read("dead/page.html.json")).unwrap();
    assert!(letter["cause"].as_str().unwrap().contains(limit), "{letter}");
}

#[test]
fn a_page_too_long_fails() {
    must_fail(&long_page(100_000), "article", "limits.page_bytes=50000");
    must_fail(&long_page(100_000), "rules", "limits.stream_bytes=50000");
    must_fail(&long_page(100_000), "off", "limits.stream_bytes=50000");
}

#[test]
fn a_token_too_large_fails() {
    let tag = format!("<p>{KEPT}</p><div title='{}'>x</div>", "a".repeat(100_000));
    for strip in ["article", "rules"] {
        must_fail(&tag, strip, "limits.token_bytes=20000");
    }
}

#[test]
fn too_many_open_elements_fail() {
    let deep = format!("<p>{KEPT}</p>{}", "<div>".repeat(3000));
    for strip in ["article", "rules", "off"] {
        must_fail(&deep, strip, "limits.open_elements=1000");
    }
}

#[test]
fn a_page_that_takes_too_long_fails() {
    for strip in ["article", "rules"] {
        must_fail(&long_page(8_000_000), strip, "limits.deadline_ms=1");
    }
}

/// Depth, siblings and the hold decide how well a page is read, not whether.
#[test]
fn limits_that_narrow_do_not_fail() {
    let deep = format!("{}<p>{KEPT}</p>", "<div>".repeat(3000));
    let wide = format!("<div>{}</div><p>{KEPT}</p>", "<b>x</b> ".repeat(3000));
    let held = format!("<div class=share>{}</div><p>{KEPT}</p>", "<a href=/x>Share</a> ".repeat(3000));
    for (page, set) in [(&deep, "limits.depth=100"), (&wide, "limits.siblings=10"), (&held, "limits.hold_bytes=20000")] {
        for strip in ["article", "rules"] {
            let (_, ran) = run(page, strip, set);
            assert_eq!(ran.code, 0, "{strip} {set}: {}", ran.err);
            assert!(ran.out.contains(KEPT), "{strip} {set}");
        }
    }
}
