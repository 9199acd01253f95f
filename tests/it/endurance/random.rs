//! A long session of calls at random, right ones and wrong ones among lines that are none, after which the books balance.

use std::collections::{BTreeMap, BTreeSet};

use facturo::clock;
use serde_json::{Map, Value, json};

use super::assert_whole;
use crate::support::database::Database;
use crate::support::office::{Office, id};

/// Calls that are under way together.
const IN_FLIGHT: usize = 16;

#[test]
fn after_a_thousand_lines_at_random_the_books_balance() {
    balance_after(1_000);
}

#[test]
#[ignore = "takes a minute: make endurance"]
fn after_ten_thousand_lines_at_random_the_books_balance() {
    balance_after(10_000);
}

#[expect(clippy::print_stderr, reason = "shown when the test fails, or when it is asked for")]
fn balance_after(lines: usize) {
    // any other seed would do; this one is told, so that a failure can be had again
    let seed = clock::now().unix_timestamp().cast_unsigned();
    eprintln!("seed {seed}");
    let mut office = Office::open();
    let mut play = Play { dice: Dice(seed), tools: office.tools(), kept: Kept::default() };
    let (mut done, mut refused, mut no_calls) = (0, 0, 0);
    while done + refused + no_calls < lines {
        let mut sent = Vec::new();
        for _ in 0..IN_FLIGHT {
            if play.dice.one_in(12) {
                let line = play.no_message();
                office.host.write([line.as_slice(), b"\n"].concat());
                no_calls += 1;
                continue;
            }
            let (tool, arguments) = play.call();
            let told = format!("{tool} {arguments}");
            sent.push((office.send_call(&tool, arguments), tool, told));
        }
        for (call, tool, told) in sent {
            match office.outcome(call) {
                Ok(answer) => {
                    done += 1;
                    play.kept.keep(&tool, &answer);
                }
                Err(text) => {
                    refused += 1;
                    assert!(!text.contains("inside facturo"), "{told}: {text}");
                }
            }
        }
    }
    eprintln!("{done} calls done, {refused} refused, {no_calls} lines that were none");
    let verified = office.call(AT_THE_END, json!({}));
    assert_eq!(verified["verified"], true, "{verified}");
    let kept = play.kept;
    let few =
        [kept.clients.len(), kept.invoices.len(), kept.payments.len(), kept.deleted.len(), kept.corrections];
    assert!(few.iter().all(|count| *count > lines / 200), "too little went well: {few:?}");
    kept.assert_all_there(&office.database);
    assert_whole(&office.database);
}

/// What was acknowledged.
#[derive(Default)]
struct Kept {
    clients: BTreeSet<i64>,
    /// As the newest answer showed them.
    invoices: BTreeMap<i64, Value>,
    payments: BTreeMap<i64, Value>,
    corrections: usize,
    /// Clients and drafts.
    deleted: BTreeSet<(&'static str, i64)>,
}

impl Kept {
    fn keep(&mut self, tool: &str, answer: &Value) {
        match tool {
            "create_client" => drop(self.clients.insert(id(answer))),
            "delete_client" => self.gone("client", &answer["client_id"]),
            "delete_invoice" => self.gone("invoice", &answer["deleted"]["id"]),
            "create_invoice" | "update_invoice" | "issue_invoice" | "cancel_invoice" => self.invoice(answer),
            "correct_invoice" => {
                ["invoice", "original"].iter().for_each(|part| self.invoice(&answer[part]));
                self.corrections += 1;
            }
            "record_payment" | "reverse_payment" => {
                self.invoice(&answer["invoice"]);
                self.payments.insert(id(&answer["payment"]), answer["payment"].clone());
            }
            _ => {}
        }
    }

    fn gone(&mut self, kind: &'static str, id: &Value) {
        self.deleted.insert((kind, id.as_i64().unwrap()));
    }

    fn invoice(&mut self, shown: &Value) {
        let version = |invoice: &Value| invoice["version"].as_i64().unwrap();
        let newest = self.invoices.entry(id(shown)).or_insert_with(|| shown.clone());
        if version(shown) > version(newest) {
            *newest = shown.clone();
        }
    }

    /// What the newest answer said of each, its row says too.
    fn assert_all_there(&self, database: &Database) {
        let ids = |sql: &str| -> BTreeSet<i64> {
            database.rows(sql).iter().map(|row| row[0].parse().unwrap()).collect()
        };
        let gone = |kind, id: i64| self.deleted.contains(&(kind, id));
        let clients = ids("SELECT id FROM clients");
        assert!(self.clients.iter().all(|id| clients.contains(id) != gone("client", *id)));
        let rows = database.rows(
            "SELECT id, number, round(total, 2), round(paid, 2),
                    CASE WHEN status IN ('pending', 'paid') THEN round(payable - paid - netted, 2) ELSE 0.00 END, status, version
             FROM invoices",
        );
        let rows: BTreeMap<i64, Vec<String>> =
            rows.into_iter().map(|row| (row[0].parse().unwrap(), row)).collect();
        for (id, shown) in &self.invoices {
            if gone("invoice", *id) || gone("client", shown["client_id"].as_i64().unwrap()) {
                assert!(!rows.contains_key(id), "{shown}");
                continue;
            }
            let text = |field: &str| shown[field].as_str().unwrap_or_default().to_owned();
            let told = [
                id.to_string(),
                text("number"),
                text("total"),
                text("paid"),
                text("outstanding"),
                text("status"),
                shown["version"].to_string(),
            ];
            // Two kinds change without being shown: a draft with its client, a correction with another of the same original.
            let newer = shown["version"].as_i64().unwrap() < rows[id][6].parse().unwrap();
            let same = match (newer, &*text("status"), &*text("kind")) {
                (true, "draft", _) => 1,
                (true, _, "corrective") => 4,
                _ => told.len(),
            };
            assert_eq!(rows[id][..same], told[..same], "{:?} and {shown}", rows[id]);
        }
        for (id, shown) in &self.payments {
            let paid = database.value(&format!("SELECT round(amount, 2) FROM payments WHERE id = {id}"));
            assert_eq!(shown["amount"], paid, "{shown}");
        }
    }
}

struct Play {
    dice: Dice,
    tools: Vec<Value>,
    kept: Kept,
}

/// How often what changes the books is called.
const OFTEN: &[(&str, usize)] = &[
    ("create_client", 6),
    ("create_invoice", 16),
    ("issue_invoice", 6),
    ("record_payment", 10),
    ("reverse_payment", 3),
    ("correct_invoice", 3),
    ("cancel_invoice", 2),
    ("update_invoice", 4),
    ("delete_invoice", 1),
    ("delete_client", 1),
];
/// Called once in a while, since all later calls are held to what they change.
const SELDOM: &[&str] = &["update_business", "create_series"];
/// It reads all there is.
const AT_THE_END: &str = "verify_records";

impl Play {
    fn call(&mut self) -> (String, Value) {
        let all: usize = OFTEN.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.dice.below(all + 16);
        let often = OFTEN.iter().find(|(_, weight)| {
            let hit = drawn < *weight;
            drawn = drawn.wrapping_sub(*weight);
            hit
        });
        let name = match often {
            Some((name, _)) => (*name).to_owned(),
            None => {
                let name = self.dice.pick(&self.tools)["name"].as_str().unwrap().to_owned();
                let seldom = SELDOM.contains(&name.as_str()) && !self.dice.one_in(20);
                if seldom || name == AT_THE_END { "list_invoices".to_owned() } else { name }
            }
        };
        let tool = self.tools.iter().find(|tool| tool["name"] == name.as_str()).unwrap().clone();
        (name, self.arguments(&tool["inputSchema"]))
    }

    fn arguments(&mut self, schema: &Value) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut arguments = Map::new();
        let usual: &[&str] = match self.dice.below(4) {
            0 => &["private_person"],
            _ => &["issue", "net_amount", "description", "amount", "private_person"],
        };
        for name in schema["properties"].as_object().unwrap().keys() {
            let likely = usual.contains(&name.as_str()) && !self.dice.one_in(20);
            if required.contains(&json!(name)) || likely || self.dice.one_in(120) {
                arguments.insert(name.clone(), self.value(name));
            }
        }
        if self.dice.one_in(8) {
            let names: Vec<String> = arguments.keys().cloned().chain(["x".to_owned()]).collect();
            let name = self.dice.pick(&names).clone();
            if self.dice.one_in(2) {
                drop(arguments.remove(&name))
            } else {
                drop(arguments.insert(name, self.nonsense()))
            }
        }
        Value::Object(arguments)
    }

    /// What an argument of this name may well be.
    fn value(&mut self, name: &str) -> Value {
        let dice = &mut self.dice;
        let one_of = |dice: &mut Dice, words: &[&str]| json!(words[dice.below(words.len())]);
        match name {
            "client_id" => json!(1 + dice.below(self.kept.clients.len() + 2)),
            "invoice_id" => json!(1 + dice.below(self.kept.invoices.len() + 2)),
            "payment_id" => json!(1 + dice.below(self.kept.payments.len() + 2)),
            "amount" | "net_amount" => json!(format!("{}.{:02}", dice.below(300), dice.below(100))),
            "lines" => (0..1 + dice.below(3))
                .map(|n| json!({"description": format!("Part {n}"), "quantity": 1 + dice.below(9), "unit_price": dice.below(90)}))
                .collect(),
            "issue" | "private_person" => json!(!dice.one_in(5)),
            "kind" => one_of(dice, &["standard", "simplified"]),
            "status" => one_of(dice, &["draft", "pending", "paid", "cancelled", "overdue"]),
            "method" => one_of(dice, &["cash", "bank_transfer", "card", "difference", "substitution"]),
            "tax_rate" => one_of(dice, &["0", "4", "10", "21", "22"]),
            "withholding_rate" => one_of(dice, &["0", "7", "15"]),
            "expected_version" | "limit" => json!(1 + dice.below(4)),
            "cursor" => one_of(dice, &["newest~2026-01-01~5", "oldest~2026-01-01~5", "words~3", "~", "x"]),
            "idempotency_key" => json!(format!("key {}", dice.below(50))),
            "external_number" => json!(format!("EXT-{}", dice.below(500))),
            name if name.ends_with("_date") || name.ends_with("_from") || name.ends_with("_to") => {
                one_of(dice, &["2026-01-15", "2026-12-31", "2027-02-29", "today"])
            }
            _ => json!(format!("Text {}", dice.below(1000))),
        }
    }

    /// What no argument may be, or hardly any.
    fn nonsense(&mut self) -> Value {
        let long = "ñ".repeat(self.dice.below(6_000));
        let all = [
            json!(null),
            json!(""),
            json!("\u{0}"),
            json!("'; DROP TABLE invoices; --"),
            json!("\u{202e}evil"),
            json!("1e400"),
            json!("99999999999999999999.99"),
            json!(-1),
            json!(9_007_199_254_740_993_i64),
            json!(0.1),
            json!([]),
            json!({"a": [null]}),
            json!([[[[]]]]),
            json!(true),
            json!(long),
        ];
        self.dice.pick(&all).clone()
    }

    fn no_message(&mut self) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..self.dice.below(200)).map(|_| self.dice.below(256) as u8).collect();
        bytes.retain(|byte| *byte != b'\n');
        let (_, arguments) = self.call();
        let text =
            json!({"jsonrpc": "2.0", "method": "tools/call", "params": arguments}).to_string().into_bytes();
        match self.dice.below(3) {
            0 => bytes,
            1 => text[..self.dice.below(text.len())].to_vec(),
            _ => [text, bytes].concat(),
        }
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) as usize % limit
    }

    fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
