use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    auth::scope::Scope,
    domain::series::{Kind, Series},
    error::{Error, Result},
    mcp::{
        args::{Flag, Int, Text},
        tool::{About, Desk, Entry, Read, Write},
        views::{List, series::SeriesView},
    },
    repository,
    service::{self, Act},
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::write::<CreateSeries>(), Entry::read::<ListSeries>()]
}

#[derive(Deserialize, JsonSchema)]
struct CreateSeries {
    /// How you call it, such as F or SHOP.
    code: Text,
    /// standard, simplified or corrective.
    kind: Text,
    /// With {number} or {number:04}, and {year}; such as SHOP-{year}-{number:04}.
    number_format: Text,
    /// Begin at 1 again each year; true where absent.
    yearly_restart: Option<Flag>,
    /// Take it where no series is named.
    is_default: Option<Flag>,
    /// Where to go on this year, if another system gave the numbers before.
    next_number: Option<Int>,
}

impl Write for CreateSeries {
    const ABOUT: About = About {
        name: "create_series",
        title: "Create a series",
        description: "Create a series that numbers invoices of one kind. Every business begins with F (standard), S \
                      (simplified) and R (corrective). A series cannot be changed or deleted.",
        scopes: &[Scope::BusinessWrite],
    };
    type Args = Self;
    type View = SeriesView;

    async fn call(act: &Act<'_>, args: Self) -> Result<SeriesView> {
        let kind = Kind::parse("kind", &args.kind.0)?;
        let yearly = args.yearly_restart.is_none_or(|flag| flag.0);
        let is_default = args.is_default.is_some_and(|flag| flag.0);
        let series = Series::new(&args.code.0, kind, &args.number_format.0, yearly, is_default)?;
        let next = args.next_number.map(|number| number.0);
        if let Some(next) = next.filter(|next| !(1..=999_999_999).contains(next)) {
            return Err(Error::invalid(
                "next_number",
                format!("{next}"),
                "a whole number from 1 to 999999999",
            ));
        }
        service::series::create(act, &series, next).await?;
        let all = repository::series::list(act.tx, act.business.id, act.today.year()).await?;
        let made = all.into_iter().find(|progress| progress.series.code == series.code);
        let made = made.ok_or_else(|| Error::internal("a new series", "it is not in the list"))?;
        Ok(SeriesView::new(made, act.today.year()))
    }
}

#[derive(Deserialize, JsonSchema)]
struct ListSeries {}

impl Read for ListSeries {
    const ABOUT: About = About {
        name: "list_series",
        title: "List series",
        description: "The series that number invoices, each with its next number this year.",
        scopes: &[Scope::BusinessRead],
    };
    type Args = Self;
    type View = List<SeriesView>;

    async fn call(desk: &Desk<'_>, _: Self) -> Result<List<SeriesView>> {
        let year = desk.today.year();
        let all = repository::series::list(desk.client, desk.business, year).await?;
        Ok(List { items: all.into_iter().map(|one| SeriesView::new(one, year)).collect(), next_cursor: None })
    }
}
