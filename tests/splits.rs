//! Proves that a page comes out the same however its bytes arrive, in every format and mode: on the fixtures always, and on a
//! folder of real pages when `NAQI_PAGES` names one; there, that what is republished is balanced and harmless, too.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FORMATS, MODES, builtin_rules, corpus, fixtures, markup};
use naqi::emit::EmitFormat;
use naqi::report::PageReport;
use naqi::strip::StripMode;
use naqi::{Origin, PageError, Pipeline, Settings};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

const CHUNKS: [usize; 5] = [1, 7, 64, 4096, usize::MAX];

/// Outputs in the order of `FORMATS`, and the report as JSON.
type Results = (Vec<Vec<u8>>, String);

/// Cleans into all formats at once: they share everything before the emitters.
fn clean_in_chunks(page: &[u8], origin: &Origin, strip: StripMode, chunk: usize) -> Result<Results, PageError> {
    let mut outputs = vec![Vec::new(); FORMATS.len()];
    let settings = Settings { strip, ..Settings::default() };
    let report = {
        let formats = FORMATS.into_iter().zip(&mut outputs).collect();
        let mut pipeline = Pipeline::with_formats(Arc::clone(builtin_rules()), &settings, origin, formats);
        for bytes in page.chunks(chunk.min(page.len().max(1))) {
            pipeline.feed(bytes)?;
        }
        pipeline.finish()?
    };
    Ok((outputs, json(&report)))
}

fn json(report: &PageReport) -> String {
    serde_json::to_string(report).unwrap()
}

/// What differs from the page fed whole.
fn differences(page: &[u8], origin: &Origin, strip: StripMode, chunks: &[usize]) -> Vec<String> {
    let whole = clean_in_chunks(page, origin, strip, usize::MAX).unwrap();
    let mut found = Vec::new();
    for chunk in chunks {
        let split = clean_in_chunks(page, origin, strip, *chunk).unwrap();
        for (format, (split, whole)) in FORMATS.iter().zip(split.0.iter().zip(&whole.0)) {
            if split != whole {
                let at = split.iter().zip(whole).take_while(|(a, b)| a == b).count();
                let near = |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(30)..bytes.len().min(at + 60)]).into_owned();
                found.push(format!("{strip:?} {format:?}, chunks of {chunk}, from byte {at}: {:?}, whole: {:?}", near(split), near(whole)));
            }
        }
        if split.1 != whole.1 {
            let at = split.1.bytes().zip(whole.1.bytes()).take_while(|(a, b)| a == b).count();
            let near = |text: &str| text.chars().skip(at.saturating_sub(60)).take(160).collect::<String>();
            found.push(format!("{strip:?}, chunks of {chunk}, report: {}, whole: {}", near(&split.1), near(&whole.1)));
        }
    }
    found
}

#[test]
fn fixtures_come_out_the_same_however_they_are_split() {
    let mut failures = String::new();
    for fixture in fixtures() {
        for strip in MODES {
            for difference in differences(&fixture.page, &fixture.origin(), strip, &CHUNKS) {
                let _ = writeln!(failures, "{}: {difference}", fixture.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// All formats together must be what each is by itself.
#[test]
fn formats_do_not_disturb_each_other() {
    for fixture in fixtures() {
        let (together, _) = clean_in_chunks(&fixture.page, &fixture.origin(), StripMode::Article, usize::MAX).unwrap();
        for (format, together) in FORMATS.into_iter().zip(together) {
            let (alone, _) = common::clean(&fixture.page, &fixture.origin(), StripMode::Article, format);
            assert!(alone == together, "{} as {format:?}", fixture.name);
        }
    }
}

#[test]
fn real_pages_come_out_whole_balanced_and_harmless() {
    let Some(folder) = std::env::var_os("NAQI_PAGES").map(PathBuf::from) else {
        eprintln!("NAQI_PAGES is not set: no folder of real pages to walk");
        return;
    };
    // Byte by byte is slow on a large folder: NAQI_SLOW_EVERY=3 does it for each third page only.
    let slow_every: usize = std::env::var("NAQI_SLOW_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(1);
    let pages = corpus::read(&folder).unwrap();
    assert!(!pages.is_empty(), "no page in {}", folder.display());
    let mut failures = Vec::new();
    for (n, page) in pages.iter().enumerate() {
        let chunks = if n % slow_every == 0 { &CHUNKS[..4] } else { &CHUNKS[2..4] };
        let judged = catch_unwind(AssertUnwindSafe(|| judge(&page.bytes, chunks)));
        let found = judged.unwrap_or_else(|panic| vec![format!("PANIC {}", panic.downcast_ref::<String>().map_or("", String::as_str))]);
        failures.extend(found.into_iter().map(|failure| format!("{}: {failure}", page.path.display())));
    }
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
