//! Proves that the built-in packs, the optional ones too, do what their own hits and misses say, and that each kind of mistake in a pack
//! is shown at its place: `fixtures/rule_mistakes/NAME.toml` against `NAME.stderr`, written anew with `NAQI_BLESS=1`.
#![allow(clippy::unwrap_used)]

use naqi::check::{Failure, check, check_moderation};
use naqi::moderate::Key;
use naqi::rules::{Mistake, PackSource, RuleSources, builtin_sources};
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
