//! What tens of thousands of selectors cost: the time of `rules` mode with 10 added selectors and with 30,000, as a ratio.
//!
//! They are made like the lists that ad blockers use: mostly classes and ids, some attribute prefixes and substrings, some for
//! one host. `NAQI_PAGES` and `NAQI_ROUNDS` as in `rules_speed`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)] // only the corpus test names the files
#[path = "../tests/common/corpus.rs"]
mod corpus;

use naqi::rules::{PackSource, RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

const FEW: usize = 10;
const MANY: usize = 30_000;
const PAGES_A_TURN: usize = 32;

fn main() {
    let folder = std::env::var_os("NAQI_PAGES").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages")), PathBuf::from);
    let rounds: usize = std::env::var("NAQI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let pages = corpus::read(&folder).unwrap();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    let sets = [FEW, MANY].map(|count| {
        let begun = Instant::now();
        let set = Arc::new(rules_with(count));
        println!("{} selectors, compiled in {} ms", set.selector_count(), begun.elapsed().as_millis());
        set
    });
    let settings = Settings { strip: StripMode::Rules, ..Settings::default() };
    // Host-scoped selectors are looked at only where the page's host is known.
    let origin = Origin { url: Some("https://www.site7.example/page".parse().unwrap()), ..Origin::default() };
    let mut spent = [const { Vec::new() }; 2];
    let mut out = Vec::new();
    for _ in 0..rounds {
        let mut round = [Duration::ZERO; 2];
        for turn in pages.chunks(PAGES_A_TURN) {
            for (set, spent) in sets.iter().zip(&mut round) {
                let begun = Instant::now();
                for page in turn {
                    out.clear();
                    black_box(clean(set, &settings, &origin, &page.bytes, &mut out).unwrap());
                }
                *spent += begun.elapsed();
            }
        }
        spent.iter_mut().zip(round).for_each(|(spent, round): (&mut Vec<Duration>, _)| spent.push(round));
    }
    let [few, many] = spent.map(|mut rounds| {
        rounds.sort();
        rounds[rounds.len() / 2].as_secs_f64()
    });
    println!("{} pages, {:.1} MB, {rounds} rounds", pages.len(), bytes as f64 / 1e6);
    println!("{FEW:>6} added: {:>7.1} MB/s", bytes as f64 / 1e6 / few);
    println!("{MANY:>6} added: {:>7.1} MB/s", bytes as f64 / 1e6 / many);
    println!("time with {MANY} to time with {FEW}: {:.3} (target: at most 1.10)", many / few);
}

/// The built-in packs and so many selectors more, as one adblock list.
fn rules_with(count: usize) -> RuleSet {
    let mut sources = builtin_sources();
    let text = list(count);
    sources.adblock.push(PackSource { name: "adblock/generated".into(), file: "generated.txt".into(), text: text.into() });
    sources.compile().unwrap().0
}

/// Words as they stand in class names of real sites, so that the index is not spared near-hits.
const WORDS: [&str; 24] = [
    "ad",
    "ads",
    "advert",
    "banner",
    "sponsor",
    "promo",
    "box",
    "unit",
    "slot",
    "leaderboard",
    "sidebar",
    "top",
    "bottom",
    "google",
    "dfp",
    "wrapper",
    "container",
    "mpu",
    "sky",
    "native",
    "widget",
    "header",
    "inline",
    "block",
];

fn list(count: usize) -> String {
    let mut out = String::from("[Adblock Plus 2.0]\n! Title: generated\n");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        // xorshift64: the list must be the same in every run, and good randomness is no matter here.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for n in 0..count {
        let name = format!("{}-{}-{}{n}", WORDS[random(24)], WORDS[random(24)], WORDS[random(24)]);
        let site = n % 500;
        // Shares of the kinds as in the large public lists.
        let _ = match random(100) {
            0..40 => writeln!(out, "##.{name}"),
            40..62 => writeln!(out, "###{name}"),
            62..66 => writeln!(out, "##[id^=\"{name}\"]"),
            66..70 => writeln!(out, "##[class*=\"{name}\"]"),
            70..73 => writeln!(out, "##a[href^=\"https://{name}.example/\"]"),
            73..75 => writeln!(out, "##[data-{name}]"),
            75..80 => writeln!(out, "##div.{name} > .{}", WORDS[random(24)]),
            80..90 => writeln!(out, "site{site}.example##.{name}"),
            90..95 => writeln!(out, "site{site}.example###{name}"),
            _ => writeln!(out, "site{site}.example##div[class^=\"{name}\"]"),
        };
    }
    out
}
