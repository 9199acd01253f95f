use deadpool_postgres::Transaction;

use super::sql;
use crate::{
    domain::{ids::BusinessId, numbering::SERIES},
    error::Result,
};

/// Takes the next number of the year. The counter's row stays locked until the transaction ends, so that no number is
/// given twice and none is lost to a rollback.
pub async fn next(tx: &Transaction<'_>, business: BusinessId, year: i32) -> Result<i64> {
    let statement = include_str!("../../sql/queries/numbering/next.sql");
    sql::query_one(tx, statement, &[&business.0, &SERIES, &year], |row| row.take()).await
}

/// Lets our series go on after a number that was given elsewhere. Refused (false) once the series has given numbers
/// of its own and this one is not below them.
pub async fn claim_external(
    tx: &Transaction<'_>,
    business: BusinessId,
    year: i32,
    number: i64,
) -> Result<bool> {
    let statement = include_str!("../../sql/queries/numbering/claim_external.sql");
    Ok(sql::execute(tx, statement, &[&business.0, &SERIES, &year, &number]).await? == 1)
}
