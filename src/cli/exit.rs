//! What the process says when it ends.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well, or whoever read the output had enough of it.
    Ok = 0,
    /// Some pages failed; the others are cleaned. Or what a command prints could not be written.
    PagesFailed = 1,
    /// The command line, the settings or the rules hold a mistake.
    Mistake = 2,
    /// No page failed, but moderation rules hold some back.
    PagesHeld = 3,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
