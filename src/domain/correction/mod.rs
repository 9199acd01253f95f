//! Corrective invoices (RD 1619/2012, art. 15): a new document that names the one it corrects, by difference or by
//! substitution. The original keeps its number, its lines and its state.

mod left;
mod making;
mod standing;
mod unpaid;

use rust_decimal::Decimal;
use time::Date;

pub use self::{
    making::{NewCorrection, content, day, draft, exchange_rate},
    standing::Standing,
    unpaid::has_debtor,
};
use super::{
    client::ClientDetails,
    date, document,
    ids::InvoiceId,
    invoice::{Invoice, Status},
    money,
    node::Node,
};
use crate::error::{Error, Result};

/// What a corrective invoice says of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub original: InvoiceId,
    pub original_number: String,
    pub original_issue_date: Date,
    pub method: Method,
    pub code: Code,
    pub reason: String,
}

/// A correction that an invoice has had, as the invoice names it.
#[derive(Debug, Clone)]
pub struct CorrectedBy {
    pub id: InvoiceId,
    pub number: String,
    pub method: Method,
    pub code: Code,
    pub total: Decimal,
    pub payable: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// It holds what is to be added or, below zero, taken back.
    Difference,
    /// It holds all that is right, in the place of the original.
    Substitution,
}

impl Method {
    pub const ALL: [Self; 2] = [Self::Difference, Self::Substitution];

    pub fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Substitution => "substitution",
        }
    }

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|method| method.name() == text.trim()).ok_or_else(|| {
            Error::invalid(field, format!("{text:?} is no method"), Self::ALL.map(Self::name).join(" or "))
        })
    }
}

/// Why, by the tax agency's list L2 (Orden HAC/1177/2024).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// An error founded in law, or art. 80.Uno, Dos and Seis LIVA: returns, discounts, operations undone.
    R1,
    /// Insolvency of the client (art. 80.Tres LIVA).
    R2,
    /// A debt that cannot be collected (art. 80.Cuatro LIVA).
    R3,
    /// Any other cause.
    R4,
    /// Of a simplified invoice.
    R5,
}

impl Code {
    pub const ALL: [Self; 5] = [Self::R1, Self::R2, Self::R3, Self::R4, Self::R5];

    pub fn name(self) -> &'static str {
        match self {
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
        }
    }

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let name = text.trim().to_uppercase();
        Self::ALL.into_iter().find(|code| code.name() == name).ok_or_else(|| {
            let accepted = "R1 (returns, discounts, legal error), R2 (insolvency), R3 (uncollectable), R4 (other), R5 (simplified)";
            Error::invalid(field, format!("{text:?} is no cause"), accepted)
        })
    }

    /// The client has not paid, so the tax is given back and the debt stays (art. 80.Tres and Cuatro LIVA).
    pub fn is_unpaid(self) -> bool {
        matches!(self, Self::R2 | Self::R3)
    }

    /// The cause of correcting an invoice: the one that is given, or the usual one.
    ///
    /// # Errors
    /// R5 for a full invoice, and any other for a simplified one; R2 and R3 by substitution.
    pub fn of(original: &Invoice, method: Method, given: Option<Self>) -> Result<Self> {
        let simplified = original.is_simplified();
        match given {
            None if simplified => Ok(Self::R5),
            None if method == Method::Difference => Ok(Self::R1),
            None => Ok(Self::R4),
            Some(code) if code.is_unpaid() && method == Method::Substitution => {
                let problem =
                    format!("is no way of correcting for {}, which leaves the debt as it is", code.name());
                Err(Error::invalid("method", problem, "difference"))
            }
            Some(code) if simplified == (code == Self::R5) => Ok(code),
            Some(code) => {
                let (kind, accepted) = if simplified {
                    ("a simplified", "R5, or nothing")
                } else {
                    ("a full", "R1, R2, R3 or R4")
                };
                let problem = format!(
                    "{} is not the cause for {kind} invoice, such as {}",
                    code.name(),
                    original.label()
                );
                Err(Error::invalid("cause", problem, accepted))
            }
        }
    }
}

/// Years within which an invoice may be corrected (art. 15.3).
const YEARS: i32 = 4;

/// Refuses originals that cannot be corrected on this day for the cause that is given. What was written off of one came in
/// from nobody, and must not become a credit.
pub fn may_correct(original: &Invoice, cause: Option<Code>, written_off: Decimal, today: Date) -> Result<()> {
    let label = original.label();
    let refuse = |problem: &str, next: &'static str| Err(Error::conflict(format!("{label} {problem}"), next));
    match original.status() {
        Status::Draft => return refuse("is a draft.", "update_invoice changes a draft."),
        Status::Cancelled => {
            return refuse(
                "is cancelled.",
                "There is nothing left to correct; create_invoice makes another.",
            );
        }
        Status::Pending | Status::Paid => {}
    }
    if original.superseded {
        return refuse("was replaced by a corrective invoice.", "Correct the one that stands in its place.");
    }
    if original.correction.as_ref().is_some_and(|correction| correction.method == Method::Difference) {
        return refuse("is itself a correction by difference.", "Correct the original once more instead.");
    }
    if !written_off.is_zero() {
        let written_off = money::display(written_off, original.currency);
        return refuse(
            &format!("has {written_off} {} written off.", original.currency),
            "reverse_payment takes it back first (list_payments with the method write_off).",
        );
    }
    in_time(original, cause, today)
}

/// Refuses what comes too late: by the operation or, where the cause may be one of art. 80 LIVA, by when that came about,
/// which nobody says.
fn in_time(original: &Invoice, cause: Option<Code>, today: Date) -> Result<()> {
    let is_late = today > date::plus_years(original.taxed_on(), YEARS);
    if !is_late || cause.is_some_and(|cause| cause != Code::R4) {
        return Ok(());
    }
    let causes = if original.is_simplified() { "R5" } else { "R1, R2 or R3" };
    Err(Error::conflict(
        format!("{} is of an operation more than {YEARS} years ago.", original.label()),
        format!(
            "What art. 80 LIVA names still lets it be corrected, for {YEARS} years since that came about (RD 1619/2012, art. 15.3): say so by cause {causes}."
        ),
    ))
}

/// Refuses to correct by difference for another than the one whom the original names, whose document is `form`: under
/// another tax number it would be somebody else's.
pub fn same_buyer(original: &Invoice, form: &Node, client: &ClientDetails) -> Result<()> {
    if document::buyer_tax_id(form) == client.tax_id.as_deref() {
        return Ok(());
    }
    Err(Error::conflict(
        format!("The client's tax_id is not the one that stands on {}.", original.label()),
        "If that one was wrong, correct by substitution. If the client is another now, put its tax_id back (update_client) and create \
         a client for the other.",
    ))
}

/// Passes the reversal of a payment on: the superseded original goes on owing nothing, and the one that stands in its
/// place, which counted the payment, owes it again.
pub fn pass_on(original: &mut Invoice, substitute: &mut Invoice, amount: Decimal) {
    original.netted += amount;
    substitute.netted -= amount;
    substitute.settle();
}

/// Sets a corrective invoice, just issued, off against its original.
///
/// Where the client has not paid, only the tax is corrected: the corrective is settled in itself, and the original owes
/// what it owed. `ended` is what was taken back so, and no longer owed since nothing is left of the sale: the corrective
/// takes back the last of it for another cause. Else, by difference, a payable below zero first lowers what the original still owes; what is left over is a credit. By
/// substitution the original owes nothing more, and what was paid of it counts for the one in its place.
pub fn net(original: &mut Invoice, corrective: &mut Invoice, method: Method, ended: Decimal) {
    original.netted += ended.min(original.outstanding()).max(Decimal::ZERO);
    match method {
        Method::Difference if corrective.is_for_unpaid() => corrective.netted = corrective.totals.payable,
        Method::Difference => set_off(original, corrective),
        Method::Substitution => {
            corrective.netted += original.paid + original.netted;
            original.netted += original.outstanding();
            original.superseded = true;
        }
    }
    corrective.settle();
}

/// Sets an original and its corrections by difference, or two of these, off against one another, where one owes and the
/// other is to give back.
pub fn net_again(one: &mut Invoice, other: &mut Invoice) {
    set_off(one, other);
    one.settle();
    other.settle();
}

fn set_off(one: &mut Invoice, other: &mut Invoice) {
    let (ours, theirs) = (one.outstanding(), other.outstanding());
    let settled = if ours > Decimal::ZERO {
        ours.min(-theirs).max(Decimal::ZERO)
    } else {
        ours.max(-theirs).min(Decimal::ZERO)
    };
    one.netted += settled;
    other.netted -= settled;
}
