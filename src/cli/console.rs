//! Standard error: errors, notes and the log.

use std::io::{self, IsTerminal, Write};
use tracing_subscriber::EnvFilter;

/// Where a person reads what is going on.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    quiet: bool,
}

impl Console {
    /// Notes are left out when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Console { quiet }
    }

    /// Whether only errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// An error; `--quiet` does not hide it.
    pub fn error(&self, message: &str) {
        say(&format!("naqi: {message}"));
    }

    /// Something that is good to know.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            say(&format!("naqi: {message}"));
        }
    }

    /// A block of text that is no message.
    pub fn block(&self, text: &str) {
        say(text);
    }
}

/// Why a command that only prints has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotWritten;

impl std::fmt::Display for NotWritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot write to standard output")
    }
}

/// When nobody can read standard error, that is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether a stream takes colour.
pub fn takes_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Starts the log.
pub fn log(verbose: u8) {
    let logger = tracing_subscriber::fmt().with_env_filter(filter(verbose)).with_writer(io::stderr).with_ansi(takes_color(&io::stderr()));
    // Fails only if a log was started before.
    let _ = logger.try_init();
}

/// What is logged: as `NAQI_LOG` says, or from this level on.
pub fn filter(verbose: u8) -> EnvFilter {
    let level = ["warn", "info", "debug", "trace"][usize::from(verbose).min(3)];
    EnvFilter::try_from_env(crate::config::LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(level))
}

/// Whether the reader of the output went away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe))
}
