//! Invoices and their life: draft → pending (issued) → paid, or cancelled. The states carry their data, so that a draft
//! cannot have a number and a pending invoice cannot lack one.

mod changes;
mod transitions;

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

pub use self::{
    changes::InvoiceChanges,
    transitions::{due_after_issue, not_negative, was_corrected},
};
use super::{
    codes::Currency,
    correction::{Code, Correction, Method},
    event::Fields,
    ids::{ClientId, InvoiceId},
    line::Line,
    money,
    series::Kind,
    tax::{Totals, category::Scheme},
};

/// An invoice without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub version: i64,
    pub client_id: ClientId,
    pub client_name: String,
    pub currency: Currency,
    pub scheme: Scheme,
    pub kind: Kind,
    /// What a corrective invoice corrects, and why.
    pub correction: Option<Correction>,
    pub state: State,
    pub due: Due,
    /// Printed on the document.
    pub notes: Option<String>,
    /// Never printed.
    pub internal_notes: Option<String>,
    pub totals: Totals,
    /// What payments less reversals and refunds come to.
    pub paid: Decimal,
    /// What corrections settle without money: on the original what it no longer owes, on the corrective what it has
    /// passed on or taken over.
    pub netted: Decimal,
    /// A corrective invoice by substitution stands in its place.
    pub superseded: bool,
    /// When goods were delivered or services done, where that is not the issue date (RD 1619/2012, art. 6.1.i; BT-72). Of a
    /// correction, the day of what it corrects.
    pub operation_date: Option<Date>,
    /// Euros for one unit of the invoice's currency (RD 1619/2012, art. 12).
    pub exchange_rate: Option<Decimal>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// May still change, and may be deleted. It is to take its number from `series`, or from its kind's default.
    Draft { planned_issue_date: Date, series: Option<String> },
    /// Issued, and something is still owed.
    Pending(Issued),
    /// Issued, and nothing is owed.
    Paid(Issued),
    /// Issued and then voided. It keeps its number for ever.
    Cancelled { issued: Issued, reason: String },
}

/// What an invoice gains when it is issued, and never loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub number: String,
    pub issue_date: Date,
    /// The due date that stands on the document, whatever was agreed later.
    pub document_due_date: Date,
    /// Which series gave the number; none where it was issued elsewhere, before facturo.
    pub series: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub date: Date,
    /// The date came from the payment terms, so it moves along with the issue date.
    pub from_terms: bool,
}

/// The stored states by name, for filters and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Draft,
    Pending,
    Paid,
    Cancelled,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The day whose rates of tax count: that of the operation (art. 90.Dos LIVA), which is the day of the issue where no other
/// is said.
pub fn taxed_on(operation_date: Option<Date>, issue_date: Date) -> Date {
    operation_date.unwrap_or(issue_date)
}

impl Invoice {
    pub fn status(&self) -> Status {
        match self.state {
            State::Draft { .. } => Status::Draft,
            State::Pending(_) => Status::Pending,
            State::Paid(_) => Status::Paid,
            State::Cancelled { .. } => Status::Cancelled,
        }
    }

    pub fn issued(&self) -> Option<&Issued> {
        match &self.state {
            State::Draft { .. } => None,
            State::Pending(issued) | State::Paid(issued) | State::Cancelled { issued, .. } => Some(issued),
        }
    }

    /// The day on the document, or the day that is planned for it.
    pub fn issue_date(&self) -> Date {
        match &self.state {
            State::Draft { planned_issue_date, .. } => *planned_issue_date,
            State::Pending(issued) | State::Paid(issued) | State::Cancelled { issued, .. } => {
                issued.issue_date
            }
        }
    }

    /// A simplified invoice, or one that corrects such.
    pub fn is_simplified(&self) -> bool {
        let code = self.correction.as_ref().map(|correction| correction.code);
        self.kind == Kind::Simplified || code == Some(Code::R5)
    }

    /// Stands in the place of the invoice that it corrects.
    pub fn is_substitution(&self) -> bool {
        self.correction.as_ref().is_some_and(|correction| correction.method == Method::Substitution)
    }

    /// Corrects the tax of what the client has not paid, and not the debt.
    pub fn is_for_unpaid(&self) -> bool {
        self.correction.as_ref().is_some_and(|correction| correction.code.is_unpaid())
    }

    /// The day whose rates of tax count.
    pub fn taxed_on(&self) -> Date {
        taxed_on(self.operation_date, self.issue_date())
    }

    /// What the client still owes; below zero what it is to get back. Drafts and cancelled invoices owe nothing.
    pub fn outstanding(&self) -> Decimal {
        match self.state {
            State::Pending(_) | State::Paid(_) => self.totals.payable - self.paid - self.netted,
            State::Draft { .. } | State::Cancelled { .. } => Decimal::ZERO,
        }
    }

    /// Days since the due date, for a pending invoice whose due date has passed.
    pub fn days_overdue(&self, today: Date) -> Option<i64> {
        let days = (today - self.due.date).whole_days();
        (self.is_owed() && days > 0).then_some(days)
    }

    pub fn is_partially_paid(&self) -> bool {
        self.is_owed() && self.paid > Decimal::ZERO
    }

    /// Pending, and the client still owes something.
    pub fn is_owed(&self) -> bool {
        self.status() == Status::Pending && self.outstanding() > Decimal::ZERO
    }

    /// Issued elsewhere, before facturo.
    pub fn is_external(&self) -> bool {
        self.issued().is_some_and(|issued| issued.series.is_none())
    }

    /// What our own sentences call it: a number that we gave, never a text that came from outside.
    pub fn label(&self) -> String {
        match self.issued() {
            Some(issued) if issued.series.is_some() => issued.number.clone(),
            Some(_) => format!("invoice {}", self.id),
            None => format!("draft {}", self.id),
        }
    }

    /// All that the history compares, with the lines in words.
    pub fn fields(&self, lines: &[Line]) -> Fields {
        let money = |amount| Some(money::display(amount, self.currency));
        let correction = self.correction.as_ref();
        let reason = match (&self.state, correction) {
            (State::Cancelled { reason, .. }, _) => Some(reason.clone()),
            (_, Some(correction)) => Some(correction.reason.clone()),
            _ => None,
        };
        vec![
            ("status", Some(self.status().name().into())),
            ("kind", Some(self.kind.name().into())),
            ("number", self.issued().map(|issued| issued.number.clone())),
            ("client_id", Some(self.client_id.to_string())),
            ("issue_date", Some(self.issue_date().to_string())),
            ("due_date", Some(self.due.date.to_string())),
            ("due_date_from", Some(if self.due.from_terms { "terms" } else { "agreement" }.to_owned())),
            ("currency", Some(self.currency.to_string())),
            ("lines", Some(lines.iter().map(Line::describe).collect::<Vec<_>>().join("; "))),
            ("notes", self.notes.clone()),
            ("internal_notes", self.internal_notes.clone()),
            ("subtotal", money(self.totals.subtotal)),
            ("tax_scheme", Some(self.scheme.name().to_owned())),
            ("tax", money(self.totals.tax)),
            ("surcharge", money(self.totals.surcharge)),
            ("total", money(self.totals.total)),
            ("withholding", money(self.totals.withholding)),
            ("payable", money(self.totals.payable)),
            ("paid", money(self.paid)),
            ("netted", money(self.netted)),
            ("operation_date", self.operation_date.map(|date| date.to_string())),
            ("exchange_rate", self.exchange_rate.map(|rate| rate.normalize().to_string())),
            ("corrects", correction.map(|it| it.original.to_string())),
            ("correction_method", correction.map(|it| it.method.name().to_owned())),
            ("correction_code", correction.map(|it| it.code.name().to_owned())),
            ("reason", reason),
            ("superseded", self.superseded.then(|| "yes".to_owned())),
        ]
    }
}

#[cfg(test)]
mod tests;
