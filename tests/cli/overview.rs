//! What is said of a run as a whole.

use crate::crawl::{crawl, gzip_each, page, response};
use crate::workbench::{Workbench, long_page};

#[test]
fn sums_and_plots_tell_the_run() {
    let bench = Workbench::new();
    let mut all = crawl(20);
    all.push(response(50, "404 Not Found\r\nContent-Type: text/html", page(50).as_bytes()));
    all.push(response(51, "200 OK\r\nContent-Type: text/html", long_page(90_000).as_bytes()));
    all.push(b"garbage that is no record\r\n\r\n".to_vec());
    bench.write("a.warc.gz", gzip_each(&all));
    let ran = bench.expect(
        1,
        &[
            "clean",
            "a.warc.gz",
            "--emit",
            "jsonl",
            "-o",
            "out.jsonl",
            "--stats",
            "stats.json",
            "--report",
            "report.html",
            "--set",
            "limits.page_bytes=40000",
        ],
    );
    for row in ["records", "request", "revisit", "not wanted", "lost", "could not be read", "most by"] {
        assert!(ran.err.contains(row), "{row}: {}", ran.err);
    }
    let stats: serde_json::Value = serde_json::from_str(&bench.read("stats.json")).unwrap();
    let sums = &stats["sums"];
    assert_eq!((&sums["pages"], &sums["failures"], &sums["losses"]), (&22.into(), &1.into(), &1.into()));
    assert_eq!(sums["hosts"], serde_json::json!({ "news.example": 20 }));
    assert_eq!(sums["languages"], serde_json::json!({ "en": 20 }));
    assert_eq!(sums["causes"].as_object().unwrap().len(), 2);
    assert!(sums["rules"].as_object().unwrap().values().all(|rule| rule["hits"].as_u64() > Some(0) && rule["bytes"].as_u64() > Some(0)));
    let shares = stats["stage_shares"].as_object().unwrap();
    assert!((shares.values().map(|share| share.as_f64().unwrap()).sum::<f64>() - 1.0).abs() < 1e-6, "{shares:?}");
    for stage in ["read", "decompress", "decode", "rewrite + rules", "strip", "emit", "write"] {
        assert!(shares[stage].as_f64() > Some(0.0) && ran.err.contains(stage), "{stage}: {shares:?}");
    }
    let report = bench.read("report.html");
    assert!(report.starts_with("<!doctype html>") && report.contains("<h1>20 pages cleaned</h1>"));
    for part in [
        "Bytes removed from it",
        "By bytes removed",
        "Hosts",
        "Languages",
        "Time that a page took",
        "Share of each stage",
        "by cause",
        "strip/navigation/",
    ] {
        assert!(report.contains(part), "{part}");
    }
    assert!(!["src=", "href=", "url(", "@import", "<script", "http"].iter().any(|asset| report.contains(asset)), "it needs nothing but itself");
    assert!(!report.contains("Nobody had expected"), "numbers, never text");
}
