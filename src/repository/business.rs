use deadpool_postgres::{GenericClient, Transaction};
use time::OffsetDateTime;

use super::sql::{self, Columns};
use crate::{
    domain::{
        business::{Business, BusinessDetails},
        codes::{Country, Currency, Language, TimeZone},
        contact::Contact,
        ids::BusinessId,
        tax::category::Scheme,
    },
    error::{Error, Result},
};

pub async fn get(client: &impl GenericClient, id: BusinessId) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/get.sql");
    sql::query_opt(client, statement, &[&id.0], read).await?.ok_or_else(|| not_found(id))
}

/// Reads it for a change: others wait until this transaction ends.
pub async fn lock(tx: &Transaction<'_>, id: BusinessId) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/lock.sql");
    sql::query_opt(tx, statement, &[&id.0], read).await?.ok_or_else(|| not_found(id))
}

/// The business with the lowest id.
pub async fn first(client: &impl GenericClient) -> Result<Option<BusinessId>> {
    let statement = include_str!("../../sql/queries/business/first.sql");
    let id: Option<i64> = sql::query_one(client, statement, &[], |row| row.take()).await?;
    Ok(id.map(BusinessId))
}

/// Makes sure that business 1 exists, whoever else is doing so.
pub async fn ensure_first(
    client: &impl GenericClient,
    details: &BusinessDetails,
    now: OffsetDateTime,
) -> Result<()> {
    let statement = include_str!("../../sql/queries/business/ensure_first.sql");
    let params: sql::Params<'_> = &[
        &details.contact.country.as_ref().map(Country::alpha2),
        &details.currency.code(),
        &details.time_zone.name(),
        &details.language.code(),
        &details.retail,
        &details.cash_accounting,
        &i32::from(details.payment_terms_days),
        &details.tax_scheme.name(),
        &details.default_tax_rate,
        &details.default_withholding_rate,
        &now,
    ];
    sql::execute(client, statement, params).await.map(drop)
}

pub async fn update(
    tx: &Transaction<'_>,
    id: BusinessId,
    details: &BusinessDetails,
    now: OffsetDateTime,
) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/update.sql");
    let BusinessDetails { contact, .. } = details;
    let params: sql::Params<'_> = &[
        &id.0,
        &details.legal_name,
        &details.tax_id,
        &contact.street,
        &contact.postal_code,
        &contact.city,
        &contact.province,
        &contact.country.as_ref().map(Country::alpha2),
        &contact.email,
        &contact.phone,
        &details.iban,
        &details.currency.code(),
        &details.time_zone.name(),
        &details.language.code(),
        &details.retail,
        &details.cash_accounting,
        &i32::from(details.payment_terms_days),
        &details.tax_scheme.name(),
        &details.default_tax_rate,
        &details.default_withholding_rate,
        &now,
    ];
    sql::query_one(tx, statement, params, read).await
}

fn not_found(id: BusinessId) -> Error {
    Error::NotFound {
        what: "business",
        id: id.to_string(),
        next: "Set FACTURO_BUSINESS to an id that exists.",
    }
}

fn read(row: &mut Columns<'_>) -> Result<Business> {
    let (id, version) = (BusinessId(row.take()?), row.take()?);
    let details = BusinessDetails {
        legal_name: row.take()?,
        tax_id: row.take()?,
        contact: read_contact(row)?,
        iban: row.take()?,
        currency: row.parse(|code| Currency::parse("currency", code))?,
        time_zone: row.parse(|name| TimeZone::parse("time_zone", name))?,
        language: row.parse(|code| Language::parse("language", code))?,
        retail: row.take()?,
        cash_accounting: row.take()?,
        payment_terms_days: read_days(row.take()?)?,
        tax_scheme: row.parse(|name| Scheme::parse("tax_scheme", name))?,
        default_tax_rate: row.take()?,
        default_withholding_rate: row.take()?,
    };
    Ok(Business { id, version, details, created_at: row.take()?, updated_at: row.take()? })
}

/// The columns from `street` to `phone`.
pub(super) fn read_contact(row: &mut Columns<'_>) -> Result<Contact> {
    Ok(Contact {
        street: row.take()?,
        postal_code: row.take()?,
        city: row.take()?,
        province: row.take()?,
        country: row.parse_opt(|code| Country::parse("country", code))?,
        email: row.take()?,
        phone: row.take()?,
    })
}

pub(super) fn read_days(days: i32) -> Result<u16> {
    u16::try_from(days).map_err(|error| Error::internal("stored payment terms", error))
}
