//! Proves that every refusal is a problem (RFC 9457), and that no page gets through by failing.

use crate::client::{HOLD, PAGE, Service, packed};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn every_error_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hold.toml"), HOLD).unwrap();
    std::fs::write(folder.path().join("tokens"), "sesame\n").unwrap();
    let [rules, tokens] = ["hold.toml", "tokens"].map(|name| folder.path().join(name).display().to_string());
    let service = Service::start(&["--rules", &rules, "--body-bytes", "65536", "--tokens", &tokens]);
    let token = "Authorization: Bearer sesame";
    service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).is_problem(401);
    let held = service.ask("POST", "/v1/clean", &[token], PAGE.as_bytes()).is_problem(422);
    assert_eq!((&held["verdict"], &held["findings"][0]), (&"quarantine".into(), &"hold/hold".into()), "{held}");
    assert!(!held.to_string().contains("markword") && !held.to_string().contains("مكتبة"));
    let record = service.ask("POST", "/v1/clean", &[token, "Accept: application/json"], PAGE.as_bytes());
    assert!(record.json()["html"].is_null() && record.json()["verdict"] == "quarantine" && record.json()["text"].is_null(), "{}", record.text());
    service.ask("GET", "/nowhere", &[], b"").is_problem(404);
    service.ask("GET", "/v1/rules/no/such", &[token], b"").is_problem(404);
    service.ask("GET", "/v1/clean", &[token], b"").is_problem(405);
    service.ask("POST", "/v1/clean?emit=pdf", &[token], b"").is_problem(400);
    service.ask("POST", "/v1/clean?url=nowhere", &[token], b"").is_problem(400);
    service.ask("POST", "/v1/clean", &[token, "Content-Type: image/png"], b"").is_problem(415);
    service.ask("POST", "/v1/clean", &[token, "Content-Encoding: rot13"], b"").is_problem(415);
    service.ask("POST", "/v1/clean", &[token, "Content-Encoding: gzip"], b"no gzip").is_problem(400);
    service.ask("POST", "/v1/clean", &[token], &vec![b'a'; 65537]).is_problem(413);
    service.ask("POST", "/v1/clean", &[token, "Content-Encoding: gzip"], &packed(&vec![b'a'; 30 << 20])).is_problem(413);
}

#[test]
fn bombs_are_contained() {
    let service = Service::start(&["--body-bytes", "1048576"]);
    let zeros = vec![b'a'; 256 << 20];
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 1 << 16, 5, 22).write_all(&zeros).unwrap();
    let bombs = [("gzip", packed(&zeros)), ("zstd", zstd::encode_all(&zeros[..], 3).unwrap()), ("br", brotli)];
    for (coding, bomb) in &bombs {
        let coding = format!("Content-Encoding: {coding}");
        for _ in 0..4 {
            service.ask("POST", "/v1/clean", &[&coding], bomb).is_problem(413);
        }
        service.ask("POST", "/v1/clean", &[&coding], &bomb[..bomb.len() / 2]).is_problem(413);
        service.ask("POST", "/v1/clean", &[&coding], b"nothing of the kind").is_problem(400);
    }
    let metrics = service.ask("GET", "/metrics", &[], b"");
    let resident = metrics.text().lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes ")).unwrap();
    assert!(resident.parse::<f64>().unwrap() < 300e6, "{resident}");
}

#[test]
fn malformed_requests_end_their_connection_only() {
    let service = Service::start(&[]);
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01"[..],
        b"GET\r\n\r\n",
        b"POST /v1/clean HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/clean HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &[b'a'; 1 << 20],
    ] {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).status, 200);
}

#[test]
fn who_finds_no_room_is_told_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("naqi.toml");
    std::fs::write(&settings, "jobs = 1\n[serve]\nmemory_bytes = 65536\n").unwrap();
    let service = Service::start(&["--config", settings.to_str().unwrap()]);
    let refused = service.ask("POST", "/v1/clean", &[], &vec![b'a'; 1 << 20]);
    refused.is_problem(503);
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert_eq!(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).status, 200);
    let metrics = service.ask("GET", "/metrics", &[], b"");
    assert!(metrics.text().contains("naqi_requests_refused_total{full=\"memory\"} 1"), "{}", metrics.text());
}
