//! How fast a page is cleaned, as a ratio to what it stands on (lol_html with every handler hooked) and to the usual way
//! (html5ever's tree). One thread, pages in memory, all contestants on the same pages in the same run.
//!
//! `NAQI_PAGES` names a folder of pages (`.html`, `.html.gz`; the fixtures without it), `NAQI_ROUNDS` the number of rounds.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)] // only the corpus test names the files
#[path = "../tests/common/corpus.rs"]
mod corpus;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;
use naqi::emit::EmitFormat;
use naqi::rules::{RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The machine's other work falls on all contestants alike when they take turns often.
const PAGES_A_TURN: usize = 32;

/// Does the work on one page.
type Run = Box<dyn FnMut(&[u8])>;

struct Contestant {
    name: &'static str,
    run: Run,
    rounds: Vec<Duration>,
}

fn main() {
    let folder = std::env::var_os("NAQI_PAGES").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages")), PathBuf::from);
    let rounds = std::env::var("NAQI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let pages = corpus::read(&folder).unwrap();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    let rules = Arc::new(builtin_sources().compile().unwrap().0);
    println!("{} pages, {:.1} MB, {} rules, {rounds} rounds", pages.len(), bytes as f64 / 1e6, rules.rules().len());

    let mut contestants = [
        contestant("lol_html, all hooked, doing nothing", lol_html_hooked),
        contestant("html5ever into a tree", html5ever_tree),
        contestant("naqi rules -> republish", naqi(&rules, StripMode::Rules, EmitFormat::Republish)),
        contestant("naqi rules -> text", naqi(&rules, StripMode::Rules, EmitFormat::Text)),
        contestant("naqi article -> republish", naqi(&rules, StripMode::Article, EmitFormat::Republish)),
        contestant("naqi off -> preserve", naqi(&rules, StripMode::Off, EmitFormat::Preserve)),
    ];
    // One turn before the clock starts: caches, lazy tables, the allocator's arenas.
    for contestant in &mut contestants {
        pages.iter().take(PAGES_A_TURN).for_each(|page| (contestant.run)(&page.bytes));
    }
    for _ in 0..rounds {
        let mut spent = [Duration::ZERO; 6];
        for turn in pages.chunks(PAGES_A_TURN) {
            for (contestant, spent) in contestants.iter_mut().zip(&mut spent) {
                let begun = Instant::now();
                turn.iter().for_each(|page| (contestant.run)(black_box(&page.bytes)));
                *spent += begun.elapsed();
            }
        }
        for (contestant, spent) in contestants.iter_mut().zip(spent) {
            contestant.rounds.push(spent);
        }
    }

    let rates: Vec<f64> = contestants.iter_mut().map(|contestant| bytes as f64 / 1e6 / median(&mut contestant.rounds).as_secs_f64()).collect();
    println!("{:<38} {:>8} {:>12} {:>13}", "", "MB/s", "to lol_html", "to html5ever");
    for (contestant, rate) in contestants.iter().zip(&rates) {
        println!("{:<38} {rate:>8.1} {:>12.2} {:>13.2}", contestant.name, rate / rates[0], rate / rates[1]);
    }
    println!("target for `naqi rules -> republish`: at least 0.50 to lol_html, 2.00 to html5ever");
}

fn median(rounds: &mut [Duration]) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 2]
}

fn contestant(name: &'static str, run: impl FnMut(&[u8]) + 'static) -> Contestant {
    Contestant { name, run: Box::new(run), rounds: Vec::new() }
}

fn lol_html_hooked(page: &[u8]) {
    use lol_html::{DocumentContentHandlers, HtmlRewriter, Settings, element};
    let document = DocumentContentHandlers::default()
        .text(|text: &mut lol_html::html_content::TextChunk<'_>| {
            black_box(text.as_str());
            Ok(())
        })
        .comments(|comment: &mut lol_html::html_content::Comment<'_>| {
            black_box(comment);
            Ok(())
        })
        .doctype(|doctype: &mut lol_html::html_content::Doctype<'_>| {
            black_box(doctype);
            Ok(())
        });
    let settings =
        Settings::new().with_strict(false).append_document_content_handler(document).append_element_content_handler(element!("*", |tag| {
            black_box(tag);
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |out: &[u8]| {
        black_box(out);
    });
    rewriter.write(page).unwrap();
    rewriter.end().unwrap();
}

fn html5ever_tree(page: &[u8]) {
    black_box(html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).from_utf8().one(page));
}

fn naqi(rules: &Arc<RuleSet>, strip: StripMode, emit: EmitFormat) -> impl FnMut(&[u8]) + 'static {
    let (rules, settings) = (Arc::clone(rules), Settings { strip, emit, ..Settings::default() });
    let mut out = Vec::new();
    move |page| {
        out.clear();
        black_box(clean(&rules, &settings, &Origin::default(), page, &mut out).unwrap());
    }
}
