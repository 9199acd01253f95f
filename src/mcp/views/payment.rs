use schemars::JsonSchema;
use serde::Serialize;

use super::{Item, moment};
use crate::domain::{
    money,
    payment::{Entry, Payment},
};

#[derive(Serialize, JsonSchema)]
pub struct PaymentView {
    id: i64,
    invoice_id: i64,
    invoice_number: String,
    client_id: i64,
    client_name: String,
    /// Below zero for a reversal.
    amount: String,
    currency: String,
    paid_on: String,
    method: String,
    /// Of UNTDID 4461; absent where no money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    method_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The entry that took this payment back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed_by: Option<i64>,
    /// The payment that this entry takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<i64>,
    /// Why it was reversed or written off.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    created_at: String,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let (reversed_by, reverses) = match payment.entry {
            Entry::Counts => (None, None),
            Entry::Reversed { by } => (Some(by.0), None),
            Entry::Reversal { of } => (None, Some(of.0)),
        };
        Self {
            id: payment.id.0,
            invoice_id: payment.invoice_id.0,
            invoice_number: payment.invoice_number,
            client_id: payment.client_id.0,
            client_name: payment.client_name,
            amount: money::display(payment.amount, payment.currency),
            currency: payment.currency.to_string(),
            paid_on: payment.paid_on.to_string(),
            method: payment.method.name().to_owned(),
            method_code: payment.method.code(),
            reference: payment.reference,
            reversed_by,
            reverses,
            reason: payment.reason,
            created_at: moment(payment.created_at),
        }
    }
}

impl PaymentView {
    /// Which payment this entry takes back, and by which amount.
    pub fn reversal(&self) -> (i64, String) {
        (self.reverses.unwrap_or(self.id), self.amount.clone())
    }

    pub fn sentence(&self) -> String {
        let Self { id, amount, currency, paid_on, .. } = self;
        match self.reverses {
            Some(of) => format!("Payment {of} is reversed by entry {id} of {amount} {currency}."),
            None => format!("Payment {id} of {amount} {currency} on {paid_on}."),
        }
    }
}

impl Item for PaymentView {
    const ONE: &'static str = "payment";
    const MANY: &'static str = "payments";
}
