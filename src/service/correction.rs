//! Corrective invoices: issued at once, in a series of their own, and set off against the original.

use super::{
    Act,
    invoice::{self, InvoiceWithLines},
    issuing, series,
};
use crate::{
    domain::{
        correction::{self, Method, NewCorrection},
        ids::InvoiceId,
        line,
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
    let client = repository::client::get(act.tx, act.business_id(), original.client_id).await?;
    let lines = match (&new.content, new.method) {
        (Some(content), _) => {
            // taxed as on the day of the original
            let details = &act.business.details;
            let usual = details.usual_tax(&client.details, original.scheme, original.issue_date());
            let usual = correction::as_on_original(usual, original_lines);
            line::compose(content, usual, original.currency)?
        }
        (None, Method::Difference) => correction::negated(original_lines),
        (None, Method::Substitution) => {
            return Err(Error::invalid(
                "lines",
                "are missing",
                "all that is right, since it replaces the original",
            ));
        }
    };
    let mut corrective = correction::draft(original, &new, &lines, issue_date, act.now)?;
    corrective.client_name.clone_from(&client.details.name);
    let earlier = repository::invoice::corrections(act.tx, act.business_id(), id).await?;
    correction::within_original(original, &earlier, &corrective, new.method)?;
    series::issue(act, &client, &mut corrective, &lines, issue_date).await?;
    correction::net(original, &mut corrective, new.method);
    let frozen = issuing::freeze(act, &client, &corrective, &lines);
    invoice::add(act, &mut corrective, &lines, "created_and_issued", vec![frozen.field()]).await?;
    let details = vec![
        ("corrected_by", Some(corrective.label())),
        ("method", Some(new.method.name().to_owned())),
        ("correction_reason", Some(new.reason)),
    ];
    let original = held.save(act, "corrected", details).await?;
    let corrective = InvoiceWithLines { invoice: corrective, lines };
    issuing::seal(act, &client, &corrective, Some(&original), &frozen).await?;
    Ok((corrective, original))
}
