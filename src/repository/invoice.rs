use deadpool_postgres::{GenericClient, Transaction};
use rust_decimal::Decimal;
use time::{Date, OffsetDateTime, macros::date};
use tokio_postgres::types::ToSql;

use super::{
    page::{self, Page, PageRequest},
    sql::{self, Columns},
};
use crate::{
    domain::{
        codes::Currency,
        correction::{Code, Correction, Method},
        decimal,
        ids::{BusinessId, ClientId, InvoiceId},
        invoice::{Due, Invoice, Issued, State, Status},
        line::{Line, LineKind},
        series::Kind,
        tax::{
            Totals,
            category::{Category, Exemption, Scheme},
            treatment::Treatment,
        },
        text,
    },
    error::{Error, Result},
};

pub const DAY_MIN: Date = date!(0001 - 01 - 01);
pub const DAY_MAX: Date = date!(9999 - 12 - 31);

/// What `list` keeps. Open ends are the ends of the calendar.
#[derive(Debug, Clone)]
pub struct Filter {
    pub statuses: Vec<Status>,
    pub standing: Standing,
    pub client_id: Option<ClientId>,
    pub issued: (Date, Date),
    pub due: (Date, Date),
    pub total: (Decimal, Decimal),
    /// Words of the number, the lines, the notes or the client, as the person typed them.
    pub query: Option<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            statuses: vec![Status::Draft, Status::Pending, Status::Paid, Status::Cancelled],
            standing: Standing::Any,
            client_id: None,
            issued: (DAY_MIN, DAY_MAX),
            due: (DAY_MIN, DAY_MAX),
            total: (Decimal::ZERO, decimal::LIMIT),
            query: None,
        }
    }
}

/// How invoices stand with regard to what is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Any,
    /// Something is owed.
    Owing,
    /// Something is owed, and something was paid.
    PartlyPaid,
}

impl Standing {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Owing => "owing",
            Self::PartlyPaid => "partly_paid",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Newest,
    Oldest,
    Due,
    Total,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Due, Self::Total];

    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Due => "due",
            Self::Total => "total",
        }
    }

    fn statement(self) -> &'static str {
        match self {
            Self::Newest => include_str!("../../sql/queries/invoice/list_newest.sql"),
            Self::Oldest => include_str!("../../sql/queries/invoice/list_oldest.sql"),
            Self::Due => include_str!("../../sql/queries/invoice/list_due.sql"),
            Self::Total => include_str!("../../sql/queries/invoice/list_total.sql"),
        }
    }
}

pub async fn get(client: &impl GenericClient, business: BusinessId, id: InvoiceId) -> Result<Invoice> {
    let statement = include_str!("../../sql/queries/invoice/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], read)
        .await?
        .ok_or_else(|| not_found(&id.to_string()))
}

/// Reads it for a change: others wait until this transaction ends.
pub async fn lock(tx: &Transaction<'_>, business: BusinessId, id: InvoiceId) -> Result<Invoice> {
    let statement = include_str!("../../sql/queries/invoice/lock.sql");
    sql::query_opt(tx, statement, &[&business.0, &id.0], read)
        .await?
        .ok_or_else(|| not_found(&id.to_string()))
}

/// The id behind a legal number.
pub async fn id_by_number(
    client: &impl GenericClient,
    business: BusinessId,
    number: &str,
) -> Result<Option<InvoiceId>> {
    let statement = include_str!("../../sql/queries/invoice/id_by_number.sql");
    sql::query_opt(client, statement, &[&business.0, &number], |row| Ok(InvoiceId(row.take()?))).await
}

pub async fn lines(client: &impl GenericClient, business: BusinessId, id: InvoiceId) -> Result<Vec<Line>> {
    let statement = include_str!("../../sql/queries/invoice/lines.sql");
    sql::query(client, statement, &[&business.0, &id.0], |row| {
        Ok(Line {
            kind: row.parse(line_kind)?,
            description: row.take()?,
            quantity: row.take()?,
            unit_price: row.take()?,
            discount_percent: row.take()?,
            treatment: Treatment {
                category: row.parse(|name| Category::parse("tax_category", name))?,
                rate: row.take()?,
                exemption: row.parse_opt(|code| Exemption::parse("exemption", code))?,
                surcharge_rate: row.take()?,
                withholding_rate: row.take()?,
            },
            net: row.take()?,
        })
    })
    .await
}

fn line_kind(name: &str) -> Result<LineKind> {
    let found = LineKind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| Error::internal("a line of an unknown kind", name))
}

/// Writes a new invoice with its lines and answers its id.
pub async fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    invoice: &Invoice,
    lines: &[Line],
) -> Result<InvoiceId> {
    let statement = include_str!("../../sql/queries/invoice/insert.sql");
    let correction = invoice.correction.as_ref();
    let search_text = search_text(invoice, lines);
    let (original, method, code, reason) = (
        correction.map(|correction| correction.original.0),
        correction.map(|correction| correction.method.name()),
        correction.map(|correction| correction.code.name()),
        correction.map(|correction| &correction.reason),
    );
    let state = StateColumns::of(invoice);
    let params = [
        &[&business.0 as Param<'_>],
        state.params(invoice).as_slice(),
        &[&original, &method, &code, &reason, &search_text, &invoice.created_at],
    ]
    .concat();
    let id = sql::query_one(tx, statement, &params, |row| Ok(InvoiceId(row.take()?))).await?;
    insert_lines(tx, business, id, lines).await?;
    Ok(id)
}

/// Writes everything of an invoice but its lines and what it corrects, and answers its new version.
pub async fn update(
    tx: &Transaction<'_>,
    business: BusinessId,
    invoice: &Invoice,
    lines: &[Line],
    now: OffsetDateTime,
) -> Result<i64> {
    let statement = include_str!("../../sql/queries/invoice/update.sql");
    let cancel_reason = match &invoice.state {
        State::Cancelled { reason, .. } => Some(reason),
        _ => None,
    };
    let search_text = search_text(invoice, lines);
    let state = StateColumns::of(invoice);
    let params = [
        &[&business.0 as Param<'_>, &invoice.id.0],
        state.params(invoice).as_slice(),
        &[&invoice.paid, &cancel_reason, &invoice.superseded, &search_text, &now],
    ]
    .concat();
    sql::query_one(tx, statement, &params, |row| row.take()).await
}

type Param<'a> = &'a (dyn ToSql + Sync);

/// Columns that are not fields, in the form that PostgreSQL takes.
struct StateColumns<'a> {
    client_name: Option<&'a str>,
    kind: &'static str,
    status: &'static str,
    number: Option<&'a str>,
    series: Option<&'a str>,
    issue_date: Date,
    document_due_date: Option<Date>,
    currency: &'static str,
    scheme: &'static str,
}

impl<'a> StateColumns<'a> {
    fn of(invoice: &'a Invoice) -> Self {
        let issued = invoice.issued();
        let series = match &invoice.state {
            State::Draft { series, .. } => series.as_deref(),
            _ => issued.and_then(|issued| issued.series.as_deref()),
        };
        Self {
            client_name: issued.map(|_| invoice.client_name.as_str()),
            kind: invoice.kind.name(),
            status: invoice.status().name(),
            number: issued.map(|issued| issued.number.as_str()),
            series,
            issue_date: invoice.issue_date(),
            document_due_date: issued.map(|issued| issued.document_due_date),
            currency: invoice.currency.code(),
            scheme: invoice.scheme.name(),
        }
    }

    /// From `client_id` to `netted`, in the order that insert and update share.
    fn params(&'a self, invoice: &'a Invoice) -> [Param<'a>; 23] {
        let totals = &invoice.totals;
        [
            &invoice.client_id.0,
            &self.client_name,
            &self.kind,
            &self.status,
            &self.number,
            &self.series,
            &self.issue_date,
            &invoice.due.date,
            &invoice.due.from_terms,
            &self.document_due_date,
            &invoice.operation_date,
            &self.currency,
            &invoice.exchange_rate,
            &self.scheme,
            &invoice.notes,
            &invoice.internal_notes,
            &totals.subtotal,
            &totals.tax,
            &totals.surcharge,
            &totals.total,
            &totals.withholding,
            &totals.payable,
            &invoice.netted,
        ]
    }
}

/// A correction of an invoice, as the invoice names it.
#[derive(Debug, Clone)]
pub struct CorrectedBy {
    pub id: InvoiceId,
    pub number: String,
    pub method: Method,
    pub total: Decimal,
    pub payable: Decimal,
}

/// The corrections of an invoice that stand, oldest first.
pub async fn corrections(
    client: &impl GenericClient,
    business: BusinessId,
    id: InvoiceId,
) -> Result<Vec<CorrectedBy>> {
    let statement = include_str!("../../sql/queries/invoice/corrections.sql");
    sql::query(client, statement, &[&business.0, &id.0], |row| {
        Ok(CorrectedBy {
            id: InvoiceId(row.take()?),
            number: row.take()?,
            method: row.parse(|name| Method::parse("method", name))?,
            total: row.take()?,
            payable: row.take()?,
        })
    })
    .await
}

/// Puts new lines in the place of the old.
pub async fn replace_lines(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: InvoiceId,
    lines: &[Line],
) -> Result<()> {
    let statement = include_str!("../../sql/queries/invoice/delete_lines.sql");
    sql::execute(tx, statement, &[&business.0, &id.0]).await?;
    insert_lines(tx, business, id, lines).await
}

async fn insert_lines(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: InvoiceId,
    lines: &[Line],
) -> Result<()> {
    let statement = include_str!("../../sql/queries/invoice/insert_lines.sql");
    let column = |of: fn(&Line) -> Decimal| lines.iter().map(of).collect::<Vec<_>>();
    let kinds: Vec<&str> = lines.iter().map(|line| line.kind.name()).collect();
    let descriptions: Vec<&str> = lines.iter().map(|line| line.description.as_str()).collect();
    let categories: Vec<&str> = lines.iter().map(|line| line.treatment.category.name()).collect();
    let exemptions: Vec<_> = lines.iter().map(|line| line.treatment.exemption.map(Exemption::code)).collect();
    let params: sql::Params<'_> = &[
        &business.0,
        &id.0,
        &kinds,
        &descriptions,
        &column(|line| line.quantity),
        &column(|line| line.unit_price),
        &column(|line| line.discount_percent),
        &categories,
        &column(|line| line.treatment.rate),
        &exemptions,
        &column(|line| line.treatment.surcharge_rate),
        &column(|line| line.treatment.withholding_rate),
        &column(|line| line.net),
    ];
    sql::execute(tx, statement, params).await.map(drop)
}

/// Deletes an invoice with its lines.
pub async fn delete(tx: &Transaction<'_>, business: BusinessId, id: InvoiceId) -> Result<()> {
    let statement = include_str!("../../sql/queries/invoice/delete.sql");
    sql::execute(tx, statement, &[&business.0, &id.0]).await.map(drop)
}

/// The client's drafts, locked.
pub async fn lock_drafts_of_client(
    tx: &Transaction<'_>,
    business: BusinessId,
    client: ClientId,
) -> Result<Vec<InvoiceId>> {
    let statement = include_str!("../../sql/queries/invoice/lock_drafts_of_client.sql");
    sql::query(tx, statement, &[&business.0, &client.0], |row| Ok(InvoiceId(row.take()?))).await
}

pub async fn list(
    client: &impl GenericClient,
    business: BusinessId,
    filter: &Filter,
    sort: Sort,
    request: &PageRequest,
) -> Result<Page<Invoice>> {
    let limit = request.limit()?;
    let cursor = request.cursor::<2>(sort.name())?;
    let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.name()).collect();
    let words = sql::containing_words(&text::fold(filter.query.as_deref().unwrap_or_default()));
    let id = cursor.as_ref().map(|cursor| cursor.id(1)).transpose()?;
    let day = || cursor.as_ref().map(|cursor| cursor.date(0)).transpose();
    let amount = || cursor.as_ref().map(|cursor| cursor.amount(0)).transpose();
    let (first_day, first_total, first_id) = match sort {
        Sort::Newest => (day()?.unwrap_or(DAY_MAX), None, i64::MAX),
        Sort::Oldest | Sort::Due => (day()?.unwrap_or(DAY_MIN), None, 0),
        Sort::Total => (DAY_MAX, Some(amount()?.unwrap_or(decimal::LIMIT)), i64::MAX),
    };
    let after: &(dyn tokio_postgres::types::ToSql + Sync) = match &first_total {
        Some(total) => total,
        None => &first_day,
    };
    let params: sql::Params<'_> = &[
        &business.0,
        &statuses,
        &filter.client_id.map(|id| id.0),
        &filter.issued.0,
        &filter.issued.1,
        &filter.due.0,
        &filter.due.1,
        &filter.total.0,
        &filter.total.1,
        &filter.standing.name(),
        &words,
        after,
        &id.unwrap_or(first_id),
        &(limit + 1),
    ];
    let found = sql::query(client, sort.statement(), params, read).await?;
    Ok(page::page(found, limit, sort.name(), |invoice| {
        let key = match sort {
            Sort::Newest | Sort::Oldest => invoice.issue_date().to_string(),
            Sort::Due => invoice.due.date.to_string(),
            Sort::Total => invoice.totals.total.to_string(),
        };
        vec![key, invoice.id.to_string()]
    }))
}

pub fn not_found(id: &str) -> Error {
    Error::NotFound {
        what: "invoice",
        id: id.to_owned(),
        next: "list_invoices finds it by client, date or words.",
    }
}

fn search_text(invoice: &Invoice, lines: &[Line]) -> String {
    let number = invoice.issued().map(|issued| issued.number.as_str());
    let descriptions = lines.iter().map(|line| line.description.as_str());
    let texts = number.into_iter().chain(descriptions).chain(invoice.notes.as_deref());
    text::fold(&texts.collect::<Vec<_>>().join(" "))
}

/// The columns of an invoice, its client's name, and the number of the original that it corrects.
pub(super) fn read(row: &mut Columns<'_>) -> Result<Invoice> {
    let (id, version, client_id, client_name) =
        (InvoiceId(row.take()?), row.take()?, ClientId(row.take()?), row.take()?);
    let kind = row.parse(|name| Kind::parse("kind", name))?;
    let status: &str = row.take()?;
    let (number, series): (Option<String>, Option<String>) = (row.take()?, row.take()?);
    let issue_date: Date = row.take()?;
    let due = Due { date: row.take()?, from_terms: row.take()? };
    let document_due_date: Option<Date> = row.take()?;
    let operation_date = row.take()?;
    let currency = row.parse(|code| Currency::parse("currency", code))?;
    let exchange_rate = row.take()?;
    let scheme = row.parse(|name| Scheme::parse("tax_scheme", name))?;
    let (notes, internal_notes) = (row.take()?, row.take()?);
    let totals = read_totals(row)?;
    let (paid, netted) = (row.take()?, row.take()?);
    let cancel_reason: Option<String> = row.take()?;
    let issued = number.zip(document_due_date).map(|(number, document_due_date)| Issued {
        number,
        issue_date,
        document_due_date,
        series: series.clone(),
    });
    let state = match (status, issued, cancel_reason) {
        ("draft", None, None) => State::Draft { planned_issue_date: issue_date, series },
        ("pending", Some(issued), None) => State::Pending(issued),
        ("paid", Some(issued), None) => State::Paid(issued),
        ("cancelled", Some(issued), Some(reason)) => State::Cancelled { issued, reason },
        _ => {
            let said = format!("invoice {id}: {status}");
            return Err(Error::internal("a stored invoice contradicts itself", said));
        }
    };
    Ok(Invoice {
        id,
        version,
        client_id,
        client_name,
        currency,
        scheme,
        kind,
        state,
        due,
        notes,
        internal_notes,
        totals,
        paid,
        netted,
        operation_date,
        exchange_rate,
        correction: read_correction(row)?,
        superseded: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

fn read_totals(row: &mut Columns<'_>) -> Result<Totals> {
    Ok(Totals {
        subtotal: row.take()?,
        tax: row.take()?,
        surcharge: row.take()?,
        total: row.take()?,
        withholding: row.take()?,
        payable: row.take()?,
    })
}

fn read_correction(row: &mut Columns<'_>) -> Result<Option<Correction>> {
    let (original, number, issue_date): (Option<i64>, Option<String>, Option<Date>) =
        (row.take()?, row.take()?, row.take()?);
    let method = row.parse_opt(|name| Method::parse("method", name))?;
    let code = row.parse_opt(|name| Code::parse("code", name))?;
    let reason: Option<String> = row.take()?;
    let (
        Some(original),
        Some(original_number),
        Some(original_issue_date),
        Some(method),
        Some(code),
        Some(reason),
    ) = (original, number, issue_date, method, code, reason)
    else {
        return Ok(None);
    };
    let original = InvoiceId(original);
    Ok(Some(Correction { original, original_number, original_issue_date, method, code, reason }))
}
