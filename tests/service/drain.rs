//! Proves that a drain loses no accepted request, and that readiness ends before liveness.

use crate::client::{PAGE, Service, ask};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

/// Clients that mind nothing: they ask on, each on a new connection or on one that they keep, until nobody listens any more. What the
/// service has taken on shows in its log.
#[test]
fn at_full_load_all_that_was_accepted_is_answered_and_the_door_closes() {
    let mut service = Service::start_with("naqi=debug", &["--queue", "1000", "--log-format", "json", "--jobs", "2"]);
    let address = service.address.clone();
    // Large enough that all workers are at work and others wait all the time.
    let page =
        format!("<html><body>{}</body></html>", "<p>The harbour office counted the boats again this morning, and wrote it down.</p>".repeat(1500));
    let answered = AtomicUsize::new(0);
    let (mut received, mut lost) = (HashMap::new(), Vec::new());
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..24)
            .map(|client| {
                let (address, page, answered) = (&address, page.as_bytes(), &answered);
                scope.spawn(move || {
                    let (mut received, mut lost) = (Vec::new(), Vec::new());
                    let mut kept: Option<TcpStream> = None;
                    for number in 0.. {
                        let id = format!("{client}-{number}");
                        let stream = match kept.take() {
                            Some(stream) => stream,
                            None => match TcpStream::connect(address) {
                                Ok(stream) => stream,
                                Err(error) => {
                                    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{error}");
                                    break;
                                }
                            },
                        };
                        match asked_once(&stream, &id, page) {
                            Some((status, closes)) => {
                                answered.fetch_add(1, Ordering::Relaxed);
                                received.push((id, status));
                                kept = (client % 2 == 0 && !closes).then_some(stream);
                            }
                            None => lost.push(id),
                        }
                    }
                    (received, lost)
                })
            })
            .collect();
        while answered.load(Ordering::Relaxed) < 200 {
            std::thread::sleep(Duration::from_millis(5));
        }
        service.signal("-TERM");
        let begun = Instant::now();
        for client in clients {
            let (some, others) = client.join().unwrap();
            received.extend(some);
            lost.extend(others);
        }
        // The delay, the closing time, and what was in the queue then.
        assert!(begun.elapsed() < Duration::from_secs(15), "the door stood open for {:?}", begun.elapsed());
    });
    assert!(service.child.wait().unwrap().success());
    let log = service.log();
    let ended: Vec<&String> = log.iter().filter(|line| line.contains("ended early")).collect();
    assert!(ended.is_empty(), "connections were cut off: {ended:?}");
    let lines = log.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let taken: HashSet<String> =
        lines.filter(|line| line["fields"]["message"] == "answered").filter_map(|line| line["span"]["id"].as_str().map(str::to_owned)).collect();
    assert!(received.values().all(|status| *status == 200), "{received:?}");
    assert_eq!(taken, received.into_keys().collect(), "taken on, and received");
    // After the signal every client was answered once more at least.
    assert!(taken.len() >= 200 + 24, "{} answers are no load", taken.len());
    // Whose connection the system took and nobody accepted before the door was closed was never taken on.
    assert!(lost.iter().all(|id| !taken.contains(id)), "lost: {lost:?}");
}

/// The status of the answer, if it came whole, and whether it was the last on this connection.
fn asked_once(mut stream: &TcpStream, id: &str, page: &[u8]) -> Option<(u16, bool)> {
    let head =
        format!("POST /v1/clean HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", page.len());
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page)).ok()?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 64 * 1024]);
    loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        answer.extend_from_slice(&buffer[..read]);
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
        if answer.len() >= end + 4 + length {
            return Some((head[9..12].parse().ok()?, head.contains("connection: close")));
        }
    }
}
