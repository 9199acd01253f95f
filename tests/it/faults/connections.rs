//! Connections that break, locks that are held: what can be tried again is, without the caller's doing.

use std::time::{Duration, Instant};

use serde_json::json;

use super::tally::{ROWS, Tally};
use crate::endurance::{assert_gapless, assert_whole};
use crate::support::cluster::until;
use crate::support::database::Database;
use crate::support::office::Office;
use crate::support::session::{Era, Session, facturo};
use crate::support::wait;

#[test]
fn calls_go_on_after_every_connection_was_cut() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for round in 1..=5 {
        let invoice = office.issued(client, "10");
        office.database.cut_connections();
        office.call("record_payment", json!({"invoice_id": invoice}));
        office.database.cut_connections();
        assert_eq!(office.ids("list_invoices", json!({})).len(), round);
        office.database.cut_connections();
        office.read_resource("facturo://business").unwrap();
    }
    assert_whole(&office.database);
}

#[test]
fn connections_cut_in_the_middle_of_writes_do_not_do_them_twice() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let new = |n: i64| json!({"client_id": client, "net_amount": n, "description": "x", "issue": true});
    let sent: Vec<_> = (1..=60).map(|n| office.send_call("create_invoice", new(n))).collect();
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(15));
        office.database.cut_connections();
    }
    let outcomes: Vec<_> = sent.into_iter().map(|id| office.outcome(id)).collect();
    let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!(refused.iter().all(|text| text.contains("tried again")), "{refused:?}");
    let written = office.database.value("SELECT count(*) FROM invoices");
    assert_eq!(written, (outcomes.len() - refused.len()).to_string());
    assert_gapless(&office.database);
    assert_whole(&office.database);
}

#[test]
fn a_lock_that_somebody_else_holds_is_waited_for() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let database_url = office.database.url();
    let held = std::thread::spawn(move || {
        wait(async {
            let (client, connection) =
                tokio_postgres::connect(&database_url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute("BEGIN; SELECT FROM clients FOR UPDATE").await.unwrap();
            tokio::time::sleep(Duration::from_millis(800)).await;
            client.batch_execute("COMMIT").await.unwrap();
        });
    });
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    office.call("update_client", json!({"client_id": client, "city": "Jaén"}));
    assert!(start.elapsed() > Duration::from_millis(200));
    held.join().unwrap();
}

#[test]
fn eight_changes_of_the_business_at_once_wait_for_one_another() {
    let mut office = Office::open();
    let start = Instant::now();
    let change = |days: i64| json!({"payment_terms_days": days});
    let sent: Vec<_> = (1..=8).map(|days| office.send_call("update_business", change(days))).collect();
    for id in sent {
        office.outcome(id).unwrap();
    }
    // PostgreSQL looks for a deadlock after a second
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}: {}", start.elapsed(), office.host.log());
    assert_eq!(office.call("get_business", json!({}))["version"], 9);
    assert!(!office.host.log().contains("trying again"), "{}", office.host.log());
}

#[test]
fn what_has_taken_all_its_time_is_not_tried_again() {
    let database = Database::new();
    let mut session = Session::on(&database);
    session.call("create_client", json!({"name": "Ana"}));
    drop(session);
    for limit in ["lock_timeout", "statement_timeout"] {
        let url = format!("{}?options=-c%20{limit}%3D300ms", database.url());
        let mut session = Session::start(facturo().env("DATABASE_URL", url), Era::Handshake);
        session.call("get_business", json!({}));
        let start = Instant::now();
        wait(async {
            let client = database.client().await;
            client.batch_execute("BEGIN; SELECT FROM clients FOR UPDATE").await.unwrap();
            let text = session.refuse("update_client", json!({"client_id": 1, "city": "Jaén"}));
            assert!(text.contains("tried again"), "{text}");
        });
        assert!(start.elapsed() < Duration::from_millis(600), "{:?}", start.elapsed());
        assert!(!session.host.log().contains("trying again"), "{}", session.host.log());
    }
}

#[test]
fn of_two_that_wait_for_each_other_ours_is_undone_and_tried_again() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.issued(client, "1");
    let draft = office.draft(client, "2");
    // only a superuser sets this
    let url = format!("{}?options=-c%20deadlock_timeout%3D2s", office.database.owner_url());
    let mut session = Session::start(facturo().env("DATABASE_URL", url), Era::Handshake);
    session.call("get_business", json!({}));
    wait(async {
        let other = office.database.client().await;
        let counter =
            "SET deadlock_timeout = '1min'; BEGIN; UPDATE series_counters SET last_number = last_number";
        other.batch_execute(counter).await.unwrap();
        let issue = session.send_call("issue_invoice", json!({"invoice_id": draft}));
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        until("it has the invoice and waits for the counter", || office.database.value(waiting) == "1");
        other.batch_execute("SELECT FROM invoices FOR UPDATE").await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
        session.outcome(issue).unwrap();
    });
    assert!(session.host.log().contains("trying again"), "{}", session.host.log());
    assert_eq!(assert_gapless(&office.database), 2);
    assert_whole(&office.database);
}

#[test]
fn transactions_that_cannot_be_put_in_one_order_are_tried_again() {
    let database = Database::new();
    let strict = "options=-c%20default_transaction_isolation%3Drepeatable%5C%20read";
    let mut tally = Tally::open(&format!("{}?{strict}", database.url()));
    tally.write(30, Duration::ZERO);
    tally.settle();
    tally.assert_equals(database.rows(ROWS));
    assert!(tally.session.host.log().contains("trying again"));
    assert_whole(&database);
}

#[test]
fn thousands_of_calls_at_once_are_all_answered() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "10");
    let sent: Vec<_> = (0..3_000).map(|_| office.send_call("list_invoices", json!({}))).collect();
    for id in sent {
        assert_eq!(office.outcome(id).unwrap()["items"][0]["id"], invoice);
    }
}
