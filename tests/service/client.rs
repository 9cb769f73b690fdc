//! A service of its own for each test, and a client that shows every byte.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub const PAGE: &str = "<html lang=ar><body><article><h1>افتتاح مكتبة</h1><p>افتتحت البلدية صباح اليوم مكتبة عامة جديدة في وسط المدينة.</p>\
    <p class=lead>يضم المبنى قاعة للأطفال وأخرى للباحثين.</p>\
    <div class=zephyr>markword</div></article></body></html>";
pub const OLD: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"old\"\nselect = [\".zephyr\"]\n\
    hit = [\"<p>The port opened this morning.</p><div class=zephyr>x</div>\"]\nmiss = [\"<p>The port opened this morning.</p>\"]\n";
pub const NEW: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"new\"\nselect = [\".lead\", \".zephyr\"]\n\
    hit = [\"<p>The port opened this morning.</p><div class=zephyr>x</div>\"]\nmiss = [\"<p>The port opened this morning.</p>\"]\n";
/// What is wrong with it stands in its fifth line.
pub const BAD: &str = "about = \"Boxes\"\n[[rule]]\nid = \"box\"\nwhy = \"bad\"\nselect = [\"a[\"]\nhit = [\"<p>x</p>\"]\nmiss = [\"<p>y</p>\"]\n";
pub const HOLD: &str = "about = \"Held\"\n[[rule]]\nid = \"hold\"\nwhy = \"held\"\nseverity = \"high\"\nmatch = { words = [\"markword\"] }\n\
    action = \"quarantine\"\nhit = [\"a markword here\"]\nmiss = [\"a mark here\"]\n";

pub struct Service {
    pub child: Child,
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Service {
    pub fn start(arguments: &[&str]) -> Self {
        Service::start_with("info", arguments)
    }

    /// With a log of this level.
    pub fn start_with(log: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_naqi"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).current_dir(std::env::temp_dir()).env("NAQI_LOG", log);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on http") {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "ended before it listened");
        }
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        // Nobody else reads the log: a full pipe would stop the service. It must never show what a page says.
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                assert!(!line.contains("مكتبة") && !line.contains("markword"), "page text in the log: {line}");
                lines.lock().unwrap().push(line);
            }
        });
        Service { child, address, log, reader: Some(reader) }
    }

    /// The whole log of a service that has ended.
    pub fn log(&mut self) -> Vec<String> {
        self.reader.take().unwrap().join().expect("the log is fine");
        std::mem::take(&mut self.log.lock().unwrap())
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        ask(&self.address, method, path, headers, body).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let is_fine = self.reader.take().is_none_or(|reader| reader.join().is_ok());
        assert!(is_fine || std::thread::panicking(), "page text in the log");
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub fn is_problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        assert!(self.head.contains("application/problem+json"), "{}", self.head);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem
    }
}

pub fn ask(address: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> std::io::Result<Answer> {
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

pub fn unchunked(mut from: &[u8]) -> Vec<u8> {
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

pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

pub fn pack_file(folder: &Path, text: &str) {
    // Renamed into place, so that no reload reads half a file.
    std::fs::write(folder.join("pack.part"), text).unwrap();
    std::fs::rename(folder.join("pack.part"), folder.join("own.toml")).unwrap();
}
