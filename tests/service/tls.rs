//! Proves that the service speaks TLS.

use crate::client::{PAGE, Service};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_page_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, issued.cert.pem()).unwrap();
    std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
    let service = Service::start(&["--tls-certificate", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()]);
    let mut stream = connect(&service.address, issued.cert.der());
    let head = format!("POST /v1/clean HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{PAGE}", PAGE.len());
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("مكتبة"), "{answer}");
    // What an image without a shell is probed by.
    let health = |url: String| Command::new(env!("CARGO_BIN_EXE_naqi")).args(["health", &url]).output().unwrap().status.success();
    assert!(health(format!("https://{}/readyz", service.address)) && !health(format!("http://{}/readyz", service.address)));
    assert!(!health(format!("https://{}/nowhere", service.address)));
    // Renewed, it is shown from the next connection on, without a restart.
    let renewed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, renewed.cert.pem()).unwrap();
    std::fs::write(&key, renewed.signing_key.serialize_pem()).unwrap();
    assert!(await_trust(&service.address, renewed.cert.der()), "the old certificate is shown on");
}

/// Connects until the certificate is trusted.
fn await_trust(address: &str, trusted: &CertificateDer<'_>) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        let mut stream = connect(address, trusted);
        if stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

fn connect(address: &str, trusted: &CertificateDer<'_>) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone().into_owned()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let session = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    StreamOwned::new(session, TcpStream::connect(address).unwrap())
}
