use rust_decimal::Decimal;
use time::Date;

use super::{Act, expect_version, issuing, series};
use crate::{
    domain::{
        client::Client,
        codes::Currency,
        event::{Entity, EntityKind, Fields},
        ids::{ClientId, InvoiceId},
        invoice::{self, Due, Invoice, State, Status},
        line::{self, ContentInput, Line},
        series::Kind,
        tax::category::Scheme,
    },
    error::{Error, Result},
    repository,
};

/// An invoice as it is asked for.
#[derive(Debug)]
pub struct NewInvoice {
    pub client_id: ClientId,
    pub kind: Kind,
    /// Which series is to number it; the default of its kind where absent.
    pub series: Option<String>,
    pub content: ContentInput,
    pub issue_date: Option<Date>,
    pub operation_date: Option<Date>,
    pub exchange_rate: Option<Decimal>,
    pub due_date: Option<Date>,
    pub currency: Currency,
    pub scheme: Scheme,
    pub notes: Option<String>,
    pub internal_notes: Option<String>,
    pub issuing: Issuing,
}

/// What becomes of a new invoice.
#[derive(Debug, PartialEq, Eq)]
pub enum Issuing {
    Draft,
    Now,
    /// Issued elsewhere under this number, before facturo.
    External(String),
}

/// What is to change; `None` keeps. An inner `None` clears.
#[derive(Debug, Default)]
pub struct InvoiceChanges {
    pub client_id: Option<ClientId>,
    /// Lines, discount and adjustments, replaced together.
    pub content: Option<ContentInput>,
    pub issue_date: Option<Date>,
    pub operation_date: Option<Option<Date>>,
    pub exchange_rate: Option<Option<Decimal>>,
    pub due_date: Option<Option<Date>>,
    pub currency: Option<Currency>,
    pub scheme: Option<Scheme>,
    pub notes: Option<Option<String>>,
    pub internal_notes: Option<Option<String>>,
}

/// An invoice with its lines, as every act on one leaves it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvoiceWithLines {
    pub invoice: Invoice,
    pub lines: Vec<Line>,
}

/// An invoice that is locked for a change.
pub(super) struct Held {
    pub now: InvoiceWithLines,
    before: InvoiceWithLines,
}

pub(super) fn entity(id: InvoiceId, client: ClientId) -> Entity {
    Entity { kind: EntityKind::Invoice, id: id.0, client_id: Some(client) }
}

pub async fn create(act: &Act<'_>, new: NewInvoice) -> Result<InvoiceWithLines> {
    let client = active_client(act, new.client_id).await?;
    let planned_issue_date = new.issue_date.unwrap_or(act.today);
    let usual = act.business.details.usual_tax(&client.details, new.scheme, planned_issue_date);
    let (lines, totals) = line::price(&new.content, usual, new.currency)?;
    invoice::not_negative(&totals, new.currency)?;
    let due = due(act, &client, planned_issue_date, new.due_date)?;
    let mut invoice = Invoice {
        id: InvoiceId(0),
        version: 1,
        client_id: client.id,
        client_name: client.details.name.clone(),
        currency: new.currency,
        scheme: new.scheme,
        kind: new.kind,
        correction: None,
        state: State::Draft { planned_issue_date, series: new.series },
        due,
        notes: new.notes,
        internal_notes: new.internal_notes,
        totals,
        paid: Decimal::ZERO,
        netted: Decimal::ZERO,
        superseded: false,
        operation_date: new.operation_date,
        exchange_rate: new.exchange_rate,
        created_at: act.now,
        updated_at: act.now,
    };
    match new.issuing {
        Issuing::Draft => {
            series::find(act, &invoice).await?;
            add(act, &mut invoice, &lines, "created").await?;
            Ok(InvoiceWithLines { invoice, lines })
        }
        Issuing::External(number) => {
            series::claim_external(act, &number, planned_issue_date).await?;
            invoice.issue(number, None, planned_issue_date, act.today)?;
            add(act, &mut invoice, &lines, "imported").await?;
            Ok(InvoiceWithLines { invoice, lines })
        }
        Issuing::Now => {
            series::issue(act, &client, &mut invoice, &lines, planned_issue_date).await?;
            add(act, &mut invoice, &lines, "created_and_issued").await?;
            let issued = InvoiceWithLines { invoice, lines };
            issuing::seal(act, &client, &issued, None).await?;
            Ok(issued)
        }
    }
}

/// Writes a new invoice, its lines and its event.
pub(super) async fn add(
    act: &Act<'_>,
    invoice: &mut Invoice,
    lines: &[Line],
    action: &'static str,
) -> Result<()> {
    invoice.id = repository::invoice::insert(act.tx, act.business_id(), invoice, lines).await?;
    let entity = entity(invoice.id, invoice.client_id);
    act.record(entity, action, &vec![], &invoice.fields(lines), vec![]).await
}

pub async fn update(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    changes: InvoiceChanges,
) -> Result<InvoiceWithLines> {
    let mut held = lock(act, id, expected_version).await?;
    if held.now.invoice.status() == Status::Draft {
        edit_draft(act, &mut held.now, changes).await?;
    } else {
        edit_issued(&mut held.now.invoice, changes)?;
    }
    if held.now == held.before {
        return Ok(held.now);
    }
    held.save(act, "updated", vec![]).await
}

/// Gives a draft its number. Without a date it takes today's, whatever was planned.
pub async fn issue(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    issue_date: Option<Date>,
) -> Result<InvoiceWithLines> {
    let mut held = lock(act, id, expected_version).await?;
    let InvoiceWithLines { invoice, lines } = &mut held.now;
    invoice.require_draft("issued again")?;
    let client = repository::client::get(act.tx, act.business_id(), invoice.client_id).await?;
    invoice.client_name.clone_from(&client.details.name); // of this very moment, as on the document
    series::issue(act, &client, invoice, lines, issue_date.unwrap_or(act.today)).await?;
    let issued = held.save(act, "issued", vec![]).await?;
    issuing::seal(act, &client, &issued, None).await?;
    Ok(issued)
}

pub async fn cancel(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    reason: String,
) -> Result<InvoiceWithLines> {
    let mut held = lock(act, id, expected_version).await?;
    let invoice = &mut held.now.invoice;
    if !repository::invoice::corrections(act.tx, act.business_id(), id).await?.is_empty() {
        return Err(invoice::was_corrected(&invoice.label()));
    }
    invoice.cancel(reason)?;
    let cancelled = held.save(act, "cancelled", vec![]).await?;
    issuing::register_cancellation(act, &cancelled.invoice).await?;
    Ok(cancelled)
}

/// Deletes a draft and answers it as it was.
pub async fn delete(act: &Act<'_>, id: InvoiceId, expected_version: Option<i64>) -> Result<InvoiceWithLines> {
    let Held { now: draft, .. } = lock(act, id, expected_version).await?;
    draft.invoice.require_draft("deleted")?;
    remove_draft(act, id, draft.invoice.client_id).await?;
    Ok(draft)
}

/// Deletes a draft that is locked.
pub(super) async fn remove_draft(act: &Act<'_>, id: InvoiceId, client: ClientId) -> Result<()> {
    repository::invoice::delete(act.tx, act.business_id(), id).await?;
    act.record(entity(id, client), "deleted", &vec![], &vec![], vec![]).await
}

pub(super) async fn lock(act: &Act<'_>, id: InvoiceId, expected_version: Option<i64>) -> Result<Held> {
    let invoice = repository::invoice::lock(act.tx, act.business_id(), id).await?;
    expect_version(&invoice.label(), invoice.version, expected_version)?;
    let lines = repository::invoice::lines(act.tx, act.business_id(), id).await?;
    let before = InvoiceWithLines { invoice, lines };
    Ok(Held { now: before.clone(), before })
}

impl Held {
    /// Writes the invoice as it is now, and the event that tells what changed.
    pub(super) async fn save(
        self,
        act: &Act<'_>,
        action: &'static str,
        details: Fields,
    ) -> Result<InvoiceWithLines> {
        let Self { now: InvoiceWithLines { mut invoice, lines }, before } = self;
        if lines != before.lines {
            repository::invoice::replace_lines(act.tx, act.business_id(), invoice.id, &lines).await?;
        }
        invoice.version =
            repository::invoice::update(act.tx, act.business_id(), &invoice, &lines, act.now).await?;
        invoice.updated_at = act.now;
        let entity = entity(invoice.id, invoice.client_id);
        let before = before.invoice.fields(&before.lines);
        act.record(entity, action, &before, &invoice.fields(&lines), details).await?;
        Ok(InvoiceWithLines { invoice, lines })
    }
}

async fn edit_draft(act: &Act<'_>, draft: &mut InvoiceWithLines, changes: InvoiceChanges) -> Result<()> {
    let InvoiceWithLines { invoice, lines } = draft;
    let moved = changes.client_id.is_some_and(|id| id != invoice.client_id);
    let client = match changes.client_id {
        Some(id) if moved => active_client(act, id).await?,
        _ => repository::client::get(act.tx, act.business_id(), invoice.client_id).await?,
    };
    let issue_date = changes.issue_date.unwrap_or(invoice.issue_date());
    if moved || changes.issue_date.is_some() || changes.due_date.is_some() {
        let agreed = (!invoice.due.from_terms).then_some(invoice.due.date);
        invoice.due = due(act, &client, issue_date, changes.due_date.unwrap_or(agreed))?;
    }
    let series = match &invoice.state {
        State::Draft { series, .. } => series.clone(),
        _ => None,
    };
    invoice.state = State::Draft { planned_issue_date: issue_date, series };
    invoice.operation_date = changes.operation_date.unwrap_or(invoice.operation_date);
    invoice.exchange_rate = changes.exchange_rate.unwrap_or(invoice.exchange_rate);
    let scheme = changes.scheme.unwrap_or(invoice.scheme);
    let usual = act.business.details.usual_tax(&client.details, scheme, issue_date);
    invoice.client_id = client.id;
    invoice.client_name = client.details.name;
    invoice.notes = changes.notes.unwrap_or(invoice.notes.take());
    invoice.internal_notes = changes.internal_notes.unwrap_or(invoice.internal_notes.take());
    let Some(content) = changes.content else {
        let asked = changes.currency.map(|_| "currency").or(changes.scheme.map(|_| "tax_scheme"));
        return asked.map_or(Ok(()), |field| {
            Err(Error::invalid(
                field,
                "cannot change alone, since amounts are not converted",
                "the lines anew with it",
            ))
        });
    };
    invoice.currency = changes.currency.unwrap_or(invoice.currency);
    invoice.scheme = changes.scheme.unwrap_or(invoice.scheme);
    (*lines, invoice.totals) = line::price(&content, usual, invoice.currency)?;
    invoice::not_negative(&invoice.totals, invoice.currency)
}

/// An issued invoice stands. What may still be agreed anew is when it is due; the document keeps its own date.
fn edit_issued(invoice: &mut Invoice, changes: InvoiceChanges) -> Result<()> {
    let InvoiceChanges { client_id, content, issue_date, due_date, currency, scheme, notes, .. } = &changes;
    let (operation_date, exchange_rate) = (changes.operation_date, changes.exchange_rate);
    let fixed = [
        ("client_id", client_id.is_some()),
        ("lines", content.is_some()),
        ("issue_date", issue_date.is_some()),
        ("due_date", due_date.is_some() && invoice.status() != Status::Pending),
        ("currency", currency.is_some()),
        ("tax_scheme", scheme.is_some()),
        ("notes", notes.is_some()),
        ("operation_date", operation_date.is_some()),
        ("exchange_rate", exchange_rate.is_some()),
    ];
    if let Some((field, _)) = fixed.into_iter().find(|(_, asked)| *asked) {
        let (label, status) = (invoice.label(), invoice.status().name());
        return Err(Error::conflict(
            format!("{label} is {status}, so its {field} can no longer change."),
            "A pending invoice takes a new due_date and internal_notes; correct_invoice corrects what stands on it.",
        ));
    }
    match due_date {
        None => {}
        Some(None) => {
            return Err(Error::invalid("due_date", "is empty", "a date; an issued invoice has one"));
        }
        Some(Some(date)) => {
            invoice::due_after_issue(*date, invoice.issue_date())?;
            invoice.due = Due { date: *date, from_terms: false };
        }
    }
    invoice.internal_notes = changes.internal_notes.unwrap_or(invoice.internal_notes.take());
    Ok(())
}

/// Without a date asked for, by the client's terms, or the business's.
fn due(act: &Act<'_>, client: &Client, issue_date: Date, asked: Option<Date>) -> Result<Due> {
    let terms = client.details.payment_terms_days.unwrap_or(act.business.details.payment_terms_days);
    Due::agreed(asked, terms, issue_date)
}

async fn active_client(act: &Act<'_>, id: ClientId) -> Result<Client> {
    let client = repository::client::get(act.tx, act.business_id(), id).await?;
    if client.archived_at.is_none() {
        return Ok(client);
    }
    Err(Error::conflict(
        format!("Client {id} is archived."),
        "archive_client with archived: false brings it back; or choose another client.",
    ))
}
