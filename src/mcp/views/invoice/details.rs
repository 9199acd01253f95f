use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;

use super::InvoiceView;
use crate::{
    domain::{
        correction::CorrectedBy,
        document::Frozen,
        invoice::State,
        line::{self, Line, LineKind},
        money,
        payment::Payment,
        tax::{TaxGroup, treatment::Treatment},
    },
    mcp::{
        confirmation::{Act, Question},
        tool::View,
        views::payment::PaymentView,
    },
    service::invoice::InvoiceWithLines,
};

/// All of an invoice.
#[derive(Serialize, JsonSchema)]
pub struct InvoiceDetails {
    #[serde(flatten)]
    pub(super) invoice: InvoiceView,
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
struct LineView {
    description: String,
    quantity: String,
    /// Before tax.
    unit_price: String,
    /// As it was given, where prices hold the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price_with_tax: Option<String>,
    /// Percent.
    discount_percent: String,
    #[serde(flatten)]
    tax: TreatmentView,
    net: String,
    /// With tax and surcharge, where the price holds them.
    #[serde(skip_serializing_if = "Option::is_none")]
    gross: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct AdjustmentView {
    description: String,
    /// Before tax.
    amount: String,
    /// With tax and surcharge, where prices hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    gross: Option<String>,
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
struct TaxView {
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

/// A correction that an invoice has had.
#[derive(Serialize, JsonSchema)]
struct CorrectedByView {
    invoice_id: i64,
    number: String,
    method: String,
    total: String,
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
            unit_price_with_tax: line.with_tax.map(|with_tax| with_tax.unit_price.normalize().to_string()),
            gross: line.with_tax.map(|with_tax| money(with_tax.amount)),
        };
        let adjustment = |line: &Line| AdjustmentView {
            description: line.description.clone(),
            amount: money(line.net),
            gross: line.with_tax.map(|with_tax| money(with_tax.amount)),
            tax: line.treatment.into(),
        };
        let corrected_by = |correction: CorrectedBy| CorrectedByView {
            invoice_id: correction.id.0,
            number: correction.number,
            method: correction.method.name().to_owned(),
            total: money(correction.total),
        };
        let groups = line::groups(lines, invoice.currency);
        let group = |TaxGroup { key, base, amount, surcharge }| TaxView {
            category: key.category.name().to_owned(),
            exemption: key.exemption.map(|exemption| exemption.code().to_owned()),
            rate: key.rate.to_string(),
            base: money(base),
            amount: money(amount),
            surcharge_rate: unless_zero(key.surcharge_rate),
            surcharge: (!key.surcharge_rate.is_zero()).then(|| money(surcharge)),
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

impl InvoiceDetails {
    pub fn ask_to_issue(&self) -> Question {
        self.invoice.question(Act::Issue(self.invoice.told()))
    }

    pub fn ask_to_cancel(&self) -> Question {
        self.invoice.question(Act::Cancel(self.invoice.told()))
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
