//! Proves that the command does what its help says: the real binary, run in fresh folders as people run it.
#![cfg(feature = "cli")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod explain;
mod failures;
mod inputs;
mod moderation;
mod outputs;
mod rules;
mod settings;
mod signals;
mod workbench;
