//! What holds for whole pages with all packs on, as shipped and with every action: the same output and findings however the bytes arrive,
//! a second pass changes nothing, a dry run finds the same and changes nothing. On the fixtures always; on a folder of real pages with
//! `NAQI_PAGES=FOLDER cargo test --release --test moderation real_pages -- --nocapture`, every so many of them with `NAQI_EVERY=13`.

use super::corpus;
use naqi::emit::EmitFormat;
use naqi::moderate::Key;
use naqi::report::PageReport;
use naqi::rules::{PackSource, RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Pipeline, Settings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Words that every page has, so that every page has findings.
const COMMON: &str = "[[rule]]\nid = \"common\"\nmatch = { words = [\"the\", \"of\", \"في\", \"من\"], evasion = [\"spaced\", \"repeat\", \"leet\"] }\n\
    [[rule]]\nid = \"expression\"\nmatch = { regex = \"(?i)\\\\b(?:new|more) [a-z]+\" }\n";

/// All packs with one action for all rules, or as they are shipped.
fn rules(action: Option<&str>) -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    sources.key = Key::new(b"a key for nothing but tests");
    sources.packs.push(PackSource { name: "moderate/common".into(), file: "common.toml".into(), text: COMMON.into() });
    sources.with = sources.optional.iter().map(|pack| pack.name.clone()).collect();
    assert!(sources.with.len() > 5);
    let moderates = |pack: &&mut PackSource| pack.name.starts_with("moderate/");
    for pack in sources.packs.iter_mut().chain(&mut sources.optional).filter(moderates) {
        let Some(action) = action else { continue };
        let mut table: toml::Table = toml::from_str(&pack.text).unwrap();
        for rule in table["rule"].as_array_mut().unwrap() {
            let action: toml::Table = toml::from_str(&format!("action = {action}")).unwrap();
            rule.as_table_mut().unwrap().extend(action);
        }
        pack.text = toml::to_string(&table).unwrap().into();
    }
    match sources.compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes[0]),
    }
}

const FORMATS: [EmitFormat; 4] = [EmitFormat::Preserve, EmitFormat::Republish, EmitFormat::Text, EmitFormat::Markdown];

fn clean(rules: &Arc<RuleSet>, page: &[u8], strip: StripMode, chunk: usize) -> (Vec<Vec<u8>>, PageReport) {
    let mut outputs = vec![Vec::new(); FORMATS.len()];
    let formats = FORMATS.into_iter().zip(&mut outputs).collect();
    let settings = Settings { strip, ..Settings::default() };
    let mut pipeline = Pipeline::with_formats(Arc::clone(rules), &settings, &Origin::default(), formats);
    page.chunks(chunk.max(1)).for_each(|bytes| pipeline.feed(bytes).unwrap());
    let report = pipeline.finish().unwrap();
    (outputs, report)
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Where two texts part.
fn parting(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let near = |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(40).min(bytes.len())..bytes.len().min(at + 60)]).into_owned();
    format!("at {at}: {:?} and {:?}", near(a), near(b))
}

#[test]
fn real_pages_come_out_the_same_however_they_come_and_settle_at_once() {
    let given = std::env::var_os("NAQI_PAGES").map(PathBuf::from);
    let folder = given.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages"));
    let every = number("NAQI_EVERY", if given.is_some() { 1 } else { 5 });
    let chunks: &[usize] = if given.is_some() { &[1, 7, 64, 4096] } else { &[7, 4096] };
    let pages: Vec<corpus::Page> = corpus::read(&folder).unwrap().into_iter().step_by(every).collect();
    let spans = |report: &PageReport| report.findings.iter().map(|f| (f.rule.clone(), f.start, f.end)).collect::<Vec<_>>();
    let (mut failures, mut findings) = (Vec::new(), 0);
    let variants = ["{ mask = \"█\" }", "{ replace = \"[…]\" }", "\"pseudonym\"", "\"drop-block\"", "\"unlink\"", "{ partial = { keep_last = 2 } }"];
    for (name, rules) in std::iter::once(("as shipped", rules(None))).chain(variants.map(|action| (action, rules(Some(action))))) {
        for page in &pages {
            let mut fail = |what: String| {
                eprintln!("{}, {name}: {what}", page.path.display());
                failures.push(format!("{}, {name}: {what}", page.path.display()));
            };
            for strip in [StripMode::Off, StripMode::Rules, StripMode::Article] {
                // What chunks do is tried with the packs as shipped, and with the actions that take events out.
                if !["as shipped", "\"drop-block\"", "{ mask = \"█\" }"].contains(&name) || (strip != StripMode::Off && given.is_none()) {
                    continue;
                }
                let (whole, report) = clean(&rules, &page.bytes, strip, usize::MAX);
                findings += report.findings.len();
                for chunk in chunks {
                    let (split, split_report) = clean(&rules, &page.bytes, strip, *chunk);
                    for (format, (split, whole)) in FORMATS.iter().zip(split.iter().zip(&whole)).filter(|(_, (split, whole))| split != whole) {
                        fail(format!("{strip:?}, {format:?}, chunks of {chunk}: {}", parting(split, whole)));
                    }
                    if report.findings != split_report.findings {
                        fail(format!("{strip:?}, chunks of {chunk}: other findings"));
                    }
                }
            }
            let (once, report) = clean(&rules, &page.bytes, StripMode::Off, usize::MAX);
            let (twice, again) = clean(&rules, &once[0], StripMode::Off, usize::MAX);
            if once[0] != twice[0] {
                fail(format!("a second pass: {}; {:?}", parting(&once[0], &twice[0]), again.findings.first()));
            }
            if report.findings.is_empty() && once[0] != page.bytes {
                fail("nothing was found, and bytes changed".to_owned());
            }
        }
    }
    let (live, dry) = (rules(Some("{ mask = \"█\" }")), rules(Some("{ mask = \"█\", dry-run = true }")));
    for page in &pages {
        let (live, dry) = (clean(&live, &page.bytes, StripMode::Off, usize::MAX), clean(&dry, &page.bytes, StripMode::Off, usize::MAX));
        if dry.0[0] != page.bytes {
            failures.push(format!("{}: a dry run: {}", page.path.display(), parting(&dry.0[0], &page.bytes)));
        }
        if spans(&live.1) != spans(&dry.1) {
            failures.push(format!("{}: a dry run finds other things", page.path.display()));
        }
    }
    eprintln!("{} pages, {findings} findings, {} failures", pages.len(), failures.len());
    assert!(findings > 0 && failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
