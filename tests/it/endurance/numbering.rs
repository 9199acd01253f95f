//! One series, many issuers: every number once and none left out.

use std::time::Duration;

use serde_json::json;

use super::{assert_gapless, assert_whole};
use crate::support::office::Office;
use crate::support::session::Session;

#[test]
fn sixteen_issuers_at_once_give_every_number_once_and_leave_none_out() {
    const PROCESSES: usize = 4;
    const IN_FLIGHT: usize = 4;
    const ROUNDS: usize = 12;
    let mut office = Office::open();
    let client = office.client("Ana");
    let drafts: Vec<Vec<i64>> = (0..PROCESSES)
        .map(|_| (0..IN_FLIGHT * ROUNDS).map(|_| office.draft(client, "10")).collect())
        .collect();
    std::thread::scope(|scope| {
        for drafts in &drafts {
            let database = &office.database;
            scope.spawn(move || {
                let mut session = Session::on(database);
                for (round, batch) in drafts.chunks(IN_FLIGHT).enumerate() {
                    // every fourth is refused after its transaction has begun, and rolled back
                    let date = |at: usize| {
                        if (round + at).is_multiple_of(4) { json!("2999-01-01") } else { json!("2026-01-01") }
                    };
                    let issue = |(at, id): (usize, &i64)| json!({"invoice_id": id, "issue_date": date(at)});
                    let sent: Vec<_> = batch
                        .iter()
                        .enumerate()
                        .map(issue)
                        .map(|call| session.send_call("issue_invoice", call))
                        .collect();
                    for (at, id) in sent.into_iter().enumerate() {
                        let outcome = session.outcome(id);
                        assert_eq!(outcome.is_err(), (round + at).is_multiple_of(4), "{outcome:?}");
                    }
                }
            });
        }
    });
    assert_eq!(assert_gapless(&office.database), PROCESSES * IN_FLIGHT * ROUNDS * 3 / 4);
    assert_whole(&office.database);
}

#[test]
fn a_number_that_failed_after_it_was_taken_is_given_to_the_next() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.issued(client, "1");
    // no more than this one number may be written: the insert fails with the counter already counted up
    office.database.rows("ALTER TABLE invoices ADD CONSTRAINT nothing_more CHECK (total < 100)");
    for _ in 0..3 {
        let new = json!({"client_id": client, "net_amount": 200, "description": "x", "issue": true});
        let text = office.refuse("create_invoice", new);
        assert!(text.contains("inside facturo") && !text.contains("nothing_more"), "{text}");
    }
    office.issued(client, "2");
    assert_eq!(assert_gapless(&office.database), 2);
}

#[test]
fn payments_at_once_never_come_to_more_than_is_owed() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "10");
    let mut sessions: Vec<_> = (0..4).map(|_| Session::on(&office.database)).collect();
    let pay = || json!({"invoice_id": invoice, "amount": 3});
    let sent: Vec<Vec<i64>> =
        sessions.iter_mut().map(|s| (0..4).map(|_| s.send_call("record_payment", pay())).collect()).collect();
    let taken = sessions
        .iter_mut()
        .zip(sent)
        .flat_map(|(session, ids)| ids.into_iter().map(|id| session.outcome(id)).collect::<Vec<_>>())
        .filter(Result::is_ok)
        .count();
    assert_eq!(taken, 3);
    assert_eq!(office.get(invoice)["outstanding"], "1.00");
    assert_whole(&office.database);
}

#[test]
fn a_client_deleted_while_it_is_invoiced_leaves_either_or() {
    let mut office = Office::open();
    let mut other = Session::on(&office.database);
    for round in 0..10 {
        let client = office.client(&format!("Client {round}"));
        let draft = office.draft(client, "1");
        let issue = office.send_call("issue_invoice", json!({"invoice_id": draft}));
        let delete = other.send_call("delete_client", json!({"client_id": client}));
        let (issued, deleted) = (office.outcome(issue), other.outcome(delete));
        assert_ne!(issued.is_ok(), deleted.is_ok(), "{issued:?} {deleted:?}");
    }
    assert_gapless(&office.database);
    assert_whole(&office.database);
}

#[test]
fn a_client_deleted_while_an_invoice_is_made_for_it_leaves_either_or() {
    let mut office = Office::open();
    let mut other = Session::on(&office.database);
    let first = office.client("Ana");
    office.issued(first, "1");
    for round in 0..10 {
        let client = office.client(&format!("Client {round}"));
        let new = json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true});
        let made = office.send_call("create_invoice", new);
        std::thread::sleep(Duration::from_millis(round % 5 * 2)); // either may be the first
        let delete = other.send_call("delete_client", json!({"client_id": client}));
        let (made, deleted) = (office.outcome(made), other.outcome(delete));
        assert_ne!(made.is_ok(), deleted.is_ok(), "{made:?} {deleted:?}");
    }
    assert_gapless(&office.database);
    assert_whole(&office.database);
}
