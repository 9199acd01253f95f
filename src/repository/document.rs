//! Frozen documents. They are only ever added to.

use deadpool_postgres::Transaction;

use super::sql::{self, Columns, Connection};
use crate::{
    domain::{
        document::Frozen,
        ids::{BusinessId, InvoiceId},
        node::Node,
    },
    error::{Error, Result},
};

pub async fn freeze(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: InvoiceId,
    frozen: &Frozen,
) -> Result<()> {
    let statement = include_str!("../../sql/queries/document/freeze.sql");
    let params: sql::Params<'_> = &[&business.0, &id.0, &frozen.text, &frozen.digest.as_slice()];
    sql::execute(tx, statement, params).await.map(drop)
}

/// Documents behind an invoice, or of one, in the order of their invoices; each with its text read, where it can be.
pub async fn list(
    client: &impl Connection,
    business: BusinessId,
    after: InvoiceId,
    invoice: Option<InvoiceId>,
    limit: i64,
) -> Result<Vec<(InvoiceId, Frozen, Option<Node>)>> {
    let statement = include_str!("../../sql/queries/document/list.sql");
    let params: sql::Params<'_> = &[&business.0, &after.0, &invoice.map(|id| id.0), &limit];
    sql::query(client, statement, params, |row| {
        let id = InvoiceId(row.get("invoice_id")?);
        let frozen = read(row)?;
        let form = sql::node(&frozen.text);
        Ok((id, frozen, form))
    })
    .await
}

/// The first invoice of our series that has no document.
pub async fn missing(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
) -> Result<Option<InvoiceId>> {
    let statement = include_str!("../../sql/queries/document/missing.sql");
    let params: sql::Params<'_> = &[&business.0, &invoice.map(|id| id.0)];
    sql::query_opt(client, statement, params, |row| Ok(InvoiceId(row.get("id")?))).await
}

/// None for drafts, and for invoices issued elsewhere.
pub async fn get(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Option<Frozen>> {
    let statement = include_str!("../../sql/queries/document/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], read).await
}

/// What stands on the document of an invoice; none for drafts, and for invoices issued elsewhere.
///
/// # Errors
/// A text that cannot be read.
pub async fn form(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Option<Node>> {
    let Some(Frozen { text, .. }) = get(client, business, id).await? else { return Ok(None) };
    let unreadable = || Error::internal("reading a document", "its text is none that facturo wrote");
    sql::node(&text).map(Some).ok_or_else(unreadable)
}

/// A digest of another length is none, and agrees with nothing.
fn read(row: &mut Columns<'_>) -> Result<Frozen> {
    let digest: Vec<u8> = row.get("digest")?;
    Ok(Frozen { text: row.get("document")?, digest: digest.try_into().unwrap_or_default() })
}
