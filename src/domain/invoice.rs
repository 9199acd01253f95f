//! Invoices and their life: draft → pending (issued) → paid, or cancelled. The states carry their data, so that a draft
//! cannot have a number and a pending invoice cannot lack one.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    codes::Currency,
    correction::Correction,
    date,
    event::Fields,
    ids::{ClientId, InvoiceId},
    line::Line,
    money,
    series::Kind,
    tax::{Totals, category::Scheme},
};
use crate::error::{Error, Result};

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
    /// When goods were delivered or services done, where that is not the issue date (RD 1619/2012, art. 6.1.i; BT-72).
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

impl Due {
    /// The day asked for; else so many days after the issue.
    pub fn agreed(asked: Option<Date>, terms_days: u16, issue_date: Date) -> Result<Self> {
        let date = asked.unwrap_or_else(|| date::plus_days(issue_date, terms_days.into()));
        due_after_issue(date, issue_date)?;
        Ok(Self { date, from_terms: asked.is_none() })
    }
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

    /// Refuses all but drafts. `act` is what was tried, such as `deleted`.
    pub fn require_draft(&self, act: &str) -> Result<Date> {
        match &self.state {
            State::Draft { planned_issue_date, .. } => Ok(*planned_issue_date),
            _ => Err(Error::conflict(
                format!("{} is {} and cannot be {act}.", self.label(), self.status().name()),
                "Only drafts can. An issued invoice keeps its number for ever; cancel_invoice voids it.",
            )),
        }
    }

    /// Draft → pending, or paid where there is nothing to pay. A due date that came from the terms moves along.
    ///
    /// # Errors
    /// When it is no draft, has a due date before `issue_date`, or would be issued in the future.
    pub fn issue(
        &mut self,
        number: String,
        series: Option<String>,
        issue_date: Date,
        today: Date,
    ) -> Result<()> {
        let planned = self.require_draft("issued again")?;
        if issue_date > today {
            return Err(Error::invalid(
                "issue_date",
                format!("{issue_date} is in the future"),
                format!("{today} or earlier; keep it as a draft until its day"),
            ));
        }
        if self.due.from_terms {
            self.due.date = date::plus_days(issue_date, (self.due.date - planned).whole_days());
        }
        due_after_issue(self.due.date, issue_date)?;
        let issued = Issued { number, issue_date, document_due_date: self.due.date, series };
        self.state = State::Pending(issued);
        self.settle();
        Ok(())
    }

    /// Pending → cancelled.
    pub fn cancel(&mut self, reason: String) -> Result<()> {
        let label = self.label();
        match &self.state {
            State::Pending(_) | State::Paid(_) if self.correction.is_some() => Err(Error::conflict(
                format!("{label} corrects another invoice, so it cannot be cancelled."),
                "correct_invoice corrects once more: what it replaced, or the original that it changed.",
            )),
            State::Pending(_) | State::Paid(_) if !self.netted.is_zero() || self.superseded => {
                Err(was_corrected(&label))
            }
            State::Pending(issued) | State::Paid(issued) if self.paid.is_zero() => {
                self.state = State::Cancelled { issued: issued.clone(), reason };
                Ok(())
            }
            State::Pending(_) | State::Paid(_) => Err(Error::conflict(
                format!(
                    "{} {} of {label} is paid, so it cannot be cancelled.",
                    self.paid_text(),
                    self.currency
                ),
                "Reverse its payments first (list_payments, reverse_payment).",
            )),
            State::Draft { .. } => Err(Error::conflict(
                format!("{label} was never issued, so there is nothing to cancel."),
                "delete_invoice removes a draft.",
            )),
            State::Cancelled { .. } => {
                Err(Error::conflict(format!("{label} is already cancelled."), "There is nothing left to do."))
            }
        }
    }

    /// Takes a payment in, or pays a credit back; all that is outstanding where no amount is given. Answers the amount of
    /// the entry: below zero where money goes out.
    pub fn pay(&mut self, amount: Option<Decimal>) -> Result<Decimal> {
        let label = self.label();
        let refuse =
            |problem: &str, next: &'static str| Err(Error::conflict(format!("{label} {problem}"), next));
        match self.state {
            State::Pending(_) => {}
            State::Draft { .. } => {
                return refuse("is not issued yet, so nothing is owed.", "issue_invoice first.");
            }
            State::Paid(_) => return refuse("is already paid in full.", "get_invoice shows its payments."),
            State::Cancelled { .. } => {
                return refuse("is cancelled, so nothing is owed.", "Look for the invoice that replaced it.");
            }
        }
        let outstanding = self.outstanding();
        let owed = outstanding.abs();
        if owed.is_zero() {
            return refuse("owes nothing, since it was corrected.", "get_invoice names its corrections.");
        }
        let amount = money::exact("amount", amount.unwrap_or(owed), self.currency)?;
        if amount <= Decimal::ZERO {
            return Err(Error::invalid(
                "amount",
                format!("{amount} is not above zero"),
                "an amount above zero",
            ));
        }
        if amount > owed {
            let [amount, owed] = [amount, owed].map(|money| money::display(money, self.currency));
            let is = if outstanding > Decimal::ZERO { "still owes" } else { "is to give back" };
            return Err(Error::invalid(
                "amount",
                format!("{amount} is more than the {owed} {} that {label} {is}", self.currency),
                format!("an amount up to {owed}"),
            ));
        }
        // a credit is paid back: money goes out
        let entry = if outstanding > Decimal::ZERO { amount } else { -amount };
        self.paid += entry;
        self.settle();
        Ok(entry)
    }

    /// Takes a payment of `amount` back: paid → pending.
    pub fn unpay(&mut self, amount: Decimal) {
        self.paid -= amount;
        self.unsettle();
    }

    /// Paid with something outstanding is pending.
    pub(super) fn unsettle(&mut self) {
        if let State::Paid(issued) = &self.state
            && !self.outstanding().is_zero()
        {
            self.state = State::Pending(issued.clone());
        }
    }

    /// Pending with nothing outstanding is paid.
    pub(super) fn settle(&mut self) {
        if let State::Pending(issued) = &self.state
            && self.outstanding().is_zero()
        {
            self.state = State::Paid(issued.clone());
        }
    }

    fn paid_text(&self) -> String {
        money::display(self.paid, self.currency)
    }

    /// All that the history compares, with the lines in words.
    pub fn fields(&self, lines: &[Line]) -> Fields {
        let money = |amount| Some(money::display(amount, self.currency));
        let reason = match (&self.state, &self.correction) {
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
            ("corrects", self.correction.as_ref().map(|correction| correction.original.to_string())),
            ("reason", reason),
        ]
    }
}

/// An invoice that was corrected is not cancelled as well.
pub fn was_corrected(label: &str) -> Error {
    Error::conflict(
        format!("{label} was corrected, so it cannot be cancelled."),
        "correct_invoice corrects it once more.",
    )
}

/// A due date is never before the issue date.
pub fn due_after_issue(due_date: Date, issue_date: Date) -> Result<()> {
    if due_date >= issue_date {
        return Ok(());
    }
    Err(Error::invalid(
        "due_date",
        format!("{due_date} is before the issue date {issue_date}"),
        format!("{issue_date} or later"),
    ))
}

/// An invoice asks for money or for nothing; what takes money back is a corrective invoice.
pub fn not_negative(totals: &Totals, currency: Currency) -> Result<()> {
    if totals.total >= Decimal::ZERO && totals.payable >= Decimal::ZERO {
        return Ok(());
    }
    let total = money::display(totals.total, currency);
    Err(Error::invalid(
        "lines",
        format!("they add up to {total} {currency}"),
        "lines that add up to zero or more",
    ))
}

#[cfg(test)]
#[path = "invoice_tests.rs"]
mod tests;
