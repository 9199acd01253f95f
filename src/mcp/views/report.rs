use schemars::JsonSchema;
use serde::Serialize;

use super::Item;
use crate::domain::{money, report::SummaryRow};

/// One group in one currency.
#[derive(Serialize, JsonSchema)]
pub struct SummaryView {
    /// A month such as 2026-03, a client's id, a city, a status or a currency; empty where there is none.
    key: String,
    /// The client's name, or the city as it is written.
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
    currency: String,
    count: i64,
    subtotal: String,
    tax: String,
    total: String,
    withholding_total: String,
    paid: String,
    /// Settled by corrections, without money.
    netted: String,
    /// Of issued invoices: total less withholding, paid and netted.
    outstanding: String,
}

impl From<SummaryRow> for SummaryView {
    fn from(row: SummaryRow) -> Self {
        let money = |amount| money::display(amount, row.currency);
        Self {
            currency: row.currency.to_string(),
            count: row.count,
            subtotal: money(row.subtotal),
            tax: money(row.tax),
            total: money(row.total),
            withholding_total: money(row.withholding),
            paid: money(row.paid),
            netted: money(row.netted),
            outstanding: money(row.outstanding),
            key: row.key,
            label: row.label,
        }
    }
}

impl Item for SummaryView {
    const ONE: &'static str = "group";
    const MANY: &'static str = "groups";
}
