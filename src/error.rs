//! One error for the whole crate, grouped by what the caller can do about it.

use std::borrow::Cow;

/// What went wrong, said so that the one who called can act on it. `Display` is what a person or a model reads;
/// nothing internal leaks through it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument is wrong: correct it and call again.
    #[error("{field}: {problem}. Accepted: {accepted}.")]
    Invalid { field: Cow<'static, str>, problem: String, accepted: Cow<'static, str> },
    /// Nothing of this kind has this id: look it up and call again.
    #[error("There is no {what} {id}. {next}")]
    NotFound { what: &'static str, id: String, next: &'static str },
    /// The state of things forbids it. `next` says what can be done instead.
    #[error("{problem} {next}")]
    Conflict { problem: String, next: Cow<'static, str> },
    /// The database cannot be had or broke off: the same call may succeed later.
    #[error("{problem} {next}")]
    Unavailable { problem: String, next: Cow<'static, str> },
    /// A fault of ours. The cause is logged where it is handled, and kept from the caller.
    #[error(
        "Something went wrong inside facturo ({context}). Nothing was written; the log on stderr has the cause."
    )]
    Internal { context: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        problem: impl Into<String>,
        accepted: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid { field: field.into(), problem: problem.into(), accepted: accepted.into() }
    }

    pub fn conflict(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict { problem: problem.into(), next: next.into() }
    }

    pub fn unavailable(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Unavailable { problem: problem.into(), next: next.into() }
    }

    pub fn internal(
        context: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal { context, source: source.into() }
    }
}
