//! What cannot be corrected, or not so: art. 15. Each refusal writes nothing.

use serde_json::json;

use crate::support::office::{Office, day, id, today_in, with};

#[test]
fn what_was_never_issued_or_is_void_has_no_correction() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let draft = office.sold(client, "100", json!({"issue": false}));
    office.corrects_not(&draft, json!({}), &["is a draft", "update_invoice"]);
    let cancelled = office.sold(client, "100", json!({}));
    office.call("cancel_invoice", json!({"invoice_id": cancelled["id"], "reason": "twice"}));
    office.corrects_not(&cancelled, json!({}), &["is cancelled", "create_invoice"]);
    office.refuses("correct_invoice", json!({"invoice_id": 4711, "reason": "x"}), &["no invoice 4711"]);
    office.refuses("correct_invoice", json!({"invoice_id": draft["id"]}), &["reason", "is required"]);
    let issued = office.sold(client, "100", json!({}));
    office.corrects_not(&issued, json!({"reason": ""}), &["reason", "1 to 500"]);
}

/// From the operation on; of what art. 80 LIVA names, since it came about, which the cause says.
#[test]
fn art_15_3_four_years_after_its_operation_an_invoice_is_corrected_for_a_cause_of_art_80_alone() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let today = today_in("Europe/Madrid");
    let years_ago = |days: i64| {
        let then = today.replace_year(today.year() - 4).unwrap_or(today.replace_day(28).unwrap());
        (then + time::Duration::days(days)).to_string()
    };
    // of before there were records, so they were issued elsewhere
    let mut brought_in = |number: &str, more| {
        let new = with(json!({"external_number": number, "tax_rate": 21}), more);
        let invoice = office.invoice(client, "100", new);
        office.get(invoice)
    };
    let too_old = brought_in("A-1", json!({"issue_date": years_ago(-1)}));
    let operation = |days| json!({"issue_date": years_ago(20), "operation_date": years_ago(days)});
    let old = brought_in("A-2", operation(0));
    let issued_late = brought_in("A-3", operation(-1));
    let ticket = brought_in("A-4", json!({"kind": "simplified", "issue_date": years_ago(-1)}));
    for original in [&too_old, &issued_late] {
        for more in [json!({}), json!({"cause": "R4"})] {
            office.corrects_not(original, more, &["more than 4 years ago", "art. 15.3", "R1, R2 or R3"]);
        }
        office.corrected(original, json!({"cause": "R1"}));
    }
    office.corrects_not(&ticket, json!({}), &["more than 4 years ago", "cause R5"]);
    office.corrected(&ticket, json!({"cause": "R5"}));
    office.corrected(&old, json!({}));
}

#[test]
fn what_another_stands_in_for_is_corrected_there() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let original = office.sold(client, "100", json!({}));
    let right = || json!({"method": "substitution", "net_amount": 80, "description": "Work"});
    let (correction, _) = office.corrected(&original, right());
    for more in [json!({}), right()] {
        office.corrects_not(&original, more, &["was replaced", "in its place"]);
    }
    // the one in its place is an invoice like any other
    office.corrected(
        &correction,
        json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 10}]}),
    );
}

#[test]
fn a_correction_by_difference_is_corrected_at_its_original() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let original = office.sold(client, "100", json!({}));
    let (correction, _) = office.corrected(
        &original,
        json!({"lines": [
            {"description": "Work", "quantity": -1, "unit_price": 10},
        ]}),
    );
    office.corrects_not(
        &correction,
        json!({}),
        &["itself a correction by difference", "the original once more"],
    );
    let right = json!({"method": "substitution", "net_amount": 80, "description": "Work"});
    office.corrects_not(&original, right, &["by difference before", "by difference once more"]);
}

#[test]
fn no_more_is_taken_back_than_is_left() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let original = office.sold(client, "100", json!({}));
    let back = |net: &str| json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": net}]});
    office.corrects_not(&original, back("100.01"), &["lines", "121.00 EUR", "-121.00"]);
    office.corrected(&original, back("60"));
    office.corrects_not(&original, back("40.01"), &["lines", "48.40 EUR"]);
    office.corrected(&original, back("40"));
    office.corrects_not(&original, back("0.01"), &["taken back already"]);
    let short = json!({"net_amount": "-5", "description": "Work"});
    office.corrects_not(&original, short, &["net_amount", "a line of lines with a quantity below zero"]);
    let below = json!({"method": "substitution", "lines": [
        {"description": "Work", "quantity": -1, "unit_price": 1},
    ]});
    let other = office.sold(client, "100", json!({}));
    office.corrects_not(&other, below, &["lines", "less than zero"]);
    office.corrects_not(&other, json!({"method": "substitution"}), &["lines", "all that is right"]);
}

#[test]
fn a_corrected_invoice_and_its_correction_cannot_be_cancelled() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let words = &["so it cannot be cancelled", "correct_invoice"];
    for paid in [false, true] {
        for more in [
            json!({}),
            json!({"net_amount": 10, "description": "More"}),
            json!({"method": "substitution", "net_amount": 150, "description": "Work"}),
        ] {
            let original = office.sold(client, "100", json!({}));
            let payment = paid.then(|| {
                id(&office.call("record_payment", json!({"invoice_id": original["id"]}))["payment"])
            });
            let (correction, _) = office.corrected(&original, more);
            if let Some(payment) = payment {
                office.call("reverse_payment", json!({"payment_id": payment, "reason": "bounced"}));
            }
            for invoice in [&original, &correction] {
                let cancel = json!({"invoice_id": invoice["id"], "reason": "x"});
                if office.look(invoice)["status"] == "pending" {
                    office.refuses("cancel_invoice", cancel, words);
                } else {
                    office.refuse("cancel_invoice", cancel);
                }
            }
        }
    }
}

#[test]
fn a_correction_is_never_older_than_its_original_nor_of_the_future() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let original = office.sold(client, "100", json!({"issue_date": day(-3)}));
    let (before, original_day) = (day(-4), day(-3));
    office.corrects_not(&original, json!({"issue_date": before}), &["issue_date", &original_day, "or later"]);
    office.corrects_not(&original, json!({"issue_date": day(1)}), &["issue_date", "in the future"]);
    let (correction, _) = office.corrected(&original, json!({"issue_date": original_day}));
    assert_eq!(correction["issue_date"], day(-3));
    // and within its series no day runs backwards
    let later = office.sold(client, "100", json!({}));
    office.corrected(&later, json!({}));
    let third = office.sold(client, "100", json!({"kind": "simplified", "issue_date": day(-3)}));
    office.corrects_not(
        &third,
        json!({"issue_date": day(-2)}),
        &["issue_date", "series R", "never run backwards"],
    );
}
