//! Recargo de equivalencia: art. 16.4; arts. 148 and 161 LIVA.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, with};

#[test]
fn art_161_liva_a_retailer_bears_the_usual_surcharge_of_each_rate() {
    let mut office = Office::open();
    let retailer = office.retailer();
    let lines = json!([
        {"description": "Notebooks", "unit_price": "180"},
        {"description": "Bread", "unit_price": "100", "tax_rate": 4},
        {"description": "Water", "unit_price": "33.33", "tax_rate": 10},
        {"description": "Freight paid for you", "unit_price": "10", "tax_category": "outside_scope"},
    ]);
    let invoice = office.sold_lines(retailer, lines, json!({}));
    let expected = json!([
        {"category": "standard", "rate": "21", "base": "180.00", "amount": "37.80", "surcharge_rate": "5.2", "surcharge": "9.36"},
        {"category": "reduced", "rate": "4", "base": "100.00", "amount": "4.00", "surcharge_rate": "0.5", "surcharge": "0.50"},
        {"category": "reduced", "rate": "10", "base": "33.33", "amount": "3.33", "surcharge_rate": "1.4", "surcharge": "0.47"},
        {"category": "outside_scope", "exemption": "N1", "rate": "0", "base": "10.00", "amount": "0.00"},
    ]);
    assert_eq!(invoice["tax_breakdown"], expected);
    assert_fields(
        &invoice,
        json!({
            "subtotal": "323.33", "tax": "45.13", "surcharge_total": "10.33", "total": "378.79", "payable": "378.79",
        }),
    );
    // tobacco has a surcharge of its own, which is said
    let tobacco = office.sold(retailer, "100", json!({"surcharge_rate": "1.75"}));
    assert_fields(&tobacco, json!({"surcharge_total": "1.75", "total": "122.75"}));
    let summary = office.call("summarize_invoices", json!({"group_by": "currency"}));
    assert_fields(&summary["items"][0], json!({"subtotal": "423.33", "tax": "78.21", "total": "501.54"}));
}

#[test]
fn art_16_4_what_bears_the_surcharge_is_on_an_invoice_of_its_own() {
    let mut office = Office::open();
    let (retailer, other) = (office.retailer(), office.company(json!({})));
    let mixed = json!([
        {"description": "Resale", "unit_price": 10},
        {"description": "Shop window", "unit_price": 10, "surcharge_rate": 0},
    ]);
    let words = &["with and without surcharge_rate", "separate invoices", "update_invoice"];
    office.refuses("create_invoice", json!({"client_id": retailer, "lines": mixed, "issue": true}), words);
    // a draft may still be mixed
    let draft = office.call("create_invoice", json!({"client_id": retailer, "lines": mixed}));
    office.refuses("issue_invoice", json!({"invoice_id": draft["id"]}), words);
    let beside = |tax: Value, day: &str| {
        let resale = json!({"description": "Resale", "unit_price": 10});
        let other = with(json!({"description": "Other", "unit_price": 10}), tax);
        json!({"client_id": retailer, "lines": [resale, other], "issue": true, "operation_date": day})
    };
    for tax in [
        json!({"exemption": "E1"}),
        json!({"exemption": "N2"}),
        json!({"tax_category": "reverse_charge"}),
        json!({"tax_category": "zero"}),
    ] {
        office.refuses(
            "create_invoice",
            beside(tax, ""),
            &["separate invoices (lines[0] with, lines[1] without)"],
        );
    }
    // what was paid for the client was not sold to it, and food at a rate of 0 had a surcharge of 0
    office.call("create_invoice", beside(json!({"tax_category": "outside_scope"}), ""));
    office.call("create_invoice", beside(json!({"tax_rate": 0}), "2023-06-30"));
    // what stands so on an invoice from elsewhere is taken back as it stands
    let elsewhere =
        with(beside(json!({"exemption": "E1"}), ""), json!({"external_number": "A-1", "issue": false}));
    let elsewhere = office.call("create_invoice", elsewhere);
    office.corrected(&elsewhere, json!({}));
    let none = office.sold(other, "10", json!({}));
    assert_fields(&none, json!({"surcharge_total": "0.00", "total": "12.10"}));
    assert!(none["tax_breakdown"][0].get("surcharge").is_none(), "{none}");
}

#[test]
fn art_161_liva_each_rate_has_its_own_surcharge_and_no_other() {
    let mut office = Office::open();
    let retailer = office.retailer();
    for (rate, surcharge, known) in [("21", "1.4", "5.2, 1.75"), ("10", "5.2", "1.4"), ("4", "1.75", "0.5")] {
        let of = |surcharge: &str| json!({"tax_rate": rate, "surcharge_rate": surcharge});
        let words = format!("lines[0]: surcharge_rate {surcharge} is not that of {rate}% on ");
        office.sells_not(retailer, of(surcharge), &[&words, known, "update_invoice"]);
        office.sold(retailer, "100", of(known.split(", ").next().unwrap()));
    }
    // of the day of the operation
    let then = |surcharge: &str, day: &str| json!({"tax_rate": 5, "surcharge_rate": surcharge, "operation_date": day});
    office.sold(retailer, "100", then("0.5", "2022-12-31"));
    office.sold(retailer, "100", then("0.62", "2023-01-01"));
    office.sells_not(retailer, then("0.62", "2022-12-31"), &["0.62 is not that of 5% on 2022-12-31: 0.5"]);
    // lines that are alike are told once
    let lines = vec![json!({"description": "x", "unit_price": 1, "surcharge_rate": 1}); 3];
    let many = json!({"client_id": retailer, "lines": lines, "issue": true});
    office.refuses("create_invoice", many, &["lines[0] and 2 more: surcharge_rate 1 is not"]);
}

/// Arts. 148, 154 and 156 LIVA: who is not in the regime bears no surcharge.
#[test]
fn art_148_liva_only_a_retailer_in_the_regime_bears_the_surcharge() {
    let mut office = Office::open();
    let words =
        &["lines[0]: surcharge_rate 5.2, and the client is no retailer", "surcharge: true", "update_client"];
    for client in [office.client("Ana"), office.company(json!({}))] {
        office.sells_not(client, json!({"surcharge_rate": "5.2"}), words);
    }
    let person = office.company(json!({"tax_id": "87654321X"}));
    office.sells_not(person, json!({"surcharge_rate": "5.2"}), words);
    office.call("update_client", json!({"client_id": person, "surcharge": true}));
    office.sold(person, "100", json!({"surcharge_rate": "5.2"}));
}

/// Art. 148.Uno LIVA: natural persons, and entities that attribute their income to such.
#[test]
fn art_148_liva_companies_and_consumers_are_not_in_the_regime() {
    let mut office = Office::open();
    for number in ["A58818501", "B12345674", "ES B12345674"] {
        let new = json!({"name": "Tienda, S.L.", "tax_id": number, "surcharge": true});
        office.refuses("create_client", new, &["surcharge", "company", "A or B"]);
    }
    let consumer = json!({"name": "Ana", "private_person": true, "surcharge": true});
    office.refuses("create_client", consumer, &["surcharge", "private_person: false"]);
    let company = office.company(json!({}));
    office.refuses("update_client", json!({"client_id": company, "surcharge": true}), &["surcharge"]);
    let retailer = office.retailer();
    office.refuses("update_client", json!({"client_id": retailer, "tax_id": "B12345674"}), &["surcharge"]);
    // a community of property has the NIF of an entity, and may be in it
    for number in ["E12345674", "J12345674"] {
        office.call("create_client", json!({"name": "Tienda, C.B.", "tax_id": number, "surcharge": true}));
    }
}

#[test]
fn art_161_liva_igic_and_ipsi_know_no_surcharge() {
    let mut office = Office::open();
    for scheme in ["igic", "ipsi"] {
        let client = office.company(json!({}));
        let said = json!({"tax_scheme": scheme, "tax_rate": 7, "surcharge_rate": "0.7"});
        let words = format!("surcharge_rate 0.7, which {scheme} does not have (update_invoice)");
        office.sells_not(client, said, &[&words]);
    }
    let retailer = office.retailer();
    let invoice = office.sold(retailer, "100", json!({"tax_scheme": "igic", "tax_rate": 7}));
    assert_fields(&invoice, json!({"surcharge_total": "0.00", "total": "107.00"}));
}

/// Arts. 148, 154 and 156 LIVA: only goods bear the surcharge, and of those no fee and no rent is withheld.
#[test]
fn art_154_liva_services_bear_no_surcharge() {
    let mut office = Office::open();
    let retailer = office.retailer();
    for rate in ["7", "15", "19", "24", "35", "2.8", "6", "7.6", "14"] {
        let service = office.sold(retailer, "100", json!({"withholding_rate": rate}));
        assert_fields(&service, json!({"surcharge_total": "0.00", "total": "121.00"}));
        let both = json!({"withholding_rate": rate, "surcharge_rate": "5.2"});
        let words =
            format!("lines[0]: surcharge_rate 5.2 is for goods, and withholding_rate {rate} for services");
        office.sells_not(retailer, both, &[&words, "update_invoice"]);
    }
    // farmers sell goods
    for rate in [1, 2] {
        let goods = office.sold(retailer, "100", json!({"withholding_rate": rate}));
        assert_fields(&goods, json!({"surcharge_total": "5.20", "total": "126.20"}));
    }
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let service = office.sold(retailer, "100", json!({}));
    assert_fields(
        &service,
        json!({"surcharge_total": "0.00", "withholding_total": "15.00", "payable": "106.00"}),
    );
    let goods = office.sold(retailer, "100", json!({"withholding_rate": 0}));
    assert_fields(
        &goods,
        json!({"surcharge_total": "5.20", "withholding_total": "0.00", "payable": "126.20"}),
    );
}

/// Art. 156 LIVA: what replaces an invoice is right by the regime that the client is in, and says so where the original was not.
#[test]
fn art_156_liva_a_replacement_is_of_the_regime_that_the_client_is_in() {
    let mut office = Office::open();
    let client = office.company(json!({"tax_id": "87654321X"}));
    let right =
        |more: Value| with(json!({"method": "substitution", "net_amount": 100, "description": "Work"}), more);
    let original = office.sold(client, "100", json!({}));
    office.call("update_client", json!({"client_id": client, "surcharge": true}));
    let words = ["regime of equivalence", "lines[0]: surcharge_rate 0, now 5.2", "Say surcharge_rate"];
    office.corrects_not(&original, right(json!({})), &words);
    let (with_it, _) = office.corrected(&original, right(json!({"surcharge_rate": "5.2"})));
    assert_fields(&with_it, json!({"surcharge_total": "5.20", "total": "126.20"}));
    let tobacco = office.sold(client, "100", json!({"surcharge_rate": "1.75"}));
    let (kept, _) = office.corrected(&tobacco, right(json!({})));
    assert_fields(&kept, json!({"surcharge_total": "1.75"}));
    // a service bears none, whatever the client is
    let service = office.sold(client, "100", json!({"withholding_rate": 15}));
    office.corrected(&service, right(json!({})));
    let service = office.sold(client, "100", json!({"surcharge_rate": 0}));
    office.corrected(&service, right(json!({"surcharge_rate": 0})));
    // nor does it stay where the client has left the regime
    office.call("update_client", json!({"client_id": client, "surcharge": false}));
    office.corrects_not(&with_it, right(json!({})), &["surcharge_rate 5.2, now 0", "Say surcharge_rate"]);
    let (without, _) = office.corrected(&with_it, right(json!({"surcharge_rate": 0})));
    assert_fields(&without, json!({"surcharge_total": "0.00", "total": "121.00"}));
    // a difference goes with its original
    let (more, _) = office
        .corrected(&kept, json!({"lines": [{"description": "Back", "unit_price": 10, "quantity": -1}]}));
    assert_fields(&more, json!({"total": "-12.28"}));
}
