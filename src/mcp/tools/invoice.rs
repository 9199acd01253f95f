use deadpool_postgres::GenericClient;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use time::Date;

use crate::{
    domain::{
        codes::Currency,
        date, decimal,
        event::{Entity, EntityKind},
        ids::{BusinessId, ClientId, InvoiceId},
        invoice::Status,
        line::LineInput,
        money, numbering, text,
    },
    error::{Error, Result},
    mcp::{
        args::{
            And, Flag, Int, InvoiceRef, Number, PageArgs, Reference, Text, VersionArgs, amount, change, day,
            given, period, searched,
        },
        tool::{About, Desk, Entry, Read, Write},
        views::{
            List,
            event::EventView,
            invoice::{InvoiceDeleted, InvoiceDetails, InvoiceView},
        },
    },
    repository::{
        self,
        invoice::{Filter, Sort},
    },
    service::{
        self, Act,
        invoice::{Document, InvoiceChanges, Issuing, NewInvoice},
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
    pub(super) async fn id(&self, client: &impl GenericClient, business: BusinessId) -> Result<InvoiceId> {
        find(client, business, &self.invoice_id).await
    }
}

/// A text is first taken for a legal number, since one issued elsewhere may look like an id.
pub(super) async fn find(
    client: &impl GenericClient,
    business: BusinessId,
    InvoiceRef(reference): &InvoiceRef,
) -> Result<InvoiceId> {
    let written = match reference {
        Reference::Id(id) => return Ok(InvoiceId(*id)),
        Reference::Written(text) => text::line("invoice_id", text, text::NAME_MAX)?,
    };
    if let Some(id) = repository::invoice::id_by_number(client, business, &written).await? {
        return Ok(id);
    }
    written.parse().map(InvoiceId).map_err(|_| repository::invoice::not_found(&written))
}

/// What stands on an invoice.
#[derive(Deserialize, JsonSchema)]
struct ContentArgs {
    /// 1 to 500; or give net_amount and description instead.
    lines: Option<Vec<LineArgs>>,
    /// Before tax; makes a single line together with description and tax_rate.
    net_amount: Option<Number>,
    /// Of the single line.
    description: Option<Text>,
    /// Percent, of the single line; the business's default where absent.
    tax_rate: Option<Number>,
    /// YYYY-MM-DD; today where absent.
    issue_date: Option<Text>,
    /// YYYY-MM-DD; from the payment terms where absent.
    due_date: Option<Text>,
    /// ISO 4217; the business's where absent.
    currency: Option<Text>,
    /// Printed on the document.
    notes: Option<Text>,
    /// Never printed.
    internal_notes: Option<Text>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LineArgs {
    description: Text,
    /// Up to 6 decimals; 1 where absent.
    quantity: Option<Number>,
    /// Before tax, up to 6 decimals.
    unit_price: Number,
    /// Percent.
    discount_percent: Option<Number>,
    /// Percent; the business's default where absent.
    tax_rate: Option<Number>,
}

impl LineArgs {
    fn parse(&self, index: usize, default_rate: Decimal) -> Result<LineInput> {
        let field = |name: &str| format!("lines[{index}].{name}");
        let fine =
            |name: &str, Number(text): &Number| decimal::parse(field(name), text, decimal::FINE_DECIMALS);
        let percent = |name: &str, Number(text): &Number| decimal::percent(field(name), text);
        Ok(LineInput {
            description: text::line(field("description"), &self.description.0, text::NAME_MAX)?,
            quantity: self.quantity.as_ref().map_or(Ok(Decimal::ONE), |number| fine("quantity", number))?,
            unit_price: fine("unit_price", &self.unit_price)?,
            discount_percent: self
                .discount_percent
                .as_ref()
                .map_or(Ok(Decimal::ZERO), |number| percent("discount_percent", number))?,
            tax_rate: self
                .tax_rate
                .as_ref()
                .map_or(Ok(default_rate), |number| percent("tax_rate", number))?,
        })
    }
}

impl ContentArgs {
    fn currency(&self) -> Result<Option<Currency>> {
        given(self.currency.as_ref()).map(|code| Currency::parse("currency", code)).transpose()
    }

    /// The lines, or the one line that net_amount stands for; `None` where neither is given.
    fn lines(&self, currency: Currency, default_rate: Decimal) -> Result<Option<Vec<LineInput>>> {
        let net = amount("net_amount", self.net_amount.as_ref())?;
        let either =
            "either lines, each with its own description and tax_rate, or net_amount with one of each";
        let Some(lines) = &self.lines else {
            return match net {
                Some(net) => Ok(Some(vec![self.single_line(net, currency, default_rate)?])),
                None if self.description.is_some() || self.tax_rate.is_some() => {
                    Err(Error::invalid("net_amount", "is missing beside the description or tax_rate", either))
                }
                None => Ok(None),
            };
        };
        let of_single_line = [
            ("net_amount", net.is_some()),
            ("description", given(self.description.as_ref()).is_some()),
            ("tax_rate", self.tax_rate.is_some()),
        ];
        if let Some((field, _)) = of_single_line.into_iter().find(|(_, is_given)| *is_given) {
            return Err(Error::invalid(field, "was given together with lines", either));
        }
        let parse = |(index, line): (usize, &LineArgs)| line.parse(index, default_rate);
        lines.iter().enumerate().map(parse).collect::<Result<_>>().map(Some)
    }

    fn single_line(&self, net: Decimal, currency: Currency, default_rate: Decimal) -> Result<LineInput> {
        let net = money::exact("net_amount", net, currency)?;
        if net < Decimal::ZERO {
            return Err(Error::invalid("net_amount", format!("{net} is below zero"), "zero or more"));
        }
        let description = given(self.description.as_ref()).unwrap_or_default();
        let rate = self.tax_rate.as_ref().map(|Number(text)| decimal::percent("tax_rate", text));
        Ok(LineInput {
            description: text::line("description", description, text::NAME_MAX)?,
            quantity: Decimal::ONE,
            unit_price: net,
            discount_percent: Decimal::ZERO,
            tax_rate: rate.unwrap_or(Ok(default_rate))?,
        })
    }
}

fn note(field: &'static str, value: Option<&Text>) -> Result<Option<Option<String>>> {
    change(value, |text| text::note(field, text))
}

#[derive(Deserialize, JsonSchema)]
struct CreateInvoice {
    client_id: Int,
    /// Issue it at once: it takes the next number and can no longer change.
    issue: Option<Flag>,
    /// Number of an invoice issued elsewhere before facturo; it comes in as pending and takes none of our numbers.
    external_number: Option<Text>,
}

impl Write for CreateInvoice {
    const ABOUT: About = About {
        name: "create_invoice",
        title: "Create an invoice",
        description: "Create a draft, which takes no number and may still change. With issue: true it is issued at once. \
                      Amounts are before tax; facturo works the tax and totals out.",
    };
    type Args = And<Self, ContentArgs>;
    type View = InvoiceDetails;

    async fn call(act: &Act<'_>, And(args, content): Self::Args) -> Result<InvoiceDetails> {
        let defaults = &act.business.details;
        let currency = content.currency()?.unwrap_or(defaults.currency);
        let lines = content.lines(currency, defaults.default_tax_rate)?;
        let external = given(args.external_number.as_ref()).map(numbering::external).transpose()?;
        let new = NewInvoice {
            client_id: ClientId(args.client_id.0),
            lines: lines.ok_or_else(|| {
                Error::invalid(
                    "lines",
                    "are missing",
                    "lines, or net_amount with a description and a tax_rate",
                )
            })?,
            issue_date: day("issue_date", content.issue_date.as_ref())?,
            due_date: day("due_date", content.due_date.as_ref())?,
            currency,
            notes: note("notes", content.notes.as_ref())?.flatten(),
            internal_notes: note("internal_notes", content.internal_notes.as_ref())?.flatten(),
            issuing: match external {
                Some(number) => Issuing::External(number),
                None if args.issue.is_some_and(|flag| flag.0) => Issuing::Now,
                None => Issuing::Draft,
            },
        };
        Ok(InvoiceDetails::new(&service::invoice::create(act, new).await?, vec![], act.today))
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
    };
    type Args = And<And<Target, Self>, And<ContentArgs, VersionArgs>>;
    type View = InvoiceDetails;

    async fn call(
        act: &Act<'_>,
        And(And(target, args), And(content, version)): Self::Args,
    ) -> Result<InvoiceDetails> {
        let id = target.id(act.tx, act.business.id).await?;
        let asked = content.currency()?;
        let currency = match asked {
            Some(currency) => currency,
            None => repository::invoice::get(act.tx, act.business.id, id).await?.currency,
        };
        let changes = InvoiceChanges {
            client_id: args.client_id.map(|id| ClientId(id.0)),
            lines: content.lines(currency, act.business.details.default_tax_rate)?,
            issue_date: day("issue_date", content.issue_date.as_ref())?,
            due_date: change(content.due_date.as_ref(), |text| date::parse("due_date", text))?,
            currency: asked,
            notes: note("notes", content.notes.as_ref())?,
            internal_notes: note("internal_notes", content.internal_notes.as_ref())?,
        };
        details(act, service::invoice::update(act, id, version.expected(), changes).await?).await
    }
}

/// All of an invoice after a change.
pub(super) async fn details(act: &Act<'_>, document: Document) -> Result<InvoiceDetails> {
    let payments = repository::payment::of_invoice(act.tx, act.business.id, document.invoice.id).await?;
    Ok(InvoiceDetails::new(&document, payments, act.today))
}

struct DeleteInvoice;

impl Write for DeleteInvoice {
    const ABOUT: About = About {
        name: "delete_invoice",
        title: "Delete a draft",
        description: "Delete a draft. An issued invoice is never deleted: cancel_invoice voids it.",
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<Target, VersionArgs>;
    type View = InvoiceDeleted;

    async fn call(act: &Act<'_>, And(target, version): Self::Args) -> Result<InvoiceDeleted> {
        let id = target.id(act.tx, act.business.id).await?;
        let document = service::invoice::delete(act, id, version.expected()).await?;
        Ok(InvoiceDeleted { deleted: InvoiceView::new(&document.invoice, act.today) })
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
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<And<Target, Self>, VersionArgs>;
    type View = InvoiceDetails;

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
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<And<Target, Self>, VersionArgs>;
    type View = InvoiceDetails;

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
    let invoice = repository::invoice::get(desk.client, desk.business, id);
    let lines = repository::invoice::lines(desk.client, desk.business, id);
    let payments = repository::payment::of_invoice(desk.client, desk.business, id);
    let (invoice, lines, payments) = tokio::try_join!(invoice, lines, payments)?;
    Ok(InvoiceDetails::new(&Document { invoice, lines }, payments, desk.today))
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
        filter.only_partially_paid = status == "partially_paid";
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
