//! Archives of other tools: NAQI_ARCHIVES names a folder of them; without it there is nothing to do.

use crate::workbench::Workbench;
use std::path::{Path, PathBuf};

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_none_or(|extension| extension != "json") {
            into.push(path);
        }
    }
}

#[test]
fn every_archive_is_read_or_its_losses_are_told() {
    let Some(folder) = std::env::var_os("NAQI_ARCHIVES") else { return };
    let mut archives = Vec::new();
    files(Path::new(&folder), &mut archives);
    assert!(!archives.is_empty());
    for archive in archives {
        let bench = Workbench::new();
        let name = archive.to_str().unwrap();
        let ran = bench.run(&["clean", name, "--emit", "jsonl", "-o", "out.jsonl", "--stats", "stats.json", "-q"]);
        assert!(ran.code == 0 || (ran.code == 1 && !ran.err.is_empty()), "{name}: {ran:?}");
        assert!(!ran.err.contains("internal error"), "{name}: {}", ran.err);
        let stats: serde_json::Value = serde_json::from_str(&bench.read("stats.json")).unwrap();
        let records: u64 = stats["sums"]["records"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert!(records > 0 || ran.code == 1, "{name}: {stats}");
        // The same from a pipe, where nothing can be gone back to: what is sound comes out the same.
        if ran.code == 0 {
            let piped = bench.run_with_stdin(std::fs::read(&archive).unwrap(), &["clean", "-", "--emit", "jsonl", "-q"]);
            let pages = |text: &str| text.replace("\"source\":\"stdin\"", "").lines().count();
            assert_eq!(pages(&piped.out), pages(&bench.read("out.jsonl")), "{name}: {}", piped.err);
        }
    }
}
