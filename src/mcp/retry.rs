//! What another try may overcome is tried again, in one way for reads, writes and resources.

use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use crate::error::{Error, Result};

/// With the pauses between them, enough for a server to start anew or a standby to be promoted.
const TRIES: u32 = 6;
/// No try begins later.
const PATIENCE: Duration = Duration::from_secs(25);
/// When the last one is given up, wherever it is: hosts give a call up after a minute, and before that it may have waited for the
/// books to be opened.
const LIMIT: Duration = Duration::from_secs(40);
/// Each pause is four times the one before, up to the longest.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Runs `call` until it succeeds, or another try is of no use or too late. It is told when it has to be done.
pub async fn retry<T, F: Future<Output = Result<T>>>(
    what: &str,
    call: impl FnMut(Instant) -> F,
) -> Result<T> {
    within(PATIENCE, what, call).await
}

async fn within<T, F: Future<Output = Result<T>>>(
    patience: Duration,
    what: &str,
    mut call: impl FnMut(Instant) -> F,
) -> Result<T> {
    let (begun, mut pause) = (Instant::now(), PAUSE);
    let until = begun + LIMIT;
    for _ in 1..TRIES {
        match call(until).await {
            Err(error) if may_pass(&error) && begun.elapsed() + pause < patience => {
                tracing::warn!(what, %error, "trying again");
            }
            done => return done,
        }
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 4);
    }
    call(until).await
}

/// A statement or a lock that ran out of time had all the time there is already; a wrong password stays wrong, and a role may do
/// no more the next time.
fn may_pass(error: &Error) -> bool {
    let stays = |state: &SqlState| {
        [&SqlState::QUERY_CANCELED, &SqlState::LOCK_NOT_AVAILABLE, &SqlState::INSUFFICIENT_PRIVILEGE]
            .contains(&state)
            || ["28", "3D"].iter().any(|class| state.code().starts_with(class))
    };
    matches!(error, Error::Unavailable { .. }) && !error.sql_state().is_some_and(stays)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn tries(patience: Duration, fails: impl Fn(u32) -> Option<Error>) -> (u32, bool) {
        let mut tries = 0;
        let done = within(patience, "test", |_| {
            tries += 1;
            std::future::ready(fails(tries).map_or(Ok(()), Err))
        });
        let done = done.await.is_ok();
        (tries, done)
    }

    fn away() -> Error {
        Error::unavailable("It is away.", "Try again.")
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_nothing_else() {
        assert_eq!(tries(PATIENCE, |_| None).await, (1, true));
        assert_eq!(tries(PATIENCE, |tries| (tries < 3).then(away)).await, (3, true));
        assert_eq!(tries(PATIENCE, |_| Some(away())).await, (TRIES, false));
        assert_eq!(tries(PATIENCE, |_| Some(Error::conflict("It is paid.", "Leave it."))).await, (1, false));
    }

    #[tokio::test]
    async fn no_try_begins_too_late() {
        assert_eq!(tries(Duration::ZERO, |_| Some(away())).await, (1, false));
        assert_eq!(tries(PAUSE * 3, |_| Some(away())).await, (2, false));
    }
}
