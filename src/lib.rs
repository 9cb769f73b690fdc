#![doc = include_str!("../ARCHITECTURE.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

// The stages, in the order in which a page passes them.
pub mod decode;
pub mod rewrite;

pub mod metadata;
pub mod strip;

pub mod moderate;

pub mod emit;

pub mod report;

// The road itself.
mod pipeline;
pub use pipeline::{Origin, Pipeline, Settings, clean, features};

// What the stages are given.
pub mod rules;

pub mod check;

mod data;
mod error;
pub use error::{PageError, RewriteError};

mod fold;

mod limits;
pub use limits::{Limit, Limits};

mod octet;

mod stage_times;
pub use stage_times::StageTimes;
