//! Small differences and bank fees that are given up: no money moves, so UNTDID 4461 has no code for them.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, with};

/// Art. 80 LIVA: what a client never pays is a matter of its tax as well.
#[test]
fn art_80_liva_no_more_than_a_small_part_is_written_off() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "33.33", json!({})); // 40.33 to pay, 5 % of which is 2.0165
    let all = json!({"invoice_id": invoice["id"], "method": "write_off", "reason": "Fee"});
    let fee = |amount: &str| with(all.clone(), json!({"amount": amount}));
    let words = &["amount: 2.02 EUR", "more than 5% of the 40.33", "up to 2.01", "correct_invoice", "R3"];
    office.refuses("record_payment", fee("2.02"), words);
    office.refuses("record_payment", all.clone(), &["40.33 EUR written off in all", "up to 2.01"]);
    let first = office.call("record_payment", fee("1.50"));
    office.refuses("record_payment", fee("0.52"), &["2.02 EUR written off in all", "up to 0.51"]);
    // what is taken back may be written off again
    let back = json!({"payment_id": first["payment"]["id"], "reason": "They paid it"});
    office.call("reverse_payment", back);
    office.call("record_payment", fee("2.01"));
    // a credit is no different
    let paid = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": paid["id"]}));
    let (credit, _) = office.corrected(&paid, json!({}));
    let give = |amount: &str| with(fee(amount), json!({"invoice_id": credit["id"]}));
    office.refuses("record_payment", give("6.06"), &["6.06 EUR", "5% of the 121.00", "up to 6.05"]);
    office.call("record_payment", give("6.05"));
}

#[test]
fn a_difference_is_written_off_with_a_reason() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": invoice["id"], "amount": "119.50"}));
    let fee = |more: Value| with(json!({"invoice_id": invoice["id"], "method": "write_off"}), more);
    office.refuses("record_payment", fee(json!({})), &["reason: is missing", "with the method write_off"]);
    office.refuses("record_payment", fee(json!({"reason": "Fee", "amount": "1.51"})), &["1.50 EUR"]);
    let other = fee(json!({"method": "cash", "reason": "Fee"}));
    office.refuses("record_payment", other, &["reason", "with no other"]);
    let written = office.call("record_payment", fee(json!({"reason": "Bank fee"})));
    let payment = json!({"amount": "1.50", "method": "write_off", "reason": "Bank fee"});
    assert_fields(&written["payment"], payment);
    assert!(written["payment"].get("method_code").is_none(), "{written}");
    assert_fields(&written["invoice"], json!({"status": "paid", "outstanding": "0.00"}));
    let history = office.call("get_invoice_history", json!({"invoice_id": invoice["id"]}));
    assert_eq!(history["items"][0]["changes"]["write_off_reason"]["after"], "Bank fee");
    let payment = written["payment"]["id"].clone();
    let back = office.call("reverse_payment", json!({"payment_id": payment, "reason": "they paid it"}));
    assert_fields(&back["invoice"], json!({"status": "pending", "outstanding": "1.50"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Nobody paid what was written off, so it is never given back.
#[test]
fn what_was_written_off_is_taken_back_before_a_correction() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "100", json!({}));
    let fee = json!({"invoice_id": invoice["id"], "amount": "6.05", "method": "write_off", "reason": "Fee"});
    let written = office.call("record_payment", fee)["payment"]["id"].clone();
    let right = json!({"method": "substitution", "net_amount": 100, "description": "Work"});
    for correction in [json!({}), right] {
        office.corrects_not(
            &invoice,
            correction,
            &["6.05 EUR written off", "reverse_payment takes it back first"],
        );
    }
    let cancel = json!({"invoice_id": invoice["id"], "reason": "x"});
    office.refuses(
        "cancel_invoice",
        cancel,
        &["6.05 EUR", "is written off, so it cannot", "reverse_payment"],
    );
    office.call("reverse_payment", json!({"payment_id": written, "reason": "x"}));
    let (correction, after) = office.corrected(&invoice, json!({}));
    assert_eq!((&correction["outstanding"], &after["outstanding"]), (&json!("0.00"), &json!("0.00")));
}

#[test]
fn a_small_part_is_one_of_what_corrections_left() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "1000", json!({}));
    office
        .corrected(&invoice, json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 950}]}));
    let fee = |amount: &str| json!({"invoice_id": invoice["id"], "amount": amount, "method": "write_off", "reason": "Fee"});
    office.refuses("record_payment", fee("60.50"), &["5% of the 60.50", "up to 3.02"]);
    office.call("record_payment", fee("3.02"));
}
