//! Payments: in part, in full, too much, taken back.

use serde_json::{Value, json};

use crate::support::office::{NONE, Office, assert_fields, day, id, number};

#[test]
fn an_invoice_is_paid_once_nothing_is_outstanding() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "100.10");
    let part = office.call(
        "record_payment",
        json!({"invoice_id": invoice, "amount": 60, "method": "Bizum", "reference": "R-1", "paid_on": day(-3)}),
    );
    let expected = json!({
        "amount": "60.00", "currency": "EUR", "method": "online", "reference": "R-1", "paid_on": day(-3),
        "invoice_id": invoice, "invoice_number": number(1), "client_id": client, "client_name": "Ana",
    });
    assert_fields(&part["payment"], expected);
    let expected =
        json!({"status": "pending", "paid": "60.00", "outstanding": "40.10", "is_partially_paid": true});
    assert_fields(&part["invoice"], expected);

    let rest = office.call("record_payment", json!({"invoice_id": invoice}));
    let expected = json!({"amount": "40.10", "method": "transfer", "paid_on": day(0)});
    assert_fields(&rest["payment"], expected);
    let expected =
        json!({"status": "paid", "paid": "100.10", "outstanding": "0.00", "is_partially_paid": false});
    assert_fields(&rest["invoice"], expected.clone());
    let whole = office.get(invoice);
    assert_fields(&whole, expected);
    assert_eq!(whole["payments"].as_array().unwrap().len(), 2);
}

#[test]
fn too_much_is_refused_with_the_figure_that_is_still_owed() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "100");
    office.call("record_payment", json!({"invoice_id": invoice, "amount": "30.50"}));
    let pay = |amount: Value| json!({"invoice_id": invoice, "amount": amount});
    for amount in [json!("69.51"), json!(70), json!("999999999999.99")] {
        office.refuses("record_payment", pay(amount), &["amount", "more than the 69.50 EUR", "up to 69.50"]);
    }
    for amount in [json!(0), json!("-5"), json!("0.00")] {
        office.refuses("record_payment", pay(amount), &["amount", "above zero"]);
    }
    for amount in [json!("1.005"), json!(0.001)] {
        office.refuses("record_payment", pay(amount), &["amount", "3 decimals", "2 decimals"]);
    }
    for amount in [json!("ten"), json!("1,50"), json!(true), json!("1000000000000")] {
        office.refuses("record_payment", pay(amount), &["amount", "Accepted"]);
    }
}

#[test]
fn what_is_not_owed_takes_no_payment() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let (draft, paid) = (office.draft(client, "1"), office.issued(client, "2"));
    office.call("record_payment", json!({"invoice_id": paid}));
    office.refuses("record_payment", json!({"invoice_id": draft}), &["not issued yet", "issue_invoice"]);
    office.refuses("record_payment", json!({"invoice_id": paid}), &["already paid in full", "get_invoice"]);
    office.refuses("record_payment", json!({"invoice_id": 4711}), &["no invoice 4711", "list_invoices"]);
}

#[test]
fn bad_details_of_a_payment_are_refused() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "10");
    for (field, bad, accepted) in [
        ("paid_on", json!(day(1)), day(0)),
        ("paid_on", json!("1990-01-01"), "more than 5 years before the issue of F-".into()),
        ("paid_on", json!("yesterday"), "YYYY-MM-DD".into()),
        ("method", json!("barter"), "transfer".into()),
        ("reference", json!("x".repeat(201)), "1 to 200 characters".into()),
    ] {
        office.refuses("record_payment", json!({"invoice_id": invoice, field: bad}), &[field, &accepted]);
    }
    // what was paid in advance came in before its invoice
    let advance = json!({"invoice_id": invoice, "amount": 1, "paid_on": day(-1000)});
    office.call("record_payment", advance);
}

#[test]
fn a_reversal_is_an_entry_of_its_own_and_the_invoice_owes_again() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "100");
    let first = id(&office.call("record_payment", json!({"invoice_id": invoice, "amount": 40}))["payment"]);
    let second =
        id(&office.call("record_payment", json!({"invoice_id": invoice, "method": "card"}))["payment"]);

    let reversed = office.call("reverse_payment", json!({"payment_id": second, "reason": "bounced"}));
    let expected = json!({
        "amount": "-60.00", "reverses": second, "reason": "bounced", "method": "card", "paid_on": day(0),
    });
    assert_fields(&reversed["payment"], expected);
    let expected =
        json!({"status": "pending", "paid": "40.00", "outstanding": "60.00", "is_partially_paid": true});
    assert_fields(&reversed["invoice"], expected);
    let entry = id(&reversed["payment"]);
    let listed = office.call("list_payments", json!({"invoice_id": invoice}));
    let standing: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|p| (id(p), &p["reversed_by"])).collect();
    assert_eq!(standing, [(entry, &Value::Null), (second, &json!(entry)), (first, &Value::Null)]);

    let words = &[&*format!("Payment {second}"), &format!("entry {entry}")];
    office.refuses("reverse_payment", json!({"payment_id": second, "reason": "again"}), words);
    office.refuses(
        "reverse_payment",
        json!({"payment_id": entry, "reason": "again"}),
        &["itself the reversal", "record_payment"],
    );
    office.refuses(
        "reverse_payment",
        json!({"payment_id": 4711, "reason": "x"}),
        &["no payment 4711", "list_payments"],
    );
    office.refuses("reverse_payment", json!({"payment_id": first}), &["reason", "is required"]);
    office.refuses("reverse_payment", json!({"payment_id": first, "reason": ""}), &["reason", "1 to 4000"]);
    office.refuses("reverse_payment", json!({"reason": "x"}), &["payment_id", "is required"]);

    office.call("reverse_payment", json!({"payment_id": first, "reason": "wrong invoice"}));
    let cancelled = office.call("cancel_invoice", json!({"invoice_id": invoice, "reason": "all undone"}));
    assert_fields(&cancelled, json!({"status": "cancelled", "paid": "0.00"}));
}

#[test]
fn payments_are_listed_by_invoice_client_days_and_method() {
    let mut office = Office::open();
    let (ana, eva) = (office.client("Ana"), office.client("Eva"));
    let (first, second) = (office.issued(ana, "100"), office.issued(eva, "100"));
    let mut pay = |invoice: i64, method: &str, ago: i64| {
        let payment = json!({"invoice_id": invoice, "amount": 1, "method": method, "paid_on": day(-ago)});
        id(&office.call("record_payment", payment)["payment"])
    };
    let [a, b, c, d] =
        [pay(first, "cash", 9), pay(first, "card", 6), pay(second, "card", 6), pay(second, "other", 1)];
    for (filter, expected) in [
        (json!({}), vec![d, c, b, a]),
        (json!({"invoice_id": first}), vec![b, a]),
        (json!({"invoice_id": number(2)}), vec![d, c]),
        (json!({"client_id": ana}), vec![b, a]),
        (json!({"client_id": 4711}), vec![]),
        (json!({"method": "tarjeta"}), vec![c, b]),
        (json!({"paid_from": day(-6)}), vec![d, c, b]),
        (json!({"paid_to": day(-6)}), vec![c, b, a]),
        (json!({"paid_from": day(-6), "paid_to": day(-6), "client_id": eva}), vec![c]),
        (json!({"paid_to": day(-10)}), NONE.to_vec()),
    ] {
        let told = filter.to_string();
        assert_eq!(office.ids("list_payments", filter), expected, "{told}");
    }
    for limit in 1..=4 {
        let found = office.pages("list_payments", json!({}), limit);
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), [d, c, b, a]);
    }
    office.refuses("list_payments", json!({"invoice_id": "F-1999-0001"}), &["no invoice F-1999-0001"]);
    office.refuses("list_payments", json!({"method": "barter"}), &["method", "direct_debit"]);
    office.refuses(
        "list_payments",
        json!({"paid_from": day(0), "paid_to": day(-1)}),
        &["paid_to", "paid_from"],
    );
}

/// EN 16931, BT-81: UNTDID 4461.
#[test]
fn bt_81_a_payment_bears_the_code_of_its_method() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "100");
    for (method, code) in [
        ("cash", "10"),
        ("cheque", "20"),
        ("transfer", "30"),
        ("card", "48"),
        ("direct_debit", "49"),
        ("online", "68"),
        ("other", "1"),
    ] {
        let paid =
            office.call("record_payment", json!({"invoice_id": invoice, "amount": 1, "method": method}));
        assert_eq!(paid["payment"]["method_code"], code, "{method}");
    }
    let listed = office.call("list_payments", json!({"method": "card"}));
    assert_eq!(listed["items"][0]["method_code"], "48");
}
