//! How an invoice becomes a row, and a row an invoice.

use deadpool_postgres::Transaction;
use time::Date;

use super::sql::{self, Columns, Param, Params};
use crate::{
    domain::{
        codes::Currency,
        correction::{Code, Correction, Method},
        ids::{ClientId, InvoiceId},
        invoice::{Due, Invoice, Issued, State},
        line::Line,
        series::Kind,
        tax::{Totals, category::Scheme},
        text,
    },
    error::{Error, Result},
};

/// Runs a statement whose parameters are `key`, the columns from `client_id` to `netted`, and `rest`.
pub(super) async fn write<T>(
    tx: &Transaction<'_>,
    statement: &'static str,
    key: Params<'_>,
    invoice: &Invoice,
    rest: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<T> {
    let issued = invoice.issued();
    let series = match &invoice.state {
        State::Draft { series, .. } => series.as_deref(),
        _ => issued.and_then(|issued| issued.series.as_deref()),
    };
    let totals = &invoice.totals;
    let columns: [Param<'_>; 23] = [
        &invoice.client_id.0,
        &issued.map(|_| &invoice.client_name),
        &invoice.kind.name(),
        &invoice.status().name(),
        &issued.map(|issued| &issued.number),
        &series,
        &invoice.issue_date(),
        &invoice.due.date,
        &invoice.due.from_terms,
        &issued.map(|issued| issued.document_due_date),
        &invoice.operation_date,
        &invoice.currency.code(),
        &invoice.exchange_rate,
        &invoice.scheme.name(),
        &invoice.notes,
        &invoice.internal_notes,
        &totals.subtotal,
        &totals.tax,
        &totals.surcharge,
        &totals.total,
        &totals.withholding,
        &totals.payable,
        &invoice.netted,
    ];
    sql::query_one(tx, statement, &[key, &columns, rest].concat(), read).await
}

pub(super) fn search_text(invoice: &Invoice, lines: &[Line]) -> String {
    let number = invoice.issued().map(|issued| issued.number.as_str());
    let descriptions = lines.iter().map(|line| line.description.as_str());
    let texts = number.into_iter().chain(descriptions).chain(invoice.notes.as_deref());
    text::fold(&texts.collect::<Vec<_>>().join(" "))
}

/// The columns of an invoice, its client's name, and number and day of the original that it corrects.
pub fn read(row: &mut Columns<'_>) -> Result<Invoice> {
    Ok(Invoice {
        id: InvoiceId(row.get("id")?),
        version: row.get("version")?,
        client_id: ClientId(row.get("client_id")?),
        client_name: row.get("client_name")?,
        kind: row.parse("kind", Kind::parse)?,
        state: read_state(row)?,
        due: Due { date: row.get("due_date")?, from_terms: row.get("due_from_terms")? },
        operation_date: row.get("operation_date")?,
        currency: row.parse("currency", Currency::parse)?,
        exchange_rate: row.get("exchange_rate")?,
        scheme: row.parse("tax_scheme", Scheme::parse)?,
        notes: row.get("notes")?,
        internal_notes: row.get("internal_notes")?,
        totals: Totals {
            subtotal: row.get("subtotal")?,
            tax: row.get("tax")?,
            surcharge: row.get("surcharge")?,
            total: row.get("total")?,
            withholding: row.get("withholding")?,
            payable: row.get("payable")?,
        },
        paid: row.get("paid")?,
        netted: row.get("netted")?,
        correction: read_correction(row)?,
        superseded: row.get("superseded")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read_state(row: &mut Columns<'_>) -> Result<State> {
    let status: &str = row.get("status")?;
    let (number, series): (Option<String>, Option<String>) = (row.get("number")?, row.get("series")?);
    let issue_date: Date = row.get("issue_date")?;
    let document_due_date: Option<Date> = row.get("document_due_date")?;
    let cancel_reason: Option<String> = row.get("cancel_reason")?;
    let issued = number.zip(document_due_date).map(|(number, document_due_date)| Issued {
        number,
        issue_date,
        document_due_date,
        series: series.clone(),
    });
    match (status, issued, cancel_reason) {
        ("draft", None, None) => Ok(State::Draft { planned_issue_date: issue_date, series }),
        ("pending", Some(issued), None) => Ok(State::Pending(issued)),
        ("paid", Some(issued), None) => Ok(State::Paid(issued)),
        ("cancelled", Some(issued), Some(reason)) => Ok(State::Cancelled { issued, reason }),
        _ => {
            let said = format!("invoice {}: {status}", row.get::<i64>("id")?);
            Err(Error::internal("a stored invoice contradicts itself", said))
        }
    }
}

/// None for an invoice that corrects no other.
fn read_correction(row: &mut Columns<'_>) -> Result<Option<Correction>> {
    let Some(original) = row.get("corrects")? else { return Ok(None) };
    Ok(Some(Correction {
        original: InvoiceId(original),
        original_number: row.get("original_number")?,
        original_issue_date: row.get("original_issue_date")?,
        method: row.parse("correction_method", Method::parse)?,
        code: row.parse("correction_code", Code::parse)?,
        reason: row.get("correction_reason")?,
    }))
}
