//! Where the client cannot ask, the tool answers a preview, and the same call with its token carries it out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ERAS, acts, asking, books, changes, confirmed, forms, issue_at_once, session};
use crate::support::office::{number, with};
use crate::support::session::{Era, Session};

#[test]
fn nothing_is_written_before_the_yes_and_all_that_was_shown_after_it() {
    for era in ERAS {
        let office = books();
        let mut session = session(&office.database, era, json!({}));
        let schemas: BTreeMap<String, Value> = session
            .tools()
            .into_iter()
            .map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool["outputSchema"].clone()))
            .collect();
        for (tool, arguments) in acts() {
            let before = office.contents();
            let preview = session.call(tool, arguments.clone());
            assert_eq!(office.contents(), before, "{tool} wrote something");
            let fields: Vec<_> = preview.as_object().unwrap().keys().map(String::as_str).collect();
            let expected = [
                "summary",
                "confirmation_required",
                "question",
                "client_name",
                "preview",
                "confirmation_token",
                "expires_at",
            ];
            assert_eq!(fields, expected, "{tool}");
            let told = preview["summary"].as_str().unwrap();
            assert!(told.starts_with("Nothing was done yet") && told.contains(tool), "{told}");
            jsonschema::validate(&schemas[tool], &preview).unwrap();
            let done = session.call(tool, confirmed(&arguments, &preview));
            jsonschema::validate(&schemas[tool], &done).unwrap();
            let [shown, done] = [&preview["preview"], &done].map(lasting);
            assert_eq!(shown, done, "{tool} did something else than it showed");
            assert_ne!(office.contents(), before, "{tool} did nothing");
        }
    }
}

/// What stands of an answer whichever try it is of: times, ids of rows and hashes are new each time.
fn lasting(answer: &Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let gone =
                ["summary", "id", "invoice_id", "reversed_by", "created_at", "updated_at", "record_hash"];
            let fields = fields.iter().filter(|(name, _)| !gone.contains(&name.as_str()));
            fields
                .map(|(name, value)| (name.clone(), lasting(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(lasting).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_person_reads_numbers_dates_and_amounts_in_their_language() {
    let mut office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let asked = session.call("issue_invoice", json!({"invoice_id": 1}));
    let question = asked["question"].as_str().unwrap();
    assert!(question.starts_with("¿Emitir la factura con el próximo número, ahora "), "{question}");
    assert!(question.contains(&number(4)) && question.contains("total: 10,00 EUR"), "{question}");
    assert_eq!(asked["client_name"], "Ana Ñíguez");
    office.call("update_business", json!({"language": "en"}));
    let asked = session.call("delete_client", json!({"client_id": 2}));
    let question = asked["question"].as_str().unwrap();
    assert_eq!(question, "Delete client 2 and its draft, of 60.00 EUR? What is known of it goes for good.");
    assert_eq!(asked["client_name"], "Eva");
}

#[test]
fn what_can_be_undone_is_not_asked_about() {
    let office = books();
    let mut session = session(&office.database, Era::Handshake, forms());
    let draft = json!({"client_id": 1, "net_amount": "1", "description": "x"});
    session.call("create_invoice", draft.clone());
    session.call("create_invoice", with(draft.clone(), json!({"issue": false})));
    session.call("create_invoice", with(draft, json!({"external_number": "M-17"})));
    session.call("archive_client", json!({"client_id": 2}));
    session.call("record_payment", json!({"invoice_id": 2}));
    session.call("verify_records", json!({}));
}

#[test]
fn a_token_holds_once_in_whichever_process() {
    let office = books();
    let [mut first, mut second] = [(); 2].map(|()| session(&office.database, Era::Handshake, json!({})));
    for (tool, arguments) in acts() {
        let call = confirmed(&arguments, &first.call(tool, arguments.clone()));
        // not in another process, whose key is another
        let told = second.refuse(tool, call.clone());
        assert!(told.contains("confirmation_token"), "{told}");
        first.call(tool, call.clone());
        let after = office.contents();
        for keyed in [call.clone(), with(call.clone(), json!({"idempotency_key": "k"}))] {
            let told = first.refuse(tool, keyed.clone());
            assert!(told.contains("used already"), "{tool}: {told}");
            second.refuse(tool, keyed);
        }
        assert_eq!(office.contents(), after, "{tool}");
    }
}

#[test]
fn two_that_use_a_token_at_once_do_the_work_once() {
    let office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let before: usize = office.database.value("SELECT count(*) FROM invoices").parse().unwrap();
    for round in 1..=5 {
        let call = confirmed(&issue_at_once(), &session.call("create_invoice", issue_at_once()));
        let sent: Vec<_> = (0..4).map(|_| session.send_call("create_invoice", call.clone())).collect();
        let outcomes: Vec<_> = sent.into_iter().map(|id| session.outcome(id)).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        let invoices: usize = office.database.value("SELECT count(*) FROM invoices").parse().unwrap();
        assert_eq!(invoices, before + round);
    }
}

#[test]
fn a_token_is_for_its_own_call() {
    let office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let arguments = json!({"invoice_id": 1});
    let preview = session.call("issue_invoice", arguments.clone());
    let token = preview["confirmation_token"].clone();
    let before = office.contents();
    let forged = token.as_str().unwrap().replace('A', "B");
    for (tool, arguments, token) in [
        ("issue_invoice", json!({"invoice_id": 4}), token.clone()),
        ("issue_invoice", json!({"invoice_id": 1, "issue_date": "2026-01-01"}), token.clone()),
        ("issue_invoice", json!({"invoice_id": 1, "expected_version": 1}), token.clone()),
        ("delete_invoice", arguments.clone(), token.clone()),
        ("create_invoice", issue_at_once(), token.clone()),
        ("issue_invoice", arguments.clone(), json!(format!("{forged}x"))),
        ("issue_invoice", arguments.clone(), json!("yes")),
        ("issue_invoice", arguments.clone(), json!("")),
        ("issue_invoice", arguments.clone(), json!(true)),
    ] {
        let told = session.refuse(tool, with(arguments, json!({"confirmation_token": token})));
        assert!(told.starts_with("confirmation_token: "), "{told}");
    }
    assert_eq!(office.contents(), before);
    // none of that has used it up
    session.call("issue_invoice", with(arguments, json!({"confirmation_token": token})));
}

#[test]
fn what_changed_meanwhile_is_shown_anew() {
    for ((tool, arguments, change, changed), era) in changes().into_iter().zip(ERAS.into_iter().cycle()) {
        let mut office = books();
        let mut session = session(&office.database, era, json!({}));
        let preview = session.call(tool, arguments.clone());
        office.call(change, changed);
        let before = office.contents();
        let told = session.refuse(tool, confirmed(&arguments, &preview));
        assert!(
            told.contains("changed meanwhile") && told.contains("Call again"),
            "{tool} after {change}: {told}"
        );
        assert_eq!(office.contents(), before, "{tool} after {change}");
        let preview = session.call(tool, arguments.clone());
        session.call(tool, confirmed(&arguments, &preview));
    }
}

#[test]
fn drafts_that_go_with_their_client_are_the_ones_that_were_shown() {
    let mut office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let arguments = json!({"client_id": 2});
    let preview = session.call("delete_client", arguments.clone());
    let shown = &preview["preview"]["drafts_deleted"];
    assert_eq!(*shown, json!([{"draft_id": 6, "version": 1, "total": "60.00", "currency": "EUR"}]));
    office.call("delete_invoice", json!({"invoice_id": 6}));
    let exchanged = office.draft(2, "60");
    let before = office.contents();
    let told = session.refuse("delete_client", confirmed(&arguments, &preview));
    assert!(told.contains("changed meanwhile"), "{told}");
    assert_eq!(office.contents(), before);
    let preview = session.call("delete_client", arguments.clone());
    let done = session.call("delete_client", confirmed(&arguments, &preview));
    assert_eq!(done["drafts_deleted"][0]["draft_id"], exchanged);
}

#[test]
fn others_who_issue_meanwhile_take_their_numbers_and_void_no_yes() {
    let mut office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let previews: Vec<_> =
        [1, 4].map(|id| session.call("issue_invoice", json!({"invoice_id": id}))).into_iter().collect();
    let shown: Vec<_> = previews.iter().map(|preview| preview["preview"]["number"].clone()).collect();
    assert_eq!(shown, [number(4), number(4)]);
    office.issued(1, "1");
    for (id, preview, taken) in [(1, &previews[0], 5), (4, &previews[1], 6)] {
        let done = session.call("issue_invoice", confirmed(&json!({"invoice_id": id}), preview));
        assert_eq!(done["number"], number(taken));
    }
}

#[test]
fn a_token_expires() {
    let office = books();
    let command = &mut asking(&office.database);
    let mut session = Session::start(command.env("FACTURO_CONFIRM_SECONDS", "1"), Era::Handshake);
    let arguments = json!({"invoice_id": 1});
    let call = confirmed(&arguments, &session.call("issue_invoice", arguments.clone()));
    std::thread::sleep(Duration::from_millis(1_100));
    let before = office.contents();
    let told = session.refuse("issue_invoice", call);
    assert!(told.contains("expired") && told.contains("Call again without"), "{told}");
    assert_eq!(office.contents(), before);
}

#[test]
fn ten_minutes_are_given_where_nothing_else_is_set() {
    let office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    let preview = session.call("issue_invoice", json!({"invoice_id": 1}));
    let expires_at = preview["expires_at"].as_str().unwrap();
    let left = format!("SELECT round(extract(epoch FROM timestamptz '{expires_at}' - now()) / 60)");
    assert_eq!(office.database.value(&left), "10", "{expires_at}");
}

#[test]
fn a_key_is_used_up_by_the_act_and_answers_its_repeats_without_asking() {
    let office = books();
    let command = &mut asking(&office.database);
    let mut session = Session::start(command.env("FACTURO_CONFIRM_SECONDS", "2"), Era::Handshake);
    for (tool, arguments) in acts() {
        let keyed = with(arguments, json!({"idempotency_key": "k"}));
        let (shown, again) = (session.call(tool, keyed.clone()), session.call(tool, keyed.clone()));
        assert_eq!(again["confirmation_required"], true, "a preview does not use the key up: {again}");
        let call = confirmed(&keyed, &again);
        let first = session.call(tool, call.clone());
        let after = office.contents();
        // with the token, with one that was not used, and without any
        for repeat in [call, confirmed(&keyed, &shown), keyed.clone()] {
            assert_eq!(session.call(tool, repeat), first, "{tool}");
        }
        assert_eq!(office.contents(), after, "{tool}");
    }
    std::thread::sleep(Duration::from_millis(2_100));
    let (tool, arguments) = acts().remove(0);
    let keyed = with(arguments, json!({"idempotency_key": "k", "confirmation_token": "long expired"}));
    assert_eq!(session.call(tool, keyed)["status"], "pending");
}

#[test]
fn what_would_be_refused_is_refused_at_once() {
    for capabilities in [json!({}), forms()] {
        let mut office = books();
        let mut session = session(&office.database, Era::Handshake, capabilities);
        for (tool, arguments, word) in [
            ("issue_invoice", json!({"invoice_id": 2}), "cannot be issued again"),
            ("issue_invoice", json!({"invoice_id": 1, "expected_version": 9}), "version 1, not 9"),
            ("cancel_invoice", json!({"invoice_id": 1, "reason": "x"}), "never issued"),
            ("delete_client", json!({"client_id": 1}), "issued invoices"),
            ("reverse_payment", json!({"payment_id": 9, "reason": "x"}), "no payment 9"),
        ] {
            let told = session.refuse(tool, arguments);
            assert!(told.contains(word), "{tool}: {told}");
        }
        office.call("update_client", json!({"client_id": 1, "private_person": false}));
        let told = session.refuse("issue_invoice", json!({"invoice_id": 1}));
        assert!(told.contains("cannot be issued yet") && told.contains("update_client"), "{told}");
    }
}

#[test]
fn a_lost_connection_between_the_question_and_the_yes_does_no_harm() {
    let office = books();
    let mut session = session(&office.database, Era::Handshake, json!({}));
    for (tool, arguments) in acts() {
        office.database.cut_connections();
        let call = confirmed(&arguments, &session.call(tool, arguments.clone()));
        office.database.cut_connections();
        session.call(tool, call);
    }
}

#[test]
fn every_destructive_tool_takes_a_token_and_no_other_does_but_the_one_that_may_issue() {
    let office = books();
    for tool in session(&office.database, Era::Handshake, json!({})).tools() {
        let asks = tool["inputSchema"]["properties"].get("confirmation_token").is_some();
        let destructive = tool["annotations"]["destructiveHint"] == true;
        assert_eq!(asks, destructive || tool["name"] == "create_invoice", "{}", tool["name"]);
        assert!(!asks || acts().iter().any(|(name, _)| tool["name"] == *name), "{}", tool["name"]);
    }
}
