//! What goes out. Money is a string beside its currency, dates are `YYYY-MM-DD`, moments are of RFC 3339.

pub mod alert;
pub mod business;
pub mod client;
pub mod event;
pub mod invoice;
pub mod payment;
pub mod report;
pub mod series;
pub mod verification;

use schemars::JsonSchema;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::tool::View;
use crate::repository::page::Page;

/// A page of a list.
#[derive(Serialize, JsonSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Pass it as cursor to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Something that lists hold: how one and many of it are called.
pub trait Item: Serialize + JsonSchema + Send {
    const ONE: &'static str;
    const MANY: &'static str;
}

impl<T: Item> List<T> {
    pub fn of<D>(page: Page<D>, view: impl Fn(D) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next_cursor: page.next_cursor }
    }
}

impl<T: Item> View for List<T> {
    fn summary(&self) -> String {
        let more = if self.next_cursor.is_some() { ", and there are more" } else { "" };
        match self.items.len() {
            0 => format!("No {} found.", T::MANY),
            1 => format!("1 {}{more}.", T::ONE),
            count => format!("{count} {}{more}.", T::MANY),
        }
    }
}

/// A moment of RFC 3339.
pub fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
