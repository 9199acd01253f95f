//! Series, and the numbers they give at issue.

use rust_decimal::Decimal;
use time::Date;

use super::Act;
use crate::{
    domain::{
        client::Client,
        date,
        event::{Entity, EntityKind},
        invoice::{Invoice, State},
        line::Line,
        requirements,
        series::Series,
    },
    error::{Error, Result},
    repository,
};

/// Makes a series. It goes on after the highest number of its form that was brought in from elsewhere, and `next_number`
/// lets it go on where another system stopped this year.
pub async fn create(act: &Act<'_>, series: &Series, next_number: Option<i64>) -> Result<()> {
    let business = act.business_id();
    repository::series::lock(act.tx, business).await?;
    let all = repository::series::all(act.tx, business).await?;
    series.stands_beside(&all)?;
    if series.is_default {
        repository::series::clear_default(act.tx, business, series.kind).await?;
    }
    repository::series::insert(act.tx, business, series).await?;
    go_on(act, series, next_number).await?;
    let entity = Entity { kind: EntityKind::Business, id: business.0, client_id: None };
    let made = vec![
        ("series", Some(series.code.clone())),
        ("kind", Some(series.kind.name().to_owned())),
        ("format", Some(series.format.to_string())),
        ("next_number", next_number.map(|next| next.to_string())),
    ];
    act.record(entity, "series_created", &vec![], &vec![], made).await
}

/// Lets a new series begin after the numbers that were given elsewhere.
async fn go_on(act: &Act<'_>, series: &Series, next_number: Option<i64>) -> Result<()> {
    let business = act.business_id();
    let mut reached = series.reached(&repository::invoice::external_numbers(act.tx, business).await?);
    if let Some(next) = next_number {
        let year = act.today.year();
        let (last, _) = reached.entry(series.period(year)).or_insert((0, date::first_of(year)));
        if next <= *last {
            let problem = format!("{next} is not above {last}, which an invoice from elsewhere has");
            return Err(Error::invalid("next_number", problem, format!("{} or more", *last + 1)));
        }
        *last = next - 1;
    }
    for (year, (last, day)) in reached.into_iter().filter(|(_, (last, _))| *last > 0) {
        repository::series::claim_external(act.tx, business, series, (year, last), day).await?;
    }
    Ok(())
}

/// The series that is to number a draft.
pub(super) fn of<'a>(all: &'a [Series], invoice: &Invoice) -> Result<&'a Series> {
    let wanted = match &invoice.state {
        State::Draft { series, .. } => series.as_deref(),
        _ => None,
    };
    Series::choose(all, wanted, invoice.kind)
}

/// Issues a draft, once the law would accept it. The number is taken last, so that the counter's row is locked as
/// briefly as can be. `left` is what is left of the invoice that it corrects by difference.
pub(super) async fn issue(
    act: &Act<'_>,
    series: &Series,
    client: &Client,
    invoice: &mut Invoice,
    lines: &[Line],
    issue_date: Date,
    left: Decimal,
) -> Result<()> {
    let mut rehearsal = invoice.clone();
    rehearsal.issue(String::new(), Some(series.code.clone()), issue_date, act.today)?;
    requirements::check(&act.business.details, &client.details, &rehearsal, lines, left)?;
    let number = repository::series::next(act.tx, act.business_id(), series, issue_date).await?;
    let number = series.format.write(issue_date.year(), number);
    invoice.issue(number, Some(series.code.clone()), issue_date, act.today)
}

/// Where a number from elsewhere has the form of one of our series, that series goes on after it.
pub(super) async fn claim_external(act: &Act<'_>, number: &str, issue_date: Date) -> Result<()> {
    repository::series::lock(act.tx, act.business_id()).await?;
    let all = repository::series::all(act.tx, act.business_id()).await?;
    let ours = all.iter().find_map(|series| Some((series, series.format.read(number)?)));
    let Some((series, place)) = ours else { return Ok(()) };
    if series.yearly && place.0 != issue_date.year() {
        return Err(Error::invalid(
            "external_number",
            format!(
                "is of series {} and the year {}, and the issue_date is {issue_date}",
                series.code, place.0
            ),
            "a number of the year of its issue_date",
        ));
    }
    if repository::series::claim_external(act.tx, act.business_id(), series, place, issue_date).await? {
        return Ok(());
    }
    Err(Error::conflict(
        format!(
            "external_number lies in facturo's own series {}, which has already given numbers.",
            series.code
        ),
        "Invoices issued elsewhere in this series must be brought in before the first one is issued here.",
    ))
}
