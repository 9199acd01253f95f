//! Invoices that were issued elsewhere, before facturo.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, id, number, today_in, with};

fn external(client: i64, number: &str) -> Value {
    json!({
        "client_id": client, "net_amount": 100, "description": "Work", "tax_category": "zero", "external_number": number,
        "issue_date": "2025-11-03",
    })
}

/// One whose number has the form of ours, of this year.
fn external_of_ours(client: i64, number: &str) -> Value {
    let year = today_in("Europe/Madrid").year();
    with(external(client, number), json!({"issue_date": format!("{year}-01-01")}))
}

#[test]
fn it_keeps_its_number_and_takes_none_of_ours() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let made = office.call("create_invoice", external(client, " 2025/0017-B "));
    let expected =
        json!({"number": "2025/0017-B", "status": "pending", "external": true, "outstanding": "100.00"});
    assert_fields(&made, expected);
    assert!(!made["summary"].as_str().unwrap().contains("2025/0017-B"), "{made}");
    let ours = office.issued(client, "1");
    assert_eq!(office.get(ours)["number"], number(1));
    assert_eq!(id(&office.call("get_invoice", json!({"invoice_id": "2025/0017-B"}))), id(&made));
    let paid = office.call("record_payment", json!({"invoice_id": "2025/0017-B"}));
    assert_eq!(paid["invoice"]["status"], "paid");
}

#[test]
fn a_number_is_given_once() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("create_invoice", external(client, "A-1"));
    let again = &["external_number", "another invoice", "not used yet"];
    office.refuses("create_invoice", external(client, "A-1"), again);
    let ours = office.issued(client, "1");
    let taken = office.get(ours)["number"].as_str().unwrap().to_owned();
    office.refuses("create_invoice", external_of_ours(client, &taken), &["external_number", "series F"]);
    // a slip in the year would move the series of that year for good
    office.refuses(
        "create_invoice",
        external(client, &number(9)),
        &["external_number", "the year of its issue_date"],
    );
}

#[test]
fn our_series_goes_on_after_numbers_of_its_form_that_came_before_it() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for place in [40, 42, 41] {
        office.call("create_invoice", external_of_ours(client, &number(place)));
    }
    let first = office.issued(client, "1");
    assert_eq!(office.get(first)["number"], number(43));
    // behind our first number nothing may come in, before it a gap may be filled
    let words = &["external_number", "series F", "before the first one is issued here"];
    office.refuses("create_invoice", external_of_ours(client, &number(44)), words);
    office.refuses("create_invoice", external_of_ours(client, &number(4711)), words);
    office.call("create_invoice", external_of_ours(client, &number(7)));
    office.refuses("create_invoice", external_of_ours(client, &number(43)), words);
    let second = office.issued(client, "1");
    assert_eq!(office.get(second)["number"], number(44));
}

#[test]
fn a_number_that_looks_like_the_id_of_another_is_never_guessed() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let (first, second) = (office.issued(client, "1"), office.issued(client, "2"));
    let numbered = id(&office.call("create_invoice", external(client, &first.to_string())));
    let by = |office: &mut Office, reference: Value| {
        id(&office.call("get_invoice", json!({"invoice_id": reference})))
    };
    let both = [&*format!("id:{first}"), &format!("id:{numbered}")];
    office.refuses("get_invoice", json!({"invoice_id": first.to_string()}), &both);
    office.refuses("cancel_invoice", json!({"invoice_id": first.to_string(), "reason": "x"}), &both);
    assert_eq!(by(&mut office, json!(format!("id:{numbered}"))), numbered);
    assert_eq!(by(&mut office, json!(format!("id:{first}"))), first);
    assert_eq!(by(&mut office, json!(first)), first);
    assert_eq!(by(&mut office, json!(second.to_string())), second);
}

#[test]
fn bad_external_numbers_are_refused() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for bad in ["Ñ-1", "1\n2", "a;b", &"1".repeat(61)] {
        office.refuses("create_invoice", external(client, bad), &["external_number", "60"]);
    }
    let mut future = external(client, "A-1");
    future["issue_date"] = json!("2999-01-01");
    office.refuses("create_invoice", future, &["issue_date", "in the future"]);
}
