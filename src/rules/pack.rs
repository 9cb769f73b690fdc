//! A rule pack as written: TOML read key by key, so that all its mistakes are found at once and each knows its place.

use super::mistake::{Mistake, Severity};
use super::{TextScope, When};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A pack file: its name in rule ids, where it is, what it says.
#[derive(Clone, Debug)]
pub struct PackSource {
    /// Path below its rules folder, without `.toml`.
    pub name: String,
    /// Path or other name to show in messages.
    pub file: String,
    /// The TOML.
    pub text: Arc<str>,
}

impl PackSource {
    /// A pack that somebody sent: it may name the program's own word lists, but no file.
    pub fn inline(name: &str, text: &str) -> Self {
        PackSource { name: name.to_owned(), file: format!("{INLINE}{name}.toml"), text: text.into() }
    }

    pub(super) fn is_inline(&self) -> bool {
        self.file.starts_with(INLINE)
    }
}

/// How the file names of packs begin that are no files.
const INLINE: &str = "inline:";

/// A string of the file and where it stands.
pub(super) type Placed = Spanned<String>;

#[derive(Debug, Default)]
pub(super) struct PackRule {
    pub(super) id: Option<Placed>,
    pub(super) why: String,
    pub(super) select: Vec<Placed>,
    pub(super) text: Vec<Placed>,
    pub(super) scope: TextScope,
    pub(super) joins: bool,
    pub(super) alone: bool,
    pub(super) linked: bool,
    pub(super) below_title: bool,
    pub(super) careful: bool,
    pub(super) prose: bool,
    pub(super) heading: bool,
    pub(super) keep: bool,
    pub(super) when: When,
    pub(super) hit: Vec<Placed>,
    pub(super) miss: Vec<Placed>,
    pub(super) span: Range<usize>,
}

const PACK_KEYS: &[&str] = &["about", "when", "rule"];
const RULE_KEYS: &[&str] = &[
    "id",
    "why",
    "select",
    "text",
    "scope",
    "joins",
    "alone",
    "linked",
    "below_title",
    "careful",
    "prose",
    "heading",
    "keep",
    "when",
    "hit",
    "miss",
];
const SCOPES: &[(&str, TextScope)] =
    &[("block", TextScope::Block), ("container", TextScope::Container), ("following", TextScope::Following), ("rest", TextScope::Rest)];

/// Collects the mistakes of one file.
pub(super) struct Reader<'a> {
    pub(super) pack: &'a PackSource,
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    pub(super) fn error(&mut self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) {
        self.add(Severity::Error, span, message.into(), hint);
    }

    pub(super) fn warning(&mut self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) {
        self.add(Severity::Warning, span, message.into(), hint);
    }

    fn add(&mut self, severity: Severity, span: Range<usize>, message: String, hint: Option<String>) {
        self.mistakes.push(Mistake { severity, file: self.pack.file.clone(), source: Arc::clone(&self.pack.text), span, message, hint });
    }

    /// Reads the whole pack; a rule with mistakes comes out as far as it could be read.
    pub(super) fn read(&mut self) -> Vec<PackRule> {
        let text = Arc::clone(&self.pack.text);
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in &errors {
            self.error(error.span().unwrap_or(0..0), error.message(), None);
        }
        let (span, table) = (table.span(), table.into_inner());
        self.check_keys(&table, PACK_KEYS, "a pack");
        match table.get("about").map(|about| self.string(about)) {
            Some(_) => {}
            None => {
                self.error(span.start..span.start, "the pack does not say what it is about", Some("add `about = \"…\"` as its first line".into()))
            }
        }
        let when = table.get("when").map(|when| self.when(when)).unwrap_or_default();
        let Some(rules) = table.get("rule") else {
            self.warning(0..0, "the pack has no rule", Some("a rule begins with `[[rule]]`".into()));
            return Vec::new();
        };
        let DeValue::Array(list) = rules.get_ref() else {
            self.error(rules.span(), "`rule` must be a list of tables", Some("write `[[rule]]`, with two brackets".into()));
            return Vec::new();
        };
        list.iter().filter_map(|rule| self.rule(rule, &when)).collect()
    }

    fn rule(&mut self, value: &Value<'_>, pack_when: &When) -> Option<PackRule> {
        let DeValue::Table(table) = value.get_ref() else {
            self.error(value.span(), "a rule must be a table", Some("write `[[rule]]`, with two brackets".into()));
            return None;
        };
        self.check_keys(table, RULE_KEYS, "a rule");
        let mut rule = PackRule { alone: true, heading: true, span: value.span(), ..PackRule::default() };
        rule.id = table.get("id").and_then(|value| self.string(value));
        rule.why = table.get("why").and_then(|value| self.string(value)).map(Spanned::into_inner).unwrap_or_default();
        rule.select = table.get("select").map(|value| self.strings(value)).unwrap_or_default();
        rule.text = table.get("text").map(|value| self.strings(value)).unwrap_or_default();
        rule.hit = table.get("hit").map(|value| self.strings(value)).unwrap_or_default();
        rule.miss = table.get("miss").map(|value| self.strings(value)).unwrap_or_default();
        for (key, flag) in [
            ("joins", &mut rule.joins),
            ("alone", &mut rule.alone),
            ("linked", &mut rule.linked),
            ("below_title", &mut rule.below_title),
            ("careful", &mut rule.careful),
            ("prose", &mut rule.prose),
            ("heading", &mut rule.heading),
            ("keep", &mut rule.keep),
        ] {
            match table.get(key).map(|value| (value.get_ref().as_bool(), value.span())) {
                Some((Some(value), _)) => *flag = value,
                Some((None, span)) => self.error(span, format!("`{key}` must be true or false"), None),
                None => {}
            }
        }
        if let Some(scope) = table.get("scope").and_then(|value| self.string(value)) {
            match SCOPES.iter().find(|(name, _)| name == scope.get_ref()) {
                Some((_, found)) => rule.scope = *found,
                None => {
                    let names: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
                    self.error(scope.span(), format!("there is no scope `{}`", scope.get_ref()), Some(suggest(scope.get_ref(), &names)));
                }
            }
        }
        rule.when = self.when_within(table, pack_when);
        Some(rule)
    }

    pub(super) fn check_keys(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                self.error(key.span(), format!("{what} has no key `{name}`"), Some(suggest(name, known)));
            }
        }
    }

    pub(super) fn string(&mut self, value: &Value<'_>) -> Option<Placed> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(Spanned::new(value.span(), text.clone().into_owned())),
            DeValue::String(_) => {
                self.error(value.span(), "the text is empty", None);
                None
            }
            _ => {
                self.error(value.span(), "a text in quotes is needed here", None);
                None
            }
        }
    }

    pub(super) fn strings(&mut self, value: &Value<'_>) -> Vec<Placed> {
        match value.get_ref() {
            DeValue::Array(list) => list.iter().filter_map(|item| self.string(item)).collect(),
            _ => self.string(value).into_iter().collect(),
        }
    }
}

/// "did you mean", or the whole list where nothing is near.
pub(super) fn suggest(name: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match nearest {
        Some((distance, nearest)) if distance <= 2.max(name.len() / 3) => format!("did you mean `{nearest}`?"),
        _ => format!("there are: {}", known.join(", ")),
    }
}
