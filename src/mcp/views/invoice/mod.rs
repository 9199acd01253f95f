//! An invoice as answers show it: in a list by its head, alone with all that belongs to it.

mod details;

use schemars::JsonSchema;
use serde::Serialize;
use time::Date;

pub use self::details::{Beside, InvoiceDetails};
use super::{Item, moment, payment::PaymentView};
use crate::{
    domain::{correction::Correction, invoice::Invoice, money},
    mcp::{
        confirmation::{self, Act, Question},
        tool::View,
    },
};

/// An invoice without its lines.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceView {
    /// What our own sentences call it.
    #[serde(skip)]
    label: String,
    id: i64,
    version: i64,
    /// Absent on drafts.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// standard, simplified or corrective.
    kind: String,
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
    surcharge_total: String,
    /// With tax and surcharge.
    total: String,
    withholding_total: String,
    /// What the client pays: total less withholding.
    payable: String,
    paid: String,
    /// Settled by corrections, without money.
    netted: String,
    /// Below zero: the client is to get it back.
    outstanding: String,
    is_overdue: bool,
    days_overdue: i64,
    is_partially_paid: bool,
    /// Issued elsewhere, before facturo.
    external: bool,
    /// The invoice that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<CorrectsView>,
    /// A corrective invoice stands in its place.
    superseded: bool,
    created_at: String,
    updated_at: String,
}

impl InvoiceView {
    pub fn new(invoice: &Invoice, today: Date) -> Self {
        let money = |amount| money::display(amount, invoice.currency);
        let days_overdue = invoice.days_overdue(today);
        Self {
            label: invoice.label(),
            id: invoice.id.0,
            version: invoice.version,
            number: invoice.issued().map(|issued| issued.number.clone()),
            kind: invoice.kind.name().to_owned(),
            status: invoice.status().name().to_owned(),
            client_id: invoice.client_id.0,
            client_name: invoice.client_name.clone(),
            issue_date: invoice.issue_date().to_string(),
            due_date: invoice.due.date.to_string(),
            currency: invoice.currency.to_string(),
            subtotal: money(invoice.totals.subtotal),
            tax: money(invoice.totals.tax),
            surcharge_total: money(invoice.totals.surcharge),
            total: money(invoice.totals.total),
            withholding_total: money(invoice.totals.withholding),
            payable: money(invoice.totals.payable),
            paid: money(invoice.paid),
            netted: money(invoice.netted),
            outstanding: money(invoice.outstanding()),
            is_overdue: days_overdue.is_some(),
            days_overdue: days_overdue.unwrap_or(0),
            is_partially_paid: invoice.is_partially_paid(),
            external: invoice.is_external(),
            corrects: invoice.correction.as_ref().map(CorrectsView::from),
            superseded: invoice.superseded,
            created_at: moment(invoice.created_at),
            updated_at: moment(invoice.updated_at),
        }
    }

    /// What a person is told of it who is asked about it.
    fn told(&self) -> confirmation::Invoice {
        confirmation::Invoice {
            id: self.id,
            number: self.number.clone().filter(|_| !self.external),
            issue_date: self.issue_date.clone(),
            due_date: self.due_date.clone(),
            total: self.total.clone(),
            payable: self.payable.clone(),
            outstanding: self.outstanding.clone(),
            currency: self.currency.clone(),
        }
    }

    fn question(&self, act: Act) -> Question {
        Question { act, client: self.client_name.clone() }
    }

    /// The whole in one sentence of ours.
    fn sentence(&self) -> String {
        let Self { label, status, total, currency, outstanding, due_date, .. } = self;
        let owed = match status.as_str() {
            "pending" if outstanding.starts_with('-') => {
                format!(", {outstanding} outstanding, to be paid back")
            }
            "pending" if self.is_overdue => {
                format!(", {outstanding} outstanding, {} days overdue", self.days_overdue)
            }
            "pending" => format!(", {outstanding} outstanding, due {due_date}"),
            _ => String::new(),
        };
        format!("{label}: {status}, {total} {currency}{owed}.")
    }
}

/// What a corrective invoice says of the original.
#[derive(Serialize, JsonSchema)]
struct CorrectsView {
    invoice_id: i64,
    number: String,
    /// difference or substitution.
    method: String,
    /// Cause by the tax agency's list, R1 to R5.
    code: String,
    reason: String,
}

impl From<&Correction> for CorrectsView {
    fn from(correction: &Correction) -> Self {
        Self {
            invoice_id: correction.original.0,
            number: correction.original_number.clone(),
            method: correction.method.name().to_owned(),
            code: correction.code.name().to_owned(),
            reason: correction.reason.clone(),
        }
    }
}

impl Item for InvoiceView {
    const ONE: &'static str = "invoice";
    const MANY: &'static str = "invoices";
}

/// A corrective invoice, and the original as it stands after it.
#[derive(Serialize, JsonSchema)]
pub struct CorrectionAndOriginal {
    pub invoice: InvoiceDetails,
    pub original: InvoiceDetails,
}

impl CorrectionAndOriginal {
    pub fn ask(&self) -> Question {
        let (corrective, original) = (&self.invoice.invoice, &self.original.invoice);
        corrective.question(Act::Correct { corrective: corrective.told(), original: original.told() })
    }
}

impl View for CorrectionAndOriginal {
    fn summary(&self) -> String {
        format!("{} It corrects {}", self.invoice.summary(), self.original.summary())
    }

    fn client_id(&self) -> Option<i64> {
        self.invoice.client_id()
    }
}

/// A draft that was deleted, as it was.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceDeleted {
    pub deleted: InvoiceView,
}

impl InvoiceDeleted {
    pub fn ask(&self) -> Question {
        self.deleted.question(Act::DeleteDraft(self.deleted.told()))
    }
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
    /// The corrective invoice that replaced it, which owes again what was reversed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_in_its_place: Option<InvoiceView>,
}

impl PaymentAndInvoice {
    pub fn ask_to_reverse(&self) -> Question {
        let invoice = &self.invoice.invoice;
        let (id, amount) = self.payment.reversal();
        invoice.question(Act::ReversePayment { id, amount, invoice: invoice.told() })
    }
}

impl View for PaymentAndInvoice {
    fn summary(&self) -> String {
        let standing = self.stands_in_its_place.as_ref();
        let standing = standing.map(|standing| format!(" In its place stands {}", standing.sentence()));
        let standing = standing.unwrap_or_default();
        format!("{} Now {}{standing}", self.payment.sentence(), self.invoice.summary())
    }

    fn client_id(&self) -> Option<i64> {
        self.invoice.client_id()
    }
}
