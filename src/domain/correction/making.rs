//! From what a correction is asked to be to the corrective invoice, before it is issued.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{Code, Correction, Method, Standing};
use crate::{
    domain::{
        business::BusinessDetails,
        client::ClientDetails,
        codes::Currency,
        date,
        ids::InvoiceId,
        invoice::{Due, Invoice, State},
        line::{self, ContentInput, Line},
        mentions,
        series::Kind,
        tax::{Totals, category::Category, treatment::Usual},
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
    /// The original's where absent.
    pub exchange_rate: Option<Decimal>,
    /// Printed on the document; the original's where absent and its lines are exempt by what those say.
    pub notes: Option<String>,
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

/// What stands on the corrective invoice, taxed as on the day of the original, and what it comes to.
pub fn content(
    new: &NewCorrection,
    standing: &Standing<'_>,
    business: &BusinessDetails,
    client: &ClientDetails,
) -> Result<(Vec<Line>, Totals)> {
    let (original, original_lines) = standing.original();
    let lines = match (&new.content, new.method) {
        (Some(content), _) => {
            let usual = business.usual_tax(client, original.scheme, original.taxed_on());
            let usual = as_on_original(usual, original_lines);
            line::compose(content, usual, original.currency)?
        }
        (None, Method::Difference) => {
            let label = original.label();
            standing.taken_back(&match business.language.code() {
                "es" => format!("Resto de {label}"),
                _ => format!("Rest of {label}"),
            })?
        }
        (None, Method::Substitution) => {
            let accepted = "all that is right, since it replaces the original";
            return Err(Error::invalid("lines", "are missing", accepted));
        }
    };
    let totals = standing.totals(new.method, &lines)?;
    if new.content.is_some() {
        standing.admits(new.method, &lines, &totals)?;
    }
    Ok((lines, totals))
}

/// Where all lines of the original are taxed alike, so are those of its correction that say nothing else.
fn as_on_original(usual: Usual, lines: &[Line]) -> Usual {
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
    (lines, totals): (&[Line], Totals),
    issue_date: Date,
    now: OffsetDateTime,
) -> Result<Invoice> {
    let terms = (original.due.date - original.issue_date()).whole_days();
    let correction = Correction {
        original: original.id,
        original_number: original.issued().map(|issued| issued.number.clone()).unwrap_or_default(),
        original_issue_date: original.issue_date(),
        method: new.method,
        code: Code::of(original, new.method, new.code)?,
        reason: new.reason.clone(),
    };
    Ok(Invoice {
        id: InvoiceId(0),
        version: 1,
        kind: Kind::Corrective,
        correction: Some(correction),
        state: State::Draft { planned_issue_date: issue_date, series: new.series.clone() },
        due: Due { date: date::plus_days(issue_date, terms), from_terms: true },
        totals,
        paid: Decimal::ZERO,
        netted: Decimal::ZERO,
        superseded: false,
        // art. 6.1.i: what was done, was done on the original's day
        operation_date: Some(original.taxed_on()).filter(|day| *day != issue_date),
        exchange_rate: new
            .exchange_rate
            .or(original.exchange_rate.filter(|_| original.currency != Currency::EUR)),
        notes: new.notes.clone().or_else(|| carried_notes(original, lines)),
        internal_notes: None,
        created_at: now,
        updated_at: now,
        ..original.clone()
    })
}

/// What the original says of why it is exempt, as long as the correction has such lines too (RD 1619/2012, art. 6.1.j).
fn carried_notes(original: &Invoice, lines: &[Line]) -> Option<String> {
    let is_in_notes = |line: &Line| {
        let basis = line.treatment.exemption;
        line.treatment.category == Category::Exempt
            && basis.is_none_or(|basis| mentions::exempt_article(original.scheme, basis).is_none())
    };
    original.notes.clone().filter(|_| lines.iter().any(is_in_notes))
}
