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

pub fn fixed() -> Vec<Resource> {
    [
        ("facturo://business", "business", "The business that issues the invoices"),
        ("facturo://alerts", "alerts", "Overdue invoices, those due within 7 days, drafts left unissued"),
    ]
    .map(|(uri, name, about)| Resource::new(uri, name).with_description(about).with_mime_type(JSON))
    .into()
}

pub fn templates() -> Vec<ResourceTemplate> {
    [
        ("facturo://clients/{id}", "client", "A client with its totals per currency"),
        ("facturo://clients/{id}/invoices", "client_invoices", "The newest 100 invoices of a client"),
        ("facturo://invoices/{id}", "invoice", "All of an invoice"),
        (
            "facturo://invoices/{id}/history",
            "invoice_history",
            "Who changed what of an invoice, newest first",
        ),
    ]
    .map(|(uri, name, about)| ResourceTemplate::new(uri, name).with_description(about).with_mime_type(JSON))
    .into()
}

pub async fn read(books: &Books, uri: &str) -> Result<ReadResourceResult> {
    let json = retry("resources/read", || async {
        let client = books.client().await?;
        json(&Desk::open(books, &client).await?, uri).await
    })
    .await?;
    let contents = ResourceContents::text(json, uri).with_mime_type(JSON);
    Ok(ReadResourceResult::new(vec![contents]))
}

async fn json(desk: &Desk<'_>, uri: &str) -> Result<String> {
    let unknown = || Error::NotFound {
        what: "resource",
        id: short(uri.to_owned()).into_owned(),
        next: "resources/list and resources/templates/list name them.",
    };
    let id = |text: &str| text.parse().ok().filter(|id: &i64| *id > 0).ok_or_else(unknown);
    let path: Vec<&str> = uri.strip_prefix("facturo://").ok_or_else(unknown)?.split('/').collect();
    match path.as_slice() {
        ["business"] => {
            tool::encode(BusinessView::from(repository::business::get(desk.client, desk.business).await?))
        }
        ["alerts"] => tool::encode(report::ListAlerts::call(desk, report::ListAlerts::default()).await?),
        ["clients", client] => tool::encode(client::read(desk, ClientId(id(client)?)).await?),
        ["clients", client, "invoices"] => {
            let client = repository::client::get(desk.client, desk.business, ClientId(id(client)?)).await?;
            let filter = Filter { client_id: Some(client.id), ..Filter::default() };
            let page = PageRequest { limit: Some(LIMIT_MAX), cursor: None };
            let found =
                repository::invoice::list(desk.client, desk.business, &filter, Sort::Newest, &page).await?;
            tool::encode(List::of(found, |invoice| InvoiceView::new(&invoice, desk.today)))
        }
        ["invoices", invoice] => tool::encode(invoice::read(desk, InvoiceId(id(invoice)?)).await?),
        ["invoices", invoice, "history"] => {
            tool::encode(invoice::history(desk, InvoiceId(id(invoice)?), PageArgs::default()).await?)
        }
        _ => Err(unknown()),
    }
}
