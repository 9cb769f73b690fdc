//! `action`: what is done with what a rule finds.

use super::field::count;
use crate::moderate::Action;
use crate::rules::pack::{Reader, Value, suggest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const ACTIONS: &[&str] = &["flag", "mask", "partial", "replace", "hash", "pseudonym", "unlink", "drop-block", "quarantine", "drop"];
/// The mask where a rule names none.
const MASK: &str = "█";

pub(super) fn action(value: &Value<'_>, reader: &mut Reader<'_>) -> (Action, bool) {
    let plain = |name: &str| {
        Some(match name {
            "flag" => Action::Flag,
            "mask" => Action::Mask(MASK.into()),
            "partial" => Action::Partial { first: 0, last: 4, mask: MASK.into() },
            "hash" => Action::Hash,
            "pseudonym" => Action::Pseudonym,
            "unlink" => Action::Unlink,
            "drop-block" | "drop_block" => Action::DropBlock,
            "quarantine" => Action::Quarantine,
            "drop" => Action::Drop,
            "replace" => Action::Replace("[…]".into()),
            _ => return None,
        })
    };
    let table = match value.get_ref() {
        DeValue::String(name) => {
            return (
                plain(name).unwrap_or_else(|| {
                    reader.error(value.span(), format!("there is no action `{name}`"), Some(suggest(name, ACTIONS)));
                    Action::Flag
                }),
                false,
            );
        }
        DeValue::Table(table) => table,
        _ => {
            reader.error(value.span(), "an action is a name or a table", Some("write `action = \"flag\"` or `action = { mask = \"█\" }`".into()));
            return (Action::Flag, false);
        }
    };
    let (mut found, mut dry_run) = (None, false);
    for (key, value) in table.iter() {
        let name: &str = key.get_ref();
        if matches!(name, "dry-run" | "dry_run") {
            match value.get_ref().as_bool() {
                Some(is_dry) => dry_run = is_dry,
                None => reader.error(value.span(), format!("`{name}` must be true or false"), None),
            }
            continue;
        }
        if found.is_some() {
            reader.error(key.span(), "a rule has one action", Some("write two rules".into()));
            continue;
        }
        found = match (name, value.get_ref()) {
            ("mask", DeValue::String(mask)) if !mask.is_empty() => Some(Action::Mask(mask.clone().into_owned())),
            ("replace", DeValue::String(text)) => Some(Action::Replace(text.clone().into_owned())),
            ("partial", DeValue::Table(partial)) => Some(self::partial(partial, reader)),
            (_, DeValue::Boolean(true) | DeValue::Table(_)) if plain(name).is_some() && name != "replace" => plain(name),
            _ => {
                match plain(name) {
                    Some(_) => reader.error(
                        value.span(),
                        format!("`{name}` does not take this"),
                        Some("write `{ mask = \"█\" }`, `{ replace = \"…\" }`, `{ partial = { keep_last = 4 } }`, or `true` for the others".into()),
                    ),
                    None => reader.error(key.span(), format!("there is no action `{name}`"), Some(suggest(name, ACTIONS))),
                }
                Some(Action::Flag)
            }
        };
    }
    if found.is_none() && !dry_run {
        reader.error(value.span(), "the action is empty", Some(format!("there are: {}", ACTIONS.join(", "))));
    }
    (found.unwrap_or(Action::Flag), dry_run)
}

fn partial(table: &DeTable<'_>, reader: &mut Reader<'_>) -> Action {
    reader.check_keys(table, &["keep_first", "keep_last", "mask"], "`partial`");
    let first = table.get("keep_first").and_then(|value| count(value, reader));
    let last = table.get("keep_last").and_then(|value| count(value, reader));
    let mask = table.get("mask").and_then(|value| reader.string(value)).map_or(MASK.to_owned(), Spanned::into_inner);
    let last = last.unwrap_or(if first.is_some() { 0 } else { 4 });
    Action::Partial { first: first.unwrap_or(0), last, mask }
}
