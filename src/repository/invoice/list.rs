use rust_decimal::Decimal;
use time::{Date, macros::date};

use super::{
    read,
    sql::{self, Connection},
};
use crate::{
    domain::{
        decimal,
        ids::{BusinessId, ClientId},
        invoice::{Invoice, Status},
        text,
    },
    error::Result,
    repository::page::{self, Page, PageRequest},
};

pub const DAY_MIN: Date = date!(0001 - 01 - 01);
pub const DAY_MAX: Date = date!(9999 - 12 - 31);

/// What `list` keeps. Open ends are the ends of the calendar.
#[derive(Debug, Clone)]
pub struct Filter {
    pub statuses: Vec<Status>,
    pub standing: Standing,
    pub client_id: Option<ClientId>,
    pub issued: (Date, Date),
    pub due: (Date, Date),
    pub total: (Decimal, Decimal),
    /// Words of the number, the lines, the notes or the client, as the person typed them.
    pub query: Option<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            statuses: vec![Status::Draft, Status::Pending, Status::Paid, Status::Cancelled],
            standing: Standing::Any,
            client_id: None,
            issued: (DAY_MIN, DAY_MAX),
            due: (DAY_MIN, DAY_MAX),
            total: (-decimal::LIMIT, decimal::LIMIT), // corrections go below zero
            query: None,
        }
    }
}

/// How invoices stand with regard to what is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Any,
    /// Something is owed.
    Owing,
    /// Something is owed, and something was paid.
    PartlyPaid,
}

impl Standing {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Owing => "owing",
            Self::PartlyPaid => "partly_paid",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Newest,
    Oldest,
    Due,
    Total,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Due, Self::Total];

    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Due => "due",
            Self::Total => "total",
        }
    }

    fn statement(self) -> &'static str {
        match self {
            Self::Newest => include_str!("../../../sql/queries/invoice/list_newest.sql"),
            Self::Oldest => include_str!("../../../sql/queries/invoice/list_oldest.sql"),
            Self::Due => include_str!("../../../sql/queries/invoice/list_due.sql"),
            Self::Total => include_str!("../../../sql/queries/invoice/list_total.sql"),
        }
    }
}

pub async fn list(
    client: &impl Connection,
    business: BusinessId,
    filter: &Filter,
    sort: Sort,
    request: &PageRequest,
) -> Result<Page<Invoice>> {
    let limit = request.limit()?;
    let cursor = request.cursor::<2>(sort.name())?;
    let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.name()).collect();
    let words = sql::containing_words(&text::fold(filter.query.as_deref().unwrap_or_default()));
    let id = cursor.as_ref().map(|cursor| cursor.id(1)).transpose()?;
    let day = || cursor.as_ref().map(|cursor| cursor.date(0)).transpose();
    let amount = || cursor.as_ref().map(|cursor| cursor.amount(0)).transpose();
    let (first_day, first_total, first_id) = match sort {
        Sort::Newest => (day()?.unwrap_or(DAY_MAX), None, i64::MAX),
        Sort::Oldest | Sort::Due => (day()?.unwrap_or(DAY_MIN), None, 0),
        Sort::Total => (DAY_MAX, Some(amount()?.unwrap_or(decimal::LIMIT)), i64::MAX),
    };
    let after: sql::Param<'_> = match &first_total {
        Some(total) => total,
        None => &first_day,
    };
    let params: sql::Params<'_> = &[
        &business.0,
        &statuses,
        &filter.client_id.map(|id| id.0),
        &filter.issued.0,
        &filter.issued.1,
        &filter.due.0,
        &filter.due.1,
        &filter.total.0,
        &filter.total.1,
        &filter.standing.name(),
        &words,
        after,
        &id.unwrap_or(first_id),
        &(limit + 1),
    ];
    let found = sql::query_filtered(client, sort.statement(), params, read).await?;
    Ok(page::page(found, limit, sort.name(), |invoice| {
        let key = match sort {
            Sort::Newest | Sort::Oldest => invoice.issue_date().to_string(),
            Sort::Due => invoice.due.date.to_string(),
            Sort::Total => invoice.totals.total.to_string(),
        };
        vec![key, invoice.id.to_string()]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_differ_in_their_key_alone() {
        let common = |sort: Sort| {
            let lines = sort.statement().lines();
            lines.filter(|line| !(line.contains("$12") || line.starts_with("ORDER BY"))).collect::<Vec<_>>()
        };
        let newest = common(Sort::Newest);
        for sort in Sort::ALL {
            assert_eq!(common(sort), newest, "{sort:?}");
        }
    }
}
