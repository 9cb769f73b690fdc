//! Proves that traces go where they are asked for, as part of the caller's own, and without page text.

use crate::client::{PAGE, Service};
use std::io::{Read, Write};
use std::net::TcpListener;

#[test]
fn spans_go_to_the_collector() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let traces = format!("serve.traces=http://{}", collector.local_addr().unwrap());
    let mut service = Service::start(&["--set", &traces, "--drain-delay", "0"]);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("traceparent: 00-{trace}-b7ad6b7169203331-01");
    assert_eq!(service.ask("POST", "/v1/clean", &[&parent], PAGE.as_bytes()).status, 200);
    service.signal("-TERM");
    // The last spans go out before the process ends.
    let (mut stream, _) = collector.accept().unwrap();
    let (mut sent, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    let id: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&trace[at * 2..at * 2 + 2], 16).unwrap()).collect();
    while !sent.windows(16).any(|window| window == id) {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the collector was sent: {}", String::from_utf8_lossy(&sent));
        sent.extend_from_slice(&buffer[..read]);
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let text = String::from_utf8_lossy(&sent);
    assert!(text.starts_with("POST /v1/traces ") && text.contains("/v1/clean"), "{text}");
    assert!(!text.contains("مكتبة"));
    assert!(service.child.wait().unwrap().success());
}
