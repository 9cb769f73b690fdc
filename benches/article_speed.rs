//! How fast the text of a page is found, as a ratio to lol_html with a `*` element handler and a text handler that only count; what
//! each stage costs; what memory a page takes. One thread, pages in memory, all contestants on the same pages in the same run.
//! Extractors are timed next to naqi in `benches/peers/speed`.
//!
//! `NAQI_PAGES` names a folder of pages (`.html`, `.html.gz`; the fixtures without it), `NAQI_ROUNDS` the number of rounds.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)] // only the corpus test names the files
#[path = "../tests/common/corpus.rs"]
mod corpus;

use naqi::decode::{Declared, Decoder};
use naqi::emit::EmitFormat;
use naqi::rules::{RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::cell::Cell;
use std::hint::black_box;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The machine's other work falls on all contestants alike when they take turns often.
const PAGES_A_TURN: usize = 32;
/// Names the page whose memory a child of the bench measures.
const MEMORY_OF: &str = "NAQI_MEMORY_OF";

/// Does the work on one page.
type Run = Box<dyn FnMut(&[u8])>;

fn main() {
    let folder = std::env::var_os("NAQI_PAGES").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages")), PathBuf::from);
    let rounds = std::env::var("NAQI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let rules = Arc::new(builtin_sources().compile().unwrap().0);
    let settings = |strip, emit, model| Settings { strip, emit, model, ..Settings::default() };
    let article = settings(StripMode::Article, EmitFormat::Text, true);
    // A process that has read one page only: what others leave behind would hide what this one takes.
    if let Some(path) = std::env::var_os(MEMORY_OF) {
        return println!("{}", memory_of(&rules, &article, &corpus::unpacked(path.as_ref()).unwrap()));
    }
    let pages = corpus::read(&folder).unwrap();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    println!("{} pages, {:.1} MB, {} rules, {rounds} rounds", pages.len(), bytes as f64 / 1e6, rules.rules().len());

    // The first is what all are measured by, the second what is measured; each of the others leaves something out of it.
    let mut contestants: [(&str, Run); 6] = [
        ("lol_html, elements and text counted", Box::new(lol_html_counting())),
        ("naqi article -> text", Box::new(naqi(&rules, article.clone()))),
        ("naqi article -> text, no model", Box::new(naqi(&rules, settings(StripMode::Article, EmitFormat::Text, false)))),
        ("naqi rules -> text", Box::new(naqi(&rules, settings(StripMode::Rules, EmitFormat::Text, false)))),
        ("naqi off -> text", Box::new(naqi(&rules, settings(StripMode::Off, EmitFormat::Text, false)))),
        ("decode alone", Box::new(decode)),
    ];
    for (_, run) in &mut contestants {
        pages.iter().take(PAGES_A_TURN).for_each(|page| run(&page.bytes));
    }
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        let mut spent = vec![Duration::ZERO; contestants.len()];
        for turn in pages.chunks(PAGES_A_TURN) {
            for ((_, run), spent) in contestants.iter_mut().zip(&mut spent) {
                let begun = Instant::now();
                turn.iter().for_each(|page| run(black_box(&page.bytes)));
                *spent += begun.elapsed();
            }
        }
        times.iter_mut().zip(spent).for_each(|(times, spent)| times.push(spent));
    }
    let seconds: Vec<f64> = times.iter_mut().map(|rounds| median(rounds).as_secs_f64()).collect();
    println!("{:<38} {:>8} {:>12} {:>10}", "", "MB/s", "to lol_html", "µs a page");
    for ((name, _), seconds_each) in contestants.iter().zip(&seconds) {
        let (rate, a_page) = (bytes as f64 / 1e6 / seconds_each, seconds_each * 1e6 / pages.len() as f64);
        println!("{name:<38} {rate:>8.1} {:>12.2} {a_page:>10.0}", seconds[0] / seconds_each);
    }
    println!("target for `naqi article -> text`: at least 0.50 to lol_html");

    let [_, whole, no_model, _, off, decoding] = seconds[..] else { return };
    println!("\nwhere the time of `naqi article -> text` goes, by what is left when a stage is left out:");
    for (stage, time) in [
        ("decode", decoding),
        ("tokens, open elements, emit all", off - decoding),
        ("rules, blocks of the model", no_model - off),
        ("features, trees, choice", whole - no_model),
    ] {
        println!("  {stage:<36} {:>8.0} µs a page {:>6.1} %", time * 1e6 / pages.len() as f64, 100.0 * time / whole);
    }

    let mut order: Vec<usize> = (0..pages.len()).collect();
    order.sort_by_key(|number| pages[*number].bytes.len());
    println!("\nmemory of one page, beside the rules and the page itself:");
    for (name, place) in [("median", pages.len() / 2), ("19 of 20", pages.len() * 19 / 20), ("largest", pages.len() - 1)] {
        let page = &pages[order[place]];
        let child = std::process::Command::new(std::env::current_exe().unwrap()).env(MEMORY_OF, &page.path).output().unwrap();
        let kilobytes = String::from_utf8_lossy(&child.stdout);
        println!("  {name:<10} {:>8.0} kB of HTML: {:>8} kB", page.bytes.len() as f64 / 1e3, kilobytes.trim());
    }
}

fn median(rounds: &mut [Duration]) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 2]
}

fn lol_html_counting() -> impl FnMut(&[u8]) + 'static {
    use lol_html::{HtmlRewriter, Settings, doc_text, element};
    move |page| {
        let (elements, bytes) = (Rc::new(Cell::new(0usize)), Rc::new(Cell::new(0usize)));
        let (elements_seen, bytes_seen) = (Rc::clone(&elements), Rc::clone(&bytes));
        let settings = Settings::new()
            .with_strict(false)
            .append_element_content_handler(element!("*", move |_| {
                elements_seen.set(elements_seen.get() + 1);
                Ok(())
            }))
            .append_document_content_handler(doc_text!(move |text| {
                bytes_seen.set(bytes_seen.get() + text.as_str().len());
                Ok(())
            }));
        let mut rewriter = HtmlRewriter::new(settings, |out: &[u8]| {
            black_box(out);
        });
        rewriter.write(page).unwrap();
        rewriter.end().unwrap();
        black_box((elements.get(), bytes.get()));
    }
}

fn naqi(rules: &Arc<RuleSet>, settings: Settings) -> impl FnMut(&[u8]) + 'static {
    let rules = Arc::clone(rules);
    let mut out = Vec::new();
    move |page| {
        out.clear();
        black_box(clean(&rules, &settings, &Origin::default(), page, &mut out).unwrap());
    }
}

fn decode(page: &[u8]) {
    let (mut decoder, mut text) = (Decoder::new(&Declared::default()), String::new());
    page.chunks(16 * 1024).for_each(|chunk| decoder.push(chunk, &mut text));
    decoder.finish(&mut text);
    black_box(text);
}

/// By how many kilobytes the process grows over one page, at most (Linux; elsewhere nothing is known).
fn memory_of(rules: &Arc<RuleSet>, settings: &Settings, page: &[u8]) -> String {
    let of = |name: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok())
    };
    let mut out = Vec::new();
    // Lazy tables are no page's memory.
    clean(rules, settings, &Origin::default(), b"<p>one</p>", &mut out).unwrap();
    // Sets the mark of the highest memory back to what is held now (proc(5), `clear_refs`).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = of("VmRSS:");
    clean(rules, settings, &Origin::default(), page, &mut out).unwrap();
    match (before, of("VmHWM:")) {
        (Some(before), Some(highest)) => highest.saturating_sub(before).to_string(),
        _ => "unknown".to_owned(),
    }
}
