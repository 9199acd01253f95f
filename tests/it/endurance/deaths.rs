//! Processes that are killed in the middle of their writes.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};

use super::{assert_gapless, assert_whole, missing};
use crate::scratch::{Scratch, host};
use crate::support::office::{Office, described};
use crate::support::session::Session;

fn new(client: i64, key: &str) -> Value {
    let lines = json!([
        {"description": "A", "unit_price": "10.01"}, {"description": "B", "unit_price": "3.33", "quantity": 3},
    ]);
    json!({"client_id": client, "lines": lines, "issue": true, "notes": key, "idempotency_key": key})
}

#[test]
fn facturo_killed_in_the_middle_of_writes_loses_nothing_and_leaves_nothing_half_written() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let mut acknowledged = BTreeSet::new();
    let mut sent = BTreeSet::new();
    for round in 0..12_u64 {
        let mut session = Session::on(&office.database);
        session.call("get_business", json!({}));
        let keys: Vec<_> = (0..30).map(|n| format!("{round}-{n}")).collect();
        for key in &keys {
            session.send_call("create_invoice", new(client, key));
        }
        let mut answered: Vec<_> = (0..2 * round).map(|_| session.host.read_line()).collect();
        session.host.kill();
        let rest = std::iter::from_fn(|| Some(session.host.read_line()).filter(|line| line.ends_with('\n')));
        answered.extend(rest);
        for line in answered {
            let answer: Value = serde_json::from_str(&line).unwrap();
            acknowledged.insert(answer["result"]["structuredContent"]["notes"].as_str().unwrap().to_owned());
        }
        sent.extend(keys);
    }
    assert!(
        !acknowledged.is_empty() && acknowledged.len() < sent.len(),
        "{} of {}",
        acknowledged.len(),
        sent.len()
    );
    assert_eq!(missing(&office.database, &acknowledged), [""; 0]);
    assert_whole(&office.database);
    assert_gapless(&office.database);

    // whatever became of them, all can be sent again
    for key in &sent {
        assert_eq!(office.call("create_invoice", new(client, key))["notes"], *key);
    }
    assert_eq!(office.database.value("SELECT count(*) FROM invoices"), sent.len().to_string());
    assert_eq!(assert_gapless(&office.database), sent.len());
    assert_whole(&office.database);
}

#[test]
fn a_private_server_killed_in_the_middle_of_writes_comes_back_with_all_that_was_acknowledged() {
    let mut scratch = Scratch::new("killed");
    scratch.settings.durable = true;
    let mut session = host(&scratch.settings);
    session.call("update_business", described());
    let client =
        session.call("create_client", json!({"name": "Ana", "private_person": true}))["id"].as_i64().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..4_u64 {
        let keys: Vec<_> = (0..20).map(|n| format!("{round}-{n}")).collect();
        let ids: Vec<_> =
            keys.iter().map(|key| session.send_call("create_invoice", new(client, key))).collect();
        std::thread::sleep(Duration::from_millis(3 + 7 * round));
        kill(scratch.postmaster(), Signal::SIGKILL).unwrap();
        for (key, id) in keys.iter().zip(ids) {
            match session.outcome(id) {
                Ok(answer) => drop(acknowledged.insert(answer["notes"].as_str().unwrap().to_owned())),
                // what could not be done at once may be tried again, and is done once
                Err(_) => drop(acknowledged.insert(again(&mut session, new(client, key)))),
            }
        }
    }
    let invoices = session.pages("list_invoices", json!({"sort": "oldest"}), 100);
    assert_eq!((invoices.len(), acknowledged.len()), (80, 80));
    let mut numbers: Vec<_> =
        invoices.iter().map(|invoice| invoice["number"].as_str().unwrap()[7..].to_owned()).collect();
    numbers.sort();
    assert_eq!(numbers, (1..=80).map(|n| format!("{n:04}")).collect::<Vec<_>>());
}

fn again(session: &mut Session, arguments: Value) -> String {
    for _ in 0..20 {
        if let Ok(answer) = session.attempt("create_invoice", arguments.clone()) {
            return answer["notes"].as_str().unwrap().to_owned();
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("the server did not come back: {}", session.host.log());
}
