//! Why a block stays or goes: what `explain` says of it.

/// What decided about a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    /// The page has too few words to be judged: rules alone.
    #[default]
    Rules,
    /// A rule took it, and the model may not give it back.
    Rule,
    /// Its chance and the threshold.
    Line,
    /// The same, with the threshold of paragraphs.
    ParagraphLine,
    /// It belongs to what stays around it.
    Spared,
    /// A teaser between two paragraphs, a line above the headline, or what stands behind the text.
    OutOfText,
    Headline,
    /// The same, and no part of the text.
    Title,
    Repeat,
    Comment,
    /// A rule says that it is content, or it was declared as such.
    Pinned,
}

impl Why {
    pub(super) fn says(self) -> &'static str {
        match self {
            Why::Rules => "rules alone: the page has too few words to be judged",
            Why::Rule => "a rule took it",
            Why::Line => "its chance",
            Why::ParagraphLine => "its chance, as a paragraph",
            Why::Spared => "it belongs to what stays around it",
            Why::OutOfText => "its place: a teaser between two paragraphs, a line above the headline, behind the text or apart from it",
            Why::Headline => "it is the headline",
            Why::Title => "it is the headline, in text only with --with-title",
            Why::Repeat => "it says again what stands above",
            Why::Comment => "it is a reader's comment",
            Why::Pinned => "a rule keeps it, or it was declared as the page's text",
        }
    }
}
