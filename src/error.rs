//! What can go wrong on the road, one enum a stage.

use crate::limits::Limit;
use thiserror::Error;

/// A page could not be cleaned. Nothing of it may be published.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PageError {
    /// The tokens could not be read on.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// A limit was reached.
    #[error("the page is past limits.{limit}: {value} is more than {allowed}")]
    Limit {
        /// Which limit.
        limit: Limit,
        /// What the page has.
        value: u64,
        /// What is allowed.
        allowed: u64,
    },
    /// The output could not be written.
    #[error("writing the cleaned page failed")]
    Output(#[from] std::io::Error),
    /// `feed` was called after an error.
    #[error("the page has failed before; nothing more can be fed to it")]
    Poisoned,
    /// A model file that is none, or of another version.
    #[error("this is no block model of this version")]
    Model,
}

/// The tokenizer gave up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// One tag or comment, or the count of elements never closed, is larger than the tokenizer may hold.
    #[error("a tag, a comment or the elements never closed take more than limits.token_bytes")]
    TokenTooLarge,
    /// Anything else that lol_html reports.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
}

impl RewriteError {
    pub(crate) fn from_tokenizer(error: lol_html::errors::RewritingError) -> Self {
        match error {
            lol_html::errors::RewritingError::MemoryLimitExceeded(_) => RewriteError::TokenTooLarge,
            other => RewriteError::Tokenizer(other.to_string()),
        }
    }
}
