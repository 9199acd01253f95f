//! History: each change leaves its event, with each field before and after.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::idempotency::writes;
use crate::support::office::{NONE, Office, day, id, number};

/// The newest event, without its moment.
#[track_caller]
fn last(office: &mut Office, tool: &str, target: Value) -> (String, Value) {
    let history = office.call(tool, target);
    let event = &history["items"][0];
    assert_eq!(event["actor"], "local");
    (event["action"].as_str().unwrap().to_owned(), event["changes"].clone())
}

#[track_caller]
fn assert_event(found: (String, Value), action: &str, changes: &[(&str, Value, Value)]) {
    assert_eq!(found.0, action);
    for (field, before, after) in changes {
        assert_eq!(found.1[field], json!({"before": before, "after": after}), "{field} of {}", found.1);
    }
}

#[test]
fn the_history_of_an_invoice_tells_each_change_from_what_to_what() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.draft(client, "100");
    let target = || json!({"invoice_id": invoice});
    let told = |office: &mut Office, action: &str, changes: &[(&str, Value, Value)]| {
        assert_event(last(office, "get_invoice_history", target()), action, changes);
    };
    let none = Value::Null;
    let created = [
        ("status", none.clone(), json!("draft")),
        ("total", none.clone(), json!("100.00")),
        ("lines", none.clone(), json!("1 × \"Work\" at 100, zero 0% (tax_category said)")),
        ("client_id", none.clone(), json!(client.to_string())),
    ];
    told(&mut office, "created", &created);

    office.call(
        "update_invoice",
        json!({"invoice_id": invoice, "net_amount": 80, "description": "Less", "notes": "n"}),
    );
    let updated = [
        ("total", json!("100.00"), json!("96.80")),
        (
            "lines",
            json!("1 × \"Work\" at 100, zero 0% (tax_category said)"),
            json!("1 × \"Less\" at 80, standard 21%"),
        ),
        ("notes", none.clone(), json!("n")),
    ];
    told(&mut office, "updated", &updated);

    // to say what holds already is to keep it
    office.call(
        "update_invoice",
        json!({"invoice_id": invoice, "net_amount": 80, "description": "Less", "tax_rate": 21}),
    );
    let lines = [
        json!("1 × \"Less\" at 80, standard 21%"),
        json!("1 × \"Less\" at 80, standard 21% (tax_rate said)"),
    ];
    let [before, after] = lines;
    told(&mut office, "updated", &[("lines", before, after)]);

    office.call("issue_invoice", json!({"invoice_id": invoice}));
    let issued = [("status", json!("draft"), json!("pending")), ("number", none.clone(), json!(number(1)))];
    told(&mut office, "issued", &issued);

    office.call("update_invoice", json!({"invoice_id": invoice, "due_date": day(60), "internal_notes": "i"}));
    let agreed = [("due_date", json!(day(30)), json!(day(60))), ("internal_notes", none.clone(), json!("i"))];
    told(&mut office, "updated", &agreed);

    let payment =
        id(&office.call("record_payment", json!({"invoice_id": invoice, "reference": "R"}))["payment"]);
    let paid = [
        ("status", json!("pending"), json!("paid")),
        ("paid", json!("0.00"), json!("96.80")),
        ("amount", none.clone(), json!("96.80")),
        ("method", none.clone(), json!("transfer")),
        ("reference", none.clone(), json!("R")),
        ("payment_id", none.clone(), json!(payment.to_string())),
    ];
    told(&mut office, "payment_recorded", &paid);

    office.call("reverse_payment", json!({"payment_id": payment, "reason": "bounced"}));
    let reversed = [
        ("status", json!("paid"), json!("pending")),
        ("paid", json!("96.80"), json!("0.00")),
        ("reverses", none.clone(), json!(payment.to_string())),
        ("reversal_reason", none.clone(), json!("bounced")),
    ];
    told(&mut office, "payment_reversed", &reversed);

    office.call("cancel_invoice", json!({"invoice_id": invoice, "reason": "no more"}));
    let cancelled = [("status", json!("pending"), json!("cancelled")), ("reason", none, json!("no more"))];
    told(&mut office, "cancelled", &cancelled);
}

#[test]
fn every_write_leaves_one_event_with_what_changed() {
    let mut office = Office::open();
    for (tool, arguments) in writes() {
        let before = office.database.value("SELECT coalesce(max(id), 0) FROM events");
        office.call(tool, arguments.clone());
        let events = office.database.rows(&format!(
            "SELECT c.changes FROM events e LEFT JOIN event_changes c ON c.event_id = e.id WHERE e.id > {before}"
        ));
        let expected = match tool {
            "archive_client" => 0,  // brings back what was never away
            "correct_invoice" => 2, // of the corrective invoice and of the original
            _ => 1,
        };
        assert_eq!(events.len(), expected, "{tool} {arguments}");
        if tool.starts_with("update_") {
            let (field, value) = arguments.as_object().unwrap().iter().next_back().unwrap();
            assert_eq!(events[0][0], format!("[[\"{field}\", null, {value}]]"), "{tool} {arguments}");
        }
    }
}

#[test]
fn what_is_made_at_once_says_so() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let issued = office.issued(client, "1");
    let external = office.invoice(client, "1", json!({"external_number": "A-1"}));
    let action =
        |office: &mut Office, id: i64| last(office, "get_invoice_history", json!({"invoice_id": id})).0;
    assert_eq!(action(&mut office, issued), "created_and_issued");
    assert_eq!(action(&mut office, external), "imported");
}

#[test]
fn a_deleted_draft_keeps_its_history() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let draft = office.draft(client, "1");
    office.call("delete_invoice", json!({"invoice_id": draft}));
    let history = office.call("get_invoice_history", json!({"invoice_id": draft}));
    let actions: Vec<_> = history["items"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["deleted", "created"]);
    office.refuses("get_invoice_history", json!({"invoice_id": draft + 1}), &["no invoice", "list_invoices"]);
}

#[test]
fn the_history_of_a_client_holds_its_invoices_too() {
    let mut office = Office::open();
    let (client, other) = (office.client("Ana"), office.client("Eva"));
    office.call("update_client", json!({"client_id": client, "city": "Jaén"}));
    let invoice = office.issued(client, "1");
    office.issued(other, "1");
    let (yes, none) = (json!("yes"), json!(null));
    for (archived, action, before, after) in
        [(true, "archived", &none, &yes), (false, "restored", &yes, &none)]
    {
        office.call("archive_client", json!({"client_id": client, "archived": archived}));
        let told = last(&mut office, "get_client_history", json!({"client_id": client}));
        assert_event(told, action, &[("archived", before.clone(), after.clone())]);
    }
    let events = office.pages("get_client_history", json!({"client_id": client}), 2);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["entity"].as_str().unwrap(), event["action"].as_str().unwrap()))
        .collect();
    let expected = [
        ("client", "restored"),
        ("client", "archived"),
        ("invoice", "created_and_issued"),
        ("client", "updated"),
        ("client", "created"),
    ];
    assert_eq!(told, expected);
    assert_eq!(events[2]["entity_id"], invoice);
    assert_eq!(events[3]["changes"], json!({"city": {"before": null, "after": "Jaén"}}));
}

#[test]
fn a_change_of_nothing_and_a_refusal_leave_no_event() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let draft = office.invoice(client, "10", json!({"notes": "n"}));
    let count = |office: &Office| office.database.value("SELECT count(*) FROM events");
    let before = count(&office);
    office.call("update_invoice", json!({"invoice_id": draft, "notes": "n"}));
    office.call("update_client", json!({"client_id": client, "name": "Ana"}));
    office.call("archive_client", json!({"client_id": client, "archived": false}));
    office.refuse("cancel_invoice", json!({"invoice_id": draft, "reason": "x"}));
    assert_eq!(count(&office), before);
    assert_eq!(
        (&office.get(draft)["version"], office.ids("list_payments", json!({}))),
        (&json!(1), NONE.to_vec())
    );
}

#[test]
fn the_events_of_an_entity_are_chained_by_their_hashes() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.draft(client, "1");
    office.call("issue_invoice", json!({"invoice_id": invoice}));
    office.call("record_payment", json!({"invoice_id": invoice}));
    office.call("update_client", json!({"client_id": client, "city": "Jaén"}));
    let sql =
        "SELECT entity_kind, entity_id, client_id, (extract(epoch FROM at) * 1000000)::bigint, actor, action,
                      encode(changes_digest, 'hex'), encode(hash, 'hex') FROM events ORDER BY id";
    let mut before = std::collections::HashMap::<(String, String), Vec<u8>>::new();
    let rows = office.database.rows(sql);
    assert_eq!(rows.len(), 5);
    for row in rows {
        let [kind, entity, client, at, actor, action, digest, hash] = row.as_slice() else {
            panic!("{row:?}")
        };
        let mut event = Sha256::new();
        let micros: i128 = at.parse().unwrap();
        let number: i64 = entity.parse().unwrap();
        let digest = bytes(digest);
        let client: i64 = client.parse().unwrap();
        let parts: [&[u8]; 7] = [
            kind.as_bytes(),
            &number.to_be_bytes(),
            &client.to_be_bytes(),
            &micros.to_be_bytes(),
            actor.as_bytes(),
            action.as_bytes(),
            &digest,
        ];
        for part in parts {
            event.update([1]);
            event.update((part.len() as u64).to_be_bytes());
            event.update(part);
        }
        let chain = before.entry((kind.clone(), entity.clone())).or_default();
        let expected = Sha256::digest([chain.as_slice(), event.finalize().as_slice()].concat());
        assert_eq!(bytes(hash), expected.as_slice(), "{row:?}");
        *chain = expected.to_vec();
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
