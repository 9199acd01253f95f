use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Item, business::ContactView, moment};
use crate::{
    domain::{
        client::{Balance, Client},
        codes::Currency,
        ids::ClientId,
        money,
    },
    mcp::{
        confirmation::{Act, Question},
        tool::View,
    },
    repository::invoice::Draft,
    service::client::Deleted,
};

#[derive(Serialize, JsonSchema)]
pub struct ClientView {
    id: i64,
    version: i64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id: Option<String>,
    #[serde(flatten)]
    contact: ContactView,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_terms_days: Option<u16>,
    private_person: bool,
    surcharge: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    archived: bool,
    created_at: String,
    updated_at: String,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        let Client { id, version, details, archived_at, created_at, updated_at } = client;
        Self {
            id: id.0,
            version,
            name: details.name,
            tax_id: details.tax_id,
            contact: details.contact.into(),
            language: details.language.map(|language| language.code().to_owned()),
            payment_terms_days: details.payment_terms_days,
            private_person: details.private_person,
            surcharge: details.surcharge,
            notes: details.notes,
            archived: archived_at.is_some(),
            created_at: moment(created_at),
            updated_at: moment(updated_at),
        }
    }
}

impl Item for ClientView {
    const ONE: &'static str = "client";
    const MANY: &'static str = "clients";
}

impl View for ClientView {
    fn summary(&self) -> String {
        let archived = if self.archived { ", archived" } else { "" };
        format!("Client {}{archived}, at version {}.", self.id, self.version)
    }

    fn client_id(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// A client and how it stands.
#[derive(Serialize, JsonSchema)]
pub struct ClientDetails {
    #[serde(flatten)]
    client: ClientView,
    /// One per currency; drafts and cancelled invoices do not count.
    totals: Vec<BalanceView>,
}

#[derive(Serialize, JsonSchema)]
pub struct BalanceView {
    currency: String,
    invoiced: String,
    paid: String,
    outstanding: String,
    overdue: String,
}

impl ClientDetails {
    pub fn new(client: Client, balances: Vec<Balance>) -> Self {
        let view = |balance: Balance| {
            let money = |amount| money::display(amount, balance.currency);
            BalanceView {
                currency: balance.currency.to_string(),
                invoiced: money(balance.invoiced),
                paid: money(balance.paid),
                outstanding: money(balance.outstanding),
                overdue: money(balance.overdue),
            }
        };
        Self { client: client.into(), totals: balances.into_iter().map(view).collect() }
    }
}

impl View for ClientDetails {
    fn summary(&self) -> String {
        let standing = |total: &BalanceView| {
            let BalanceView { currency, invoiced, outstanding, overdue, .. } = total;
            format!("{invoiced} {currency} invoiced, {outstanding} outstanding, {overdue} overdue")
        };
        match self.totals.iter().map(standing).collect::<Vec<_>>().join("; ") {
            none if none.is_empty() => format!("Client {}: nothing invoiced yet.", self.client.id),
            standing => format!("Client {}: {standing}.", self.client.id),
        }
    }
}

/// What was deleted. What was known of the client is not repeated, since the answer may be kept for a repeat.
#[derive(Serialize, JsonSchema)]
pub struct ClientDeleted {
    client_id: i64,
    /// The last one.
    version: i64,
    drafts_deleted: Vec<DraftDeleted>,
    #[serde(skip)]
    name: String,
    /// What the drafts add up to: amounts and their currencies.
    #[serde(skip)]
    sums: Vec<(String, String)>,
}

#[derive(Serialize, JsonSchema)]
struct DraftDeleted {
    draft_id: i64,
    version: i64,
    total: String,
    currency: String,
}

impl From<Draft> for DraftDeleted {
    fn from(draft: Draft) -> Self {
        let Draft { id, version, total, currency } = draft;
        let total = money::display(total, currency);
        Self { draft_id: id.0, version, total, currency: currency.to_string() }
    }
}

impl ClientDeleted {
    pub fn new(id: ClientId, deleted: Deleted) -> Self {
        let Deleted { name, version, drafts } = deleted;
        let mut sums: BTreeMap<String, (Decimal, Currency)> = BTreeMap::new();
        for Draft { total, currency, .. } in &drafts {
            sums.entry(currency.to_string()).or_insert((Decimal::ZERO, *currency)).0 += total;
        }
        let sums = sums.into_iter().map(|(code, (sum, currency))| (money::display(sum, currency), code));
        Self {
            client_id: id.0,
            version,
            drafts_deleted: drafts.into_iter().map(DraftDeleted::from).collect(),
            name,
            sums: sums.collect(),
        }
    }

    pub fn ask(&self) -> Question {
        let act = Act::DeleteClient {
            id: self.client_id,
            drafts: self.drafts_deleted.len(),
            sums: self.sums.clone(),
        };
        Question { act, client: self.name.clone() }
    }
}

impl View for ClientDeleted {
    fn summary(&self) -> String {
        let drafts = match self.drafts_deleted.len() {
            0 => String::new(),
            1 => ", and 1 draft with it".to_owned(),
            count => format!(", and {count} drafts with it"),
        };
        format!("Client {} is deleted{drafts}.", self.client_id)
    }
}
