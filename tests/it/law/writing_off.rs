//! Small differences and bank fees that are given up: no money moves, so UNTDID 4461 has no code for them.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, with};

#[test]
fn a_difference_is_written_off_with_a_reason() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": invoice["id"], "amount": "119.50"}));
    let fee = |more: Value| with(json!({"invoice_id": invoice["id"], "method": "write_off"}), more);
    office.refuses("record_payment", fee(json!({})), &["reason", "write_off"]);
    office.refuses("record_payment", fee(json!({"reason": "Fee", "amount": "1.51"})), &["1.50 EUR"]);
    let other = fee(json!({"method": "cash", "reason": "Fee"}));
    office.refuses("record_payment", other, &["reason", "with no other"]);
    let written = office.call("record_payment", fee(json!({"reason": "Bank fee"})));
    let payment = json!({"amount": "1.50", "method": "write_off", "reason": "Bank fee"});
    assert_fields(&written["payment"], payment);
    assert_fields(&written["invoice"], json!({"status": "paid", "outstanding": "0.00"}));
    let history = office.call("get_invoice_history", json!({"invoice_id": invoice["id"]}));
    assert_eq!(history["items"][0]["changes"]["write_off_reason"]["after"], "Bank fee");
    let payment = written["payment"]["id"].clone();
    let back = office.call("reverse_payment", json!({"payment_id": payment, "reason": "they paid it"}));
    assert_fields(&back["invoice"], json!({"status": "pending", "outstanding": "1.50"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}
