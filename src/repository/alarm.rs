//! Alarms: breaks that a verification found. They are only ever added to.

use deadpool_postgres::Transaction;
use time::OffsetDateTime;

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

/// A break that was found before raises no second alarm.
pub async fn raise(
    tx: &Transaction<'_>,
    business: BusinessId,
    finding: &Finding,
    now: OffsetDateTime,
) -> Result<()> {
    let statement = include_str!("../../sql/queries/alarm/raise.sql");
    let params: sql::Params<'_> =
        &[&business.0, &now, &finding.chain.name(), &finding.subject, &finding.what];
    sql::execute(tx, statement, params).await.map(drop)
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
