//! Connections that break, locks that are held: what can be tried again is, without the caller's doing.

use std::time::{Duration, Instant};

use serde_json::json;

use super::assert_whole;
use crate::support::office::Office;
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
    super::assert_gapless(&office.database);
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
