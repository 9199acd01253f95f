//! A panic in a tool: answered, rolled back, and without harm to the calls after it.

use serde_json::json;

use crate::support::office::{Office, assert_fields};

/// Lines whose sum no decimal can hold, which only the database's owner can bring about.
fn poisoned() -> Office {
    let mut office = Office::open();
    let client = office.client("Ana");
    let lines = json!([{"description": "A", "unit_price": 1}, {"description": "B", "unit_price": 2}]);
    office.call("create_invoice", json!({"client_id": client, "lines": lines, "issue": true}));
    office.database.rows(
        "ALTER TABLE invoice_lines ALTER COLUMN net TYPE numeric;
         UPDATE invoice_lines SET net = 79228162514264337593543950335",
    );
    office
}

#[test]
fn a_panic_is_answered_as_a_fault_of_ours_and_writes_nothing() {
    let mut office = poisoned();
    let fault = &["inside facturo", "Nothing was written"];
    office.refuses("get_invoice", json!({"invoice_id": 1}), fault);
    office.refuses("update_invoice", json!({"invoice_id": 1, "internal_notes": "x"}), fault);
    office.refuses("record_payment", json!({"invoice_id": 1, "idempotency_key": "k"}), fault);
    let error = office.read_resource("facturo://invoices/1").unwrap_err();
    assert_eq!(error["code"], -32603, "{error}");
    let log = office.host.log();
    assert!(log.contains("panicked") && log.contains("get_invoice"), "{log}");
}

#[test]
fn calls_beside_a_panic_and_after_it_go_on() {
    let mut office = poisoned();
    // more than there are connections, each of which must come back clean
    let sent: Vec<_> = (0..20)
        .map(|n| match n % 2 {
            0 => office.send_call("record_payment", json!({"invoice_id": 1, "amount": 1})),
            _ => office.send_call("create_client", json!({"name": format!("Client {n}")})),
        })
        .collect();
    let done = sent.into_iter().filter(|id| office.outcome(*id).is_ok()).count();
    assert_eq!(done, 10);
    assert_eq!(office.database.value("SELECT count(*) FROM payments"), "0");
    office.database.rows("UPDATE invoice_lines SET net = position");
    let paid = office.call("record_payment", json!({"invoice_id": 1}));
    assert_fields(&paid["invoice"], json!({"status": "paid", "version": 2}));
}

#[test]
fn a_stored_row_that_makes_no_sense_is_a_fault_of_ours_that_leaks_nothing() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "1");
    office.database.rows("UPDATE payments SET method = 'x'; UPDATE invoices SET currency = 'XYZ'");
    let text = office.refuse("get_invoice", json!({"invoice_id": invoice}));
    assert!(text.contains("inside facturo") && !text.contains("XYZ"), "{text}");
    assert!(office.host.log().contains("a stored value does not fit"), "{}", office.host.log());
    office.call("find_clients", json!({}));
}
