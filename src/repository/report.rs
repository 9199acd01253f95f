use rust_decimal::Decimal;
use time::Date;

use super::{
    page::{self, Page, PageRequest},
    sql::{self, Connection},
};
use crate::{
    domain::{
        codes::Currency,
        ids::BusinessId,
        report::{GroupBy, SummaryRow},
    },
    error::Result,
};

/// Groups in the order of their keys; clients and cities with the largest total first.
pub async fn summarize(
    client: &impl Connection,
    business: BusinessId,
    issued: (Date, Date),
    group_by: GroupBy,
    request: &PageRequest,
) -> Result<Page<SummaryRow>> {
    let limit = request.limit()?;
    let cursor = request.cursor::<3>(group_by.name())?;
    let ahead = match &cursor {
        Some(cursor) => cursor.amount(0)?,
        None => Decimal::MIN,
    };
    let (currency, key) = cursor.as_ref().map_or(("", ""), |cursor| (cursor.text(1), cursor.text(2)));
    let statement = include_str!("../../sql/queries/report/summary.sql");
    let params: sql::Params<'_> =
        &[&business.0, &issued.0, &issued.1, &group_by.name(), &ahead, &key, &currency, &(limit + 1)];
    let found = sql::query_filtered(client, statement, params, |row| {
        let summary = SummaryRow {
            key: row.get("key")?,
            label: row.get("label")?,
            currency: row.parse("currency", Currency::parse)?,
            count: row.get("count")?,
            subtotal: row.get("subtotal")?,
            tax: row.get("tax")?,
            total: row.get("total")?,
            withholding: row.get("withholding")?,
            paid: row.get("paid")?,
            netted: row.get("netted")?,
            outstanding: row.get("outstanding")?,
        };
        Ok((summary, row.get::<Decimal>("ahead")?))
    });
    // the key stands last, since a city may hold the separator
    let found = page::page(found.await?, limit, group_by.name(), |(row, ahead)| {
        vec![ahead.normalize().to_string(), row.currency.to_string(), row.key.clone()]
    });
    let items = found.items.into_iter().map(|(row, _)| row).collect();
    Ok(Page { items, next_cursor: found.next_cursor })
}
