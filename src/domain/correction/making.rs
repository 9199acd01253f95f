//! From what a correction is asked to be to the corrective invoice, before it is issued.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{Code, CorrectedBy, Correction, Method};
use crate::{
    domain::{
        date,
        ids::InvoiceId,
        invoice::{Due, Invoice, State},
        line::{self, ContentInput, Line, LineKind, WithTax},
        money,
        series::Kind,
        tax::treatment::Usual,
    },
    error::{Error, Result},
};

/// A correction as it is asked for.
#[derive(Debug)]
pub struct NewCorrection {
    pub method: Method,
    pub reason: String,
    /// The usual one for the method where absent.
    pub code: Option<Code>,
    /// The difference, or all that is right; by difference, absent means that everything is taken back.
    pub content: Option<ContentInput>,
    pub issue_date: Option<Date>,
    pub series: Option<String>,
}

/// The day of a correction, today's where none is asked for. It is never older than its original.
pub fn day(asked: Option<Date>, original: &Invoice, today: Date) -> Result<Date> {
    let (day, first) = (asked.unwrap_or(today), original.issue_date());
    if day >= first {
        return Ok(day);
    }
    let accepted = format!("{first} or later");
    Err(Error::invalid("issue_date", format!("{day} is before the original's"), accepted))
}

/// All lines of an original taken back.
pub fn negated(lines: &[Line]) -> Vec<Line> {
    let negate = |line: &Line| Line {
        kind: match line.kind {
            LineKind::Item => LineKind::Item,
            LineKind::Allowance => LineKind::Charge,
            LineKind::Charge => LineKind::Allowance,
        },
        quantity: if line.kind == LineKind::Item { -line.quantity } else { line.quantity },
        with_tax: line.with_tax.map(|with_tax| WithTax { amount: -with_tax.amount, ..with_tax }),
        net: -line.net,
        ..line.clone()
    };
    lines.iter().map(negate).collect()
}

/// Where all lines of the original are taxed alike, so are those of its correction that say nothing else.
pub fn as_on_original(usual: Usual, lines: &[Line]) -> Usual {
    let Some(first) = lines.first().map(|line| line.treatment) else { return usual };
    if !first.category.is_taxed() || lines.iter().any(|line| line.treatment != first) {
        return usual;
    }
    Usual {
        rate: first.rate,
        surcharge: !first.surcharge_rate.is_zero(),
        withholding_rate: first.withholding_rate,
        ..usual
    }
}

/// The corrective invoice, not issued yet. It is for the same client, in the same currency and tax as its original.
pub fn draft(
    original: &Invoice,
    new: &NewCorrection,
    lines: &[Line],
    issue_date: Date,
    now: OffsetDateTime,
) -> Result<Invoice> {
    let terms = (original.due.date - original.issue_date()).whole_days();
    let correction = Correction {
        original: original.id,
        original_number: original.issued().map(|issued| issued.number.clone()).unwrap_or_default(),
        original_issue_date: original.issue_date(),
        method: new.method,
        code: new.code.unwrap_or_else(|| Code::usual(original.kind, new.method)),
        reason: new.reason.clone(),
    };
    Ok(Invoice {
        id: InvoiceId(0),
        version: 1,
        kind: Kind::Corrective,
        correction: Some(correction),
        state: State::Draft { planned_issue_date: issue_date, series: new.series.clone() },
        due: Due { date: date::plus_days(issue_date, terms), from_terms: true },
        totals: line::totals(lines, original.currency)?,
        paid: Decimal::ZERO,
        netted: Decimal::ZERO,
        superseded: false,
        notes: None,
        internal_notes: None,
        created_at: now,
        updated_at: now,
        ..original.clone()
    })
}

/// All corrections together take back no more than the original holds.
pub fn within_original(
    original: &Invoice,
    earlier: &[CorrectedBy],
    corrective: &Invoice,
    method: Method,
) -> Result<()> {
    let left = original.totals.total + earlier.iter().map(|correction| correction.total).sum::<Decimal>();
    let left_to_pay =
        original.totals.payable + earlier.iter().map(|correction| correction.payable).sum::<Decimal>();
    match method {
        Method::Substitution if !earlier.is_empty() => Err(Error::conflict(
            format!("{} was corrected by difference before.", original.label()),
            "Correct it by difference once more.",
        )),
        Method::Substitution if corrective.totals.total < Decimal::ZERO => Err(Error::invalid(
            "lines",
            "add up to less than zero",
            "all that is right, which is zero or more",
        )),
        Method::Difference if left.is_zero() && corrective.totals.total < Decimal::ZERO => {
            Err(Error::conflict(
                format!("All of {} was taken back already.", original.label()),
                "get_invoice names its corrections.",
            ))
        }
        Method::Difference if left + corrective.totals.total < Decimal::ZERO => {
            let left = money::display(left, original.currency);
            let problem = format!("take back more than the {left} {} that are left of it", original.currency);
            Err(Error::invalid(
                "lines",
                problem,
                format!("a total down to -{left}; or give the lines to take back"),
            ))
        }
        Method::Difference if left_to_pay + corrective.totals.payable < Decimal::ZERO => {
            let left = money::display(left_to_pay, original.currency);
            let problem =
                format!("give back more than the {left} {} that were to be paid", original.currency);
            Err(Error::invalid("lines", problem, "the withholding_rate of the original on each line"))
        }
        _ => Ok(()),
    }
}
