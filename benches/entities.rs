//! What finding entities costs: MB/s over the prose of the fixtures, plain and with values planted, beside a scan for three bytes and a
//! set of the patterns one would write first, on the same text in the same run.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use naqi::moderate::entity::{EntityFinder, EntityKind, Region};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
/// Bytes of text per contestant and round.
const BYTES: usize = 4_000_000;

/// What is planted, one after every so many lines.
const VALUES: [&str; 12] = [
    "هاتف 0501234567",
    "+966 50 123 4567",
    "info@example.com",
    "name [at] example [dot] com",
    "4111 1111 1111 1111",
    "SA03 8000 0000 6080 1016 7519",
    "192.168.1.10",
    "رقم الهوية 1012345672",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "Order 4501234567 of 12/05/2024",
    "ISBN 978-0-306-40615-7",
    "24.713552, 46.675297",
];

/// Patterns without validators, as a first draft has them.
const NAIVE: [&str; 10] = [
    r"\+?[0-9][0-9 ().-]{7,}[0-9]",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"\b(?:[0-9][ -]?){13,19}\b",
    r"\b[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,30}\b",
    r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b",
    r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    r"\b[13][A-HJ-NP-Za-km-z1-9]{25,34}\b",
    r"(?i)(?:password|secret|token|api_key)\s*[:=]\s*\S+",
    r"\b(?:AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|sk_live_[A-Za-z0-9]{24})\b",
    r"\b[12][0-9]{9}\b",
];

fn main() {
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    let mut folders: Vec<_> = std::fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path().join("clean.txt")).collect();
    folders.sort();
    let prose: Vec<String> = folders
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let planted: Vec<String> = prose
        .iter()
        .enumerate()
        .map(|(n, line)| if n % 4 == 0 { format!("{line} {}", VALUES[n / 4 % VALUES.len()]) } else { line.clone() })
        .collect();

    let regions: Vec<Region> = ["SA", "EG", "AE", "US", "GB"].iter().map(|code| code.parse().unwrap()).collect();
    let all = EntityFinder::new(&EntityKind::ALL.map(|kind| (kind, regions.clone())));
    let naive = regex::RegexSet::new(NAIVE).unwrap();
    for (name, lines) in [("prose", &prose), ("prose with a value in every fourth line", &planted)] {
        let bytes: usize = lines.iter().map(String::len).sum();
        let times = BYTES.div_ceil(bytes);
        let mut found = 0;
        let mut rows = vec![
            (
                "memchr3 over it".to_owned(),
                best(times, || lines.iter().map(|line| memchr::memchr3_iter(b'@', b':', b'<', line.as_bytes()).count()).sum()),
            ),
            ("RegexSet of naive patterns".to_owned(), best(times, || lines.iter().map(|line| naive.matches(line).iter().count()).sum())),
        ];
        let mut matches = Vec::new();
        let mut search = |finder: &EntityFinder| {
            best(times, || {
                found = lines
                    .iter()
                    .map(|line| {
                        matches.clear();
                        finder.find(line, &mut matches, None);
                        matches.len()
                    })
                    .sum();
                found
            })
        };
        rows.push(("all entities".to_owned(), search(&all)));
        for kind in EntityKind::ALL {
            rows.push((format!("  {kind}"), search(&EntityFinder::new(&[(kind, regions.clone())]))));
        }
        println!("{name}: {:.1} kB in {} lines", bytes as f64 / 1e3, lines.len());
        println!("{:<28} {:>8} {:>9} {:>8} {:>7}", "", "MB/s", "ns/byte", "to set", "found");
        let set = rows[1].1.0;
        for (name, (spent, found)) in rows {
            let each = spent.as_secs_f64() / (bytes * times) as f64;
            println!("{name:<28} {:>8.1} {:>9.2} {:>8.2} {found:>7}", 1e-6 / each, each * 1e9, set.as_secs_f64() / spent.as_secs_f64());
        }
    }
}

/// The best of some rounds, and what was counted.
fn best(times: usize, mut run: impl FnMut() -> usize) -> (Duration, usize) {
    let count = run();
    let spent = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        (0..times).for_each(|_| {
            black_box(run());
        });
        begun.elapsed()
    });
    (spent.min().unwrap(), count)
}
