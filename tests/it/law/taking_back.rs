//! What may be taken back of an invoice, of whom, and for what cause: art. 15; arts. 4 and 80 LIVA.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields};

fn line(quantity: i64, price: &str, more: Value) -> Value {
    crate::support::office::with(
        json!({"description": "Work", "quantity": quantity, "unit_price": price}),
        more,
    )
}

#[test]
fn art_15_at_each_rate_no_more_is_taken_back_than_stands_there() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let lines = json!([line(1, "200", json!({})), line(1, "50", json!({"tax_rate": 10}))]);
    let original = office.sold_lines(client, lines, json!({}));
    for (taken, words) in [
        (json!([line(-1, "230", json!({}))]), ["230.00 EUR at 21%", "200.00 are left"]),
        (json!([line(-1, "5", json!({"tax_rate": 4}))]), ["5.00 EUR at 4%", "0.00 are left"]),
        (json!([line(-1, "5", json!({"exemption": "E1"}))]), ["at exempt E1", "0.00 are left"]),
        (json!([line(-3, "100", json!({})), line(5, "100", json!({"tax_rate": 10}))]), ["300.00", "at 21%"]),
    ] {
        office.corrects_not(&original, json!({"lines": taken}), &words);
    }
    // what stood at a wrong rate moves to the right one
    let moved = json!([line(-1, "200", json!({})), line(1, "200", json!({"tax_rate": 10}))]);
    let (correction, _) = office.corrected(&original, json!({"lines": moved}));
    assert_fields(&correction, json!({"subtotal": "0.00", "total": "-22.00"}));
    let (rest, _) = office.corrected(&original, json!({}));
    assert_fields(&rest, json!({"subtotal": "-250.00", "total": "-275.00"}));
}

#[test]
fn without_lines_all_that_is_left_is_taken_back() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (net, rest) in [("50", "-302.50"), ("-50", "-181.50")] {
        let original = office.sold(client, "200", json!({}));
        let quantity = if net == "50" { 1 } else { -1 };
        office.corrected(&original, json!({"lines": [line(quantity, "50", json!({}))]}));
        let (correction, after) = office.corrected(&original, json!({}));
        assert_fields(&correction, json!({"total": rest, "status": "paid", "outstanding": "0.00"}));
        assert_eq!(after["outstanding"], "0.00");
        office.corrects_not(&original, json!({}), &["taken back already"]);
    }
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(&standing["totals"][0], json!({"invoiced": "0.00", "outstanding": "0.00"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Tax that was rounded away in parts is given back with the rest, to the cent.
#[test]
fn the_rest_is_exact_however_small_the_parts_were() {
    let mut office = Office::open();
    let client = office.retailer();
    let original = office.sold_lines(client, json!([line(10, "0.07", json!({}))]), json!({}));
    for _ in 0..3 {
        office.corrected(&original, json!({"lines": [line(-1, "0.07", json!({}))]}));
    }
    office.corrected(&original, json!({}));
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(&standing["totals"][0], json!({"invoiced": "0.00", "outstanding": "0.00"}));
}

/// What was withheld is given back to the cent as well, whether the rest is said in lines or not (art. 101 LIRPF).
#[test]
fn the_rest_gives_back_what_was_withheld_to_the_cent() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let withheld = |quantity, price| line(quantity, price, json!({"withholding_rate": 15}));
    for rest in [json!({}), json!({"lines": [withheld(-1, "700.07")]})] {
        let original = office.sold_lines(client, json!([withheld(1, "1000.10")]), json!({}));
        let (part, _) = office.corrected(&original, json!({"lines": [withheld(-1, "300.03")]}));
        assert_fields(&part, json!({"total": "-363.04", "withholding_total": "-45.00"}));
        let (rest, after) = office.corrected(&original, rest);
        let taken = json!({"total": "-847.08", "withholding_total": "-105.02", "payable": "-742.06"});
        assert_fields(&rest, taken);
        assert_fields(&rest, json!({"status": "paid", "outstanding": "0.00"}));
        assert_eq!(after["outstanding"], "0.00");
    }
    // in many small parts, one of which leaves nothing but rounding to be paid
    let original = office.sold_lines(client, json!([withheld(100, "0.10")]), json!({}));
    for _ in 0..9 {
        office.corrected(&original, json!({"lines": [withheld(-11, "0.10")]}));
    }
    office.corrected(&original, json!({}));
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(&standing["totals"][0], json!({"invoiced": "0.00", "outstanding": "0.00"}));
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Tax and surcharge go in boxes of their own (form 303), so each is given back to the cent.
#[test]
fn the_rest_gives_back_tax_and_surcharge_each_to_the_cent() {
    let mut office = Office::open();
    let client = office.retailer();
    for (net, rate, rest) in [
        ("33.33", 21, json!({})),
        ("56.93", 10, json!({})),
        ("33.33", 21, json!({"lines": [line(-1, "30.33", json!({"tax_rate": 21}))]})),
    ] {
        let original = office.sold(client, net, json!({"tax_rate": rate}));
        let part = if rate == 21 { "3" } else { "1" };
        office.corrected(&original, json!({"lines": [line(-1, part, json!({"tax_rate": rate}))]}));
        let (rest, after) = office.corrected(&original, rest);
        if rate == 21 {
            assert_fields(&rest, json!({"tax": "-6.37", "surcharge_total": "-1.57"}));
            assert_fields(&rest["tax_breakdown"][0], json!({"amount": "-6.37", "surcharge": "-1.57"}));
        }
        assert_eq!(after["outstanding"], "0.00");
    }
    for column in ["CuotaRepercutida", "CuotaRecargoEquivalencia"] {
        assert_eq!(office.recorded(column), "0.00", "{column}");
    }
    let sums = "SELECT sum(subtotal), sum(tax), sum(surcharge), sum(withholding) FROM invoices";
    assert_eq!(office.database.rows(sums), [["0.0000"; 4]]);
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// RD 1619/2012, art. 12: what is declared are the euros, so they too are taken back to the cent.
#[test]
fn art_12_the_rest_gives_back_the_euros_of_the_records_to_the_cent() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let dollars = || json!({"currency": "USD", "exchange_rate": "0.923456"});
    let lines =
        json!([line(1, "33.33", json!({})), line(1, "66.67", json!({})), line(1, "99.99", json!({}))]);
    let original = office.sold_lines(client, lines, dollars());
    office.corrected(&original, json!({"lines": [line(-1, "33.33", json!({}))]}));
    office.corrected(&original, json!({}));
    let ten = json!({"tax_rate": 10});
    let lines = json!([line(1, "33.33", json!({})), line(1, "66.67", ten.clone())]);
    let original = office.sold_lines(client, lines, dollars());
    let parts = json!({"lines": [line(-1, "10.01", json!({})), line(-1, "20.02", ten.clone())]});
    for _ in 0..3 {
        office.corrected(&original, parts.clone());
    }
    // at one rate all is said to be taken back, at the other it is not said
    office.corrected(&original, json!({"lines": [line(-1, "6.61", ten)]}));
    office.corrected(&original, json!({}));
    for column in ["BaseImponibleOimporteNoSujeto", "CuotaRepercutida"] {
        assert_eq!(office.recorded(column), "0.00", "{column}");
    }
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

#[test]
fn corrections_of_one_original_settle_each_other() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    office.corrected(&original, json!({}));
    let (more, _) = office.corrected(&original, json!({"lines": [line(1, "10", json!({}))]}));
    assert_eq!(more["outstanding"], "12.10");
    let (less, _) = office.corrected(&original, json!({"lines": [line(-1, "10", json!({}))]}));
    assert_fields(&less, json!({"status": "paid", "netted": "-12.10", "outstanding": "0.00"}));
    assert_fields(&office.look(&more), json!({"status": "paid", "netted": "12.10", "outstanding": "0.00"}));
    let history = office.call("get_invoice_history", json!({"invoice_id": more["id"]}));
    assert_eq!(history["items"][0]["action"], "set_off");
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Orden HAC/1177/2024, list L2.
#[test]
fn art_80_liva_the_cause_is_of_the_kind_of_invoice() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let full = office.sold(client, "100", json!({}));
    let ticket = office.sold(client, "100", json!({"kind": "simplified"}));
    office.corrects_not(&full, json!({"cause": "R5"}), &["cause", "a full invoice", "R1, R2, R3 or R4"]);
    for cause in ["R1", "R2", "R3", "R4"] {
        office.corrects_not(&ticket, json!({"cause": cause}), &["cause", "a simplified invoice", "R5"]);
    }
    let replace = json!({"method": "substitution", "net_amount": 90, "description": "Work"});
    let (once, _) = office.corrected(&ticket, replace.clone());
    let (twice, _) = office.corrected(&once, replace);
    assert_eq!(twice["corrects"]["code"], "R5");
}

#[test]
fn art_4_a_correction_leaves_a_simplified_invoice_within_its_limits() {
    let mut office = Office::open();
    let (person, company) = (office.client("Ana"), office.company(json!({})));
    let ticket = office.sold(person, "10", json!({"kind": "simplified"}));
    let much = json!({"method": "substitution", "net_amount": 10_000, "description": "Work"});
    for more in [
        much,
        json!({"net_amount": 10_000, "description": "Work"}),
        json!({"net_amount": 330, "description": "Work"}),
    ] {
        office.corrects_not(&ticket, more, &["400.00 EUR at most", "create_invoice"]);
    }
    office.corrected(&ticket, json!({"net_amount": 300, "description": "Work"}));
    let named = office.sold(company, "10", json!({"kind": "simplified"}));
    let reversed = json!({"method": "substitution", "lines": [line(1, "10", json!({"tax_category": "reverse_charge"}))]});
    office.corrects_not(&named, reversed, &["reverse charge", "create_invoice"]);
    // what takes back is let be, though no ticket may be of it
    let abroad = json!({"kind": "simplified", "tax_category": "reverse_charge", "external_number": "T-1", "issue": false});
    let abroad = office.sold(company, "10", abroad);
    office.corrects_not(
        &abroad,
        json!({"net_amount": 1, "description": "Work", "tax_category": "reverse_charge"}),
        &["reverse charge"],
    );
    office.corrected(&abroad, json!({}));
    // nor where the limit is lower by now
    office.call("update_business", json!({"retail": true}));
    let large = office.sold(person, "2000", json!({"kind": "simplified"}));
    office.call("update_business", json!({"retail": false}));
    office.corrected(&large, json!({"lines": [line(-1, "10", json!({}))]}));
}

#[test]
fn art_15_a_difference_goes_to_whom_its_original_went() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    // a new name under the same number is the same buyer
    office.call("update_client", json!({"client_id": client, "name": "Nuevo Nombre, S.L."}));
    office.corrected(&original, json!({"lines": [line(-1, "10", json!({}))]}));
    let other = office.sold(client, "100", json!({}));
    office.call("update_client", json!({"client_id": client, "tax_id": "B99216582"}));
    office.corrects_not(&original, json!({}), &["tax_id", "substitution", "update_client"]);
    let right = json!({"method": "substitution", "net_amount": 100, "description": "Work"});
    let (correction, _) = office.corrected(&other, right);
    assert_eq!(correction["buyer"]["tax_id"], "B99216582");
}
