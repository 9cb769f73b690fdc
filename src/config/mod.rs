//! Settings of the command line, layered: built-in defaults < file < environment < `--set` < flags.
//!
//! `default.toml` is the list of all keys; a key that is not there is a mistake wherever it stands. Each value remembers
//! where it came from, so mistakes can name the place and `naqi config` can show it.

mod bulk;
mod layer;
mod listing;
mod mistake;
mod serve;

pub use bulk::{Bulk, Compress, Dedup};
pub use layer::Layer;
pub use serve::{LogFormat, RequestRules, Serve, Watch};

use ::config::{Config, Value, ValueKind};
use anyhow::{Context, Result};
use mistake::SettingsMistake;
use naqi::Limits;
use naqi::emit::EmitFormat;
use naqi::strip::{ArticleSettings, Comments, Favor, PageType, StripMode};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// All keys, their defaults and what they are for.
pub const DEFAULTS: &str = include_str!("default.toml");
/// Read when it is in the working directory and no `--config` is given.
const FILE: &str = "naqi.toml";
/// Holds the log filter: about the process, not about pages, so no setting.
pub const LOG_VARIABLE: &str = "NAQI_LOG";
/// Holds the key of pseudonyms: a secret, which no listing of settings may show.
pub const KEY_VARIABLE: &str = "NAQI_PSEUDONYM_KEY";
/// What benches and tests are told by: who has them exported may run the command as well.
const DEVELOPMENT_VARIABLES: [&str; 17] = [
    "NAQI_ARCHIVES",
    "NAQI_BLESS",
    "NAQI_CASES",
    "NAQI_CHAOS",
    "NAQI_DATA",
    "NAQI_DISGUISES",
    "NAQI_ENDLESS_MB",
    "NAQI_EVERY",
    "NAQI_MEMORY_OF",
    "NAQI_MISREAD",
    "NAQI_PAGES",
    "NAQI_ROUNDS",
    "NAQI_SECONDS",
    "NAQI_SETS",
    "NAQI_SHOW",
    "NAQI_SLOW_EVERY",
    "NAQI_THREADS",
];

/// The settings of a run.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// What comes out.
    pub emit: OutputFormat,
    /// Whether text begins with the title.
    pub with_title: bool,
    /// What the pages are.
    pub from: From,
    /// Pages at once; 0 for the count of cores.
    pub jobs: usize,
    /// How blocks are decided.
    pub strip: Strip,
    /// What they are decided by.
    pub rules: Rules,
    /// What bounds a page.
    pub limits: Limits,
    /// What runs over many pages do besides.
    pub bulk: Bulk,
    /// The service.
    pub serve: Serve,
}

/// What comes out of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// Cleaned HTML.
    #[default]
    Republish,
    /// The page's own bytes without what was stripped.
    Preserve,
    /// Text.
    Text,
    /// Markdown.
    Markdown,
    /// A record a line.
    Jsonl,
    /// A record a row.
    Parquet,
    /// WARC `conversion` records of cleaned HTML.
    Warc,
    /// WARC `conversion` records of text.
    Wet,
}

impl OutputFormat {
    /// Whether many pages go into one file.
    pub fn is_records(self) -> bool {
        matches!(self, OutputFormat::Jsonl | OutputFormat::Parquet | OutputFormat::Warc | OutputFormat::Wet)
    }

    /// What the library writes for a page that has its own file.
    pub fn page(self) -> EmitFormat {
        match self {
            OutputFormat::Republish | OutputFormat::Warc => EmitFormat::Republish,
            OutputFormat::Preserve => EmitFormat::Preserve,
            OutputFormat::Text | OutputFormat::Wet => EmitFormat::Text,
            OutputFormat::Markdown => EmitFormat::Markdown,
            OutputFormat::Jsonl | OutputFormat::Parquet => EmitFormat::Jsonl,
        }
    }
}

/// How blocks are decided.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Strip {
    /// How long a block is held before it is decided.
    pub mode: StripMode,
    /// Whether the block model decides along with the rules (`article` only).
    pub model: bool,
    /// What the pages are.
    pub page_type: PageType,
    /// What becomes of comments.
    pub comments: Comments,
    /// Which way doubt goes.
    pub favor: Favor,
    /// Pages that the model is less sure of are held back.
    pub min_confidence: f64,
}

impl Default for Strip {
    fn default() -> Self {
        let ArticleSettings { page_type, comments, favor, min_confidence } = ArticleSettings::default();
        Strip { mode: StripMode::default(), model: true, page_type, comments, favor, min_confidence }
    }
}

impl Strip {
    /// What the block model is told.
    pub fn article(&self) -> ArticleSettings {
        ArticleSettings { page_type: self.page_type, comments: self.comments, favor: self.favor, min_confidence: self.min_confidence }
    }
}

/// Where rules come from.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Packs besides the built-in ones.
    pub packs: Vec<PathBuf>,
    /// Whether the built-in ones are used.
    pub builtin: bool,
    /// Rules and packs that are not used.
    pub off: Vec<String>,
    /// Built-in moderation packs that are used.
    pub with: Vec<String>,
    /// Filter lists in EasyList syntax.
    pub adblock: Vec<PathBuf>,
    /// File with the key that pseudonyms are made with; empty for none.
    pub pseudonym_key: PathBuf,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { packs: Vec::new(), builtin: true, off: Vec::new(), with: Vec::new(), adblock: Vec::new(), pseudonym_key: PathBuf::new() }
    }
}

/// What the pages are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    /// By the name of each.
    #[default]
    Auto,
    /// HTML.
    Html,
    /// Plain text.
    Text,
}

/// Settings merged from all layers, with the origin of each value.
#[derive(Debug)]
pub struct LayeredSettings {
    merged: Config,
    keys: Vec<String>,
    /// The settings.
    pub settings: RunSettings,
}

impl LayeredSettings {
    /// Merges the layers. Lists that flags give are added to what the layers below say; everything else replaces it.
    pub fn load(file: Option<&Path>, assignments: &[String], flags: Layer) -> Result<Self> {
        let defaults = Layer::of_toml(DEFAULTS, |_| "default".into())?;
        let mut layers = Vec::new();
        if let Some(path) = LayeredSettings::file(file) {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the settings in {}", path.display()))?;
            layers.push(Layer::of_file(path, &text)?);
        }
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
        layers.push(Layer::of_environment(variables, &defaults));
        layers.push(Layer::of_assignments(assignments, &defaults)?);
        if let Some(mistake) = layers.iter().find_map(|layer| layer.unknown_key(&defaults)) {
            return Err(mistake.into());
        }
        let keys: Vec<String> = defaults.values().iter().map(|(key, _)| key.clone()).collect();
        let below = layers.into_iter().fold(Config::builder().add_source(defaults), |builder, layer| builder.add_source(layer));
        let below = below.build().context("cannot merge the settings")?;
        let mut above = Config::builder().add_source(below.clone());
        for (key, value) in flags.values() {
            let mut value = value.clone();
            if let ValueKind::Array(items) = &mut value.kind
                && let Ok(lower) = below.get_array(key)
            {
                items.splice(0..0, lower);
            }
            above = above.set_override(key, value).context("cannot merge the flags")?;
        }
        let merged = above.build().context("cannot merge the settings")?;
        let settings = typed(&merged, &keys)?;
        let strip = &settings.strip;
        let reason = match strip.min_confidence {
            least if !(0.0..=1.0).contains(&least) => Some("`strip.min_confidence` is a share from 0 to 1"),
            least if least > 0.0 && (strip.mode != StripMode::Article || !strip.model) => {
                Some("`strip.min_confidence` needs the block model: strip.mode = \"article\" and strip.model = true")
            }
            _ => None,
        };
        if let Some(reason) = reason {
            let origin = find(&merged, "strip.min_confidence").and_then(|value| value.origin().map(str::to_owned));
            return Err(SettingsMistake::new(origin.unwrap_or_else(|| "default".into()), reason.into()).into());
        }
        Ok(LayeredSettings { merged, keys, settings })
    }

    /// The file that is read: the one that is named, or the one in the working directory.
    pub fn file(named: Option<&Path>) -> Option<&Path> {
        let default_file = Path::new(FILE);
        named.or_else(|| default_file.is_file().then_some(default_file))
    }

    fn value(&self, key: &str) -> Option<Value> {
        find(&self.merged, key)
    }
}

/// A value with its origin, which deserializing it would lose.
fn find(merged: &Config, key: &str) -> Option<Value> {
    key.split('.')
        .try_fold(&merged.cache, |value, part| match &value.kind {
            ValueKind::Table(table) => table.get(part),
            _ => None,
        })
        .cloned()
}

/// Reads the settings from the merged layers; a value of the wrong type is named with its origin.
fn typed(merged: &Config, keys: &[String]) -> Result<RunSettings> {
    let mut whole = serde_json::Map::new();
    for key in keys {
        // A layer may say nothing of a table, but `default.toml` holds every key.
        let Some(value) = find(merged, key) else { continue };
        let origin = value.origin().unwrap_or("default").to_owned();
        let mut alone = serde_json::Map::new();
        place(&mut alone, key, json(&value));
        // Alone first: whatever is wrong then is wrong with this value.
        serde_json::from_value::<RunSettings>(alone.into())
            .map_err(|error| SettingsMistake::new(origin, format!("`{key}` cannot be used: {error}")))?;
        place(&mut whole, key, json(&value));
    }
    serde_json::from_value(whole.into()).context("cannot read the settings")
}

fn place(into: &mut serde_json::Map<String, serde_json::Value>, key: &str, value: serde_json::Value) {
    match key.split_once('.') {
        None => drop(into.insert(key.to_owned(), value)),
        Some((table, rest)) => {
            let inner = into.entry(table).or_insert_with(|| serde_json::Map::new().into());
            if let Some(inner) = inner.as_object_mut() {
                place(inner, rest, value);
            }
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    match &value.kind {
        ValueKind::Boolean(boolean) => (*boolean).into(),
        ValueKind::I64(number) => (*number).into(),
        ValueKind::Float(number) => (*number).into(),
        ValueKind::String(text) => text.as_str().into(),
        ValueKind::Array(items) => items.iter().map(json).collect(),
        // `Layer` makes no other kind.
        other => other.to_string().into(),
    }
}

/// Whether a key holds paths.
fn is_path(key: &str) -> bool {
    let rules = matches!(key, "rules.packs" | "rules.adblock" | "rules.pseudonym_key");
    let bulk = matches!(key, "bulk.report" | "bulk.stats" | "bulk.dead_letters" | "bulk.quarantine");
    rules || bulk || matches!(key, "serve.tokens" | "serve.tls_certificate" | "serve.tls_key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_defaults_are_those_of_the_code() {
        let listed: RunSettings = toml::from_str(DEFAULTS).unwrap();
        assert_eq!(serde_json::to_value(listed).unwrap(), serde_json::to_value(RunSettings::default()).unwrap());
        let keys = Layer::of_toml(DEFAULTS, |_| String::new()).unwrap();
        let mut typed = serde_json::to_value(RunSettings::default()).unwrap();
        for (key, _) in keys.values() {
            let at = format!("/{}", key.replace('.', "/"));
            typed.pointer_mut(&at).unwrap().take();
        }
        let left = ["limits", "bulk", "serve"].map(|table| typed[table].as_object().unwrap().clone());
        let left: Vec<_> = left.iter().flatten().filter(|(_, value)| !value.is_null()).collect();
        assert!(left.is_empty(), "not in default.toml: {left:?}");
    }
}
