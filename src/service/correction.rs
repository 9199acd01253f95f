//! Corrective invoices: issued at once, in a series of their own, and set off against the original.

use rust_decimal::Decimal;

use super::{
    Act,
    invoice::{self, Held, InvoiceWithLines},
    issuing, series,
};
use crate::{
    domain::{
        client::Client,
        correction::{self, Method, NewCorrection, Standing},
        document,
        ids::InvoiceId,
        invoice::Invoice,
    },
    error::{Error, Result},
    repository,
};

/// Answers the corrective invoice and the original as it stands after it.
pub async fn create(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    new: NewCorrection,
) -> Result<(InvoiceWithLines, InvoiceWithLines)> {
    let mut held = invoice::lock(act, id, expected_version).await?;
    let InvoiceWithLines { invoice: original, lines: original_lines } = &mut held.now;
    correction::may_correct(original, act.today)?;
    let issue_date = correction::day(new.issue_date, original, act.today)?;
    let (client, all_series) = repository::together(
        repository::client::get(act.tx, act.business_id(), original.client_id),
        repository::series::all(act.tx, act.business_id()),
    )
    .await?;
    if new.method == Method::Difference {
        same_buyer(act, original, &client).await?;
    }
    let earlier = earlier(act, id).await?;
    let each = earlier.iter().map(|held| (&held.now.invoice, &held.now.lines[..]));
    let standing = Standing::new((&*original, &original_lines[..]), each);
    let (lines, totals) = correction::content(&new, &standing, &act.business.details, &client.details)?;
    let left = if new.method == Method::Difference { standing.total() } else { Decimal::ZERO };
    let mut corrective = correction::draft(original, &new, (&lines, totals), issue_date, act.now)?;
    corrective.client_name.clone_from(&client.details.name);
    let series = series::of(&all_series, &corrective)?;
    series::issue(act, series, &client, &mut corrective, &lines, issue_date, left).await?;
    correction::net(original, &mut corrective, new.method);
    set_off(act, earlier, &mut corrective).await?;
    let frozen = issuing::freeze(act, &client, &corrective, &lines);
    invoice::add(act, &mut corrective, &lines, "created_and_issued", vec![frozen.field()]).await?;
    let details = vec![
        ("corrected_by", Some(corrective.label())),
        ("method", Some(new.method.name().to_owned())),
        ("correction_reason", Some(new.reason)),
    ];
    let corrective = InvoiceWithLines { invoice: corrective, lines };
    let (original, ()) = repository::together(
        held.save(act, "corrected", details),
        issuing::seal(act, &client, &corrective, Some(&held.now), &frozen),
    )
    .await?;
    Ok((corrective, original))
}

/// A difference goes to whom its original went: under another tax number it would be somebody else's.
async fn same_buyer(act: &Act<'_>, original: &Invoice, client: &Client) -> Result<()> {
    let documents =
        repository::document::list(act.tx, act.business_id(), InvoiceId(0), Some(original.id), 1).await?;
    let Some((_, _, Some(form))) = documents.first() else { return Ok(()) }; // issued elsewhere
    if document::buyer_tax_id(form) == client.details.tax_id.as_deref() {
        return Ok(());
    }
    Err(Error::conflict(
        format!("The client's tax_id is not the one that stands on {}.", original.label()),
        "If that one was wrong, correct by substitution. If the client is another now, put its tax_id back (update_client) and create \
         a client for the other.",
    ))
}

/// The corrections by difference so far, oldest first.
async fn earlier(act: &Act<'_>, original: InvoiceId) -> Result<Vec<Held>> {
    let mut earlier = Vec::new();
    for correction in repository::invoice::corrections(act.tx, act.business_id(), original).await? {
        earlier.push(invoice::lock(act, correction.id, None).await?);
    }
    Ok(earlier)
}

/// What earlier corrections still owe, or are to give back, the new one settles as far as it can.
async fn set_off(act: &Act<'_>, earlier: Vec<Held>, corrective: &mut Invoice) -> Result<()> {
    for mut held in earlier {
        let netted = held.now.invoice.netted;
        correction::net_earlier(&mut held.now.invoice, corrective);
        if held.now.invoice.netted != netted {
            let details = vec![("set_off_by", Some(corrective.label()))];
            held.save(act, "set_off", details).await?;
        }
    }
    Ok(())
}
