//! Proves what the service answers: pages, records, batches, explanations, rules.

use crate::client::{BAD, NEW, OLD, PAGE, Service, pack_file, packed};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

#[test]
fn pages_records_batches_and_rules() {
    let folder = tempfile::tempdir().unwrap();
    pack_file(folder.path(), OLD);
    let service = Service::start(&["--rules", folder.path().to_str().unwrap()]);

    let page = service.ask("POST", "/v1/clean", &["Content-Type: text/html"], PAGE.as_bytes());
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.head.contains("content-type: text/html; charset=utf-8"), "{}", page.head);
    assert!(page.text().contains("مكتبة عامة") && !page.text().contains("markword"), "{}", page.text());

    let text = service.ask("POST", "/v1/clean?emit=text", &[], PAGE.as_bytes());
    assert!(text.head.contains("text/plain") && !text.text().contains('<'), "{}", text.text());
    let titled = "<title>The harbour</title><p>The bridge was closed for two years, and the ferry never once left on time.</p>";
    let with = |query: &str, headers: &[&str]| service.ask("POST", &format!("/v1/clean?emit=text{query}"), headers, titled.as_bytes());
    assert!(with("&with_title", &[]).text().starts_with("The harbour\n\nThe bridge") && with("", &[]).text().starts_with("The bridge"));
    assert!(with("", &["X-Naqi-With-Title: true"]).text().starts_with("The harbour\n"));
    assert_eq!(with("&with_title=maybe", &[]).status, 400);
    let record = service.ask("POST", "/v1/clean?url=https://news.example/a", &["Accept: application/json"], PAGE.as_bytes()).json();
    assert_eq!(record["url"], "https://news.example/a");
    assert_eq!(record["removals"][0]["rules"][0], "own/box");

    let packed_page = service.ask("POST", "/v1/clean", &["Content-Encoding: gzip", "Accept-Encoding: gzip"], &packed(PAGE.as_bytes()));
    assert_eq!(packed_page.status, 200);
    if packed_page.head.contains("content-encoding: gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&packed_page.body[..]).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, page.body);
    } else {
        assert_eq!(packed_page.body, page.body);
    }

    let lines = format!("{}\nnonsense\n{}\n", serde_json::json!({"id": "a", "html": PAGE}), serde_json::json!({"id": "b", "text": "سطر واحد"}));
    let batch = service.ask("POST", "/v1/batch", &[], lines.as_bytes());
    let records: Vec<Value> = batch.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.iter().map(|record| record["id"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "2", "b"]);
    assert!(records[1]["error"].as_str().unwrap().contains("line 2") && records[1]["html"].is_null());

    let explained = service.ask("POST", "/v1/explain", &[], PAGE.as_bytes()).json();
    assert_eq!(explained["why"]["own/box"], "old");
    assert!(service.ask("GET", "/v1/rules", &[], b"").json()["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == "own/box"));
    assert_eq!(service.ask("GET", "/v1/rules/own/box", &[], b"").json()["why"], "old");
    assert_eq!(service.ask("POST", "/v1/rules/check", &[], NEW.as_bytes()).json()["ok"], true);
    let checked = service.ask("POST", "/v1/rules/check", &[], BAD.as_bytes()).json();
    assert_eq!((&checked["ok"], &checked["mistakes"][0]["line"]), (&false.into(), &5.into()), "{checked}");

    let metrics = service.ask("GET", "/metrics", &[], b"");
    assert!(metrics.text().contains("naqi_removals_total{rule=\"own/box\"}"), "{}", metrics.text());
    for stage in ["body", "queue", "clean", "decode", "rewrite", "strip", "moderate", "emit"] {
        let count = metrics.text().lines().find_map(|line| line.strip_prefix(&format!("naqi_stage_seconds_count{{stage=\"{stage}\"}} "))).unwrap();
        assert!(count.parse::<u64>().unwrap() >= 5, "{stage}: {count}");
    }
    let playground = service.ask("GET", "/", &[], b"");
    assert!(playground.head.contains("script-src 'self'; style-src 'self'") && !playground.head.contains("unsafe"), "{}", playground.head);
    assert!(playground.text().contains("sandbox=\"\""));
    for asset in ["main.css", "main.js", "arabic-news.html", "english-news.html", "contacts.html"] {
        assert_eq!(service.ask("GET", &format!("/playground/{asset}"), &[], b"").status, 200, "{asset}");
    }
    let health = Command::new(env!("CARGO_BIN_EXE_naqi")).args(["health", &format!("http://{}/readyz", service.address)]).status().unwrap();
    assert!(health.success());
}

#[test]
fn an_answer_begins_while_the_page_arrives() {
    let service = Service::start(&["--with", "pii"]);
    let mut stream = TcpStream::connect(&service.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head =
        "POST /v1/clean?strip=rules&stream HTTP/1.1\r\nHost: a\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let line = "<p>The harbour office counted the boats again and wrote to clerk@harbour.example about it.</p>\n".repeat(2000);
    let chunk = format!("{:x}\r\n{line}\r\n", line.len());
    // More than limits.hold_bytes.
    for _ in 0..6 {
        stream.write_all(chunk.as_bytes()).unwrap();
    }
    let mut first = [0; 4096];
    let read = stream.read(&mut first).unwrap();
    let begun = String::from_utf8_lossy(&first[..read]).into_owned();
    assert!(begun.starts_with("HTTP/1.1 200"), "{begun}");
    stream.write_all(chunk.as_bytes()).unwrap();
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let whole = begun + &String::from_utf8_lossy(&rest);
    assert!(whole.ends_with("\r\n0\r\n\r\n"), "it broke off");
    assert_eq!(whole.matches("counted the boats").count(), 14_000);
    assert!(!whole.contains("clerk@"), "an address came through");
    service.ask("POST", "/v1/clean?stream", &[], PAGE.as_bytes()).is_problem(400);
}

#[test]
fn a_pack_is_tried_on_a_page() {
    let service = Service::start(&[]);
    let body = json!({ "html": PAGE, "pack": OLD, "strip": "rules" }).to_string();
    let tried = service.ask("POST", "/v1/explain", &["Content-Type: application/json"], body.as_bytes()).json();
    assert_eq!(tried["report"]["removals"][0]["rules"][0], "request/box", "{tried}");
    let segments = tried["segments"].as_array().unwrap();
    assert_eq!(segments.iter().map(|segment| segment["text"].as_str().unwrap()).collect::<String>(), PAGE);
    let removed: Vec<&Value> = segments.iter().filter(|segment| segment["removals"] == json!([0])).collect();
    assert_eq!(removed.len(), 1);
    assert!(removed[0]["text"].as_str().unwrap().starts_with("<div class=zephyr>"), "{removed:?}");
    assert!(!tried["output"].as_str().unwrap().contains("markword"));
    let bad = json!({ "html": PAGE, "pack": BAD }).to_string();
    let refused = service.ask("POST", "/v1/explain", &["Content-Type: application/json"], bad.as_bytes()).is_problem(422);
    assert_eq!(refused["mistakes"][0]["line"], 5, "{refused}");
    // A pack that is sent reads no files of the service.
    let list = "about = \"x\"\n[[rule]]\nid = \"a\"\nwhy = \"b\"\nmatch = { words = { file = \"/etc/passwd\" } }\naction = \"flag\"\nhit = [\"a\"]\nmiss = [\"b\"]\n";
    let checked = service.ask("POST", "/v1/rules/check", &[], list.as_bytes()).json();
    assert!(checked["ok"] == false && checked.to_string().contains("only name the program's own lists"), "{checked}");
    // Nor do names that anybody may send become labels of metrics.
    assert!(!service.ask("GET", "/metrics", &[], b"").text().contains("request/box"));
    assert!(service.ask("GET", "/v1/rules/strip%2Fshare", &[], b"").json()["text"].as_str().unwrap().contains("[[rule]]"));
}

#[test]
fn requests_switch_packs() {
    let service = Service::start(&[]);
    let page = "<p>Write to the clerk at clerk@harbour.example before noon.</p>";
    assert!(service.ask("POST", "/v1/clean", &[], page.as_bytes()).text().contains("clerk@"));
    for (path, header) in [("/v1/clean?rules=pii", "X-A: b"), ("/v1/clean", "X-Naqi-Rules: pii")] {
        assert!(!service.ask("POST", path, &[header], page.as_bytes()).text().contains("clerk@"), "{path} {header}");
    }
    service.ask("POST", "/v1/clean?rules=pi", &[], page.as_bytes()).is_problem(422);
    // Unless the operator lets them, requests take nothing away.
    service.ask("POST", "/v1/clean?rules=-strip/share", &[], page.as_bytes()).is_problem(403);
}

#[test]
fn a_batch_comes_back_whole() {
    let service = Service::start(&["--body-bytes", "4096"]);
    let mut lines: Vec<String> = (0..300).map(|number| json!({ "id": number.to_string(), "html": PAGE }).to_string()).collect();
    lines[7] = "x".repeat(5000);
    for order in ["input", "done"] {
        let answer = service.ask("POST", &format!("/v1/batch?order={order}"), &["Content-Type: application/x-ndjson"], lines.join("\n").as_bytes());
        let records: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut ids: Vec<u32> = records.iter().map(|record| record["id"].as_str().unwrap().parse().unwrap()).collect();
        // A line that is no page is named by its number.
        assert_eq!(records.iter().filter(|record| record["error"].is_string()).map(|record| &record["id"]).collect::<Vec<_>>(), ["8"]);
        if order == "done" {
            ids.sort_unstable();
        }
        let expected: Vec<u32> = (0..300).map(|number| if number == 7 { 8 } else { number }).collect();
        assert_eq!(ids, expected, "{order}");
    }
}
