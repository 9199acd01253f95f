use deadpool_postgres::Transaction;
use time::Date;

use super::sql::{self, Columns, Connection};
use crate::{
    domain::{
        ids::BusinessId,
        series::{Kind, Series},
    },
    error::{Error, Result},
};

/// A series and how far it has come in a year.
#[derive(Debug)]
pub struct Progress {
    pub series: Series,
    pub last_number: Option<i64>,
    /// Of the last invoice that it numbered itself.
    pub last_issue_date: Option<Date>,
}

pub async fn all(client: &impl Connection, business: BusinessId) -> Result<Vec<Series>> {
    let statement = include_str!("../../sql/queries/series/all.sql");
    sql::query(client, statement, &[&business.0], read).await
}

pub async fn list(client: &impl Connection, business: BusinessId, year: i32) -> Result<Vec<Progress>> {
    let statement = include_str!("../../sql/queries/series/list.sql");
    sql::query(client, statement, &[&business.0, &year], |row| {
        Ok(Progress {
            series: read(row)?,
            last_number: row.get("last_number")?,
            last_issue_date: row.get("last_issue_date")?,
        })
    })
    .await
}

/// Keeps others from making series, and from bringing numbers in, at the same time.
pub async fn lock(tx: &Transaction<'_>, business: BusinessId) -> Result<()> {
    sql::execute(tx, include_str!("../../sql/queries/series/lock.sql"), &[&business.0]).await.map(drop)
}

/// Answers whether it was made now; one of the same code stays as it is.
pub async fn insert(client: &impl Connection, business: BusinessId, series: &Series) -> Result<bool> {
    let statement = include_str!("../../sql/queries/series/insert.sql");
    let params: sql::Params<'_> = &[
        &business.0,
        &series.code,
        &series.kind.name(),
        &series.format.to_string(),
        &series.yearly,
        &series.is_default,
    ];
    Ok(sql::execute(client, statement, params).await? == 1)
}

/// No series of this kind is taken by itself any more.
pub async fn clear_default(tx: &Transaction<'_>, business: BusinessId, kind: Kind) -> Result<()> {
    let statement = include_str!("../../sql/queries/series/clear_default.sql");
    sql::execute(tx, statement, &[&business.0, &kind.name()]).await.map(drop)
}

/// Takes the next number for an invoice of that day. The counter's row stays locked until the transaction ends, so that
/// no number is given twice and none is lost to a rollback.
///
/// # Errors
/// When an invoice of the series carries a later date already.
pub async fn next(
    tx: &Transaction<'_>,
    business: BusinessId,
    series: &Series,
    issue_date: Date,
) -> Result<i64> {
    let statement = include_str!("../../sql/queries/series/next.sql");
    let period = series.period(issue_date.year());
    let params: sql::Params<'_> = &[&business.0, &series.code, &period, &issue_date];
    if let Some(number) = sql::query_opt(tx, statement, params, |row| row.get("last_number")).await? {
        return Ok(number);
    }
    let statement = include_str!("../../sql/queries/series/last_issue_date.sql");
    let of: sql::Params<'_> = &[&business.0, &series.code, &period];
    let last: Date = sql::query_one(tx, statement, of, |row| row.get("last_issue_date")).await?;
    Err(Error::invalid(
        "issue_date",
        format!("{issue_date} is before {last}, the date of the last invoice of series {}", series.code),
        format!("{last} or later; dates never run backwards within a series and a year"),
    ))
}

/// Lets a series go on after a number that was given elsewhere. Refused (false) once the series has given numbers of its
/// own and this one is not below them.
pub async fn claim_external(
    tx: &Transaction<'_>,
    business: BusinessId,
    series: &Series,
    (year, number): (i32, i64),
    issue_date: Date,
) -> Result<bool> {
    let statement = include_str!("../../sql/queries/series/claim_external.sql");
    let params: sql::Params<'_> = &[&business.0, &series.code, &series.period(year), &number, &issue_date];
    Ok(sql::execute(tx, statement, params).await? == 1)
}

fn read(row: &mut Columns<'_>) -> Result<Series> {
    let (code, kind) = (row.get("code")?, row.parse("kind", Kind::parse)?);
    let (format, yearly, is_default) = (row.get("format")?, row.get("yearly")?, row.get("is_default")?);
    Series::new(code, kind, format, yearly, is_default).map_err(sql::misfit)
}
