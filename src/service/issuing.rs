//! What makes an issue irrevocable: the document is frozen, and a business in Spain registers it in its chain of records.

use super::{Act, invoice::InvoiceWithLines};
use crate::{
    domain::{
        business::BusinessDetails,
        client::Client,
        document::{Frozen, Papers},
        invoice::Invoice,
        line::Line,
        record::{
            InvoiceRef, Making, Record,
            chain::{Head, Link},
            issued::{Corrected, issuer},
            party::Software,
        },
    },
    error::Result,
    repository,
};

/// The document of an invoice that has just got its number.
pub(super) fn freeze(
    business: &BusinessDetails,
    client: &Client,
    invoice: &Invoice,
    lines: &[Line],
) -> Frozen {
    Papers { business, client: &client.details, invoice, lines }.freeze()
}

/// Keeps the document of an issued invoice, and registers the invoice; `business` as the document has it.
pub(super) async fn seal(
    act: &Act<'_>,
    business: &BusinessDetails,
    client: &Client,
    issued: &InvoiceWithLines,
    corrected: Option<Corrected<'_>>,
    frozen: &Frozen,
) -> Result<()> {
    let InvoiceWithLines { invoice, lines } = issued;
    let papers = Papers { business, client: &client.details, invoice, lines };
    let freeze = repository::document::freeze(act.tx, act.business_id(), invoice.id, frozen);
    if !business.contact.is_in_spain() {
        return freeze.await;
    }
    repository::together(freeze, add(act, invoice, |making| papers.record(corrected, making))).await.map(drop)
}

/// Registers that an invoice was cancelled, where it was registered before.
pub(super) async fn register_cancellation(act: &Act<'_>, invoice: &Invoice) -> Result<()> {
    let earlier = repository::record::of_invoice(act.tx, act.business_id(), invoice.id).await?;
    let registered = earlier.first().and_then(|link| Record::from_form(link.place, link.form.as_ref()?));
    let Some(registered) = registered else { return Ok(()) };
    let named: InvoiceRef = registered.invoice;
    add(act, invoice, |making| Record::cancellation(named.clone(), making)).await
}

/// Adds a record to the chain. Its time is taken under the lock on the chain's end, so that the times run forward.
async fn add(
    act: &Act<'_>,
    invoice: &Invoice,
    make: impl FnOnce(Making<'_>) -> Result<Record>,
) -> Result<()> {
    let details = &act.business.details;
    let issuer = issuer(details)?;
    let business = act.business_id();
    let (installation, end): (_, Option<Head>) = repository::record::lock_end(act.tx, business).await?;
    let software = Software::facturo(&issuer, &installation, false);
    let generated_at = (act.clock)(&details.time_zone);
    let record =
        make(Making { previous: end.as_ref().map(|end| &end.previous), software: &software, generated_at })?;
    let link = Link::new(&record, invoice.id, end.as_ref());
    repository::record::append(act.tx, business, &link).await
}
