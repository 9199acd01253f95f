use super::{Act, expect_version};
use crate::{
    domain::{
        business::{Business, BusinessDetails},
        event::{Entity, EntityKind},
        tax_id,
    },
    error::{Error, Result},
    repository::{self, business},
};

pub async fn update(
    act: &Act<'_>,
    expected_version: Option<i64>,
    change: impl FnOnce(&mut BusinessDetails) -> Result<()>,
) -> Result<Business> {
    let before = business::lock(act.tx, act.business_id()).await?;
    expect_version("The business", before.version, expected_version)?;
    let mut details = before.details.clone();
    change(&mut details)?;
    let known = (before.details.tax_id.as_deref(), before.details.contact.country);
    tax_id::settle(&mut details.tax_id, details.contact.country, known)?;
    details.agree()?;
    let is_registered = repository::record::end(act.tx, act.business_id()).await?.is_some();
    let fixed = |details: &BusinessDetails| (details.tax_id.clone(), details.contact.country);
    if is_registered && fixed(&details) != fixed(&before.details) {
        return Err(Error::conflict(
            "The tax_id and the country cannot change any more: the business's records are chained under them.",
            "Another taxpayer is another business, in a database of its own.",
        ));
    }
    if details == before.details {
        return Ok(before);
    }
    let after = business::update(act.tx, act.business_id(), &details, act.now).await?;
    let entity = Entity { kind: EntityKind::Business, id: after.id.0, client_id: None };
    act.record(entity, "updated", &before.details.fields(), &details.fields(), vec![]).await?;
    Ok(after)
}
