//! Proves that slow and idle clients take nothing from others.

use crate::client::{PAGE, Service};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn a_slow_head_and_a_slow_body_are_ended() {
    let service = Service::start(&["--header-timeout", "1", "--body-timeout", "1"]);
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
fn two_thousand_idle_connections_are_in_nobodys_way() {
    // The other tests of this process open files, too.
    let files = rlimit::increase_nofile_limit(4096).unwrap();
    let wanted = if files >= 2600 { 2000 } else { files as usize - 600 };
    let service = Service::start(&["--header-timeout", "60"]);
    let idle: Vec<TcpStream> = (0..wanted).map(|_| TcpStream::connect(&service.address).unwrap()).collect();
    for (number, mut stream) in idle.iter().enumerate() {
        // Half of them begin a request, and never end it.
        if number % 2 == 0 {
            stream.write_all(b"POST /v1/clean HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n<p>").unwrap();
        }
    }
    let begun = Instant::now();
    for _ in 0..50 {
        assert_eq!(service.ask("POST", "/v1/clean", &[], PAGE.as_bytes()).status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let metrics = service.ask("GET", "/metrics", &[], b"");
    let open = metrics.text().lines().find_map(|line| line.strip_prefix("naqi_connections ")).unwrap().parse::<usize>().unwrap();
    assert!(open >= idle.len(), "{open} of {} are open", idle.len());
    // The half pages are still wanted.
    for mut stream in idle.into_iter().step_by(2) {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&[b'a'; 97]).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
}
