//! Proves that the command does what its help says: the real binary, run in fresh folders as people run it.
#![cfg(feature = "cli")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod archives;
mod article;
mod crawl;
mod damage;
mod explain;
mod failures;
mod foreign;
mod inputs;
mod moderation;
mod outputs;
mod overview;
mod replay;
mod resume;
mod rules;
mod selection;
mod settings;
mod shards;
mod shells;
mod signals;
mod workbench;
