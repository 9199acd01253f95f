use deadpool_postgres::Transaction;
use time::OffsetDateTime;

use super::{
    contact::{self, ContactColumns},
    sql::{self, Columns, Connection, Params},
};
use crate::{
    domain::{
        business::{Business, BusinessDetails},
        codes::{Currency, Language, TimeZone},
        ids::BusinessId,
        tax::category::Scheme,
    },
    error::{Error, Result},
};

const FIRST: BusinessId = BusinessId(1);

pub async fn get(client: &impl Connection, id: BusinessId) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/get.sql");
    sql::query_opt(client, statement, &[&id.0], read).await?.ok_or_else(|| not_found(id))
}

/// Reads it for a change: others wait until this transaction ends.
pub async fn lock(tx: &Transaction<'_>, id: BusinessId) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/lock.sql");
    sql::query_opt(tx, statement, &[&id.0], read).await?.ok_or_else(|| not_found(id))
}

/// The business with the lowest id.
pub async fn first(client: &impl Connection) -> Result<Option<BusinessId>> {
    let statement = include_str!("../../sql/queries/business/first.sql");
    let id: Option<i64> = sql::query_one(client, statement, &[], |row| row.get("first")).await?;
    Ok(id.map(BusinessId))
}

/// All of them, by id.
pub async fn list(client: &impl Connection) -> Result<Vec<BusinessId>> {
    let statement = include_str!("../../sql/queries/business/list.sql");
    sql::query(client, statement, &[], |row| row.get("business_id").map(BusinessId)).await
}

/// Makes sure that business 1 exists, whoever else is doing so.
pub async fn ensure_first(
    client: &impl Connection,
    details: &BusinessDetails,
    now: OffsetDateTime,
) -> Result<()> {
    let statement = include_str!("../../sql/queries/business/ensure_first.sql");
    write(client, statement, FIRST, details, now).await.map(drop)
}

pub async fn update(
    tx: &Transaction<'_>,
    id: BusinessId,
    details: &BusinessDetails,
    now: OffsetDateTime,
) -> Result<Business> {
    let statement = include_str!("../../sql/queries/business/update.sql");
    write(tx, statement, id, details, now).await?.ok_or_else(|| not_found(id))
}

async fn write(
    client: &impl Connection,
    statement: &'static str,
    id: BusinessId,
    details: &BusinessDetails,
    now: OffsetDateTime,
) -> Result<Option<Business>> {
    let contact = ContactColumns::of(&details.contact);
    let names: Params<'_> = &[&id.0, &details.legal_name, &details.tax_id];
    let rest: Params<'_> = &[
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
    sql::query_opt(client, statement, &[names, &contact.params(), rest].concat(), read).await
}

fn not_found(id: BusinessId) -> Error {
    Error::NotFound {
        what: "business",
        id: id.to_string(),
        next: "Set FACTURO_BUSINESS to an id that exists.",
    }
}

fn read(row: &mut Columns<'_>) -> Result<Business> {
    let details = BusinessDetails {
        legal_name: row.get("legal_name")?,
        tax_id: row.get("tax_id")?,
        contact: contact::read(row)?,
        iban: row.get("iban")?,
        currency: row.parse("currency", Currency::parse)?,
        time_zone: row.parse("time_zone", TimeZone::parse)?,
        language: row.parse("language", Language::parse)?,
        retail: row.get("retail")?,
        cash_accounting: row.get("cash_accounting")?,
        payment_terms_days: u16::try_from(row.get::<i32>("payment_terms_days")?).map_err(sql::misfit)?,
        tax_scheme: row.parse("tax_scheme", Scheme::parse)?,
        default_tax_rate: row.get("default_tax_rate")?,
        default_withholding_rate: row.get("default_withholding_rate")?,
    };
    Ok(Business {
        id: BusinessId(row.get("business_id")?),
        version: row.get("version")?,
        details,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
