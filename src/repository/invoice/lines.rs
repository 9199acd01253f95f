use deadpool_postgres::Transaction;
use rust_decimal::Decimal;

use super::sql::{self, Connection};
use crate::{
    domain::{
        ids::{BusinessId, InvoiceId},
        line::{Line, LineKind},
        tax::{
            category::{Category, Exemption},
            treatment::Treatment,
        },
    },
    error::Result,
};

pub async fn lines(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Vec<Line>> {
    let statement = include_str!("../../../sql/queries/invoice/lines.sql");
    sql::query(client, statement, &[&business.0, &id.0], |row| {
        Ok(Line {
            kind: row.one_of("kind", LineKind::ALL, LineKind::name)?,
            description: row.get("description")?,
            quantity: row.get("quantity")?,
            unit_price: row.get("unit_price")?,
            discount_percent: row.get("discount_percent")?,
            treatment: Treatment {
                category: row.parse("tax_category", Category::parse)?,
                rate: row.get("tax_rate")?,
                exemption: row.parse_opt("exemption", Exemption::parse)?,
                surcharge_rate: row.get("surcharge_rate")?,
                withholding_rate: row.get("withholding_rate")?,
            },
            net: row.get("net")?,
        })
    })
    .await
}

/// Puts new lines in the place of the old.
pub async fn replace_lines(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: InvoiceId,
    lines: &[Line],
) -> Result<()> {
    let statement = include_str!("../../../sql/queries/invoice/delete_lines.sql");
    sql::execute(tx, statement, &[&business.0, &id.0]).await?;
    insert(tx, business, id, lines).await
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    id: InvoiceId,
    lines: &[Line],
) -> Result<()> {
    let statement = include_str!("../../../sql/queries/invoice/insert_lines.sql");
    let column = |of: fn(&Line) -> Decimal| lines.iter().map(of).collect::<Vec<_>>();
    let kinds: Vec<&str> = lines.iter().map(|line| line.kind.name()).collect();
    let descriptions: Vec<&str> = lines.iter().map(|line| line.description.as_str()).collect();
    let categories: Vec<&str> = lines.iter().map(|line| line.treatment.category.name()).collect();
    let exemptions: Vec<_> = lines.iter().map(|line| line.treatment.exemption.map(Exemption::code)).collect();
    let params: sql::Params<'_> = &[
        &business.0,
        &id.0,
        &kinds,
        &descriptions,
        &column(|line| line.quantity),
        &column(|line| line.unit_price),
        &column(|line| line.discount_percent),
        &categories,
        &column(|line| line.treatment.rate),
        &exemptions,
        &column(|line| line.treatment.surcharge_rate),
        &column(|line| line.treatment.withholding_rate),
        &column(|line| line.net),
    ];
    sql::execute(tx, statement, params).await.map(drop)
}
