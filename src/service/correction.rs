//! Corrective invoices: issued at once, in a series of their own, and set off against the original.

use rust_decimal::Decimal;

use super::{
    Act,
    invoice::{self, Held, InvoiceWithLines},
    issuing, series,
};
use crate::{
    domain::{
        correction::{self, Code, Method, NewCorrection, Standing},
        document,
        ids::InvoiceId,
        invoice::Invoice,
        record::issued::Corrected,
    },
    error::Result,
    repository,
};

/// Answers the corrective invoice and the original as it stands after it.
pub async fn create(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    new: NewCorrection,
) -> Result<(InvoiceWithLines, InvoiceWithLines)> {
    let (mut held, earlier) = family(act, id, expected_version).await?;
    let written_off = written_off(act, &held, &earlier).await?;
    let InvoiceWithLines { invoice: original, lines: original_lines } = &mut held.now;
    correction::may_correct(original, new.code, written_off, act.today)?;
    let issue_date = correction::day(new.issue_date, original, act.today)?;
    let (client, all_series) = repository::together(
        repository::client::get(act.tx, act.business_id(), original.client_id),
        repository::series::all(act.tx, act.business_id()),
    )
    .await?;
    let mut business = act.business.details.clone();
    // one that was issued elsewhere has none
    let form = repository::document::form(act.tx, act.business_id(), id).await?;
    if business.contact.is_in_spain() {
        let code = Code::of(original, new.method, new.code)?;
        correction::has_debtor(original, code, form.as_ref(), &client.details)?;
    }
    if let Some(form) = form {
        if new.method == Method::Difference {
            correction::same_buyer(original, &form, &client.details)?;
        }
        if original_lines.iter().any(|line| line.treatment.category.is_taxed()) {
            // the original's regime stays, whatever the business's is now
            business.cash_accounting = document::is_cash_accounting(&form);
        }
    }
    let each = earlier.iter().map(|held| (&held.now.invoice, &held.now.lines[..]));
    let standing = Standing::new((&*original, &original_lines[..]), each);
    let (lines, totals) = correction::content(&new, &standing, &business, &client.details)?;
    let left = if new.method == Method::Difference { standing.total() } else { Decimal::ZERO };
    let (exchange_rate, groups) = (correction::exchange_rate(&new, &standing)?, standing.groups());
    let mut corrective =
        correction::draft(original, &new, exchange_rate, (&lines, totals), issue_date, act.now)?;
    let ended = standing.ended_by(&corrective);
    corrective.client_name.clone_from(&client.details.name);
    let series = series::of(&all_series, &corrective)?;
    series::issue(act, series, &client, &mut corrective, &lines, issue_date, left).await?;
    correction::net(original, &mut corrective, new.method, ended);
    set_off(act, earlier, &mut corrective).await?;
    let frozen = issuing::freeze(&business, &client, &corrective, &lines);
    invoice::add(act, &mut corrective, &lines, "created_and_issued", vec![frozen.field()]).await?;
    let details = vec![
        ("corrected_by", Some(corrective.label())),
        ("method", Some(new.method.name().to_owned())),
        ("correction_reason", Some(new.reason)),
    ];
    let corrective = InvoiceWithLines { invoice: corrective, lines };
    let corrected = Corrected { original: &held.now.invoice, groups: &groups };
    let (original, ()) = repository::together(
        held.save(act, "corrected", details),
        issuing::seal(act, &business, &client, &corrective, Some(corrected), &frozen),
    )
    .await?;
    Ok((corrective, original))
}

/// An invoice, and all that is set off against it: where it is a correction by difference, its original and the other
/// corrections of that; else its own. They are locked in that order, the original first and its corrections oldest first.
pub(super) async fn family(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
) -> Result<(Held, Vec<Held>)> {
    let (tx, business) = (act.tx, act.business_id());
    let correction = repository::invoice::get(tx, business, id).await?.correction;
    let original = correction.filter(|it| it.method == Method::Difference).map_or(id, |it| it.original);
    let version_of = |it| expected_version.filter(|_| it == id);
    let mut family = vec![invoice::lock(act, original, version_of(original)).await?];
    for it in repository::invoice::corrections(tx, business, original).await? {
        if it.method == Method::Difference {
            family.push(invoice::lock(act, it.id, version_of(it.id)).await?);
        }
    }
    let place = family.iter().position(|held| held.now.invoice.id == id).unwrap_or_default();
    Ok((family.remove(place), family))
}

/// What was written off of an original or, where nothing was, of one of its corrections.
async fn written_off(act: &Act<'_>, original: &Held, earlier: &[Held]) -> Result<Decimal> {
    for held in [original].into_iter().chain(earlier) {
        let id = held.now.invoice.id;
        let amount = repository::payment::written_off(act.tx, act.business_id(), id).await?;
        if !amount.is_zero() {
            return Ok(amount);
        }
    }
    Ok(Decimal::ZERO)
}

/// What the others still owe, or are to give back, the invoice settles as far as it can.
pub(super) async fn set_off(act: &Act<'_>, others: Vec<Held>, invoice: &mut Invoice) -> Result<()> {
    for mut held in others {
        let netted = held.now.invoice.netted;
        correction::net_again(&mut held.now.invoice, invoice);
        if held.now.invoice.netted != netted {
            let details = vec![("set_off_by", Some(invoice.label()))];
            held.save(act, "set_off", details).await?;
        }
    }
    Ok(())
}
