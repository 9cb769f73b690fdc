//! One bad page never stops a run.

use crate::workbench::{KEPT, PAGE, Workbench, long_page};

/// Past this limit `long.html` fails and `page.html` does not.
const LIMITS: [&str; 4] = ["--set", "limits.page_bytes=40000", "--set", "limits.stream_bytes=40000"];

fn bench() -> Workbench {
    let bench = Workbench::with_page();
    bench.write("long.html", long_page(200_000));
    bench.write("z.html", PAGE);
    bench
}

#[test]
fn the_others_are_cleaned_and_nothing_of_the_bad_one_is_written() {
    let bench = bench();
    let ran = bench.expect(1, &[&["clean", "page.html", "long.html", "nowhere.html", "z.html", "--emit", "text"], &LIMITS[..]].concat());
    assert_eq!(ran.out.matches(KEPT).count(), 2);
    assert!(!ran.out.contains("sentence number 1 "));
    assert!(ran.err.contains("naqi: long.html: the page is past limits.page_bytes"), "{ran:?}");
    assert!(ran.err.contains("naqi: nowhere.html: cannot open it: No such file"), "{ran:?}");
    bench.expect(1, &[&["clean", ".", "-o", "out/", "-q"], &LIMITS[..]].concat());
    assert_eq!(bench.files(), ["long.html", "out/page.html", "out/z.html", "page.html", "z.html"]);
}

#[test]
fn a_stream_that_fails_midway_says_what_its_output_is() {
    let bench = bench();
    let ran = bench.expect(1, &["clean", "long.html", "--strip", "rules", "--emit", "text", "--set", "limits.stream_bytes=180000"]);
    assert!(ran.out.contains("sentence number 1 ") && !ran.out.contains("very last words"));
    assert!(
        ran.err.contains("naqi: long.html: what standard output has of it is not the whole page: the page is past limits.stream_bytes"),
        "{ran:?}"
    );
}

#[test]
fn dead_letters_in_a_folder_hold_page_and_cause() {
    let bench = bench();
    for name in ["dead/long.html", "dead/long-2.html"] {
        bench.expect(1, &[&["clean", "long.html", "page.html", "--dead-letters", "dead", "-o", "out", "--force", "-q"], &LIMITS[..]].concat());
        assert_eq!(bench.read(name), bench.read("long.html"));
        let letter: serde_json::Value = serde_json::from_str(&bench.read(&format!("{name}.json"))).unwrap();
        assert_eq!(letter["source"], "long.html");
        assert!(letter["cause"].as_str().unwrap().contains("limits.page_bytes"));
        assert_eq!(letter["rules_digest"].as_str().unwrap().len(), 64);
        assert!(letter["time"].as_str().unwrap().ends_with('Z'));
    }
    bench.expect(1, &["clean", "gone.html", "--dead-letters", "dead", "-q"]);
    let letter: serde_json::Value = serde_json::from_str(&bench.read("dead/gone.html.json")).unwrap();
    assert!(letter["payload_file"].is_null() && !bench.path("dead/gone.html").exists());
}

#[test]
fn dead_letters_in_a_file_are_lines_and_are_added_to() {
    use base64::Engine;
    let bench = bench();
    bench.write("dead.jsonl", "{\"source\":\"earlier\"}\n");
    let stdin = long_page(150_000);
    for strip in ["rules", "article"] {
        let ran = bench.run_with_stdin(&stdin, &[&["clean", "-", "--strip", strip, "--dead-letters", "dead.jsonl", "-q"], &LIMITS[..]].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
    }
    let text = bench.read("dead.jsonl");
    let letters: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(letters.len(), 3);
    for letter in &letters[1..] {
        let payload = base64::engine::general_purpose::STANDARD.decode(letter["payload"].as_str().unwrap()).unwrap();
        assert!(payload == stdin.as_bytes(), "the whole of standard input is kept");
        assert_eq!(letter["source"], "stdin");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_and_a_closed_one_is_none() {
    let bench = bench();
    let mut command = bench.command(&["clean", "long.html", "long.html", "-q"]);
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let mut streamed = bench.command(&["clean", "long.html", "--strip", "rules"]).spawn().unwrap();
    drop(streamed.stdout.take());
    assert!(streamed.wait().unwrap().success());
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let output = bench.command(&["clean", "page.html", "z.html", "-q"]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output: "), "{output:?}");
    }
}
