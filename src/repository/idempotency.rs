use deadpool_postgres::Transaction;
use time::{Duration, OffsetDateTime};

use super::sql::{self, Connection};
use crate::{
    domain::{
        event::Actor,
        ids::{BusinessId, ClientId},
    },
    error::Result,
};

/// Whose key it is: the same word means another key for another actor or tool.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub business: BusinessId,
    pub actor: &'a Actor,
    pub tool: &'a str,
    pub key: &'a str,
}

/// The first call that used a key.
pub struct First {
    pub arguments_hash: Vec<u8>,
    /// Absent where the server itself keeps the answer, or a deleted client's data was in it.
    pub answer: Option<String>,
}

/// Takes the key for this transaction: `None`. Where it was taken before, answers the call that took it; where another
/// transaction is just taking it, waits for that one's end.
pub async fn claim(
    tx: &Transaction<'_>,
    key: Key<'_>,
    arguments_hash: &[u8],
    keep: Duration,
    now: OffsetDateTime,
) -> Result<Option<First>> {
    let statement = include_str!("../../sql/queries/idempotency/claim.sql");
    let params: sql::Params<'_> =
        &[&key.business.0, &key.actor.0, &key.tool, &key.key, &arguments_hash, &(now + keep), &now];
    if sql::execute(tx, statement, params).await? == 1 {
        return Ok(None);
    }
    let statement = include_str!("../../sql/queries/idempotency/get.sql");
    let of: sql::Params<'_> = &[&key.business.0, &key.actor.0, &key.tool, &key.key];
    sql::query_opt(tx, statement, of, |row| {
        Ok(First { arguments_hash: row.get("arguments_hash")?, answer: row.get("answer")? })
    })
    .await
}

/// Keeps the answer for repeats; `client` is the one whose data it holds.
pub async fn store_answer(
    tx: &Transaction<'_>,
    key: Key<'_>,
    answer: &str,
    client: Option<i64>,
) -> Result<()> {
    let statement = include_str!("../../sql/queries/idempotency/answer.sql");
    let params: sql::Params<'_> = &[&key.business.0, &key.actor.0, &key.tool, &key.key, &answer, &client];
    sql::execute(tx, statement, params).await.map(drop)
}

/// Takes the answers away that hold a client's data; that the calls were made stays.
pub async fn erase_client(tx: &Transaction<'_>, business: BusinessId, of: ClientId) -> Result<()> {
    let statement = include_str!("../../sql/queries/idempotency/erase_client.sql");
    sql::execute(tx, statement, &[&business.0, &of.0]).await.map(drop)
}

/// Forgets what has expired.
pub async fn purge(client: &impl Connection, business: BusinessId, now: OffsetDateTime) -> Result<u64> {
    let statement = include_str!("../../sql/queries/idempotency/purge.sql");
    sql::execute(client, statement, &[&business.0, &now]).await
}
