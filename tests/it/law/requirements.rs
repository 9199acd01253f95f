//! What must be there before an invoice is issued: art. 6.1; EN 16931, BR-01 to BR-16. R3.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, id, number};

/// Everything that is missing is told at once, each with the tool that sets it; no number is taken and nothing written.
#[test]
fn art_6_1_a_refusal_lists_every_missing_fact_and_its_tool() {
    let mut office = Office::open_undescribed();
    let client = id(&office.call("create_client", json!({"name": "Cliente, S.L."})));
    let lines = json!([
        {"description": "A", "unit_price": 10, "tax_rate": 19},
        {"description": "B", "unit_price": 10, "tax_category": "exempt"},
        {"description": "C", "unit_price": 10, "tax_category": "intra_eu"},
        {"description": "D", "unit_price": 10, "surcharge_rate": "5.2"},
    ]);
    let new = json!({"client_id": client, "lines": lines, "currency": "USD"});
    let draft = id(&office.call("create_invoice", new.clone()));
    let missing = &[
        "cannot be issued yet",
        "legal_name of the business (update_business)",
        "tax_id of the business (update_business)",
        "street, postal_code, city of the business (update_business)",
        "tax_id of the client, which reverse_charge and intra_eu want (update_client)",
        "street, postal_code, city of the client (update_client)",
        "exchange_rate, euros for one unit of the currency (update_invoice)",
        "19% is no rate of iva",
        "21, 10, 4, 0 (update_invoice)",
        "lines[1]: exemption",
        "lines[2]: intra_eu wants a client in another member state (update_client)",
        "lines with and without surcharge_rate",
        "Nothing was written and no number was taken",
    ];
    office.refuses("issue_invoice", json!({"invoice_id": draft}), missing);
    let mut at_once = new;
    at_once["issue"] = json!(true);
    office.refuses("create_invoice", at_once, missing);
    assert_eq!(office.database.value("SELECT count(*) FROM series_counters"), "0");
    assert_eq!(office.database.value("SELECT count(*) FROM registration_records"), "0");
}

#[test]
fn art_6_1_with_one_fact_after_the_other_the_invoice_can_be_issued() {
    let mut office = Office::open_undescribed();
    let client = id(&office.call("create_client", json!({"name": "Cliente, S.L."})));
    let new = json!({"client_id": client, "net_amount": 100, "description": "Work"});
    let draft = id(&office.call("create_invoice", new));
    let facts: Vec<(&str, Value, &str)> = vec![
        ("update_business", json!({"legal_name": "Estudio"}), "legal_name of the business"),
        ("update_business", json!({"tax_id": "12345678Z"}), "tax_id of the business"),
        ("update_business", json!({"street": "Mayor 1"}), "street, postal_code, city of the business"),
        ("update_business", json!({"postal_code": "28001"}), "postal_code, city of the business"),
        ("update_business", json!({"city": "Madrid"}), "city of the business"),
        ("update_client", json!({"client_id": client, "tax_id": "B12345674"}), "tax_id of the client"),
        (
            "update_client",
            json!({"client_id": client, "street": "Mayor 2"}),
            "street, postal_code, city of the client",
        ),
        (
            "update_client",
            json!({"client_id": client, "postal_code": "28001"}),
            "postal_code, city of the client",
        ),
        ("update_client", json!({"client_id": client, "city": "Madrid"}), "city of the client"),
    ];
    for (tool, fact, missing) in facts {
        office.refuses("issue_invoice", json!({"invoice_id": draft}), &[missing, tool]);
        office.call(tool, fact);
    }
    let issued = office.call("issue_invoice", json!({"invoice_id": draft}));
    assert_fields(&issued, json!({"number": number(1), "status": "pending"}));
}

#[test]
fn art_6_1_d_a_private_person_needs_neither_tax_number_nor_address() {
    let mut office = Office::open();
    let client = id(&office.call("create_client", json!({"name": "Ana"})));
    office.sells_not(client, json!({}), &["private_person: true"]);
    office.call("update_client", json!({"client_id": client, "private_person": true}));
    let invoice = office.sold(client, "100", json!({}));
    assert_eq!(invoice["buyer"], json!({"name": "Ana"}));
}

/// EN 16931, BR-06, BR-09, BR-CO-26: a business elsewhere is held to name, tax number and country.
#[test]
fn br_06_and_br_09_a_business_outside_spain_is_held_to_the_minimum_of_the_standard() {
    let mut office = Office::open_undescribed();
    office.call("update_business", json!({"country": "DE"}));
    let client = id(&office.call("create_client", json!({"name": "Kunde GmbH", "country": "DE"})));
    let missing = &["legal_name of the business", "tax_id of the business"];
    office.sells_not(client, json!({"tax_rate": 19}), missing);
    let text = office.refuse(
        "create_invoice",
        json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true}),
    );
    for spanish in ["street", "client", "rate"] {
        assert!(!text.contains(spanish), "{spanish}: {text}");
    }
    office.call("update_business", json!({"legal_name": "Studio GmbH", "tax_id": "DE136695976"}));
    let invoice = office.sold(client, "100", json!({"tax_rate": 19}));
    assert_fields(&invoice, json!({"total": "119.00", "number": number(1)}));
    let dollars = office.sold(client, "100", json!({"tax_rate": 19, "currency": "USD"}));
    assert_fields(&dollars, json!({"total": "119.00", "number": number(2)}));
    // the buyer accounts for the tax everywhere by its number alone
    office.sells_not(client, json!({"tax_category": "reverse_charge"}), &["tax_id of the client"]);
    office.call("update_business", json!({"country": "", "tax_id": ""}));
    office.sells_not(client, json!({}), &["country of the business", "update_business"]);
}

#[test]
fn an_invoice_from_elsewhere_stands_outside_of_it() {
    let mut office = Office::open_undescribed();
    let client = id(&office.call("create_client", json!({"name": "Cliente, S.L."})));
    let invoice = office.invoice(client, "100", json!({"external_number": "A-1", "tax_rate": 19}));
    let invoice = office.get(invoice);
    assert_fields(&invoice, json!({"status": "pending", "external": true, "total": "119.00"}));
    for field in ["seller", "buyer", "record_hash", "mentions"] {
        assert!(invoice.get(field).is_none(), "{field} of {invoice}");
    }
}
