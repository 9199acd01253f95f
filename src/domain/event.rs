//! History: who changed what, when, from what to what. Events of one entity form a chain of hashes, so that an event
//! that is edited or taken away later is noticed.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::ids::ClientId;

/// Who acts: the subject of a token, or `local` for the owner of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(pub String);

impl Actor {
    pub fn local() -> Self {
        Self("local".into())
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    Business,
    Client,
    Invoice,
}

impl EntityKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Client => "client",
            Self::Invoice => "invoice",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity {
    pub kind: EntityKind,
    pub id: i64,
    /// The client that it belongs to, so that a client's history holds its invoices' too.
    pub client_id: Option<ClientId>,
}

/// One field's way from one value to another; absent means empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What an entity holds, field by field, as the history compares and tells it.
pub type Fields = Vec<(&'static str, Option<String>)>;

/// The fields that differ between two states, in the order of the second. Fields that only one of the two has count
/// as empty in the other.
pub fn diff(
    before: &[(&'static str, Option<String>)],
    after: &[(&'static str, Option<String>)],
) -> Vec<Change> {
    let in_after = |field: &str| after.iter().any(|(name, _)| *name == field);
    let gone =
        before.iter().filter(|(field, _)| !in_after(field)).map(|(field, value)| (*field, value, &None));
    let earlier =
        |field: &str| before.iter().find(|(name, _)| *name == field).map_or(&None, |(_, value)| value);
    let kept = after.iter().map(|(field, value)| (*field, earlier(field), value));
    kept.chain(gone)
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| Change {
            field: field.to_owned(),
            before: before.clone(),
            after: after.clone(),
        })
        .collect()
}

/// An event as it is about to be written.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub entity: Entity,
    pub at: OffsetDateTime,
    pub actor: Actor,
    pub action: &'static str,
    pub changes: Vec<Change>,
}

/// An event as it stands in the history.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: i64,
    pub entity_kind: String,
    pub entity_id: i64,
    pub at: OffsetDateTime,
    pub actor: String,
    pub action: String,
    /// Absent once personal data was erased; the chain still verifies, by the digest.
    pub changes: Option<Vec<Change>>,
}

pub type Hash = [u8; 32];

impl NewEvent {
    /// Digest of the changes alone. It stands in the chain in their place, so that they can be erased.
    pub fn changes_digest(&self) -> Hash {
        changes_digest(&self.changes)
    }

    /// Digest of the whole event. Its hash in the chain is the SHA-256 of the hash before it, followed by this.
    pub fn digest(&self) -> Hash {
        let Entity { kind, id, client_id } = self.entity;
        digest((kind.name(), id, client_id), self.at, &self.actor.0, self.action, &self.changes_digest())
    }
}

pub fn changes_digest(changes: &[Change]) -> Hash {
    let mut hasher = Sha256::new();
    for change in changes {
        part(&mut hasher, Some(change.field.as_bytes()));
        part(&mut hasher, change.before.as_deref().map(str::as_bytes));
        part(&mut hasher, change.after.as_deref().map(str::as_bytes));
    }
    hasher.finalize().into()
}

/// What stands in the chain for an event. The entity is its kind, its id, and the client that it belongs to.
pub fn digest(
    (kind, id, client): (&str, i64, Option<ClientId>),
    at: OffsetDateTime,
    actor: &str,
    action: &str,
    changes_digest: &[u8],
) -> Hash {
    let mut hasher = Sha256::new();
    part(&mut hasher, Some(kind.as_bytes()));
    part(&mut hasher, Some(&id.to_be_bytes()));
    part(&mut hasher, client.map(|client| client.0.to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
    // PostgreSQL keeps microseconds
    part(&mut hasher, Some(&(at.unix_timestamp_nanos() / 1_000).to_be_bytes()));
    part(&mut hasher, Some(actor.as_bytes()));
    part(&mut hasher, Some(action.as_bytes()));
    part(&mut hasher, Some(changes_digest));
    hasher.finalize().into()
}

/// Length before content, so that no two different events run together into the same bytes.
fn part(hasher: &mut Sha256, bytes: Option<&[u8]>) {
    match bytes {
        None => hasher.update([0]),
        Some(bytes) => {
            hasher.update([1]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = [("name", some("Ana")), ("city", None), ("phone", some("600"))];
        let after = [("name", some("Ana")), ("city", some("Jaén"))];
        let fields: Vec<_> =
            diff(&before, &after).into_iter().map(|c| (c.field, c.before, c.after)).collect();
        assert_eq!(fields, [("city".into(), None, some("Jaén")), ("phone".into(), some("600"), None)]);
    }

    #[test]
    fn neighbouring_texts_do_not_run_together() {
        let event = |before: Option<&str>, after: Option<&str>| NewEvent {
            entity: Entity { kind: EntityKind::Client, id: 1, client_id: None },
            at: OffsetDateTime::UNIX_EPOCH,
            actor: Actor::local(),
            action: "updated",
            changes: vec![Change {
                field: "name".into(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            }],
        };
        assert_ne!(event(Some("ab"), Some("c")).digest(), event(Some("a"), Some("bc")).digest());
        assert_ne!(event(None, Some("")).digest(), event(Some(""), None).digest());
    }
}
