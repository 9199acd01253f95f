//! Frozen documents. They are only ever added to.

use deadpool_postgres::{GenericClient, Transaction};

use super::sql;
use crate::{
    domain::{
        document::Frozen,
        ids::{BusinessId, InvoiceId},
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

/// None for drafts, and for invoices issued elsewhere.
pub async fn get(client: &impl GenericClient, business: BusinessId, id: InvoiceId) -> Result<Option<Frozen>> {
    let statement = include_str!("../../sql/queries/document/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], |row| {
        let (text, digest): (String, Vec<u8>) = (row.take()?, row.take()?);
        let digest =
            digest.try_into().map_err(|_| Error::internal("a stored digest", "it is of another length"))?;
        Ok(Frozen { text, digest })
    })
    .await
}
