//! From one state to the next.

use rust_decimal::Decimal;
use time::Date;

use super::{Due, Invoice, Issued, State};
use crate::{
    domain::{codes::Currency, date, money, tax::Totals},
    error::{Error, Result},
};

impl Invoice {
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

    /// Pending → cancelled. `written_off` is the part of what was paid that was given up.
    pub fn cancel(&mut self, reason: String, written_off: Decimal) -> Result<()> {
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
                    "{} {} of {label} is {}, so it cannot be cancelled.",
                    money::display(self.paid, self.currency),
                    self.currency,
                    match written_off {
                        none if none.is_zero() => "paid",
                        all if all == self.paid => "written off",
                        _ => "paid or written off",
                    },
                ),
                "Reverse that first (list_payments, reverse_payment).",
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
        self.settle();
    }

    /// An issued invoice with nothing outstanding is paid, and with something pending.
    pub(in crate::domain) fn settle(&mut self) {
        self.state = match (&self.state, self.outstanding().is_zero()) {
            (State::Pending(issued), true) => State::Paid(issued.clone()),
            (State::Paid(issued), false) => State::Pending(issued.clone()),
            _ => return,
        };
    }
}

impl Due {
    /// The day asked for; else so many days after the issue.
    pub fn agreed(asked: Option<Date>, terms_days: u16, issue_date: Date) -> Result<Self> {
        let date = asked.unwrap_or_else(|| date::plus_days(issue_date, terms_days.into()));
        due_after_issue(date, issue_date)?;
        Ok(Self { date, from_terms: asked.is_none() })
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
