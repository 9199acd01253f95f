//! What happens to access while a session lasts, and what stands in its way from the beginning.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::forge::{Forge, SECRET, by_secret, claims, ed_header, ed_jwk, hs256, seconds, signed};
use crate::support::office::{Office, with};
use crate::support::session::{Era, Session, facturo};

fn session(command: &mut Command) -> Session {
    Session::start(command, Era::Handshake)
}

/// What `find_clients` is refused with, if it is.
#[track_caller]
fn refusal(session: &mut Session) -> Option<String> {
    session.attempt("find_clients", json!({})).err()
}

fn with_secret(office: &Office, claims: &Value) -> Command {
    let mut command = facturo();
    command.env("DATABASE_URL", office.database.url());
    command.env("FACTURO_TOKEN_SECRET", SECRET).env("FACTURO_TOKEN", by_secret(claims));
    command
}

#[test]
fn a_session_ends_with_its_token() {
    let office = Office::open();
    let until = seconds(3);
    let mut session = session(&mut with_secret(&office, &claims(json!({"exp": until}))));
    assert_eq!(session.tools().len(), 2);
    assert_eq!(refusal(&mut session), None);
    let begun = Instant::now();
    let told = loop {
        if let Some(told) = refusal(&mut session) {
            break told;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not expire");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(seconds(0) >= until, "too early");
    assert!(told.contains("has expired") && told.contains("facturo token issue"), "{told}");
    assert!(session.tools().is_empty());
    assert!(session.read_resource("facturo://clients/1").is_err());
}

#[test]
fn keys_come_and_go_while_a_session_lasts() {
    let office = Office::open();
    let forge = Forge::new();
    let new = json!({"alg": "EdDSA", "kid": "new"});
    let plain = claims(json!({})).to_string();
    let on_the_books = |token: &str| {
        let mut command = forge.command(token);
        command.env("DATABASE_URL", office.database.url());
        session(&mut command)
    };
    let mut by_old = on_the_books(&forge.by_ed(&ed_header(), &plain));
    let mut by_new = on_the_books(&forge.by_stranger(&new, &plain));
    let new_jwk = ed_jwk("new", &forge.strange);

    assert_eq!(refusal(&mut by_old), None);
    assert!(refusal(&mut by_new).unwrap().contains("does not name a key"));
    forge.keep(&[forge.ed_jwk(), new_jwk.clone()]);
    assert_eq!((refusal(&mut by_old), refusal(&mut by_new)), (None, None), "two live keys");
    forge.keep(&[new_jwk]);
    assert!(refusal(&mut by_old).unwrap().contains("taken away"), "a key that went");
    assert_eq!(refusal(&mut by_new), None);
    forge.keep(&[ed_jwk("new", &forge.ed)]);
    assert!(refusal(&mut by_new).unwrap().contains("does not hold"), "another key of the same name");

    forge.keep_unnoticed(&[ed_jwk("new", &forge.strange)]);
    assert_eq!(refusal(&mut by_new), None);
    forge.keep_unnoticed(&[ed_jwk("new", &forge.ed)]);
    assert!(refusal(&mut by_new).unwrap().contains("does not hold"), "in the same file, at the same time");

    forge.keep(&[]);
    assert!(refusal(&mut by_new).unwrap().contains("no key that facturo can use"));
    forge.remove_file();
    let told = refusal(&mut by_new).unwrap();
    assert!(told.contains("FACTURO_JWKS names cannot be read") && !told.contains(".json"), "{told}");
    forge.keep(&[ed_jwk("new", &forge.strange)]);
    assert_eq!(refusal(&mut by_new), None, "it heals by itself");
}

/// Of one who may issue, and is asked by a form; draft 1 waits.
fn issuer(office: &mut Office, forge: &Forge, era: Era, capabilities: Value, more: Value) -> Session {
    let client = office.client("Ana");
    assert_eq!(office.draft(client, "10"), 1);
    let scope = json!({"scope": "invoices:read invoices:issue"});
    let mut command = forge.command(&forge.token(&claims(with(scope, more))));
    command.env("DATABASE_URL", office.database.url()).env("FACTURO_CONFIRM", "ask");
    Session::start_with(&mut command, era, capabilities)
}

#[test]
fn a_yes_comes_too_late_once_the_token_has_expired() {
    let (mut office, forge) = (Office::open(), Forge::new());
    let until = seconds(4);
    let forms = json!({"elicitation": {}});
    let mut session = issuer(&mut office, &forge, Era::Handshake, forms, json!({"exp": until}));
    let call = session.send_call("issue_invoice", json!({"invoice_id": 1}));
    let form = session.asked("elicitation/create");
    let before = office.contents();
    while seconds(0) < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    session.answer(&form, json!({"action": "accept", "content": {"confirm": true}}));
    let told = session.outcome(call).unwrap_err();
    assert!(told.contains("has expired"), "{told}");
    assert_eq!(office.contents(), before);
}

#[test]
fn a_yes_comes_too_late_once_the_key_is_gone() {
    let forms = json!({"elicitation": {}});
    let accepted = json!({"action": "accept", "content": {"confirm": true}});
    let draft = json!({"invoice_id": 1});
    for (era, capabilities) in
        [(Era::Handshake, forms.clone()), (Era::Stateless, forms), (Era::Handshake, json!({}))]
    {
        let (mut office, forge) = (Office::open(), Forge::new());
        let asks = capabilities != json!({});
        let mut session = issuer(&mut office, &forge, era, capabilities, json!({}));
        let mut call = session.send_call("issue_invoice", draft.clone());
        let mut params = json!({"name": "issue_invoice", "arguments": draft});
        let form = match era {
            Era::Handshake if asks => session.asked("elicitation/create"),
            _ => session.answer_to(call)["result"].take(),
        };
        let before = office.contents();
        forge.keep(&[]);
        if form["resultType"] == "input_required" {
            params["requestState"] = form["requestState"].clone();
            params["inputResponses"] = json!({"confirmation": accepted});
            call = session.send("tools/call", params);
        } else if asks {
            session.answer(&form, accepted.clone());
        } else {
            let token = &form["structuredContent"]["confirmation_token"];
            assert!(token.is_string(), "{form}");
            params["arguments"]["confirmation_token"] = token.clone();
            call = session.send("tools/call", params);
        }
        let told = session.outcome(call).unwrap_err();
        assert!(told.contains("no key that facturo can use"), "{told}");
        assert_eq!(office.contents(), before);
    }
}

#[test]
fn a_yes_is_of_no_use_to_another() {
    let (mut office, forge) = (Office::open(), Forge::new());
    let mut ana = issuer(&mut office, &forge, Era::Handshake, json!({}), json!({}));
    let mut call = json!({"invoice_id": 1});
    call["confirmation_token"] = ana.call("issue_invoice", call.clone())["confirmation_token"].take();
    let scope = json!({"sub": "eva", "scope": "invoices:read invoices:issue"});
    let mut command = forge.command(&forge.token(&claims(scope)));
    command.env("DATABASE_URL", office.database.url()).env("FACTURO_CONFIRM", "ask");
    let mut eva = Session::start(&mut command, Era::Handshake);
    let before = office.contents();
    let told = eva.refuse("issue_invoice", call.clone());
    assert!(told.starts_with("confirmation_token: "), "{told}");
    assert_eq!(office.contents(), before);
    assert_eq!(ana.call("issue_invoice", call)["status"], "pending");
}

/// The session answers, lists nothing, and says to the model and to the person what is wrong; with no database to be had.
#[track_caller]
fn assert_closed(command: &mut Command, words: &[&str]) {
    assert_lists_nothing(command.env("DATABASE_URL", "postgresql://nobody@localhost:1/none"), words);
}

/// The same on whatever database there is.
#[track_caller]
fn assert_lists_nothing(command: &mut Command, words: &[&str]) {
    let mut session = Session::start(command, Era::Stateless);
    let discovered = session.request("server/discover", json!({}));
    let instructions = discovered["result"]["instructions"].as_str().unwrap().to_owned();
    assert!(session.tools().is_empty());
    for list in ["resources", "resourceTemplates"] {
        let method = if list == "resources" { "resources/list" } else { "resources/templates/list" };
        assert_eq!(session.request(method, json!({}))["result"][list], json!([]), "{method}");
    }
    let told = session.refuse("create_client", json!({"name": "Ana"}));
    let log = session.close().log;
    for word in words {
        assert!(told.contains(word), "{word:?} is not in {told}");
        assert!(instructions.contains(word), "{word:?} is not in {instructions}");
        assert!(log.contains(word), "{word:?} is not in {log}");
    }
}

#[test]
fn with_a_key_and_without_a_token_nobody_has_access() {
    let forge = Forge::new();
    let words = ["FACTURO_TOKEN is not set", "facturo token issue"];
    assert_closed(&mut forge.command(""), &words);
    assert_closed(facturo().env("FACTURO_TOKEN_SECRET", SECRET), &words);
}

#[test]
fn what_cannot_be_checked_gives_no_access() {
    let forge = Forge::new();
    let token = forge.token(&claims(json!({})));
    assert_closed(facturo().env("FACTURO_TOKEN", &token), &["no key to check it with", "FACTURO_JWKS"]);
    assert_closed(
        facturo().env("FACTURO_TOKEN_ISSUER", "https://id.example.com"),
        &["no key to check it with"],
    );
    assert_closed(
        facturo().env("FACTURO_JWKS", "/dev/zero").env("FACTURO_TOKEN", &token),
        &["cannot be read"],
    );
    assert_closed(forge.command(&token).env("FACTURO_TOKEN_SECRET", SECRET), &["both set", "Unset one"]);
    let weak = signed(r#"{"alg":"HS256"}"#, &claims(json!({})).to_string(), hs256(b"secret"));
    let words = ["FACTURO_TOKEN_SECRET is too short", "at least 32"];
    assert_closed(facturo().env("FACTURO_TOKEN_SECRET", "secret").env("FACTURO_TOKEN", weak), &words);
}

#[test]
fn keys_are_read_from_a_file_and_nothing_waits_for_a_pipe() {
    let (office, forge) = (Office::open(), Forge::new());
    let mut command = forge.command(&forge.token(&claims(json!({}))));
    let mut session = session(command.env("DATABASE_URL", office.database.url()));
    assert_eq!(refusal(&mut session), None);
    forge.keep_a_pipe();
    assert!(refusal(&mut session).unwrap().contains("cannot be read"));
    assert_closed(&mut command, &["FACTURO_JWKS names cannot be read"]);
}

#[test]
fn issuer_and_audience_are_those_of_the_configuration() {
    let forge = Forge::new();
    let theirs = forge.token(&claims(json!({"iss": "https://id.example.com", "aud": "books"})));
    let mut command = forge.command(&theirs);
    command.env("FACTURO_TOKEN_ISSUER", "https://id.example.com").env("FACTURO_TOKEN_AUDIENCE", "books");
    assert_eq!(session(&mut command).tools().len(), 2);
    command.env("FACTURO_TOKEN", forge.token(&claims(json!({}))));
    assert!(session(&mut command).tools().is_empty());
}

#[test]
fn a_token_is_for_one_business() {
    let office = Office::open();
    let mut command = with_secret(&office, &claims(json!({"business": 2})));
    assert_lists_nothing(&mut command, &["for another business", "FACTURO_BUSINESS"]);
    let closed = command.env("FACTURO_BUSINESS", "1");
    assert_closed(closed, &["for another business"]);
    let mut command = with_secret(&office, &claims(json!({"business": 2})));
    let mut of_another = session(&mut command);
    assert!(of_another.tools().is_empty());
    let told = refusal(&mut of_another).unwrap();
    assert!(told.contains("another business") && told.contains("FACTURO_BUSINESS"), "{told}");
    let told = of_another.read_resource("facturo://clients/1").unwrap_err();
    assert!(told["message"].as_str().unwrap().contains("another business"), "{told}");
}

#[test]
fn the_history_names_whoever_held_the_token() {
    let mut office = Office::open();
    let client = office.client("Luis");
    let more = json!({"sub": "auth0|5f7c", "scope": "clients:read clients:write invoices:read"});
    let mut session = session(&mut with_secret(&office, &claims(more)));
    session.call("update_client", json!({"client_id": client, "city": "Jaén"}));
    let history = session.call("get_client_history", json!({"client_id": client}));
    let actors: Vec<_> = history["items"].as_array().unwrap().iter().map(|event| &event["actor"]).collect();
    assert_eq!(actors, ["auth0|5f7c", "local"]);
}

#[test]
fn the_log_tells_of_what_was_not_allowed_and_not_what_was_asked_for() {
    let office = Office::open();
    let mut session = session(&mut with_secret(&office, &claims(json!({}))));
    session.refuse("create_client", json!({"name": "Zacarías Quintanilla"}));
    session.read_resource("facturo://invoices/4711").unwrap_err();
    let log = session.close().log;
    for told in ["create_client", "clients:write", "resources/read", "invoices:read"] {
        assert!(log.contains(told), "{told} is not in {log}");
    }
    assert!(!log.contains("Zacar") && !log.contains("4711"), "{log}");
}

#[test]
fn read_only_narrows_a_token_too() {
    let office = Office::open();
    let more = json!({"scope": "clients:read clients:write records:read"});
    let mut command = with_secret(&office, &claims(more));
    let mut session = session(command.env("FACTURO_READ_ONLY", "1"));
    let names: Vec<_> = session.tools().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(names, ["find_clients", "get_client", "verify_records"]);
    assert!(session.refuse("create_client", json!({})).contains("read-only"));
}
