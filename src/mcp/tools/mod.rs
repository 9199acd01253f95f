//! The tools, a file per noun.

mod business;
pub(super) mod client;
mod contact;
pub(super) mod invoice;
mod payment;
pub(super) mod report;

use super::tool::Entry;

/// Every tool, by name.
pub fn all() -> Vec<Entry> {
    let mut all: Vec<Entry> =
        [business::tools(), client::tools(), invoice::tools(), payment::tools(), report::tools()]
            .into_iter()
            .flatten()
            .collect();
    all.sort_by(|a, b| a.tool.name.cmp(&b.tool.name));
    all
}
