//! The days of an invoice: art. 6.1.i; AEAT, VERI*FACTU, «Validaciones y errores».

use serde_json::json;

use crate::support::office::{Office, assert_fields, today_in};

#[test]
fn an_invoice_is_not_older_than_the_records() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for day in ["1926-11-24", "2024-10-27"] {
        let words = format!("issue_date {day}, and records begin with 2024-10-28");
        office.sells_not(
            client,
            json!({"issue_date": day, "tax_category": "zero"}),
            &[&words, "external_number"],
        );
    }
    let first = office.sold(client, "100", json!({"issue_date": "2024-10-28"}));
    assert_fields(&first, json!({"number": "F-2024-0001"}));
    // of one that was issued elsewhere no record is made
    office.invoice(client, "100", json!({"issue_date": "2012-08-31", "external_number": "A-1"}));
}

#[test]
fn an_operation_is_at_most_20_years_older_than_its_invoice() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let today = today_in("Europe/Madrid");
    let first = today.replace_year(today.year() - 20).unwrap_or(today.replace_day(28).unwrap());
    let of = |day: time::Date, rate: i64| json!({"operation_date": day.to_string(), "tax_rate": rate});
    let before = first.previous_day().unwrap();
    let words = format!("operation_date {before}, which is before {first}, 20 years before the issue date");
    office.sells_not(client, of(before, 16), &[&words, "update_invoice"]);
    // at the rates of then
    let old = office.sold(client, "100", of(first, 16));
    assert_fields(&old, json!({"total": "116.00"}));
    office.sells_not(client, of(first, 21), &["21% is no rate of iva on ", "16, 7, 4"]);
}

/// Ley 20/1991 had other rates before those that are listed.
#[test]
fn a_rate_of_a_day_that_none_is_known_of_is_refused() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let then = json!({"tax_scheme": "igic", "tax_rate": 5, "operation_date": "2012-06-30"});
    office.sells_not(client, then, &["5% on 2012-06-30, of when no rates of igic are known here"]);
    office.sold(client, "100", json!({"tax_scheme": "ipsi", "tax_rate": 4, "operation_date": "2012-06-30"}));
}
