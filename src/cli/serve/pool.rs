//! Threads for what takes long. They are few and stay, and each kind of work keeps to its own: what a thread has taken from the system it
//! uses again, where threads that come and go, or do now this and now that, would all hold as much as the largest page took.

use anyhow::{Context, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

type Task = Box<dyn FnOnce() + Send>;

/// Threads that wait for work.
pub struct Pool {
    tasks: Sender<Task>,
}

impl Pool {
    /// Starts this many. They end with the process.
    pub fn new(name: &str, count: usize) -> Result<Self> {
        let (tasks, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..count {
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new().name(format!("{name}-{number}"));
            thread.spawn(move || work(&waiting)).with_context(|| format!("cannot start {count} threads"))?;
        }
        Ok(Pool { tasks })
    }

    /// Does this on the next thread that is free, even when nobody waits for it any more. Nothing comes when it panics.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
        let (done, result) = oneshot::channel();
        // There are threads as long as there is the pool.
        let _ = self.tasks.send(Box::new(move || drop(done.send(work()))));
        result
    }
}

fn work(waiting: &Mutex<Receiver<Task>>) {
    loop {
        let task = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        // Its hook has logged it, and whoever waits sees that nothing comes.
        let _ = catch_unwind(AssertUnwindSafe(task));
    }
}
