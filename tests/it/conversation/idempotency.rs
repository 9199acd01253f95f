//! Keys: a repeat gets the first answer and does nothing twice.

use serde_json::{Value, json};

use crate::support::office::{Office, id, with};
use crate::support::session::Session;

/// One call of each tool that writes, in an order in which each is possible once.
pub(super) fn writes() -> Vec<(&'static str, Value)> {
    let new = json!({"client_id": 1, "net_amount": 10, "description": "Work", "tax_category": "zero"});
    vec![
        ("update_business", json!({"province": "Madrid"})),
        ("create_client", json!({"name": "Ana", "private_person": true})),
        ("update_client", json!({"client_id": 1, "city": "Jaén"})),
        ("archive_client", json!({"client_id": 1, "archived": false})),
        ("create_invoice", new.clone()),
        ("update_invoice", json!({"invoice_id": 1, "notes": "n"})),
        ("issue_invoice", json!({"invoice_id": 1})),
        ("record_payment", json!({"invoice_id": 1, "amount": 4})),
        ("reverse_payment", json!({"payment_id": 1, "reason": "bounced"})),
        ("cancel_invoice", json!({"invoice_id": 1, "reason": "twice"})),
        ("create_invoice", with(new.clone(), json!({"notes": "another"}))),
        ("delete_invoice", json!({"invoice_id": 2})),
        ("create_invoice", with(new, json!({"issue": true}))),
        ("correct_invoice", json!({"invoice_id": 3, "reason": "returned"})),
        ("create_series", json!({"code": "W", "kind": "standard", "number_format": "W-{year}-{number}"})),
        ("create_client", json!({"name": "Eva"})),
        ("delete_client", json!({"client_id": 2})),
    ]
}

#[test]
fn a_repeat_of_any_write_gets_the_same_answer_and_changes_nothing() {
    let mut office = Office::open();
    for (at, (tool, arguments)) in writes().into_iter().enumerate() {
        let keyed = with(arguments, json!({"idempotency_key": format!("key {at}")}));
        let first = office.call(tool, keyed.clone());
        let after = office.contents();
        assert_eq!(office.call(tool, keyed.clone()), first, "{tool}");
        assert_eq!(Session::on(&office.database).call(tool, keyed), first, "{tool}, in another process");
        assert_eq!(office.contents(), after, "{tool}");
    }
    let tools = office.tools();
    let writing = tools.iter().filter(|tool| tool["annotations"]["readOnlyHint"] == false);
    for tool in writing {
        assert!(
            writes().iter().any(|(name, _)| tool["name"] == *name),
            "{} is not in the list",
            tool["name"]
        );
    }
}

#[test]
fn the_same_key_with_other_arguments_is_refused() {
    let mut office = Office::open();
    office.call("create_client", json!({"name": "Ana", "idempotency_key": "k"}));
    let words = &["idempotency_key", "\"k\"", "other arguments", "new key"];
    office.refuses("create_client", json!({"name": "Eva", "idempotency_key": "k"}), words);
    office.refuses("create_client", json!({"name": "Ana", "city": "Jaén", "idempotency_key": "k"}), words);
    // the order of names and the blanks around the key do not make another call
    office.call("create_client", json!({"idempotency_key": " k ", "name": "Ana"}));
    assert_eq!(office.database.value("SELECT count(*) FROM clients"), "1");
}

#[test]
fn a_key_belongs_to_its_tool() {
    let mut office = Office::open();
    let client = id(&office.call("create_client", json!({"name": "Ana", "idempotency_key": "k"})));
    let new = json!({"client_id": client, "net_amount": 1, "description": "x", "idempotency_key": "k"});
    office.call("create_invoice", new);
    office.call("update_client", json!({"client_id": client, "city": "Jaén", "idempotency_key": "k"}));
}

#[test]
fn a_refused_call_does_not_use_its_key_up() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "10");
    let pay = |amount: i64| json!({"invoice_id": invoice, "amount": amount, "idempotency_key": "k"});
    office.refuses("record_payment", pay(11), &["10.00"]);
    office.call("record_payment", pay(10));
}

#[test]
fn a_key_is_a_line_of_text() {
    let mut office = Office::open();
    for bad in [json!(""), json!(" "), json!("x".repeat(201)), json!("a\nb")] {
        office.refuses(
            "create_client",
            json!({"name": "Ana", "idempotency_key": bad}),
            &["idempotency_key", "1 to 200"],
        );
    }
    let list = json!({"name": "Ana", "idempotency_key": ["k"]});
    office.refuses("create_client", list, &["idempotency_key", "Any word of yours"]);
    office.refuses(
        "get_business",
        json!({"idempotency_key": "k"}),
        &["idempotency_key", "is not an argument"],
    );
}

#[test]
fn a_number_will_do_as_a_key() {
    let mut office = Office::open();
    let first = office.call("create_client", json!({"name": "Ana", "idempotency_key": 7}));
    let second = office.call("create_client", json!({"name": "Ana", "idempotency_key": "7"}));
    assert_eq!(first, second);
}

#[test]
fn an_expired_key_is_free_again() {
    let mut office = Office::open();
    office.call("create_client", json!({"name": "Ana", "idempotency_key": "k"}));
    let kept =
        "SELECT round(extract(epoch FROM expires_at - now()) / 86400) FROM idempotency_keys WHERE key = 'k'";
    assert_eq!(office.database.value(kept), "30", "days");
    office.database.rows("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'");
    office.call("create_client", json!({"name": "Eva", "idempotency_key": "k"}));
}

#[test]
fn the_same_key_at_the_same_time_does_the_work_once() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let mut sessions: Vec<_> = (0..3).map(|_| Session::on(&office.database)).collect();
    for round in 0..5 {
        let new = json!({
            "client_id": client, "net_amount": 1, "description": "x", "issue": true,
            "idempotency_key": format!("round {round}"),
        });
        let sent: Vec<Vec<i64>> = sessions
            .iter_mut()
            .map(|session| (0..4).map(|_| session.send_call("create_invoice", new.clone())).collect())
            .collect();
        let answers: Vec<Value> = sessions
            .iter_mut()
            .zip(sent)
            .flat_map(|(session, ids)| {
                ids.into_iter().map(|id| session.outcome(id).unwrap()).collect::<Vec<_>>()
            })
            .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let rows = "SELECT count(*), count(DISTINCT number) FROM invoices";
        assert_eq!(office.database.rows(rows), [[(round + 1).to_string(), (round + 1).to_string()]]);
    }
}
