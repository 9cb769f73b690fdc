//! A mistake in the settings: where, what, and what would be right.

use std::fmt;

/// One mistake.
#[derive(Debug)]
pub struct SettingsMistake {
    origin: String,
    message: String,
    hint: Option<String>,
}

impl SettingsMistake {
    /// A mistake at a place: `naqi.toml:3`, `NAQI_JOBS`, `--set`.
    pub fn new(origin: String, message: String) -> Self {
        SettingsMistake { origin, message, hint: None }
    }

    /// What would be right.
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl fmt::Display for SettingsMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl std::error::Error for SettingsMistake {}
