//! Proves that a label is found however tags cut it, and that the hashes which spare most lines the folding never hide one: phrases
//! of the packs are filled in, written plainly, cut by inline tags, and with a character reference in front, where only folding can tell.
#![allow(clippy::unwrap_used)]

mod common;

use common::{builtin_rules, collapsed};
use naqi::emit::EmitFormat;
use naqi::rewrite::Markup;
use naqi::strip::StripMode;
use naqi::{Origin, Settings};
use serde::Deserialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Deserialize)]
struct Pack {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    #[serde(default)]
    text: Vec<String>,
}

/// One phrase in so many is tried, with one of its alternatives.
const EVERY: usize = 4;

/// A phrase with one alternative of each bracket and with words for its placeholders.
fn filled(phrase: &str, choice: usize) -> Option<String> {
    let mut text = phrase.to_owned();
    while let Some(open) = text.rfind('(') {
        let close = open + text[open..].find(')')?;
        let alternatives: Vec<&str> = text[open + 1..close].split('|').collect();
        let chosen = alternatives[(choice + open) % alternatives.len()].to_owned();
        text.replace_range(open..=close, &format!(" {chosen} "));
    }
    let words = [
        ("{n}", "7"),
        ("{date}", "3 hours ago"),
        ("{name}", "Alma Herald"),
        ("{text}", "the harbour of Alma opens"),
        ("{article}", "this article"),
        ("{network}", "facebook"),
        ("{friends}", "your friends"),
        ("{store}", "google play"),
    ];
    for (placeholder, word) in words {
        text = text.replace(placeholder, word);
    }
    (!text.contains('{') && !text.contains(['<', '&'])).then(|| collapsed(&text))
}

/// The text with tags between letters, in words chosen by `at`.
fn cut(text: &str, cuts: impl Fn(usize, usize) -> bool) -> String {
    let mut out = String::new();
    let (mut word, mut letter) = (0, 0);
    for character in text.chars() {
        if character == ' ' {
            (word, letter) = (word + 1, 0);
            out.push(' ');
            continue;
        }
        if letter > 0 && cuts(word, letter) {
            out.push_str("<i></i>");
        }
        out.push(character);
        letter += 1;
    }
    out
}

fn stays(label: &str) -> bool {
    let page = format!("<p>The council met on Monday and spoke of the harbour until the lamps were lit.</p><div>{label}</div>");
    let settings = Settings { strip: StripMode::Rules, emit: EmitFormat::Text, ..Settings::default() };
    let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
    let mut out = Vec::new();
    naqi::clean(builtin_rules(), &settings, &origin, page.as_bytes(), &mut out).unwrap();
    let text = collapsed(&String::from_utf8(out).unwrap());
    !text.ends_with("lamps were lit.")
}

#[test]
fn labels_are_found_however_they_are_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/strip");
    let (mut tried, mut out) = (0, String::new());
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let pack: Pack = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for rule in pack.rule {
            for (number, phrase) in rule.text.iter().enumerate().filter(|(number, _)| number % EVERY == 0 || rule.text.len() < 40) {
                let Some(label) = filled(phrase, number) else { continue };
                // Where only folding can tell, as it always could.
                if stays(&format!("&#8203;{label}")) {
                    continue;
                }
                tried += 1;
                let forms = [
                    label.clone(),
                    cut(&label, |_, _| true),
                    cut(&label, |word, letter| word == 1 && letter == 1),
                    cut(&label, |word, letter| word > 0 && letter == 2),
                    label.replace(' ', "<b> </b>"),
                    label.split(' ').map(|word| format!("<b>{word}</b>")).collect::<Vec<_>>().join(" "),
                ];
                for form in forms.iter().filter(|form| stays(form)) {
                    let _ = writeln!(out, "{}: {form}", rule.id);
                }
            }
        }
    }
    assert!(tried > 1_000, "only {tried} labels were tried");
    assert!(out.is_empty(), "{out}");
}

/// Lines that a glance at their first words might hide: a colon behind the eighth word, a row of commands of two words each, not all of
/// them known.
#[test]
fn long_labels_are_not_overlooked() {
    for label in [
        "<p>You may use these HTML tags and attributes : <code>b i</code></p>",
        "<div><a href=/a>Printable version</a> <a href=/b>Short link</a> <a href=/c>Foobar</a> <a href=/d>Embed code</a> <a href=/e>Font size</a></div>",
    ] {
        assert!(!stays(label), "{label}");
    }
}

/// What a mark takes shows no headline: the next line that says the title is the first.
#[test]
fn a_headline_behind_a_trail_that_says_it_stays() {
    let page = "<title>Storm closes the harbour of Alma</title><div class=breadcrumb>Storm closes the harbour of Alma</div>\
        <div class=t>Storm closes the harbour of Alma</div><p>The council met on Monday and spoke of the harbour until the lamps were lit.</p>\
        <p>The boats stay at the inner quay until the wind has turned, and the ferry does not go out before Thursday morning.</p>";
    for strip in [StripMode::Rules, StripMode::Article] {
        let settings = Settings { strip, emit: EmitFormat::Text, ..Settings::default() };
        let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
        let mut out = Vec::new();
        naqi::clean(builtin_rules(), &settings, &origin, page.as_bytes(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().matches("Storm closes").count(), 1, "{strip:?}");
    }
}

/// What a browser does not show hides no label, and what it shows as text is none of one.
#[test]
fn lines_are_read_as_a_browser_shows_them() {
    let prose = |day: &str| {
        format!(
            "On {day} the council met and spoke of the harbour until the lamps were lit and the last of the boats had come in, as it does each year."
        )
    };
    let lines = |markup: &str, strip: StripMode| {
        let page = format!("<title>The harbour of Alma</title><h1>The harbour of Alma</h1><p>{}</p>{markup}", prose("Monday"));
        let settings = Settings { strip, emit: EmitFormat::Text, ..Settings::default() };
        let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
        let mut out = Vec::new();
        naqi::clean(builtin_rules(), &settings, &origin, page.as_bytes(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        (out.matches("the council met").count(), out.contains("omment") || out.contains("elated"))
    };
    for (markup, paragraphs) in [
        ("<p>No co\0mments</p>".to_owned(), 1),
        ("<p>No comments<span class=screen-reader-text> on The harbour of Alma</span></p>".to_owned(), 1),
        ("<p>Related <span hidden>zz</span>news</p>".to_owned(), 1),
        ("<div><div>0</div><div>Comments</div></div>".to_owned(), 1),
        (format!("<a href='#'>Related news <p>{}</p><p>{}</p>", prose("Tuesday"), prose("Friday")), 3),
        (
            format!(
                "<h3>Related news</h3><ul><li><a href=/1>Ferry breaks down again<li><a href=/2>Hall gets a roof</ul><p>{} {}</p>",
                prose("Tuesday"),
                prose("Friday")
            ),
            3,
        ),
    ] {
        for strip in [StripMode::Rules, StripMode::Article] {
            assert_eq!(lines(&markup, strip), (paragraphs, false), "{strip:?} {markup}");
        }
    }
}

/// Each mark in a line hides what it holds, and no piece of the line is held against all of them.
#[test]
fn many_hidden_words_in_a_line_take_their_time_and_no_more() {
    let prose = "The council met and spoke of the harbour until the lamps were lit and the last of the boats had come in, as it does each year.";
    let page = format!("<p>{prose}</p><p>{}</p><p>{prose}</p>", "<span class=screen-reader-text>x</span>y ".repeat(300_000));
    let settings = Settings { strip: StripMode::Article, emit: EmitFormat::Text, ..Settings::default() };
    let origin = Origin { url: None, content_type: Some("text/html; charset=utf-8".into()), markup: Markup::Html };
    let (mut out, begun) = (Vec::new(), std::time::Instant::now());
    naqi::clean(builtin_rules(), &settings, &origin, page.as_bytes(), &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("y y y"));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
