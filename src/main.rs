//! The command line: a thin caller of the library.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod cli;
mod config;

/// Pages come in all sizes and go from thread to thread; with the system's allocator each thread keeps what its largest page took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run().into()
}
