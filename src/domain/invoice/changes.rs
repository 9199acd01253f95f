//! What may still change of an invoice: of a draft all, of an issued one next to nothing.

use rust_decimal::Decimal;
use time::Date;

use super::{Due, Invoice, State, Status, due_after_issue, not_negative, taxed_on};
use crate::{
    domain::{
        business::BusinessDetails,
        client::Client,
        codes::Currency,
        ids::ClientId,
        line::{self, ContentInput, Line},
        money,
        tax::category::Scheme,
    },
    error::{Error, Result},
};

/// What is to change; `None` keeps. An inner `None` clears.
#[derive(Debug, Default)]
pub struct InvoiceChanges {
    pub client_id: Option<ClientId>,
    /// Lines, discount and adjustments, replaced together.
    pub content: Option<ContentInput>,
    pub issue_date: Option<Date>,
    pub operation_date: Option<Option<Date>>,
    pub exchange_rate: Option<Option<Decimal>>,
    pub due_date: Option<Option<Date>>,
    pub currency: Option<Currency>,
    pub scheme: Option<Scheme>,
    pub notes: Option<Option<String>>,
    pub internal_notes: Option<Option<String>>,
}

impl Invoice {
    /// Changes a draft, and works its lines out anew. `client` is the one that it is for from now on.
    pub fn change_draft(
        &mut self,
        lines: &mut Vec<Line>,
        changes: InvoiceChanges,
        business: &BusinessDetails,
        client: Client,
    ) -> Result<()> {
        let issue_date = changes.issue_date.unwrap_or(self.issue_date());
        if client.id != self.client_id || changes.issue_date.is_some() || changes.due_date.is_some() {
            let agreed = (!self.due.from_terms).then_some(self.due.date);
            let terms = business.terms_days(&client.details);
            self.due = Due::agreed(changes.due_date.unwrap_or(agreed), terms, issue_date)?;
        }
        if let State::Draft { planned_issue_date, .. } = &mut self.state {
            *planned_issue_date = issue_date;
        }
        self.operation_date = changes.operation_date.unwrap_or(self.operation_date);
        self.exchange_rate = changes.exchange_rate.unwrap_or(self.exchange_rate);
        self.notes = changes.notes.unwrap_or(self.notes.take());
        self.internal_notes = changes.internal_notes.unwrap_or(self.internal_notes.take());
        let content = match (changes.content, changes.currency, changes.scheme) {
            (Some(content), ..) => content,
            (None, None, None) => ContentInput::of(lines),
            (None, currency, _) => {
                let field = if currency.is_some() { "currency" } else { "tax_scheme" };
                let problem = "cannot change alone, since amounts are not converted";
                return Err(Error::invalid(field, problem, "the lines anew with it"));
            }
        };
        self.currency = changes.currency.unwrap_or(self.currency);
        self.scheme = changes.scheme.unwrap_or(self.scheme);
        let usual = business.usual_tax(&client.details, self.scheme, self.taxed_on());
        self.client_id = client.id;
        self.client_name = client.details.name;
        (*lines, self.totals) = line::price(&content, usual, self.currency)?;
        not_negative(&self.totals, self.currency)
    }

    /// Refuses to issue a draft on a day if it would come out otherwise by what holds then of client and business: neither
    /// what a person saw in it is changed silently, nor is what no longer holds issued.
    pub fn still_follows(
        &self,
        lines: &[Line],
        business: &BusinessDetails,
        client: &Client,
        issue_date: Date,
    ) -> Result<()> {
        let on = taxed_on(self.operation_date, issue_date);
        let usual = business.usual_tax(&client.details, self.scheme, on);
        let (now, totals) = line::price(&ContentInput::of(lines), usual, self.currency)?;
        let changes = line::changes(lines, &now);
        if changes.is_empty() {
            return Ok(());
        }
        let [payable, payable_now] =
            [self.totals.payable, totals.payable].map(|amount| money::display(amount, self.currency));
        Err(Error::conflict(
            format!(
                "{} no longer follows from its client, the business and the day: {}; payable {payable} {}, now {payable_now}.",
                self.label(),
                changes.join("; "),
                self.currency
            ),
            format!(
                "update_invoice with issue_date: {issue_date} works it out anew; to keep it, say its lines anew with these rates. Then issue it."
            ),
        ))
    }

    /// An issued invoice stands. What may still be agreed anew is when it is due; the document keeps its own date.
    pub fn change_issued(&mut self, changes: InvoiceChanges) -> Result<()> {
        let InvoiceChanges {
            client_id,
            content,
            issue_date,
            operation_date,
            exchange_rate,
            due_date,
            currency,
            scheme,
            notes,
            internal_notes,
        } = changes;
        let fixed = [
            ("client_id", client_id.is_some()),
            ("lines", content.is_some()),
            ("issue_date", issue_date.is_some()),
            ("due_date", due_date.is_some() && self.status() != Status::Pending),
            ("currency", currency.is_some()),
            ("tax_scheme", scheme.is_some()),
            ("notes", notes.is_some()),
            ("operation_date", operation_date.is_some()),
            ("exchange_rate", exchange_rate.is_some()),
        ];
        if let Some((field, _)) = fixed.into_iter().find(|(_, asked)| *asked) {
            let (label, status) = (self.label(), self.status().name());
            return Err(Error::conflict(
                format!("{label} is {status}, so its {field} can no longer change."),
                "A pending invoice takes a new due_date and internal_notes; correct_invoice corrects what stands on it.",
            ));
        }
        match due_date {
            None => {}
            Some(None) => {
                return Err(Error::invalid("due_date", "is empty", "a date; an issued invoice has one"));
            }
            Some(Some(date)) => {
                due_after_issue(date, self.issue_date())?;
                self.due = Due { date, from_terms: false };
            }
        }
        self.internal_notes = internal_notes.unwrap_or(self.internal_notes.take());
        Ok(())
    }
}
