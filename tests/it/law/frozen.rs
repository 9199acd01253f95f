//! Frozen at issue: an invoice shows the facts of its day, whatever became of client and business since.

use serde_json::json;

use crate::support::office::{Office, assert_fields, id};

#[test]
fn seller_buyer_and_name_stay_as_they_were_at_issue() {
    let mut office = Office::open();
    office.call("update_business", json!({"iban": "ES9121000418450200051332", "email": "old@example.com"}));
    let client = office.company(json!({"name": "Antes, S.L.", "email": "antes@example.com"}));
    let issued = office.sold(client, "100", json!({"exemption": "E1"}));
    let seller = json!({
        "name": "Estudio Prueba", "tax_id": "12345678Z", "street": "Calle Mayor 1", "postal_code": "28001",
        "city": "Madrid", "country": "ES", "email": "old@example.com", "iban": "ES9121000418450200051332",
    });
    let buyer = json!({
        "name": "Antes, S.L.", "tax_id": "B12345674", "street": "Gran Vía 2", "postal_code": "28013", "city": "Madrid",
        "country": "ES", "email": "antes@example.com",
    });
    let expected = json!({
        "client_name": "Antes, S.L.", "seller": seller, "buyer": buyer, "mentions": ["Operación exenta (art. 20 LIVA)"],
    });
    assert_fields(&issued, expected.clone());
    let draft = office.sold(client, "100", json!({"issue": false}));
    for none in ["seller", "buyer", "mentions"] {
        assert!(draft.get(none).is_none(), "{none} of a draft");
    }

    let moved = json!({
        "client_id": client, "name": "Después, S.L.", "street": "Sol 3", "city": "Toledo", "tax_id": "B99216582", "email": "",
    });
    office.call("update_client", moved);
    let other = json!({"legal_name": "Otro Nombre", "street": "Luna 4", "iban": "", "language": "en"});
    office.call("update_business", other);
    let look = office.look(&issued);
    assert_fields(&look, expected);
    assert_eq!(look["version"], 1, "the invoice itself has not changed");
    let named = |answer: &serde_json::Value| answer["client_name"].as_str().unwrap().to_owned();
    let listed = office.call("list_invoices", json!({"sort": "oldest"}))["items"].clone();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(named).collect();
    assert_eq!(names, ["Antes, S.L.", "Después, S.L."], "a draft follows its client");

    // what is issued from now on shows the facts of now
    let now = office.call("issue_invoice", json!({"invoice_id": draft["id"]}));
    assert_eq!((&now["buyer"]["name"], &now["buyer"]["city"]), (&json!("Después, S.L."), &json!("Toledo")));
    assert_eq!(now["seller"]["name"], "Otro Nombre");
    assert!(now["seller"].get("iban").is_none(), "{now}");
    let paid = office.call("record_payment", json!({"invoice_id": issued["id"]}));
    assert_eq!(paid["payment"]["client_name"], "Antes, S.L.");
    let verified = office.call("verify_records", json!({}));
    assert_fields(&verified, json!({"verified": true, "documents": 2, "records": 2}));
}

#[test]
fn the_document_is_written_once_and_never_again() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let issued = office.sold(client, "100", json!({}));
    let document = "SELECT document, encode(digest, 'hex') FROM issued_documents";
    let before = office.database.rows(document);
    assert_eq!(before.len(), 1);
    let target = json!({"invoice_id": issued["id"], "due_date": "2999-01-01", "internal_notes": "late"});
    office.call("update_invoice", target);
    office.call("record_payment", json!({"invoice_id": issued["id"], "amount": 1}));
    office.corrected(&issued, json!({}));
    assert_eq!(office.database.rows(document)[0], before[0]);
    let verified = office.call("verify_records", json!({"invoice_id": id(&issued)}));
    assert_fields(&verified, json!({"verified": true, "documents": 1, "records": 1}));
}
