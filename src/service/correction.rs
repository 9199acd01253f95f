//! Corrective invoices: issued at once, in a series of their own, and set off against the original.

use rust_decimal::Decimal;
use time::Date;

use super::{
    Act,
    invoice::{self, Document},
    issuing, series,
};
use crate::{
    domain::{
        correction::{self, Code, Correction, Method},
        ids::InvoiceId,
        invoice::{Due, Invoice, State},
        line::{self, ContentInput, Line},
        money,
        series::Kind,
        tax::treatment::Usual,
    },
    error::{Error, Result},
    repository,
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

/// Answers the corrective invoice and the original as it stands after it.
pub async fn create(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    new: NewCorrection,
) -> Result<(Document, Document)> {
    let mut original = invoice::lock(act, id, expected_version).await?;
    correction::may_correct(&original.invoice, act.today)?;
    let issue_date = new.issue_date.unwrap_or(act.today);
    if issue_date < original.invoice.issue_date() {
        let accepted = format!("{} or later", original.invoice.issue_date());
        return Err(Error::invalid("issue_date", format!("{issue_date} is before the original's"), accepted));
    }
    let before = original.invoice.fields(&original.lines);
    let client = repository::client::get(act.tx, act.business_id(), original.invoice.client_id).await?;
    let lines = match &new.content {
        // taxed as on the day of the original
        Some(content) => {
            let on = original.invoice.issue_date();
            let usual = invoice::usual(act, &client, original.invoice.scheme, on);
            let usual = as_on_original(usual, &original.lines);
            line::price(content, usual, original.invoice.currency)?.0
        }
        None if new.method == Method::Difference => correction::negated(&original.lines),
        None => {
            return Err(Error::invalid(
                "lines",
                "are missing",
                "all that is right, since it replaces the original",
            ));
        }
    };
    let mut corrective = draft(act, &original.invoice, &lines, &new, issue_date)?;
    corrective.client_name.clone_from(&client.details.name);
    within_original(act, &original.invoice, &corrective, new.method).await?;
    series::issue(act, &client, &mut corrective, &lines, issue_date).await?;
    correction::net(&mut original.invoice, &mut corrective, new.method);
    invoice::add(act, &mut corrective, &lines, "created_and_issued").await?;
    let details = vec![
        ("corrected_by", Some(corrective.label())),
        ("method", Some(new.method.name().to_owned())),
        ("correction_reason", Some(new.reason)),
    ];
    invoice::save(act, &mut original.invoice, &original.lines, "corrected", before, details).await?;
    let corrective = Document { invoice: corrective, lines };
    issuing::seal(act, &client, &corrective, Some(&original)).await?;
    Ok((corrective, original))
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

fn draft(
    act: &Act<'_>,
    original: &Invoice,
    lines: &[Line],
    new: &NewCorrection,
    issue_date: Date,
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
        due: Due { date: crate::domain::date::plus_days(issue_date, terms), from_terms: true },
        totals: line::totals(lines, original.currency)?,
        paid: Decimal::ZERO,
        netted: Decimal::ZERO,
        superseded: false,
        notes: None,
        internal_notes: None,
        created_at: act.now,
        updated_at: act.now,
        ..original.clone()
    })
}

/// All corrections together take back no more than the original holds.
async fn within_original(
    act: &Act<'_>,
    original: &Invoice,
    corrective: &Invoice,
    method: Method,
) -> Result<()> {
    let earlier = repository::invoice::corrections(act.tx, act.business_id(), original.id).await?;
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
