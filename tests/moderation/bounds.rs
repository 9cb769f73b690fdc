//! What hostile and endless pages may not do: bring a match past a seam, a finding past a limit, or a page past its deadline.

use naqi::emit::EmitFormat;
use naqi::report::PageReport;
use naqi::rules::{PackSource, RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Limit, Limits, Origin, PageError, Settings};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MODES: [StripMode; 3] = [StripMode::Off, StripMode::Rules, StripMode::Article];

pub(super) fn rules(text: &str) -> Arc<RuleSet> {
    let mut sources = builtin_sources();
    sources.packs = vec![PackSource { name: "moderate/bounds".into(), file: "bounds.toml".into(), text: text.into() }];
    match sources.compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes[0]),
    }
}

fn masks(matcher: &str) -> Arc<RuleSet> {
    rules(&format!("[[rule]]\nid = \"x\"\nmatch = {matcher}\naction = \"mask\"\n"))
}

fn clean(rules: &Arc<RuleSet>, page: &str, strip: StripMode, limits: Limits) -> Result<(String, PageReport), PageError> {
    let settings = Settings { emit: EmitFormat::Preserve, strip, limits, ..Settings::default() };
    let origin = Origin { content_type: Some("text/html; charset=utf-8".into()), ..Origin::default() };
    let mut out = Vec::new();
    let report = naqi::clean(rules, &settings, &origin, page.as_bytes(), &mut out)?;
    Ok((String::from_utf8(out).unwrap(), report))
}

fn off(rules: &Arc<RuleSet>, page: &str) -> String {
    clean(rules, page, StripMode::Off, Limits::default()).unwrap().0
}

/// Filler of so many bytes that nothing matches, up to the end of a word.
fn filler(bytes: usize) -> String {
    "word ".repeat(bytes / 5) + &" ".repeat(bytes % 5)
}

#[test]
fn a_match_is_found_wherever_the_page_is_cut() {
    let rules = rules(
        "[[rule]]\nid = \"x\"\nmatch = { any = [{ words = [\"casino\"] }, { regex = \"free[ ]+spins\" }] }\naction = \"mask\"\n\
         [[rule]]\nid = \"y\"\nmatch = { all = [{ words = [\"alphabet\"] }, { words = [\"omegabet\"] }] }\naction = \"mask\"\n",
    );
    // Pieces are of 16 KiB, passages once were of 512 KiB.
    for seam in [16 << 10, 512 << 10] {
        for back in 0..12 {
            for (hidden, open, close) in [
                ("ca&#115;ino", "<p>", "</p>"),
                ("ca<b>si</b>no", "<p>", "</p>"),
                ("free  spins", "<p>", "</p>"),
                ("casino", "<textarea>", "</textarea>"),
                ("ca&#115;ino", "<title>", "</title>"),
                ("casino", "<noscript>", "</noscript>"),
                ("casino", "<p title=\"", "\">x</p>"),
                ("ca\\u0073ino", "<script type=\"application/ld+json\">{\"a\":\"", "\"}</script>"),
            ] {
                let page = format!("{open}{}{hidden} after{close}", filler(seam - open.len() - back));
                let out = off(&rules, &page);
                let tail = &out[out.len() - 80..];
                assert!(!out.contains(hidden), "{hidden} at {seam} - {back}, in {open}: {tail}");
                assert!(out.ends_with(&format!(" after{close}")), "{hidden} at {seam} - {back}, in {open}: {tail}");
            }
        }
    }
    for strip in MODES {
        let page = format!("<article><p>alphabet {} omegabet</p></article>", filler(1 << 20));
        let (out, _) = clean(&rules, &page, strip, Limits::default()).unwrap();
        assert!(!out.contains("alphabet") && !out.contains("omegabet"), "{strip:?}");
    }
}

#[test]
fn a_block_too_long_to_be_judged_as_a_whole_fails_the_page() {
    let rules = masks("{ words = [\"casino\"] }");
    let limits = || Limits { hold_bytes: 64 << 10, ..Limits::default() };
    for open in ["<p>", "<textarea>", "<noscript>", "<pre>", "<script type=\"application/ld+json\">[\""] {
        for strip in MODES {
            let page = format!("{open}{} casino", filler(600 << 10));
            match clean(&rules, &page, strip, limits()) {
                Err(PageError::Limit { limit: Limit::HoldBytes, .. }) => {}
                // Where the block is furniture nothing of it comes out; in article mode such data is read as a whole.
                Ok((out, _)) => assert!(!out.contains("casino"), "{open} {strip:?}"),
                Err(error) => panic!("{open} {strip:?}: {error}"),
            }
            // The same text in blocks is no trouble, nor is a long script between them.
            let page = format!("{}<script>{}</script>ca<i>sino</i>", "<p>word word casino</p>".repeat(30_000), filler(700 << 10));
            let (out, _) = clean(&rules, &page, strip, limits()).unwrap();
            assert!(!out.contains("sino"), "{open} {strip:?}");
        }
    }
}

/// Each rule would take hours if it looked at every finding for every finding.
#[test]
fn a_page_of_nothing_but_findings_takes_its_time_once() {
    let matchers = [
        "match = { words = [\"casino\"] }\nexcept = [\"casino royale\"]\ncontext = { raise = [\"bonus\"], veto = [\"police\"], within = 3 }\naction = \"mask\"",
        "match = { near = [{ words = [\"casino\"] }, { words = [\"royale\"] }], within = 2 }\naction = { replace = \"[x]\" }",
        "match = { words = [\"casino\"], near = { words = [\"bonus\"] } }\naction = \"partial\"",
        "match = { regex = \"cas[a-z]+\" }\naction = \"drop-block\"",
        "match = { regex = \"[a-z]+\" }\naction = \"unlink\"",
        "match = { any = [{ words = [\"casino\"] }, { regex = \"sino\" }] }\naction = \"mask\"",
        "match = { words = [\"casino\"] }\naction = { mask = \"█\", dry-run = true }",
        "match = { words = [\"casino\"] }\naction = \"hash\"",
    ];
    for matcher in matchers {
        let rules = rules(&format!("[[rule]]\nid = \"x\"\n{matcher}\n"));
        for part in ["casino royale bonus ", "<a href=x>casino</a> ", "<a href=x>casino ", "<i title=casino>", "casino<br>", "ca<b>sino "] {
            let page = format!("<div>{}</div>", part.repeat((200 << 10) / part.len()));
            let begun = Instant::now();
            let (out, report) = clean(&rules, &page, StripMode::Off, Limits::default()).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(10), "{matcher} on {part}: {:?}", begun.elapsed());
            assert!(report.findings.len() <= 10_000 && out.len() < 4 * page.len());
        }
    }
}

/// Values without end, nested without end, and letters that each want to be looked at with their neighbours.
#[test]
fn hostile_data_is_judged_in_time() {
    let rules = rules(
        "[[rule]]\nid = \"x\"\nmatch = { any = [{ words = [\"casino\"], evasion = [\"spaced\", \"repeat\", \"leet\"] }, \
         { phrase = \"free spins\", evasion = [\"spaced\", \"repeat\", \"leet\"] }, { regex = \"x\\\\d{1,200}y\" }, \
         { entity = [\"phone\", \"email\", \"secret\", \"iban\", \"card\"], regions = [\"SA\"] }] }\nsurfaces = [\"all\"]\naction = \"mask\"\n",
    );
    let count = 300 << 10;
    for (open, part, close) in [
        ("<p ", "title=casino ", ">x"),
        ("<p ", "title='' alt=\u{200b} ", "title=casino>x"),
        ("<script type=application/ld+json>", "[", "\"casino\""),
        ("<script type=application/ld+json>[", "\"casino\",", "\"casino\"]</script>"),
        ("<script type=application/ld+json>\"", "\\u0063asino ", "\"</script>"),
        ("<script type=application/ld+json>", "\"\\\"", "casino"),
        ("<p>", "c a s i n o ", ""),
        ("<p>", "a-b ", "casino"),
        ("<p>", "fr33 ", "spins casino"),
        ("<p>", "f r e e ", "casino"),
        ("<p>", "a\u{301}", " casino"),
        ("<p>", "&#", "casino"),
        ("<p>", "&#0000", "; casino"),
        ("<p>", "x1", " casino"),
        ("<p>", "x1111111111111111111111111111111111111111", " casino"),
        ("<p>", "05", " casino"),
        ("<p>", "a@", " casino"),
        ("<p>", "<b title='casino'>", "casino"),
        ("<textarea>", "<b>", " casino"),
        ("<!-- ", "-- ", " casino -->"),
    ] {
        let page = format!("{open}{}{close}", part.repeat(count / part.len()));
        let begun = Instant::now();
        let (out, _) = clean(&rules, &page, StripMode::Off, Limits::default()).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10), "{open}{part}: {:?}", begun.elapsed());
        let left = out.find("casino").map(|at| (at, &out[at..out.ceil_char_boundary(at + 60)]));
        assert_eq!(left, None, "{open}{part}");
    }
}

/// Such expressions would take the memory of all pages; the mistake names the rule.
#[test]
fn expressions_that_cannot_be_bounded_do_not_load() {
    for regex in ["(?:[a-z]{1,1000}){1,1000}", "\\\\w{5000}", "a*", "(((x{100}){100}){100}){100}"] {
        let text = format!("[[rule]]\nid = \"x\"\nmatch = {{ regex = \"{regex}\" }}\naction = \"mask\"\n");
        let mut sources = builtin_sources();
        sources.packs = vec![PackSource { name: "moderate/bounds".into(), file: "bounds.toml".into(), text: text.into() }];
        let mistakes = sources.compile().err().unwrap_or_else(|| panic!("{regex} loads"));
        assert!(mistakes.iter().any(|mistake| mistake.to_string().contains("bounds.toml")), "{}", mistakes[0]);
    }
}

#[test]
fn explain_is_bounded_too() {
    let rules = masks("{ words = [\"casino\", \"sino\"] }");
    let page = "casinos casino ".repeat(20_000);
    let settings = Settings { emit: EmitFormat::Text, strip: StripMode::Off, explain: true, ..Settings::default() };
    let begun = Instant::now();
    let report = naqi::clean(&rules, &settings, &Origin::default(), page.as_bytes(), &mut Vec::new()).unwrap();
    assert!(report.near_misses.len() <= 10_000 && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_page_past_its_deadline_never_comes_out() {
    // Each search looks to the end of the line and finds one letter: without the clock this is days.
    let slow = masks("{ regex = \"a[^\\n]*zq|a\" }");
    let page = format!("<p>{}</p>", "a".repeat(2 << 20));
    for strip in MODES {
        let limits = Limits { deadline_ms: 1500, ..Limits::default() };
        let begun = Instant::now();
        match clean(&slow, &page, strip, limits) {
            Err(PageError::Limit { limit: Limit::Deadline, .. }) => {}
            other => panic!("{strip:?}: {:?}", other.map(|(out, _)| out.len())),
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{strip:?}: {:?}", begun.elapsed());
    }
}

#[test]
fn what_each_redaction_bares_is_redacted_however_long_the_chain() {
    let rules = masks("{ regex = \"\\\\b[a-z]{2}\" }");
    let once = off(&rules, &format!("<p>{}</p>", "abcd".repeat(40)));
    assert_eq!(once, format!("<p>{}</p>", "█".repeat(160)));
    assert_eq!(off(&rules, &once), once);
}

#[test]
fn actions_on_blocks_and_links_reach_every_surface() {
    let drops = rules("[[rule]]\nid = \"x\"\nmatch = { words = [\"casino\"] }\nsurfaces = [\"all\"]\naction = \"drop-block\"\n");
    for (page, out) in [
        ("<p>a</p><p>casino</p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<a href=x title='my casino'>text</a>", "<a href=x title=''>text</a>"),
        ("<a href=x title=casino>text</a>", "<a href=x title=\"\">text</a>"),
        ("<img alt=casino src=x>text", "text"),
        ("<script type=application/ld+json>{\"a\":\"casino\"}</script>b", "b"),
        ("a<!-- casino -->b", "ab"),
        ("<textarea>casino</textarea>b", "<textarea></textarea>b"),
    ] {
        assert_eq!(off(&drops, page), out);
        assert_eq!(off(&drops, out), out);
    }
    let long = format!("<textarea>{} casino</textarea>b", filler(40 << 10));
    assert_eq!(off(&drops, &long), "<textarea></textarea>b");
    let unlinks = rules("[[rule]]\nid = \"x\"\nmatch = { words = [\"casino\"] }\naction = \"unlink\"\n");
    for (page, out) in [
        ("<a href=1>one</a> <a href=2>casino</a> <a href=3>three</a>", "<a href=1>one</a> casino <a href=3>three</a>"),
        ("<a href=1>one</a> <a href=2 title=casino>two</a>", "<a href=1>one</a> two"),
        ("<a href=1>one</a> <img alt=casino>", "<a href=1>one</a> <img alt=casino>"),
    ] {
        assert_eq!(off(&unlinks, page), out);
    }
}

/// Each text that a link has its reader send, and each value in one, is looked at once.
#[test]
fn links_full_of_values_take_their_time_and_no_more() {
    let rules = masks("{ entity = \"email\" }");
    let begun = Instant::now();
    for parts in ["body=a@b.co&".repeat(200_000), format!("body={}", "a@b.co ".repeat(200_000))] {
        let out = off(&rules, &format!("<p><a href='mailto:?{parts}'>x</a></p>"));
        assert!(!out.contains("a@b.co"));
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
