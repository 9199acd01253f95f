//! What is left of a correction once the original owes nothing: a credit that is paid back.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields};

#[test]
fn of_a_paid_original_all_that_is_taken_back_is_a_credit() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": original["id"]}));
    let (correction, after) = office.corrected(&original, json!({}));
    assert_fields(
        &after,
        json!({"status": "paid", "paid": "121.00", "netted": "0.00", "outstanding": "0.00"}),
    );
    assert_fields(&correction, json!({"status": "pending", "netted": "0.00", "outstanding": "-121.00"}));
    let told = office.look(&correction)["summary"].clone();
    assert!(told.as_str().unwrap().contains("-121.00 outstanding, to be paid back"), "{told}");
    let number = correction["number"].clone();
    let refund = |amount: &str| json!({"invoice_id": number, "amount": amount});
    office.refuses(
        "record_payment",
        refund("121.01"),
        &["amount", "121.00 EUR", "is to give back", "up to 121.00"],
    );
    office.refuses("record_payment", refund("-1"), &["amount", "above zero"]);
    let part = office.call("record_payment", refund("21"));
    assert_eq!(part["payment"]["amount"], "-21.00");
    assert_fields(&part["invoice"], json!({"status": "pending", "paid": "-21.00", "outstanding": "-100.00"}));
    let rest = office.call("record_payment", json!({"invoice_id": number}));
    assert_eq!(rest["payment"]["amount"], "-100.00");
    assert_fields(&rest["invoice"], json!({"status": "paid", "paid": "-121.00", "outstanding": "0.00"}));
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(&standing["totals"][0], json!({"invoiced": "0.00", "paid": "0.00", "outstanding": "0.00"}));
}

#[test]
fn a_credit_is_in_every_list_that_its_original_is_in() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": original["id"]}));
    let (credit, _) = office.corrected(&original, json!({}));
    let ids = |list: &Value| -> Vec<Value> {
        list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
    };
    for sort in ["newest", "oldest", "due", "total"] {
        let first = office.call("list_invoices", json!({"sort": sort, "limit": 1}));
        let rest =
            office.call("list_invoices", json!({"sort": sort, "limit": 1, "cursor": first["next_cursor"]}));
        let mut both = [ids(&first), ids(&rest)].concat();
        both.sort_by_key(Value::as_i64);
        assert_eq!(both, [original["id"].clone(), credit["id"].clone()], "{sort}");
    }
    for filter in [
        json!({"status": "pending"}),
        json!({"query": credit["number"]}),
        json!({"max_total": -1}),
        json!({"min_total": -121, "max_total": 0}),
    ] {
        assert_eq!(ids(&office.call("list_invoices", filter.clone())), [credit["id"].clone()], "{filter}");
    }
}

#[test]
fn of_a_paid_original_that_nothing_stands_in_for_all_is_a_credit() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": original["id"]}));
    let nothing = json!([{"description": "Work", "unit_price": 0}]);
    let (correction, after) =
        office.corrected(&original, json!({"method": "substitution", "lines": nothing}));
    assert_fields(&after, json!({"status": "paid", "superseded": true, "outstanding": "0.00"}));
    assert_fields(
        &correction,
        json!({"status": "pending", "payable": "0.00", "netted": "121.00", "outstanding": "-121.00"}),
    );
    let refunded = office.call("record_payment", json!({"invoice_id": correction["id"]}));
    assert_fields(&refunded["invoice"], json!({"status": "paid", "outstanding": "0.00"}));
}

#[test]
fn of_a_partly_paid_original_first_what_it_still_owes_is_lowered() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": original["id"], "amount": 50}));
    let (correction, after) = office.corrected(&original, json!({}));
    assert_fields(
        &after,
        json!({"status": "pending", "paid": "50.00", "netted": "71.00", "outstanding": "0.00"}),
    );
    assert_fields(
        &correction,
        json!({"status": "pending", "total": "-121.00", "netted": "-71.00", "outstanding": "-50.00"}),
    );
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &standing["totals"][0],
        json!({"invoiced": "0.00", "paid": "50.00", "outstanding": "-50.00"}),
    );
    let refunded = office.call("record_payment", json!({"invoice_id": correction["id"]}));
    assert_eq!(refunded["payment"]["amount"], "-50.00");
    // a refund that did not arrive is reversed as any payment is
    let payment = refunded["payment"]["id"].clone();
    let reversed = office.call("reverse_payment", json!({"payment_id": payment, "reason": "wrong account"}));
    assert_eq!(reversed["payment"]["amount"], "50.00");
    assert_fields(&reversed["invoice"], json!({"status": "pending", "outstanding": "-50.00"}));
}

#[test]
fn what_is_withheld_is_taken_back_with_the_rest() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "1000", json!({"withholding_rate": 15}));
    let (correction, after) = office.corrected(&original, json!({}));
    assert_fields(
        &correction,
        json!({"total": "-1210.00", "withholding_total": "-150.00", "payable": "-1060.00", "outstanding": "0.00"}),
    );
    assert_fields(&after, json!({"netted": "1060.00", "outstanding": "0.00"}));
}

/// Lines that leave the withholding out would give more back than was ever to be paid.
#[test]
fn no_more_is_given_back_than_was_to_be_paid() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "1000", json!({"withholding_rate": 15}));
    let back = |rate: i64| {
        json!({"lines": [
            {"description": "Work", "quantity": -1, "unit_price": 1000, "withholding_rate": rate},
        ]})
    };
    let words = "1000.00 EUR more than stand with a withholding_rate of 0";
    office.corrects_not(&original, back(0), &["lines", words, "the withholding_rate of the original"]);
    office.corrected(&original, back(15));
    // the withholding alone may be corrected
    let forgotten = office.sold(client, "1000", json!({}));
    office.corrects_not(&forgotten, back(15), &["lines", "more than stand with a withholding_rate of 15"]);
    let lines = json!({"lines": [
        {"description": "Work", "quantity": -1, "unit_price": 1000},
        {"description": "Work", "unit_price": 1000, "withholding_rate": 15},
    ]});
    let (correction, after) = office.corrected(&forgotten, lines);
    assert_fields(&correction, json!({"total": "0.00", "payable": "-150.00", "status": "paid"}));
    assert_fields(&after, json!({"outstanding": "1060.00", "netted": "150.00"}));
}

#[test]
fn a_payment_reversed_after_a_correction_is_owed_again_less_the_credit() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    let pay = |office: &mut Office, invoice: &Value| {
        office.call("record_payment", json!({"invoice_id": invoice["id"]}))["payment"]["id"].clone()
    };
    let bounced = |payment: &Value| json!({"payment_id": payment, "reason": "bounced"});
    let payment = pay(&mut office, &original);
    let lines = json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 40}]});
    let (correction, _) = office.corrected(&original, lines.clone());
    assert_eq!(correction["outstanding"], "-48.40");
    let reversed = office.call("reverse_payment", bounced(&payment));
    assert_fields(
        &reversed["invoice"],
        json!({"status": "pending", "paid": "0.00", "netted": "48.40", "outstanding": "72.60"}),
    );
    assert_fields(
        &office.look(&correction),
        json!({"status": "paid", "netted": "-48.40", "outstanding": "0.00"}),
    );
    let history = office.call("get_invoice_history", json!({"invoice_id": correction["id"]}));
    assert_eq!(history["items"][0]["action"], "set_off");
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &standing["totals"][0],
        json!({"invoiced": "72.60", "paid": "0.00", "outstanding": "72.60"}),
    );
    // neither of the two can be taken away from under the other
    for invoice in [&original, &correction] {
        let cancel = json!({"invoice_id": invoice["id"], "reason": "x"});
        office.refuses("cancel_invoice", cancel, &["so it cannot be cancelled", "correct_invoice"]);
    }
    // a refund that bounces once the original owes again lowers it as well
    let other = office.sold(client, "100", json!({}));
    let payment = pay(&mut office, &other);
    let (credit, _) = office.corrected(&other, lines);
    let refund = pay(&mut office, &credit);
    let reversed = office.call("reverse_payment", bounced(&payment));
    assert_eq!(reversed["invoice"]["outstanding"], "121.00");
    let reversed = office.call("reverse_payment", bounced(&refund));
    assert_fields(&reversed["invoice"], json!({"status": "paid", "netted": "-48.40", "outstanding": "0.00"}));
    assert_fields(&office.look(&other), json!({"status": "pending", "outstanding": "72.60"}));
    for invoice in [original, other] {
        pay(&mut office, &invoice);
    }
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &standing["totals"][0],
        json!({"invoiced": "145.20", "paid": "145.20", "outstanding": "0.00"}),
    );
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

#[test]
fn a_payment_reversed_after_a_substitution_is_owed_again() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    let payment =
        office.call("record_payment", json!({"invoice_id": original["id"]}))["payment"]["id"].clone();
    let right = json!({"method": "substitution", "net_amount": 200, "description": "Work"});
    let (correction, _) = office.corrected(&original, right);
    assert_eq!(correction["outstanding"], "121.00");
    let reversed = office.call("reverse_payment", json!({"payment_id": payment, "reason": "bounced"}));
    // what the superseded one owed again is owed on the one in its place, and the answer says so
    assert_fields(&reversed["stands_in_its_place"], json!({"id": correction["id"], "outstanding": "242.00"}));
    let told = reversed["summary"].as_str().unwrap();
    let number = correction["number"].as_str().unwrap();
    let words = format!("In its place stands {number}: pending, 242.00 EUR, 242.00 outstanding, due ");
    assert!(told.contains(&words), "{told}");
    assert_fields(
        &office.look(&original),
        json!({"outstanding": "0.00", "paid": "0.00", "superseded": true}),
    );
    assert_fields(&office.look(&correction), json!({"outstanding": "242.00", "netted": "0.00"}));
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &standing["totals"][0],
        json!({"invoiced": "242.00", "paid": "0.00", "outstanding": "242.00"}),
    );
    let summary = office.call("summarize_invoices", json!({"group_by": "currency"}));
    assert_fields(&summary["items"][0], json!({"total": "242.00", "paid": "0.00", "outstanding": "242.00"}));
}

/// Whatever was withheld, paid, set off or replaced: in every sum, what is not settled is outstanding.
#[test]
fn sums_say_what_became_of_a_total() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let withheld = || json!({"withholding_rate": 15});
    let back = || json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 10}]});
    let right = || json!({"method": "substitution", "net_amount": 90, "description": "Work"});
    for corrections in [vec![], vec![back()], vec![json!({})], vec![right()], vec![right(), back()]] {
        for paid in [None, Some("50"), Some("106")] {
            let mut invoice = office.sold(client, "100", withheld());
            if let Some(paid) = paid {
                office.call("record_payment", json!({"invoice_id": invoice["id"], "amount": paid}));
            }
            for correction in &corrections {
                (invoice, _) = office.corrected(&invoice, correction.clone());
            }
        }
    }
    for group_by in ["month", "client", "city", "status", "currency"] {
        let groups = office.call("summarize_invoices", json!({"group_by": group_by}));
        for group in groups["items"].as_array().unwrap() {
            let sum = |field: &str| group[field].as_str().unwrap().parse::<Decimal>().unwrap();
            let settled = sum("withholding_total") + sum("paid") + sum("netted");
            assert_eq!(sum("total") - settled, sum("outstanding"), "{group}");
        }
    }
}
