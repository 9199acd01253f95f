use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    auth::scope::Scope,
    domain::{alert::AlertKind, report::GroupBy},
    error::{Error, Result},
    mcp::{
        args::{And, Int, PageArgs, Text, given, period},
        tool::{About, Desk, Entry, Read},
        views::{
            List,
            alert::{AlertTotalView, AlertView, Alerts},
            report::SummaryView,
            verification::AlarmView,
        },
    },
    repository::{self, invoice::Filter, page::PageRequest},
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::read::<ListAlerts>(), Entry::read::<SummarizeInvoices>()]
}

#[derive(Default, Deserialize, JsonSchema)]
pub(in crate::mcp) struct ListAlerts {
    /// How far «due soon» looks, 0 to 365; 7 where absent.
    days_ahead: Option<Int>,
    /// Rows of each kind, 1 to 100; 20 where absent.
    limit: Option<Int>,
}

impl Read for ListAlerts {
    const ABOUT: About = About {
        name: "list_alerts",
        title: "List alerts",
        description: "What wants attention today: overdue invoices, those due soon, and drafts left unissued, each with the \
                      client's contact; and their totals. Good to start a day with.",
        scopes: &[Scope::ReportsRead],
    };
    type Args = Self;
    type View = Alerts;

    async fn call(desk: &Desk<'_>, args: Self) -> Result<Alerts> {
        let days = args.days_ahead.map_or(7, |days| days.0);
        let days_ahead = u16::try_from(days)
            .ok()
            .filter(|days| *days <= 365)
            .ok_or_else(|| Error::invalid("days_ahead", format!("{days} days"), "0 to 365"))?;
        let limit = PageRequest { limit: args.limit.map(|limit| limit.0), cursor: None }.limit()?;
        let list =
            |kind| repository::alert::list(desk.client, desk.business, kind, desk.today, days_ahead, limit);
        let (alarms, overdue, due_soon, drafts, totals) = tokio::try_join!(
            repository::alarm::list(desk.client, desk.business, limit),
            list(AlertKind::Overdue),
            list(AlertKind::DueSoon),
            list(AlertKind::UnissuedDraft),
            repository::alert::totals(desk.client, desk.business, desk.today, days_ahead),
        )?;
        let views = |kind, alerts: Vec<_>| {
            alerts.into_iter().map(|alert| AlertView::new(kind, alert, desk.today)).collect()
        };
        Ok(Alerts {
            alarms: alarms.into_iter().map(AlarmView::from).collect(),
            overdue: views(AlertKind::Overdue, overdue),
            due_soon: views(AlertKind::DueSoon, due_soon),
            unissued_drafts: views(AlertKind::UnissuedDraft, drafts),
            totals: totals.into_iter().map(AlertTotalView::from).collect(),
        })
    }
}

#[derive(Deserialize, JsonSchema)]
struct SummarizeInvoices {
    /// YYYY-MM-DD.
    issued_from: Option<Text>,
    issued_to: Option<Text>,
    /// month (where absent), client, city, status or currency.
    group_by: Option<Text>,
}

impl Read for SummarizeInvoices {
    const ABOUT: About = About {
        name: "summarize_invoices",
        title: "Summarize invoices",
        description: "Count and add invoices up by month, client, city, status or currency; always per currency. Drafts and \
                      cancelled ones count only by status. What was replaced stays in its month; what replaces it counts \
                      the difference. Clients and cities come largest first.",
        scopes: &[Scope::ReportsRead],
    };
    type Args = And<Self, PageArgs>;
    type View = List<SummaryView>;

    async fn call(desk: &Desk<'_>, And(args, page): Self::Args) -> Result<List<SummaryView>> {
        let open = Filter::default().issued;
        let issued = period(open, ("issued_from", &args.issued_from), ("issued_to", &args.issued_to))?;
        let group_by = given(args.group_by.as_ref())
            .map_or(Ok(GroupBy::Month), |name| GroupBy::parse("group_by", name))?;
        let found =
            repository::report::summarize(desk.client, desk.business, issued, group_by, &page.into()).await?;
        Ok(List::of(found, SummaryView::from))
    }
}
