//! What the client does not pay: its tax is given back (art. 80.Tres and Cuatro LIVA), and the debt stays.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, with};

fn taken(gross: &str, more: Value) -> Value {
    let lines = json!([{"description": "Work", "quantity": -1, "unit_price": gross}]);
    with(json!({"cause": "R3", "prices_include_tax": true, "lines": lines}), more)
}

#[test]
fn art_80_liva_what_is_not_paid_stays_owed_and_can_be_paid() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": original["id"], "amount": 50}));
    office.corrects_not(&original, json!({"cause": "R2"}), &["71.00 are unpaid", "prices_include_tax"]);
    let (first, _) = office.corrected(&original, taken("40", json!({"cause": "R2"})));
    assert_fields(
        &first,
        json!({"total": "-40.00", "netted": "-40.00", "outstanding": "0.00", "status": "paid"}),
    );
    office.corrects_not(&original, taken("31.01", json!({})), &["-31.01 EUR", "31.00 are unpaid"]);
    let (rest, after) = office.corrected(&original, taken("31", json!({})));
    assert_fields(&rest["corrects"], json!({"code": "R3"}));
    assert_fields(
        &after,
        json!({"paid": "50.00", "netted": "0.00", "outstanding": "71.00", "status": "pending"}),
    );
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(&standing["totals"][0], json!({"invoiced": "50.00", "outstanding": "71.00"}));
    let paid = office.call("record_payment", json!({"invoice_id": original["id"], "amount": 21}));
    assert_fields(&paid["invoice"], json!({"outstanding": "50.00"}));
    // what is never paid is given up: there is no tax in it any more
    let given_up = json!({"invoice_id": original["id"], "method": "write_off", "reason": "Wound up"});
    let given_up = office.call("record_payment", given_up);
    assert_fields(&given_up["invoice"], json!({"status": "paid", "outstanding": "0.00"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

#[test]
fn art_80_liva_no_more_is_given_back_than_is_unpaid() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let paid = office.sold(client, "100", json!({}));
    office.call("record_payment", json!({"invoice_id": paid["id"]}));
    office.corrects_not(&paid, json!({"cause": "R3"}), &["0.00 are unpaid"]);
    let original = office.sold(client, "100", json!({"withholding_rate": 15}));
    office.corrects_not(
        &original,
        json!({"cause": "R3", "net_amount": 10, "description": "Work"}),
        &["up to 0.00"],
    );
    let right = json!({"cause": "R2", "method": "substitution", "net_amount": 90, "description": "Work"});
    office.corrects_not(&original, right, &["method", "R2", "difference"]);
    let (all, after) = office.corrected(&original, json!({"cause": "R3"}));
    assert_fields(&all, json!({"total": "-121.00", "payable": "-106.00", "outstanding": "0.00"}));
    assert_eq!(after["outstanding"], "106.00");
    // a consumer who pays after all pays with tax, which is owed to the treasury once more
    let (back, after) =
        office.corrected(&original, json!({"cause": "R3", "net_amount": 50, "description": "Work"}));
    assert_fields(&back, json!({"total": "60.50", "netted": "53.00", "outstanding": "0.00"}));
    assert_eq!(after["outstanding"], "106.00");
    office.corrects_not(
        &original,
        json!({"cause": "R3", "net_amount": 51, "description": "Work"}),
        &["up to 53.00"],
    );
}
