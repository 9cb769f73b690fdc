//! The command line: a thin caller of the library.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod cli;
mod config;

fn main() -> std::process::ExitCode {
    cli::run().into()
}
