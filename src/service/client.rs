use super::{Act, expect_version, invoice};
use crate::{
    domain::{
        client::{Client, ClientDetails},
        event::{Entity, EntityKind},
        ids::ClientId,
        tax_id,
    },
    error::{Error, Result},
    repository::{self, invoice::Draft},
};

fn entity(id: ClientId) -> Entity {
    Entity { kind: EntityKind::Client, id: id.0, client_id: Some(id) }
}

pub async fn create(act: &Act<'_>, mut details: ClientDetails) -> Result<Client> {
    tax_id::settle(&mut details.tax_id, details.contact.country, (None, None))?;
    details.agree()?;
    let client = repository::client::insert(act.tx, act.business_id(), &details, act.now).await?;
    act.record(entity(client.id), "created", &vec![], &details.fields(), vec![]).await?;
    Ok(client)
}

pub async fn update(
    act: &Act<'_>,
    id: ClientId,
    expected_version: Option<i64>,
    change: impl FnOnce(&mut ClientDetails) -> Result<()>,
) -> Result<Client> {
    let before = lock(act, id, expected_version).await?;
    let mut details = before.details.clone();
    change(&mut details)?;
    let known = (before.details.tax_id.as_deref(), before.details.contact.country);
    tax_id::settle(&mut details.tax_id, details.contact.country, known)?;
    if details == before.details {
        return Ok(before);
    }
    details.agree()?;
    let after = repository::client::update(act.tx, act.business_id(), id, &details, act.now).await?;
    act.record(entity(id), "updated", &before.details.fields(), &details.fields(), vec![]).await?;
    Ok(after)
}

/// Takes a client out of the way, or back. Its invoices stay as they are.
pub async fn archive(
    act: &Act<'_>,
    id: ClientId,
    expected_version: Option<i64>,
    archived: bool,
) -> Result<Client> {
    let before = lock(act, id, expected_version).await?;
    if before.archived_at.is_some() == archived {
        return Ok(before);
    }
    let at = archived.then_some(act.now);
    let after = repository::client::set_archived(act.tx, act.business_id(), id, at, act.now).await?;
    let action = if archived { "archived" } else { "restored" };
    act.record(entity(id), action, &before.fields(), &after.fields(), vec![]).await?;
    Ok(after)
}

/// What is known of a client that was deleted.
pub struct Deleted {
    pub name: String,
    pub version: i64,
    /// The drafts that went along, oldest first.
    pub drafts: Vec<Draft>,
}

/// Deletes a client without issued invoices, and its drafts with it. That it was there stays in the history; what was
/// known of it does not, neither there nor in answers kept for repeats.
pub async fn delete(act: &Act<'_>, id: ClientId, expected_version: Option<i64>) -> Result<Deleted> {
    let business = act.business_id();
    let (version, name) = repository::client::lock_for_delete(act.tx, business, id).await?;
    expect_version(&label(id), version, expected_version)?;
    // drafts first: one that is being issued at this moment is counted below, once its transaction has ended
    let drafts = repository::invoice::lock_drafts_of_client(act.tx, business, id).await?;
    let issued = repository::client::count_issued(act.tx, business, id).await?;
    if issued > 0 {
        let invoices = if issued == 1 { "1 issued invoice" } else { &format!("{issued} issued invoices") };
        return Err(Error::conflict(
            format!("Client {id} has {invoices} and cannot be deleted, since issued invoices are kept."),
            "archive_client takes it out of the way instead.",
        ));
    }
    for draft in &drafts {
        invoice::remove_draft(act, draft.id, id).await?;
    }
    repository::client::delete(act.tx, business, id).await?;
    act.record(entity(id), "deleted", &vec![], &vec![], vec![]).await?;
    repository::event::erase_client(act.tx, business, id).await?;
    repository::idempotency::erase_client(act.tx, business, id).await?;
    Ok(Deleted { name, version, drafts })
}

async fn lock(act: &Act<'_>, id: ClientId, expected_version: Option<i64>) -> Result<Client> {
    let client = repository::client::lock(act.tx, act.business_id(), id).await?;
    expect_version(&label(id), client.version, expected_version)?;
    Ok(client)
}

fn label(id: ClientId) -> String {
    format!("Client {id}")
}
