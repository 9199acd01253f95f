use schemars::JsonSchema;
use serde::Serialize;
use time::Date;

use crate::{
    domain::{
        alert::{Alert, AlertKind, AlertTotal},
        money,
    },
    mcp::{tool::View, views::verification::AlarmView},
};

/// What wants attention, most pressing first.
#[derive(Serialize, JsonSchema)]
pub struct Alerts {
    /// Breaks that verify_records found. They stay.
    pub alarms: Vec<AlarmView>,
    pub overdue: Vec<AlertView>,
    pub due_soon: Vec<AlertView>,
    /// Drafts whose planned issue date has come.
    pub unissued_drafts: Vec<AlertView>,
    /// All of them, also those beyond the limit, by kind and currency.
    pub totals: Vec<AlertTotalView>,
}

#[derive(Serialize, JsonSchema)]
pub struct AlertView {
    invoice_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_number: Option<String>,
    client_id: i64,
    client_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_phone: Option<String>,
    /// Outstanding; of a draft its total.
    amount: String,
    currency: String,
    issue_date: String,
    due_date: String,
    /// Days overdue, days until due, or days since the planned issue date.
    days: i64,
}

#[derive(Serialize, JsonSchema)]
pub struct AlertTotalView {
    /// overdue, due_soon or unissued_draft.
    kind: String,
    currency: String,
    count: i64,
    amount: String,
}

impl AlertView {
    pub fn new(kind: AlertKind, alert: Alert, today: Date) -> Self {
        let Alert { invoice, client_email, client_phone } = alert;
        let (amount, days) = match kind {
            AlertKind::Overdue => (invoice.outstanding(), today - invoice.due.date),
            AlertKind::DueSoon => (invoice.outstanding(), invoice.due.date - today),
            AlertKind::UnissuedDraft => (invoice.totals.total, today - invoice.issue_date()),
        };
        Self {
            invoice_id: invoice.id.0,
            invoice_number: invoice.issued().map(|issued| issued.number.clone()),
            client_id: invoice.client_id.0,
            client_email,
            client_phone,
            amount: money::display(amount, invoice.currency),
            currency: invoice.currency.to_string(),
            issue_date: invoice.issue_date().to_string(),
            due_date: invoice.due.date.to_string(),
            days: days.whole_days(),
            client_name: invoice.client_name,
        }
    }
}

impl From<AlertTotal> for AlertTotalView {
    fn from(total: AlertTotal) -> Self {
        Self {
            kind: total.kind.name().to_owned(),
            currency: total.currency.to_string(),
            count: total.count,
            amount: money::display(total.amount, total.currency),
        }
    }
}

impl View for Alerts {
    fn summary(&self) -> String {
        let told = |total: &AlertTotalView| {
            let what = match (total.kind.as_str(), total.count) {
                ("overdue", _) => "overdue",
                ("due_soon", _) => "due soon",
                (_, 1) => "draft not issued",
                _ => "drafts not issued",
            };
            format!("{} {what} ({} {})", total.count, total.amount, total.currency)
        };
        let alarm = match self.alarms.len() {
            0 => "",
            _ => "Records were changed behind facturo's back: see alarms. ",
        };
        match self.totals.iter().map(told).collect::<Vec<_>>().join(", ") {
            none if none.is_empty() && alarm.is_empty() => "Nothing wants attention.".to_owned(),
            none if none.is_empty() => alarm.trim_end().to_owned(),
            told => format!("{alarm}{told}."),
        }
    }
}
