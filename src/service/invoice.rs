use rust_decimal::Decimal;
use time::Date;

use super::{Act, expect_version, issuing, series};
use crate::{
    domain::{
        client::Client,
        codes::Currency,
        event::{Entity, EntityKind, Fields},
        ids::{ClientId, InvoiceId},
        invoice::{self, Due, Invoice, InvoiceChanges, State, Status},
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
    let (client, all_series) = repository::together(
        active_client(act, new.client_id),
        repository::series::all(act.tx, act.business_id()),
    )
    .await?;
    let planned_issue_date = new.issue_date.unwrap_or(act.today);
    let business = &act.business.details;
    let taxed_on = invoice::taxed_on(new.operation_date, planned_issue_date);
    let usual = business.usual_tax(&client.details, new.scheme, taxed_on);
    let (lines, totals) = line::price(&new.content, usual, new.currency)?;
    invoice::not_negative(&totals, new.currency)?;
    let due = Due::agreed(new.due_date, business.terms_days(&client.details), planned_issue_date)?;
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
            series::of(&all_series, &invoice)?;
            add(act, &mut invoice, &lines, "created", vec![]).await?;
            Ok(InvoiceWithLines { invoice, lines })
        }
        Issuing::External(number) => {
            series::claim_external(act, &number, planned_issue_date).await?;
            invoice.issue(number, None, planned_issue_date, act.today)?;
            add(act, &mut invoice, &lines, "imported", vec![]).await?;
            Ok(InvoiceWithLines { invoice, lines })
        }
        Issuing::Now => {
            let series = series::of(&all_series, &invoice)?;
            let day = planned_issue_date;
            series::issue(act, series, &client, &mut invoice, &lines, day, Decimal::ZERO).await?;
            let frozen = issuing::freeze(business, &client, &invoice, &lines);
            add(act, &mut invoice, &lines, "created_and_issued", vec![frozen.field()]).await?;
            let issued = InvoiceWithLines { invoice, lines };
            issuing::seal(act, business, &client, &issued, None, &frozen).await?;
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
    details: super::Fields,
) -> Result<()> {
    invoice.id = repository::invoice::insert(act.tx, act.business_id(), invoice, lines).await?;
    let entity = entity(invoice.id, invoice.client_id);
    let (before, after) = (vec![], invoice.fields(lines));
    repository::together(
        repository::invoice::insert_lines(act.tx, act.business_id(), invoice.id, lines),
        act.record(entity, action, &before, &after, details),
    )
    .await
    .map(drop)
}

pub async fn update(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    changes: InvoiceChanges,
) -> Result<InvoiceWithLines> {
    let mut held = lock(act, id, expected_version).await?;
    let InvoiceWithLines { invoice, lines } = &mut held.now;
    if invoice.status() == Status::Draft {
        let client = match changes.client_id {
            Some(id) if id != invoice.client_id => active_client(act, id).await?,
            _ => repository::client::get(act.tx, act.business_id(), invoice.client_id).await?,
        };
        invoice.change_draft(lines, changes, &act.business.details, client)?;
    } else {
        invoice.change_issued(changes)?;
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
    let (client, all_series) = repository::together(
        repository::client::get(act.tx, act.business_id(), invoice.client_id),
        repository::series::all(act.tx, act.business_id()),
    )
    .await?;
    invoice.client_name.clone_from(&client.details.name); // of this very moment, as on the document
    let issue_date = issue_date.unwrap_or(act.today);
    let business = &act.business.details;
    invoice.still_follows(lines, business, &client, issue_date)?;
    let series = series::of(&all_series, invoice)?;
    series::issue(act, series, &client, invoice, lines, issue_date, Decimal::ZERO).await?;
    let frozen = issuing::freeze(business, &client, invoice, lines);
    let (issued, ()) = repository::together(
        held.save(act, "issued", vec![frozen.field()]),
        issuing::seal(act, business, &client, &held.now, None, &frozen),
    )
    .await?;
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
    let (corrections, written_off) = repository::together(
        repository::invoice::corrections(act.tx, act.business_id(), id),
        repository::payment::written_off(act.tx, act.business_id(), id),
    )
    .await?;
    if !corrections.is_empty() {
        return Err(invoice::was_corrected(&invoice.label()));
    }
    invoice.cancel(reason, written_off)?;
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
        &self,
        act: &Act<'_>,
        action: &'static str,
        details: Fields,
    ) -> Result<InvoiceWithLines> {
        let InvoiceWithLines { invoice, lines } = &self.now;
        if *lines != self.before.lines {
            repository::invoice::replace_lines(act.tx, act.business_id(), invoice.id, lines).await?;
        }
        let entity = entity(invoice.id, invoice.client_id);
        let [before, after] = [&self.before, &self.now].map(|it| it.invoice.fields(&it.lines));
        let (version, ()) = repository::together(
            repository::invoice::update(act.tx, act.business_id(), invoice, lines, act.now),
            act.record(entity, action, &before, &after, details),
        )
        .await?;
        let mut saved = self.now.clone();
        saved.invoice.version = version;
        saved.invoice.updated_at = act.now;
        Ok(saved)
    }
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
