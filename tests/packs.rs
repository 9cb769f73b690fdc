//! Proves that the built-in packs, the optional ones too, do what their own hits and misses say, and that each kind of mistake in a pack
//! is shown at its place: `fixtures/rule_mistakes/NAME.toml` against `NAME.stderr`, written anew with `NAQI_BLESS=1`.
#![allow(clippy::unwrap_used)]

use naqi::check::{Failure, check, check_moderation};
use naqi::emit::EmitFormat;
use naqi::moderate::Key;
use naqi::rules::{Mistake, PackSource, RuleSources, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("{mistake}\n")).collect()
}

fn shown(failures: &[Failure]) -> String {
    failures.iter().map(|failure| format!("{}:{} {}: {}\n  {}\n", failure.file, failure.line, failure.rule, failure.what, failure.example)).collect()
}

#[test]
fn built_in_rules_pass_their_own_examples() {
    let mut sources = builtin_sources();
    sources.with = sources.optional.iter().map(|pack| pack.name.clone()).collect();
    sources.key = Key::new(b"examples need no secret");
    let (rules, warnings) = sources.compile().unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    eprintln!("{}", lines(&warnings));
    let rules = Arc::new(rules);
    assert!(rules.rules().len() > 50 && rules.moderation().rules().len() > 10);
    let (furniture, failures) = check(&rules, |_| true);
    assert!(failures.is_empty(), "{}", shown(&failures));
    let (moderating, failures) = check_moderation(&rules, |_| true);
    assert!(failures.is_empty(), "{}", shown(&failures));
    assert!(furniture > 400 && moderating > 50, "{furniture} and {moderating} examples");
}

/// All mistakes of one pack, as `naqi rules check` prints them, each under its place.
fn mistakes(name: &str, file: &str, text: &str) -> String {
    let pack = PackSource { name: name.into(), file: file.into(), text: text.into() };
    let builtin = builtin_sources();
    let sources = RuleSources { packs: vec![pack], lexicons: builtin.lexicons, media: builtin.media, ..RuleSources::default() };
    let mistakes = sources.compile().map_or_else(|mistakes| mistakes, |(_, warnings)| warnings);
    mistakes.iter().fold(String::new(), |mut all, mistake| {
        let _ = writeln!(all, "{mistake}\n{}\n", mistake.render(false));
        all
    })
}

#[test]
fn each_mistake_is_shown_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rule_mistakes");
    let mut packs: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    packs.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    packs.sort();
    assert!(packs.len() > 40);
    let mut wrong = String::new();
    for path in packs {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let ours = mistakes(&name, &format!("fixtures/rule_mistakes/{name}.toml"), &std::fs::read_to_string(&path).unwrap());
        if !ours.contains(&format!("{name}.toml:")) || !ours.contains('^') {
            let _ = writeln!(wrong, "{name}: no place, or no caret:\n{ours}");
        }
        let golden = path.with_extension("stderr");
        if std::env::var_os("NAQI_BLESS").is_some() {
            std::fs::write(&golden, &ours).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != ours {
            let _ = writeln!(wrong, "{name}: not as {} has it:\n{ours}", golden.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is left of a page, as text, by the built-in rules and a pack's.
fn cleaned(pack: &str, page: &str) -> String {
    let pack = PackSource { name: "mine".into(), file: "mine.toml".into(), text: pack.into() };
    let rules = RuleSources { packs: vec![pack], ..builtin_sources() }.compile().unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes))).0;
    let settings = Settings { strip: StripMode::Rules, emit: EmitFormat::Text, ..Settings::default() };
    let mut out = Vec::new();
    naqi::clean(&Arc::new(rules), &settings, &Origin::default(), page.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A rule with what each must have.
fn rule(id: &str, keys: &str) -> String {
    format!("[[rule]]\nid = \"{id}\"\nwhy = \"A test\"\nhit = [\"<p>a</p>\"]\nmiss = [\"<p>b</p>\"]\n{keys}\n")
}

/// The same by rules that keep `.post` and take `.rail`.
fn kept_of(page: &str) -> String {
    let rules = [rule("posts", "keep = true\nselect = \".post\""), rule("rail", "select = \".rail\"")].concat();
    cleaned(&format!("about = \"Posts\"\n{rules}"), page)
}

/// The report lists so many of them; the rule holds for all.
#[test]
fn a_keep_rule_holds_past_what_the_report_lists() {
    let posts: String = (0..1_001).map(|number| format!("<div class=post>Post {number}</div>")).collect();
    let out = kept_of(&format!("{posts}<div class=rail>Elsewhere<div class=post>The very last post</div></div>"));
    assert!(out.contains("The very last post") && !out.contains("Elsewhere"), "{}", &out[out.len() - 200..]);
}

#[test]
fn what_is_kept_may_stand_in_what_is_kept() {
    let rail = "<div class=rail>One<hr class=post>Two<div class=post>Three<b class=post>Four</b>Five<div class=rail>Six</div></div>Seven</div>";
    let out = kept_of(&format!("<p>Before.</p><div class=post>{rail}Eight</div>{rail}<p>After.</p>"));
    let words: Vec<&str> = out.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic)).collect();
    assert_eq!(words, ["Before.", "ThreeFourFive", "Eight", "ThreeFourFive", "After."], "{out}");
}

/// A keep that stays open holds all behind it, and each of them is looked up, not searched for.
#[test]
fn many_kept_elements_take_their_time_and_no_more() {
    let begun = std::time::Instant::now();
    let out = kept_of(&format!("<div class=post>{}", "<p><span class=post>x</span> <b>a</b></p> ".repeat(100_000)));
    assert!(out.len() > 400_000 && begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

/// A weak phrase that is the whole line does not hide two that cover it and are strong; two weak ones say no more than it.
#[test]
fn the_better_way_through_a_line_wins() {
    let weak = rule("weak", "text = \"qshare qprint\"\njoins = true\nalone = false");
    let strong = rule("strong", "text = [\"qshare\", \"qprint\"]\njoins = true");
    let parts = rule("parts", "text = [\"qshare\", \"qprint\"]\njoins = true\nalone = false");
    let page = "<p>The council met on Monday and spoke of the harbour.</p><div>qshare qprint</div>";
    let none = String::new();
    for (rules, stays) in [
        ([&weak, &none], true),
        ([&strong, &none], false),
        ([&weak, &strong], false),
        ([&strong, &weak], false),
        ([&parts, &none], false),
        ([&parts, &weak], true),
    ] {
        let pack = format!("about = \"Commands\"\n{}{}", rules[0], rules[1]);
        assert_eq!(cleaned(&pack, page).contains("qshare"), stays, "{pack}");
    }
}

/// What is counted behind a date is none of it.
#[test]
fn a_date_leaves_the_number_behind_it() {
    let pack = format!("about = \"Bylines\"\n{}", rule("line", "text = [\"qposted {date}\", \"{n} qremarks\"]\njoins = true"));
    for line in ["qposted 26 July 2025 3 qremarks", "3 qremarks qposted 26 July 2025", "qposted 26/7/2025 06:30 12 qremarks"] {
        assert!(!cleaned(&pack, &format!("<p>The port opened.</p><div>{line}</div>")).contains("qposted"), "{line}");
    }
}

/// The digest names what is in use: not the order of what is off, nor a pack that nobody asked for.
#[test]
fn the_digest_names_what_is_in_use() {
    let pack = |name: &str, word: &str| PackSource {
        name: name.into(),
        file: format!("{name}.toml"),
        text: format!("about = \"Words\"\n[[rule]]\nid = \"word\"\nmatch = {{ words = [\"{word}\"] }}\n").into(),
    };
    let digest = |off: &[&str], with: &str, words: [&str; 2]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let optional = vec![pack("moderate/ads", words[0]), pack("moderate/more-ads", words[1])];
        let sources = RuleSources { off: owned(off), with: owned(&[with]), optional, ..builtin_sources() };
        sources.compile().unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes))).0.digest().to_owned()
    };
    let words = ["gambling", "lottery"];
    assert_eq!(digest(&["strip/share", "strip/ads"], "ads", words), digest(&["strip/ads", "strip/share", "strip/ads"], "moderate/ads", words));
    assert_ne!(digest(&["strip/share"], "ads", words), digest(&["strip/ads"], "ads", words));
    assert_eq!(digest(&[], "ads", words), digest(&[], "ads", ["gambling", "roulette"]));
    assert_ne!(digest(&[], "more-ads", words), digest(&[], "more-ads", ["gambling", "roulette"]));
}
