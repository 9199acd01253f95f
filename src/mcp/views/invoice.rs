use schemars::JsonSchema;
use serde::Serialize;
use time::Date;

use super::{Item, moment, payment::PaymentView};
use crate::{
    domain::{
        invoice::{Invoice, State},
        line::Line,
        money,
        payment::Payment,
        tax,
    },
    mcp::tool::View,
    service::invoice::Document,
};

/// An invoice without its lines.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceView {
    id: i64,
    version: i64,
    /// Absent on drafts.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// draft, pending, paid or cancelled.
    status: String,
    client_id: i64,
    client_name: String,
    /// Of a draft: the day that is planned.
    issue_date: String,
    due_date: String,
    currency: String,
    subtotal: String,
    tax: String,
    total: String,
    paid: String,
    outstanding: String,
    is_overdue: bool,
    days_overdue: i64,
    is_partially_paid: bool,
    /// Issued elsewhere, before facturo.
    external: bool,
    created_at: String,
    updated_at: String,
}

impl InvoiceView {
    pub fn new(invoice: &Invoice, today: Date) -> Self {
        let money = |amount| money::display(amount, invoice.currency);
        let days_overdue = invoice.days_overdue(today);
        Self {
            id: invoice.id.0,
            version: invoice.version,
            number: invoice.issued().map(|issued| issued.number.clone()),
            status: invoice.status().name().to_owned(),
            client_id: invoice.client_id.0,
            client_name: invoice.client_name.clone(),
            issue_date: invoice.issue_date().to_string(),
            due_date: invoice.due.date.to_string(),
            currency: invoice.currency.to_string(),
            subtotal: money(invoice.totals.subtotal),
            tax: money(invoice.totals.tax),
            total: money(invoice.totals.total),
            paid: money(invoice.paid),
            outstanding: money(invoice.outstanding()),
            is_overdue: days_overdue.is_some(),
            days_overdue: days_overdue.unwrap_or(0),
            is_partially_paid: invoice.is_partially_paid(),
            external: invoice.issued().is_some_and(|issued| issued.external),
            created_at: moment(invoice.created_at),
            updated_at: moment(invoice.updated_at),
        }
    }

    /// The whole in one sentence of ours.
    fn sentence(&self) -> String {
        let name = match &self.number {
            Some(number) if !self.external => number.clone(),
            _ => format!("invoice {}", self.id),
        };
        let Self { status, total, currency, outstanding, due_date, .. } = self;
        let owed = match status.as_str() {
            "pending" if self.is_overdue => {
                format!(", {outstanding} outstanding, {} days overdue", self.days_overdue)
            }
            "pending" => format!(", {outstanding} outstanding, due {due_date}"),
            _ => String::new(),
        };
        format!("{name}: {status}, {total} {currency}{owed}.")
    }
}

impl Item for InvoiceView {
    const ONE: &'static str = "invoice";
    const MANY: &'static str = "invoices";
}

/// All of an invoice.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceDetails {
    #[serde(flatten)]
    invoice: InvoiceView,
    lines: Vec<LineView>,
    tax_breakdown: Vec<TaxView>,
    /// Printed on the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_notes: Option<String>,
    /// The due date on the document, where another was agreed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_due_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<String>,
    /// Reversals too, oldest first.
    payments: Vec<PaymentView>,
}

#[derive(Serialize, JsonSchema)]
pub struct LineView {
    description: String,
    quantity: String,
    unit_price: String,
    /// Percent.
    discount_percent: String,
    /// Percent.
    tax_rate: String,
    net: String,
}

/// The lines of one rate.
#[derive(Serialize, JsonSchema)]
pub struct TaxView {
    /// Percent.
    rate: String,
    base: String,
    amount: String,
}

impl InvoiceDetails {
    pub fn new(document: &Document, payments: Vec<Payment>, today: Date) -> Self {
        let Document { invoice, lines } = document;
        let money = |amount| money::display(amount, invoice.currency);
        let line = |line: &Line| LineView {
            description: line.description.clone(),
            quantity: line.quantity.normalize().to_string(),
            unit_price: line.unit_price.normalize().to_string(),
            discount_percent: line.discount_percent.normalize().to_string(),
            tax_rate: line.tax_rate.normalize().to_string(),
            net: money(line.net),
        };
        let groups = tax::breakdown(lines.iter().map(|line| (line.tax_rate, line.net)), invoice.currency);
        let group = |group: tax::TaxGroup| TaxView {
            rate: group.rate.to_string(),
            base: money(group.base),
            amount: money(group.amount),
        };
        let document_due_date =
            invoice.issued().map(|issued| issued.document_due_date).filter(|date| *date != invoice.due.date);
        Self {
            lines: lines.iter().map(line).collect(),
            tax_breakdown: groups.into_iter().map(group).collect(),
            notes: invoice.notes.clone(),
            internal_notes: invoice.internal_notes.clone(),
            document_due_date: document_due_date.map(|date| date.to_string()),
            cancel_reason: match &invoice.state {
                State::Cancelled { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            payments: payments.into_iter().map(PaymentView::from).collect(),
            invoice: InvoiceView::new(invoice, today),
        }
    }
}

impl View for InvoiceDetails {
    fn summary(&self) -> String {
        self.invoice.sentence()
    }

    fn client_id(&self) -> Option<i64> {
        Some(self.invoice.client_id)
    }
}

/// A draft that was deleted, as it was.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceDeleted {
    pub deleted: InvoiceView,
}

impl View for InvoiceDeleted {
    fn summary(&self) -> String {
        format!("Draft {} is deleted.", self.deleted.id)
    }

    fn client_id(&self) -> Option<i64> {
        Some(self.deleted.client_id)
    }
}

/// A payment or its reversal, and the invoice as it stands after it.
#[derive(Serialize, JsonSchema)]
pub struct PaymentAndInvoice {
    pub payment: PaymentView,
    pub invoice: InvoiceDetails,
}

impl View for PaymentAndInvoice {
    fn summary(&self) -> String {
        format!("{} Now {}", self.payment.sentence(), self.invoice.summary())
    }

    fn client_id(&self) -> Option<i64> {
        self.invoice.client_id()
    }
}
