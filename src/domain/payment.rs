//! Payments: what came in for an invoice, and small differences that are given up. A payment is never edited; it is
//! reversed by another entry.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    codes::Currency,
    correction::{self, CorrectedBy},
    date,
    ids::{ClientId, InvoiceId, PaymentId},
    invoice::Invoice,
    money,
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
    pub entry: Entry,
    /// Why it was reversed or written off.
    pub reason: Option<String>,
    pub created_at: OffsetDateTime,
}

/// What an entry among the payments is, and whether it still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
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

/// Years that a payment in advance may lie before the issue of its invoice. More is a year mistyped.
const YEARS_AHEAD: i32 = 5;

/// The day of a payment, today's where none is told.
///
/// # Errors
/// A day to come, or one years before the invoice.
pub fn day(told: Option<Date>, invoice: &Invoice, today: Date) -> Result<Date> {
    let (day, first) = (told.unwrap_or(today), date::plus_years(invoice.issue_date(), -YEARS_AHEAD));
    if (first..=today).contains(&day) {
        return Ok(day);
    }
    let problem = if day > today {
        format!("{day} is in the future")
    } else {
        format!("{day} is more than {YEARS_AHEAD} years before the issue of {}", invoice.label())
    };
    Err(Error::invalid("paid_on", problem, format!("{first} to {today}")))
}

/// Percent of what is to be paid of an invoice, less what its corrections took back, that may be written off in all.
const WRITE_OFF_MAX: Decimal = Decimal::from_parts(5, 0, 0, false, 0);

/// Refuses to write off what is no small difference, unless its tax was given back by R2 or R3. `before` is what was written off of the invoice already, and `amount`
/// what would be now, both below zero for a credit.
///
/// Where a client does not pay, it is the tax that has to be corrected, under conditions (art. 80 LIVA).
pub fn small_enough(
    invoice: &Invoice,
    corrections: &[CorrectedBy],
    before: Decimal,
    amount: Decimal,
) -> Result<()> {
    let differences = || corrections.iter().filter(|it| it.method == correction::Method::Difference);
    let taken_back: Decimal = differences().map(|it| it.payable.min(Decimal::ZERO)).sum();
    let for_unpaid: Decimal = differences().filter(|it| it.code.is_unpaid()).map(|it| -it.payable).sum();
    let stands = (invoice.totals.payable + taken_back).abs();
    let limit = stands * WRITE_OFF_MAX / Decimal::ONE_HUNDRED + for_unpaid;
    if (before + amount).abs() <= limit {
        return Ok(());
    }
    let currency = invoice.currency;
    let [written, stands] = [before + amount, stands].map(|amount| money::display(amount.abs(), currency));
    let left = money::display(money::floor(limit - before.abs(), currency), currency);
    Err(Error::invalid(
        "amount",
        format!(
            "{written} {currency} written off in all is more than {WRITE_OFF_MAX}% of the {stands} of {}",
            invoice.label()
        ),
        format!(
            "up to {left}, for small differences and bank fees. What is not paid at all is corrected: correct_invoice with cause R2 or R3 where \
             their conditions hold, or R1 for a discount"
        ),
    ))
}

/// How it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Cash,
    Cheque,
    Transfer,
    Card,
    DirectDebit,
    /// Such as Bizum or PayPal.
    Online,
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

    /// Its code in UNTDID 4461 (EN 16931, BT-81); none where no money moves.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Cash => Some("10"),
            Self::Cheque => Some("20"),
            Self::Transfer => Some("30"),
            Self::Card => Some("48"),
            Self::DirectDebit => Some("49"),
            Self::Online => Some("68"),
            Self::Other => Some("1"),
            Self::WriteOff => None,
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
