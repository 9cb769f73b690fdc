//! The flags of `naqi serve`. Each is a key of the settings, too.

use crate::cli::options::{PageOptions, RuleOptions, RunOptions};
use crate::config::{Layer, RunSettings};
use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::{Path, PathBuf};

/// Serve the pipeline over HTTP
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  naqi serve
  naqi serve --listen 0.0.0.0:8080 --rules packs/ --with pii --log-format json
  curl --data-binary @page.html -H 'Content-Type: text/html' 'http://127.0.0.1:8080/v1/clean?url=https://news.example/a'

Rule and settings files are watched; SIGHUP and POST /-/reload read them again, too. SIGTERM and Ctrl-C drain.
All limits are settings: `naqi config --defaults` lists them under [serve]. GET /docs describes the API.")]
pub struct ServeCommand {
    /// Address and port; port 0 takes a free one, which is printed [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Bytes that a body may have once it is unpacked [default: 16777216]
    #[arg(long, value_name = "BYTES")]
    body_bytes: Option<u32>,
    /// Requests that may wait for a worker; past it 503 with Retry-After [default: 64]
    #[arg(long, value_name = "N")]
    queue: Option<u32>,
    /// Connections open at once [default: 4096]
    #[arg(long, value_name = "N")]
    connections: Option<u32>,
    /// Seconds for a request's head to arrive [default: 10]
    #[arg(long, value_name = "SECONDS")]
    header_timeout: Option<u32>,
    /// Seconds for a body to arrive [default: 30]
    #[arg(long, value_name = "SECONDS")]
    body_timeout: Option<u32>,
    /// Seconds to wait for a worker, and for the work on one page [default: 30]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// Seconds to serve on after SIGTERM while /readyz already says no [default: 1]
    #[arg(long, value_name = "SECONDS")]
    drain_delay: Option<u32>,
    /// Seconds that accepted requests may take to finish after that [default: 30]
    #[arg(long, value_name = "SECONDS")]
    drain_limit: Option<u32>,
    /// File with bearer tokens, one a line, that /v1/ and /-/ ask for
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Certificate chain in PEM, for TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// How the log is written [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["text", "json"]))]
    log_format: Option<String>,
    #[command(flatten)]
    how: PageOptions,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ServeCommand {
    /// The merged settings, read anew.
    pub fn settings(&self) -> Result<RunSettings> {
        let mut flags = Layer::default();
        for (key, value, origin) in [
            ("serve.body_bytes", self.body_bytes, "--body-bytes"),
            ("serve.queue", self.queue, "--queue"),
            ("serve.connections", self.connections, "--connections"),
            ("serve.head_seconds", self.header_timeout, "--header-timeout"),
            ("serve.body_seconds", self.body_timeout, "--body-timeout"),
            ("serve.work_seconds", self.timeout, "--timeout"),
            ("serve.drain_delay_seconds", self.drain_delay, "--drain-delay"),
            ("serve.drain_seconds", self.drain_limit, "--drain-limit"),
        ] {
            if let Some(value) = value {
                flags.set(key, i64::from(value), origin);
            }
        }
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        for (key, value, origin) in [
            ("serve.listen", self.listen.clone(), "--listen"),
            ("serve.tokens", path(&self.tokens), "--tokens"),
            ("serve.tls_certificate", path(&self.tls_certificate), "--tls-certificate"),
            ("serve.tls_key", path(&self.tls_key), "--tls-key"),
            ("serve.log", self.log_format.clone(), "--log-format"),
        ] {
            if let Some(value) = value {
                flags.set(key, value, origin);
            }
        }
        Ok(self.rules.settings_with(&flags, &self.how, &self.run)?.settings)
    }

    /// The settings file that is read, if any.
    pub fn settings_file(&self) -> Option<PathBuf> {
        self.rules.file().map(Path::to_owned)
    }
}
