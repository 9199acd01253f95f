//! Two statements that go to the database in one round trip.

use facturo::error::{Error, Result};
use facturo::repository::{self, sql};

use crate::support::transaction::with_transaction;

#[tokio::test]
async fn of_two_that_fail_the_one_is_told_that_failed_by_itself() {
    for first in [true, false] {
        with_transaction(async |act| {
            let fails = sql::execute(act.tx, "SELECT 1 / 0", &[]);
            let follows = async {
                sql::execute(act.tx, "SELECT 1", &[]).await?;
                sql::execute(act.tx, "SELECT 2", &[]).await
            };
            let told: Result<(u64, u64)> = if first {
                repository::together(fails, follows).await
            } else {
                repository::together(follows, fails).await
            };
            let state = told.as_ref().map_err(Error::sql_state).map(drop).unwrap_err().unwrap().code();
            assert_eq!(state, "22012", "{first}");
        })
        .await;
    }
}
