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

/// Characters of one value that an answer shows: lines of hundreds would be more than a host takes.
const VALUE_MAX: usize = 2_000;

fn shortened(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((cut, _)) => format!("{}… ({} characters in all)", &text[..cut], text.chars().count()),
        None => text,
    }
}

#[derive(Serialize, JsonSchema)]
pub struct ChangeView {
    before: Option<String>,
    after: Option<String>,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let short = |text: Option<String>| text.map(|text| shortened(text, VALUE_MAX));
        let changes = event.changes.map(|changes| {
            let views = changes.into_iter().map(|change| {
                (change.field, ChangeView { before: short(change.before), after: short(change.after) })
            });
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
