//! The business: its first shape, what it takes, what it refuses.

use serde_json::json;

use crate::support::database::Database;
use crate::support::office::{Office, assert_fields, id, today_in, with};
use crate::support::session::{Era, Session, facturo};

#[test]
fn a_new_business_has_spains_defaults_and_asks_for_its_name() {
    let database = Database::new();
    for era in [Era::Handshake, Era::Stateless] {
        let mut session = Session::start(facturo().env("DATABASE_URL", database.url()), era);
        let business = session.call("get_business", json!({}));
        let expected = json!({
            "id": 1, "version": 1, "currency": "EUR", "time_zone": "Europe/Madrid", "language": "es",
            "payment_terms_days": 30, "default_tax_rate": "21",
        });
        assert_fields(&business, expected);
        assert!(business.get("legal_name").is_none(), "{business}");
        assert!(business["summary"].as_str().unwrap().contains("update_business"), "{business}");
        assert_eq!(session.close().code, Some(0));
    }
}

#[test]
fn every_field_is_kept_and_an_empty_string_clears_the_optional_ones() {
    let mut office = Office::open();
    let cleared_by_empty = json!({
        "legal_name": "Álvarez y Hnos., S.L.", "tax_id": "B12345674", "street": "Calle Mayor 1",
        "postal_code": "28013", "city": "Madrid", "province": "Madrid", "country": "ES",
        "email": "facturas@example.com", "phone": "+34 910 000 000", "iban": "ES9121000418450200051332",
    });
    let others = json!({
        "currency": "USD", "time_zone": "Atlantic/Canary", "language": "en", "payment_terms_days": 15,
        "default_tax_rate": "7.5",
    });
    let all = with(cleared_by_empty.clone(), others.clone());
    assert_fields(&office.call("update_business", all.clone()), with(all.clone(), json!({"version": 2})));
    assert_fields(&office.call("get_business", json!({})), all);

    let empty: serde_json::Map<_, _> =
        cleared_by_empty.as_object().unwrap().keys().map(|field| (field.clone(), json!(""))).collect();
    let business = office.call("update_business", empty.clone().into());
    assert!(empty.keys().all(|field| business.get(field).is_none()), "{business}");
    assert_fields(&business, others);
}

#[test]
fn what_is_typed_is_brought_into_its_standard_form() {
    let mut office = Office::open();
    let typed = json!({
        "tax_id": "b-12.345.674", "iban": "es91 2100 0418 4502 0005 1332", "country": "es", "currency": "eur",
        "postal_code": 28013, "default_tax_rate": 10, "payment_terms_days": "60", "time_zone": "europe/madrid",
    });
    let kept = json!({
        "tax_id": "B12345674", "iban": "ES9121000418450200051332", "country": "ES", "currency": "EUR",
        "postal_code": "28013", "default_tax_rate": "10", "payment_terms_days": 60, "time_zone": "Europe/Madrid",
    });
    assert_fields(&office.call("update_business", typed), kept);
}

#[test]
fn a_change_of_nothing_leaves_no_new_version_and_no_event() {
    let mut office = Office::open();
    office.call("update_business", json!({"legal_name": "Ana"}));
    assert_eq!(office.call("update_business", json!({"legal_name": " Ana "}))["version"], 2);
    assert_eq!(office.database.value("SELECT count(*) FROM events"), "1");
}

#[test]
fn bad_values_are_refused_by_field_with_what_is_accepted() {
    let mut office = Office::open();
    for (field, bad, accepted) in [
        ("legal_name", json!("x".repeat(201)), "1 to 200 characters"),
        ("legal_name", json!("Ana\u{7}"), "control character"),
        ("legal_name", json!(true), "a string"),
        ("tax_id", json!("¿?"), "3 to 30 letters and digits"),
        ("street", json!("x".repeat(201)), "1 to 200 characters"),
        ("postal_code", json!("1".repeat(21)), "1 to 20 characters"),
        ("city", json!("a\nb"), "control character"),
        ("province", json!("\u{0}"), "control character"),
        ("country", json!("Spain"), "ISO 3166-1"),
        ("email", json!("ana maria@example.com"), "such as ana@example.com"),
        ("phone", json!("6".repeat(41)), "1 to 40 characters"),
        ("iban", json!("ES91 2100 0418 4502 0005 1333"), "ES91 2100 0418 4502 0005 1332"),
        ("currency", json!("EURO"), "ISO 4217"),
        ("time_zone", json!("Madrid"), "Europe/Madrid"),
        ("language", json!("fr"), "es or en"),
        ("payment_terms_days", json!(366), "0 to 365"),
        ("payment_terms_days", json!(-1), "0 to 365"),
        ("payment_terms_days", json!("soon"), "0 to 365"),
        ("default_tax_rate", json!(100.5), "0 to 100"),
        ("default_tax_rate", json!("-1"), "0 to 100"),
        ("default_tax_rate", json!("21%"), "a number"),
        ("default_tax_rate", json!("1.00001"), "4 decimals"),
    ] {
        office.refuses("update_business", json!({"legal_name": "x", field: bad}), &[field, accepted]);
    }
}

#[test]
fn today_is_the_business_s_own_day() {
    let mut office = Office::open();
    let client = office.client("Ana");
    // these two never share a day
    for zone in ["Pacific/Midway", "Pacific/Kiritimati"] {
        office.call("update_business", json!({"time_zone": zone}));
        let invoice = office.issued(client, "10");
        assert_eq!(office.get(invoice)["issue_date"], today_in(zone).to_string(), "{zone}");
    }
}

#[test]
fn the_defaults_of_the_business_reach_new_invoices() {
    let mut office = Office::open();
    let defaults = json!({"currency": "USD", "payment_terms_days": 10, "default_tax_rate": "8.875"});
    office.call("update_business", defaults);
    let client = office.client("Ana");
    let draft = office.call(
        "create_invoice",
        json!({"client_id": client, "lines": [{"description": "Work", "unit_price": 100}], "issue_date": "2026-03-01"}),
    );
    assert_fields(
        &draft,
        json!({"currency": "USD", "due_date": "2026-03-11", "tax": "8.88", "total": "108.88"}),
    );
    assert!(id(&draft) > 0);
}
