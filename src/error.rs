//! One error for the whole crate, grouped by what the caller can do about it.

use std::borrow::Cow;

use tokio_postgres::error::SqlState;

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
    /// The caller may not do this.
    #[error("{problem} {next}")]
    Forbidden { problem: Cow<'static, str>, next: Cow<'static, str> },
    /// The database cannot be had or broke off: the same call may succeed later. The cause, where there is one, is
    /// logged where it is handled, and kept from the caller.
    #[error("{problem} {next}")]
    Unavailable { problem: String, next: Cow<'static, str>, source: Option<Cause> },
    /// A fault of ours. The cause is logged where it is handled, and kept from the caller.
    #[error(
        "Something went wrong inside facturo ({context}). Nothing was written; the log on stderr has the cause."
    )]
    Internal { context: &'static str, source: Cause },
}

pub type Result<T> = std::result::Result<T, Error>;

pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        problem: impl Into<String>,
        accepted: impl Into<Cow<'static, str>>,
    ) -> Self {
        // both may quote what was sent
        Self::Invalid {
            field: short(field),
            problem: short(problem.into()).into_owned(),
            accepted: accepted.into(),
        }
    }

    pub fn conflict(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict { problem: problem.into(), next: next.into() }
    }

    pub fn forbidden(problem: impl Into<Cow<'static, str>>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Forbidden { problem: problem.into(), next: next.into() }
    }

    pub fn unavailable(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Unavailable { problem: problem.into(), next: next.into(), source: None }
    }

    pub fn internal(context: &'static str, source: impl Into<Cause>) -> Self {
        Self::Internal { context, source: source.into() }
    }

    /// The same, with the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        if let Self::Unavailable { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }

    /// What PostgreSQL calls it, where it was PostgreSQL that refused.
    pub fn sql_state(&self) -> Option<&SqlState> {
        match self {
            Self::Unavailable { source: Some(cause), .. } | Self::Internal { source: cause, .. } => {
                cause.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::code)
            }
            _ => None,
        }
    }

    /// The connection that it came over is of no more use: it broke off, hangs, or leads to a server that takes no writes.
    pub fn ends_connection(&self) -> bool {
        let ends = |state: &SqlState| {
            let state = state.code();
            state.starts_with("08") || state.starts_with("57P") || state == "25006"
        };
        matches!(self, Self::Unavailable { .. }) && self.sql_state().is_none_or(ends)
    }

    /// A failure inside is logged where it is handled, once, with its causes, and so is what the caller may not do; what the
    /// caller did wrong is not.
    pub fn log(&self, what: &str) {
        match self {
            Self::Internal { context, source } => {
                tracing::error!(what, context, cause = %causes(source.as_ref()));
            }
            Self::Unavailable { problem, source: Some(source), .. } => {
                tracing::warn!(what, problem, cause = %causes(source.as_ref()));
            }
            Self::Unavailable { problem, .. } => tracing::warn!(what, problem),
            Self::Forbidden { problem, .. } => tracing::info!(what, %problem, "not allowed"),
            Self::Invalid { .. } | Self::NotFound { .. } | Self::Conflict { .. } => {}
        }
    }
}

/// The error and what lies under it, for the log. Of what PostgreSQL says, its detail and its context are left out, since
/// they quote rows.
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(db) = error.downcast_ref::<tokio_postgres::Error>().and_then(|error| error.as_db_error()) {
        let constraint = db.constraint().map(|name| format!(" (constraint {name})")).unwrap_or_default();
        return format!("{} {}{constraint}", db.code().code(), db.message());
    }
    match error.source() {
        Some(source) => format!("{error}: {}", causes(source)),
        None => error.to_string(),
    }
}

/// Characters of a quoted text that are kept from its beginning and from its end.
const KEPT: (usize, usize) = (160, 40);

/// A text that may hold whatever was sent, short enough for an answer.
pub fn short(text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    let text = text.into();
    let starts = |from_end: bool, nth: usize| {
        let mut starts = text.char_indices().map(|(at, _)| at);
        if from_end { starts.nth_back(nth) } else { starts.nth(nth) }
    };
    match (starts(false, KEPT.0), starts(true, KEPT.1 - 1)) {
        (Some(head), Some(tail)) if head < tail => format!("{}…{}", &text[..head], &text[tail..]).into(),
        _ => text,
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let problem = match error.code() {
            None if error.is_closed() || is_io(&error) => "The connection to the database broke off.",
            Some(code) if *code == SqlState::QUERY_CANCELED => "The database took too long.",
            Some(code) if *code == SqlState::DISK_FULL => "The database's disk is full.",
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                return Self::unavailable(
                    "The role that facturo has in the database may not do this.",
                    "Nothing was written; `facturo check` says which role it is and what it may do.",
                )
                .because(error);
            }
            Some(code) if is_transient(code) => "The database could not take this now.",
            _ => return Self::internal("database", error),
        };
        Self::unavailable(problem, "Nothing is half written; the same call may be tried again.")
            .because(error)
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// SQLSTATE classes that another try may overcome: connection, operator intervention, transaction rollback, resources;
/// and a lock that was not available, or a standby that takes no writes.
fn is_transient(code: &SqlState) -> bool {
    let code = code.code();
    ["08", "57", "40", "53"].iter().any(|class| code.starts_with(class)) || matches!(code, "55P03" | "25006")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_down_to_the_last() {
        let inner = Error::invalid("name", "is empty", "a name");
        let outer = Error::internal("a stored value does not fit", inner);
        let told = causes(&outer);
        assert!(
            told.contains("a stored value does not fit")
                && told.ends_with("name: is empty. Accepted: a name."),
            "{told}"
        );
        let broken =
            Error::unavailable("It broke off.", "Try again.").because(std::io::Error::other("reset"));
        assert!(causes(&broken).ends_with("reset") && !broken.to_string().contains("reset"));
    }

    #[test]
    fn what_was_sent_is_quoted_in_short() {
        let sent = "ñ€".repeat(100_000);
        let told = Error::invalid(sent.clone(), format!("{sent:?} is no number"), "a number").to_string();
        assert!(told.chars().count() < 450 && told.contains("…") && told.contains("is no number"), "{told}");
        for (length, whole) in [(1, true), (199, true), (200, true), (201, false)] {
            assert_eq!(short("ñ".repeat(length)) == "ñ".repeat(length), whole, "{length}");
        }
        assert_eq!(short("ñ".repeat(999)).chars().count(), 201);
    }
}
