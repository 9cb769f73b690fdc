//! Proves what an operator relies on: the real binary, asked over loopback.
#![cfg(all(unix, feature = "cli"))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod answers;
mod client;
mod drain;
mod errors;
mod reload;
mod slowness;
mod tls;
mod traces;
