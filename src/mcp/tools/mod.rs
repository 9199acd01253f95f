//! The tools, a file per noun.

mod business;
pub(super) mod client;
mod contact;
mod content;
mod correction;
pub(super) mod invoice;
mod payment;
pub(super) mod report;
mod series;
mod verification;

use super::tool::Entry;

/// Every tool, by name.
pub fn all() -> Vec<Entry> {
    let rooms = [
        business::tools(),
        series::tools(),
        verification::tools(),
        client::tools(),
        invoice::tools(),
        correction::tools(),
        payment::tools(),
        report::tools(),
    ];
    let mut all: Vec<Entry> = rooms.into_iter().flatten().collect();
    all.sort_by(|a, b| a.name.cmp(b.name));
    all
}
