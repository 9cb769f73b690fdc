//! All regular expressions of a rule set. Most need some literal text; one search finds which of these a passage holds, and only the
//! expressions behind them run, on the lines that hold them.

use super::literals::{self, Literals};
use super::view::View;
use crate::limits::Deadline;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::ops::Range;

/// Bytes that one compiled expression may take.
pub(crate) const SIZE_LIMIT: usize = 2 << 20;
/// More alternatives than this are no prefilter.
const MOST_LITERALS: usize = 48;

/// The clock is looked at after this many matches.
const MATCHES_A_LOOK: usize = 16;

#[derive(Debug)]
struct Pattern {
    leaf: u32,
    regex: Regex,
    /// It is matched on the folded form.
    folded: bool,
}

/// A place where an expression matched: bytes of the plain form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternHit {
    pub(crate) leaf: u32,
    pub(crate) plain: Range<usize>,
}

/// Which expressions' literals stand on which lines of a view.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Expression, and where its line begins.
    lines: Vec<(u32, u32)>,
    /// The last line of each expression.
    last: Vec<u32>,
}

/// The expressions.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
    literals: Vec<String>,
    /// The expression behind each literal.
    owners: Vec<u32>,
    prefilter: Option<Literals>,
    /// Expressions without a literal, on each form.
    open: [Vec<u32>; 2],
    sources: [Vec<String>; 2],
    sets: [Option<RegexSet>; 2],
}

impl Patterns {
    /// Adds an expression. One that holds Arabic letters is matched on the folded form, its own letters folded too.
    pub(crate) fn add(&mut self, written: &str, leaf: u32) -> Result<(), String> {
        let folded = written.chars().any(|c| matches!(c, '\u{0621}'..='\u{064A}' | '\u{0671}'..='\u{06D3}'));
        let source: String = if folded {
            written.chars().filter(|c| !crate::fold::is_arabic_mark(*c)).map(|c| if c.is_ascii() { c } else { crate::fold::unify(c) }).collect()
        } else {
            written.to_owned()
        };
        let build = || RegexBuilder::new(&source).multi_line(true).case_insensitive(folded).size_limit(SIZE_LIMIT).build();
        let regex = build().map_err(|error| error.to_string())?;
        if regex.is_match("") {
            return Err("the expression matches the empty text".to_owned());
        }
        let at = self.patterns.len() as u32;
        self.patterns.push(Pattern { leaf, regex, folded });
        let hir = regex_syntax::ParserBuilder::new().multi_line(true).case_insensitive(folded).build().parse(&source).ok();
        match hir.and_then(|hir| required(&hir)) {
            Some(literals) => {
                self.owners.extend(std::iter::repeat_n(at, literals.len()));
                self.literals.extend(literals);
            }
            None => {
                let form = usize::from(folded);
                self.open[form].push(at);
                self.sources[form].push(source);
            }
        }
        Ok(())
    }

    /// Called once after the last expression.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        if !self.literals.is_empty() {
            self.prefilter = Some(Literals::new(&self.literals).map_err(|error| error.to_string())?);
        }
        for form in 0..2 {
            if self.open[form].len() > 1 {
                let sources = &self.sources[form];
                let set =
                    RegexSetBuilder::new(sources).multi_line(true).case_insensitive(form == 1).size_limit(SIZE_LIMIT * (sources.len() + 1)).build();
                // Too large together: each runs by itself then.
                self.sets[form] = set.ok();
            }
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Count of expressions.
    pub(crate) fn len(&self) -> usize {
        self.patterns.len()
    }

    /// All matches in a view; not all of them past the deadline. `seen` is a buffer.
    pub(crate) fn find(&self, view: &View, deadline: Deadline, seen: &mut Seen, hits: &mut Vec<PatternHit>) {
        if let Some(prefilter) = &self.prefilter {
            seen.lines.clear();
            seen.last.clear();
            seen.last.resize(self.patterns.len(), u32::MAX);
            let folded = view.folded.as_bytes();
            // No literal holds a line break: where one begins inside of the one before, the line is the same.
            let (mut line, mut read) = (0, 0);
            prefilter.each(folded, |at, literal| {
                if at > read {
                    line = memchr::memrchr(b'\n', &folded[read..at]).map_or(line, |at| read + at + 1);
                    read = at;
                }
                let owner = self.owners[literal];
                if seen.last[owner as usize] != line as u32 {
                    seen.last[owner as usize] = line as u32;
                    seen.lines.push((owner, line as u32));
                }
            });
            seen.lines.sort_unstable();
            for (pattern, line) in &seen.lines {
                let pattern = &self.patterns[*pattern as usize];
                let start = *line as usize;
                let end = memchr::memchr(b'\n', &folded[start..]).map_or(folded.len(), |at| start + at);
                let range = if pattern.folded { start..end } else { view.plain_range(start..end) };
                pattern.find(view, range, deadline, hits);
            }
        }
        for form in 0..2 {
            let text = if form == 1 { &view.folded } else { &view.plain };
            match &self.sets[form] {
                Some(set) => set.matches(text).iter().for_each(|at| self.everywhere(self.open[form][at], text, view, deadline, hits)),
                None => self.open[form].iter().for_each(|at| self.everywhere(*at, text, view, deadline, hits)),
            }
        }
    }

    fn everywhere(&self, pattern: u32, text: &str, view: &View, deadline: Deadline, hits: &mut Vec<PatternHit>) {
        let mut start = 0;
        for line in text.split('\n') {
            self.patterns[pattern as usize].find(view, start..start + line.len(), deadline, hits);
            start += line.len() + 1;
        }
    }
}

impl Pattern {
    fn find(&self, view: &View, line: Range<usize>, deadline: Deadline, hits: &mut Vec<PatternHit>) {
        let text = if self.folded { &view.folded } else { &view.plain };
        for (number, found) in self.regex.find_iter(&text[line.clone()]).enumerate().filter(|(_, found)| !found.is_empty()) {
            // Every single match may have looked to the end of the line.
            if number % MATCHES_A_LOOK == MATCHES_A_LOOK - 1 && deadline.is_over() {
                return;
            }
            let range = line.start + found.start()..line.start + found.end();
            let plain = if self.folded { view.plain_range(range) } else { range };
            hits.push(PatternHit { leaf: self.leaf, plain });
        }
    }
}

/// Texts of which every match holds at least one, as the folded form has them.
fn required(hir: &Hir) -> Option<Vec<String>> {
    let literals = search(hir)?;
    let mut folded: Vec<String> = literals.iter().map(|literal| View::of(literal).folded.trim().to_owned()).collect();
    folded.sort_unstable();
    folded.dedup();
    let is_useful = folded.len() <= MOST_LITERALS && folded.iter().all(|literal| literal.len() >= literals::SHORTEST);
    is_useful.then_some(folded)
}

fn worth(literals: &[String]) -> (usize, usize) {
    (literals.iter().map(String::len).min().unwrap_or(0), usize::MAX - literals.len())
}

fn search(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => search(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => search(&repetition.sub),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(search(part)?);
            }
            Some(all)
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut offer = |found: Vec<String>| {
                if best.as_ref().is_none_or(|best| worth(best) < worth(&found)) {
                    best = Some(found);
                }
            };
            let mut run = String::new();
            for part in parts {
                match exact(part) {
                    Some(text) => run.push_str(&text),
                    None => {
                        if !run.is_empty() {
                            offer(vec![std::mem::take(&mut run)]);
                        }
                        if let Some(found) = search(part) {
                            offer(found);
                        }
                    }
                }
            }
            if !run.is_empty() {
                offer(vec![run]);
            }
            best
        }
        _ => exact(hir).filter(|text| !text.is_empty()).map(|text| vec![text]),
    }
}

/// The one text that an expression matches, but for case.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(str::to_lowercase),
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Class(Class::Unicode(class)) => {
            let mut letters = class.iter().flat_map(|range| range.start()..=range.end()).take(5);
            let first = letters.next()?;
            let lower = first.to_lowercase().next()?;
            let is_case = class.iter().map(|range| range.len()).sum::<usize>() <= 4
                && lower.is_ascii()
                && class.iter().flat_map(|range| range.start()..=range.end()).all(|c| c.to_lowercase().next() == Some(lower) || c == 'ſ' || c == 'K');
            is_case.then(|| lower.to_string())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let text = class.iter().flat_map(|range| range.start()..=range.end()).take(3).map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
            (!text.is_empty() && text.len() < 3 && text.iter().all(|b| *b == text[0]) && text[0].is_ascii()).then(|| char::from(text[0]).to_string())
        }
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
        HirKind::Repetition(repetition) if repetition.min == repetition.max.unwrap_or(0) && repetition.min > 0 => {
            exact(&repetition.sub).map(|text| text.repeat(repetition.min.min(8) as usize)).filter(|_| repetition.min <= 8)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_that_every_match_holds() {
        for (pattern, literals) in [
            (r"bonus\s+\d+%", Some(vec!["bonus"])),
            (r"(?i)Casino\d+", Some(vec!["casino"])),
            (r"(?:foobar|bazqux)\d", Some(vec!["bazqux", "foobar"])),
            (r"\d{4}-\d{2}", None),
            (r"(?:abcd)?x\d", None),
            (r"t\.me/\w+", Some(vec!["t.me/"])),
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            assert_eq!(required(&hir), literals.map(|list| list.into_iter().map(str::to_owned).collect()), "{pattern}");
        }
    }

    #[test]
    fn expressions_run_on_lines() {
        let mut patterns = Patterns::default();
        for (leaf, pattern) in [r"\d{4}-\d{2}", "أرباح[^\\n]{0,9}مضمون", "(?i)free spins", "^x.z$"].iter().enumerate() {
            patterns.add(pattern, leaf as u32).unwrap();
        }
        patterns.finish().unwrap();
        let mut view = View::of("at ٢٠٢٤-٠٥ اربـاح مضمونة FREE Spins");
        view.begin_block(super::super::surface::Surface::Text, super::super::surface::Writing::Literal, 1);
        view.add("xyz", 200, super::super::reference::References::No, false);
        let mut hits = Vec::new();
        patterns.find(&view, Deadline::default(), &mut Seen::default(), &mut hits);
        hits.sort_by_key(|hit| hit.leaf);
        let found: Vec<_> = hits.iter().map(|hit| (hit.leaf, &view.plain[hit.plain.clone()])).collect();
        assert_eq!(found, [(0, "2024-05"), (1, "اربـاح مضمون"), (2, "FREE Spins"), (3, "xyz")]);
        assert!(Patterns::default().add("a*", 0).is_err());
    }
}
