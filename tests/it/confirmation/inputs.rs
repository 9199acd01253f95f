//! Clients of the era without a handshake that can show a form: facturo answers that input is required, and the client calls
//! again with it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{acts, asking, books, changes, confirmed, forms, issue_at_once, session};
use crate::support::office::{Office, with};
use crate::support::session::{Era, Session};

fn open(office: &Office) -> Session {
    session(&office.database, Era::Stateless, forms())
}

/// The result that asks for input.
#[track_caller]
fn ask(session: &mut Session, tool: &str, arguments: &Value) -> Value {
    let result =
        session.request("tools/call", json!({"name": tool, "arguments": arguments}))["result"].take();
    assert_eq!(result["resultType"], "input_required", "{result}");
    assert!(result.get("content").is_none(), "{result}");
    result
}

/// The same call again, with the state and an answer to what was asked.
fn retry(
    session: &mut Session,
    tool: &str,
    arguments: &Value,
    asked: &Value,
    answer: Value,
) -> Result<Value, String> {
    let id = session.send(
        "tools/call",
        json!({
            "name": tool, "arguments": arguments, "requestState": asked["requestState"],
            "inputResponses": {"confirmation": answer},
        }),
    );
    session.outcome(id)
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

#[test]
fn nothing_is_written_before_the_yes_and_it_holds_once() {
    let office = books();
    let mut session = open(&office);
    for (tool, arguments) in acts() {
        let before = office.contents();
        let asked = ask(&mut session, tool, &arguments);
        assert_eq!(office.contents(), before, "{tool} wrote something");
        let form = &asked["inputRequests"]["confirmation"];
        assert_eq!(form["method"], "elicitation/create", "{asked}");
        assert!(form["params"]["message"].as_str().unwrap().starts_with('¿'), "{form}");
        retry(&mut session, tool, &arguments, &asked, yes()).unwrap();
        let after = office.contents();
        assert_ne!(after, before, "{tool} did nothing");
        let told = retry(&mut session, tool, &arguments, &asked, yes()).unwrap_err();
        assert!(told.contains("used already"), "{told}");
        let mut other = open(&office);
        retry(&mut other, tool, &arguments, &asked, yes()).unwrap_err();
        assert_eq!(office.contents(), after, "{tool}");
    }
}

#[test]
fn nothing_but_a_yes_is_a_yes() {
    let office = books();
    let mut session = open(&office);
    let (tool, arguments) = ("issue_invoice", json!({"invoice_id": 1}));
    let before = office.database.value("SELECT count(*) FROM invoices WHERE status = 'draft'");
    for (answer, word) in [
        (json!({"action": "decline"}), "said no"),
        (json!({"action": "cancel"}), "without an answer"),
        (json!({"action": "accept", "content": {}}), "without a yes"),
        (json!({"action": "agree"}), "without an answer"),
        (json!(true), "without an answer"),
    ] {
        let asked = ask(&mut session, tool, &arguments);
        let told = retry(&mut session, tool, &arguments, &asked, answer).unwrap_err();
        assert!(told.contains(word) && told.contains("nothing was done"), "{told}");
        let told = retry(&mut session, tool, &arguments, &asked, yes()).unwrap_err();
        assert!(told.contains("used already"), "a yes after it: {told}");
    }
    // an answer without its question, or to another, is none: it is asked anew
    let asked = ask(&mut session, tool, &arguments);
    for params in [
        json!({"name": tool, "arguments": arguments, "inputResponses": {"confirmation": yes()}}),
        json!({"name": tool, "arguments": arguments, "requestState": asked["requestState"]}),
        json!({"name": tool, "arguments": arguments, "requestState": asked["requestState"], "inputResponses": {"x": yes()}}),
    ] {
        let result = &session.request("tools/call", params)["result"];
        assert_eq!(result["resultType"], "input_required", "{result}");
    }
    assert_eq!(office.database.value("SELECT count(*) FROM invoices WHERE status = 'draft'"), before);
}

#[test]
fn where_the_client_can_ask_the_model_has_no_say_in_it() {
    let office = books();
    let mut session = session(&office.database, Era::Stateless, json!({}));
    let (tool, arguments) = ("issue_invoice", json!({"invoice_id": 1}));
    let by_model = confirmed(&arguments, &session.call(tool, arguments.clone()));
    session.host_can(forms());
    let before = office.contents();
    let asked = ask(&mut session, tool, &by_model);
    assert_eq!(office.contents(), before, "the token was taken for a yes");
    retry(&mut session, tool, &by_model, &asked, json!({"action": "decline"})).unwrap_err();
    let asked = ask(&mut session, tool, &by_model);
    assert_eq!(retry(&mut session, tool, &by_model, &asked, yes()).unwrap()["status"], "pending");
}

#[test]
fn a_state_is_for_its_own_call_and_no_token() {
    let office = books();
    let mut session = open(&office);
    let (tool, arguments) = ("issue_invoice", json!({"invoice_id": 1}));
    let asked = ask(&mut session, tool, &arguments);
    let before = office.contents();
    let forged = json!({"requestState": "rs1.AAAA.AAAA"});
    for (tool, arguments, asked) in [
        (tool, json!({"invoice_id": 4}), &asked),
        ("delete_invoice", arguments.clone(), &asked),
        ("create_invoice", issue_at_once(), &asked),
        (tool, arguments.clone(), &forged),
    ] {
        let told = retry(&mut session, tool, &arguments, asked, yes()).unwrap_err();
        assert!(told.starts_with("confirmation_token: "), "{told}");
    }
    // what the client holds is of no use to the model
    let by_model = with(arguments.clone(), json!({"confirmation_token": asked["requestState"]}));
    ask(&mut session, tool, &by_model);
    session.host_can(json!({}));
    let told = session.refuse(tool, by_model);
    assert!(told.starts_with("confirmation_token: "), "{told}");
    assert_eq!(office.contents(), before);
    retry(&mut session, tool, &arguments, &asked, yes()).unwrap();
}

#[test]
fn what_changed_while_the_person_thought_is_not_done() {
    // previews.rs tries all of them
    for (tool, arguments, change, changed) in changes().into_iter().step_by(4) {
        let mut office = books();
        let mut session = open(&office);
        let asked = ask(&mut session, tool, &arguments);
        office.call(change, changed);
        let before = office.contents();
        let told = retry(&mut session, tool, &arguments, &asked, yes()).unwrap_err();
        assert!(told.contains("changed meanwhile"), "{tool} after {change}: {told}");
        assert_eq!(office.contents(), before, "{tool} after {change}");
    }
}

#[test]
fn a_state_expires() {
    let office = books();
    let command = &mut asking(&office.database);
    let mut session =
        Session::start_with(command.env("FACTURO_CONFIRM_SECONDS", "1"), Era::Stateless, forms());
    let arguments = json!({"invoice_id": 1});
    let asked = ask(&mut session, "issue_invoice", &arguments);
    std::thread::sleep(Duration::from_millis(1_100));
    let before = office.contents();
    let told = retry(&mut session, "issue_invoice", &arguments, &asked, yes()).unwrap_err();
    assert!(told.contains("expired"), "{told}");
    assert_eq!(office.contents(), before);
}

#[test]
fn a_repeat_by_key_is_answered_without_asking() {
    let office = books();
    let mut session = open(&office);
    for (tool, arguments) in acts() {
        let keyed = with(arguments, json!({"idempotency_key": "k"}));
        let asked = ask(&mut session, tool, &keyed);
        let first = retry(&mut session, tool, &keyed, &asked, yes()).unwrap();
        assert_eq!(session.call(tool, keyed.clone()), first, "{tool}");
        assert_eq!(retry(&mut session, tool, &keyed, &asked, yes()).unwrap(), first, "{tool}");
    }
}
