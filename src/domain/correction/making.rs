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
        tax::{
            TaxGroup, Totals,
            treatment::{Treatment, Usual},
        },
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
    /// The original's where absent. By difference only where the original, from elsewhere, has none.
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

/// The euros for one unit of the currency. By difference they are the original's or, where it has none, those of its first
/// correction: what was charged is taken back as it was turned (art. 79.Once LIVA).
pub fn exchange_rate(new: &NewCorrection, standing: &Standing<'_>) -> Result<Option<Decimal>> {
    let (original, _) = standing.original();
    let known = standing.exchange_rate().filter(|_| original.currency != Currency::EUR);
    match (known, new.exchange_rate) {
        (Some(known), Some(asked)) if new.method == Method::Difference && asked != known => {
            let known = known.normalize();
            Err(Error::invalid(
                "exchange_rate",
                format!("{} is not the {known} of {}", asked.normalize(), original.label()),
                format!("{known}, or nothing; a rate that was wrong is put right by method substitution"),
            ))
        }
        (known, asked) => Ok(asked.or(known)),
    }
}

/// What stands on the corrective invoice, taxed as on the day of the original, and what it comes to.
pub fn content(
    new: &NewCorrection,
    standing: &Standing<'_>,
    business: &BusinessDetails,
    client: &ClientDetails,
) -> Result<(Vec<Line>, Totals)> {
    let (original, original_lines) = standing.original();
    let is_for_unpaid = Code::of(original, new.method, new.code)?.is_unpaid();
    let mut lines = match (&new.content, new.method) {
        (Some(content), _) => {
            let usual = business.usual_tax(client, original.scheme, original.taxed_on());
            match alike(original_lines) {
                Some(treatment) => {
                    let said = as_on_original(content, treatment, true);
                    let lines = line::compose(&said, kept(usual, treatment), original.currency)?;
                    if new.method == Method::Substitution {
                        let said = as_on_original(content, treatment, false);
                        let now = Usual { surcharge: client.surcharge, ..kept(usual, treatment) };
                        in_regime_of_now(&lines, &line::compose(&said, now, original.currency)?, original)?;
                    }
                    lines
                }
                None => line::compose(content, usual, original.currency)?,
            }
        }
        (None, Method::Difference) => taken_back(standing, is_for_unpaid, business)?,
        (None, Method::Substitution) => {
            let accepted = "all that is right, since it replaces the original";
            return Err(Error::invalid("lines", "are missing", accepted));
        }
    };
    if new.content.is_some() && new.method == Method::Difference {
        standing.settle(&mut lines);
    }
    let totals = line::totals(&lines, original.currency)?;
    if new.content.is_some() {
        if is_for_unpaid {
            standing.admits_unpaid(&lines)?;
        }
        standing.admits(new.method, &lines, &totals)?;
    }
    if new.method == Method::Difference {
        changes_something(&lines, &totals, original)?;
    }
    Ok((lines, totals))
}

/// The lines of a correction that says none.
fn taken_back(standing: &Standing<'_>, is_for_unpaid: bool, business: &BusinessDetails) -> Result<Vec<Line>> {
    let label = standing.original().0.label();
    let is_spanish = business.language.code() == "es";
    match (is_for_unpaid, is_spanish) {
        (false, true) => standing.taken_back(&format!("Importe restante de la factura {label}")),
        (false, false) => standing.taken_back(&format!("Remaining amount of {label}")),
        (true, true) => standing.taken_back_unpaid(&format!("Importe impagado de la factura {label}")),
        (true, false) => standing.taken_back_unpaid(&format!("Unpaid amount of {label}")),
    }
}

/// How all lines are taxed, where that is alike.
fn alike(lines: &[Line]) -> Option<Treatment> {
    let first = lines.first()?.treatment;
    lines.iter().all(|line| line.treatment == first).then_some(first)
}

/// What is said of the correction's lines; those that say nothing else are taxed, or not, as the original is, for the same
/// reason; and bear the surcharge that the original bears, or the usual one.
fn as_on_original(content: &ContentInput, treatment: Treatment, keeps_surcharge: bool) -> ContentInput {
    let mut content = content.clone();
    let lines = content.lines.iter_mut().map(|line| &mut line.tax);
    for said in lines.chain(content.adjustments.iter_mut().map(|adjustment| &mut adjustment.tax)) {
        let is_other = said.rate.is_some()
            || said.category.is_some_and(|category| category != treatment.category)
            || said.exemption.is_some_and(|exemption| !exemption.fits(treatment.category));
        if !is_other {
            said.category = Some(treatment.category);
            said.rate = Some(treatment.rate);
            said.exemption = said.exemption.or(treatment.exemption);
            let kept = keeps_surcharge.then_some(treatment.surcharge_rate);
            said.surcharge_rate = said.surcharge_rate.or(kept);
        }
    }
    content
}

/// Where lines are taxed otherwise than the original, its withholding stays, and with it the regime of equivalence.
fn kept(usual: Usual, treatment: Treatment) -> Usual {
    Usual {
        surcharge: if treatment.category.is_taxed() {
            !treatment.surcharge_rate.is_zero()
        } else {
            usual.surcharge
        },
        withholding_rate: treatment.withholding_rate,
        ..usual
    }
}

/// Refuses lines whose surcharge, or the lack of it, is the original's, where the client has entered the regime of equivalence since
/// or left it: what stands in the place of an invoice is all that is right (art. 156 LIVA). Which surcharge a retailer bears among
/// those of a rate is the original's.
fn in_regime_of_now(lines: &[Line], usually: &[Line], original: &Invoice) -> Result<()> {
    let bears = |line: &Line| !line.treatment.surcharge_rate.is_zero();
    if lines.iter().map(bears).eq(usually.iter().map(bears)) {
        return Ok(());
    }
    Err(Error::conflict(
        format!(
            "The client's regime of equivalence is another than that of {}: {}.",
            original.label(),
            line::changes(lines, usually).join("; ")
        ),
        "Say surcharge_rate of each line: that of its rate for goods if the client is in the regime, else 0 (update_client sets surcharge).",
    ))
}

/// Art. 15 wants something to be changed.
fn changes_something(lines: &[Line], totals: &Totals, original: &Invoice) -> Result<()> {
    let groups = line::groups(lines, original.currency);
    let is_nothing =
        |group: &TaxGroup| [group.base, group.amount, group.surcharge].iter().all(Decimal::is_zero);
    if !groups.iter().all(is_nothing) || !totals.withholding.is_zero() {
        return Ok(());
    }
    let problem = format!("change nothing of {}: no base and no tax", original.label());
    Err(Error::invalid(
        "lines",
        problem,
        "what is to be added or taken back; or method: substitution for other data",
    ))
}

/// The corrective invoice, not issued yet. It is for the same client, in the same currency and tax as its original.
pub fn draft(
    original: &Invoice,
    new: &NewCorrection,
    exchange_rate: Option<Decimal>,
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
        exchange_rate,
        notes: new.notes.clone().or_else(|| carried_notes(original, lines)),
        internal_notes: None,
        created_at: now,
        updated_at: now,
        ..original.clone()
    })
}

/// What the original says of why it is exempt, as long as the correction has such lines too (RD 1619/2012, art. 6.1.j).
fn carried_notes(original: &Invoice, lines: &[Line]) -> Option<String> {
    let in_notes = |line: &Line| mentions::are_left_to_notes(original.scheme, &line.treatment);
    original.notes.clone().filter(|_| lines.iter().any(in_notes))
}
