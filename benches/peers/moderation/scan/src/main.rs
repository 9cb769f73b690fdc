//! What naqi and Datadog's scanner find on pages, and how fast. Pages as JSON on standard input, findings as JSON on standard output.
//!
//! Each page goes to the scanner as it is and as naqi's text of it, so that the better of the two can be counted.
#![allow(clippy::expect_used)]

mod datadog;

use naqi::emit::EmitFormat;
use naqi::rewrite::Markup;
use naqi::rules::{builtin_sources, read_packs};
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

#[derive(Deserialize)]
struct Page {
    html: String,
}

#[derive(Serialize)]
struct Run {
    who: &'static str,
    /// `html` or `text`.
    form: &'static str,
    megabytes_per_second: f64,
    /// Of each page: first byte, byte after the last, kind.
    pages: Vec<Vec<(usize, usize, String)>>,
}

#[derive(Serialize)]
struct Output {
    texts: Vec<String>,
    runs: Vec<Run>,
}

fn main() {
    let pages: Vec<Page> = serde_json::from_reader(std::io::stdin().lock()).expect("pages as JSON");
    let html: Vec<String> = pages.into_iter().map(|page| page.html).collect();
    let mut sources = builtin_sources();
    sources.packs = read_packs(concat!(env!("CARGO_MANIFEST_DIR"), "/../rules.toml").as_ref()).expect("the rules are there");
    let Ok((rules, _)) = sources.compile() else { panic!("the rules do not compile") };
    let rules = Arc::new(rules);
    let origin = |markup| Origin { markup, content_type: Some("text/html; charset=utf-8".into()), ..Origin::default() };
    let texts: Vec<String> = html.iter().map(|page| text_of(&rules, page, &origin(Markup::Html))).collect();

    let mut runs = Vec::new();
    for (form, pages, markup) in [("html", &html, Markup::Html), ("text", &texts, Markup::Text)] {
        let settings = Settings { strip: StripMode::Off, emit: EmitFormat::Preserve, ..Settings::default() };
        let mut scan = |page: &String| {
            let mut out = Vec::new();
            let report = clean(&rules, &settings, &origin(markup), page.as_bytes(), &mut out).expect("sound pages");
            black_box(out.len());
            report.findings.into_iter().map(|finding| (finding.start as usize, finding.end as usize, finding.category)).collect()
        };
        runs.push(run("naqi", form, pages, &mut scan));
    }
    let (scanner, kinds) = datadog::scanner();
    for (form, pages) in [("html", &html), ("text", &texts)] {
        let mut scan = |page: &String| {
            let mut event = page.clone();
            let found = scanner.scan(&mut event).expect("a text");
            found.iter().map(|found| (found.start_index, found.end_index_exclusive, kinds[found.rule_index].to_owned())).collect()
        };
        runs.push(run("datadog", form, pages, &mut scan));
    }
    serde_json::to_writer(std::io::stdout().lock(), &Output { texts, runs }).expect("standard output");
}

/// The page as naqi reads it, nothing stripped and nothing moderated, without characters that cannot be seen.
fn text_of(rules: &Arc<naqi::rules::RuleSet>, page: &str, origin: &Origin) -> String {
    let plain = builtin_sources().compile().map_or_else(|_| Arc::clone(rules), |(plain, _)| Arc::new(plain));
    let mut out = Vec::new();
    let settings = Settings { strip: StripMode::Off, emit: EmitFormat::Text, ..Settings::default() };
    clean(&plain, &settings, origin, page.as_bytes(), &mut out).expect("sound pages");
    String::from_utf8_lossy(&out).replace(['\u{ad}', '\u{200b}'], "").replace('\u{a0}', " ")
}

type Found = Vec<(usize, usize, String)>;

fn run(who: &'static str, form: &'static str, pages: &[String], scan: &mut dyn FnMut(&String) -> Found) -> Run {
    let found = pages.iter().map(&mut *scan).collect();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        pages.iter().for_each(|page| drop(black_box(scan(page))));
        best = best.min(begun.elapsed());
    }
    let bytes: usize = pages.iter().map(String::len).sum();
    Run { who, form, megabytes_per_second: bytes as f64 / 1e6 / best.as_secs_f64(), pages: found }
}
