//! Findings of a verification: what was changed behind facturo's back (RD 1007/2023, art. 8).

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{
    event::{self, Change, EntityKind, Hash},
    ids::ClientId,
};

/// What is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// Registration records of the business.
    Records,
    /// What stood on an invoice at its issue.
    Documents,
    /// The history of each entity.
    Events,
}

impl Chain {
    pub fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Documents => "documents",
            Self::Events => "events",
        }
    }
}

/// The first broken link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub chain: Chain,
    /// Which link, such as `invoice 42`.
    pub subject: String,
    pub what: String,
}

/// An event as it stands in its entity's chain.
#[derive(Debug, Clone)]
pub struct EventLink {
    pub entity: (String, i64),
    pub client_id: Option<ClientId>,
    pub id: i64,
    pub at: time::OffsetDateTime,
    pub actor: String,
    pub action: String,
    pub changes_digest: Vec<u8>,
    pub hash: Vec<u8>,
    /// Absent once they were erased with their client, whose own rows are then gone.
    pub changes: Option<Vec<Change>>,
}

/// Walks along the events, entity by entity, and gathers what they make of each.
#[derive(Debug, Default)]
pub struct EventWalk {
    told: Option<Told>,
    last: Vec<u8>,
}

/// What the events of an entity make of it: each field as the last event that changed it left it.
#[derive(Debug, Default)]
pub struct Told {
    pub entity: (String, i64),
    fields: BTreeMap<String, Option<String>>,
    /// Its last event says so.
    pub deleted: bool,
}

impl Told {
    /// The first field that the entity's own row tells otherwise. What no event tells was never there; but the business
    /// was made without an event, so that nothing is known of what nobody ever changed.
    pub fn differs(&self, row: &[(&'static str, Option<String>)]) -> Option<&'static str> {
        let made_silently = self.entity.0 == EntityKind::Business.name();
        let differs = |(field, value): &&(&'static str, Option<String>)| match self.fields.get(*field) {
            Some(told) => told != value,
            None => value.is_some() && !made_silently,
        };
        row.iter().find(differs).map(|(field, _)| *field)
    }
}

impl EventWalk {
    /// Answers the entity before, where this event is of another.
    pub fn step(&mut self, link: &EventLink) -> Result<Option<Told>, Finding> {
        let mut done = None;
        if self.told.as_ref().map(|told| &told.entity) != Some(&link.entity) {
            let next = Told { entity: link.entity.clone(), ..Told::default() };
            done = self.told.replace(next);
            self.last.clear();
        }
        let (kind, id) = &link.entity;
        let digest: Hash = event::digest(
            (kind, *id, link.client_id),
            link.at,
            &link.actor,
            &link.action,
            &link.changes_digest,
        );
        let hash = Sha256::new().chain_update(&self.last).chain_update(digest).finalize();
        let told = |what: &str| Finding {
            chain: Chain::Events,
            subject: format!("{kind} {id}"),
            what: format!("Event {} ({}) {what}.", link.id, link.action),
        };
        if hash.as_slice() != link.hash {
            return Err(told("was changed, or an event before it was changed or taken away"));
        }
        let changed =
            |changes: &Vec<Change>| event::changes_digest(changes).as_slice() != link.changes_digest;
        if link.changes.as_ref().is_some_and(changed) {
            return Err(told("tells other changes than were written"));
        }
        self.last.clone_from(&link.hash);
        if let Some(told) = &mut self.told {
            told.deleted = link.action == "deleted";
            let changes = link.changes.iter().flatten();
            told.fields.extend(changes.map(|change| (change.field.clone(), change.after.clone())));
        }
        Ok(done)
    }

    /// The last entity.
    pub fn end(self) -> Option<Told> {
        self.told
    }
}

/// How much was looked at, and what was found.
#[derive(Debug)]
pub struct Verification {
    pub records: u64,
    pub documents: u64,
    pub events: u64,
    pub findings: Vec<Finding>,
    /// False where who verifies may only read.
    pub alarms_kept: bool,
}

impl Default for Verification {
    fn default() -> Self {
        Self { records: 0, documents: 0, events: 0, findings: Vec::new(), alarms_kept: true }
    }
}
