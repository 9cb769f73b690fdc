//! One layer of settings: dotted keys, each value with the place that it came from.

use super::mistake::SettingsMistake;
use ::config::{ConfigError, Map, Source, Value, ValueKind};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What one place says.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    values: Vec<(String, Value)>,
}

impl Layer {
    /// A layer of one key.
    pub fn set(&mut self, key: &str, kind: impl Into<ValueKind>, origin: &str) {
        self.values.push((key.to_owned(), Value::new(Some(&origin.to_owned()), kind)));
    }

    /// Adds what another one says.
    pub fn extend(&mut self, other: &Layer) {
        self.values.extend_from_slice(&other.values);
    }

    /// Its keys and values.
    pub fn values(&self) -> &[(String, Value)] {
        &self.values
    }

    /// Reads TOML; `origin` names the place of a line.
    pub fn of_toml(text: &str, origin: impl Fn(usize) -> String) -> Result<Self, SettingsMistake> {
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            SettingsMistake::new(origin(line_of(text, at)), error.message().to_owned())
        })?;
        let mut layer = Layer::default();
        layer.table("", table.get_ref(), &|at| origin(line_of(text, at)))?;
        Ok(layer)
    }

    /// Reads a settings file. Its relative paths start at its own folder.
    pub fn of_file(path: &Path, text: &str) -> Result<Self, SettingsMistake> {
        let mut layer = Layer::of_toml(text, |line| format!("{}:{line}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (key, value) in &mut layer.values {
            if super::is_path(key) {
                let items = if let ValueKind::Array(items) = &mut value.kind { items.iter_mut().collect() } else { vec![value] };
                for item in items {
                    // An empty one is none.
                    if let ValueKind::String(path) = &mut item.kind
                        && !path.is_empty()
                    {
                        *path = folder.join(&*path).display().to_string();
                    }
                }
            }
        }
        Ok(layer)
    }

    /// Reads the variables that begin with `NAQI_`.
    pub fn of_environment(variables: impl Iterator<Item = (String, String)>, defaults: &Layer) -> Self {
        let mut layer = Layer::default();
        let is_other = |name: &str| name == super::LOG_VARIABLE || name == super::KEY_VARIABLE || super::DEVELOPMENT_VARIABLES.contains(&name);
        let mut variables: Vec<_> = variables.filter(|(name, _)| !is_other(name)).collect();
        variables.sort();
        for (name, raw) in variables {
            if let Some(key) = name.strip_prefix("NAQI_") {
                let key = key.to_ascii_lowercase().replace("__", ".");
                let value = scalar(&raw, defaults.kind(&key), &name);
                layer.values.push((key, value));
            }
        }
        layer
    }

    /// Reads `key=value` as given with `--set`.
    pub fn of_assignments(assignments: &[String], defaults: &Layer) -> Result<Self, SettingsMistake> {
        let mut layer = Layer::default();
        for assignment in assignments {
            let Some((key, raw)) = assignment.split_once('=') else {
                return Err(SettingsMistake::new("--set".into(), format!("`{assignment}` is not key=value")));
            };
            let (key, origin) = (key.trim(), "--set");
            layer.values.push((key.to_owned(), scalar(raw.trim(), defaults.kind(key), origin)));
        }
        Ok(layer)
    }

    /// The kind of value that a key holds.
    fn kind(&self, key: &str) -> Option<&ValueKind> {
        self.values.iter().find(|(known, _)| known == key).map(|(_, value)| &value.kind)
    }

    /// The first key that is not in `known`.
    pub fn unknown_key(&self, known: &Layer) -> Option<SettingsMistake> {
        let keys = || known.values.iter().map(|(key, _)| key.as_str());
        let (key, value) = self.values.iter().find(|(key, _)| known.kind(key).is_none())?;
        let near = keys().find(|near| near.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'))).or_else(|| {
            keys().find(|near| near.rsplit('.').next() == Some(key)).or_else(|| {
                let scored = keys().map(|near| (strsim::jaro_winkler(near, key), near));
                scored.filter(|(score, _)| *score > 0.7).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, near)| near)
            })
        });
        let hint = near.map_or("`naqi config` shows all keys".to_owned(), |near| format!("did you mean `{near}`?"));
        Some(SettingsMistake::new(value.origin().unwrap_or_default().to_owned(), format!("there is no setting `{key}`")).hint(hint))
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>, origin: &dyn Fn(usize) -> String) -> Result<(), SettingsMistake> {
        for (key, value) in table {
            let name = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
            match value.get_ref() {
                DeValue::Table(inner) => self.table(&name, inner, origin)?,
                _ => self.values.push((name, leaf(value, &origin(key.span().start))?)),
            }
        }
        Ok(())
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.values.iter().cloned().collect())
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

fn leaf(value: &Spanned<DeValue<'_>>, origin: &str) -> Result<Value, SettingsMistake> {
    let kind = match value.get_ref() {
        DeValue::String(text) => ValueKind::String(text.to_string()),
        DeValue::Boolean(boolean) => ValueKind::Boolean(*boolean),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map(ValueKind::I64)
            .map_err(|_| SettingsMistake::new(origin.to_owned(), format!("the number {integer} is too large")))?,
        DeValue::Float(float) => {
            float.as_str().parse().map(ValueKind::Float).map_err(|_| SettingsMistake::new(origin.to_owned(), format!("{float} is no number")))?
        }
        DeValue::Array(items) => ValueKind::Array(items.iter().map(|item| leaf(item, origin)).collect::<Result<_, _>>()?),
        // No setting is of any other type: the type check refuses the text.
        other => ValueKind::String(format!("({})", other.type_str())),
    };
    Ok(Value::new(Some(&origin.to_owned()), kind))
}

/// A value written without TOML's quotes, read as the kind that its key has.
fn scalar(raw: &str, like: Option<&ValueKind>, origin: &str) -> Value {
    let text = |text: &str| Value::new(Some(&origin.to_owned()), text);
    if matches!(like, Some(ValueKind::Array(_))) && !raw.starts_with('[') {
        let items: Vec<Value> = raw.split(',').map(str::trim).filter(|item| !item.is_empty()).map(text).collect();
        return Value::new(Some(&origin.to_owned()), ValueKind::Array(items));
    }
    let parsed = DeValue::parse(raw).ok().and_then(|value| leaf(&value, origin).ok());
    match (like, parsed) {
        (Some(ValueKind::String(_)), Some(Value { kind: ValueKind::String(inner), .. })) => text(&inner),
        (Some(ValueKind::String(_)), _) | (_, None) => text(raw),
        (_, Some(value)) => value,
    }
}
