use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use time::Date;

use super::content::{ContentArgs, TaxArgs};
use crate::{
    auth::scope::Scope,
    domain::{
        date, decimal,
        event::{Entity, EntityKind},
        ids::{BusinessId, ClientId, InvoiceId},
        invoice::{InvoiceChanges, Status},
        series::{self, Kind},
        text,
    },
    error::{Error, Result},
    mcp::{
        args::{
            And, Flag, Int, InvoiceRef, Number, PageArgs, Reference, Text, VersionArgs, amount, change, day,
            given, period, searched,
        },
        tool::{About, Ask, Desk, Entry, Read, Write},
        views::{
            List,
            event::EventView,
            invoice::{Beside, InvoiceDeleted, InvoiceDetails, InvoiceView},
        },
    },
    repository::{
        self,
        invoice::{Filter, Sort, Standing},
        sql::Connection,
    },
    service::{
        self, Act,
        invoice::{InvoiceWithLines, Issuing, NewInvoice},
    },
};

pub fn tools() -> Vec<Entry> {
    vec![
        Entry::write::<CreateInvoice>(),
        Entry::write::<UpdateInvoice>(),
        Entry::write::<DeleteInvoice>(),
        Entry::write::<IssueInvoice>(),
        Entry::write::<CancelInvoice>(),
        Entry::read::<GetInvoice>(),
        Entry::read::<ListInvoices>(),
        Entry::read::<GetInvoiceHistory>(),
    ]
}

/// Which invoice.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Target {
    /// Id or legal number, such as 42 or F-2026-0042.
    invoice_id: InvoiceRef,
}

impl Target {
    pub(super) async fn id(&self, client: &impl Connection, business: BusinessId) -> Result<InvoiceId> {
        find(client, business, &self.invoice_id).await
    }
}

/// A text may be a number or an id. Where it is both, of different invoices, neither is guessed.
pub(super) async fn find(
    client: &impl Connection,
    business: BusinessId,
    InvoiceRef(reference): &InvoiceRef,
) -> Result<InvoiceId> {
    let written = match reference {
        Reference::Id(id) => return Ok(InvoiceId(*id)),
        Reference::Written(text) => text::line("invoice_id", text, text::NAME_MAX)?,
    };
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    if let Some(id) = written.strip_prefix("id:").and_then(|id| digits(id.trim())) {
        return Ok(InvoiceId(id));
    }
    let numbered = repository::invoice::id_by_number(client, business, &written).await?;
    let by_id = match digits(&written).map(InvoiceId) {
        Some(id) => repository::invoice::get(client, business, id).await.ok().map(|invoice| invoice.id),
        None => None,
    };
    match (numbered, by_id) {
        (Some(numbered), Some(id)) if numbered != id => Err(Error::conflict(
            format!("Invoice {numbered} has the number {written:?}, and another has the id {id}."),
            format!("Say id:{id} or id:{numbered}."),
        )),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(repository::invoice::not_found(&written)),
    }
}

/// The days and the notes of an invoice.
#[derive(Deserialize, JsonSchema)]
struct FrameArgs {
    /// YYYY-MM-DD; today where absent.
    issue_date: Option<Text>,
    /// YYYY-MM-DD; from the payment terms where absent.
    due_date: Option<Text>,
    /// YYYY-MM-DD when it was delivered or done, where that is not the issue date.
    operation_date: Option<Text>,
    /// Euros for one unit of a foreign currency.
    exchange_rate: Option<Number>,
    /// Printed on the document.
    notes: Option<Text>,
    /// Never printed.
    internal_notes: Option<Text>,
}

impl FrameArgs {
    fn operation_date(&self) -> Result<Option<Option<Date>>> {
        change(self.operation_date.as_ref(), |text| date::parse("operation_date", text))
    }
}

/// Euros for one unit; an empty text clears it.
pub(super) fn exchange_rate(number: Option<&Number>) -> Result<Option<Option<Decimal>>> {
    let parse = |text: &str| {
        let rate = decimal::parse("exchange_rate", text, decimal::FINE_DECIMALS)?;
        if rate > Decimal::ZERO {
            return Ok(rate);
        }
        let problem = format!("{rate} is not above zero");
        Err(Error::invalid("exchange_rate", problem, "euros for one unit, such as 0.92"))
    };
    let text = number.map(|number| number.0.trim());
    text.map(|text| (!text.is_empty()).then(|| parse(text)).transpose()).transpose()
}

fn note(field: &'static str, value: Option<&Text>) -> Result<Option<Option<String>>> {
    change(value, |text| text::note(field, text))
}

#[derive(Deserialize, JsonSchema)]
struct CreateInvoice {
    client_id: Int,
    /// Issue it at once: it takes the next number and can no longer change.
    issue: Option<Flag>,
    /// standard (where absent) or simplified.
    kind: Option<Text>,
    /// Code of the series that numbers it; the default of its kind where absent.
    series: Option<Text>,
    /// Number of an invoice issued elsewhere before facturo; it comes in as pending and takes none of our numbers.
    external_number: Option<Text>,
}

impl CreateInvoice {
    fn issues(&self) -> bool {
        self.issue.as_ref().is_some_and(|flag| flag.0)
    }
}

impl Write for CreateInvoice {
    const ABOUT: About = About {
        name: "create_invoice",
        title: "Create an invoice",
        description: "Create a draft, which takes no number and may still change. With issue: true it is issued at once. \
                      Amounts are before tax; facturo works the tax and totals out.",
        scopes: &[Scope::InvoicesWrite],
    };
    const ASKS: bool = true;
    type Args = And<And<Self, ContentArgs>, And<TaxArgs, FrameArgs>>;
    type View = InvoiceDetails;

    fn asks(And(And(args, _), _): &Self::Args) -> Option<Ask<InvoiceDetails>> {
        args.issues().then_some(InvoiceDetails::ask_to_issue)
    }

    /// One that was issued elsewhere becomes a debt at once, as if it were issued.
    fn scope_besides(And(And(args, _), _): &Self::Args) -> Option<Scope> {
        let external = given(args.external_number.as_ref()).is_some();
        (args.issues() || external).then_some(Scope::InvoicesIssue)
    }

    async fn call(
        act: &Act<'_>,
        And(And(args, content), And(tax, frame)): Self::Args,
    ) -> Result<InvoiceDetails> {
        let defaults = &act.business.details;
        let currency = content.currency()?.unwrap_or(defaults.currency);
        let scheme = content.scheme()?.unwrap_or(defaults.tax_scheme);
        let external = given(args.external_number.as_ref()).map(series::external).transpose()?;
        let content = content.content(tax, currency, defaults.language)?.ok_or_else(|| {
            Error::invalid("lines", "are missing", "lines, or net_amount with a description")
        })?;
        let new = NewInvoice {
            client_id: ClientId(args.client_id.0),
            kind: kind(args.kind.as_ref())?,
            series: given(args.series.as_ref()).map(str::to_owned),
            content,
            issue_date: day("issue_date", frame.issue_date.as_ref())?,
            operation_date: frame.operation_date()?.flatten(),
            exchange_rate: exchange_rate(frame.exchange_rate.as_ref())?.flatten(),
            due_date: day("due_date", frame.due_date.as_ref())?,
            currency,
            scheme,
            notes: note("notes", frame.notes.as_ref())?.flatten(),
            internal_notes: note("internal_notes", frame.internal_notes.as_ref())?.flatten(),
            issuing: match external {
                Some(number) => Issuing::External(number),
                None if args.issues() => Issuing::Now,
                None => Issuing::Draft,
            },
        };
        details(act, service::invoice::create(act, new).await?).await
    }
}

/// Corrective invoices come from correct_invoice alone.
fn kind(name: Option<&Text>) -> Result<Kind> {
    match given(name).map(|name| Kind::parse("kind", name)).transpose()? {
        Some(Kind::Corrective) => Err(Error::invalid(
            "kind",
            "corrective invoices name another",
            "standard or simplified; or correct_invoice",
        )),
        kind => Ok(kind.unwrap_or(Kind::Standard)),
    }
}

#[derive(Deserialize, JsonSchema)]
struct UpdateInvoice {
    client_id: Option<Int>,
}

impl Write for UpdateInvoice {
    const ABOUT: About = About {
        name: "update_invoice",
        title: "Change an invoice",
        description: "Change a draft: only what is given changes, and lines are replaced whole. Of a pending invoice only \
                      due_date (agreed anew) and internal_notes may change.",
        scopes: &[Scope::InvoicesWrite],
    };
    type Args = And<And<And<Target, Self>, And<ContentArgs, TaxArgs>>, And<FrameArgs, VersionArgs>>;
    type View = InvoiceDetails;

    async fn call(
        act: &Act<'_>,
        And(And(And(target, args), And(content, tax)), And(frame, version)): Self::Args,
    ) -> Result<InvoiceDetails> {
        let id = target.id(act.tx, act.business.id).await?;
        let asked = content.currency()?;
        let currency = match asked {
            Some(currency) => currency,
            None => repository::invoice::get(act.tx, act.business.id, id).await?.currency,
        };
        let changes = InvoiceChanges {
            client_id: args.client_id.map(|id| ClientId(id.0)),
            scheme: content.scheme()?,
            content: content.content(tax, currency, act.business.details.language)?,
            issue_date: day("issue_date", frame.issue_date.as_ref())?,
            operation_date: frame.operation_date()?,
            exchange_rate: exchange_rate(frame.exchange_rate.as_ref())?,
            due_date: change(frame.due_date.as_ref(), |text| date::parse("due_date", text))?,
            currency: asked,
            notes: note("notes", frame.notes.as_ref())?,
            internal_notes: note("internal_notes", frame.internal_notes.as_ref())?,
        };
        details(act, service::invoice::update(act, id, version.expected(), changes).await?).await
    }
}

/// All of an invoice after a change.
pub(super) async fn details(act: &Act<'_>, whole: InvoiceWithLines) -> Result<InvoiceDetails> {
    let beside = match whole.invoice.status() {
        Status::Draft => Beside::default(), // nothing is ever kept beside a draft
        _ => beside(act.tx, act.business.id, whole.invoice.id).await?,
    };
    Ok(InvoiceDetails::new(&whole, beside, act.today))
}

async fn beside(client: &impl Connection, business: BusinessId, id: InvoiceId) -> Result<Beside> {
    let entries = repository::together(
        repository::payment::of_invoice(client, business, id),
        repository::invoice::corrections(client, business, id),
    );
    let papers = repository::together(
        repository::document::get(client, business, id),
        repository::record::hash_of_invoice(client, business, id),
    );
    let ((payments, corrections), (frozen, record_hash)) = repository::together(entries, papers).await?;
    Ok(Beside { payments, corrections, frozen, record_hash })
}

struct DeleteInvoice;

impl Write for DeleteInvoice {
    const ABOUT: About = About {
        name: "delete_invoice",
        title: "Delete a draft",
        description: "Delete a draft. An issued invoice is never deleted: cancel_invoice voids it.",
        scopes: &[Scope::InvoicesWrite],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<Target, VersionArgs>;
    type View = InvoiceDeleted;

    fn asks(_: &Self::Args) -> Option<Ask<InvoiceDeleted>> {
        Some(InvoiceDeleted::ask)
    }

    async fn call(act: &Act<'_>, And(target, version): Self::Args) -> Result<InvoiceDeleted> {
        let id = target.id(act.tx, act.business.id).await?;
        let draft = service::invoice::delete(act, id, version.expected()).await?;
        Ok(InvoiceDeleted { deleted: InvoiceView::new(&draft.invoice, act.today) })
    }
}

#[derive(Deserialize, JsonSchema)]
struct IssueInvoice {
    /// YYYY-MM-DD, not in the future; today where absent.
    issue_date: Option<Text>,
}

impl Write for IssueInvoice {
    const ABOUT: About = About {
        name: "issue_invoice",
        title: "Issue an invoice",
        description: "Issue a draft: it takes the next legal number, becomes pending, and can no longer change or be \
                      deleted. A due date that came from the payment terms moves along with the issue date.",
        scopes: &[Scope::InvoicesIssue],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<And<Target, Self>, VersionArgs>;
    type View = InvoiceDetails;

    fn asks(_: &Self::Args) -> Option<Ask<InvoiceDetails>> {
        Some(InvoiceDetails::ask_to_issue)
    }

    async fn call(act: &Act<'_>, And(And(target, args), version): Self::Args) -> Result<InvoiceDetails> {
        let id = target.id(act.tx, act.business.id).await?;
        let issue_date = day("issue_date", args.issue_date.as_ref())?;
        details(act, service::invoice::issue(act, id, version.expected(), issue_date).await?).await
    }
}

#[derive(Deserialize, JsonSchema)]
struct CancelInvoice {
    /// Why; it stays in the history.
    reason: Text,
}

impl Write for CancelInvoice {
    const ABOUT: About = About {
        name: "cancel_invoice",
        title: "Cancel an invoice",
        description: "Void a pending invoice that nothing was paid of. It keeps its number for ever and counts no more.",
        scopes: &[Scope::InvoicesCancel],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<And<Target, Self>, VersionArgs>;
    type View = InvoiceDetails;

    fn asks(_: &Self::Args) -> Option<Ask<InvoiceDetails>> {
        Some(InvoiceDetails::ask_to_cancel)
    }

    async fn call(act: &Act<'_>, And(And(target, args), version): Self::Args) -> Result<InvoiceDetails> {
        let reason = text::note("reason", &args.reason.0)?;
        let id = target.id(act.tx, act.business.id).await?;
        details(act, service::invoice::cancel(act, id, version.expected(), reason).await?).await
    }
}

struct GetInvoice;

impl Read for GetInvoice {
    const ABOUT: About = About {
        name: "get_invoice",
        title: "Show an invoice",
        description: "All of an invoice: lines, tax per rate, totals, what is paid and outstanding, how overdue it is, and \
                      its payments.",
        scopes: &[Scope::InvoicesRead],
    };
    type Args = Target;
    type View = InvoiceDetails;

    async fn call(desk: &Desk<'_>, target: Target) -> Result<InvoiceDetails> {
        let id = target.id(desk.client, desk.business).await?;
        read(desk, id).await
    }
}

/// All of an invoice as it stands.
pub(in crate::mcp) async fn read(desk: &Desk<'_>, id: InvoiceId) -> Result<InvoiceDetails> {
    let (invoice, lines, beside) = tokio::try_join!(
        repository::invoice::get(desk.client, desk.business, id),
        repository::invoice::lines(desk.client, desk.business, id),
        beside(desk.client, desk.business, id),
    )?;
    Ok(InvoiceDetails::new(&InvoiceWithLines { invoice, lines }, beside, desk.today))
}

#[derive(Deserialize, JsonSchema)]
struct ListInvoices {
    /// draft, pending, paid, cancelled, overdue or partially_paid.
    status: Option<Text>,
    client_id: Option<Int>,
    /// YYYY-MM-DD.
    issued_from: Option<Text>,
    issued_to: Option<Text>,
    due_from: Option<Text>,
    due_to: Option<Text>,
    min_total: Option<Number>,
    max_total: Option<Number>,
    /// Words of the number, the lines, the notes or the client.
    query: Option<Text>,
    /// newest (where absent), oldest, due or total (largest first).
    sort: Option<Text>,
}

impl Read for ListInvoices {
    const ABOUT: About = About {
        name: "list_invoices",
        title: "List invoices",
        description: "Invoices without their lines, filtered and sorted, page by page. For sums over many take \
                      summarize_invoices.",
        scopes: &[Scope::InvoicesRead],
    };
    type Args = And<Self, PageArgs>;
    type View = List<InvoiceView>;

    async fn call(desk: &Desk<'_>, And(args, page): Self::Args) -> Result<List<InvoiceView>> {
        let filter = args.filter(desk.today)?;
        let sort = match given(args.sort.as_ref()) {
            None => Sort::Newest,
            Some(name) => Sort::ALL.into_iter().find(|sort| sort.name() == name).ok_or_else(|| {
                Error::invalid("sort", format!("{name:?} is no order"), Sort::ALL.map(Sort::name).join(", "))
            })?,
        };
        let found =
            repository::invoice::list(desk.client, desk.business, &filter, sort, &page.into()).await?;
        Ok(List::of(found, |invoice| InvoiceView::new(&invoice, desk.today)))
    }
}

impl ListInvoices {
    fn filter(&self, today: Date) -> Result<Filter> {
        let mut filter = Filter {
            client_id: self.client_id.as_ref().map(|id| ClientId(id.0)),
            query: searched("query", self.query.as_ref())?,
            ..Filter::default()
        };
        filter.issued =
            period(filter.issued, ("issued_from", &self.issued_from), ("issued_to", &self.issued_to))?;
        filter.due = period(filter.due, ("due_from", &self.due_from), ("due_to", &self.due_to))?;
        filter.total.0 = amount("min_total", self.min_total.as_ref())?.unwrap_or(filter.total.0);
        filter.total.1 = amount("max_total", self.max_total.as_ref())?.unwrap_or(filter.total.1);
        if filter.total.0 > filter.total.1 {
            let (min, max) = filter.total;
            return Err(Error::invalid(
                "max_total",
                format!("{max} is below min_total {min}"),
                format!("{min} or more"),
            ));
        }
        let Some(status) = given(self.status.as_ref()) else { return Ok(filter) };
        filter.statuses = vec![match status {
            "draft" => Status::Draft,
            "pending" | "overdue" | "partially_paid" => Status::Pending,
            "paid" => Status::Paid,
            "cancelled" => Status::Cancelled,
            other => {
                let accepted = "draft, pending, paid, cancelled, overdue or partially_paid";
                return Err(Error::invalid("status", format!("{other:?} is no status"), accepted));
            }
        }];
        filter.standing = match status {
            "overdue" => Standing::Owing,
            "partially_paid" => Standing::PartlyPaid,
            _ => Standing::Any,
        };
        if status == "overdue" {
            filter.due.1 = filter.due.1.min(date::plus_days(today, -1));
        }
        Ok(filter)
    }
}

struct GetInvoiceHistory;

impl Read for GetInvoiceHistory {
    const ABOUT: About = About {
        name: "get_invoice_history",
        title: "Show an invoice's history",
        description: "Who changed what of an invoice and when, newest first, with each field before and after.",
        scopes: &[Scope::InvoicesRead],
    };
    type Args = And<Target, PageArgs>;
    type View = List<EventView>;

    async fn call(desk: &Desk<'_>, And(target, page): Self::Args) -> Result<List<EventView>> {
        let id = target.id(desk.client, desk.business).await?;
        history(desk, id, page).await
    }
}

/// The events of an invoice, also of a draft that was deleted.
pub(in crate::mcp) async fn history(
    desk: &Desk<'_>,
    id: InvoiceId,
    page: PageArgs,
) -> Result<List<EventView>> {
    let entity = Entity { kind: EntityKind::Invoice, id: id.0, client_id: None };
    let found = repository::event::of_entity(desk.client, desk.business, entity, &page.into()).await?;
    if found.items.is_empty() {
        // an id that never was, unless a page ran out
        repository::invoice::get(desk.client, desk.business, id).await?;
    }
    Ok(List::of(found, EventView::from))
}
