use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;

use super::{Item, moment, payment::PaymentView};
use crate::{
    domain::{
        correction::{CorrectedBy, Correction},
        document::Frozen,
        invoice::{Invoice, State},
        line::{self, Line, LineKind},
        money,
        payment::Payment,
        tax::{self, treatment::Treatment},
    },
    mcp::tool::View,
    service::invoice::InvoiceWithLines,
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

/// A correction that an invoice has had.
#[derive(Serialize, JsonSchema)]
struct CorrectedByView {
    invoice_id: i64,
    number: String,
    method: String,
    total: String,
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
    tax_scheme: String,
    lines: Vec<LineView>,
    /// Charges on the whole, and allowances below zero.
    adjustments: Vec<AdjustmentView>,
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
    /// As on the document, whatever became of the business since.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<BTreeMap<String, String>>,
    /// As on the document, whatever became of the client since.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<BTreeMap<String, String>>,
    /// What the document must say besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<String>,
    /// Of the registration record (Huella).
    #[serde(skip_serializing_if = "Option::is_none")]
    record_hash: Option<String>,
    corrected_by: Vec<CorrectedByView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange_rate: Option<String>,
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
    #[serde(flatten)]
    tax: TreatmentView,
    net: String,
}

#[derive(Serialize, JsonSchema)]
pub struct AdjustmentView {
    description: String,
    amount: String,
    #[serde(flatten)]
    tax: TreatmentView,
}

/// Rates are percentages; those that do not apply are left out.
#[derive(Serialize, JsonSchema)]
struct TreatmentView {
    tax_category: String,
    tax_rate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surcharge_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withholding_rate: Option<String>,
}

/// The lines of one category and rate.
#[derive(Serialize, JsonSchema)]
pub struct TaxView {
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<String>,
    /// Percent.
    rate: String,
    base: String,
    amount: String,
    /// Percent, and amount, of recargo de equivalencia.
    #[serde(skip_serializing_if = "Option::is_none")]
    surcharge_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surcharge: Option<String>,
}

impl From<Treatment> for TreatmentView {
    fn from(treatment: Treatment) -> Self {
        Self {
            tax_category: treatment.category.name().to_owned(),
            tax_rate: treatment.rate.normalize().to_string(),
            exemption: treatment.exemption.map(|exemption| exemption.code().to_owned()),
            surcharge_rate: unless_zero(treatment.surcharge_rate),
            withholding_rate: unless_zero(treatment.withholding_rate),
        }
    }
}

fn unless_zero(rate: Decimal) -> Option<String> {
    (!rate.is_zero()).then(|| rate.normalize().to_string())
}

/// What is kept beside an invoice and its lines.
#[derive(Default)]
pub struct Beside {
    pub payments: Vec<Payment>,
    pub corrections: Vec<CorrectedBy>,
    pub frozen: Option<Frozen>,
    pub record_hash: Option<String>,
}

/// The parts of a frozen document that the invoice's own row does not hold.
#[derive(Default, Deserialize)]
struct FrozenParts {
    seller: Option<BTreeMap<String, String>>,
    buyer: Option<BTreeMap<String, String>>,
    #[serde(default)]
    mentions: Vec<String>,
}

impl InvoiceDetails {
    pub fn new(whole: &InvoiceWithLines, beside: Beside, today: Date) -> Self {
        let InvoiceWithLines { invoice, lines } = whole;
        let Beside { payments, corrections, frozen, record_hash } = beside;
        let frozen = frozen.and_then(|frozen| serde_json::from_str::<FrozenParts>(&frozen.text).ok());
        let FrozenParts { seller, buyer, mentions } = frozen.unwrap_or_default();
        let money = |amount| money::display(amount, invoice.currency);
        let line = |line: &Line| LineView {
            description: line.description.clone(),
            quantity: line.quantity.normalize().to_string(),
            unit_price: line.unit_price.normalize().to_string(),
            discount_percent: line.discount_percent.normalize().to_string(),
            tax: line.treatment.into(),
            net: money(line.net),
        };
        let adjustment = |line: &Line| AdjustmentView {
            description: line.description.clone(),
            amount: money(line.net),
            tax: line.treatment.into(),
        };
        let corrected_by = |correction: CorrectedBy| CorrectedByView {
            invoice_id: correction.id.0,
            number: correction.number,
            method: correction.method.name().to_owned(),
            total: money(correction.total),
        };
        let groups = line::groups(lines, invoice.currency);
        let group = |group: tax::TaxGroup| TaxView {
            category: group.category.name().to_owned(),
            exemption: group.exemption.map(|exemption| exemption.code().to_owned()),
            rate: group.rate.to_string(),
            base: money(group.base),
            amount: money(group.amount),
            surcharge_rate: unless_zero(group.surcharge_rate),
            surcharge: (!group.surcharge_rate.is_zero()).then(|| money(group.surcharge)),
        };
        let (items, whole): (Vec<&Line>, Vec<&Line>) =
            lines.iter().partition(|line| line.kind == LineKind::Item);
        let document_due_date =
            invoice.issued().map(|issued| issued.document_due_date).filter(|date| *date != invoice.due.date);
        Self {
            tax_scheme: invoice.scheme.name().to_owned(),
            lines: items.into_iter().map(line).collect(),
            adjustments: whole.into_iter().map(adjustment).collect(),
            tax_breakdown: groups.into_iter().map(group).collect(),
            notes: invoice.notes.clone(),
            internal_notes: invoice.internal_notes.clone(),
            document_due_date: document_due_date.map(|date| date.to_string()),
            cancel_reason: match &invoice.state {
                State::Cancelled { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            seller,
            buyer,
            mentions,
            record_hash,
            corrected_by: corrections.into_iter().map(corrected_by).collect(),
            operation_date: invoice.operation_date.map(|date| date.to_string()),
            exchange_rate: invoice.exchange_rate.map(|rate| rate.normalize().to_string()),
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

/// A corrective invoice, and the original as it stands after it.
#[derive(Serialize, JsonSchema)]
pub struct CorrectionAndOriginal {
    pub invoice: InvoiceDetails,
    pub original: InvoiceDetails,
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
