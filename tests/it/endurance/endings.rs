//! How the process itself ends, with work in hand and without.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::{assert_gapless, assert_whole};
use crate::support::office::Office;
use crate::support::session::facturo;

fn new(client: i64) -> Value {
    json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true})
}

#[test]
fn what_was_asked_before_the_input_ended_is_done_and_answered() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let sent: Vec<_> = (0..20).map(|_| office.send_call("create_invoice", new(client))).collect();
    let (session, database) = office.part();
    let end = session.close();
    assert_eq!(end.code, Some(0), "{}", end.log);
    assert_eq!(end.ids(), sent);
    assert!(end.answers.iter().all(|answer| answer["result"]["isError"] != true), "{:?}", end.answers);
    assert_eq!(assert_gapless(&database), 20);
    assert_whole(&database);
}

#[test]
fn a_signal_lets_running_writes_end_whole() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for _ in 0..20 {
        office.send_call("create_invoice", new(client));
    }
    office.host.read();
    office.host.signal(Signal::SIGTERM);
    let (session, database) = office.part();
    let end = session.host.end();
    assert_eq!(end.code, Some(0), "{}", end.log);
    let written = assert_gapless(&database);
    assert!(
        end.answers.len() < written + 1 && written <= 20,
        "{} answered, {written} written",
        end.answers.len()
    );
    assert_whole(&database);
}

#[test]
fn a_setting_that_makes_no_sense_is_named_at_the_start() {
    for (name, value) in [
        ("FACTURO_LOG", "facturo=loud"),
        ("FACTURO_BUSINESS", "acme"),
        ("FACTURO_LINGER", "soon"),
        ("FACTURO_SCRATCH", "yes"),
    ] {
        let output = facturo().env(name, value).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(told.contains(name) && told.contains("Accepted"), "{told}");
    }
}
