//! Reports: invoices counted and added up by something they share. Always per currency.

use rust_decimal::Decimal;

use super::codes::Currency;
use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    Month,
    Client,
    City,
    Status,
    Currency,
}

impl GroupBy {
    pub const ALL: [Self; 5] = [Self::Month, Self::Client, Self::City, Self::Status, Self::Currency];

    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Client => "client",
            Self::City => "city",
            Self::Status => "status",
            Self::Currency => "currency",
        }
    }

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|group| group.name() == text.trim()).ok_or_else(|| {
            Error::invalid(field, format!("{text:?} is no grouping"), Self::ALL.map(Self::name).join(", "))
        })
    }
}

/// One group in one currency. Drafts and cancelled invoices appear only when grouped by status.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    /// `2026-03`, a client's id, a city, a status or a currency; empty where there is none, such as no city.
    pub key: String,
    /// What a person reads for the key.
    pub label: String,
    pub currency: Currency,
    pub count: i64,
    pub subtotal: Decimal,
    pub tax: Decimal,
    pub total: Decimal,
    /// What clients keep back. Of issued invoices, `total − withholding − netted − paid` is what is outstanding.
    pub withholding: Decimal,
    pub paid: Decimal,
    /// Settled by corrections, without money.
    pub netted: Decimal,
    pub outstanding: Decimal,
}
