use time::Date;

use super::{
    invoice::{self, DAY_MIN},
    sql::{self, Columns, Connection},
};
use crate::{
    domain::{
        alert::{Alert, AlertKind, AlertTotal},
        codes::Currency,
        date,
        ids::BusinessId,
    },
    error::Result,
};

/// The first `limit` alerts of a kind, most pressing first.
pub async fn list(
    client: &impl Connection,
    business: BusinessId,
    kind: AlertKind,
    today: Date,
    days_ahead: u16,
    limit: i64,
) -> Result<Vec<Alert>> {
    let due = include_str!("../../sql/queries/alert/due.sql");
    let drafts = include_str!("../../sql/queries/alert/drafts.sql");
    let yesterday = date::plus_days(today, -1);
    let horizon = date::plus_days(today, days_ahead.into());
    match kind {
        AlertKind::Overdue => {
            sql::query(client, due, &[&business.0, &DAY_MIN, &yesterday, &limit], read).await
        }
        AlertKind::DueSoon => sql::query(client, due, &[&business.0, &today, &horizon, &limit], read).await,
        AlertKind::UnissuedDraft => sql::query(client, drafts, &[&business.0, &today, &limit], read).await,
    }
}

/// All alerts counted and added up, by kind and currency.
pub async fn totals(
    client: &impl Connection,
    business: BusinessId,
    today: Date,
    days_ahead: u16,
) -> Result<Vec<AlertTotal>> {
    let statement = include_str!("../../sql/queries/alert/totals.sql");
    let horizon = date::plus_days(today, days_ahead.into());
    sql::query(client, statement, &[&business.0, &today, &horizon], |row| {
        Ok(AlertTotal {
            kind: row.one_of("kind", AlertKind::ALL, AlertKind::name)?,
            currency: row.parse("currency", Currency::parse)?,
            count: row.get("count")?,
            amount: row.get("amount")?,
        })
    })
    .await
}

fn read(row: &mut Columns<'_>) -> Result<Alert> {
    Ok(Alert {
        invoice: invoice::read(row)?,
        client_email: row.get("email")?,
        client_phone: row.get("phone")?,
    })
}
