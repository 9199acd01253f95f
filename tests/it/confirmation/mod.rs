//! What cannot be undone waits for a yes: through the real binary, in both eras, by each way of asking.

mod forms;
mod inputs;
mod previews;

use std::process::Command;

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::office::{Office, with};
use crate::support::session::{Era, Session, facturo};

const ERAS: [Era; 2] = [Era::Handshake, Era::Stateless];

/// What a client that can show forms says of itself.
fn forms() -> Value {
    json!({"elicitation": {}})
}

/// facturo that asks.
fn asking(database: &Database) -> Command {
    let mut command = facturo();
    command.env("DATABASE_URL", database.url()).env("FACTURO_CONFIRM", "ask");
    command
}

/// A conversation in which people are asked, through a client that can do this.
fn session(database: &Database, era: Era, capabilities: Value) -> Session {
    Session::start_with(&mut asking(database), era, capabilities)
}

/// Books in which each act is possible once.
fn books() -> Office {
    books_of("Ana Ñíguez", "Eva")
}

/// The same of clients with these names.
fn books_of(ana: &str, eva: &str) -> Office {
    let mut office = Office::open();
    let (ana, eva) = (office.client(ana), office.client(eva));
    office.draft(ana, "10"); // 1
    office.issued(ana, "20"); // 2
    let paid = office.issued(ana, "30"); // 3
    office.call("record_payment", json!({"invoice_id": paid}));
    office.draft(ana, "40"); // 4
    office.issued(ana, "50"); // 5
    office.draft(eva, "60"); // 6
    office
}

fn issue_at_once() -> Value {
    json!({"client_id": 1, "net_amount": "70", "description": "Work", "tax_category": "zero", "issue": true})
}

/// Every act that cannot be undone.
fn acts() -> Vec<(&'static str, Value)> {
    vec![
        ("issue_invoice", json!({"invoice_id": 1})),
        ("create_invoice", issue_at_once()),
        ("correct_invoice", json!({"invoice_id": 2, "reason": "returned"})),
        ("cancel_invoice", json!({"invoice_id": 5, "reason": "twice"})),
        ("delete_invoice", json!({"invoice_id": 4})),
        ("reverse_payment", json!({"payment_id": 1, "reason": "bounced"})),
        ("delete_client", json!({"client_id": 2})),
    ]
}

/// The same call, with the token of its preview.
fn confirmed(arguments: &Value, preview: &Value) -> Value {
    assert_eq!(preview["confirmation_required"], true, "{preview}");
    with(arguments.clone(), json!({"confirmation_token": preview["confirmation_token"]}))
}

/// What happens to the books while a person thinks, and would change what they say yes to; with the act that it is to.
fn changes() -> Vec<(&'static str, Value, &'static str, Value)> {
    let rename = json!({"client_id": 1, "name": "Ana Nuevo"});
    vec![
        (
            "issue_invoice",
            json!({"invoice_id": 1}),
            "update_invoice",
            json!({"invoice_id": 1, "internal_notes": "x"}),
        ),
        ("issue_invoice", json!({"invoice_id": 1}), "update_client", rename.clone()),
        ("create_invoice", issue_at_once(), "update_client", rename),
        ("create_invoice", issue_at_once(), "update_business", json!({"street": "Calle Menor 2"})),
        (
            "correct_invoice",
            json!({"invoice_id": 2, "reason": "returned"}),
            "record_payment",
            json!({"invoice_id": 2, "amount": 1}),
        ),
        (
            "cancel_invoice",
            json!({"invoice_id": 5, "reason": "twice"}),
            "update_invoice",
            json!({"invoice_id": 5, "internal_notes": "x"}),
        ),
        (
            "delete_invoice",
            json!({"invoice_id": 4}),
            "update_invoice",
            json!({"invoice_id": 4, "notes": "x"}),
        ),
        (
            "reverse_payment",
            json!({"payment_id": 1, "reason": "bounced"}),
            "update_invoice",
            json!({"invoice_id": 3, "internal_notes": "x"}),
        ),
        ("delete_client", json!({"client_id": 2}), "update_client", json!({"client_id": 2, "notes": "x"})),
        (
            "delete_client",
            json!({"client_id": 2}),
            "update_invoice",
            json!({"invoice_id": 6, "lines": [{"description": "Work", "quantity": 1, "unit_price": "6000"}]}),
        ),
        (
            "delete_client",
            json!({"client_id": 2}),
            "create_invoice",
            json!({"client_id": 2, "net_amount": 1, "description": "x"}),
        ),
    ]
}

/// Transactions that are open, and connections that hold a lock.
fn open_transactions(database: &Database) -> String {
    database.value(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL",
    )
}
