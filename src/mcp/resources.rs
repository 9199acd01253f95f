//! Resources: what a host may put before its model without a call, by address.

use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};

use super::{
    args::PageArgs,
    retry::retry,
    tool::{self, Desk, Read as _},
    tools::{client, invoice, report},
    views::{List, business::BusinessView, invoice::InvoiceView},
};
use crate::{
    auth::{caller::Caller, scope::Scope},
    books::Books,
    domain::ids::{ClientId, InvoiceId},
    error::{Error, Result, short},
    repository::{
        self,
        invoice::{Filter, Sort},
        page::{LIMIT_MAX, PageRequest},
    },
};

const JSON: &str = "application/json";

/// Those at a fixed address that the caller may read.
pub fn fixed(caller: &Caller) -> Vec<Resource> {
    let all = [
        (Scope::BusinessRead, "facturo://business", "business", "The business that issues the invoices"),
        (
            Scope::ReportsRead,
            "facturo://alerts",
            "alerts",
            "Overdue invoices, those due within 7 days, drafts left unissued",
        ),
    ];
    let allowed = all.into_iter().filter(|(scope, ..)| caller.may(*scope));
    allowed
        .map(|(_, uri, name, about)| Resource::new(uri, name).with_description(about).with_mime_type(JSON))
        .collect()
}

pub fn templates(caller: &Caller) -> Vec<ResourceTemplate> {
    let all = [
        (Scope::ClientsRead, "facturo://clients/{id}", "client", "A client with its totals per currency"),
        (
            Scope::InvoicesRead,
            "facturo://clients/{id}/invoices",
            "client_invoices",
            "The newest 100 invoices of a client",
        ),
        (Scope::InvoicesRead, "facturo://invoices/{id}", "invoice", "All of an invoice"),
        (
            Scope::InvoicesRead,
            "facturo://invoices/{id}/history",
            "invoice_history",
            "Who changed what of an invoice, newest first",
        ),
    ];
    let allowed = all.into_iter().filter(|(scope, ..)| caller.may(*scope));
    allowed
        .map(|(_, uri, name, about)| {
            ResourceTemplate::new(uri, name).with_description(about).with_mime_type(JSON)
        })
        .collect()
}

/// What an address leads to.
enum Address {
    Business,
    Alerts,
    Client(ClientId),
    ClientInvoices(ClientId),
    Invoice(InvoiceId),
    InvoiceHistory(InvoiceId),
}

impl Address {
    fn parse(uri: &str) -> Result<Self> {
        let unknown = || Error::NotFound {
            what: "resource",
            id: short(uri.to_owned()).into_owned(),
            next: "resources/list and resources/templates/list name them.",
        };
        let id = |text: &str| text.parse().ok().filter(|id: &i64| *id > 0).ok_or_else(unknown);
        let path: Vec<&str> = uri.strip_prefix("facturo://").ok_or_else(unknown)?.split('/').collect();
        Ok(match path.as_slice() {
            ["business"] => Self::Business,
            ["alerts"] => Self::Alerts,
            ["clients", client] => Self::Client(ClientId(id(client)?)),
            ["clients", client, "invoices"] => Self::ClientInvoices(ClientId(id(client)?)),
            ["invoices", invoice] => Self::Invoice(InvoiceId(id(invoice)?)),
            ["invoices", invoice, "history"] => Self::InvoiceHistory(InvoiceId(id(invoice)?)),
            _ => return Err(unknown()),
        })
    }

    fn scope(&self) -> Scope {
        match self {
            Self::Business => Scope::BusinessRead,
            Self::Alerts => Scope::ReportsRead,
            Self::Client(_) => Scope::ClientsRead,
            Self::ClientInvoices(_) | Self::Invoice(_) | Self::InvoiceHistory(_) => Scope::InvoicesRead,
        }
    }
}

pub async fn read(books: &Books, caller: &Caller, uri: &str) -> Result<ReadResourceResult> {
    let address = Address::parse(uri)?;
    caller.must(address.scope())?;
    let json = retry("resources/read", |until| {
        books.over(until, async |client| json(&Desk::open(books, client).await?, &address).await)
    })
    .await?;
    let contents = ResourceContents::text(json, uri).with_mime_type(JSON);
    Ok(ReadResourceResult::new(vec![contents]))
}

async fn json(desk: &Desk<'_>, address: &Address) -> Result<String> {
    match *address {
        Address::Business => {
            tool::encode(BusinessView::from(repository::business::get(desk.client, desk.business).await?))
        }
        Address::Alerts => tool::encode(report::ListAlerts::call(desk, report::ListAlerts::default()).await?),
        Address::Client(id) => tool::encode(client::read(desk, id).await?),
        Address::ClientInvoices(id) => {
            let client = repository::client::get(desk.client, desk.business, id).await?;
            let filter = Filter { client_id: Some(client.id), ..Filter::default() };
            let page = PageRequest { limit: Some(LIMIT_MAX), cursor: None };
            let found =
                repository::invoice::list(desk.client, desk.business, &filter, Sort::Newest, &page).await?;
            tool::encode(List::of(found, |invoice| InvoiceView::new(&invoice, desk.today)))
        }
        Address::Invoice(id) => tool::encode(invoice::read(desk, id).await?),
        Address::InvoiceHistory(id) => tool::encode(invoice::history(desk, id, PageArgs::default()).await?),
    }
}
