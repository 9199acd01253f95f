//! Resources: each of them, and what is not there, in both eras.

use serde_json::{Value, json};

use crate::support::office::Office;
use crate::support::session::{Era, Session, facturo};

#[test]
fn each_resource_says_what_its_tool_says() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "10");
    office.draft(client, "20");
    office.call("record_payment", json!({"invoice_id": invoice}));
    for era in [Era::Handshake, Era::Stateless] {
        let mut session = Session::start(facturo().env("DATABASE_URL", office.database.url()), era);
        for (uri, tool, arguments) in [
            ("facturo://business", "get_business", json!({})),
            ("facturo://alerts", "list_alerts", json!({})),
            ("facturo://clients/1", "get_client", json!({"client_id": client})),
            ("facturo://clients/1/invoices", "list_invoices", json!({"client_id": client})),
            ("facturo://invoices/1", "get_invoice", json!({"invoice_id": invoice})),
            ("facturo://invoices/1/history", "get_invoice_history", json!({"invoice_id": invoice})),
        ] {
            assert_eq!(
                session.read_resource(uri).unwrap(),
                session.call(tool, arguments),
                "{uri} in {era:?}"
            );
        }
    }
}

#[test]
fn what_is_not_there_answers_the_protocol_s_not_found() {
    let mut office = Office::open();
    office.client("Ana");
    for (era, code) in [(Era::Handshake, -32002), (Era::Stateless, -32602)] {
        let mut session = Session::start(facturo().env("DATABASE_URL", office.database.url()), era);
        for uri in [
            "facturo://clients/4711",
            "facturo://clients/4711/invoices",
            "facturo://invoices/4711",
            "facturo://invoices/4711/history",
            "facturo://clients/ana",
            "facturo://clients/-1",
            "facturo://clients/1/",
            "facturo://clients/1/payments",
            "facturo://nothing",
            "facturo://",
            "file:///etc/passwd",
        ] {
            let error = session.read_resource(uri).unwrap_err();
            assert_eq!(error["code"], code, "{uri} in {era:?}: {error}");
            assert!(error["message"].as_str().unwrap().starts_with("There is no"), "{error}");
        }
        session.read_resource("facturo://clients/1").unwrap();
    }
}

#[test]
fn resources_and_templates_are_listed() {
    let mut office = Office::open();
    let uris = |answer: Value, list: &str, field: &str| -> Vec<String> {
        let items = answer["result"][list].as_array().unwrap().clone();
        assert!(
            items
                .iter()
                .all(|item| item["mimeType"] == "application/json" && item["description"].is_string())
        );
        items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    let fixed = uris(office.request("resources/list", json!({})), "resources", "uri");
    assert_eq!(fixed, ["facturo://business", "facturo://alerts"]);
    let templates = office.request("resources/templates/list", json!({}));
    let expected = [
        "facturo://clients/{id}",
        "facturo://clients/{id}/invoices",
        "facturo://invoices/{id}",
        "facturo://invoices/{id}/history",
    ];
    assert_eq!(uris(templates, "resourceTemplates", "uriTemplate"), expected);
}
