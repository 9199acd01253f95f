//! What a supervisor tells the host that started it: one message, over its standard output.

use std::io::Write;

use crate::error::Error;

#[derive(Debug)]
pub(super) enum Report {
    /// The server accepts connections.
    Ready,
    /// Another supervisor, or an old server, is still there.
    Busy,
    Failed(Error),
}

impl Report {
    pub(super) fn send(&self) {
        let text = match self {
            Self::Ready => "ready\n".to_owned(),
            Self::Busy => "busy\n".to_owned(),
            Self::Failed(Error::Unavailable { problem, next, .. }) => {
                format!("failed\n{}\n{}\n", one_line(problem), one_line(next))
            }
            Self::Failed(error) => format!("failed\n{}\n\n", one_line(&error.to_string())),
        };
        // The host may be gone; the server is then for the next one.
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        let _ = super::process::close_stdout();
    }

    /// None when the supervisor died before it had anything to say.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        Some(match lines.next()? {
            "ready" => Self::Ready,
            "busy" => Self::Busy,
            "failed" => {
                let (problem, next) = (lines.next()?.to_owned(), lines.next()?.to_owned());
                Self::Failed(Error::unavailable(problem, next))
            }
            _ => return None,
        })
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_sent_and_nothing_else() {
        assert!(matches!(Report::parse("ready\n"), Some(Report::Ready)));
        assert!(matches!(Report::parse("busy\n"), Some(Report::Busy)));
        assert!(matches!(
            Report::parse("failed\nNo disk.\nMake room.\n"),
            Some(Report::Failed(error)) if error.to_string() == "No disk. Make room."
        ));
        assert!(Report::parse("").is_none());
        assert!(Report::parse("failed\nNo di").is_none());
        assert!(Report::parse("Usage: facturo").is_none());
    }
}
