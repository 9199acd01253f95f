use deadpool_postgres::Transaction;
use rust_decimal::Decimal;

use super::sql::{self, Columns, Connection};
use crate::{
    domain::{
        ids::{BusinessId, InvoiceId},
        line::{Line, LineKind, WithTax},
        tax::{
            Rest, Taxes,
            category::{Category, Exemption},
            treatment::{Treatment, TreatmentInput},
        },
    },
    error::Result,
};

pub async fn lines(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Vec<Line>> {
    let statement = include_str!("../../../sql/queries/invoice/lines.sql");
    sql::query(client, statement, &[&business.0, &id.0], read).await
}

fn read(row: &mut Columns<'_>) -> Result<Line> {
    let kind = row.one_of("kind", LineKind::ALL, LineKind::name)?;
    let (description, quantity) = (row.get("description")?, row.get("quantity")?);
    let unit_price = row.get("unit_price")?;
    let (price_with_tax, gross): (Option<Decimal>, _) = (row.get("price_with_tax")?, row.get("gross")?);
    let discount_percent = row.get("discount_percent")?;
    let said: &str = row.get("tax_said")?;
    let (rest_tax, rest_surcharge): (Option<Decimal>, _) = (row.get("rest_tax")?, row.get("rest_surcharge")?);
    let rest = Rest {
        taxes: rest_tax.zip(rest_surcharge).map(|(tax, surcharge)| Taxes { tax, surcharge }),
        withholding: row.get("rest_withholding")?,
    };
    let treatment = Treatment {
        category: row.parse("tax_category", Category::parse)?,
        rate: row.get("tax_rate")?,
        exemption: row.parse_opt("exemption", Exemption::parse)?,
        surcharge_rate: row.get("surcharge_rate")?,
        withholding_rate: row.get("withholding_rate")?,
    };
    Ok(Line {
        kind,
        description,
        quantity,
        unit_price,
        with_tax: price_with_tax.zip(gross).map(|(unit_price, amount)| WithTax { unit_price, amount }),
        discount_percent,
        asked: TreatmentInput::of(treatment, said),
        treatment,
        net: row.get("net")?,
        rest,
    })
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

/// Writes the lines of an invoice that has none.
pub async fn insert(tx: &Transaction<'_>, business: BusinessId, id: InvoiceId, lines: &[Line]) -> Result<()> {
    let statement = include_str!("../../../sql/queries/invoice/insert_lines.sql");
    let column = |of: fn(&Line) -> Decimal| lines.iter().map(of).collect::<Vec<_>>();
    let with_tax =
        |of: fn(WithTax) -> Decimal| lines.iter().map(|line| line.with_tax.map(of)).collect::<Vec<_>>();
    let rest = |of: fn(Rest) -> Option<Decimal>| lines.iter().map(|line| of(line.rest)).collect::<Vec<_>>();
    let said: Vec<String> = lines.iter().map(|line| line.asked.said()).collect();
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
        &with_tax(|with_tax| with_tax.unit_price),
        &with_tax(|with_tax| with_tax.amount),
        &column(|line| line.discount_percent),
        &said,
        &categories,
        &column(|line| line.treatment.rate),
        &exemptions,
        &column(|line| line.treatment.surcharge_rate),
        &column(|line| line.treatment.withholding_rate),
        &column(|line| line.net),
        &rest(|rest| rest.taxes.map(|taxes| taxes.tax)),
        &rest(|rest| rest.taxes.map(|taxes| taxes.surcharge)),
        &rest(|rest| rest.withholding),
    ];
    sql::execute(tx, statement, params).await.map(drop)
}
