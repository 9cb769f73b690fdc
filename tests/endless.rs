//! Proves that a page without end streams through the command in bounded memory, and that hostile pages end in a clean result or a clear
//! error. 20 MB always; a page of 1 GB with `NAQI_ENDLESS_MB=1000 cargo test --release --test endless -- --nocapture`, which makes the
//! hostile pages 64 MB long, too.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MARKER: &str = "Here the harbour report ends with its very last words, and the port is open again.";
/// What the process may ever have held, in KiB.
const PEAK_KIB: u64 = 64 << 10;

fn megabytes() -> Option<usize> {
    std::env::var("NAQI_ENDLESS_MB").ok()?.parse().ok()
}

struct Ran {
    success: bool,
    bytes_out: u64,
    /// The last bytes of the output.
    tail: String,
    error: String,
    peak_kib: u64,
    took: Duration,
}

/// Pipes what `write` makes into the command; the peak is the kernel's own, read as long as the process is there.
fn piped(strip: &str, emit: &str, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send) -> Ran {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_naqi"))
        .args(["clean", "-", "--strip", strip, "--emit", emit, "--quiet"])
        // Ours, and no setting.
        .env_remove("NAQI_ENDLESS_MB")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let peak = move || {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0)
    };
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut peak_kib, mut bytes_out, mut tail) = (0, 0, Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // The command may end before it has read all.
            let _ = write(&mut std::io::BufWriter::with_capacity(1 << 16, &mut stdin));
        });
        let watcher = peak.clone();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let watching = scope.spawn(move || {
            let mut most = 0;
            while let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_millis(5)) {
                most = most.max(watcher());
            }
            most
        });
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = stdout.read(&mut buffer) {
            bytes_out += read as u64;
            tail.extend_from_slice(&buffer[..read]);
            tail.drain(..tail.len().saturating_sub(4096));
        }
        peak_kib = peak();
        drop(stop);
        peak_kib = peak_kib.max(watching.join().unwrap());
    });
    let output = child.wait_with_output().unwrap();
    Ran {
        success: output.status.success(),
        bytes_out,
        tail: String::from_utf8_lossy(&tail).into_owned(),
        error: String::from_utf8_lossy(&output.stderr).into_owned(),
        peak_kib,
        took: begun.elapsed(),
    }
}

/// A long article with share bars and related rails all through.
fn article(to: &mut dyn Write, bytes: usize) -> std::io::Result<()> {
    to.write_all(
        b"<!doctype html><html lang=en><head><meta charset=utf-8><title>The harbour</title></head><body><nav><a href=/>Home</a></nav><article>",
    )?;
    let (mut written, mut number) = (0, 0);
    while written < bytes {
        number += 1;
        let part = format!(
            "<p>Paragraph {number} of the report says, as the others do, that the ferry left on time and came back late in the evening.</p>\n\
             <div class=\"share-bar\"><span>Share this</span> <a href=\"/s/{number}\">Facebook</a> <a href=\"/t/{number}\">Twitter</a></div>\n\
             <p>وقال المدير إن العمل سيبدأ في الربيع المقبل، وإن الطريق سيفتح أمام الجميع قبل نهاية العام الحالي.</p>\n\
             <aside class=\"related-posts\"><h3>Related articles</h3><ul><li><a href=\"/r/{number}\">Another harbour, another day</a></li></ul></aside>\n"
        );
        written += part.len();
        to.write_all(part.as_bytes())?;
    }
    write!(to, "<p>{MARKER}</p></article></body></html>")?;
    to.flush()
}

#[test]
fn an_endless_page_streams_in_bounded_memory() {
    let bytes = megabytes().unwrap_or(20) * 1_000_000;
    for emit in ["republish", "text"] {
        let ran = piped("rules", emit, |to| article(to, bytes));
        eprintln!("{bytes} bytes, rules to {emit}: peak {} KiB, {:.1} s, {} bytes out", ran.peak_kib, ran.took.as_secs_f32(), ran.bytes_out);
        assert!(ran.success, "{}", ran.error);
        assert!(ran.tail.contains(MARKER), "{}", ran.tail);
        assert!(!ran.tail.contains("Share this") && !ran.tail.contains("Related articles"), "{}", ran.tail);
        assert!(ran.bytes_out > bytes as u64 / 5, "{} bytes", ran.bytes_out);
        assert!(ran.peak_kib > 0 && ran.peak_kib < PEAK_KIB, "{} KiB", ran.peak_kib);
    }
}

/// Name, what comes once before, what is repeated, whether the page is one that must come out.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("breaks", "", "<br>"),
    ("boxes never closed", "", "<div>"),
    ("inline never closed", "", "<b><i>"),
    ("links never closed", "", "<a href=x>y"),
    ("paragraphs", "", "<p>"),
    ("tables in tables", "", "<table><tr><td>"),
    ("lists in lists", "", "<ul><li>"),
    ("closing angle brackets", "", ">"),
    ("end tags", "", "</div>"),
    ("brackets in data", "<svg><![CDATA[", "]]"),
    ("brackets", "", "]]"),
    ("one comment", "<!--", "- -"),
    ("one attribute", "<p title=\"", "word "),
    ("many attributes", "<p ", "a=b "),
    ("a script never closed", "<script>", "var a = '<b>'; "),
    ("a style never closed", "<style>", "a{}</"),
    ("a title never closed", "<title>", "word &amp; "),
    ("plaintext", "<plaintext>", "word </p> "),
    ("one line", "<p>", "word "),
    ("one word", "<p>", "a"),
    ("ampersands", "<p>", "&"),
    ("references", "<p>", "&#x627;"),
    ("boxes in a share bar", "<div class=share>", "<div>Share this</div>"),
    ("labels", "", "<p>Share this</p>"),
    ("zeros", "", "\0"),
];

#[test]
fn hostile_pages_end_well() {
    all_end_well(HOSTILE);
}

#[test]
fn a_run_of_angle_brackets_ends_in_time() {
    all_end_well(&[("angle brackets", "", "<")]);
}

fn all_end_well(pages: &[(&str, &str, &str)]) {
    let bytes = if megabytes().is_some_and(|megabytes| megabytes >= 1000) { 64 << 20 } else { 2 << 20 };
    let mut wrong = Vec::new();
    for (name, before, repeated) in pages {
        for strip in ["rules", "article"] {
            let ran = piped(strip, "republish", |to| {
                to.write_all(before.as_bytes())?;
                let part = repeated.repeat((1 << 16) / repeated.len());
                for _ in 0..bytes / part.len() {
                    to.write_all(part.as_bytes())?;
                }
                to.flush()
            });
            let error = ran.error.lines().next().unwrap_or("").to_owned();
            eprintln!("{name}, {strip}: peak {} KiB, {:.1} s, {} bytes out {error}", ran.peak_kib, ran.took.as_secs_f32(), ran.bytes_out);
            let is_clear = ran.success || ran.error.contains("limits.");
            // A page that is held whole may take its size many times over, a stream may not.
            let allowed = if strip == "rules" { 4 * PEAK_KIB } else { 64 * (bytes as u64 >> 10) + PEAK_KIB };
            if !is_clear || ran.error.contains("panicked") || ran.peak_kib > allowed || ran.took > Duration::from_secs(120) {
                wrong.push(format!("{name}, {strip}: peak {} KiB, {:?}, {}", ran.peak_kib, ran.took, ran.error));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
