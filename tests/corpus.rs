//! Proves on many pages that none makes naqi panic, that what is republished is balanced and harmless, that `preserve` without
//! stripping is the page, and that pieces of 1, 7, 64, 4096 bytes and the whole page give identical results. On the fixtures always;
//! on a folder of real pages with `NAQI_PAGES=FOLDER cargo test --release --test corpus -- --nocapture`.
//! `NAQI_SLOW_EVERY=10` feeds one byte, or seven, at a time to each tenth page only; `NAQI_THREADS` is two unless it is set.
#![allow(clippy::unwrap_used)]

mod common;

use common::chunks::{CHUNKS, clean_in_chunks, differences};
use common::{FORMATS, MODES, corpus, markup};
use naqi::Origin;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn pages_come_out_whole_balanced_and_harmless() {
    let given = std::env::var_os("NAQI_PAGES").map(PathBuf::from);
    let folder = given.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages"));
    let slow_every = number("NAQI_SLOW_EVERY", 1);
    let pages = corpus::read(&folder).unwrap();
    assert!(!pages.is_empty(), "no page in {}", folder.display());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..number("NAQI_THREADS", 2).max(1) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(page) = pages.get(n) else { break };
                    if given.is_some() && n % 100 == 0 {
                        eprintln!("{n} of {} pages, {} failures", pages.len(), failures.lock().unwrap().len());
                    }
                    let chunks = if n % slow_every == 0 { &CHUNKS[..4] } else { &CHUNKS[2..4] };
                    let judged = catch_unwind(AssertUnwindSafe(|| judge(&page.bytes, chunks)));
                    let found = judged.unwrap_or_else(|panic| vec![format!("PANIC {}", panic.downcast_ref::<String>().map_or("", String::as_str))]);
                    if given.is_some() {
                        found.iter().for_each(|failure| eprintln!("{}: {failure}", page.path.display()));
                    }
                    failures.lock().unwrap().extend(found.into_iter().map(|failure| format!("{}: {failure}", page.path.display())));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    eprintln!("{} pages, {bytes} bytes, {} failures", pages.len(), failures.len());
    assert!(failures.is_empty(), "{} failures on {} pages:\n{}", failures.len(), pages.len(), failures.join("\n"));
}

fn judge(page: &[u8], chunks: &[usize]) -> Vec<String> {
    let origin = Origin::default();
    let mut found = Vec::new();
    for strip in MODES {
        found.extend(differences(page, &origin, strip, chunks));
        let (outputs, _) = clean_in_chunks(page, &origin, strip, usize::MAX).unwrap();
        for (format, output) in FORMATS.into_iter().zip(outputs) {
            match format {
                EmitFormat::Republish => {
                    let html = String::from_utf8(output).unwrap();
                    found.extend(markup::unbalanced(&html).map(|place| format!("{strip:?}: {place}")));
                    found.extend(markup::harmful(&html).into_iter().map(|harm| format!("{strip:?}: {harm}")));
                    if std::env::var_os("NAQI_MISREAD").is_some() {
                        found.extend(markup::misread(&html).map(|place| format!("{strip:?}: MISREAD {place}")));
                    }
                }
                EmitFormat::Preserve if strip == StripMode::Off && output != page => found.push("preserve without stripping is not the page".into()),
                EmitFormat::Preserve => {}
                _ => drop(String::from_utf8(output).unwrap()),
            }
        }
    }
    found
}
