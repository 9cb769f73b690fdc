//! Ctrl-C.
#![cfg(unix)]

use crate::workbench::{PAGE, Workbench};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// A run that waits for the rest of standard input, started far enough to be interrupted.
fn waiting(bench: &Workbench) -> (Child, std::process::ChildStdin, BufReader<std::process::ChildStderr>) {
    let mut child = bench.command(&["clean", "-", "page.html", "-j", "1", "-o", "out"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(PAGE.as_bytes()).unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    // The output of the page in hand is begun: the handler was set before.
    let is_begun = || bench.files().iter().any(|file| file.ends_with(".part"));
    while !is_begun() {
        assert!(child.try_wait().unwrap().is_none(), "ended before it began");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    (child, stdin, stderr)
}

#[test]
fn the_first_one_finishes_the_pages_in_hand() {
    let bench = Workbench::with_page();
    let (mut child, stdin, mut stderr) = waiting(&bench);
    interrupt(&child);
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("finishing the pages in hand"), "{line}");
    drop(stdin);
    stderr.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{line}");
    assert!(line.contains("stopped by ctrl-c after 1 of 2 pages"), "{line}");
    assert_eq!(bench.files(), ["out/.naqi/journal.json", "out/.naqi/lock", "out/.naqi/placed", "out/stdin.html", "page.html"]);
    // Started again in the same way, it goes on.
    bench.expect(0, &["clean", "-", "page.html", "-j", "1", "-o", "out", "-q"]);
    assert_eq!(bench.files(), ["out/page.html", "out/stdin.html", "page.html"]);
}

#[test]
fn the_second_one_aborts() {
    let bench = Workbench::with_page();
    let (mut child, _stdin, mut stderr) = waiting(&bench);
    interrupt(&child);
    stderr.read_line(&mut String::new()).unwrap();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!bench.path("out/stdin.html").exists());
}
