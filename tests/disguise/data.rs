//! The words of one language: articles, and furniture by category.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    pub lang: String,
    #[serde(default)]
    pub rtl: bool,
    pub site: String,
    /// Entries of a menu.
    pub menu: Vec<String>,
    /// Bars of small commands; each is written with ` | ` between its commands.
    pub bars: Vec<String>,
    /// Headings of lists of other pages.
    pub related: Vec<String>,
    /// Titles of other pages.
    pub teasers: Vec<String>,
    /// Labels of tag clouds, and tags.
    pub tag_labels: Vec<String>,
    pub tags: Vec<String>,
    /// Single lines by category, in the order of the file's keys; those of `inside` stand between paragraphs too.
    pub lines: BTreeMap<String, Vec<String>>,
    #[serde(rename = "article")]
    pub articles: Vec<Article>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    pub title: String,
    /// `# ` begins a heading inside the text.
    pub text: Vec<String>,
}

impl Language {
    /// So many pages use every line once.
    pub fn rounds(&self) -> usize {
        self.lines.values().map(Vec::len).chain([self.articles.len(), self.bars.len(), self.related.len()]).max().unwrap_or(1)
    }
}

pub fn read_all(folder: &Path) -> Vec<Language> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")).map(read).collect()
}
