//! Proves that a page comes out the same however its bytes arrive, in every format and mode. Real pages: tests/corpus.rs.
#![allow(clippy::unwrap_used)]

mod common;

use common::chunks::{CHUNKS, clean_in_chunks, differences};
use common::{FORMATS, MODES, fixtures};
use naqi::Origin;
use naqi::strip::StripMode;
use std::fmt::Write;

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

/// What is decided when the hold is full may not depend on how far ahead the bytes are.
#[test]
fn what_outgrows_the_hold_is_cut_in_the_same_places() {
    let paragraph = "<p>The ferry left the old harbour at noon, and nobody on the pier could say when it would be back. <a href=/x>More</a>";
    let stretches = [("<div hidden>", 7000), ("</div><p>", 4000), ("<div class=related-posts>", 9000), ("</div><div hidden><span>", 6000)];
    let page: String = stretches.iter().map(|(tag, count)| [tag, paragraph.repeat(*count).as_str()].concat()).collect();
    let found = differences(page.as_bytes(), &Origin::default(), StripMode::Rules, &[7, 5000, 100_000]);
    assert!(found.is_empty(), "{found:?}");
}
