//! Issues, corrections and cancellations at once: two series, one chain of records, and no gap in any.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{assert_gapless, assert_whole};
use crate::support::database::Database;
use crate::support::office::Office;
use crate::support::session::Session;

const PROCESSES: usize = 4;
const IN_FLIGHT: usize = 4;
const ROUNDS: usize = 6;

/// One process: every round issues, then corrects what the round before issued, cancels some, and tries what is refused.
fn work(database: &Database, client: i64) {
    let mut session = Session::on(database);
    let mut last: Vec<Value> = Vec::new();
    for round in 0..ROUNDS {
        let new = |at: usize| {
            let date = if at == 3 { json!("2999-01-01") } else { json!(null) };
            json!({
                "client_id": client, "net_amount": 10 + at, "description": "Work", "issue": true, "issue_date": date,
            })
        };
        let mut sent: Vec<_> =
            (0..IN_FLIGHT).map(|at| session.send_call("create_invoice", new(at))).collect();
        for (at, invoice) in last.drain(..).enumerate() {
            let target = json!({"invoice_id": invoice["id"], "reason": "Returned"});
            let tool = if at == 0 && round % 2 == 0 { "cancel_invoice" } else { "correct_invoice" };
            sent.push(session.send_call(tool, target));
        }
        let outcomes: Vec<_> = sent.into_iter().map(|id| session.outcome(id)).collect();
        for (at, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.is_err(), at == 3, "{outcome:?}");
            if at < 3 {
                last.push(outcome.unwrap());
            }
        }
    }
}

#[test]
fn sixteen_issuers_and_correctors_share_two_series_and_one_chain() {
    let mut office = Office::open();
    let client = office.client("Ana");
    std::thread::scope(|scope| {
        for _ in 0..PROCESSES {
            let database = &office.database;
            scope.spawn(move || work(database, client));
        }
    });
    let issued = PROCESSES * ROUNDS * 3;
    let cancelled = PROCESSES * 2; // in rounds 2 and 4
    let corrected = PROCESSES * (ROUNDS - 1) * 3 - cancelled;
    assert_eq!(assert_gapless(&office.database), issued);
    let given = office
        .database
        .rows("SELECT split_part(number, '-', 3)::int FROM invoices WHERE series = 'R' ORDER BY 1");
    let expected: Vec<_> = (1..=corrected).map(|n| vec![n.to_string()]).collect();
    assert_eq!(given, expected);
    assert_whole(&office.database);
    assert_eq!(links(&office.database), issued + corrected + cancelled);
    let verified = office.call("verify_records", json!({}));
    assert_eq!(
        (&verified["verified"], &verified["records"]),
        (&json!(true), &json!(issued + corrected + cancelled))
    );
}

/// Every record stands at its place, and its prescribed hash is over the hash before it.
#[track_caller]
fn links(database: &Database) -> usize {
    let rows = database.rows("SELECT place, record, hash FROM registration_records ORDER BY place");
    let (mut previous, mut moment) = (String::new(), String::new());
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row[0], (at + 1).to_string());
        let record: Value = serde_json::from_str(&row[1]).unwrap();
        let (name, body) = record.as_object().unwrap().iter().next().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let end = format!(
            "&Huella={previous}&FechaHoraHusoGenRegistro={}",
            text(&body["FechaHoraHusoGenRegistro"])
        );
        let fields: &[&str] = match name.as_str() {
            "RegistroAlta" => &["IDEmisorFactura", "NumSerieFactura", "FechaExpedicionFactura"],
            _ => &["IDEmisorFacturaAnulada", "NumSerieFacturaAnulada", "FechaExpedicionFacturaAnulada"],
        };
        let mut input: Vec<_> =
            fields.iter().map(|field| format!("{field}={}", text(&body["IDFactura"][field]))).collect();
        if name == "RegistroAlta" {
            let more = ["TipoFactura", "CuotaTotal", "ImporteTotal"];
            input.extend(more.iter().map(|field| format!("{field}={}", text(&body[field]))));
        }
        let hash: String =
            Sha256::digest(input.join("&") + &end).iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(row[2], hash, "{record}");
        let now = text(&body["FechaHoraHusoGenRegistro"]);
        assert!(now >= moment, "{moment} and then {now}");
        (previous, moment) = (hash, now);
    }
    rows.len()
}
