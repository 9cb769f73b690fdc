//! Options of runs over many pages. Each is also a key under `bulk` in the settings.

use super::options::list;
use crate::config::{Bulk, Layer};
use clap::Args;
use clap::builder::PossibleValuesParser;
use config::ValueKind;
use std::path::PathBuf;

/// What is written besides pages, and how.
#[derive(Args, Debug, Default)]
pub struct BulkOptions {
    /// Note this often, in seconds, how far the run is [default: 2]
    #[arg(long, value_name = "SECONDS")]
    checkpoint: Option<f64>,
    /// Split outputs of many pages: name-00000, name-00001, … of at most this many bytes each (k, m and g are taken)
    #[arg(long, value_name = "BYTES")]
    max_shard_bytes: Option<String>,
    /// Compress outputs of many pages [default: auto, by the name of the output]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(["auto", "none", "gz", "zst"]))]
    compress: Option<String>,
    /// Write a line of JSON for each page: every decision, with byte ranges and rules; or, for a name that ends in .html, a page of plots
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the sums of the run as JSON
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,
    /// Keep pages that fail, and what could not be read, with the cause: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    dead_letters: Option<PathBuf>,
    /// Keep pages that moderation rules hold back, as they came: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    quarantine: Option<PathBuf>,
    /// The column of JSON lines and Parquet that holds the pages [default: html]
    #[arg(long, value_name = "NAME")]
    html_column: Option<String>,
    /// The column that holds their addresses [default: url]
    #[arg(long, value_name = "NAME")]
    url_column: Option<String>,
    #[command(flatten)]
    selection: SelectionOptions,
}

/// Which pages.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Selection")]
struct SelectionOptions {
    /// Keep pages in this language, such as ar or en; those whose language nobody can tell stay too (repeatable)
    #[arg(long, value_name = "CODE")]
    lang: Vec<String>,
    /// With --lang: leave out pages whose language nobody can tell
    #[arg(long)]
    known_lang: bool,
    /// Keep pages of this host and those below it; !HOST leaves them out (repeatable)
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Keep pages whose address matches, such as 'https://*/news/*'; !PATTERN leaves them out (repeatable)
    #[arg(long, value_name = "PATTERN")]
    url_pattern: Vec<String>,
    /// Keep responses of these statuses [default: 200-299]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    status: Vec<String>,
    /// Keep records of these media types [default: text/html, application/xhtml+xml, and text of conversion records]
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Keep pages with at least this many characters of text left
    #[arg(long, value_name = "N")]
    min_chars: Option<u32>,
    /// Keep pages with at most this many characters of text left
    #[arg(long, value_name = "N")]
    max_chars: Option<u32>,
    /// Leave out pages whose text came before in this run; near: or nearly the same text
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(["none", "exact", "near"]))]
    dedup: Option<String>,
    /// Keep this share of the pages, by their address: 0.01 keeps the same one in a hundred in every run
    #[arg(long, value_name = "SHARE")]
    sample: Option<f64>,
}

impl BulkOptions {
    /// Settings are text: a path that is none is put in as it was given.
    pub fn put_paths(&self, bulk: &mut Bulk) {
        let given = [
            (&self.report, &mut bulk.report),
            (&self.stats, &mut bulk.stats),
            (&self.dead_letters, &mut bulk.dead_letters),
            (&self.quarantine, &mut bulk.quarantine),
        ];
        for (path, setting) in given {
            if path.as_ref().is_some_and(|path| path.to_str().is_none()) {
                setting.clone_from(path);
            }
        }
    }

    /// Sets what is given.
    pub fn add_to(&self, flags: &mut Layer) {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let which = &self.selection;
        let texts = [
            ("max_shard_bytes", self.max_shard_bytes.clone()),
            ("compress", self.compress.clone()),
            ("report", path(&self.report)),
            ("stats", path(&self.stats)),
            ("dead_letters", path(&self.dead_letters)),
            ("quarantine", path(&self.quarantine)),
            ("html_column", self.html_column.clone()),
            ("url_column", self.url_column.clone()),
            ("dedup", which.dedup.clone()),
        ];
        let numbers = [("checkpoint", self.checkpoint), ("sample", which.sample)];
        let counts = [("min_chars", which.min_chars), ("max_chars", which.max_chars)];
        let values = (texts.into_iter().map(|(name, text)| (name, text.map(ValueKind::String))))
            .chain(numbers.map(|(name, number)| (name, number.map(ValueKind::Float))))
            .chain(counts.map(|(name, count)| (name, count.map(|count| ValueKind::I64(count.into())))))
            .chain([("known_lang", which.known_lang.then_some(ValueKind::Boolean(true)))]);
        let origin = |name: &str| format!("--{}", name.replace('_', "-"));
        for (name, value) in values {
            if let Some(value) = value {
                flags.set(&format!("bulk.{name}"), value, &origin(name));
            }
        }
        let lists =
            [("lang", &which.lang), ("host", &which.host), ("url_pattern", &which.url_pattern), ("status", &which.status), ("type", &which.types)];
        for (name, items) in lists {
            if let Some(items) = list(items.iter().cloned(), &origin(name)) {
                flags.set(&format!("bulk.{name}"), ValueKind::Array(items), &origin(name));
            }
        }
    }
}
