use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Item, moment};
use crate::domain::event::Event;

#[derive(Serialize, JsonSchema)]
pub struct EventView {
    at: String,
    actor: String,
    /// What was done, such as created, issued, payment_recorded.
    action: String,
    /// client, invoice or business, and its id.
    entity: String,
    entity_id: i64,
    /// By field; absent where a deleted client's data was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<BTreeMap<String, ChangeView>>,
}

#[derive(Serialize, JsonSchema)]
pub struct ChangeView {
    before: Option<String>,
    after: Option<String>,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let changes = event.changes.map(|changes| {
            let views = changes
                .into_iter()
                .map(|change| (change.field, ChangeView { before: change.before, after: change.after }));
            views.collect()
        });
        Self {
            at: moment(event.at),
            actor: event.actor,
            action: event.action,
            entity: event.entity_kind,
            entity_id: event.entity_id,
            changes,
        }
    }
}

impl Item for EventView {
    const ONE: &'static str = "event";
    const MANY: &'static str = "events";
}
