//! What moderation adds to the time of a page in `rules` mode, for sets of 10, 1,000, 5,000 and 50,000 words, entities and expressions.
//! One thread, pages in memory, all contestants in turn on the same pages.
//!
//! `NAQI_PAGES` names a folder of pages (`.html`, `.html.gz`; the fixtures without it), `NAQI_ROUNDS` the number of rounds, `NAQI_SETS`
//! a part of the names of the sets that run beside `rules` mode alone.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)] // only the corpus test names the files
#[path = "../tests/common/corpus.rs"]
mod corpus;

use naqi::emit::EmitFormat;
use naqi::rules::{PackSource, RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PAGES_A_TURN: usize = 32;
const ENTITIES: &str = "phone email card iban ip mac crypto secret national-id mrz plate coordinates birth-date";

fn main() {
    let folder = std::env::var_os("NAQI_PAGES").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages")), PathBuf::from);
    let rounds: usize = std::env::var("NAQI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let pages = corpus::read(&folder).unwrap();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    let only = std::env::var("NAQI_SETS").unwrap_or_default();
    let sets: Vec<(&str, Arc<RuleSet>)> = [
        ("rules mode alone", 0, false, 0),
        ("10 words", 10, false, 0),
        ("1,000 words", 1_000, false, 0),
        ("5,000 words", 5_000, false, 0),
        ("50,000 words", 50_000, false, 0),
        ("all entities", 0, true, 0),
        ("10 expressions", 0, false, 10),
        ("200 expressions", 0, false, 200),
        ("2,000 expressions", 0, false, 2_000),
        ("5,000 words, entities, 200 expressions", 5_000, true, 200),
        ("50,000 words, entities, 200 expressions", 50_000, true, 200),
    ]
    .into_iter()
    .enumerate()
    .filter(|(at, (name, ..))| *at == 0 || name.contains(&only))
    .map(|(_, (name, words, entities, expressions))| (name, rules(words, entities, expressions)))
    .collect();
    println!("{} pages, {:.1} MB, {rounds} rounds", pages.len(), bytes as f64 / 1e6);
    let settings = Settings { strip: StripMode::Rules, emit: EmitFormat::Republish, ..Settings::default() };
    let mut times = vec![Vec::new(); sets.len()];
    let mut out = Vec::new();
    let mut findings = vec![0; sets.len()];
    for round in 0..=rounds {
        let mut spent = vec![Duration::ZERO; sets.len()];
        for turn in pages.chunks(PAGES_A_TURN) {
            for (at, (_, set)) in sets.iter().enumerate() {
                let begun = Instant::now();
                for page in turn {
                    out.clear();
                    let report = clean(set, &settings, &Origin::default(), black_box(&page.bytes), &mut out).unwrap();
                    findings[at] += report.counts.findings;
                }
                spent[at] += begun.elapsed();
            }
        }
        // The first round warms caches and lazy tables.
        if round > 0 {
            times.iter_mut().zip(spent).for_each(|(times, spent)| times.push(spent));
        } else {
            findings.fill(0);
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let base = median(&mut times[0]);
    println!("{:<42} {:>8} {:>8} {:>10}", "", "MB/s", "added", "findings");
    for (((name, _), times), findings) in sets.iter().zip(&mut times).zip(findings) {
        let time = median(times);
        println!("{name:<42} {:>8.1} {:>7.1}% {:>10}", bytes as f64 / 1e6 / time, 100.0 * (time / base - 1.0), findings / rounds as u64);
    }
    println!("targets: 5,000 words with entities and expressions at most 40 %, 50,000 words at most 60 %");
}

/// Made-up words of Latin and Arabic letters, the same in every run.
fn rules(words: usize, entities: bool, expressions: usize) -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let arabic: Vec<char> = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي".chars().collect();
    let latin: Vec<char> = "abcdefghijklmnoprstuvw".chars().collect();
    let mut word = |n: usize| {
        let letters = if n.is_multiple_of(2) { &arabic } else { &latin };
        (0..5 + next(5)).map(|_| letters[next(letters.len() as u64) as usize]).collect::<String>()
    };
    let mut text = "about = \"speed\"\n".to_owned();
    if words > 0 {
        let list: Vec<String> = (0..words).map(|n| format!("\"{}\"", word(n))).collect();
        text += &format!("[[rule]]\nid = \"words\"\nmatch = {{ words = [{}], clitics = true }}\naction = \"mask\"\n", list.join(","));
    }
    if entities {
        let list: Vec<String> = ENTITIES.split(' ').map(|kind| format!("\"{kind}\"")).collect();
        text += &format!(
            "[[rule]]\nid = \"entities\"\nmatch = {{ entity = [{}], regions = [\"SA\", \"EG\", \"US\", \"GB\"] }}\naction = \"mask\"\n",
            list.join(",")
        );
    }
    for n in 0..expressions {
        let expression = match n % 4 {
            0 => format!("(?i){}\\\\s+\\\\w+", word(1)),
            1 => format!("{}[^\\\\n]{{0,20}}{}", word(0), word(0)),
            2 => format!("(?:{}|{})\\\\d+", word(1), word(1)),
            _ => format!("\\\\b{}-\\\\d{{3,6}}", word(1)),
        };
        text += &format!("[[rule]]\nid = \"expression-{n}\"\nmatch = {{ regex = \"{expression}\" }}\naction = \"mask\"\n");
    }
    if words > 0 || entities || expressions > 0 {
        sources.packs.push(PackSource { name: "moderate/speed".into(), file: "speed.toml".into(), text: text.into() });
    }
    match sources.compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes[0]),
    }
}
