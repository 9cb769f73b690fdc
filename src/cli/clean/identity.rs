//! What a run is asked to do: a journal belongs to one such task, and only the same one goes on with it.
//!
//! The digest is made of JSON that this file spells out, not of how some type happens to print. What only says how the run is carried
//! out (workers, checkpoints, `--force`, `--fresh`, `--stats`) is no part of it.

use super::input::{Input, Source};
use crate::config::{Bulk, From, OutputFormat, RunSettings, Strip};
use naqi::Limits;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The task of a run.
#[derive(Debug, Serialize)]
pub struct Identity<'a> {
    inputs: Vec<InputIdentity>,
    output: Option<String>,
    url: Option<&'a str>,
    content_type: Option<&'a str>,
    rules_digest: &'a str,
    emit: OutputFormat,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    with_title: bool,
    from: From,
    strip: &'a Strip,
    limits: &'a Limits,
    bulk: Bulk,
}

#[derive(Debug, Serialize)]
struct InputIdentity {
    kind: &'static str,
    path: String,
    bytes: Option<u64>,
}

/// What shapes the output, as JSON can say it: a path that is no text is spelled out.
fn in_text(bulk: &Bulk) -> Bulk {
    let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_str().map_or_else(|| format!("{path:?}").into(), PathBuf::from));
    let [report, dead_letters, quarantine] = [&bulk.report, &bulk.dead_letters, &bulk.quarantine].map(text);
    Bulk { checkpoint: 0.0, stats: None, report, dead_letters, quarantine, ..bulk.clone() }
}

impl<'a> Identity<'a> {
    /// Of a run over these inputs.
    pub fn new(settings: &'a RunSettings, inputs: impl Iterator<Item = &'a Input>, output: Option<&Path>, rules_digest: &'a str) -> Self {
        let RunSettings { emit, with_title, from, jobs: _, strip, rules: _, limits, bulk, serve: _ } = settings;
        let of_input = |input: &Input| InputIdentity {
            kind: match input.source {
                Source::Stdin => "stdin",
                Source::File(_) => "file",
                // Letters are the input, not what is in them.
                Source::Letters(_) | Source::Kept(..) => "letters",
                Source::Unreadable(..) => "unreadable",
            },
            path: input.name(),
            bytes: input.stored_bytes(),
        };
        Identity {
            inputs: inputs.map(of_input).collect(),
            output: output.map(|output| output.display().to_string()),
            url: None,
            content_type: None,
            rules_digest,
            emit: *emit,
            with_title: *with_title,
            from: *from,
            strip,
            limits,
            bulk: in_text(bulk),
        }
    }

    /// With what the command line says of the pages.
    pub fn with_origin(self, url: Option<&'a str>, content_type: Option<&'a str>) -> Self {
        Identity { url, content_type, ..self }
    }

    /// SHA-256 of the task, hexadecimal.
    pub fn digest(&self) -> serde_json::Result<String> {
        let digest = Sha256::digest(serde_json::to_vec(self)?);
        Ok(digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When this fails, journals of the version before are not gone on with: say so in the change log.
    #[test]
    fn a_task_is_written_as_it_always_was() {
        let settings = RunSettings { jobs: 7, ..RunSettings::default() };
        let inputs = [Input::new(Source::File("no/such.warc".into()), "such.warc".into())];
        let identity = Identity::new(&settings, inputs.iter(), Some(Path::new("out.jsonl")), "abc").with_origin(None, Some("text/html"));
        assert_eq!(
            serde_json::to_string(&identity).unwrap(),
            r#"{"inputs":[{"kind":"file","path":"no/such.warc","bytes":null}],"output":"out.jsonl","url":null,"content_type":"text/html","#
                .to_owned()
                + r#""rules_digest":"abc","emit":"republish","from":"auto","strip":{"mode":"article","model":true,"page_type":"auto","comments":"auto","favor":"balanced","min_confidence":0.0},"limits":{"page_bytes":67108864,"#
                + r#""stream_bytes":68719476736,"token_bytes":25165824,"depth":512,"open_elements":1048576,"siblings":16384,"hold_bytes":524288,"#
                + r#""deadline_ms":600000},"bulk":{"max_shard_bytes":0,"row_group_bytes":67108864,"compress":"auto","checkpoint":0.0,"report":null,"stats":null,"#
                + r#""dead_letters":null,"quarantine":null,"html_column":"html","url_column":"url","lang":[],"known_lang":false,"host":[],"#
                + r#""url_pattern":[],"status":[],"type":[],"min_chars":0,"max_chars":0,"dedup":"none","sample":1.0}}"#
        );
    }

    #[test]
    fn what_changes_pages_changes_the_task_and_nothing_else_does() {
        let digest = |change: &dyn Fn(&mut RunSettings)| {
            let mut settings = RunSettings::default();
            change(&mut settings);
            Identity::new(&settings, [].into_iter(), None, "").digest().unwrap()
        };
        let plain = digest(&|_| {});
        let how: [&dyn Fn(&mut RunSettings); 3] =
            [&|settings| settings.jobs = 9, &|settings| settings.bulk.checkpoint = 9.0, &|settings| settings.bulk.stats = Some(PathBuf::from("s"))];
        assert!(how.iter().all(|change| digest(change) == plain));
        let what: [&dyn Fn(&mut RunSettings); 6] = [
            &|settings| settings.with_title = true,
            &|settings| settings.bulk.sample = 0.5,
            &|settings| settings.bulk.report = Some(PathBuf::from("r")),
            &|settings| settings.limits.depth = 9,
            &|settings| settings.strip.model = false,
            &|settings| settings.emit = OutputFormat::Jsonl,
        ];
        assert!(what.iter().all(|change| digest(change) != plain));
    }
}
