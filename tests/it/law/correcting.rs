//! Corrective invoices: art. 15, by difference and by substitution. R2, R11.

use facturo::domain::date;
use serde_json::{Value, json};

use crate::support::office::{NONE, Office, assert_fields, id, number, today_in, with};

fn corrective(place: i64) -> String {
    format!("R-{}-{place:04}", today_in("Europe/Madrid").year())
}

#[test]
fn art_15_a_correction_names_its_original_and_the_original_keeps_all_it_had() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({"notes": "Thanks"}));
    let (correction, after) = office.corrected(&original, json!({"reason": "All came back"}));
    let day = date::spanish(today_in("Europe/Madrid"));
    let expected = json!({
        "kind": "corrective", "number": corrective(1), "client_id": client, "currency": "EUR",
        "subtotal": "-100.00", "tax": "-21.00", "total": "-121.00", "payable": "-121.00", "status": "paid",
        "netted": "-121.00", "outstanding": "0.00", "superseded": false, "corrected_by": [],
        "mentions": [format!("Factura rectificativa de la {}, de {day}: All came back", number(1))],
        "corrects": {
            "invoice_id": original["id"], "number": number(1), "method": "difference", "code": "R1",
            "reason": "All came back",
        },
    });
    assert_fields(&correction, expected.clone());
    assert_fields(&correction["lines"][0], json!({"quantity": "-1", "unit_price": "100", "net": "-100.00"}));
    assert!(correction.get("notes").is_none(), "{correction}");
    let kept =
        ["number", "status", "lines", "total", "issue_date", "due_date", "notes", "record_hash", "buyer"];
    for field in kept {
        assert_eq!(after[field], original[field], "{field}");
    }
    let expected_after = json!({
        "status": "pending", "netted": "121.00", "outstanding": "0.00", "superseded": false, "is_overdue": false,
        "corrected_by": [{
            "invoice_id": correction["id"], "number": corrective(1), "method": "difference", "total": "-121.00",
        }],
    });
    assert_fields(&after, expected_after.clone());
    assert_fields(&office.look(&original), expected_after);
    assert_fields(&office.look(&correction), expected);
    let history = office.call("get_invoice_history", json!({"invoice_id": original["id"]}));
    assert_eq!(history["items"][0]["action"], "corrected");
    assert_eq!(history["items"][0]["changes"]["corrected_by"]["after"], corrective(1));
}

#[test]
fn art_15_by_difference_it_may_take_back_some_lines_and_be_done_again() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let lines = json!([
        {"description": "Design", "unit_price": 1000},
        {"description": "Books", "quantity": 60, "unit_price": "18.50", "tax_rate": 4},
    ]);
    let original = office.sold_lines(client, lines, json!({}));
    assert_eq!(original["total"], "2364.40");
    let back = |books: i64| json!([{"description": "Books", "quantity": -books, "unit_price": "18.50", "tax_rate": 4}]);
    let (first, after) = office.corrected(&original, json!({"lines": back(10)}));
    assert_fields(
        &first,
        json!({"number": corrective(1), "subtotal": "-185.00", "tax": "-7.40", "total": "-192.40"}),
    );
    assert_fields(&after, json!({"outstanding": "2172.00", "netted": "192.40"}));
    let (second, after) = office.corrected(&original, json!({"lines": back(50)}));
    assert_fields(&second, json!({"number": corrective(2), "total": "-962.00"}));
    assert_fields(&after, json!({"outstanding": "1210.00", "netted": "1154.40", "status": "pending"}));
    assert_eq!(after["corrected_by"].as_array().unwrap().len(), 2);
    // more may be put on as well: the client owes it on the corrective invoice
    let more = json!({"net_amount": 50, "description": "Hours forgotten"});
    let (third, after) = office.corrected(&original, more);
    assert_fields(
        &third,
        json!({"total": "60.50", "status": "pending", "outstanding": "60.50", "netted": "0.00"}),
    );
    assert_eq!(after["outstanding"], "1210.00");
    let paid = office.call("record_payment", json!({"invoice_id": third["id"]}));
    assert_fields(&paid["invoice"], json!({"status": "paid", "paid": "60.50"}));
}

#[test]
fn art_15_all_of_an_invoice_is_taken_back_to_the_cent() {
    let mut office = Office::open();
    let client = office.retailer();
    let lines = json!([
        {"description": "A", "quantity": "3.333", "unit_price": "7.77", "discount_percent": "3.5"},
        {"description": "B", "unit_price": "0.07", "tax_rate": 4},
        {"description": "C", "unit_price": "9.99", "tax_rate": 10},
        {"description": "D", "unit_price": "5", "tax_category": "outside_scope"},
    ]);
    let more = json!({
        "discount_percent": "7.5", "adjustments": [{"description": "Postage", "amount": "4.99", "tax_rate": 21}],
    });
    let original = office.sold_lines(client, lines, more);
    let (correction, after) = office.corrected(&original, json!({}));
    for field in ["subtotal", "tax", "surcharge_total", "total", "payable"] {
        let [of, taken] = [&original, &correction].map(|it| it[field].as_str().unwrap());
        assert_eq!(taken, format!("-{of}"), "{field}");
    }
    assert_eq!(after["outstanding"], "0.00");
    assert_eq!(correction["mentions"].as_array().unwrap().len(), 2, "{}", correction["mentions"]);
}

#[test]
fn art_15_a_substitution_stands_in_the_place_of_an_unpaid_original() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    let right = json!({"method": "substitution", "net_amount": 80, "description": "Less work"});
    let (correction, after) = office.corrected(&original, right);
    assert_fields(
        &correction,
        json!({"number": corrective(1), "total": "96.80", "outstanding": "96.80", "status": "pending", "netted": "0.00"}),
    );
    assert_fields(&correction["corrects"], json!({"method": "substitution", "code": "R4"}));
    assert_fields(
        &after,
        json!({"number": number(1), "total": "121.00", "outstanding": "0.00", "netted": "121.00", "superseded": true}),
    );
    // the one that stands is corrected by substitution again
    let once_more = json!({"method": "substitution", "net_amount": 90, "description": "More work"});
    let (second, first) = office.corrected(&correction, once_more);
    assert_fields(&second, json!({"total": "108.90", "outstanding": "108.90"}));
    assert_fields(&first, json!({"superseded": true, "outstanding": "0.00"}));
    assert_eq!(second["corrects"]["number"], corrective(1));
}

#[test]
fn art_15_what_was_paid_of_the_original_counts_for_the_one_in_its_place() {
    for (paid, right, outstanding, status) in [
        ("50.00", 80, "46.80", "pending"),
        ("121.00", 80, "-24.20", "pending"),
        ("96.80", 80, "0.00", "paid"),
        ("121.00", 200, "121.00", "pending"),
    ] {
        let mut office = Office::open();
        let client = office.company(json!({}));
        let original = office.sold(client, "100", json!({}));
        office.call("record_payment", json!({"invoice_id": original["id"], "amount": paid}));
        let right = json!({"method": "substitution", "net_amount": right, "description": "Work"});
        let (correction, after) = office.corrected(&original, right);
        assert_fields(&correction, json!({"netted": paid, "outstanding": outstanding, "status": status}));
        let before = if paid == "121.00" { "paid" } else { "pending" };
        assert_fields(
            &after,
            json!({"paid": paid, "outstanding": "0.00", "superseded": true, "status": before}),
        );
        let client = office.call("get_client", json!({"client_id": client}));
        let total = correction["total"].clone();
        assert_fields(
            &client["totals"][0],
            json!({"invoiced": total, "paid": paid, "outstanding": outstanding}),
        );
    }
}

#[test]
fn the_sums_count_corrections_and_not_what_they_replace() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let returned = office.sold(client, "100", json!({}));
    let replaced = office.sold(client, "200", json!({}));
    office.sold(client, "300", json!({}));
    office
        .corrected(&returned, json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 40}]}));
    office.corrected(&replaced, json!({"method": "substitution", "net_amount": 150, "description": "Work"}));
    // 121 − 48.40 + 181.50 + 363
    let sums = json!({"subtotal": "510.00", "tax": "107.10", "total": "617.10", "paid": "0.00", "outstanding": "617.10"});
    for group_by in ["month", "client", "city", "currency"] {
        let summary = office.call("summarize_invoices", json!({"group_by": group_by}));
        assert_eq!(summary["items"].as_array().unwrap().len(), 1, "{group_by}");
        assert_fields(&summary["items"][0], sums.clone());
    }
    let standing = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &standing["totals"][0],
        json!({"invoiced": "617.10", "outstanding": "617.10", "paid": "0.00", "overdue": "0.00"}),
    );
    let overdue = json!({"status": "overdue"});
    assert_eq!(office.ids("list_invoices", overdue), NONE);
}

#[track_caller]
fn assert_sums(office: &mut Office, from: &str, to: &str, expected: Value) {
    let period = json!({"issued_from": from, "issued_to": to, "group_by": "currency"});
    let found = office.call("summarize_invoices", period);
    assert_fields(&found["items"][0], expected);
}

/// What was declared for a quarter stays what it was: a replacement declares its difference, in its own quarter.
#[test]
fn art_89_cinco_liva_a_period_stays_what_it_was_when_it_is_corrected_later() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let (before, today) = (crate::support::office::day(-100), crate::support::office::day(0));
    let withheld = json!({"issue_date": before, "withholding_rate": 15});
    let original = office.sold(client, "1000", withheld.clone());
    office.sold(client, "500", withheld);
    office.call("record_payment", json!({"invoice_id": original["id"], "amount": 200}));
    let declared =
        json!({"subtotal": "1500.00", "tax": "315.00", "total": "1815.00", "withholding_total": "225.00"});
    assert_sums(&mut office, &before, &before, declared.clone());
    let same =
        json!({"method": "substitution", "net_amount": 1000, "description": "Work", "withholding_rate": 15});
    let (again, _) = office.corrected(&original, same);
    assert_sums(&mut office, &before, &before, declared.clone());
    let owed = json!({"subtotal": "0.00", "tax": "0.00", "total": "0.00", "paid": "0.00", "netted": "-860.00", "outstanding": "860.00"});
    assert_sums(&mut office, &today, &today, owed);
    // and once more, by less
    let less =
        json!({"method": "substitution", "net_amount": 900, "description": "Work", "withholding_rate": 15});
    office.corrected(&again, less);
    assert_sums(&mut office, &before, &before, declared);
    assert_sums(
        &mut office,
        &today,
        &today,
        json!({"subtotal": "-100.00", "tax": "-21.00", "outstanding": "754.00"}),
    );
    assert_sums(
        &mut office,
        &before,
        &today,
        json!({"subtotal": "1400.00", "tax": "294.00", "paid": "200.00", "outstanding": "1284.00"}),
    );
}

#[test]
fn what_a_correction_has_settled_is_no_longer_overdue() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let late =
        json!({"issue_date": crate::support::office::day(-20), "due_date": crate::support::office::day(-5)});
    let settled = office.sold(client, "100", late.clone());
    let partly = office.sold(client, "100", late);
    office.corrected(&settled, json!({}));
    office.corrected(&partly, json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 60}]}));
    assert_fields(
        &office.look(&settled),
        json!({"is_overdue": false, "days_overdue": 0, "is_partially_paid": false}),
    );
    assert_eq!(office.ids("list_invoices", json!({"status": "overdue"})), [id(&partly)]);
    let alerts = office.call("list_alerts", json!({"days_ahead": 60}));
    assert_eq!(alerts["overdue"].as_array().unwrap().len(), 1);
    assert_fields(&alerts["overdue"][0], json!({"invoice_id": partly["id"], "amount": "48.40"}));
    assert_eq!(
        alerts["totals"],
        json!([{"kind": "overdue", "currency": "EUR", "count": 1, "amount": "48.40"}])
    );
    office.refuses("record_payment", json!({"invoice_id": settled["id"]}), &["owes nothing", "get_invoice"]);
}

/// Orden HAC/1177/2024, list L2.
#[test]
fn art_80_liva_the_cause_is_said_or_follows_from_the_method() {
    let mut office = Office::open();
    let (company, person) = (office.company(json!({})), office.client("Ana"));
    let code = |correction: &Value| correction["corrects"]["code"].as_str().unwrap().to_owned();
    for (cause, code_expected) in
        [(json!(null), "R1"), (json!("R2"), "R2"), (json!("r3"), "R3"), (json!("R4"), "R4")]
    {
        let original = office.sold(company, "100", json!({}));
        let (correction, _) = office.corrected(&original, json!({"cause": cause}));
        assert_eq!(code(&correction), code_expected);
    }
    let ticket = office.sold(person, "100", json!({"kind": "simplified"}));
    let (correction, _) = office.corrected(&ticket, json!({}));
    assert_eq!((code(&correction).as_str(), &correction["kind"]), ("R5", &json!("corrective")));
    let original = office.sold(person, "100", json!({}));
    office.corrects_not(&original, json!({"cause": "R9"}), &["cause", "R1 (returns"]);
    office.corrects_not(&original, json!({"method": "both"}), &["method", "difference or substitution"]);
    // insolvency and uncollectable debts want a debtor who is identified
    for cause in ["R2", "R3"] {
        office.corrects_not(&original, json!({"cause": cause}), &["without a NIF", "tax_id"]);
    }
}

/// Art. 90.Dos LIVA: the rate of the operation stays, whatever the law says by now.
#[test]
fn a_correction_is_taxed_as_its_original_was() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let then = json!({"tax_rate": "7.5", "issue_date": "2024-12-30"});
    let original = office.sold(client, "100", then);
    let (correction, _) = office.corrected(
        &original,
        json!({"lines": [
            {"description": "Work", "quantity": -1, "unit_price": 50, "tax_rate": "7.5"},
        ]}),
    );
    assert_fields(&correction, json!({"total": "-53.75"}));
    assert_eq!(correction["tax_breakdown"][0]["category"], "reduced");
    for (field, other) in [("currency", "USD"), ("tax_scheme", "igic")] {
        let lines = json!([{"description": "Work", "quantity": -1, "unit_price": 1}]);
        office.corrects_not(
            &original,
            json!({field: other, "lines": lines}),
            &[field, "keeps the original's"],
        );
    }
}

/// Art. 6.1.i: the operation is the original's, and so is its day, however often it is corrected.
#[test]
fn a_correction_is_of_the_day_of_the_operation_and_so_is_the_next() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let line = |quantity: i64| json!([{"description": "Work", "quantity": quantity, "unit_price": 50, "tax_rate": "7.5"}]);
    let original = office.sold(client, "100", json!({"tax_rate": "7.5", "issue_date": "2024-12-30"}));
    let right = json!({"method": "substitution", "lines": line(1), "issue_date": "2025-02-01"});
    let (replacement, _) = office.corrected(&original, right);
    let (once_more, _) = office.corrected(&replacement, json!({"lines": line(2)}));
    for (correction, total) in [(&replacement, "53.75"), (&once_more, "107.50")] {
        assert_fields(correction, json!({"total": total, "operation_date": "2024-12-30"}));
        let record = format!(
            "SELECT (record::json -> 'RegistroAlta') ->> 'FechaOperacion' FROM registration_records WHERE invoice_id = {}",
            correction["id"]
        );
        assert_eq!(office.database.value(&record), "30-12-2024");
    }
    // issued on that very day it needs no other
    let today = office.sold(client, "100", json!({}));
    let (correction, _) = office.corrected(&today, json!({}));
    assert!(correction.get("operation_date").is_none(), "{correction}");
}

#[test]
fn an_invoice_from_elsewhere_is_corrected_in_our_series() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let external =
        office.invoice(client, "100", json!({"external_number": "A/17", "tax_category": "standard"}));
    let external = office.get(external);
    let (correction, after) = office.corrected(&external, json!({}));
    assert_fields(&correction, json!({"number": corrective(1), "total": "-121.00", "status": "paid"}));
    assert_eq!(correction["corrects"]["number"], "A/17");
    assert_eq!(after["outstanding"], "0.00");
    assert!(!office.look(&external)["summary"].to_string().contains("A/17"));
    assert_eq!(office.database.value("SELECT count(*) FROM registration_records"), "1");
}

#[test]
fn art_15_a_difference_changes_something() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let original = office.sold(client, "100", json!({}));
    let free = json!([{"description": "Sample", "unit_price": 10, "discount_percent": 100}]);
    let free = office.sold_lines(client, free, json!({}));
    let words = ["change nothing of F-", "method: substitution"];
    let line = |price: &str, quantity: i64| json!({"description": "Work", "unit_price": price, "quantity": quantity});
    office.corrects_not(&original, json!({"lines": [line("0", 1)]}), &words);
    office.corrects_not(&original, json!({"lines": [line("10", 1), line("10", -1)]}), &words);
    office.corrects_not(&free, json!({}), &[]);
    // another rate is a change, and so is another withholding
    let other = with(line("10", 1), json!({"tax_rate": 10}));
    office.corrected(&original, json!({"lines": [line("10", -1), other]}));
}
