//! Series: arts. 6.1.a and 7.1.a. R1, R2.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, day, today_in};

fn year() -> i32 {
    today_in("Europe/Madrid").year()
}

fn shop(more: Value) -> Value {
    let mut series = json!({"code": "SHOP", "kind": "standard", "number_format": "SHOP-{year}-{number:03}"});
    series.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    series
}

#[track_caller]
fn numbers(office: &mut Office, client: i64, series: &str, count: usize) -> Vec<String> {
    let new = || json!({"series": series, "tax_category": "zero"});
    (0..count).map(|_| office.sold(client, "1", new())["number"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_business_begins_with_a_series_for_each_kind() {
    let mut office = Office::open();
    let listed = office.call("list_series", json!({}));
    let told = |code: &str, kind: &str| {
        json!({
            "code": code, "kind": kind, "number_format": format!("{code}-{{year}}-{{number:04}}"),
            "yearly_restart": true, "is_default": true, "next": format!("{code}-{}-0001", year()),
        })
    };
    let expected = json!([told("F", "standard"), told("R", "corrective"), told("S", "simplified")]);
    assert_eq!(listed["items"], expected);
    let client = office.client("Ana");
    numbers(&mut office, client, "F", 2);
    let listed = office.call("list_series", json!({}));
    let told = json!({"next": format!("F-{}-0003", year()), "last_issue_date": day(0)});
    assert_fields(&listed["items"][0], told);
}

#[test]
fn art_6_1_a_each_series_counts_by_itself_without_a_gap() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let made = office.call("create_series", shop(json!({})));
    let next = format!("SHOP-{}-001", year());
    assert_fields(&made, json!({"code": "SHOP", "next": next, "is_default": false, "yearly_restart": true}));
    assert_eq!(numbers(&mut office, client, "SHOP", 2), [1, 2].map(|n| format!("SHOP-{}-{n:03}", year())));
    assert_eq!(numbers(&mut office, client, "F", 1), [format!("F-{}-0001", year())]);
    // a draft remembers the series it is to take its number from
    let new = json!({"client_id": client, "net_amount": 1, "description": "x", "series": "SHOP"});
    let draft = office.call("create_invoice", new);
    let issued = office.call("issue_invoice", json!({"invoice_id": draft["id"]}));
    assert_eq!(issued["number"], format!("SHOP-{}-003", year()));
}

#[test]
fn a_series_goes_on_where_another_system_stopped() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let made = office.call("create_series", shop(json!({"next_number": 120})));
    assert_eq!(made["next"], format!("SHOP-{}-120", year()));
    assert_eq!(numbers(&mut office, client, "SHOP", 1), [format!("SHOP-{}-120", year())]);
    for bad in [json!(0), json!(-1), json!(1_000_000_000), json!("many")] {
        let other = json!({
            "code": "X", "kind": "standard", "number_format": "X-{year}-{number}", "next_number": bad,
        });
        office.refuses("create_series", other, &["next_number"]);
    }
}

#[test]
fn the_default_of_a_kind_is_one() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("create_series", shop(json!({"is_default": true})));
    let number = office.sold(client, "1", json!({}))["number"].clone();
    assert_eq!(number, format!("SHOP-{}-001", year()));
    let listed = office.call("list_series", json!({}));
    let defaults: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|series| series["is_default"] == true)
        .map(|series| series["code"].as_str().unwrap())
        .collect();
    assert_eq!(defaults, ["R", "S", "SHOP"]);
    assert_eq!(
        numbers(&mut office, client, "F", 1),
        [format!("F-{}-0001", year())],
        "the other is still there"
    );
}

#[test]
fn series_that_could_give_one_number_twice_are_refused() {
    let mut office = Office::open();
    office.call("create_series", shop(json!({})));
    for (change, field, words) in [
        (json!({}), "code", "such a series already"),
        (json!({"code": "shop", "number_format": "T-{year}-{number}"}), "code", "such a series already"),
        (json!({"code": "T"}), "number_format", "series SHOP"),
        (json!({"code": "T", "number_format": "F-{year}-{number:06}"}), "number_format", "series F"),
        (
            json!({"code": "T", "number_format": "F-2026-{number}", "yearly_restart": false}),
            "number_format",
            "series F",
        ),
        (json!({"code": "T", "number_format": "{year}"}), "number_format", "{number} once"),
        (json!({"code": "T", "number_format": "T-{number}"}), "number_format", "yearly_restart: false"),
        (json!({"code": "T", "number_format": "T {year}/{number}"}), "number_format", "letters, digits"),
        (json!({"code": "T T", "number_format": "T-{year}-{number}"}), "code", "letters, digits"),
        (json!({"code": "T", "kind": "ticket", "number_format": "T-{year}-{number}"}), "kind", "simplified"),
    ] {
        office.refuses("create_series", shop(change), &[field, words]);
    }
}

#[test]
fn arts_6_and_7_each_kind_has_series_of_its_own() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let sold = office.sold(client, "1", json!({}));
    for (kind, series, words) in [
        ("standard", "R", "numbers corrective invoices"),
        ("standard", "S", "numbers simplified invoices"),
        ("simplified", "F", "numbers standard invoices"),
        ("simplified", "R", "numbers corrective invoices"),
        ("standard", "Z", "no such series"),
    ] {
        let draft = json!({
            "client_id": client, "net_amount": 1, "description": "x", "kind": kind, "series": series,
        });
        office.refuses("create_invoice", draft, &["series", words, kind, "create_series"]);
        office.sells_not(client, json!({"kind": kind, "series": series}), &["series", words]);
    }
    for series in ["F", "S", "Z"] {
        office.corrects_not(&sold, json!({"series": series}), &["series", "for corrective invoices: R"]);
    }
    let credit =
        json!({"code": "NC", "kind": "corrective", "number_format": "NC{number}", "yearly_restart": false});
    office.call("create_series", credit);
    let (correction, _) = office.corrected(&sold, json!({"series": "NC"}));
    assert_eq!(correction["number"], "NC1");
}

#[test]
fn art_6_1_a_dates_never_run_backwards_within_a_series() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.sold(client, "1", json!({"issue_date": day(-5)}));
    office.sold(client, "1", json!({"issue_date": day(-5)}));
    let last = day(-5);
    let words = &["issue_date", &last, "series F", "never run backwards"];
    if day(-6)[..4] == last[..4] {
        office.sells_not(client, json!({"issue_date": day(-6)}), words);
        let draft = office.draft(client, "1");
        office.refuses("issue_invoice", json!({"invoice_id": draft, "issue_date": day(-6)}), words);
    }
    // another series has days of its own
    office.sold(client, "1", json!({"kind": "simplified", "issue_date": day(-6)}));
    let next = office.sold(client, "1", json!({}));
    assert_eq!(next["number"], format!("F-{}-{:04}", year(), if last[..4] == day(0)[..4] { 3 } else { 1 }));
}

#[test]
fn numbers_begin_again_each_year_or_never() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let on = |series: &str, date: &str| json!({"series": series, "issue_date": date, "tax_category": "zero"});
    let ever = json!({
        "code": "E", "kind": "standard", "number_format": "E{number:05}/{year}", "yearly_restart": false,
    });
    assert_eq!(office.call("create_series", ever)["next"], format!("E00001/{}", year()));
    for (series, date, number) in [
        ("F", "2024-12-30", "F-2024-0001"),
        ("F", "2024-12-31", "F-2024-0002"),
        ("F", "2025-01-01", "F-2025-0001"),
        ("E", "2024-12-31", "E00001/2024"),
        ("E", "2025-01-01", "E00002/2025"),
    ] {
        assert_eq!(office.sold(client, "1", on(series, date))["number"], number);
    }
    let back = on("E", "2024-12-31");
    office.sells_not(client, back, &["issue_date", "2025-01-01", "series E"]);
    assert_eq!(numbers(&mut office, client, "E", 1), [format!("E00003/{}", year())]);
}

#[test]
fn a_number_from_elsewhere_moves_the_series_whose_form_it_has() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("create_series", shop(json!({})));
    office.invoice(
        client,
        "1",
        json!({"external_number": format!("SHOP-{}-041", year()), "issue_date": day(-1)}),
    );
    assert_eq!(numbers(&mut office, client, "SHOP", 1), [format!("SHOP-{}-042", year())]);
    assert_eq!(numbers(&mut office, client, "F", 1), [format!("F-{}-0001", year())]);
}

/// A series goes on after what was brought in before it was there, so that no number comes twice and none is left out.
#[test]
fn art_6_1_a_a_new_series_begins_after_numbers_from_elsewhere() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for number in ["A-1", "A-7", "B-x"] {
        office.invoice(client, "1", json!({"external_number": number}));
    }
    let of = |next: Value| {
        json!({
            "code": "A", "kind": "standard", "number_format": "A-{number}", "yearly_restart": false, "next_number": next,
        })
    };
    office.refuses("create_series", of(json!(7)), &["next_number", "8 or more"]);
    let made = office.call("create_series", of(json!(null)));
    assert_eq!(made["next"], "A-8");
    assert!(made.get("last_issue_date").is_none(), "it has numbered nothing itself: {made}");
    assert_eq!(numbers(&mut office, client, "A", 2), ["A-8", "A-9"]);
    // each year by itself
    office.invoice(client, "1", json!({"external_number": format!("{}/003", year())}));
    let yearly = json!({"code": "Y", "kind": "standard", "number_format": "{year}/{number:03}"});
    assert_eq!(office.call("create_series", yearly)["next"], format!("{}/004", year()));
    // case alone tells no numbers apart
    let same =
        json!({"code": "Z", "kind": "standard", "number_format": "a-{number}", "yearly_restart": false});
    office.refuses("create_series", same, &["number_format", "series A"]);
}
