//! Lists of invoices: each filter, each order, each page.

use serde_json::{Value, json};

use crate::support::office::{NONE, Office, day, id};

/// Invoices of two clients in every state, by name.
struct Books {
    office: Office,
    draft: i64,
    pending: i64,
    overdue: i64,
    part_paid: i64,
    paid: i64,
    cancelled: i64,
}

impl Books {
    fn open() -> Self {
        let mut office = Office::open();
        let (ana, eva) = (office.client("Ana Peñalver"), office.client("Eva"));
        let dated = |from: i64, to: i64| json!({"issue": true, "issue_date": day(from), "due_date": day(to)});
        let draft = office.invoice(ana, "10", json!({"description": "Web en Jaén", "issue_date": day(-5)}));
        let overdue = office.invoice(ana, "30", dated(-60, -30));
        let part_paid = office.invoice(eva, "40", dated(-50, -1));
        let paid = office.invoice(ana, "50", dated(-40, 0));
        let cancelled = office.invoice(eva, "60", dated(-30, 0));
        let pending = office.invoice(eva, "20", dated(-10, 20));
        office.call("record_payment", json!({"invoice_id": part_paid, "amount": 1}));
        office.call("record_payment", json!({"invoice_id": paid}));
        office.call("cancel_invoice", json!({"invoice_id": cancelled, "reason": "twice"}));
        Self { office, draft, pending, overdue, part_paid, paid, cancelled }
    }

    #[track_caller]
    fn finds(&mut self, filter: Value, expected: &[i64]) {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let told = filter.to_string();
        let mut found = self.office.ids("list_invoices", filter);
        found.sort_unstable();
        assert_eq!(found, expected, "{told}");
    }
}

#[test]
fn by_status() {
    let mut books = Books::open();
    let Books { draft, pending, overdue, part_paid, paid, cancelled, .. } = books;
    books.finds(json!({}), &[draft, pending, overdue, part_paid, paid, cancelled]);
    books.finds(json!({"status": "draft"}), &[draft]);
    books.finds(json!({"status": "pending"}), &[pending, overdue, part_paid]);
    books.finds(json!({"status": "paid"}), &[paid]);
    books.finds(json!({"status": "cancelled"}), &[cancelled]);
    books.finds(json!({"status": "overdue"}), &[overdue, part_paid]);
    books.finds(json!({"status": "partially_paid"}), &[part_paid]);
    books.office.refuses("list_invoices", json!({"status": "open"}), &["status", "partially_paid"]);
}

#[test]
fn by_client_and_by_dates() {
    let mut books = Books::open();
    let Books { draft, pending, overdue, part_paid, paid, cancelled, .. } = books;
    books.finds(json!({"client_id": 1}), &[draft, overdue, paid]);
    books.finds(json!({"client_id": 4711}), &[]);
    books.finds(json!({"issued_from": day(-10)}), &[draft, pending]);
    books.finds(json!({"issued_to": day(-50)}), &[overdue, part_paid]);
    books.finds(json!({"issued_from": day(-40), "issued_to": day(-30)}), &[paid, cancelled]);
    books.finds(json!({"due_from": day(1)}), &[draft, pending]);
    books.finds(json!({"due_to": day(-1)}), &[overdue, part_paid]);
    books.finds(json!({"due_from": day(0), "due_to": day(0), "status": "paid"}), &[paid]);
    books.finds(json!({"due_to": day(-2), "status": "overdue"}), &[overdue]);
    for (from, to) in [("issued_from", "issued_to"), ("due_from", "due_to")] {
        books.office.refuses("list_invoices", json!({from: day(1), to: day(0)}), &[to, from, "or later"]);
        books.office.refuses("list_invoices", json!({from: "31/12/2026"}), &[from, "YYYY-MM-DD"]);
        books.office.refuses("list_invoices", json!({to: "2026-02-30"}), &[to, "YYYY-MM-DD"]);
    }
}

#[test]
fn by_total() {
    let mut books = Books::open();
    let Books { draft, pending, overdue, paid, cancelled, .. } = books;
    books.finds(json!({"min_total": 50}), &[paid, cancelled]);
    books.finds(json!({"max_total": "30.00"}), &[draft, pending, overdue]);
    books.finds(json!({"min_total": "49.99", "max_total": 50.01}), &[paid]);
    books.office.refuses("list_invoices", json!({"min_total": "50 €"}), &["min_total", "a number"]);
    books.office.refuses("list_invoices", json!({"max_total": "1e3"}), &["max_total", "a number"]);
    let crossed = json!({"min_total": "50.01", "max_total": 50});
    books.office.refuses("list_invoices", crossed, &["max_total", "50 is below min_total 50.01", "or more"]);
}

#[test]
fn by_words_of_the_client_the_number_the_lines_or_the_notes() {
    let mut books = Books::open();
    let Books { draft, pending, overdue, paid, .. } = books;
    let number = books.office.get(pending)["number"].as_str().unwrap().to_owned();
    books.finds(json!({"query": number}), &[pending]);
    books.finds(json!({"query": number.to_lowercase()}), &[pending]);
    books.finds(json!({"query": "JAEN"}), &[draft]);
    books.finds(json!({"query": "penalver"}), &[draft, overdue, paid]);
    books.finds(json!({"query": "web ana"}), &[draft]);
    books.finds(json!({"query": "web eva"}), &[]);
    for wildcard in ["%", "_", "\\"] {
        books.finds(json!({"query": wildcard}), &[]);
    }
    books.office.call(
        "update_invoice",
        json!({"invoice_id": draft, "notes": "Pedido 77", "internal_notes": "secreto"}),
    );
    books.finds(json!({"query": "pedido"}), &[draft]);
}

#[test]
fn every_order_goes_through_all_pages_and_meets_each_invoice_once() {
    let mut office = Office::open();
    let client = office.client("Ana");
    // many that tie, so that only the id tells them apart
    for n in 0..23_i64 {
        let dates = json!({"issue_date": day(-(n % 4)), "due_date": day(n % 3)});
        office.invoice(client, &(n % 5).to_string(), dates);
    }
    let key = |sort: &str, invoice: &Value| {
        let of = |field: &str| invoice[field].as_str().unwrap().to_owned();
        match sort {
            "newest" | "oldest" => of("issue_date"),
            "due" => of("due_date"),
            _ => of("total"),
        }
    };
    for (sort, ascending) in [("newest", false), ("oldest", true), ("due", true), ("total", false)] {
        for limit in [1, 4, 23, 24] {
            let found = office.pages("list_invoices", json!({"sort": sort}), limit);
            let keys: Vec<_> = found.iter().map(|invoice| (key(sort, invoice), id(invoice))).collect();
            let mut sorted = keys.clone();
            sorted.sort();
            if !ascending {
                sorted.reverse();
            }
            assert_eq!(keys, sorted, "{sort}, {limit} a page");
            assert_eq!(keys.len(), 23);
        }
    }
    assert_eq!(
        office.ids("list_invoices", json!({})),
        office.ids("list_invoices", json!({"sort": "newest"}))
    );
    office.refuses("list_invoices", json!({"sort": "amount"}), &["sort", "newest, oldest, due, total"]);
}

#[test]
fn pages_go_on_after_the_last_row_whatever_was_added_before_it() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let old: Vec<_> = (0..6).map(|n| office.invoice(client, "1", json!({"issue_date": day(-n)}))).collect();
    let first = office.call("list_invoices", json!({"limit": 3}));
    office.invoice(client, "1", json!({"issue_date": day(0)}));
    office.call("delete_invoice", json!({"invoice_id": old[2]}));
    let second = office.ids("list_invoices", json!({"limit": 10, "cursor": first["next_cursor"]}));
    assert_eq!(second, old[3..]);
    office.refuses(
        "list_invoices",
        json!({"sort": "due", "cursor": first["next_cursor"]}),
        &["cursor", "same sort"],
    );
}

#[test]
fn a_cursor_goes_on_from_any_date_that_a_list_may_hold() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let far = json!({"issue_date": "2999-12-31"}); // due in the year 3000
    let drafts = [office.invoice(client, "1", far.clone()), office.invoice(client, "1", far)];
    let found = office.pages("list_invoices", json!({"sort": "due"}), 1);
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), drafts);
    assert_eq!(found[0]["due_date"], "3000-01-30");
}

#[test]
fn what_lists_say_of_an_invoice_is_what_it_says_itself() {
    let mut books = Books::open();
    let items = books.office.call("list_invoices", json!({"limit": 100}))["items"].clone();
    assert_ne!(books.office.ids("list_invoices", json!({})), NONE);
    for listed in items.as_array().unwrap() {
        let whole = books.office.get(id(listed));
        for (field, value) in listed.as_object().unwrap() {
            assert_eq!(&whole[field], value, "{field}");
        }
        assert!(listed.get("lines").is_none() && whole["lines"].is_array());
    }
}
