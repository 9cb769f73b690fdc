//! Words and tables under `rules/` that are part of the program.

use serde::de::DeserializeOwned;

/// Reads a file of the program's own, by its name under `rules/`.
macro_rules! own_data {
    ($name:literal) => {
        $crate::data::read($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $name)))
    };
}
pub(crate) use own_data;

// What `own_data` names is part of the binary, the same for everybody, and read by the tests of the module that names it.
#[allow(clippy::expect_used)]
pub(crate) fn read<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).expect(name)
}
