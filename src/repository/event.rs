use deadpool_postgres::Transaction;
use serde_json::{Value, json};

use super::{
    page::{self, Page, PageRequest},
    sql::{self, Columns, Connection},
};
use crate::{
    domain::{
        event::{Change, Entity, Event, NewEvent},
        ids::{BusinessId, ClientId, InvoiceId},
        verification::EventLink,
    },
    error::Result,
};

/// Appends to the entity's chain. The caller holds the lock on the entity's row, which keeps the chain in order.
pub async fn append(tx: &Transaction<'_>, business: BusinessId, event: &NewEvent) -> Result<()> {
    let statement = include_str!("../../sql/queries/event/append.sql");
    let (changes_digest, digest) = (event.changes_digest(), event.digest());
    let params: sql::Params<'_> = &[
        &business.0,
        &event.entity.kind.name(),
        &event.entity.id,
        &event.entity.client_id.map(|id| id.0),
        &event.at,
        &event.actor.0,
        &event.action,
        &changes_digest.as_slice(),
        &digest.as_slice(),
        &to_json(&event.changes),
    ];
    sql::execute(tx, statement, params).await.map(drop)
}

const LIST: &str = "events";

/// Newest first.
pub async fn of_entity(
    client: &impl Connection,
    business: BusinessId,
    entity: Entity,
    request: &PageRequest,
) -> Result<Page<Event>> {
    let statement = include_str!("../../sql/queries/event/of_entity.sql");
    list(client, statement, &[&business.0, &entity.kind.name(), &entity.id], request).await
}

/// Events of the client and of its invoices, newest first.
pub async fn of_client(
    client: &impl Connection,
    business: BusinessId,
    of: ClientId,
    request: &PageRequest,
) -> Result<Page<Event>> {
    let statement = include_str!("../../sql/queries/event/of_client.sql");
    list(client, statement, &[&business.0, &of.0], request).await
}

async fn list(
    client: &impl Connection,
    statement: &'static str,
    of: sql::Params<'_>,
    request: &PageRequest,
) -> Result<Page<Event>> {
    let limit = request.limit()?;
    let before = request.cursor::<1>(LIST)?.map(|cursor| cursor.id(0)).transpose()?.unwrap_or(i64::MAX);
    let window: sql::Params<'_> = &[&before, &(limit + 1)];
    let found = sql::query(client, statement, &[of, window].concat(), read).await?;
    Ok(page::page(found, limit, LIST, |event| vec![event.id.to_string()]))
}

/// Where in all chains to go on: behind this event of this entity.
pub type ChainPlace = (String, i64, i64);

/// Links of all chains, or of one invoice's, in the order of their entities.
pub async fn chain(
    client: &impl Connection,
    business: BusinessId,
    after: &ChainPlace,
    invoice: Option<InvoiceId>,
    limit: i64,
) -> Result<Vec<EventLink>> {
    let statement = include_str!("../../sql/queries/event/chain.sql");
    let (kind, entity, event) = after;
    let params: sql::Params<'_> = &[&business.0, kind, entity, event, &invoice.map(|id| id.0), &limit];
    sql::query(client, statement, params, |row| {
        Ok(EventLink {
            entity: (row.get("entity_kind")?, row.get("entity_id")?),
            client_id: row.get::<Option<i64>>("client_id")?.map(ClientId),
            id: row.get("id")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            action: row.get("action")?,
            changes_digest: row.get("changes_digest")?,
            hash: row.get("hash")?,
            // what cannot be read agrees with no digest, which is how it is found
            changes: row
                .get::<Option<Value>>("changes")?
                .map(|changes| from_json(changes).unwrap_or_default()),
        })
    })
    .await
}

/// The first client or invoice that has not as many events as it had changes: `(kind, id, changes, events)`.
pub async fn miscounted(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
) -> Result<Option<(String, i64, i64, i64)>> {
    let statement = include_str!("../../sql/queries/event/miscounted.sql");
    sql::query_opt(client, statement, &[&business.0, &invoice.map(|id| id.0)], |row| {
        Ok((row.get("kind")?, row.get("id")?, row.get("version")?, row.get("events")?))
    })
    .await
}

/// The first event whose changes were taken away without its client: `(kind, id, event, action)`.
pub async fn unexplained(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
) -> Result<Option<(String, i64, i64, String)>> {
    let statement = include_str!("../../sql/queries/event/unexplained.sql");
    sql::query_opt(client, statement, &[&business.0, &invoice.map(|id| id.0)], |row| {
        Ok((row.get("entity_kind")?, row.get("entity_id")?, row.get("id")?, row.get("action")?))
    })
    .await
}

/// Takes away what the events of a client say of it; that they happened stays.
pub async fn erase_client(tx: &Transaction<'_>, business: BusinessId, of: ClientId) -> Result<()> {
    let statement = include_str!("../../sql/queries/event/erase_client.sql");
    sql::execute(tx, statement, &[&business.0, &of.0]).await.map(drop)
}

fn read(row: &mut Columns<'_>) -> Result<Event> {
    Ok(Event {
        id: row.get("id")?,
        entity_kind: row.get("entity_kind")?,
        entity_id: row.get("entity_id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        changes: row.get::<Option<Value>>("changes")?.map(from_json).transpose()?,
    })
}

/// `[[field, before, after], …]`, so that the order stays.
fn to_json(changes: &[Change]) -> Value {
    changes.iter().map(|change| json!([change.field, change.before, change.after])).collect()
}

fn from_json(changes: Value) -> Result<Vec<Change>> {
    let changes: Vec<(String, Option<String>, Option<String>)> =
        serde_json::from_value(changes).map_err(sql::misfit)?;
    Ok(changes.into_iter().map(|(field, before, after)| Change { field, before, after }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn changes_that_make_no_sense_are_a_fault_of_ours() {
        let changes = [Change { field: "city".into(), before: None, after: Some("Jaén".into()) }];
        assert_eq!(from_json(to_json(&changes)).unwrap(), changes);
        for bad in [json!({}), json!([["city"]]), json!([["city", null, 7]]), json!(null)] {
            assert!(matches!(from_json(bad.clone()), Err(Error::Internal { .. })), "{bad}");
        }
    }
}
