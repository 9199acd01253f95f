use deadpool_postgres::Transaction;
use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    invoice::{DAY_MAX, DAY_MIN},
    page::{self, Page, PageRequest},
    sql::{self, Columns, Connection},
};
use crate::{
    domain::{
        codes::Currency,
        ids::{BusinessId, ClientId, InvoiceId, PaymentId},
        payment::{Entry, Method, Payment},
    },
    error::{Error, Result},
};

/// A payment as it is about to be written; `reverses` makes it a reversal.
pub struct NewPayment<'a> {
    pub invoice_id: InvoiceId,
    pub amount: Decimal,
    pub paid_on: Date,
    pub method: Method,
    pub reference: Option<&'a str>,
    pub reverses: Option<PaymentId>,
    /// Of a reversal or a write-off.
    pub reason: Option<&'a str>,
}

/// What `list` keeps. Open ends are the ends of the calendar.
#[derive(Debug, Clone)]
pub struct Filter {
    pub invoice_id: Option<InvoiceId>,
    pub client_id: Option<ClientId>,
    pub paid: (Date, Date),
    pub method: Option<Method>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { invoice_id: None, client_id: None, paid: (DAY_MIN, DAY_MAX), method: None }
    }
}

pub async fn get(client: &impl Connection, business: BusinessId, id: PaymentId) -> Result<Payment> {
    let statement = include_str!("../../sql/queries/payment/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], read).await?.ok_or_else(|| Error::NotFound {
        what: "payment",
        id: id.to_string(),
        next: "list_payments shows the payments of an invoice or a client.",
    })
}

/// All entries of an invoice, reversals too, oldest first.
pub async fn of_invoice(
    client: &impl Connection,
    business: BusinessId,
    invoice: InvoiceId,
) -> Result<Vec<Payment>> {
    let statement = include_str!("../../sql/queries/payment/of_invoice.sql");
    sql::query(client, statement, &[&business.0, &invoice.0], read).await
}

pub async fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    payment: &NewPayment<'_>,
    now: OffsetDateTime,
) -> Result<PaymentId> {
    let statement = include_str!("../../sql/queries/payment/insert.sql");
    let params: sql::Params<'_> = &[
        &business.0,
        &payment.invoice_id.0,
        &payment.amount,
        &payment.paid_on,
        &payment.method.name(),
        &payment.reference,
        &payment.reverses.map(|id| id.0),
        &payment.reason,
        &now,
    ];
    sql::query_one(tx, statement, params, |row| Ok(PaymentId(row.get("id")?))).await
}

/// What was written off of an invoice in all.
pub async fn written_off(
    client: &impl Connection,
    business: BusinessId,
    invoice: InvoiceId,
) -> Result<Decimal> {
    let statement = include_str!("../../sql/queries/payment/written_off.sql");
    sql::query_one(client, statement, &[&business.0, &invoice.0], |row| row.get("amount")).await
}

/// The first invoice whose payments do not add up to what it says was paid.
pub async fn unbalanced(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
) -> Result<Option<InvoiceId>> {
    let statement = include_str!("../../sql/queries/payment/unbalanced.sql");
    let params: sql::Params<'_> = &[&business.0, &invoice.map(|id| id.0)];
    sql::query_opt(client, statement, params, |row| Ok(InvoiceId(row.get("id")?))).await
}

pub async fn list(
    client: &impl Connection,
    business: BusinessId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<Payment>> {
    const LIST: &str = "paid";
    let limit = request.limit()?;
    let (day, id) = match request.cursor::<2>(LIST)? {
        Some(cursor) => (cursor.date(0)?, cursor.id(1)?),
        None => (DAY_MAX, i64::MAX),
    };
    let statement = include_str!("../../sql/queries/payment/list.sql");
    let params: sql::Params<'_> = &[
        &business.0,
        &filter.invoice_id.map(|id| id.0),
        &filter.client_id.map(|id| id.0),
        &filter.paid.0,
        &filter.paid.1,
        &filter.method.map(Method::name),
        &day,
        &id,
        &(limit + 1),
    ];
    let found = sql::query_filtered(client, statement, params, read).await?;
    Ok(page::page(found, limit, LIST, |payment| vec![payment.paid_on.to_string(), payment.id.to_string()]))
}

fn read(row: &mut Columns<'_>) -> Result<Payment> {
    let (of, by): (Option<i64>, Option<i64>) = (row.get("reverses")?, row.get("reversed_by")?);
    let entry = match (of, by) {
        (Some(of), _) => Entry::Reversal { of: PaymentId(of) },
        (None, Some(by)) => Entry::Reversed { by: PaymentId(by) },
        (None, None) => Entry::Counts,
    };
    Ok(Payment {
        id: PaymentId(row.get("id")?),
        invoice_id: InvoiceId(row.get("invoice_id")?),
        invoice_number: row.get("invoice_number")?,
        client_id: ClientId(row.get("client_id")?),
        client_name: row.get("client_name")?,
        currency: row.parse("currency", Currency::parse)?,
        amount: row.get("amount")?,
        paid_on: row.get("paid_on")?,
        method: row.parse("method", Method::parse)?,
        reference: row.get("reference")?,
        entry,
        reason: row.get("reason")?,
        created_at: row.get("created_at")?,
    })
}
