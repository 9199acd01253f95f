//! Registration records and the end of their chain. They are only ever added to.

use deadpool_postgres::Transaction;

use super::sql::{self, Columns, Connection};
use crate::{
    domain::{
        ids::{BusinessId, InvoiceId},
        record::{
            Record,
            chain::{End, Head, Link},
        },
    },
    error::{Error, Result},
};

/// The installation that the chain belongs to, and its last record; none before the first. It is locked: who adds another
/// waits until this transaction ends.
pub async fn lock_end(tx: &Transaction<'_>, business: BusinessId) -> Result<(String, Option<Head>)> {
    let statement = include_str!("../../sql/queries/record/lock_end.sql");
    let lock = async || {
        sql::query_opt(tx, statement, &[&business.0], |row| {
            Ok((row.get("installation")?, row.get("last_place")?))
        })
        .await
    };
    let (installation, place): (String, i64) = match lock().await? {
        Some(end) => end,
        None => {
            sql::execute(tx, include_str!("../../sql/queries/record/begin.sql"), &[&business.0]).await?;
            lock().await?.ok_or_else(|| Error::internal("database", "a chain of records did not begin"))?
        }
    };
    if place == 0 {
        return Ok((installation, None));
    }
    let last = list(tx, business, place, 1).await?.pop();
    let read = last.and_then(|link| {
        Record::from_form(place, link.form.as_ref()?).map(|record| Head::of(&record, &link))
    });
    read.map(|head| (installation, Some(head))).ok_or_else(|| {
        Error::conflict(
            format!("Record {place}, the last of the chain, is missing or cannot be read, so nothing can be added to it."),
            "verify_records says what is broken. Restore the database from a backup.",
        )
    })
}

/// Adds a record behind the end that is locked.
pub async fn append(tx: &Transaction<'_>, business: BusinessId, link: &Link) -> Result<()> {
    let statement = include_str!("../../sql/queries/record/append.sql");
    let params: sql::Params<'_> =
        &[&business.0, &link.place, &link.invoice_id.0, &link.kind, &link.text, &link.hash, &link.seal];
    sql::execute(tx, statement, params).await.map(drop)
}

/// Where the chain should end. None before the first record.
pub async fn end(client: &impl Connection, business: BusinessId) -> Result<Option<End>> {
    let statement = include_str!("../../sql/queries/record/end.sql");
    sql::query_opt(client, statement, &[&business.0], |row| {
        Ok(End { place: row.get("last_place")?, hash: row.get("last_hash")?, seal: row.get("last_seal")? })
    })
    .await
}

/// Records from a place on.
pub async fn list(
    client: &impl Connection,
    business: BusinessId,
    from: i64,
    limit: i64,
) -> Result<Vec<Link>> {
    let statement = include_str!("../../sql/queries/record/list.sql");
    sql::query(client, statement, &[&business.0, &from, &limit], read).await
}

/// The records of one invoice: its registration, and its cancellation where it has one.
pub async fn of_invoice(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Vec<Link>> {
    let statement = include_str!("../../sql/queries/record/of_invoice.sql");
    sql::query(client, statement, &[&business.0, &id.0], read).await
}

/// The hash of the invoice's last record.
pub async fn hash_of_invoice(
    client: &impl Connection,
    business: BusinessId,
    id: InvoiceId,
) -> Result<Option<String>> {
    let statement = include_str!("../../sql/queries/record/hash_of_invoice.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], |row| row.get("hash")).await
}

fn read(row: &mut Columns<'_>) -> Result<Link> {
    let text: String = row.get("record")?;
    Ok(Link {
        place: row.get("place")?,
        invoice_id: InvoiceId(row.get("invoice_id")?),
        kind: row.get("kind")?,
        form: sql::node(&text),
        text,
        hash: row.get("hash")?,
        seal: row.get("seal")?,
    })
}
