//! Any page through all emit formats and strip modes: no panic, what is republished is balanced, and any split of the input gives
//! the same bytes. The first byte says how large the pieces are. `cargo +nightly fuzz run page`, seeded with the fixtures:
//! `cargo +nightly fuzz run page fuzz/corpus/page fixtures/pages/*/`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naqi::emit::EmitFormat;
use naqi::rules::{RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Pipeline, Settings};
use std::sync::{Arc, LazyLock};

const FORMATS: [EmitFormat; 4] = [EmitFormat::Republish, EmitFormat::Preserve, EmitFormat::Text, EmitFormat::Markdown];
const VOID: [&str; 7] = ["br", "col", "hr", "img", "source", "track", "wbr"];

static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| match builtin_sources().compile() {
    Ok((rules, _)) => Arc::new(rules),
    Err(mistakes) => panic!("{mistakes:?}"),
});

/// Outputs in the order of `FORMATS`; none where a limit was reached.
fn clean(page: &[u8], strip: StripMode, piece: usize) -> Option<Vec<Vec<u8>>> {
    let mut outputs = vec![Vec::new(); FORMATS.len()];
    let settings = Settings { strip, ..Settings::default() };
    let origin = Origin::default();
    let mut pipeline = Pipeline::with_formats(Arc::clone(&RULES), &settings, &origin, FORMATS.into_iter().zip(&mut outputs).collect());
    for bytes in page.chunks(piece) {
        pipeline.feed(bytes).ok()?;
    }
    pipeline.finish().ok()?;
    Some(outputs)
}

/// Every tag opened is closed, innermost first.
fn is_balanced(html: &str) -> bool {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else { return false };
        match tag.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            Some(_) => {}
            None => {
                let name = tag.split(' ').next().unwrap_or(tag);
                if !VOID.contains(&name) {
                    open.push(name);
                }
            }
        }
    }
    open.is_empty()
}

fuzz_target!(|data: &[u8]| {
    let Some((piece, page)) = data.split_first() else { return };
    for strip in [StripMode::Off, StripMode::Rules, StripMode::Article] {
        let whole = clean(page, strip, page.len().max(1));
        assert!(clean(page, strip, usize::from(*piece).max(1)) == whole, "{strip:?}: pieces of {piece} give something else");
        let Some(outputs) = whole else { continue };
        for (format, output) in FORMATS.iter().zip(&outputs) {
            match format {
                EmitFormat::Preserve => assert!(strip != StripMode::Off || output == page, "the page was not preserved"),
                _ => assert!(std::str::from_utf8(output).is_ok(), "{format:?} is not UTF-8"),
            }
        }
        assert!(is_balanced(&String::from_utf8_lossy(&outputs[0])), "{strip:?}: not balanced");
    }
});
