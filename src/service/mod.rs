//! What people do: lock, decide by the rules of the domain, save, record the event; all in the caller's transaction.

pub mod business;
pub mod client;
pub mod correction;
pub mod invoice;
mod issuing;
pub mod payment;
pub mod series;
pub mod verification;

use deadpool_postgres::Transaction;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::{
    domain::{
        business::Business,
        codes::TimeZone,
        event::{self, Actor, Change, Entity, Fields, NewEvent},
        ids::BusinessId,
    },
    error::{Error, Result},
    repository,
};

/// One act: in which transaction, for which business, by whom, and when.
pub struct Act<'a> {
    pub tx: &'a Transaction<'a>,
    /// As it stood when the act began.
    pub business: &'a Business,
    pub actor: &'a Actor,
    /// The business's own day.
    pub today: Date,
    pub now: OffsetDateTime,
    /// Tells this very moment, with the offset of a time zone, for what must be timed under a lock.
    pub clock: fn(&TimeZone) -> OffsetDateTime,
}

impl Act<'_> {
    /// This moment. What is recorded under a lock takes it there, so that times run as the events do.
    fn moment(&self) -> OffsetDateTime {
        (self.clock)(&self.business.details.time_zone).to_offset(UtcOffset::UTC)
    }

    fn business_id(&self) -> BusinessId {
        self.business.id
    }

    /// Records an act: what it changed, and `details` of its own.
    async fn record(
        &self,
        entity: Entity,
        action: &'static str,
        before: &Fields,
        after: &Fields,
        details: Fields,
    ) -> Result<()> {
        let told = |(field, value): (&str, Option<String>)| {
            value.map(|value| Change { field: field.to_owned(), before: None, after: Some(value) })
        };
        let changes: Vec<Change> =
            event::diff(before, after).into_iter().chain(details.into_iter().filter_map(told)).collect();
        let event = NewEvent { entity, at: self.moment(), actor: self.actor.clone(), action, changes };
        repository::event::append(self.tx, self.business_id(), &event).await
    }
}

/// Refuses a change that was decided on an older version than the one that stands.
fn expect_version(what: &str, found: i64, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != found => Err(Error::conflict(
            format!("{what} was changed meanwhile: it is at version {found}, not {expected}."),
            "Read it again, then decide on what it says now.",
        )),
        _ => Ok(()),
    }
}
