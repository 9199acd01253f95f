//! What tables a database has, and how many rows are in each.

use std::collections::BTreeMap;

use tokio_postgres::GenericClient;

use crate::error::Result;

/// Every table of the schema that facturo works in, whatever its version.
pub async fn tables(client: &impl GenericClient) -> Result<BTreeMap<String, i64>> {
    let mut counted = BTreeMap::new();
    for row in client.query_typed(include_str!("../../../sql/queries/backup/tables.sql"), &[]).await? {
        let (table, count): (String, &str) = (row.try_get(0)?, row.try_get(1)?);
        counted.insert(table, client.query_typed_one(count, &[]).await?.try_get(0)?);
    }
    Ok(counted)
}
