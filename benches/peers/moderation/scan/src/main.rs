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

const ROUNDS: usize = 15;

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

    let settings = Settings { strip: StripMode::Off, emit: EmitFormat::Preserve, ..Settings::default() };
    let (scanner, kinds) = datadog::scanner();
    let naqi = |markup| {
        let (rules, settings, origin) = (&rules, &settings, &origin);
        move |page: &str| -> Found {
            let mut out = Vec::new();
            let report = clean(rules, settings, &origin(markup), page.as_bytes(), &mut out).expect("sound pages");
            black_box(out.len());
            report.findings.into_iter().map(|finding| (finding.start as usize, finding.end as usize, finding.rule)).collect()
        }
    };
    let datadog = |page: &str| -> Found {
        let found = scanner.scan(&mut page.to_owned()).expect("a text");
        found.iter().map(|found| (found.start_index, found.end_index_exclusive, kinds[found.rule_index].to_owned())).collect()
    };
    let (on_html, on_text) = (naqi(Markup::Html), naqi(Markup::Text));
    type Contestant<'a> = (&'static str, &'static str, &'a [String], &'a dyn Fn(&str) -> Found);
    let contestants: [Contestant<'_>; 4] =
        [("naqi", "html", &html, &on_html), ("naqi", "text", &texts, &on_text), ("datadog", "html", &html, &datadog), ("datadog", "text", &texts, &datadog)];
    let mut best = [Duration::MAX; 4];
    for _ in 0..ROUNDS {
        // All in every round: whatever else the machine does, it does to all of them.
        for ((_, _, pages, scan), best) in contestants.iter().zip(&mut best) {
            let begun = Instant::now();
            pages.iter().for_each(|page| drop(black_box(scan(page))));
            *best = begun.elapsed().min(*best);
        }
    }
    let runs = contestants.iter().zip(best).map(|((who, form, pages, scan), best)| Run {
        who,
        form,
        megabytes_per_second: pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / best.as_secs_f64(),
        pages: pages.iter().map(|page| scan(page)).collect(),
    });
    let runs = runs.collect();
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
