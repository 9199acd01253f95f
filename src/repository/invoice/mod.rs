mod lines;
mod list;
mod row;

use deadpool_postgres::Transaction;
use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

pub(super) use self::row::read;
pub use self::{
    lines::{insert as insert_lines, lines, replace_lines},
    list::{DAY_MAX, DAY_MIN, Filter, Sort, Standing, list},
};
use super::sql::{self, Connection};
use crate::{
    domain::{
        codes::Currency,
        correction::{Code, CorrectedBy, Method},
        ids::{BusinessId, ClientId, InvoiceId},
        invoice::{Invoice, State},
        line::Line,
    },
    error::{Error, Result},
};

pub async fn get(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Invoice> {
    let statement = include_str!("../../../sql/queries/invoice/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], read)
        .await?
        .ok_or_else(|| not_found(&id.to_string()))
}

/// Reads it for a change: others wait until this transaction ends.
pub async fn lock(tx: &Transaction<'_>, business: BusinessId, id: InvoiceId) -> Result<Invoice> {
    let statement = include_str!("../../../sql/queries/invoice/lock.sql");
    sql::query_opt(tx, statement, &[&business.0, &id.0], read)
        .await?
        .ok_or_else(|| not_found(&id.to_string()))
}

/// The id behind a legal number.
pub async fn id_by_number(
    client: &impl Connection,
    business: BusinessId,
    number: &str,
) -> Result<Option<InvoiceId>> {
    let statement = include_str!("../../../sql/queries/invoice/id_by_number.sql");
    sql::query_opt(client, statement, &[&business.0, &number], |row| Ok(InvoiceId(row.get("id")?))).await
}

/// The numbers of invoices issued elsewhere, with their days.
pub async fn external_numbers(client: &impl Connection, business: BusinessId) -> Result<Vec<(String, Date)>> {
    let statement = include_str!("../../../sql/queries/invoice/external_numbers.sql");
    sql::query(client, statement, &[&business.0], |row| Ok((row.get("number")?, row.get("issue_date")?)))
        .await
}

/// Writes a new invoice without its lines and answers its id.
pub async fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    invoice: &Invoice,
    lines: &[Line],
) -> Result<InvoiceId> {
    let statement = include_str!("../../../sql/queries/invoice/insert.sql");
    let correction = invoice.correction.as_ref();
    let rest: sql::Params<'_> = &[
        &correction.map(|correction| correction.original.0),
        &correction.map(|correction| correction.method.name()),
        &correction.map(|correction| correction.code.name()),
        &correction.map(|correction| &correction.reason),
        &row::search_text(invoice, lines),
        &invoice.created_at,
    ];
    row::write(tx, statement, &[&business.0], invoice, rest, |row| Ok(InvoiceId(row.get("id")?))).await
}

/// Writes everything of an invoice but its lines and what it corrects, and answers its new version.
pub async fn update(
    tx: &Transaction<'_>,
    business: BusinessId,
    invoice: &Invoice,
    lines: &[Line],
    now: OffsetDateTime,
) -> Result<i64> {
    let statement = include_str!("../../../sql/queries/invoice/update.sql");
    let cancel_reason = match &invoice.state {
        State::Cancelled { reason, .. } => Some(reason),
        _ => None,
    };
    let rest: sql::Params<'_> =
        &[&invoice.paid, &cancel_reason, &invoice.superseded, &row::search_text(invoice, lines), &now];
    let key: sql::Params<'_> = &[&business.0, &invoice.id.0];
    row::write(tx, statement, key, invoice, rest, |row| row.get("version")).await
}

/// The corrections of an invoice that stand, oldest first.
pub async fn corrections(
    client: &impl Connection,
    business: BusinessId,
    id: InvoiceId,
) -> Result<Vec<CorrectedBy>> {
    let statement = include_str!("../../../sql/queries/invoice/corrections.sql");
    sql::query(client, statement, &[&business.0, &id.0], |row| {
        Ok(CorrectedBy {
            id: InvoiceId(row.get("id")?),
            number: row.get("number")?,
            method: row.parse("correction_method", Method::parse)?,
            code: row.parse("correction_code", Code::parse)?,
            total: row.get("total")?,
            payable: row.get("payable")?,
        })
    })
    .await
}

/// Deletes an invoice with its lines.
pub async fn delete(tx: &Transaction<'_>, business: BusinessId, id: InvoiceId) -> Result<()> {
    let statement = include_str!("../../../sql/queries/invoice/delete.sql");
    sql::execute(tx, statement, &[&business.0, &id.0]).await.map(drop)
}

/// The client's drafts, locked.
pub async fn lock_drafts_of_client(
    tx: &Transaction<'_>,
    business: BusinessId,
    client: ClientId,
) -> Result<Vec<Draft>> {
    let statement = include_str!("../../../sql/queries/invoice/lock_drafts_of_client.sql");
    sql::query(tx, statement, &[&business.0, &client.0], |row| {
        Ok(Draft {
            id: InvoiceId(row.get("id")?),
            version: row.get("version")?,
            total: row.get("total")?,
            currency: row.parse("currency", Currency::parse)?,
        })
    })
    .await
}

/// What is told of a draft that goes with its client.
pub struct Draft {
    pub id: InvoiceId,
    pub version: i64,
    pub total: Decimal,
    pub currency: Currency,
}

pub fn not_found(id: &str) -> Error {
    Error::NotFound {
        what: "invoice",
        id: id.to_owned(),
        next: "list_invoices finds it by client, date or words.",
    }
}
