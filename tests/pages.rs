//! Proves on every page of `fixtures/pages` that a reader gets what `expect.toml` demands, and that what comes out is, byte for
//! byte, what a person has read and blessed.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Expect, Fixture, builtin_rules, collapsed, fixtures};
use naqi::Settings;
use naqi::emit::EmitFormat;
use naqi::metadata::Metadata;
use naqi::report::PageReport;
use naqi::rules::{PackSource, RuleSet, builtin_sources};
use naqi::strip::StripMode;
use std::fmt::Write;
use std::sync::Arc;

/// How many lines of a difference are shown.
const DIFF_LINES: usize = 24;

#[test]
fn readers_get_the_article_and_no_furniture() {
    report_all(fixtures().iter().map(|fixture| (fixture.name.as_str(), unmet(fixture))));
}

#[test]
fn results_are_the_blessed_ones() {
    let bless = std::env::var_os("NAQI_BLESS").is_some();
    report_all(fixtures().iter().map(|fixture| (fixture.name.as_str(), unblessed(fixture, bless))));
}

/// A pack that no page is meant by, and the wish to see the decisions, change none of them.
#[test]
fn what_does_not_concern_a_page_changes_nothing() {
    let mut sources = builtin_sources();
    let text = "about = \"Another site\"\n[[rule]]\nid = \"a\"\nwhy = \"Another site\"\nselect = [\".of-another-site\"]\nhit = ['<p>a</p><p class=of-another-site>b</p>']\nmiss = ['<p>a</p>']\n";
    sources.packs.push(PackSource { name: "another".into(), file: "another.toml".into(), text: text.into() });
    let more = Arc::new(sources.compile().unwrap().0);
    let clean = |fixture: &Fixture, strip: StripMode, rules: &Arc<RuleSet>, explain: bool| {
        let settings = Settings { strip, emit: EmitFormat::Text, explain, ..Settings::default() };
        let mut out = Vec::new();
        naqi::clean(rules, &settings, &fixture.origin(), &fixture.page, &mut out).unwrap();
        out
    };
    report_all(fixtures().iter().map(|fixture| {
        let failures = [StripMode::Article, StripMode::Rules].into_iter().flat_map(|strip| {
            let plain = clean(fixture, strip, builtin_rules(), false);
            let differs = |what: &str, other: Vec<u8>| (other != plain).then(|| format!("{what} changes the page, {strip:?}"));
            [differs("another pack", clean(fixture, strip, &more, false)), differs("explain", clean(fixture, strip, builtin_rules(), true))]
        });
        (fixture.name.as_str(), failures.flatten().collect())
    }));
}

/// All pages first, then the failure: one run shows everything that there is to repair.
fn report_all<'a>(pages: impl Iterator<Item = (&'a str, Vec<String>)>) {
    let mut out = String::new();
    let (mut count, mut failed) = (0, 0);
    for (name, failures) in pages {
        count += 1;
        failed += usize::from(!failures.is_empty());
        for failure in failures {
            let _ = writeln!(out, "{name}: {failure}");
        }
    }
    assert!(count >= 40, "only {count} fixtures were found");
    assert!(failed == 0, "{failed} of {count} pages:\n{out}");
}

/// What `expect.toml` demands and the page does not get.
fn unmet(fixture: &Fixture) -> Vec<String> {
    let expect = &fixture.expect;
    let (article, report) = fixture.clean(StripMode::Article, EmitFormat::Text);
    let (rules, _) = fixture.clean(StripMode::Rules, EmitFormat::Text);
    // The headline of an article is metadata.
    let whole = format!("{}\n{article}", report.metadata.title.as_deref().unwrap_or_default());
    let (article, rules) = (wrong_snippets(expect, &whole, &article), wrong_snippets(expect, &rules, &rules));
    let mut failures = wrong_metadata(expect, &report.metadata);
    for gap in expect.known_gaps.iter().chain(&expect.known_gaps_rules) {
        if !expect.keep.contains(gap) && !expect.drop.contains(gap) {
            failures.push(format!("a known gap is in neither `keep` nor `drop`: {gap}"));
        }
    }
    let is_in = |list: &[Wrong<'_>], snippet: &String| list.iter().any(|wrong| wrong.snippet == snippet);
    for wrong in article.iter().filter(|wrong| !expect.known_gaps.contains(wrong.snippet)) {
        let modes = if is_in(&rules, wrong.snippet) { "" } else { " (article mode only)" };
        failures.push(format!("{}{modes}: {}", wrong.what, wrong.snippet));
    }
    let is_excused = |wrong: &&Wrong<'_>| expect.known_gaps.contains(wrong.snippet) || expect.known_gaps_rules.contains(wrong.snippet);
    for wrong in rules.iter().filter(|wrong| !is_excused(wrong) && !is_in(&article, wrong.snippet)) {
        failures.push(format!("{} (rules mode only): {}", wrong.what, wrong.snippet));
    }
    // A gap that is closed leaves the list, or it would hide the next one.
    for (gaps, wrong) in [(&expect.known_gaps, &article), (&expect.known_gaps_rules, &rules)] {
        for gap in gaps.iter().filter(|gap| !is_in(wrong, gap)) {
            failures.push(format!("a known gap is closed, remove it from expect.toml: {gap}"));
        }
    }
    failures
}

struct Wrong<'a> {
    what: &'static str,
    snippet: &'a String,
}

/// What is lost from one text and left in another one.
fn wrong_snippets<'a>(expect: &'a Expect, from: &str, within: &str) -> Vec<Wrong<'a>> {
    let (from, within) = (collapsed(from), collapsed(within));
    let lost = expect.keep.iter().filter(|snippet| !from.contains(&collapsed(snippet))).map(|snippet| Wrong { what: "lost", snippet });
    let left = expect.drop.iter().filter(|snippet| within.contains(&collapsed(snippet))).map(|snippet| Wrong { what: "left in", snippet });
    lost.chain(left).collect()
}

fn wrong_metadata(expect: &Expect, found: &Metadata) -> Vec<String> {
    let fields = [
        ("title", &expect.title, &found.title),
        ("byline", &expect.byline, &found.byline),
        ("published", &expect.published, &found.published),
        ("site", &expect.site, &found.site),
        ("lang", &expect.lang, &found.lang),
        ("dir", &expect.dir, &found.dir),
        ("image", &expect.image, &found.image),
    ];
    let wrong = fields.into_iter().filter(|(_, expected, found)| expected.is_some() && expected != found);
    wrong.map(|(name, expected, found)| format!("{name} is {found:?}, not {expected:?}")).collect()
}

/// The golden files that are not as this version writes them; `bless` writes them.
fn unblessed(fixture: &Fixture, bless: bool) -> Vec<String> {
    let (html, report) = fixture.clean(StripMode::Article, EmitFormat::Republish);
    let (text, _) = fixture.clean(StripMode::Article, EmitFormat::Text);
    let (markdown, _) = fixture.clean(StripMode::Article, EmitFormat::Markdown);
    let mut failures = Vec::new();
    for (name, now) in [("clean.html", html), ("clean.txt", text), ("clean.md", markdown), ("report.json", decisions(&report))] {
        let path = fixture.folder.join(name);
        let golden = std::fs::read_to_string(&path).ok();
        match golden {
            Some(golden) if golden == now => {}
            _ if bless => std::fs::write(&path, now).unwrap(),
            Some(golden) => failures.push(format!("{name} differs (- blessed, + now):\n{}", difference(&golden, &now))),
            None => failures.push(format!("{name} is missing: read the page's result, then NAQI_BLESS=1 cargo test --test pages")),
        }
    }
    failures
}

/// The report without what changes with every edit of any rule.
fn decisions(report: &PageReport) -> String {
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("rules_digest");
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

/// The lines between the common beginning and the common end.
fn difference(golden: &str, now: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (golden.split('\n').collect(), now.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let mut out = format!("  line {}\n", head + 1);
    for (sign, lines) in [('-', &old[head..old.len() - tail]), ('+', &new[head..new.len() - tail])] {
        for line in lines.iter().take(DIFF_LINES) {
            let _ = writeln!(out, "  {sign} {line}");
        }
        if lines.len() > DIFF_LINES {
            let _ = writeln!(out, "  {sign} … {} lines more", lines.len() - DIFF_LINES);
        }
    }
    out
}
