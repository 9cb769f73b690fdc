//! Entities by kind: what is found in the texts of `tests/entities/`, to the byte, and what is not.
#![allow(clippy::unwrap_used)]

use naqi::moderate::entity::{EntityFinder, EntityKind, Region};
use std::fmt::Write;
use std::path::Path;

/// The text, the ranges that must be found in it.
fn parse(line: &str) -> (String, Vec<std::ops::Range<usize>>) {
    let (mut text, mut ranges, mut open) = (String::new(), Vec::new(), 0);
    for character in line.chars() {
        match character {
            '⟦' => open = text.len(),
            '⟧' => ranges.push(open..text.len()),
            '⏎' => text.push('\n'),
            other => text.push(other),
        }
    }
    (text, ranges)
}

fn check(name: &str, kinds: &[EntityKind]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entities").join(name).with_extension("txt");
    let file = std::fs::read_to_string(path).unwrap();
    let mut lines = file.lines();
    let regions: Vec<Region> = lines.next().unwrap().strip_prefix("regions:").unwrap().split_whitespace().map(|code| code.parse().unwrap()).collect();
    let wanted: Vec<_> = kinds.iter().map(|kind| (*kind, regions.clone())).collect();
    let finder = EntityFinder::new(&wanted);
    let mut report = String::new();
    for line in lines.filter(|line| !line.starts_with("# ")) {
        let (text, expected) = parse(line);
        let (mut matches, mut near) = (Vec::new(), Vec::new());
        finder.find(&text, &mut matches, Some(&mut near));
        let found: Vec<_> = matches.iter().map(|found| found.range.clone()).collect();
        if found != expected {
            let _ = writeln!(
                report,
                "{line}\n    found {:?}\n    near  {:?}",
                show(&text, matches.iter().map(|m| (m.range.clone(), m.kind, m.detail))),
                show(&text, near.iter().map(|m| (m.range.clone(), m.kind, m.failed)))
            );
        }
        let mut without = Vec::new();
        finder.find(&text, &mut without, None);
        assert_eq!(matches, without, "near misses change nothing: {line}");
    }
    assert!(report.is_empty(), "{name}:\n{report}");
}

fn show(text: &str, found: impl Iterator<Item = (std::ops::Range<usize>, EntityKind, &'static str)>) -> Vec<String> {
    found.map(|(range, kind, detail)| format!("{kind}/{detail} {:?}", &text[range])).collect()
}

macro_rules! kinds {
    ($($test:ident $name:literal $kind:ident)*) => {$(
        #[test]
        fn $test() {
            check($name, &[EntityKind::$kind]);
        }
    )*};
}

kinds! {
    phones "phone" Phone
    emails "email" Email
    cards "card" Card
    ibans "iban" Iban
    ip_addresses "ip" Ip
    hardware_addresses "mac" Mac
    crypto_addresses "crypto" Crypto
    secrets "secret" Secret
    national_ids "national-id" NationalId
    travel_documents "mrz" Mrz
    plates "plate" Plate
    coordinates "coordinates" Coordinates
    birth_dates "birth-date" BirthDate
}

#[test]
fn look_alikes_of_everything() {
    check("none", &EntityKind::ALL);
}
