//! The merged settings as TOML, each line with the place that its value came from.

use super::LayeredSettings;
use ::config::{Value, ValueKind};
use std::io::{self, Write};

impl LayeredSettings {
    /// Writes all settings; the text can be used as a settings file.
    pub fn list(&self, out: &mut impl Write) -> io::Result<()> {
        // Keys outside tables come first, as TOML wants them.
        let (mut keys, tables): (Vec<&str>, Vec<&str>) = self.keys.iter().map(String::as_str).partition(|key| !key.contains('.'));
        keys.extend(tables);
        let mut table = "";
        for key in keys {
            let (within, name) = key.rsplit_once('.').unwrap_or(("", key));
            if within != table {
                writeln!(out, "\n[{within}]")?;
                table = within;
            }
            if let Some(value) = self.value(key) {
                line(out, name, &value)?;
            }
        }
        Ok(())
    }
}

fn line(out: &mut impl Write, name: &str, value: &Value) -> io::Result<()> {
    match &value.kind {
        ValueKind::Array(items) if !items.is_empty() => {
            writeln!(out, "{name} = [")?;
            for item in items {
                writeln!(out, "    {}, # {}", toml(item), origin(item))?;
            }
            writeln!(out, "]")
        }
        _ => writeln!(out, "{name} = {} # {}", toml(value), origin(value)),
    }
}

fn origin(value: &Value) -> &str {
    value.origin().unwrap_or("default")
}

fn toml(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => toml::Value::from(text.as_str()).to_string(),
        ValueKind::Array(_) => "[]".into(),
        other => other.to_string(),
    }
}
