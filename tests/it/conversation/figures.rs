//! Alerts and summaries: figures that are worked out here once more, from the invoices themselves.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, day, id};

/// Invoices of several clients, cities, months, currencies and states.
fn busy() -> Office {
    let mut office = Office::open();
    let clients: Vec<i64> =
        [("Ana", json!("Jaén")), ("Eva", json!("JAEN")), ("Luz", json!("Vigo")), ("Sol", json!(""))]
            .into_iter()
            .map(|(name, city)| {
                let person = json!({"name": name, "city": city, "private_person": true});
                id(&office.call("create_client", person))
            })
            .collect();
    let rates = [0, 4, 10, 21];
    // the oldest first, since issue dates do not run backwards
    for n in (0..40_i64).rev() {
        let client = clients[usize::try_from(n % 4).unwrap()];
        let ago = n * 3;
        let (currency, exchange_rate) = if n % 5 == 0 { ("USD", Some("0.92")) } else { ("EUR", None) };
        let more = json!({
            "currency": currency, "exchange_rate": exchange_rate, "tax_rate": rates[usize::try_from(n % 4).unwrap()],
            "issue_date": day(-ago), "due_date": day(20 - ago), "issue": n % 7 != 0,
        });
        let invoice = office.invoice(client, &format!("{}.{:02}", 10 + n * 7, n), more);
        match n % 7 {
            1 => drop(office.call("cancel_invoice", json!({"invoice_id": invoice, "reason": "x"}))),
            2 | 3 => drop(office.call("record_payment", json!({"invoice_id": invoice}))),
            4 => drop(office.call("record_payment", json!({"invoice_id": invoice, "amount": "1.01"}))),
            _ => {}
        }
    }
    office
}

fn invoices(office: &mut Office) -> Vec<Value> {
    let invoices = office.pages("list_invoices", json!({}), 17);
    assert_eq!(invoices.len(), 40);
    invoices
}

fn decimal(of: &Value, field: &str) -> Decimal {
    of[field].as_str().unwrap().parse().unwrap()
}

const FIGURES: [&str; 7] = ["subtotal", "tax", "total", "withholding_total", "paid", "netted", "outstanding"];

#[test]
fn summaries_add_up_to_what_the_invoices_say() {
    let mut office = busy();
    let invoices = invoices(&mut office);
    for group_by in ["month", "client", "city", "status", "currency"] {
        let mut expected = BTreeMap::<(String, String), (i64, [Decimal; 7])>::new();
        for invoice in &invoices {
            let counts = matches!(invoice["status"].as_str().unwrap(), "pending" | "paid");
            if !counts && group_by != "status" {
                continue;
            }
            let key = match group_by {
                "month" => invoice["issue_date"].as_str().unwrap()[..7].to_owned(),
                "client" => invoice["client_id"].to_string(),
                "city" => match invoice["client_id"].as_i64().unwrap() {
                    1 | 2 => "jaen".to_owned(),
                    3 => "vigo".to_owned(),
                    _ => String::new(),
                },
                field => invoice[field].as_str().unwrap().to_owned(),
            };
            let group = expected.entry((key, invoice["currency"].as_str().unwrap().to_owned())).or_default();
            group.0 += 1;
            for (sum, field) in group.1.iter_mut().zip(FIGURES) {
                *sum += decimal(invoice, field);
            }
        }
        for limit in [1, 3, 100] {
            let rows = office.pages("summarize_invoices", json!({"group_by": group_by}), limit);
            let found: BTreeMap<_, _> = rows
                .iter()
                .map(|row| {
                    let text = |field: &str| row[field].as_str().unwrap().to_owned();
                    let figures = FIGURES.map(|field| decimal(row, field));
                    ((text("key"), text("currency")), (row["count"].as_i64().unwrap(), figures))
                })
                .collect();
            assert_eq!(found, expected, "{group_by}, {limit} a page");
            assert_eq!(rows.len(), expected.len(), "{group_by}, {limit} a page: each group once");
        }
    }
}

#[test]
fn summaries_come_in_their_order_and_by_name() {
    let mut office = busy();
    let months = office.call("summarize_invoices", json!({}))["items"].clone();
    let keys: Vec<_> = months.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    let clients = office.call("summarize_invoices", json!({"group_by": "client"}))["items"].clone();
    let totals: Vec<_> = clients.as_array().unwrap().iter().map(|row| decimal(row, "total")).collect();
    assert!(totals.is_sorted_by(|a, b| a >= b), "{totals:?}");
    assert!(
        clients.as_array().unwrap().iter().any(|row| row["label"] == "Luz" && row["key"] == "3"),
        "{clients}"
    );
}

#[test]
fn summaries_keep_to_the_days_asked_for() {
    let mut office = busy();
    let period = json!({"issued_from": day(-30), "issued_to": day(-12), "group_by": "status"});
    let rows = office.call("summarize_invoices", period)["items"].clone();
    let count: i64 = rows.as_array().unwrap().iter().map(|row| row["count"].as_i64().unwrap()).sum();
    assert_eq!(count, 7, "of every third day from 12 to 30 days ago");
    office.refuses(
        "summarize_invoices",
        json!({"group_by": "year"}),
        &["group_by", "month, client, city, status, currency"],
    );
    office.refuses("summarize_invoices", json!({"issued_from": day(1), "issued_to": day(0)}), &["issued_to"]);
}

#[test]
fn alerts_tell_what_is_overdue_due_soon_and_left_unissued() {
    let mut office = busy();
    let invoices = invoices(&mut office);
    let today = day(0);
    let horizon = |days: i64| day(days);
    let pending = |invoice: &Value| invoice["status"] == "pending";
    let due = |invoice: &Value| invoice["due_date"].as_str().unwrap().to_owned();
    for days_ahead in [0, 7, 30] {
        let alerts = office.call("list_alerts", json!({"days_ahead": days_ahead, "limit": 100}));
        let of = |kind: &str| -> Vec<&Value> {
            let belongs = |invoice: &&Value| match kind {
                "overdue" => pending(invoice) && due(invoice) < today,
                "due_soon" => {
                    pending(invoice) && due(invoice) >= today && due(invoice) <= horizon(days_ahead)
                }
                _ => invoice["status"] == "draft",
            };
            invoices.iter().filter(belongs).collect()
        };
        for (kind, list) in
            [("overdue", "overdue"), ("due_soon", "due_soon"), ("unissued_draft", "unissued_drafts")]
        {
            let mut expected: Vec<_> = of(kind).iter().map(|invoice| id(invoice)).collect();
            let mut found: Vec<_> = alerts[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|alert| alert["invoice_id"].as_i64().unwrap())
                .collect();
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{kind} with {days_ahead} days");
            for currency in ["EUR", "USD"] {
                let field = if kind == "unissued_draft" { "total" } else { "outstanding" };
                let of_currency: Vec<_> =
                    of(kind).into_iter().filter(|i| i["currency"] == currency).collect();
                let amount: Decimal = of_currency.iter().map(|invoice| decimal(invoice, field)).sum();
                let total = alerts["totals"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|t| t["kind"] == kind && t["currency"] == currency);
                let told = total.map(|total| (total["count"].as_i64().unwrap(), decimal(total, "amount")));
                let count = i64::try_from(of_currency.len()).unwrap();
                assert_eq!(told, (count > 0).then_some((count, amount)), "{kind} in {currency}");
            }
        }
    }
}

#[test]
fn an_alert_says_how_to_reach_the_client_and_how_late_it_is() {
    let mut office = Office::open();
    let client =
        json!({"name": "Ana", "email": "ana@example.com", "phone": "600 000 000", "private_person": true});
    let client = id(&office.call("create_client", client));
    let late =
        office.invoice(client, "10", json!({"issue": true, "issue_date": day(-20), "due_date": day(-5)}));
    let soon = office.invoice(client, "20", json!({"issue": true, "due_date": day(7)}));
    office.invoice(client, "25", json!({"issue": true, "due_date": day(8)}));
    let draft = office.invoice(client, "30", json!({"issue_date": day(-2)}));
    office.invoice(client, "35", json!({"issue_date": day(1)}));
    let alerts = office.call("list_alerts", json!({}));
    for (list, invoice, amount, days) in [
        ("overdue", late, "10.00", 5),
        ("due_soon", soon, "20.00", 7),
        ("unissued_drafts", draft, "30.00", 2),
    ] {
        assert_eq!(alerts[list].as_array().unwrap().len(), 1, "{list}");
        let expected = json!({
            "invoice_id": invoice, "amount": amount, "currency": "EUR", "days": days, "client_name": "Ana",
            "client_email": "ana@example.com", "client_phone": "600 000 000",
        });
        assert_fields(&alerts[list][0], expected);
    }
    for bad in [json!(-1), json!(366), json!("soon")] {
        office.refuses("list_alerts", json!({"days_ahead": bad}), &["days_ahead", "0 to 365"]);
    }
    office.refuses("list_alerts", json!({"limit": 101}), &["limit", "1 to 100"]);
}

#[test]
fn totals_count_also_what_the_limit_hides() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for _ in 0..5 {
        office.invoice(client, "10", json!({"issue": true, "issue_date": day(-20), "due_date": day(-5)}));
    }
    let alerts = office.call("list_alerts", json!({"limit": 2}));
    assert_eq!(alerts["overdue"].as_array().unwrap().len(), 2);
    assert_eq!(
        alerts["totals"],
        json!([{"kind": "overdue", "currency": "EUR", "count": 5, "amount": "50.00"}])
    );
    assert_eq!(alerts["summary"], "5 overdue (50.00 EUR).");
}
