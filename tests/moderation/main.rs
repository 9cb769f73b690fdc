//! Proves moderation on cases by kind: what must be found is found and gone, what must survive survives, whatever the chunks, and a
//! second pass finds nothing more to redact.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod any_page;
mod bounds;
mod places;
mod real_pages;

#[allow(dead_code)] // not all that the corpus test asks for
#[path = "../common/corpus.rs"]
mod corpus;

use naqi::emit::EmitFormat;
use naqi::emit::record::Finding;
use naqi::moderate::{Key, Verdict};
use naqi::report::PageReport;
use naqi::rewrite::Markup;
use naqi::rules::{PackSource, RuleSet, builtin_sources, read_packs};
use naqi::strip::StripMode;
use naqi::{Origin, Pipeline, Settings};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    /// Whether the packs that come with the program look, all of them, and not `rules.toml`: findings are told by category then.
    #[serde(default)]
    packs: bool,
    /// A rule file of their own, for the cases that bring none.
    rules: Option<String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    page: String,
    /// Rules that must find something, by the ends of their ids; or categories.
    #[serde(default)]
    find: Vec<String>,
    /// Must not be in what comes out, as text or in any attribute.
    #[serde(default)]
    gone: Vec<String>,
    /// Must be in what comes out, byte for byte.
    #[serde(default)]
    keep: Vec<String>,
    /// Each of them must be one finding, to the byte.
    #[serde(default)]
    spans: Vec<String>,
    /// What `preserve` must write.
    out: Option<String>,
    url: Option<String>,
    /// A rule file that is its own.
    rules: Option<String>,
    /// What is to become of the page.
    verdict: Option<Verdict>,
    /// This version gets it wrong.
    #[serde(default)]
    known_gap: bool,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moderation")
}

fn rules() -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    sources.packs = read_packs(&folder().join("rules.toml")).unwrap();
    sources.key = Key::new(b"a key for nothing but tests");
    match sources.compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes.iter().map(|mistake| mistake.render(false)).collect::<Vec<_>>().join("\n")),
    }
}

/// Rules that a case brings.
fn own_rules(text: &str) -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    sources.packs = vec![PackSource { text: text.into(), ..read_packs(&folder().join("rules.toml")).unwrap().remove(0) }];
    sources.key = Key::new(b"a key for nothing but tests");
    match sources.compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes.iter().map(|mistake| mistake.render(false)).collect::<Vec<_>>().join("\n")),
    }
}

fn shipped_packs() -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    sources.with = sources.optional.iter().map(|pack| pack.name.clone()).collect();
    sources.key = Key::new(b"a key for nothing but tests");
    Arc::new(sources.compile().map_err(|mistakes| mistakes[0].to_string()).unwrap().0)
}

fn clean(rules: &Arc<RuleSet>, case: &Case, page: &[u8], emit: EmitFormat, strip: StripMode, chunk: usize) -> (Vec<u8>, PageReport) {
    let markup = if case.page.contains('<') { Markup::Html } else { Markup::Text };
    let origin = Origin { url: case.url.as_ref().map(|url| url.parse().unwrap()), content_type: Some("text/html; charset=utf-8".into()), markup };
    let settings = Settings { emit, strip, ..Settings::default() };
    let mut out = Vec::new();
    let mut pipeline = Pipeline::new(Arc::clone(rules), &settings, &origin, &mut out);
    page.chunks(chunk).for_each(|bytes| pipeline.feed(bytes).unwrap());
    let report = pipeline.finish().unwrap();
    (out, report)
}

/// What is wrong with a case.
fn faults(rules: &Arc<RuleSet>, case: &Case, by_category: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let page = case.page.as_bytes();
    let (out, report) = clean(rules, case, page, EmitFormat::Preserve, StripMode::Off, page.len().max(1));
    let text = String::from_utf8_lossy(&out).into_owned();
    let name = |finding: &'_ Finding| if by_category { finding.category.clone() } else { finding.rule.rsplit('/').next().unwrap().to_owned() };
    let mut found: Vec<String> = report.findings.iter().map(name).collect();
    found.sort_unstable();
    found.dedup();
    let mut expected = case.find.clone();
    expected.sort_unstable();
    if found != expected {
        faults.push(format!("found {found:?} and not {expected:?}"));
    }
    let is_span = |span: &&String| report.findings.iter().any(|finding| case.page[finding.start as usize..finding.end as usize] == **span);
    faults.extend(case.spans.iter().filter(|span| !is_span(span)).map(|span| format!("{span:?} is no finding")));
    faults.extend(case.gone.iter().filter(|gone| text.contains(*gone)).map(|gone| format!("{gone:?} is still there: {text}")));
    faults.extend(case.keep.iter().filter(|keep| !text.contains(*keep)).map(|keep| format!("{keep:?} was harmed: {text}")));
    if case.out.as_ref().is_some_and(|out| *out != text) {
        faults.push(format!("wrote {text:?}"));
    }
    if let Some(verdict) = case.verdict.filter(|verdict| *verdict != report.verdict) {
        faults.push(format!("the verdict is {:?} and not {verdict:?}", report.verdict));
    }
    if expected.is_empty() && text != case.page {
        faults.push("nothing was to be found, but bytes changed".to_owned());
    }
    for strip in [StripMode::Off, StripMode::Article] {
        for emit in [EmitFormat::Preserve, EmitFormat::Republish, EmitFormat::Text, EmitFormat::Markdown] {
            let (whole, whole_report) = clean(rules, case, page, emit, strip, page.len().max(1));
            for chunk in [1, 3, 7] {
                let (split, split_report) = clean(rules, case, page, emit, strip, chunk);
                if split != whole || split_report.findings != whole_report.findings {
                    faults.push(format!("chunks of {chunk} bytes change the output ({emit:?}, {strip:?})"));
                }
            }
            let (again, _) = clean(rules, case, &whole, emit, StripMode::Off, 64);
            if emit == EmitFormat::Preserve && again != whole {
                faults.push(format!("a second pass changes the output: {}", String::from_utf8_lossy(&again)));
            }
            let whole = String::from_utf8_lossy(&whole).into_owned();
            faults.extend(case.gone.iter().filter(|gone| whole.contains(*gone)).map(|gone| format!("{gone:?} is in {emit:?}, {strip:?}: {whole}")));
        }
    }
    faults
}

#[test]
fn cases_come_out_right() {
    let (own, shipped) = (rules(), shipped_packs());
    let mut table: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut failures, mut closed_gaps) = (Vec::new(), Vec::new());
    // Cases that stand somewhere else can be tried first.
    let cases = std::env::var_os("NAQI_CASES").map_or(folder().join("cases"), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    for file in files {
        let kind = file.file_stem().unwrap().to_string_lossy().into_owned();
        let cases: Cases = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let rules = if cases.packs { &shipped } else { &own };
        let of_file = cases.rules.as_deref().map(own_rules);
        for case in cases.case {
            let of_case = case.rules.as_deref().map(own_rules);
            let rules = of_case.as_ref().or(of_file.as_ref()).unwrap_or(rules);
            let faults = faults(rules, &case, cases.packs);
            let row = table.entry(kind.clone()).or_default();
            row.0 += 1;
            row.1 += usize::from(faults.is_empty());
            match (faults.is_empty(), case.known_gap) {
                (false, false) => failures.push(format!("{kind}: {}\n    {}", case.page, faults.join("\n    "))),
                (true, true) => closed_gaps.push(case.page),
                _ => {}
            }
        }
    }
    let (all, right) = table.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    for (kind, (count, right)) in &table {
        println!("{kind:<24} {right:>4} of {count:>4}");
    }
    println!("{:<24} {right:>4} of {all:>4}", "all");
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(closed_gaps.is_empty(), "no gap any more, take the mark off:\n{}", closed_gaps.join("\n"));
}

#[test]
fn a_dry_run_finds_the_same_and_changes_nothing() {
    let live = rules();
    let mut sources = builtin_sources();
    let text = std::fs::read_to_string(folder().join("rules.toml")).unwrap();
    let mut dry: toml::Table = toml::from_str(&text).unwrap();
    for rule in dry["rule"].as_array_mut().unwrap() {
        let rule = rule.as_table_mut().unwrap();
        let action = match rule.get("action").cloned() {
            Some(toml::Value::String(name)) => toml::Table::from_iter([(name, true.into())]),
            Some(toml::Value::Table(table)) => table,
            _ => toml::Table::from_iter([("flag".to_owned(), true.into())]),
        };
        rule.insert("action".into(), toml::Value::Table(action.into_iter().chain([("dry-run".to_owned(), true.into())]).collect()));
    }
    let mut pack = read_packs(&folder().join("rules.toml")).unwrap();
    pack[0].text = toml::to_string(&dry).unwrap().into();
    sources.packs = pack;
    sources.key = Key::new(b"a key for nothing but tests");
    let dry = Arc::new(sources.compile().map_err(|mistakes| mistakes[0].to_string()).unwrap().0);
    for file in std::fs::read_dir(folder().join("cases")).unwrap() {
        let cases: Cases = toml::from_str(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        for case in cases.case {
            let (_, live_report) = clean(&live, &case, case.page.as_bytes(), EmitFormat::Preserve, StripMode::Off, 1 << 20);
            let (out, report) = clean(&dry, &case, case.page.as_bytes(), EmitFormat::Preserve, StripMode::Off, 1 << 20);
            assert_eq!(String::from_utf8_lossy(&out), case.page);
            let spans = |report: &PageReport| report.findings.iter().map(|f| (f.rule.clone(), f.start, f.end)).collect::<Vec<_>>();
            assert_eq!(spans(&report), spans(&live_report));
        }
    }
}

#[test]
fn every_encoding_keeps_its_other_bytes() {
    let rules = rules();
    let page = "<p title=\"كازينو\">قبل <b>كا</b>زينو بعد – casino.</p><script type='application/ld+json'>{\"a\":\"كازينو\"}</script>";
    let case = Case {
        page: page.into(),
        find: Vec::new(),
        gone: Vec::new(),
        keep: Vec::new(),
        spans: Vec::new(),
        out: None,
        url: None,
        rules: None,
        verdict: None,
        known_gap: false,
    };
    for label in ["utf-8", "windows-1256", "utf-16le"] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let bytes: Vec<u8> = match label {
            "utf-16le" => [0xFF, 0xFE].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            _ => encoding.encode(page).0.into_owned(),
        };
        let origin = Origin { url: None, content_type: Some(format!("text/html; charset={label}")), markup: Markup::Html };
        let mut out = Vec::new();
        naqi::clean(&rules, &Settings { emit: EmitFormat::Preserve, strip: StripMode::Off, ..Settings::default() }, &origin, &bytes, &mut out)
            .unwrap();
        let (text, ..) = encoding.decode(&out);
        let mask = if label == "windows-1256" { "&#9608;" } else { "█" };
        let json = if label == "windows-1256" { "\\u2588" } else { "█" };
        let expected = page
            .replacen("\"كازينو\"", &format!("\"{}\"", mask.repeat(6)), 1)
            .replacen("<b>كا</b>زينو", &format!("<b>{}</b>{}", mask.repeat(2), mask.repeat(4)), 1)
            .replacen("casino", "[removed]", 1)
            .replacen("\"كازينو\"", &format!("\"{}\"", json.repeat(6)), 1);
        assert_eq!(text, expected, "{label}");
        assert!(case.page.contains("بعد"));
    }
}
