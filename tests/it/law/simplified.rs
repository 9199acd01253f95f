//! Simplified invoices: arts. 4, 6.1.a and 7.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, id, today_in, with};

fn simplified(more: Value) -> Value {
    let mut new = json!({"kind": "simplified"});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    new
}

/// The number that the series S gives this year.
fn number(place: i64) -> String {
    format!("S-{}-{place:04}", today_in("Europe/Madrid").year())
}

#[test]
fn art_7_it_names_nobody_and_has_a_series_of_its_own() {
    let mut office = Office::open();
    let bare = id(&office.call("create_client", json!({"name": "Whoever"})));
    office.sells_not(bare, json!({}), &["tax_id of the client"]);
    for place in 1..=2 {
        let invoice = office.sold(bare, "100", simplified(json!({})));
        assert_fields(&invoice, json!({"kind": "simplified", "number": number(place), "total": "121.00"}));
    }
    // art. 7.2: it may name its buyer all the same
    let company = office.company(json!({}));
    let qualified = office.sold(company, "100", simplified(json!({})));
    assert_fields(&qualified, json!({"number": number(3)}));
    assert_eq!(qualified["buyer"]["tax_id"], "B12345674");
    let kinds = "SELECT (record::json -> 'RegistroAlta') ->> 'TipoFactura',
                        (record::json -> 'RegistroAlta') ->> 'FacturaSimplificadaArt7273'
                 FROM registration_records ORDER BY place";
    assert_eq!(office.database.rows(kinds), [["F2", ""], ["F2", ""], ["F1", "S"]]);
}

/// Art. 7.2: with the tax number and the domicile of its buyer it entitles to a deduction, and with less it does not.
#[test]
fn art_7_2_a_ticket_identifies_its_buyer_by_number_and_address() {
    let mut office = Office::open();
    let client = id(&office.call("create_client", json!({"name": "Cliente, S.L.", "tax_id": "B12345674"})));
    let record = "SELECT (record::json -> 'RegistroAlta') ->> 'TipoFactura',
                         (record::json -> 'RegistroAlta') ->> 'FacturaSimplificadaArt7273'
                  FROM registration_records ORDER BY place DESC LIMIT 1";
    for (part, kinds) in [
        (json!({}), ["F2", ""]),
        (json!({"street": "Gran Vía 2"}), ["F2", ""]),
        (json!({"postal_code": "28013", "city": "Madrid"}), ["F1", "S"]),
    ] {
        office.call("update_client", with(json!({"client_id": client}), part));
        office.sold(client, "100", simplified(json!({})));
        assert_eq!(office.database.rows(record), [kinds]);
    }
}

/// Art. 7 holds for what corrects one, too.
#[test]
fn art_7_a_ticket_is_corrected_as_it_was_made_without_a_buyer() {
    let mut office = Office::open();
    let bare = id(&office.call("create_client", json!({"name": "Whoever"})));
    for right in [json!({}), json!({"method": "substitution", "net_amount": 80, "description": "Work"})] {
        let ticket = office.sold(bare, "100", simplified(json!({})));
        let (correction, _) = office.corrected(&ticket, right);
        assert_eq!(correction["corrects"]["code"], "R5");
    }
}

#[test]
fn art_4_1_up_to_400_euros_with_tax() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.sold(client, "400", simplified(json!({"tax_category": "zero"})));
    office.sold(client, "400", simplified(json!({"prices_include_tax": true})));
    let words = &["400.00 EUR at most", "kind: standard", "create_invoice"];
    office.sells_not(client, simplified(json!({"net_amount": "400.01", "tax_category": "zero"})), words);
    office.sells_not(client, simplified(json!({"net_amount": "330.59"})), words);
}

#[test]
fn art_4_2_up_to_3000_euros_where_the_law_lists_the_sector() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("update_business", json!({"retail": true}));
    office.sold(client, "3000", simplified(json!({"tax_category": "zero"})));
    let above = simplified(json!({"net_amount": "3000.01", "tax_category": "zero"}));
    office.sells_not(client, above, &["3000.00 EUR at most", "kind: standard"]);
}

#[test]
fn art_4_the_limit_is_in_euros_whatever_the_currency() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let dollars = |net: &str| {
        simplified(
            json!({"net_amount": net, "tax_category": "zero", "currency": "USD", "exchange_rate": "0.8"}),
        )
    };
    office.sold(client, "1", dollars("500"));
    office.sells_not(client, dollars("500.01"), &["400.00 EUR at most"]);
}

#[test]
fn art_4_4_never_across_borders_nor_with_reverse_charge() {
    let mut office = Office::open();
    let (spain, germany) = (office.company(json!({})), office.abroad("DE", "DE136695976"));
    let america = office.abroad("US", "123456789");
    for (client, category) in [(spain, "reverse_charge"), (germany, "intra_eu"), (america, "export")] {
        let tax = simplified(json!({"tax_category": category}));
        office.sells_not(client, tax, &["across borders or with reverse charge", "kind: standard"]);
    }
    // services that are done abroad, too (art. 2.3.b)
    for client in [spain, germany, america] {
        let tax = simplified(json!({"exemption": "N2"}));
        office.sells_not(client, tax, &["across borders or with reverse charge", "kind: standard"]);
    }
}

#[test]
fn kinds_are_standard_or_simplified() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (kind, words) in [("corrective", "correct_invoice"), ("ticket", "standard, simplified")] {
        let new = json!({"client_id": client, "net_amount": 1, "description": "x", "kind": kind});
        office.refuses("create_invoice", new, &["kind", words]);
    }
}
