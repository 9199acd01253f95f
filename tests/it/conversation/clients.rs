//! Clients: made, changed, archived, deleted; what is refused.

use serde_json::{Value, json};

use crate::support::office::{NONE, Office, assert_fields, id, with};

fn everything() -> Value {
    json!({
        "name": "Núñez e Hijos, S.A.", "tax_id": "A58818501", "street": "Gran Vía 2", "postal_code": "48001",
        "city": "Bilbao", "province": "Bizkaia", "country": "ES", "email": "hola@example.com",
        "phone": "944 000 000", "language": "eu", "payment_terms_days": 45, "notes": "Pays late.\nAsk Ana.",
    })
}

#[test]
fn a_client_needs_a_name_only_and_keeps_all_that_is_known() {
    let mut office = Office::open();
    let bare = office.call("create_client", json!({"name": "  Ana  "}));
    assert_fields(&bare, json!({"name": "Ana", "version": 1, "archived": false}));
    assert_eq!(bare["created_at"], bare["updated_at"]);

    let full = office.call("create_client", everything());
    assert_fields(&full, everything());
    let got = office.call("get_client", json!({"client_id": id(&full)}));
    assert_fields(&got, with(everything(), json!({"totals": []})));
}

#[test]
fn only_what_is_given_changes_and_an_empty_string_clears() {
    let mut office = Office::open();
    let client = id(&office.call("create_client", everything()));
    let changed = office.call("update_client", json!({"client_id": client, "city": "Getxo"}));
    assert_fields(&changed, with(everything(), json!({"city": "Getxo", "version": 2})));

    let optional: Vec<_> = everything().as_object().unwrap().keys().skip(1).cloned().collect();
    let mut cleared = json!({"client_id": client});
    optional.iter().for_each(|field| cleared[field] = json!(""));
    let bare = office.call("update_client", cleared);
    assert!(optional.iter().all(|field| bare.get(field).is_none()), "{bare}");
    assert_eq!(bare["name"], everything()["name"]);
}

#[test]
fn bad_values_are_refused_by_field_with_what_is_accepted() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (field, bad, accepted) in [
        ("name", json!(""), "1 to 200 characters"),
        ("name", json!("x".repeat(201)), "1 to 200 characters"),
        ("name", json!("A\tna"), "control character"),
        ("tax_id", json!("12"), "3 to 30 letters and digits"),
        ("country", json!("ESP"), "ISO 3166-1"),
        ("email", json!("jose francisco.lerma@example.com"), "without spaces"),
        ("language", json!("spanish"), "ISO 639-1"),
        ("payment_terms_days", json!(400), "0 to 365"),
        ("payment_terms_days", json!("thirty"), "whole number"),
        ("notes", json!("x".repeat(4001)), "1 to 4000 characters"),
        ("notes", json!("a\u{1b}[2J"), "control character"),
    ] {
        office.refuses(
            "create_client",
            with(json!({"name": "Eva"}), json!({field: bad})),
            &[field, accepted],
        );
        office.refuses("update_client", json!({"client_id": client, field: bad}), &[field, accepted]);
    }
    office.refuses("create_client", json!({}), &["name", "is required"]);
    office.refuses("update_client", json!({"name": "Eva"}), &["client_id", "is required"]);
}

#[test]
fn an_unknown_client_is_named_with_where_to_look() {
    let mut office = Office::open();
    for (tool, more) in [
        ("get_client", json!({})),
        ("update_client", json!({"name": "Eva"})),
        ("archive_client", json!({})),
        ("delete_client", json!({})),
        ("get_client_history", json!({})),
        ("create_invoice", json!({"net_amount": 1, "description": "x"})),
    ] {
        office.refuses(tool, with(json!({"client_id": 4711}), more), &["client 4711", "find_clients"]);
    }
}

#[test]
fn an_archived_client_is_out_of_the_way_until_it_is_brought_back() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let draft = office.draft(client, "10");
    let archived = office.call("archive_client", json!({"client_id": client}));
    assert_fields(&archived, json!({"archived": true, "version": 2}));
    assert_eq!(office.call("archive_client", json!({"client_id": client}))["version"], 2, "twice is once");

    assert_eq!(office.ids("find_clients", json!({})), NONE);
    assert_eq!(office.ids("find_clients", json!({"query": "ana"})), NONE);
    assert_eq!(office.ids("find_clients", json!({"query": "ana", "include_archived": true})), [client]);
    let new = json!({"client_id": client, "net_amount": 1, "description": "x"});
    office.refuses("create_invoice", new.clone(), &["archived", "archived: false"]);
    // what it has already goes on
    office.call("issue_invoice", json!({"invoice_id": draft}));

    office.call("archive_client", json!({"client_id": client, "archived": false}));
    assert_eq!(office.ids("find_clients", json!({})), [client]);
    office.call("create_invoice", new);
}

#[test]
fn a_client_with_issued_invoices_stays_and_says_how_many() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.issued(client, "10");
    let target = json!({"client_id": client});
    office.refuses("delete_client", target.clone(), &["1 issued invoice ", "archive_client"]);
    let cancelled = office.issued(client, "20");
    office.call("cancel_invoice", json!({"invoice_id": cancelled, "reason": "twice"}));
    office.refuses("delete_client", target, &["2 issued invoices", "archive_client"]);
}

#[test]
fn deleting_a_client_takes_its_drafts_along_and_its_personal_data_out_of_the_history() {
    let mut office = Office::open();
    let kept = office.client("Eva");
    let mut keyed = everything();
    keyed["idempotency_key"] = json!("new client");
    let client = id(&office.call("create_client", keyed.clone()));
    let drafts = [office.draft(client, "10"), office.draft(client, "20")];
    let other = office.draft(kept, "30");
    office.call("update_invoice", json!({"invoice_id": drafts[0], "notes": "for Núñez"}));

    let deleted = office.call("delete_client", json!({"client_id": client, "idempotency_key": "gone"}));
    let gone = |id: i64, total: &str| json!({"draft_id": id, "version": if id == drafts[0] { 2 } else { 1 }, "total": total, "currency": "EUR"});
    let drafts_deleted = [gone(drafts[0], "10.00"), gone(drafts[1], "20.00")];
    assert_fields(&deleted, json!({"client_id": client, "drafts_deleted": drafts_deleted}));
    assert_eq!(
        office.call("delete_client", json!({"client_id": client, "idempotency_key": "gone"})),
        deleted
    );
    // the answer that a repeat would have got held the client's data
    office.refuses("create_client", keyed, &["made before", "erased", "new idempotency_key"]);
    assert_eq!(
        office.database.value("SELECT count(*) FROM idempotency_keys WHERE answer LIKE '%Núñez%'"),
        "0"
    );

    office.refuse("get_client", json!({"client_id": client}));
    assert_eq!(office.ids("list_invoices", json!({})), [other]);
    let history = office.call("get_client_history", json!({"client_id": client}));
    let actions: Vec<_> = history["items"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["deleted", "deleted", "deleted", "updated", "created", "created", "created"]);
    assert!(!history.to_string().contains("Núñez"), "{history}");
    let left = "SELECT count(*) FROM events e LEFT JOIN event_changes c ON c.event_id = e.id
                WHERE e.client_id = 2 AND c.changes IS NOT NULL";
    assert_eq!(office.database.value(left), "0");
    assert_eq!(
        office.call("get_client_history", json!({"client_id": kept}))["items"][0]["changes"]["number"],
        Value::Null
    );
    for table in ["clients", "invoices", "invoice_lines"] {
        assert_eq!(office.database.value(&format!("SELECT count(*) FROM {table}")), "1", "{table}");
    }
}

#[test]
fn nothing_that_was_known_of_a_deleted_client_is_left_anywhere() {
    let mut office = Office::open();
    office.call("create_client", with(everything(), json!({"idempotency_key": "k"})));
    let draft = json!({"client_id": 1, "net_amount": 1, "description": "for Núñez", "idempotency_key": "k"});
    office.call("create_invoice", draft);
    office.call("update_client", json!({"client_id": 1, "street": "Calle Núñez", "idempotency_key": "k"}));
    office.call("update_invoice", json!({"invoice_id": 1, "notes": "Núñez", "idempotency_key": "k"}));
    office.call("delete_client", json!({"client_id": 1, "idempotency_key": "k"}));
    let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    for table in office.database.rows(tables).into_iter().flatten() {
        for word in ["Núñez", "nunez", "A58818501", "hola@example.com", "944 000 000"] {
            let found = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{word}%'");
            assert_eq!(office.database.value(&found), "0", "{word} in {table}");
        }
    }
}

#[test]
fn the_totals_of_a_client_are_per_currency_and_count_what_is_issued() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.draft(client, "1000");
    let cancelled = office.issued(client, "500");
    office.call("cancel_invoice", json!({"invoice_id": cancelled, "reason": "twice"}));
    let late = office.invoice(
        client,
        "300",
        json!({"issue": true, "issue_date": "2025-01-01", "due_date": "2025-02-01"}),
    );
    office.call("record_payment", json!({"invoice_id": late, "amount": 100}));
    office.issued(client, "50.25");
    office.invoice(client, "7000", json!({"issue": true, "currency": "JPY", "exchange_rate": "0.0062"}));

    let totals = &office.call("get_client", json!({"client_id": client}))["totals"];
    let expected = json!([
        {"currency": "EUR", "invoiced": "350.25", "paid": "100.00", "outstanding": "250.25", "overdue": "200.00"},
        {"currency": "JPY", "invoiced": "7000", "paid": "0", "outstanding": "7000", "overdue": "0"},
    ]);
    assert_eq!(totals, &expected);
}
