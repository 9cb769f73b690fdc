//! How much of the library's own rate is left over loopback: the same pages, in the same run, on the same cores.
//!
//! Half of the cores are naqi's on both sides: the library works on them with a thread each, then the service with a worker each. The
//! clients have the other half, so what they cost is not counted against the service; what the system does for its connections is. Rounds
//! take turns, and the median of their ratios counts. The time of processors that a page takes is shown too: it hangs less on what else
//! the machine does.
//!
//! `cargo bench --bench service_speed` takes pages made here; `NAQI_PAGES=FOLDER` takes those of a folder (.html, .html.gz).
//! `NAQI_SECONDS` is the length of a round (3), `NAQI_ROUNDS` how many there are (5). Threads are pinned by `taskset`, on Linux.

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

/// Connections for each worker, so that none waits for the next request.
const CONNECTIONS: usize = 2;
/// Ticks of a second in `/proc/PID/stat`, on every Linux that there is.
const TICKS: f64 = 100.0;

struct Stop(Child);

impl Drop for Stop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What came of a round.
struct Round {
    times: Vec<Duration>,
    /// Pages a second.
    rate: f64,
    /// Milliseconds of processors that a page took.
    cost: f64,
}

fn main() {
    let number = |name: &str, default: f64| std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default);
    let (seconds, rounds) = (number("NAQI_SECONDS", 3.0), number("NAQI_ROUNDS", 5.0) as usize);
    let pages = match std::env::var_os("NAQI_PAGES") {
        Some(folder) => read(Path::new(&folder)),
        None => (0..200).map(made).collect(),
    };
    let bytes: usize = pages.iter().map(Vec::len).sum();
    let cores = cores();
    let (ours, theirs) = cores.split_at(cores.len().div_ceil(2));
    let are_apart = !theirs.is_empty() && pin(ours);
    println!("{} pages of {} KB on average", pages.len(), bytes / pages.len().max(1) / 1000);
    match are_apart {
        true => println!("naqi has cores {ours:?} on both sides, the clients have {theirs:?}"),
        false => println!("threads cannot be pinned apart: the clients take from the service what they need"),
    }

    let (rules, _) = builtin_sources().compile().unwrap_or_else(|_| panic!("the built-in rules are fine"));
    let rules = Arc::new(rules);
    let mut command = Command::new(env!("CARGO_BIN_EXE_naqi"));
    // Ours, and no settings.
    command.env_remove("NAQI_PAGES").env_remove("NAQI_SECONDS").env_remove("NAQI_ROUNDS");
    command.args(["serve", "--listen", "127.0.0.1:0", "--jobs", &ours.len().to_string()]).env("NAQI_LOG", "warn").stderr(Stdio::piped());
    let mut service = Stop(command.spawn().unwrap_or_else(|error| panic!("{error}")));
    let mut line = String::new();
    let mut stderr = BufReader::new(service.0.stderr.take().unwrap_or_else(|| panic!("piped")));
    let _ = stderr.read_line(&mut line);
    let address = line.trim().rsplit('/').next().unwrap_or_default().to_owned();

    let settings = Settings::default();
    let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
    let round = |process: &str, on: &[usize], threads: usize, work: &dyn Fn(Duration) -> Vec<Duration>| {
        if are_apart {
            pin(on);
        }
        let (begun, before) = (Instant::now(), processor_time(process));
        let times = work(Duration::from_secs_f64(seconds));
        let (elapsed, spent) = (begun.elapsed().as_secs_f64(), processor_time(process) - before);
        assert!(times.len() >= threads, "a round is too short for these pages");
        Round { rate: times.len() as f64 / elapsed, cost: spent * 1000.0 / times.len() as f64, times }
    };
    let mut seen: [Vec<Round>; 2] = [Vec::new(), Vec::new()];
    // The first round finds caches cold on both sides.
    for _ in 0..=rounds {
        seen[0].push(round("self", ours, ours.len(), &|length| {
            during(length, ours.len(), &pages, || {
                let (rules, settings, origin) = (&rules, &settings, &origin);
                move |page: &[u8]| drop(clean(rules, settings, origin, page, &mut Vec::new()))
            })
        }));
        let connections = ours.len() * CONNECTIONS;
        seen[1].push(round(&service.0.id().to_string(), theirs, connections, &|length| {
            during(length, connections, &pages, || {
                let mut client = Client::new(&address);
                move |page: &[u8]| client.clean(page)
            })
        }));
    }
    seen.iter_mut().for_each(|rounds| drop(rounds.remove(0)));
    let mega = bytes as f64 / pages.len() as f64 / 1e6;
    for (name, rounds) in ["library", "service"].iter().zip(&seen) {
        let (rate, cost) = (median(rounds.iter().map(|round| round.rate)), median(rounds.iter().map(|round| round.cost)));
        println!("{name}  {rate:8.0} pages/s  {:7.1} MB/s  {cost:7.3} ms of processors a page", rate * mega);
    }
    let ratio = |of: fn(&Round, &Round) -> f64| median(seen[0].iter().zip(&seen[1]).map(|(library, service)| of(library, service))) * 100.0;
    let (rate, cost) = (ratio(|library, service| service.rate / library.rate), ratio(|library, service| library.cost / service.cost));
    println!("the service makes {rate:.0} % of the library's rate; by the time of processors {cost:.0} %");
    // One thread a core takes nearly all of it, unless others take some.
    let share = median(seen[0].iter().map(|round| round.rate * round.cost / 1000.0 / ours.len() as f64));
    if share < 0.95 {
        println!("others took {:.0} % of naqi's cores: rates say little then, the time of processors does", (1.0 - share) * 100.0);
    }
    let mut times: Vec<Duration> = seen[1].iter().flat_map(|round| round.times.iter().copied()).collect();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default().as_secs_f64() * 1000.0;
    println!("latency under load  p50 {:.2} ms  p90 {:.2} ms  p99 {:.2} ms  p99.9 {:.2} ms", at(0.5), at(0.9), at(0.99), at(0.999));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The cores that this process may use.
fn cores() -> Vec<usize> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or("0");
    let ranges = allowed.trim().split(',').filter_map(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        Some(from.parse::<usize>().ok()?..=to.parse().ok()?)
    });
    ranges.flatten().collect()
}

/// Binds this thread, and all that it begins from now on, to these cores. False when that cannot be done here.
fn pin(cores: &[usize]) -> bool {
    let Ok(thread) = std::fs::read_link("/proc/thread-self") else { return false };
    let cores = cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let thread = thread.file_name().unwrap_or_default().to_owned();
    let done = Command::new("taskset").args(["-cp", &cores]).arg(thread).stdout(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

/// Seconds of processors that a process has taken, in its own code and in the system's.
fn processor_time(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
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
