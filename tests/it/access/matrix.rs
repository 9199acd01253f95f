//! Every role and every scope against every tool and every resource, by a table that is written down here.

use std::collections::BTreeSet;

use clap::ValueEnum as _;
use facturo::auth::role::Role;
use facturo::auth::scope::Scope;
use serde_json::{Value, json};

use super::forge::{SECRET, by_secret, claims};
use crate::support::office::{Office, id};
use crate::support::session::{Era, Session, facturo};

/// Each tool and what it needs.
const TOOLS: &[(&str, &[&str])] = &[
    ("archive_client", &["clients:write"]),
    ("cancel_invoice", &["invoices:cancel"]),
    ("correct_invoice", &["invoices:issue"]),
    ("create_client", &["clients:write"]),
    ("create_invoice", &["invoices:write"]),
    ("create_series", &["business:write"]),
    ("delete_client", &["clients:delete"]),
    ("delete_invoice", &["invoices:write"]),
    ("find_clients", &["clients:read"]),
    ("get_business", &["business:read"]),
    ("get_client", &["clients:read"]),
    ("get_client_history", &["clients:read", "invoices:read"]),
    ("get_invoice", &["invoices:read"]),
    ("get_invoice_history", &["invoices:read"]),
    ("issue_invoice", &["invoices:issue"]),
    ("list_alerts", &["reports:read"]),
    ("list_invoices", &["invoices:read"]),
    ("list_payments", &["payments:read"]),
    ("list_series", &["business:read"]),
    ("record_payment", &["payments:write"]),
    ("reverse_payment", &["payments:write"]),
    ("summarize_invoices", &["reports:read"]),
    ("update_business", &["business:write"]),
    ("update_client", &["clients:write"]),
    ("update_invoice", &["invoices:write"]),
    ("verify_records", &["records:read"]),
];

/// Each resource, or the template that it is one of, and what it needs.
const RESOURCES: &[(&str, &str)] = &[
    ("facturo://alerts", "reports:read"),
    ("facturo://business", "business:read"),
    ("facturo://clients/{id}", "clients:read"),
    ("facturo://clients/{id}/invoices", "invoices:read"),
    ("facturo://invoices/{id}", "invoices:read"),
    ("facturo://invoices/{id}/history", "invoices:read"),
];

const READER: &[&str] = &["business:read", "clients:read", "invoices:read", "payments:read", "reports:read"];
const DRAFTER: &[&str] =
    &["business:read", "clients:read", "clients:write", "invoices:read", "invoices:write"];
const ACCOUNTANT: &[&str] =
    &["business:read", "clients:read", "invoices:read", "payments:read", "reports:read", "records:read"];

struct Bearer {
    session: Session,
    scopes: BTreeSet<String>,
}

impl Bearer {
    fn of(office: &Office, scopes: &str) -> Self {
        let token = by_secret(&claims(json!({"scope": scopes})));
        let mut command = facturo();
        command.env("DATABASE_URL", office.database.url());
        command.env("FACTURO_TOKEN_SECRET", SECRET).env("FACTURO_TOKEN", token);
        let scopes = scopes.split(' ').map(str::to_owned).collect();
        Self { session: Session::start(&mut command, Era::Handshake), scopes }
    }

    /// The first of these scopes that is not there.
    fn lacks(&self, needs: &[&'static str]) -> Option<&'static str> {
        needs.iter().copied().find(|scope| !self.scopes.contains(*scope))
    }

    /// Lists hold what is allowed, and nothing else; calls of the rest name the scope.
    fn assert_holds_to_the_tables(&mut self) {
        let listed = names(&self.session.tools(), "name");
        let allowed: Vec<_> = TOOLS.iter().filter(|(_, needs)| self.lacks(needs).is_none()).collect();
        assert_eq!(listed, allowed.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{:?}", self.scopes);
        for (tool, needs) in TOOLS {
            let said = self.session.attempt(tool, json!({})).err().unwrap_or_default();
            let told = said.contains("which this session does not have");
            let lacks = self.lacks(needs);
            assert_eq!(told, lacks.is_some(), "{tool} with {:?}: {said}", self.scopes);
            assert!(said.contains(lacks.unwrap_or_default()), "{tool} with {:?}: {said}", self.scopes);
        }
        self.assert_holds_to_resources();
    }

    fn assert_holds_to_resources(&mut self) {
        let fixed = self.session.request("resources/list", json!({}));
        let templates = self.session.request("resources/templates/list", json!({}));
        let mut listed = names(fixed["result"]["resources"].as_array().unwrap(), "uri");
        listed.extend(names(templates["result"]["resourceTemplates"].as_array().unwrap(), "uriTemplate"));
        listed.sort();
        let allowed = RESOURCES.iter().filter(|(_, scope)| self.scopes.contains(*scope));
        assert_eq!(listed, allowed.map(|(uri, _)| *uri).collect::<Vec<_>>(), "{:?}", self.scopes);
        for (uri, scope) in RESOURCES {
            let read = self.session.read_resource(&uri.replace("{id}", "1"));
            assert_eq!(read.is_ok(), self.scopes.contains(*scope), "{uri} with {:?}: {read:?}", self.scopes);
            if let Err(error) = read {
                assert!(error["message"].as_str().unwrap().contains(scope), "{uri}: {error}");
            }
        }
    }
}

fn names(things: &[Value], field: &str) -> Vec<String> {
    things.iter().map(|thing| thing[field].as_str().unwrap().to_owned()).collect()
}

/// Client 1 and invoice 1, a draft.
fn office() -> Office {
    let mut office = Office::open();
    let client = office.client("Ana");
    assert_eq!((client, office.draft(client, "100")), (1, 1));
    office
}

#[test]
fn every_tool_and_every_scope_stands_in_the_tables() {
    let mut office = office();
    let tools = names(&office.tools(), "name");
    assert_eq!(tools, TOOLS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let needed: BTreeSet<_> = TOOLS.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
    assert_eq!(needed, Scope::ALL.into_iter().map(Scope::name).collect());
}

#[test]
fn every_scope_opens_what_needs_it_and_nothing_else() {
    let office = office();
    for scope in Scope::ALL {
        Bearer::of(&office, scope.name()).assert_holds_to_the_tables();
    }
}

#[test]
fn every_role_opens_what_it_is_for_and_nothing_else() {
    let office = office();
    let all: Vec<_> = Scope::ALL.into_iter().map(Scope::name).collect();
    for role in Role::value_variants() {
        let expected = match role {
            Role::Reader => READER,
            Role::Drafter => DRAFTER,
            Role::Accountant => ACCOUNTANT,
            Role::Owner => &all,
        };
        let scopes = role.scopes().to_string();
        let named: BTreeSet<_> = scopes.split(' ').collect();
        assert_eq!(named, expected.iter().copied().collect(), "{role:?}");
        Bearer::of(&office, &scopes).assert_holds_to_the_tables();
    }
}

#[test]
fn who_may_draft_may_not_issue_by_any_way() {
    let mut office = office();
    let mut drafter = Bearer::of(&office, &Role::Drafter.scopes().to_string());
    let line = json!({"client_id": 1, "net_amount": "10", "description": "Work", "tax_category": "zero"});
    let draft = id(&drafter.session.call("create_invoice", line.clone()));
    for (field, value) in
        [("issue", json!(true)), ("issue", json!("true")), ("external_number", json!("X-7"))]
    {
        let mut args = line.clone();
        args[field] = value;
        let before = office.contents();
        assert!(drafter.session.refuse("create_invoice", args).contains("invoices:issue"), "{field}");
        assert_eq!(office.contents(), before);
    }
    for tool in ["issue_invoice", "correct_invoice"] {
        assert!(drafter.session.refuse(tool, json!({"invoice_id": draft})).contains("invoices:issue"));
    }
    assert_eq!(office.call("issue_invoice", json!({"invoice_id": draft}))["status"], "pending");
}
