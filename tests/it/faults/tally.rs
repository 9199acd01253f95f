//! Somebody who writes invoices, each with a mark of its own, and keeps a tally of what was acknowledged.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::office::{described, id};
use crate::support::session::{Era, Session, facturo};

pub(super) struct Tally {
    pub(super) session: Session,
    client: i64,
    /// The mark of each call, its arguments, and the id of its request.
    sent: Vec<(String, Value, i64)>,
    /// The number that each mark was given.
    acknowledged: BTreeMap<String, String>,
}

/// What a tally is compared with.
pub(super) const ROWS: &str = "SELECT notes, number FROM invoices ORDER BY number";
/// What a call says that was neither done nor is known to be.
pub(super) const RETRYABLE: &[&str] =
    &["may be tried again", "very same call again", "Try again", "try again"];

impl Tally {
    /// Of a business described, with one client.
    pub(super) fn open(url: &str) -> Self {
        Self::of(facturo().env("DATABASE_URL", url))
    }

    pub(super) fn of(command: &mut Command) -> Self {
        let mut session = Session::start(command, Era::Handshake);
        session.call("update_business", described());
        let client = id(&session.call("create_client", json!({"name": "Ana", "private_person": true})));
        Self { session, client, sent: Vec::new(), acknowledged: BTreeMap::new() }
    }

    /// Writes so many, one after the other begun and none waited for.
    pub(super) fn write(&mut self, count: usize, pause: Duration) {
        for _ in 0..count {
            let mark = format!("{}-{}", self.client, self.sent.len() + self.acknowledged.len());
            let new = json!({"client_id": self.client, "net_amount": 1, "description": "x", "notes": mark, "issue": true,
                             "idempotency_key": mark});
            let id = self.session.send_call("create_invoice", new.clone());
            self.sent.push((mark, new, id));
            std::thread::sleep(pause);
        }
    }

    /// Waits for the first call that is refused, makes it again, and answers how it was refused.
    pub(super) fn first_refusal(&mut self) -> String {
        loop {
            let (mark, new, id) = self.sent.remove(0);
            match self.session.outcome(id) {
                Ok(made) => self.acknowledge(mark, &made),
                Err(text) => {
                    let id = self.session.send_call("create_invoice", new.clone());
                    self.sent.push((mark, new, id));
                    return text;
                }
            }
        }
    }

    /// Waits for all answers. What was refused is called again, as it says, until it is done; answers the refusals.
    pub(super) fn settle(&mut self) -> Vec<String> {
        let mut refusals = Vec::new();
        let mut calls = 0;
        while let Some((mark, new, id)) = self.sent.pop() {
            match self.session.outcome(id) {
                Ok(made) => self.acknowledge(mark, &made),
                Err(text) => {
                    calls += 1;
                    assert!(RETRYABLE.iter().any(|word| text.contains(word)) && calls < 1_000, "{text}");
                    refusals.push(text);
                    std::thread::sleep(Duration::from_millis(50));
                    let id = self.session.send_call("create_invoice", new.clone());
                    self.sent.push((mark, new, id));
                }
            }
        }
        refusals
    }

    /// Takes over what somebody else has written to the same books.
    pub(super) fn join(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
    }

    fn acknowledge(&mut self, mark: String, made: &Value) {
        let number = made["number"].as_str().unwrap().to_owned();
        assert_eq!(self.acknowledged.insert(mark, number), None);
    }

    /// What is in the books ([`ROWS`]) is what was acknowledged: each once, under its number, without a gap.
    #[track_caller]
    pub(super) fn assert_equals(&self, rows: Vec<Vec<String>>) {
        let kept: BTreeMap<String, String> =
            rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        assert_eq!(kept.len(), rows.len(), "something was written twice");
        assert_eq!(kept, self.acknowledged);
        let numbers: Vec<usize> = rows.iter().map(|row| row[1][7..].parse().unwrap()).collect();
        assert_eq!(numbers, (1..=rows.len()).collect::<Vec<_>>());
    }
}
