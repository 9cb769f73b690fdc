//! How much of the library's own rate is left over loopback: the same pages, in the same run, on as many threads.
//!
//! `cargo bench --bench service_speed` takes pages made here; `NAQI_PAGES=FOLDER` takes those of a folder (.html, .html.gz).
//! `NAQI_SECONDS` is the length of a round (3).

#![allow(clippy::print_stdout)]

use naqi::rewrite::Markup;
use naqi::rules::builtin_sources;
use naqi::{Origin, Settings, clean};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;

struct Stop(Child);

impl Drop for Stop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let seconds = std::env::var("NAQI_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(3.0);
    let round = Duration::from_secs_f64(seconds);
    let pages = match std::env::var_os("NAQI_PAGES") {
        Some(folder) => read(Path::new(&folder)),
        None => (0..200).map(made).collect(),
    };
    let bytes: usize = pages.iter().map(Vec::len).sum();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} pages of {} KB on average, {threads} threads", pages.len(), bytes / pages.len().max(1) / 1000);

    let (rules, _) = builtin_sources().compile().unwrap_or_else(|_| panic!("the built-in rules are fine"));
    let rules = Arc::new(rules);
    let mut command = Command::new(env!("CARGO_BIN_EXE_naqi"));
    // Ours, and no settings.
    command.env_remove("NAQI_PAGES").env_remove("NAQI_SECONDS");
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("NAQI_LOG", "warn").stderr(Stdio::piped());
    let mut service = Stop(command.spawn().unwrap_or_else(|error| panic!("{error}")));
    let mut line = String::new();
    let mut stderr = BufReader::new(service.0.stderr.take().unwrap_or_else(|| panic!("piped")));
    let _ = stderr.read_line(&mut line);
    let address = line.trim().rsplit('/').next().unwrap_or_default().to_owned();

    let settings = Settings::default();
    let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
    let mut best = [0.0_f64; 2];
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let library = during(round, threads, &pages, || {
            let (rules, settings, origin) = (&rules, &settings, &origin);
            move |page: &[u8]| drop(clean(rules, settings, origin, page, &mut Vec::new()))
        });
        best[0] = best[0].max(library.len() as f64 / seconds);
        // Twice as many connections as workers, so that none waits for the next request.
        let service = during(round, threads * 2, &pages, || {
            let mut client = Client::new(&address);
            move |page: &[u8]| client.clean(page)
        });
        best[1] = best[1].max(service.len() as f64 / seconds);
        times = service;
    }
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default().as_secs_f64() * 1000.0;
    let mega = bytes as f64 / pages.len() as f64 / 1e6;
    println!("library  {:8.0} pages/s  {:7.1} MB/s", best[0], best[0] * mega);
    println!("service  {:8.0} pages/s  {:7.1} MB/s  {:.0} % of the library", best[1], best[1] * mega, best[1] / best[0] * 100.0);
    println!("latency  p50 {:.2} ms  p90 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.9), at(0.99), at(0.999_999));
}

/// Works on page after page on some threads; how long each took.
fn during<W: FnMut(&[u8]) + Send>(round: Duration, threads: usize, pages: &[Vec<u8>], worker: impl Fn() -> W + Sync) -> Vec<Duration> {
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        let work = || {
            let (mut work, mut times) = (worker(), Vec::new());
            while begun.elapsed() < round {
                let page = &pages[next.fetch_add(1, Ordering::Relaxed) % pages.len()];
                let begun = Instant::now();
                work(page);
                times.push(begun.elapsed());
            }
            times
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// A connection that is kept.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    fn new(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        let _ = stream.set_nodelay(true);
        Client { stream, answer: Vec::new() }
    }

    fn clean(&mut self, page: &[u8]) {
        let head = format!("POST /v1/clean HTTP/1.1\r\nHost: a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n", page.len());
        let sent = self.stream.write_all(head.as_bytes()).and_then(|()| self.stream.write_all(page));
        sent.unwrap_or_else(|error| panic!("{error}"));
        self.answer.clear();
        let mut buffer = [0; 64 * 1024];
        let mut whole = usize::MAX;
        while self.answer.len() < whole {
            let read = self.stream.read(&mut buffer).unwrap_or_default();
            assert!(read > 0, "the connection was closed");
            self.answer.extend_from_slice(&buffer[..read]);
            if whole == usize::MAX
                && let Some(end) = self.answer.windows(4).position(|window| window == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
                assert!(head.starts_with("http/1.1 200") || head.starts_with("http/1.1 422"), "{head}");
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|length| length.parse::<usize>().ok());
                whole = end + 4 + length.unwrap_or_else(|| panic!("no length: {head}"));
            }
        }
    }
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    let mut names: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    names.sort();
    let page = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).ok()?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).ok()?;
            return Some(plain);
        }
        Some(bytes)
    };
    names.iter().filter_map(page).filter(|page| !page.is_empty()).collect()
}

/// A news page of the usual make: some furniture, some paragraphs.
fn made(number: usize) -> Vec<u8> {
    let mut page = format!("<!doctype html><html lang=en><head><title>Harbour notes {number}</title></head><body><nav class=menu><ul>");
    for link in 0..60 {
        page += &format!("<li class=\"menu-item item-{link}\"><a href=\"/section/{link}\">Section {link}</a></li>");
    }
    page += "</ul></nav><main><article><h1>Harbour notes</h1>";
    for paragraph in 0..20 + number % 40 {
        page += &format!(
            "<p>The harbour office counted {paragraph} boats in week {number}, and <a href=\"/boats/{paragraph}\">the list of them</a> \
             was read out by the clerk, who said that the count would go on as long as the weather let it, and no longer than that.</p>"
        );
    }
    page += "<div class=share-bar>Share this</div></article></main><footer><p>Harbour office</p></footer></body></html>";
    page.into_bytes()
}
