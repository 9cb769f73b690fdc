//! Proves that a drain loses no accepted request, and that readiness ends before liveness.

use crate::client::{PAGE, Service, ask};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
