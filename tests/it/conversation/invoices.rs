//! Invoices: made, changed, issued, cancelled, deleted.

use serde_json::{Value, json};

use crate::support::office::{NONE, Office, assert_fields, day, id, number, with};

#[test]
fn an_invoice_is_priced_line_by_line_and_taxed_by_rate() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let lines = json!([
        {"description": "Design", "quantity": "12.5", "unit_price": "40.335", "discount_percent": 10},
        {"description": "Printing", "quantity": 3, "unit_price": 0.335, "tax_rate": 10},
        {"description": "Book", "unit_price": "20", "tax_rate": "4.00"},
        {"description": "Less a book", "quantity": -1, "unit_price": "20", "tax_rate": 4},
    ]);
    let made = office.call("create_invoice", json!({"client_id": client, "lines": lines, "notes": "Thanks"}));
    // 12.5 × 40.335 × 0.9 = 453.76875; 3 × 0.335 = 1.005; and their taxes 95.2917 and 0.101
    let expected = json!({
        "status": "draft", "client_id": client, "client_name": "Ana", "currency": "EUR", "version": 1,
        "issue_date": day(0), "due_date": day(30), "notes": "Thanks", "external": false,
        "subtotal": "454.78", "tax": "95.39", "total": "550.17", "paid": "0.00", "outstanding": "0.00",
        "is_overdue": false, "days_overdue": 0, "is_partially_paid": false, "payments": [],
        "tax_breakdown": [
            {"category": "standard", "rate": "21", "base": "453.77", "amount": "95.29"},
            {"category": "reduced", "rate": "4", "base": "0.00", "amount": "0.00"},
            {"category": "reduced", "rate": "10", "base": "1.01", "amount": "0.10"},
        ],
    });
    assert_fields(&made, expected.clone());
    let first = json!({
        "description": "Design", "quantity": "12.5", "unit_price": "40.335", "discount_percent": "10",
        "tax_category": "standard", "tax_rate": "21", "net": "453.77",
    });
    assert_eq!(made["lines"][0], first);
    assert!(made.get("number").is_none(), "{made}");
    assert_fields(&office.get(id(&made)), expected);
}

#[test]
fn a_net_amount_makes_a_single_line() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let made = office.call(
        "create_invoice",
        json!({"client_id": client, "net_amount": 150.5, "description": "Logo", "internal_notes": "rush"}),
    );
    assert_fields(
        &made,
        json!({"subtotal": "150.50", "tax": "31.61", "total": "182.11", "internal_notes": "rush"}),
    );
    assert_fields(&made["lines"][0], json!({"quantity": "1", "unit_price": "150.5", "tax_rate": "21"}));
}

#[test]
fn an_amount_has_the_decimals_of_its_currency() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (currency, rate, price, total, paid) in [
        ("JPY", json!("0.0062"), "1000.5", "1211", "11"),
        ("KWD", json!(3), "10.0005", "12.101", "0.101"),
        ("EUR", Value::Null, "10.005", "12.11", "0.11"),
    ] {
        let lines = json!([{"description": "Work", "unit_price": price}]);
        let new = json!({
            "client_id": client, "currency": currency, "exchange_rate": rate, "lines": lines, "issue": true,
        });
        let invoice = office.call("create_invoice", new);
        assert_eq!(invoice["total"], total, "{currency}");
        let finer = format!("{paid}{}1", if currency == "JPY" { "." } else { "" });
        let payment = json!({"invoice_id": id(&invoice), "amount": finer});
        office.refuses("record_payment", payment, &["amount", "decimals", currency]);
        let paid = office.call("record_payment", json!({"invoice_id": id(&invoice), "amount": paid}));
        assert_eq!(paid["invoice"]["currency"], currency);
    }
    for (currency, net, most) in
        [("JPY", "1.5", "0 decimals"), ("EUR", "1.005", "2 decimals"), ("KWD", "1.0005", "3 decimals")]
    {
        let new = json!({"client_id": client, "currency": currency, "net_amount": net, "description": "x"});
        office.refuses("create_invoice", new, &["net_amount", most, currency]);
    }
}

#[test]
fn terms_come_from_the_client_then_from_the_business() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("update_client", json!({"client_id": client, "payment_terms_days": 0}));
    let at_once = office.invoice(client, "1", json!({"issue_date": "2026-03-31"}));
    assert_eq!(office.get(at_once)["due_date"], "2026-03-31");
    let agreed = office.invoice(client, "1", json!({"issue_date": "2026-03-31", "due_date": "2026-05-01"}));
    assert_eq!(office.get(agreed)["due_date"], "2026-05-01");
}

#[test]
fn issuing_gives_the_next_number_of_the_year_and_nothing_else_does() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let drafts: Vec<_> = (1..=3).map(|n| office.draft(client, &n.to_string())).collect();
    office.call("delete_invoice", json!({"invoice_id": drafts[0]}));
    let issued = office.call("issue_invoice", json!({"invoice_id": drafts[2]}));
    assert_fields(
        &issued,
        json!({"number": number(1), "status": "pending", "outstanding": "3.00", "version": 2}),
    );
    let at_once = office.issued(client, "4");
    office.refuse("issue_invoice", json!({"invoice_id": drafts[1], "issue_date": day(1)}));
    office.refuse("issue_invoice", json!({"invoice_id": drafts[2]}));
    assert_eq!(office.get(at_once)["number"], number(2));
    let earlier = office.call("issue_invoice", json!({"invoice_id": drafts[1], "issue_date": "2024-12-29"}));
    assert_fields(&earlier, json!({"number": "F-2024-0001", "issue_date": "2024-12-29", "is_overdue": true}));
    let next = office.issued(client, "5");
    assert_eq!(office.get(next)["number"], number(3));
}

#[test]
fn a_draft_issued_later_than_planned_takes_today_and_its_terms_move_along() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let planned = json!({"issue_date": day(-40)});
    let by_terms = office.invoice(client, "1", planned.clone());
    assert_eq!(office.get(by_terms)["due_date"], day(-10));
    let issued = office.call("issue_invoice", json!({"invoice_id": by_terms}));
    assert_fields(&issued, json!({"issue_date": day(0), "due_date": day(30)}));

    let agreed = office.invoice(client, "1", with(planned, json!({"due_date": day(5)})));
    let issued = office.call("issue_invoice", json!({"invoice_id": agreed}));
    assert_fields(&issued, json!({"issue_date": day(0), "due_date": day(5)}));

    let too_late = office.invoice(client, "1", json!({"issue_date": day(-40), "due_date": day(-1)}));
    office.refuses(
        "issue_invoice",
        json!({"invoice_id": too_late}),
        &["due_date", "before the issue date", &day(0)],
    );
}

#[test]
fn a_date_that_cannot_be_an_issue_date_is_refused_with_what_can() {
    let mut office = Office::open();
    let (ana, eva) = (office.client("Ana"), office.client("Eva"));
    let draft = office.draft(ana, "1");
    let on = |date: &str| json!({"invoice_id": draft, "issue_date": date});
    office.refuses(
        "issue_invoice",
        on(&day(1)),
        &["issue_date", "in the future", &day(0), "keep it as a draft"],
    );
    office.refuses("issue_invoice", on("tomorrow"), &["issue_date", "YYYY-MM-DD"]);
    office.refuses("issue_invoice", on("1899-12-31"), &["issue_date", "YYYY-MM-DD"]);
    office.refuses("issue_invoice", json!({}), &["invoice_id", "is required"]);
    office.call("archive_client", json!({"client_id": eva}));
    let to_eva = json!({"invoice_id": draft, "client_id": eva});
    office.refuses("update_invoice", to_eva, &["archived", "archived: false"]);
    let planned = json!({"invoice_id": draft, "issue_date": day(9), "due_date": day(8)});
    office.refuses("update_invoice", planned, &["due_date", &day(9), "or later"]);
}

#[test]
fn an_invoice_over_nothing_is_paid_as_it_is_issued() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let free = office.issued(client, "0");
    assert_fields(&office.get(free), json!({"status": "paid", "total": "0.00", "outstanding": "0.00"}));
}

#[test]
fn a_draft_may_change_in_every_field_and_its_lines_are_replaced_whole() {
    let mut office = Office::open();
    let (ana, eva) = (office.client("Ana"), office.client("Eva"));
    let draft = office.draft(ana, "10");
    let change = json!({
        "client_id": eva, "currency": "USD", "issue_date": "2026-02-01", "due_date": "2026-02-02",
        "notes": "printed", "internal_notes": "not printed",
    });
    let lines = json!([{"description": "A", "unit_price": 1}, {"description": "B", "unit_price": 2}]);
    let changed =
        office.call("update_invoice", with(json!({"invoice_id": draft, "lines": lines}), change.clone()));
    assert_fields(&changed, with(change, json!({"client_name": "Eva", "total": "3.63", "version": 2})));
    assert_eq!(changed["lines"].as_array().unwrap().len(), 2);

    let changed =
        office.call("update_invoice", json!({"invoice_id": draft, "net_amount": 5, "description": "C"}));
    assert_eq!(changed["lines"].as_array().unwrap().len(), 1);
    assert_fields(&changed, json!({"total": "6.05", "currency": "USD", "due_date": "2026-02-02"}));
    let cleared = office.call(
        "update_invoice",
        json!({"invoice_id": draft, "notes": "", "internal_notes": "", "due_date": ""}),
    );
    assert!(cleared.get("notes").is_none() && cleared.get("internal_notes").is_none(), "{cleared}");
    assert_eq!(cleared["due_date"], "2026-03-03", "an agreed date that is cleared gives way to the terms");
}

#[test]
fn another_currency_wants_the_lines_anew() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let draft = office.draft(client, "10.55");
    for (field, other) in [("currency", "JPY"), ("tax_scheme", "igic")] {
        let alone = json!({"invoice_id": draft, field: other});
        office.refuses("update_invoice", alone, &[field, "not converted", "lines anew"]);
    }
    let lines = json!([{"description": "Work", "unit_price": "1700.5", "tax_category": "zero"}]);
    let yen = office.call("update_invoice", json!({"invoice_id": draft, "currency": "JPY", "lines": lines}));
    assert_fields(&yen, json!({"currency": "JPY", "total": "1701", "subtotal": "1701"}));
}

#[test]
fn an_issued_invoice_stands_but_for_its_due_date_and_internal_notes() {
    let mut office = Office::open();
    let (ana, eva) = (office.client("Ana"), office.client("Eva"));
    let issued = office.issued(ana, "10");
    for (field, value) in [
        ("client_id", json!(eva)),
        ("lines", json!([{"description": "x", "unit_price": 1}])),
        ("issue_date", json!(day(-1))),
        ("currency", json!("USD")),
        ("notes", json!("x")),
    ] {
        let change = json!({"invoice_id": issued, field: value, "internal_notes": "x"});
        office.refuses("update_invoice", change, &[&number(1), "pending", field, "correct_invoice"]);
    }
    office.refuses(
        "update_invoice",
        json!({"invoice_id": issued, "due_date": day(-1)}),
        &["due_date", &day(0)],
    );
    office.refuses("update_invoice", json!({"invoice_id": issued, "due_date": ""}), &["due_date", "a date"]);

    let changed = office.call(
        "update_invoice",
        json!({"invoice_id": issued, "due_date": day(90), "internal_notes": "asked for time"}),
    );
    let expected =
        json!({"due_date": day(90), "document_due_date": day(30), "internal_notes": "asked for time"});
    assert_fields(&changed, expected);

    office.call("record_payment", json!({"invoice_id": issued}));
    office.refuses(
        "update_invoice",
        json!({"invoice_id": issued, "due_date": day(60)}),
        &["due_date", "paid"],
    );
    let noted = office.call("update_invoice", json!({"invoice_id": issued, "internal_notes": ""}));
    assert!(noted.get("internal_notes").is_none(), "{noted}");
}

#[test]
fn only_drafts_are_deleted_and_only_issued_invoices_are_cancelled() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let (draft, issued) = (office.draft(client, "10"), office.issued(client, "20"));
    let (paid, part_paid) = (office.issued(client, "30"), office.issued(client, "40"));
    office.call("record_payment", json!({"invoice_id": paid}));
    office.call("record_payment", json!({"invoice_id": part_paid, "amount": "0.01"}));
    let reason = |invoice: i64| json!({"invoice_id": invoice, "reason": "twice"});

    office.refuses(
        "delete_invoice",
        json!({"invoice_id": issued}),
        &[&number(1), "pending", "cancel_invoice"],
    );
    office.refuses("cancel_invoice", reason(draft), &["never issued", "delete_invoice"]);
    office.refuses("cancel_invoice", reason(paid), &["30.00 EUR", "reverse_payment"]);
    office.refuses("cancel_invoice", reason(part_paid), &["0.01 EUR", "reverse_payment"]);
    office.refuses("cancel_invoice", json!({"invoice_id": issued}), &["reason", "is required"]);
    office.refuses("cancel_invoice", json!({"invoice_id": issued, "reason": " "}), &["reason", "1 to 4000"]);

    let cancelled = office.call("cancel_invoice", reason(issued));
    let expected =
        json!({"status": "cancelled", "cancel_reason": "twice", "number": number(1), "outstanding": "0.00"});
    assert_fields(&cancelled, expected);
    office.refuses("cancel_invoice", reason(issued), &["already cancelled"]);
    for (tool, arguments) in [
        ("delete_invoice", json!({"invoice_id": issued})),
        ("issue_invoice", json!({"invoice_id": issued})),
        ("update_invoice", json!({"invoice_id": issued, "due_date": day(90)})),
        ("record_payment", json!({"invoice_id": issued})),
    ] {
        office.refuses(tool, arguments, &["cancelled", &number(1)]);
    }

    let deleted = office.call("delete_invoice", json!({"invoice_id": draft}));
    assert_fields(&deleted["deleted"], json!({"id": draft, "client_name": "Ana", "total": "10.00"}));
    office.refuses(
        "get_invoice",
        json!({"invoice_id": draft}),
        &[&format!("no invoice {draft}"), "list_invoices"],
    );
    assert_eq!(office.ids("list_invoices", json!({"status": "draft"})), NONE);
}

#[test]
fn an_invoice_answers_to_its_id_and_to_its_number() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let issued = office.issued(client, "10");
    let bare = |mut invoice: Value| {
        invoice.as_object_mut().unwrap().remove("summary");
        invoice
    };
    let by_id = bare(office.get(issued));
    for reference in [json!(number(1)), json!(issued.to_string()), json!(format!(" {} ", number(1)))] {
        assert_eq!(bare(office.call("get_invoice", json!({"invoice_id": reference}))), by_id, "{reference}");
    }
    for tool in ["get_invoice_history", "list_payments"] {
        office.call(tool, json!({"invoice_id": number(1)}));
    }
    let paid = office.call("record_payment", json!({"invoice_id": number(1)}));
    assert_fields(&paid["invoice"], json!({"id": issued, "number": number(1), "client_name": "Ana"}));
    for reference in
        [json!("F-1999-0001"), json!("nonsense"), json!(0), json!(-1), json!("99999999999999999999")]
    {
        let told = reference.as_str().map_or(reference.to_string(), str::to_owned);
        office.refuses(
            "get_invoice",
            json!({"invoice_id": reference}),
            &[&format!("no invoice {told}"), "list_invoices"],
        );
    }
}
