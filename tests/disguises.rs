//! Proves that one article in many disguises stays whole and loses its furniture: the articles and furniture lines of
//! `fixtures/disguises` are put together into pages of every markup style, in both stripping modes, and what is left is counted.
//!
//! `NAQI_SHOW=1` prints what was lost and what was left; `NAQI_DISGUISES=FOLDER` takes the words from elsewhere.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;
mod disguise;

use common::{builtin_rules, collapsed};
use disguise::data::{Language, read_all};
use disguise::page::Page;
use disguise::style::STYLES;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use naqi::{Origin, Settings};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What came of the pages of one style.
#[derive(Default)]
struct Count {
    pages: usize,
    paragraphs: usize,
    lost: usize,
    furniture: usize,
    left: usize,
}

/// Lines with how often they were lost or left, and where first.
type Lines = BTreeMap<String, (usize, String)>;

fn words() -> Vec<Language> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/disguises");
    read_all(&std::env::var_os("NAQI_DISGUISES").map_or(own, Into::into))
}

/// A poem whose first line is its title: it is taken for the repeated title. A line of three words in it goes where all is `span`.
const KNOWN_LOST: &[&str] = &["على رصيف الميناء القديم", "واترك لي اسمي"];
/// Furniture that may be left, in lines of ten thousand. What is above zero is written down in `fixtures/README.md`.
const LEFT_IN_10_000: usize = 500;

#[test]
fn articles_stay_whole_and_furniture_goes() {
    let languages = words();
    let (mut lost, mut left) = (Lines::new(), Lines::new());
    let mut counts: BTreeMap<(String, &str), Count> = BTreeMap::new();
    let mut by_language: BTreeMap<(String, &str), Count> = BTreeMap::new();
    for language in &languages {
        for number in 0..language.rounds() {
            let page = Page::compose(language, number);
            for style in STYLES {
                let rendered = (style.render)(&page, number);
                for mode in [StripMode::Rules, StripMode::Article] {
                    let settings = Settings { strip: mode, emit: EmitFormat::Text, ..Settings::default() };
                    let origin = Origin { url: None, content_type: Some(rendered.content_type.into()), markup: rendered.markup };
                    let mut out = Vec::new();
                    naqi::clean(&Arc::clone(builtin_rules()), &settings, &origin, &rendered.bytes, &mut out).unwrap();
                    let name = if mode == StripMode::Rules { "rules" } else { "article" };
                    let place = format!("{} {} {name}", language.lang, style.name);
                    let judged = judge(&rendered, &String::from_utf8(out).unwrap());
                    for (key, table) in [(style.name.to_owned(), &mut counts), (language.lang.clone(), &mut by_language)] {
                        let count = table.entry((key, name)).or_default();
                        count.pages += 1;
                        count.paragraphs += rendered.kept.len();
                        count.lost += judged.0.len();
                        count.furniture += page.furniture_lines();
                        count.left += judged.1.len();
                    }
                    for (lines, found) in [(&mut lost, judged.0), (&mut left, judged.1)] {
                        for line in found {
                            lines.entry(line).or_insert_with(|| (0, place.clone())).0 += 1;
                        }
                    }
                }
            }
        }
    }
    print(&by_language);
    print(&counts);
    if std::env::var_os("NAQI_SHOW").is_some() {
        show("LOST", &lost);
        show("left", &left);
    }
    let total = |of: fn(&Count) -> usize| counts.values().map(of).sum::<usize>();
    let (lost, left, furniture) = (total(|count| count.lost), total(|count| count.left), total(|count| count.furniture));
    assert!(total(|count| count.paragraphs) > 1000, "nothing was tried");
    assert_eq!(lost, 0, "paragraphs were lost: NAQI_SHOW=1 cargo test --test disguises -- --nocapture");
    assert!(left * 10_000 <= furniture * LEFT_IN_10_000, "{left} of {furniture} lines of furniture were left");
}

/// A line however it is spelled: without harakat, tatweel and marks of direction.
fn letters(line: &str) -> String {
    line.chars().filter(|c| c.is_alphanumeric() && !matches!(c, '\u{640}' | '\u{64B}'..='\u{652}')).collect()
}

/// Paragraphs that did not come out as one line, and lines that are no part of the article.
fn judge(rendered: &disguise::page::Rendered, text: &str) -> (Vec<String>, Vec<String>) {
    let lines: Vec<String> = text.lines().map(|line| collapsed(line.trim_start_matches(['-', '>', ' ']))).filter(|line| !line.is_empty()).collect();
    let is_known = |paragraph: &String| KNOWN_LOST.iter().any(|known| letters(known) == letters(paragraph));
    let lost = rendered.kept.iter().filter(|paragraph| !lines.contains(paragraph) && !is_known(paragraph)).cloned().collect();
    let left = lines.into_iter().filter(|line| !rendered.kept.contains(line) && *line != rendered.title).collect();
    (lost, left)
}

fn print(counts: &BTreeMap<(String, &str), Count>) {
    println!("{:<16} {:<8} {:>6} {:>12} {:>6} {:>10} {:>6}", "", "mode", "pages", "paragraphs", "lost", "furniture", "left");
    for ((name, mode), count) in counts {
        let Count { pages, paragraphs, lost, furniture, left } = count;
        println!("{name:<16} {mode:<8} {pages:>6} {paragraphs:>12} {lost:>6} {furniture:>10} {left:>6}");
    }
}

fn show(what: &str, lines: &Lines) {
    let mut lines: Vec<_> = lines.iter().collect();
    lines.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (line, (count, place)) in lines {
        println!("{what} {count:>4} [{place}] {line}");
    }
}
