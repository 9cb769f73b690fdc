//! Mistakes in rule files, shown where they are.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;
use std::sync::Arc;

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The rule set cannot be used.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One mistake in one rule file.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// How bad it is.
    pub severity: Severity,
    /// The file.
    pub file: String,
    /// Its whole text.
    pub source: Arc<str>,
    /// Where in it, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl Mistake {
    /// Line and column of its start, both from 1; the column counts characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.source.get(..self.span.start).unwrap_or(&self.source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The mistake with its line, a caret and the hint.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // Characters are shown whole, whatever the place says.
        let start = self.source.floor_char_boundary(self.span.start);
        let end = self.source.ceil_char_boundary(self.span.end).max(start);
        let snippet = Snippet::source(&*self.source).path(&self.file).annotation(AnnotationKind::Primary.span(start..end));
        let mut group = level.primary_title(&self.message).element(snippet);
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}: {}", self.file, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_inside_a_character_or_past_the_end_is_shown() {
        let mistake =
            |span| Mistake { severity: Severity::Error, file: "a.toml".into(), source: "é = é".into(), span, message: "no".into(), hint: None };
        for span in [1..2, 0..1, 6..7, 5..6, 7..90, 90..91] {
            assert!(mistake(span.clone()).render(false).contains("é = é"), "{span:?}");
        }
    }
}
