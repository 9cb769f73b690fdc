//! One page fed in pieces of several sizes: what comes out must not tell.

use super::{FORMATS, builtin_rules};
use naqi::report::PageReport;
use naqi::strip::StripMode;
use naqi::{Origin, PageError, Pipeline, Settings};
use std::sync::Arc;

/// Sizes of pieces; the last is the whole page.
pub const CHUNKS: [usize; 5] = [1, 7, 64, 4096, usize::MAX];

/// Outputs in the order of `FORMATS`, and the report as JSON.
pub type Results = (Vec<Vec<u8>>, String);

/// Cleans into all formats at once: they share everything before the emitters.
pub fn clean_in_chunks(page: &[u8], origin: &Origin, strip: StripMode, chunk: usize) -> Result<Results, PageError> {
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
pub fn differences(page: &[u8], origin: &Origin, strip: StripMode, chunks: &[usize]) -> Vec<String> {
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
