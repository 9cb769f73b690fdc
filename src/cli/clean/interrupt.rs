//! Ctrl-C.

use crate::cli::console::Console;
use crate::cli::exit::Exit;
use anyhow::{Context, Result};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first Ctrl-C lets pages in hand come to their end, the second does not.
pub fn stop_on_interrupt(console: Console) -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot listen for ctrl-c")?;
    let set = Arc::clone(&stop);
    // Installed before this returns, so that no interrupt is lost.
    let interrupts = {
        let _inside = runtime.enter();
        Interrupts::new().context("cannot listen for ctrl-c")?
    };
    std::thread::spawn(move || runtime.block_on(wait_for_interrupts(interrupts, set, console)));
    Ok(stop)
}

#[cfg(unix)]
struct Interrupts(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Interrupts {
    fn new() -> io::Result<Self> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).map(Interrupts)
    }

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

#[cfg(windows)]
struct Interrupts(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Interrupts {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Interrupts)
    }

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

async fn wait_for_interrupts(mut interrupts: Interrupts, stop: Arc<AtomicBool>, console: Console) {
    if interrupts.next().await.is_some() {
        stop.store(true, Ordering::Relaxed);
        console.note("finishing the pages in hand; ctrl-c again to abort");
        if interrupts.next().await.is_some() {
            std::process::exit(Exit::Interrupted as i32);
        }
    }
}
