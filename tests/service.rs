//! The service over loopback, as the real binary: its answers, its limits, reload under load, and that a drain loses nothing.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PAGE: &str = "<html lang=ar><body><article><h1>افتتاح مكتبة</h1><p>افتتحت البلدية صباح اليوم مكتبة عامة جديدة في وسط المدينة.</p>\
    <p class=lead>يضم المبنى قاعة للأطفال وأخرى للباحثين.</p>\
    <div class=zephyr>markword</div></article></body></html>";
const OLD: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"old\"\nselect = [\".zephyr\"]\n\
    hit = [\"<p>The port opened this morning.</p><div class=zephyr>x</div>\"]\nmiss = [\"<p>The port opened this morning.</p>\"]\n";
const NEW: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"new\"\nselect = [\".lead\", \".zephyr\"]\n\
    hit = [\"<p>The port opened this morning.</p><div class=zephyr>x</div>\"]\nmiss = [\"<p>The port opened this morning.</p>\"]\n";
/// What is wrong with it stands in its fifth line.
const BAD: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"bad\"\nselect = [\"a[\"]\nhit = [\"<p>x</p>\"]\nmiss = [\"<p>y</p>\"]\n";
const HOLD: &str = "about = \"Held\"\n[[rule]]\nid = \"hold\"\nwhy = \"held\"\nseverity = \"high\"\nmatch = { words = [\"markword\"] }\n\
    action = \"quarantine\"\nhit = [\"a markword here\"]\nmiss = [\"a mark here\"]\n";

struct Service {
    child: Child,
    address: String,
    _stderr: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_naqi"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).current_dir(std::env::temp_dir());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on http://") {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "ended before it listened");
        }
        Service { child, address: line.trim().rsplit('/').next().unwrap().to_owned(), _stderr: stderr }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        ask(&self.address, method, path, headers, body).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    fn is_problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        assert!(self.head.contains("application/problem+json"), "{}", self.head);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem
    }
}

fn ask(address: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    request.extend_from_slice(body);
    // A service that refuses by the head may close before it has read the body.
    let _ = stream.write_all(&request);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        read?;
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let mut body = answer[end + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = unchunked(&body);
    }
    Ok(Answer { status: head[9..12].parse().unwrap(), head, body })
}

fn unchunked(mut from: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = from.windows(2).position(|window| window == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&from[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&from[end + 2..end + 2 + length]);
        from = &from[end + 4 + length..];
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn pack_file(folder: &Path, text: &str) {
    // Renamed into place, so that no reload reads half a file.
    std::fs::write(folder.join("pack.part"), text).unwrap();
    std::fs::rename(folder.join("pack.part"), folder.join("own.toml")).unwrap();
}

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
    let playground = service.ask("GET", "/", &[], b"");
    assert!(playground.head.contains("script-src 'sha256-") && playground.text().contains("sandbox=\"\""));
    let health = Command::new(env!("CARGO_BIN_EXE_naqi")).args(["health", &format!("http://{}/readyz", service.address)]).status().unwrap();
    assert!(health.success());
}

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
    service.ask("POST", "/v1/clean", &[token, "Accept: application/json"], PAGE.as_bytes()).is_problem(422);
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
fn a_slow_head_and_a_slow_body_are_ended() {
    let service = Service::start(&["--header-timeout", "1", "--timeout", "1"]);
    for (head, expected) in [("POST /v1/clean HTTP/1.1\r\nHost:", ""), ("POST /v1/clean HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", "408")] {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let (begun, mut answer) = (Instant::now(), Vec::new());
        let _ = stream.read_to_end(&mut answer);
        assert!(begun.elapsed() < Duration::from_secs(8), "still open: {head}");
        assert!(String::from_utf8_lossy(&answer).contains(expected));
    }
}

#[test]
fn reload_under_load_shows_no_mixture() {
    let folder = tempfile::tempdir().unwrap();
    pack_file(folder.path(), OLD);
    let service = Service::start(&["--rules", folder.path().to_str().unwrap(), "--strip", "rules", "--queue", "1000"]);
    let [old, new] = [OLD, NEW].map(|pack| {
        pack_file(folder.path(), pack);
        assert_eq!(service.ask("POST", "/-/reload", &[], b"").status, 200);
        service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).body
    });
    assert_ne!(old, new);
    let stop = AtomicBool::new(false);
    let counts = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0; 2];
                    while !stop.load(Ordering::Relaxed) || seen.iter().sum::<usize>() < 500 {
                        let answer = service.ask("POST", "/v1/clean", &[], PAGE.as_bytes());
                        assert_eq!(answer.status, 200, "{}", answer.text());
                        assert!(answer.body == old || answer.body == new, "{}", answer.text());
                        seen[usize::from(answer.body == new)] += 1;
                    }
                    seen
                })
            })
            .collect();
        for round in 0..10 {
            pack_file(folder.path(), if round % 2 == 0 { OLD } else { NEW });
            assert_eq!(service.ask("POST", "/-/reload", &[], b"").status, 200);
        }
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).fold([0; 2], |sum, seen| [sum[0] + seen[0], sum[1] + seen[1]])
    });
    assert!(counts[0] > 0 && counts[1] > 0 && counts[0] + counts[1] >= 2000, "{counts:?}");

    pack_file(folder.path(), BAD);
    let refused = service.ask("POST", "/-/reload", &[], b"").is_problem(422);
    assert_eq!(refused["mistakes"][0]["line"], 5, "{refused}");
    assert_eq!(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).body, new);
    assert!(service.ask("GET", "/metrics", &[], b"").text().contains("naqi_reloads_total{outcome=\"refused\"} 1"));
}

#[test]
fn a_drain_loses_no_accepted_request() {
    let mut service = Service::start(&["--queue", "1000"]);
    let address = service.address.clone();
    let (begun, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let mut answered = 0;
                    loop {
                        match ask(&address, "POST", "/v1/clean", &[], PAGE.as_bytes()) {
                            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.text()),
                            // Nobody listens any more: not accepted.
                            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => return answered,
                            Err(error) => panic!("lost: {error}"),
                        }
                        answered += 1;
                        begun.store(answered > 20, Ordering::Relaxed);
                        if ended.load(Ordering::Relaxed) {
                            // Between drain and close a connection may wait unaccepted in the kernel; these clients stop before.
                            return answered;
                        }
                    }
                })
            })
            .collect();
        while !begun.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        service.signal("-TERM");
        std::thread::sleep(Duration::from_millis(300));
        ask(&address, "GET", "/readyz", &[], b"").unwrap().is_problem(503);
        assert_eq!(ask(&address, "GET", "/livez", &[], b"").unwrap().status, 200);
        ended.store(true, Ordering::Relaxed);
        assert!(clients.into_iter().all(|client| client.join().unwrap() > 0));
        // A page whose second half comes while the service drains.
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(format!("POST /v1/clean HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", PAGE.len()).as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        stream.write_all(PAGE.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    });
    assert!(service.child.wait().unwrap().success());
}
