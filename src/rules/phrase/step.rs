//! A step in the tree of phrases.

/// A step in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Word {
        id: u32,
        colon: bool,
    },
    Number,
    Date,
    /// A date that names its day, of these years, or how long ago it was.
    Day,
    Name,
    Text,
    Said(Said),
    /// One of a list of forms, which begin at this node.
    OneOf(u32),
    /// Nothing: the end of an alternative leads on to what all of them have in common.
    Joined(u32),
}

/// What a page says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Said {
    /// Its title.
    Title,
    /// The name of its site.
    Site,
}
