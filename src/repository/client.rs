use deadpool_postgres::Transaction;
use time::{Date, OffsetDateTime};

use super::{
    contact::{self, ContactColumns},
    page::{self, Page, PageRequest},
    sql::{self, Columns, Connection},
};
use crate::{
    domain::{
        client::{Balance, Client, ClientDetails},
        codes::{Currency, Language},
        ids::{BusinessId, ClientId},
        text,
    },
    error::{Error, Result},
};

/// What `find` looks for. Texts are as the person typed them.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub query: Option<String>,
    pub city: Option<String>,
    pub include_archived: bool,
}

pub async fn get(client: &impl Connection, business: BusinessId, id: ClientId) -> Result<Client> {
    let statement = include_str!("../../sql/queries/client/get.sql");
    sql::query_opt(client, statement, &[&business.0, &id.0], read).await?.ok_or_else(|| not_found(id))
}

/// Reads it for a change: others wait until this transaction ends.
pub async fn lock(tx: &Transaction<'_>, business: BusinessId, id: ClientId) -> Result<Client> {
    let statement = include_str!("../../sql/queries/client/lock.sql");
    sql::query_opt(tx, statement, &[&business.0, &id.0], read).await?.ok_or_else(|| not_found(id))
}

/// Locks it for its end and answers its version and its name: waits for those who are making something that refers to it,
/// and has later ones wait. A [`lock`] would let them pass.
pub async fn lock_for_delete(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: ClientId,
) -> Result<(i64, String)> {
    let statement = include_str!("../../sql/queries/client/lock_for_delete.sql");
    let read = |row: &mut sql::Columns<'_>| Ok((row.get("version")?, row.get("name")?));
    sql::query_opt(tx, statement, &[&business.0, &id.0], read).await?.ok_or_else(|| not_found(id))
}

pub async fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    details: &ClientDetails,
    now: OffsetDateTime,
) -> Result<Client> {
    let statement = include_str!("../../sql/queries/client/insert.sql");
    write(tx, statement, &[&business.0], details, now).await
}

pub async fn update(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: ClientId,
    details: &ClientDetails,
    now: OffsetDateTime,
) -> Result<Client> {
    let statement = include_str!("../../sql/queries/client/update.sql");
    write(tx, statement, &[&business.0, &id.0], details, now).await
}

async fn write(
    tx: &Transaction<'_>,
    statement: &'static str,
    key: sql::Params<'_>,
    details: &ClientDetails,
    now: OffsetDateTime,
) -> Result<Client> {
    let contact = ContactColumns::of(&details.contact);
    let names: sql::Params<'_> = &[&details.name, &details.tax_id];
    let rest: sql::Params<'_> = &[
        &details.language.as_ref().map(Language::code),
        &details.payment_terms_days.map(i32::from),
        &details.private_person,
        &details.surcharge,
        &details.notes,
        &details.search_text(),
        &details.contact.city.as_deref().map(text::fold),
        &now,
    ];
    sql::query_one(tx, statement, &[key, names, &contact.params(), rest].concat(), read).await
}

pub async fn set_archived(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: ClientId,
    archived_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<Client> {
    let statement = include_str!("../../sql/queries/client/archive.sql");
    sql::query_one(tx, statement, &[&business.0, &id.0, &archived_at, &now], read).await
}

pub async fn delete(tx: &Transaction<'_>, business: BusinessId, id: ClientId) -> Result<()> {
    let statement = include_str!("../../sql/queries/client/delete.sql");
    sql::execute(tx, statement, &[&business.0, &id.0]).await.map(drop)
}

/// Invoices of the client that were ever issued.
pub async fn count_issued(client: &impl Connection, business: BusinessId, id: ClientId) -> Result<i64> {
    let statement = include_str!("../../sql/queries/client/count_issued.sql");
    sql::query_one(client, statement, &[&business.0, &id.0], |row| row.get("issued")).await
}

pub async fn balances(
    client: &impl Connection,
    business: BusinessId,
    id: ClientId,
    today: Date,
) -> Result<Vec<Balance>> {
    let statement = include_str!("../../sql/queries/client/balances.sql");
    sql::query(client, statement, &[&business.0, &id.0, &today], |row| {
        Ok(Balance {
            currency: row.parse("currency", Currency::parse)?,
            invoiced: row.get("invoiced")?,
            paid: row.get("paid")?,
            outstanding: row.get("outstanding")?,
            overdue: row.get("overdue")?,
        })
    })
    .await
}

/// Clients that hold every word of the query; where none does and `forgiving` is set (the trigram extension is there),
/// those whose text resembles it, closest first.
pub async fn find(
    client: &impl Connection,
    business: BusinessId,
    filter: &Filter,
    request: &PageRequest,
    forgiving: bool,
) -> Result<Page<Client>> {
    let is_similar = request.cursor.as_deref().is_some_and(|cursor| cursor.starts_with(SIMILAR));
    if !is_similar {
        let found = find_words(client, business, filter, request).await?;
        let first_page = request.cursor.is_none();
        if !(found.items.is_empty() && first_page && forgiving && filter.query.is_some()) {
            return Ok(found);
        }
    }
    find_similar(client, business, filter, request).await
}

const WORDS: &str = "words";
const SIMILAR: &str = "similar";

async fn find_words(
    client: &impl Connection,
    business: BusinessId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<Client>> {
    let limit = request.limit()?;
    let after = request.cursor::<1>(WORDS)?.map(|cursor| cursor.id(0)).transpose()?.unwrap_or(0);
    let words = sql::containing_words(&text::fold(filter.query.as_deref().unwrap_or_default()));
    let statement = include_str!("../../sql/queries/client/find_words.sql");
    let params: sql::Params<'_> =
        &[&business.0, &filter.include_archived, &city(filter), &words, &after, &(limit + 1)];
    let found = sql::query_filtered(client, statement, params, read).await?;
    Ok(page::page(found, limit, WORDS, |client| vec![client.id.to_string()]))
}

async fn find_similar(
    client: &impl Connection,
    business: BusinessId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<Client>> {
    let limit = request.limit()?;
    let (rank, after) = match request.cursor::<2>(SIMILAR)? {
        Some(cursor) => (thousandths(cursor.id(0)?)?, cursor.id(1)?),
        None => (i32::MAX, 0),
    };
    let query = text::fold(filter.query.as_deref().unwrap_or_default());
    let statement = include_str!("../../sql/queries/client/find_similar.sql");
    let params: sql::Params<'_> =
        &[&business.0, &filter.include_archived, &city(filter), &query, &rank, &after, &(limit + 1)];
    let found =
        sql::query_filtered(client, statement, params, |row| Ok((read(row)?, row.get::<i32>("rank")?)))
            .await?;
    let found =
        page::page(found, limit, SIMILAR, |(client, rank)| vec![rank.to_string(), client.id.to_string()]);
    let items = found.items.into_iter().map(|(client, _)| client).collect();
    Ok(Page { items, next_cursor: found.next_cursor })
}

/// A rank as a cursor holds it.
fn thousandths(rank: i64) -> Result<i32> {
    i32::try_from(rank).ok().filter(|rank| (0..=1000).contains(rank)).ok_or_else(page::bad_cursor)
}

fn city(filter: &Filter) -> Option<String> {
    filter.city.as_deref().map(|city| sql::containing(&text::fold(city)))
}

fn not_found(id: ClientId) -> Error {
    Error::NotFound { what: "client", id: id.to_string(), next: "find_clients looks clients up by name." }
}

fn read(row: &mut Columns<'_>) -> Result<Client> {
    let payment_terms_days: Option<i32> = row.get("payment_terms_days")?;
    let details = ClientDetails {
        name: row.get("name")?,
        tax_id: row.get("tax_id")?,
        contact: contact::read(row)?,
        language: row.parse_opt("language", Language::parse)?,
        payment_terms_days: payment_terms_days.map(u16::try_from).transpose().map_err(sql::misfit)?,
        private_person: row.get("private_person")?,
        surcharge: row.get("surcharge")?,
        notes: row.get("notes")?,
    };
    Ok(Client {
        id: ClientId(row.get("id")?),
        version: row.get("version")?,
        details,
        archived_at: row.get("archived_at")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
