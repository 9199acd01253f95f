//! Alerts: what wants attention today.

use rust_decimal::Decimal;

use super::{codes::Currency, invoice::Invoice};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// Pending, and the due date has passed.
    Overdue,
    /// Pending, and due within the days asked for.
    DueSoon,
    /// A draft whose planned issue date has come or passed.
    UnissuedDraft,
}

impl AlertKind {
    pub const ALL: [Self; 3] = [Self::Overdue, Self::DueSoon, Self::UnissuedDraft];

    pub fn name(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::DueSoon => "due_soon",
            Self::UnissuedDraft => "unissued_draft",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Alert {
    pub invoice: Invoice,
    pub client_email: Option<String>,
    pub client_phone: Option<String>,
}

/// All alerts of one kind in one currency, counted and added up, however many are shown.
#[derive(Debug, Clone)]
pub struct AlertTotal {
    pub kind: AlertKind,
    pub currency: Currency,
    pub count: i64,
    /// Outstanding amounts; for drafts their totals.
    pub amount: Decimal,
}
