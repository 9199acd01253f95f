//! Verification on demand (RD 1007/2023, art. 8): the chain of registration records, the frozen documents, the history.
//! What is found raises an alarm that stays.

use time::OffsetDateTime;

use crate::{
    domain::{
        document,
        event::Fields,
        ids::{BusinessId, ClientId, InvoiceId},
        invoice::Invoice,
        line::Line,
        record::{
            Record,
            chain::{Break, Head, Walk},
        },
        verification::{Chain, EventWalk, Finding, Told, Verification},
    },
    error::{Error, Result},
    repository::{self, sql::Connection},
};

/// How many links are read at a time.
const PAGE: i64 = 500;

/// Verifies everything of the business, or one invoice. Each finding is kept as an alarm by a statement of its own, so that a role
/// that may only read verifies as well.
pub async fn verify(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
    now: OffsetDateTime,
) -> Result<Verification> {
    let mut verification = examine(client, business, invoice).await?;
    for finding in &verification.findings {
        if !repository::alarm::raise(client, business, finding, now).await? {
            verification.alarms_kept = false;
        }
    }
    Ok(verification)
}

/// The same without a trace.
pub async fn examine(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
) -> Result<Verification> {
    if let Some(id) = invoice {
        repository::invoice::get(client, business, id).await?; // one that never was is not verified
    }
    let mut verification = Verification::default();
    let broken = match invoice {
        None => records(client, business, &mut verification).await?,
        Some(id) => records_of(client, business, id, &mut verification).await?,
    };
    let broken = broken.map(|broken| Finding {
        chain: Chain::Records,
        subject: format!("record {}", broken.place),
        what: broken.to_string(),
    });
    verification.findings.extend(broken);
    let found = documents(client, business, invoice, &mut verification).await?;
    verification.findings.extend(found);
    let found = events(client, business, invoice, &mut verification).await?;
    verification.findings.extend(found);
    Ok(verification)
}

/// Walks along the whole chain, as far as it reached when the walk began.
async fn records(
    client: &impl Connection,
    business: BusinessId,
    verification: &mut Verification,
) -> Result<Option<Break>> {
    let end = repository::record::end(client, business).await?;
    let last = end.as_ref().map_or(i64::MAX, |end| end.place);
    let mut walk = Walk::default();
    let mut place = 1;
    loop {
        let links = repository::record::list(client, business, place, PAGE).await?;
        for link in links.iter().filter(|link| link.place <= last) {
            if let Err(broken) = walk.step(link) {
                return Ok(Some(broken));
            }
            verification.records += 1;
        }
        match links.last() {
            Some(link) if link.place < last => place = link.place + 1,
            _ => return Ok(walk.end(end.as_ref()).err()),
        }
    }
}

/// The records of one invoice, each behind the one before it.
async fn records_of(
    client: &impl Connection,
    business: BusinessId,
    id: InvoiceId,
    verification: &mut Verification,
) -> Result<Option<Break>> {
    for link in repository::record::of_invoice(client, business, id).await? {
        let before = match link.place {
            1 => None,
            place => repository::record::list(client, business, place - 1, 1).await?.pop(),
        };
        let head = before.and_then(|before| {
            let record = Record::from_form(before.place, before.form.as_ref()?)?;
            Some(Head::of(&record, &before))
        });
        if let Err(broken) = head.map_or_else(Walk::default, Walk::after).step(&link) {
            return Ok(Some(broken));
        }
        verification.records += 1;
    }
    Ok(None)
}

/// Whether the documents still say what the rows of their invoices say.
async fn documents(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
    verification: &mut Verification,
) -> Result<Option<Finding>> {
    let finding = |id: InvoiceId, what: &str| Finding {
        chain: Chain::Documents,
        subject: format!("invoice {id}"),
        what: what.to_owned(),
    };
    if let Some(id) = repository::document::missing(client, business, invoice).await? {
        return Ok(Some(finding(id, "The document that was frozen at its issue is missing.")));
    }
    if let Some(id) = repository::payment::unbalanced(client, business, invoice).await? {
        return Ok(Some(finding(id, "Its payments do not add up to what it says was paid.")));
    }
    let mut after = InvoiceId(0);
    loop {
        let page = repository::document::list(client, business, after, invoice, PAGE).await?;
        for (id, frozen, form) in &page {
            match invoice_and_lines(client, business, *id).await {
                Ok((invoice, lines)) => {
                    let agrees = |form| document::agrees(frozen, form, &invoice, &lines);
                    if !form.as_ref().is_some_and(agrees) {
                        let what = "The invoice and the document frozen at its issue differ.";
                        return Ok(Some(finding(*id, what)));
                    }
                }
                Err(error) => return Ok(Some(finding(*id, lost(error)?))),
            }
            let registers = form.as_ref().is_some_and(document::is_registered);
            if registers && repository::record::hash_of_invoice(client, business, *id).await?.is_none() {
                let what = "It was registered when it was issued, and no record of it is left.".to_owned();
                return Ok(Some(Finding { chain: Chain::Records, subject: format!("invoice {id}"), what }));
            }
            verification.documents += 1;
        }
        match page.last() {
            Some((id, ..)) => after = *id,
            None => return Ok(None),
        }
    }
}

async fn events(
    client: &impl Connection,
    business: BusinessId,
    invoice: Option<InvoiceId>,
    verification: &mut Verification,
) -> Result<Option<Finding>> {
    if let Some((kind, id, event, action)) = repository::event::unexplained(client, business, invoice).await?
    {
        let what = format!("What event {event} ({action}) changed was taken away.");
        return Ok(Some(of_entity(&kind, id, what)));
    }
    let mut walk = EventWalk::default();
    let mut after = (String::new(), 0, 0);
    loop {
        let links = repository::event::chain(client, business, &after, invoice, PAGE).await?;
        for link in &links {
            match walk.step(link) {
                Err(finding) => return Ok(Some(finding)),
                Ok(Some(told)) => {
                    if let Some(finding) = against_row(client, business, &told).await? {
                        return Ok(Some(finding));
                    }
                }
                Ok(None) => {}
            }
            verification.events += 1;
        }
        match links.last() {
            Some(link) => after = (link.entity.0.clone(), link.entity.1, link.id),
            None => break,
        }
    }
    if let Some(told) = walk.end()
        && let Some(finding) = against_row(client, business, &told).await?
    {
        return Ok(Some(finding));
    }
    let miscounted = repository::event::miscounted(client, business, invoice).await?;
    Ok(miscounted.map(|(kind, id, changes, events)| {
        of_entity(&kind, id, format!("It was changed {changes} times, and its history tells {events}."))
    }))
}

fn of_entity(kind: &str, id: i64, what: String) -> Finding {
    Finding { chain: Chain::Events, subject: format!("{kind} {id}"), what }
}

/// Whether an entity's row still is what its history made of it. What was deleted has none.
async fn against_row(client: &impl Connection, business: BusinessId, told: &Told) -> Result<Option<Finding>> {
    let (kind, id) = &told.entity;
    let what = match row_of(client, business, kind, *id).await {
        Err(Error::NotFound { .. }) if told.deleted => return Ok(None),
        Err(error) => lost(error)?.to_owned(),
        Ok(row) => match told.differs(&row) {
            Some(field) => format!("Its row and its history differ in {field}."),
            None => return Ok(None),
        },
    };
    Ok(Some(of_entity(kind, *id, what)))
}

async fn row_of(client: &impl Connection, business: BusinessId, kind: &str, id: i64) -> Result<Fields> {
    match kind {
        "invoice" => {
            let (invoice, lines) = invoice_and_lines(client, business, InvoiceId(id)).await?;
            let frozen = repository::document::get(client, business, InvoiceId(id)).await?;
            let mut fields = invoice.fields(&lines);
            fields.extend(frozen.map(|frozen| frozen.field()));
            Ok(fields)
        }
        "client" => Ok(repository::client::get(client, business, ClientId(id)).await?.fields()),
        _ => Ok(repository::business::get(client, business).await?.details.fields()),
    }
}

async fn invoice_and_lines(
    client: &impl Connection,
    business: BusinessId,
    id: InvoiceId,
) -> Result<(Invoice, Vec<Line>)> {
    let invoice = repository::invoice::get(client, business, id).await?;
    let lines = repository::invoice::lines(client, business, id).await?;
    Ok((invoice, lines))
}

/// What it means for a verification that a row cannot be had. That the database cannot be had means nothing.
fn lost(error: Error) -> Result<&'static str> {
    match error {
        Error::NotFound { .. } => Ok("It cannot be found any more, or what it names cannot."),
        Error::Internal { .. } => {
            error.log("verify_records");
            Ok("Its row holds what facturo never writes, and cannot be read any more.")
        }
        other => Err(other),
    }
}
