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
    let (first, _) = office.corrected(&original, taken("40", json!({"cause": "R2"})));
    assert_fields(
        &first,
        json!({"total": "-40.00", "netted": "-40.00", "outstanding": "0.00", "status": "paid"}),
    );
    let words = &["-31.01 EUR", "31.00 are unpaid", "no lines", "31.00 to pay in all", "prices_include_tax"];
    office.corrects_not(&original, taken("31.01", json!({})), words);
    // what is left of it without saying how much
    let (rest, after) = office.corrected(&original, json!({"cause": "R3"}));
    assert_fields(&rest, json!({"total": "-31.00"}));
    let words = &["nothing taxed is unpaid and not corrected"];
    office.corrects_not(&original, json!({"cause": "R3"}), words);
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
    office.corrects_not(&paid, json!({"cause": "R3"}), &["nothing taxed is unpaid"]);
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
        &["up to 60.50"],
    );
}

/// The tax is in what was paid in the proportion of what was to be paid, IRPF withheld or not.
#[test]
fn art_80_cinco_liva_the_tax_is_given_back_in_the_proportion_that_is_unpaid() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "1000", json!({"withholding_rate": 15}));
    office.call("record_payment", json!({"invoice_id": original["id"], "amount": 500}));
    let (back, after) = office.corrected(&original, json!({"cause": "R3"}));
    // 210 × 560 / 1060
    let told =
        json!({"tax": "-110.94", "withholding_total": "-79.25", "payable": "-560.00", "outstanding": "0.00"});
    assert_fields(&back, told);
    assert_eq!(after["outstanding"], "560.00");
    // with a surcharge, at two rates
    let shop = office.retailer();
    let line = |rate: i64| json!({"description": "Goods", "unit_price": "33.33", "tax_rate": rate});
    let mixed = office.sold_lines(shop, json!([line(21), line(10)]), json!({}));
    assert_eq!(mixed["payable"], "79.19");
    office.call("record_payment", json!({"invoice_id": mixed["id"], "amount": 30}));
    let (back, _) = office.corrected(&mixed, json!({"cause": "R2"}));
    assert_fields(&back, json!({"payable": "-49.19", "tax": "-6.42", "surcharge_total": "-1.36"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Art. 80.Tres and Cuatro LIVA are of the tax that was charged: where there is none, there is none to give back.
#[test]
fn art_80_liva_what_bears_no_tax_has_none_to_give_back() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for untaxed in
        [json!({"exemption": "E1", "notes": "Art. 20 LIVA"}), json!({"tax_category": "reverse_charge"})]
    {
        let original = office.sold(client, "1000", untaxed);
        office.corrects_not(&original, json!({"cause": "R3"}), &["nothing taxed is unpaid"]);
        let words = &["lines", "R2 and R3 give tax back", "or none"];
        office.corrects_not(&original, taken("100", json!({})), words);
    }
    let exempt = json!({"description": "Course", "unit_price": 100, "exemption": "E1"});
    let lines = json!([{"description": "Work", "unit_price": 100, "tax_rate": 21}, exempt]);
    let mixed = office.sold_lines(client, lines, json!({"notes": "Art. 20 LIVA"}));
    office.call("record_payment", json!({"invoice_id": mixed["id"], "amount": "110.50"}));
    let (back, after) = office.corrected(&mixed, json!({"cause": "R3"}));
    assert_fields(&back, json!({"total": "-60.50", "tax": "-10.50"}));
    assert_eq!(after["outstanding"], "110.50");
    office.corrects_not(&mixed, json!({"cause": "R3"}), &["nothing taxed is unpaid"]);
}

/// Where nothing is left of the sale, nothing of it is owed, though tax was given back for what was not paid.
#[test]
fn a_sale_that_is_undone_after_all_leaves_no_debt() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (paid, credit) in [(None, "0.00"), (Some(300), "-300.00")] {
        let original = office.sold(client, "1000", json!({}));
        if let Some(paid) = paid {
            office.call("record_payment", json!({"invoice_id": original["id"], "amount": paid}));
        }
        office.corrected(&original, taken("605", json!({})));
        let (rest, after) = office.corrected(&original, json!({}));
        assert_fields(&rest, json!({"total": "-605.00", "outstanding": credit}));
        assert_eq!(after["outstanding"], "0.00");
    }
    // what R3 has taken all of, is given up
    let original = office.sold(client, "1000", json!({}));
    office.corrected(&original, json!({"cause": "R3"}));
    office.corrects_not(&original, json!({}), &["taken back already", "write_off"]);
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Who has no NIF on the document is told the way; who is abroad, the reason.
#[test]
fn art_80_cinco_liva_the_client_is_named_by_its_number_and_established_in_spain() {
    let mut office = Office::open();
    let person = office.client("Ana");
    let original = office.sold(person, "1000", json!({}));
    let words = &["without a NIF", "update_client", "substitution", "stands in its place"];
    office.corrects_not(&original, json!({"cause": "R3"}), words);
    office.call("update_client", json!({"client_id": person, "tax_id": "87654321X"}));
    office.corrects_not(&original, json!({"cause": "R3"}), words);
    let right = json!({"method": "substitution", "net_amount": 1000, "description": "Work"});
    let (stands, _) = office.corrected(&original, right);
    office.corrected(&stands, json!({"cause": "R3"}));
    let german = office.abroad("DE", "DE123456788");
    let original = office.sold(german, "1000", json!({"tax_rate": 21}));
    office.corrects_not(
        &original,
        json!({"cause": "R3"}),
        &["not established in Spain", "art. 80.Cinco.2.ª LIVA"],
    );
    office.corrected(&original, json!({"cause": "R2"}));
}
