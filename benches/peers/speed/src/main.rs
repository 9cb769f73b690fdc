//! The text of pages, by naqi and by two extractors in Rust: how many times as fast naqi is. One thread, pages in memory, all in turn.
//!
//!     cargo run --release -- FOLDER [ROUNDS]

#[allow(dead_code)]
#[path = "../../../../tests/common/corpus.rs"]
mod corpus;

use naqi::rules::builtin_sources;
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean, emit::EmitFormat};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Run = Box<dyn FnMut(&[u8])>;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fixtures/pages").to_owned());
    let rounds = std::env::args().nth(2).and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    let pages = corpus::read(folder.as_ref())?;
    let Ok((rules, _)) = builtin_sources().compile() else { return Err(std::io::Error::other("the built-in rules do not compile")) };
    let (rules, settings) = (Arc::new(rules), Settings { strip: StripMode::Article, emit: EmitFormat::Text, ..Settings::default() });
    let mut contestants: [(&str, Run); 3] = [
        (
            "naqi article -> text",
            Box::new(move |page| {
                let mut out = Vec::new();
                let _ = black_box(clean(&rules, &settings, &Origin::default(), page, &mut out));
            }),
        ),
        (
            "dom_smoothie",
            Box::new(|page| {
                let page = String::from_utf8_lossy(page);
                let _ = black_box(dom_smoothie::Readability::new(page.as_ref(), None, None).and_then(|mut found| found.parse()));
            }),
        ),
        ("rs-trafilatura", Box::new(|page| drop(black_box(rs_trafilatura::extract_bytes(page))))),
    ];
    let mut best = [Duration::MAX; 3];
    for _ in 0..rounds {
        let mut spent = [Duration::ZERO; 3];
        for turn in pages.chunks(16) {
            for ((_, run), spent) in contestants.iter_mut().zip(&mut spent) {
                let begun = Instant::now();
                turn.iter().for_each(|page| run(&page.bytes));
                *spent += begun.elapsed();
            }
        }
        best = std::array::from_fn(|at| best[at].min(spent[at]));
    }
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    println!("{} pages, {:.1} MB, the best of {rounds} rounds", pages.len(), bytes as f64 / 1e6);
    for ((name, _), time) in contestants.iter().zip(best) {
        println!("{name:<22} {:>8.1} MB/s {:>8.2} times naqi's time", bytes as f64 / 1e6 / time.as_secs_f64(), time.as_secs_f64() / best[0].as_secs_f64());
    }
    println!("targets: dom_smoothie 3, rs-trafilatura 15");
    Ok(())
}
