//! What the test files share: the fixtures, the built-in rules, one call that cleans.

#![allow(dead_code, clippy::unwrap_used)]

pub mod chunks;
pub mod corpus;
pub mod markup;

use naqi::emit::EmitFormat;
use naqi::report::PageReport;
use naqi::rewrite::Markup;
use naqi::rules::{RuleSet, builtin_sources};
use naqi::strip::StripMode;
use naqi::{Origin, Settings};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// `Jsonl` is put together from these by its caller.
pub const FORMATS: [EmitFormat; 4] = [EmitFormat::Republish, EmitFormat::Preserve, EmitFormat::Text, EmitFormat::Markdown];
pub const MODES: [StripMode; 3] = [StripMode::Off, StripMode::Rules, StripMode::Article];

/// Built once: hundreds of pages are cleaned with the same set.
pub fn builtin_rules() -> &'static Arc<RuleSet> {
    static RULES: OnceLock<Arc<RuleSet>> = OnceLock::new();
    RULES.get_or_init(|| match builtin_sources().compile() {
        Ok((rules, _)) => Arc::new(rules),
        Err(mistakes) => panic!("{}", mistakes.iter().map(|mistake| mistake.render(false)).collect::<Vec<_>>().join("\n\n")),
    })
}

/// A folder of `fixtures/pages`.
pub struct Fixture {
    pub name: String,
    pub folder: PathBuf,
    pub page: Vec<u8>,
    pub markup: Markup,
    pub expect: Expect,
}

/// `expect.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub about: String,
    pub url: Option<String>,
    pub content_type: Option<String>,
    pub title: Option<String>,
    pub byline: Option<String>,
    pub published: Option<String>,
    pub site: Option<String>,
    pub lang: Option<String>,
    pub dir: Option<String>,
    pub image: Option<String>,
    pub keep: Vec<String>,
    pub drop: Vec<String>,
    /// Snippets that this version gets wrong.
    #[serde(default)]
    pub known_gaps: Vec<String>,
    /// The same, wrong in `rules` mode only.
    #[serde(default)]
    pub known_gaps_rules: Vec<String>,
}

impl Fixture {
    pub fn origin(&self) -> Origin {
        Origin {
            url: self.expect.url.as_deref().map(|url| url.parse().unwrap()),
            content_type: self.expect.content_type.clone(),
            markup: self.markup,
        }
    }

    pub fn clean(&self, strip: StripMode, emit: EmitFormat) -> (String, PageReport) {
        let (out, report) = clean(&self.page, &self.origin(), strip, emit);
        (String::from_utf8(out).unwrap(), report)
    }
}

/// All fixtures, in the order of their names.
pub fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(fixture).collect()
}

fn fixture(folder: PathBuf) -> Fixture {
    let expect = std::fs::read_to_string(folder.join("expect.toml")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let expect = toml::from_str(&expect).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let html = folder.join("page.html");
    let (page, markup) = if html.exists() { (html, Markup::Html) } else { (folder.join("page.txt"), Markup::Text) };
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    Fixture { name, page: std::fs::read(page).unwrap(), folder, markup, expect }
}

/// Cleans a page with the built-in rules.
pub fn clean(page: &[u8], origin: &Origin, strip: StripMode, emit: EmitFormat) -> (Vec<u8>, PageReport) {
    let mut out = Vec::new();
    let settings = Settings { strip, emit, ..Settings::default() };
    let report = naqi::clean(builtin_rules(), &settings, origin, page, &mut out).unwrap();
    (out, report)
}

/// Runs of white space as one space.
pub fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
