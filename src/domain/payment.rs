//! Payments: what came in for an invoice. A payment is never edited; it is reversed by another entry.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    codes::Currency,
    ids::{ClientId, InvoiceId, PaymentId},
};
use crate::error::{Error, Result};

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: PaymentId,
    pub invoice_id: InvoiceId,
    pub invoice_number: String,
    pub client_id: ClientId,
    pub client_name: String,
    pub currency: Currency,
    /// Below zero for a reversal.
    pub amount: Decimal,
    pub paid_on: Date,
    pub method: Method,
    pub reference: Option<String>,
    pub standing: Standing,
    /// Why it was reversed or written off.
    pub reason: Option<String>,
    pub created_at: OffsetDateTime,
}

/// Whether a payment still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Counts,
    /// Taken back by that later entry.
    Reversed {
        by: PaymentId,
    },
    /// Itself takes an earlier payment back.
    Reversal {
        of: PaymentId,
    },
}

/// How it was paid; the code beside each is that of UNTDID 4461 (EN 16931, BT-81).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// 10
    Cash,
    /// 20
    Cheque,
    /// 30
    Transfer,
    /// 48
    Card,
    /// 49
    DirectDebit,
    /// 68, such as Bizum or PayPal
    Online,
    /// 1, not defined
    Other,
    /// No money at all: a small difference or a bank fee that is given up, for a reason.
    WriteOff,
}

impl Method {
    pub const ALL: [Self; 8] = [
        Self::Cash,
        Self::Cheque,
        Self::Transfer,
        Self::Card,
        Self::DirectDebit,
        Self::Online,
        Self::Other,
        Self::WriteOff,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Transfer => "transfer",
            Self::Card => "card",
            Self::DirectDebit => "direct_debit",
            Self::Online => "online",
            Self::Other => "other",
            Self::WriteOff => "write_off",
        }
    }

    /// Reads a method by its name, or by another name that people use for it.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let name = text.trim().to_lowercase().replace([' ', '-'], "_");
        let name = match name.as_str() {
            "bank_transfer" | "credit_transfer" | "wire" | "wire_transfer" | "sepa" | "transferencia" => {
                "transfer"
            }
            "credit_card" | "debit_card" | "tarjeta" => "card",
            "check" | "cheque_bancario" => "cheque",
            "efectivo" => "cash",
            "domiciliación" | "domiciliacion" | "recibo" => "direct_debit",
            "bizum" | "paypal" | "stripe" => "online",
            other => other,
        };
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::invalid(field, format!("{text:?} is not a method of payment"), names)
        })
    }
}
