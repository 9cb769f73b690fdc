//! `except` and `context`: what protects a finding, raises it or vetoes it.

use super::Builder;
use super::field::{count, number};
use super::matcher::{Manner, WITHIN, leaves_of};
use crate::moderate::{Context, LeafKind};
use crate::rules::mistake::{Mistake, Severity};
use crate::rules::pack::{Reader, Value};
use std::sync::Arc;
use toml::de::DeValue;

const CONTEXT_KEYS: &[&str] = &["raise", "veto", "within", "by"];
/// What a context word adds to a score, unless the rule says otherwise.
const RAISE: f32 = 0.3;

impl Builder {
    pub(super) fn exceptions(&mut self, value: &Value<'_>, rule: u32, reader: &mut Reader<'_>) -> Vec<u32> {
        let items: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut leaves = Vec::new();
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                let mistake = Mistake {
                    severity: Severity::Warning,
                    file: reader.pack.file.clone(),
                    source: Arc::clone(&reader.pack.text),
                    span: item.span(),
                    message: "the exception can never apply: the rule finds nothing in it".into(),
                    hint: Some("an exception is a longer text that holds what the rule would find".into()),
                };
                self.exceptions.push((rule, text.clone().into_owned(), mistake));
            }
            let condition = self.condition(item, Manner::default(), rule, reader);
            leaves_of(&condition, &mut leaves);
        }
        leaves.sort_unstable();
        leaves
    }

    pub(super) fn contexts(&mut self, value: &Value<'_>, rule: u32, reader: &mut Reader<'_>) -> Vec<Context> {
        let tables: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut contexts = Vec::new();
        for value in tables {
            let DeValue::Table(table) = value.get_ref() else {
                reader.error(
                    value.span(),
                    "`context` must be a table",
                    Some("write `context = { raise = [\"…\"], veto = [\"…\"], within = 10 }`".into()),
                );
                continue;
            };
            reader.check_keys(table, CONTEXT_KEYS, "`context`");
            let within = table.get("within").and_then(|value| count(value, reader)).unwrap_or(WITHIN);
            let by = table.get("by").and_then(|value| number(value, reader)).unwrap_or(RAISE);
            for (key, raise) in [("raise", Some(by)), ("veto", None)] {
                if let Some(value) = table.get(key) {
                    let condition = match value.get_ref() {
                        DeValue::Table(_) => self.condition(value, Manner::default(), rule, reader),
                        DeValue::Array(items) if items.iter().any(|item| !matches!(item.get_ref(), DeValue::String(_))) => {
                            self.condition(value, Manner::default(), rule, reader)
                        }
                        _ => self.words(value, Manner::default(), LeafKind::Words, rule, reader),
                    };
                    let mut leaves = Vec::new();
                    leaves_of(&condition, &mut leaves);
                    leaves.sort_unstable();
                    contexts.push(Context { leaves, within, raise });
                }
            }
        }
        contexts
    }
}
