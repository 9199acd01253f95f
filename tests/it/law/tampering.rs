//! Changes behind facturo's back: RD 1007/2023, art. 8; Orden HAC/1177/2024, art. 7. R16.

use serde_json::{Value, json};

use crate::support::database::APP;
use crate::support::office::{Office, assert_fields};

/// Three invoices, the second corrected and the third cancelled, and a payment: five records and four documents.
fn office() -> Office {
    let mut office = Office::open();
    let client = office.company(json!({"email": "ana@example.com"}));
    let first = office.sold(client, "100", json!({"notes": "Thanks"}));
    let second = office.sold(client, "200", json!({}));
    let third = office.sold(client, "300", json!({}));
    office.call("record_payment", json!({"invoice_id": first["id"], "amount": 21}));
    office.corrected(&second, json!({}));
    office.call("cancel_invoice", json!({"invoice_id": third["id"], "reason": "twice"}));
    office.call("update_client", json!({"client_id": client, "phone": "600 000 000"}));
    let whole = office.call("verify_records", json!({}));
    assert_fields(&whole, json!({"verified": true, "records": 5, "documents": 4, "findings": []}));
    office
}

/// Each edit, made by the owner of the database, is found, and its alarm is raised.
#[track_caller]
fn each_is_found(chain: &str, edits: &[(&str, &str)]) {
    for (edit, subject) in edits {
        let mut office = office();
        office.database.rows(edit);
        let found = office.call("verify_records", json!({}));
        assert_eq!(found["verified"], false, "{edit}");
        let findings = found["findings"].as_array().unwrap();
        let names = |finding: &Value| finding["chain"] == chain && finding["subject"] == *subject;
        assert!(findings.iter().any(names), "{edit}: {findings:?}");
        let alerts = office.call("list_alerts", json!({}));
        assert_eq!(alerts["alarms"].as_array().unwrap().len(), findings.len(), "{edit}");
        assert!(alerts["summary"].as_str().unwrap().contains("behind facturo's back"), "{alerts}");
    }
}

#[test]
fn r16_an_edited_record_is_found_and_named() {
    let edit = |place: i64, set: &str| format!("UPDATE registration_records SET {set} WHERE place = {place}");
    let edits = [
        // what the prescribed hash covers, and what it does not
        (edit(1, "record = replace(record, '121.00', '120.00')"), "record 1"),
        (edit(2, "record = replace(record, 'Cliente', 'Clienta')"), "record 2"),
        (edit(3, "record = '{}'"), "record 3"),
        (edit(4, "hash = repeat('A', 64)"), "record 4"),
        (edit(5, "seal = repeat('A', 64)"), "record 5"),
        (edit(5, "invoice_id = 1"), "record 5"),
    ];
    for (edit, subject) in &edits {
        each_is_found("records", &[(edit, subject)]);
    }
    // an invoice is registered once: the table itself refuses a second time
    let twice = edit(5, "kind = 'registration', invoice_id = 4, place = 6");
    assert!(office().database.query(&twice).is_err());
}

#[test]
fn r16_a_record_taken_away_is_found_and_named() {
    each_is_found(
        "records",
        &[
            ("DELETE FROM registration_records WHERE place = 1", "record 1"),
            ("DELETE FROM registration_records WHERE place = 3", "record 3"),
            ("DELETE FROM registration_records WHERE place = 5", "record 5"),
            ("DELETE FROM registration_records", "record 1"),
            ("UPDATE record_chains SET last_place = 4", "record 4"),
            ("DELETE FROM registration_records; DELETE FROM record_chains", "invoice 1"),
        ],
    );
}

#[test]
fn r16_a_document_that_differs_from_its_invoice_is_found() {
    let replaced =
        "UPDATE issued_documents SET document = replace(document, 'Gran', 'Mala') WHERE invoice_id = 1";
    each_is_found(
        "documents",
        &[
            (replaced, "invoice 1"),
            ("UPDATE issued_documents SET digest = '' WHERE invoice_id = 2", "invoice 2"),
            ("DELETE FROM issued_documents WHERE invoice_id = 2", "invoice 2"),
            ("UPDATE invoices SET client_name = 'Otra' WHERE id = 1", "invoice 1"),
            ("UPDATE invoices SET number = 'F-2026-9999' WHERE id = 1", "invoice 1"),
            ("UPDATE invoices SET notes = NULL WHERE id = 1", "invoice 1"),
            ("UPDATE invoices SET tax = 20, total = 120, payable = 120 WHERE id = 1", "invoice 1"),
            ("UPDATE invoice_lines SET description = 'Other work' WHERE invoice_id = 3", "invoice 3"),
            ("UPDATE payments SET amount = 20 WHERE invoice_id = 1", "invoice 1"),
            ("DELETE FROM payments", "invoice 1"),
        ],
    );
}

#[test]
fn r16_an_edited_history_is_found() {
    let last = "(SELECT max(id) FROM events WHERE entity_kind = 'invoice' AND entity_id = 1)";
    let edits = [
        format!("UPDATE events SET actor = 'nobody' WHERE id = {last}"),
        format!("UPDATE events SET action = 'updated' WHERE id = {last}"),
        format!("UPDATE events SET at = at - interval '1 day' WHERE id = {last}"),
        format!("UPDATE event_changes SET changes = '[]' WHERE event_id = {last}"),
        format!("DELETE FROM event_changes WHERE event_id = {last}; DELETE FROM events WHERE id = {last}"),
        format!("DELETE FROM event_changes WHERE event_id = {last}"),
        "UPDATE invoices SET paid = 20 WHERE id = 1".to_owned(),
        "UPDATE invoices SET due_date = due_date + 1 WHERE id = 1".to_owned(),
    ];
    for edit in &edits {
        each_is_found("events", &[(edit, "invoice 1")]);
    }
    // a history that is not there at all has no broken link
    let whole = |kind: &str| {
        let of = format!("WHERE entity_kind = '{kind}' AND entity_id = 1");
        format!(
            "DELETE FROM event_changes WHERE event_id IN (SELECT id FROM events {of}); DELETE FROM events {of}"
        )
    };
    for kind in ["client", "invoice"] {
        each_is_found("events", &[(&whole(kind), &format!("{kind} 1"))]);
    }
    for edit in ["phone = '6'", "province = 'Soria'", "private_person = true", "archived_at = now()"] {
        each_is_found("events", &[(&format!("UPDATE clients SET {edit}"), "client 1")]);
    }
    for edit in ["superseded = true", "internal_notes = 'Psst'"] {
        each_is_found("events", &[(&format!("UPDATE invoices SET {edit} WHERE id = 1"), "invoice 1")]);
    }
    for edit in ["correction_code = 'R2'", "correction_method = 'substitution'"] {
        let edit = format!("UPDATE invoices SET {edit} WHERE corrects IS NOT NULL");
        each_is_found("events", &[(&edit, "invoice 4")]);
    }
}

/// By the login that facturo serves as, which may take them away for the sake of a client that is deleted, and for no other.
#[test]
fn r16_changes_that_were_taken_away_are_found_unless_their_client_was_deleted() {
    for (edit, of, subject) in [
        ("UPDATE businesses SET iban = 'ES9121000418450200051332'", "business", "business 1"),
        ("UPDATE clients SET email = 'eva@example.com'", "client", "client 1"),
        ("UPDATE invoices SET due_date = due_date + 30 WHERE id = 1", "invoice", "invoice 1"),
    ] {
        let mut office = office();
        office.call("update_business", json!({"iban": "ES7921000813610123456789"}));
        let events = format!("SELECT id FROM events WHERE entity_kind = '{of}'");
        office
            .database
            .rows_as(APP, &format!("DELETE FROM event_changes WHERE event_id IN ({events}); {edit}"));
        let finding = &office.call("verify_records", json!({}))["findings"][0];
        assert_fields(finding, json!({"chain": "events", "subject": subject}));
        assert!(finding["finding"].as_str().unwrap().contains("was taken away"), "{finding}");
    }
    let mut office = office();
    let kept = office.client("Eva");
    let gone = office.client("Ana");
    let [moved, deleted, left] = [gone, gone, kept].map(|client| office.draft(client, "5"));
    office.call("update_invoice", json!({"invoice_id": moved, "client_id": kept}));
    office.call("delete_invoice", json!({"invoice_id": left}));
    office.call("delete_client", json!({"client_id": gone}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
    let of = |invoice| {
        format!("event_id IN (SELECT id FROM events WHERE entity_kind = 'invoice' AND entity_id = {invoice})")
    };
    assert_eq!(
        office.database.value(&format!("SELECT count(*) FROM event_changes WHERE {}", of(deleted))),
        "0"
    );
    // a draft that is no more, of a client that is
    office.database.rows_as(APP, &format!("DELETE FROM event_changes WHERE {}", of(left)));
    let finding = &office.call("verify_records", json!({}))["findings"][0];
    assert_fields(finding, json!({"chain": "events", "subject": format!("invoice {left}")}));
}

/// A document whose digest was made to fit is still not the one that the history of its invoice names.
#[test]
fn r16_a_document_that_was_replaced_whole_is_found() {
    let whole = |text: &str| format!("document = {text}, digest = sha256(convert_to({text}, 'UTF8'))");
    for (from, to) in [("B12345674", "B99216582"), ("Calle", "Plaza")] {
        let replaced = format!("replace(document, '{from}', '{to}')");
        let edit = format!("UPDATE issued_documents SET {} WHERE invoice_id = 1", whole(&replaced));
        let before = office().database.rows("SELECT document FROM issued_documents WHERE invoice_id = 1");
        assert!(format!("{before:?}").contains(from), "{before:?}");
        each_is_found("events", &[(&edit, "invoice 1")]);
    }
}

/// What facturo never writes is a finding as well, and the rest is still verified.
#[test]
fn r16_a_row_that_cannot_be_read_or_found_is_a_finding() {
    let unbound = |edit: &str| format!("SET session_replication_role = replica; {edit}");
    each_is_found(
        "documents",
        &[
            ("UPDATE invoice_lines SET tax_category = 'foo' WHERE invoice_id = 1", "invoice 1"),
            ("UPDATE invoice_lines SET exemption = 'E9' WHERE invoice_id = 3", "invoice 3"),
            (&unbound("DELETE FROM invoices WHERE id = 2"), "invoice 2"),
            (&unbound("UPDATE invoices SET client_id = 4711 WHERE id = 3"), "invoice 3"),
            (&unbound("DELETE FROM clients WHERE id = 1"), "invoice 1"),
        ],
    );
    each_is_found(
        "events",
        &[
            (&unbound("DELETE FROM invoices WHERE id = 2"), "invoice 2"),
            (&unbound("DELETE FROM clients WHERE id = 1"), "client 1"),
        ],
    );
}

/// Art. 8: the alarm stays whatever becomes of what raised it, and is raised once.
#[test]
fn r16_an_alarm_stays_when_the_break_is_mended() {
    let mut office = office();
    let swap = |from: &str, to: &str| {
        format!("UPDATE registration_records SET record = replace(record, '{from}', '{to}') WHERE place = 2")
    };
    office.database.rows(&swap("Cliente", "Clienta"));
    for _ in 0..2 {
        assert_eq!(office.call("verify_records", json!({}))["verified"], false);
    }
    office.database.rows(&swap("Clienta", "Cliente"));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
    let alerts = office.call("list_alerts", json!({}));
    assert_eq!(alerts["alarms"].as_array().unwrap().len(), 1, "{alerts}");
    assert_fields(&alerts["alarms"][0], json!({"chain": "records", "subject": "record 2"}));
}

#[test]
fn r16_one_invoice_is_verified_by_itself() {
    let mut office = office();
    office.database.rows("UPDATE registration_records SET hash = repeat('A', 64) WHERE place = 5");
    office.database.rows("UPDATE invoice_lines SET description = 'Other work' WHERE invoice_id = 1");
    let mut of = |invoice: i64| office.call("verify_records", json!({"invoice_id": invoice}));
    assert_fields(&of(2), json!({"verified": true, "records": 1, "documents": 1}));
    assert_eq!(of(1)["findings"][0]["chain"], "documents");
    assert_fields(&of(3)["findings"][0], json!({"chain": "records", "subject": "record 5"}));
    office.refuses("verify_records", json!({"invoice_id": 4711}), &["no invoice 4711", "list_invoices"]);
}

#[test]
fn r16_a_finding_names_the_field_that_differs() {
    let mut office = office();
    office.database.rows("UPDATE invoice_lines SET description = 'Other work' WHERE invoice_id = 3");
    let found = office.call("verify_records", json!({}));
    let told = found["findings"].to_string();
    assert!(told.contains("Its row and its history differ in lines."), "{told}");
}
