//! The guard: no rule takes the article.
//!
//! A removal is judged by what it would swallow. An extent that was not ended by its own or an implied end tag is suspected first:
//! unclosed furniture runs on into the text. An extent that was ended properly is refused only on strong evidence.

use super::line::Line;
use super::queue::EventIndex;
use super::removal::Cause;

/// What is known of an extent.
pub(super) struct Evidence<'a> {
    /// Its lines.
    pub(super) lines: Vec<&'a Line>,
    /// Its own or an implied end tag ended it.
    pub(super) properly_closed: bool,
    /// The bound of the hold was reached before its end.
    pub(super) hold_full: bool,
    /// Elements of furniture that the page leaves open are many: it closes none, and each ends where the text goes on.
    pub(super) page_closes_none: bool,
    /// The rule's element may hold sentences of its own.
    pub(super) rule_expects_prose: bool,
    /// A match of text, which chose its container by itself.
    pub(super) chosen_container: bool,
    /// An `article`, `main` or `itemprop=articleBody` opens in it.
    pub(super) article_opens_at: Option<EventIndex>,
    /// The page's headline is in it.
    pub(super) holds_headline: bool,
    /// The whole page is in view.
    pub(super) whole_page: bool,
    /// Words of prose known elsewhere: in the whole rest of the page when it is in view, otherwise before the extent.
    pub(super) prose_elsewhere: u64,
}

/// What is to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Remove,
    /// Remove only what comes before this event.
    RemoveBefore(EventIndex, Cause),
}

/// Prose lines that make an article of what is properly closed.
pub(super) const ARTICLE_LINES: usize = 3;
/// Lines of prose that no notice before an article has.
const NOTICE_LINES: usize = 6;
/// Words of prose elsewhere that show that the article is elsewhere.
pub(super) const ARTICLE_WORDS: u64 = 60;
/// So many elements of furniture left open show that the page closes none.
pub(super) const LEFT_OPEN: usize = 3;
/// Lines before the first prose that may belong to it: headline, byline, date.
const LEAD_LINES: usize = 3;

/// Judges one extent.
pub(super) fn judge(evidence: Evidence<'_>) -> Judgement {
    let lines = evidence.lines;
    if !evidence.properly_closed && !evidence.hold_full && evidence.page_closes_none {
        return judge_open(&lines);
    }
    let lines: Vec<&Line> = lines.into_iter().filter(|line| !line.dropped).collect();
    let prose: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].is_prose()).collect();
    let Some(first_prose) = prose.first().copied() else { return Judgement::Remove };
    let words: u64 = prose.iter().map(|at| u64::from(lines[*at].words)).sum();
    let elsewhere = evidence.prose_elsewhere;
    let mut first_prose = first_prose;
    let swallows = if !evidence.properly_closed {
        if evidence.rule_expects_prose && elsewhere >= ARTICLE_WORDS {
            // The article is known, and sentences are expected. Comments and teasers come with names, dates and links between
            // them; where paragraph follows on paragraph, the text goes on that something unclosed has run into.
            let runs = |at: &usize| *at + ARTICLE_LINES <= lines.len() && lines[*at..*at + ARTICLE_LINES].iter().all(|line| line.is_prose());
            match prose.iter().copied().find(runs) {
                Some(run) => first_prose = begin_of_text(&lines, run),
                None => return Judgement::Remove,
            }
        }
        true
    } else if evidence.rule_expects_prose {
        // Without the whole page in view a long notice may well come before the article.
        let marked = evidence.article_opens_at.is_some() || evidence.holds_headline || evidence.whole_page;
        elsewhere < ARTICLE_WORDS && prose.len() >= ARTICLE_LINES && (marked || prose.len() >= NOTICE_LINES)
    } else {
        let marked = evidence.article_opens_at.is_some() && prose.len() >= 2 && elsewhere < words;
        let headed = evidence.holds_headline && elsewhere < words;
        // What expects no sentences has none: paragraphs in it are the article's, whatever closed it.
        let most = prose.len() >= ARTICLE_LINES && !is_teasers(&lines[first_prose.saturating_sub(1)..], prose.len());
        let only = evidence.whole_page && elsewhere == 0;
        marked || headed || most || only || evidence.chosen_container
    };
    if !swallows {
        return Judgement::Remove;
    }
    let cause = match (evidence.properly_closed, evidence.hold_full) {
        (_, true) => Cause::HoldFull,
        (true, false) => Cause::HoldsArticle,
        (false, false) => Cause::Unclosed,
    };
    let mut release = lines[first_prose].first;
    for line in lines[..first_prose].iter().rev().take(LEAD_LINES) {
        if line.is_linked() || line.heading == 0 && line.words > 12 {
            break;
        }
        if line.heading > 0 {
            release = line.first;
        }
    }
    let release = evidence.article_opens_at.map_or(release, |article| release.min(article));
    Judgement::RemoveBefore(release, cause)
}

/// Where the text begins that a run of paragraphs goes on: one line at a time may stand between two of them, as a subheading does.
fn begin_of_text(lines: &[&Line], run: usize) -> usize {
    let mut begin = run;
    while let Some(before) =
        (begin.saturating_sub(2)..begin).find(|at| lines[*at].is_prose() && lines[at + 1..begin].iter().all(|line| !line.is_linked()))
    {
        begin = before;
    }
    begin
}

/// On a page that closes nothing an element of furniture is its first line and the links right after it.
fn judge_open(lines: &[&Line]) -> Judgement {
    let is_text = |line: &&&Line| !line.dropped && !line.is_linked();
    let first = lines.first().filter(|line| line.is_prose());
    let rest = lines.iter().skip(1).find(is_text);
    first.or(rest).map_or(Judgement::Remove, |line| Judgement::RemoveBefore(line.first, Cause::Unclosed))
}

/// Teasers with excerpts: at least one linked line to each line of prose, from the one before the first on; what buttons stand before
/// that are no titles of excerpts.
fn is_teasers(lines: &[&Line], prose: usize) -> bool {
    lines.iter().filter(|line| line.is_linked()).count() >= prose
}
