//! Alarms: breaks that a verification found. They are only ever added to.

use time::OffsetDateTime;
use tokio_postgres::error::SqlState;

use super::sql::{self, Connection};
use crate::{
    domain::{ids::BusinessId, verification::Finding},
    error::Result,
};

/// An alarm as it was raised.
#[derive(Debug)]
pub struct Alarm {
    pub raised_at: OffsetDateTime,
    pub chain: String,
    pub subject: String,
    pub finding: String,
}

/// Whether the alarm is kept: a role that may only read raises none. A break that was found before raises no second one.
pub async fn raise(
    client: &impl Connection,
    business: BusinessId,
    finding: &Finding,
    now: OffsetDateTime,
) -> Result<bool> {
    let statement = include_str!("../../sql/queries/alarm/raise.sql");
    let params: sql::Params<'_> =
        &[&business.0, &now, &finding.chain.name(), &finding.subject, &finding.what];
    let only_reads = [&SqlState::INSUFFICIENT_PRIVILEGE, &SqlState::READ_ONLY_SQL_TRANSACTION];
    match sql::execute(client, statement, params).await {
        Err(error) if error.sql_state().is_some_and(|state| only_reads.contains(&state)) => Ok(false),
        done => done.map(|_| true),
    }
}

/// Newest first.
pub async fn list(client: &impl Connection, business: BusinessId, limit: i64) -> Result<Vec<Alarm>> {
    let statement = include_str!("../../sql/queries/alarm/list.sql");
    sql::query(client, statement, &[&business.0, &limit], |row| {
        Ok(Alarm {
            raised_at: row.get("raised_at")?,
            chain: row.get("chain")?,
            subject: row.get("subject")?,
            finding: row.get("finding")?,
        })
    })
    .await
}
