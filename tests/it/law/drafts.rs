//! A draft's tax follows from its client, the business and its day until it is issued: art. 6.1.g and h; art. 101 LIRPF,
//! art. 161 LIVA. What was said of a line stays said.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, day, id};

impl Office {
    /// A draft of 100 before tax, at the usual rate, by its id.
    fn drafted(&mut self, client: i64, more: Value) -> i64 {
        let lines = json!([{"description": "Work", "unit_price": "100"}]);
        let plain = json!({"client_id": client, "lines": lines});
        id(&self.call("create_invoice", crate::support::office::with(plain, more)))
    }

    fn moved(&mut self, draft: i64, client: i64) -> Value {
        self.call("update_invoice", json!({"invoice_id": draft, "client_id": client}))
    }
}

#[test]
fn a_draft_that_moves_to_another_client_is_taxed_as_that_client_is() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 2}));
    let (company, consumer) = (office.company(json!({})), office.client("Ana"));
    let (retailer, abroad) = (office.retailer(), office.abroad("US", "12-3456789"));
    let draft = office.drafted(company, json!({}));
    for (client, surcharge, withholding, payable) in [
        (consumer, "0.00", "0.00", "121.00"),
        (company, "0.00", "2.00", "119.00"),
        (retailer, "5.20", "2.00", "124.20"),
        (abroad, "0.00", "0.00", "121.00"),
        (company, "0.00", "2.00", "119.00"),
        (consumer, "0.00", "0.00", "121.00"),
    ] {
        let expected =
            json!({"surcharge_total": surcharge, "withholding_total": withholding, "payable": payable});
        assert_fields(&office.moved(draft, client), expected.clone());
        assert_fields(&office.get(draft), expected);
    }
    let issued = office.call("issue_invoice", json!({"invoice_id": draft}));
    assert_fields(&issued, json!({"withholding_total": "0.00", "payable": "121.00"}));
}

#[test]
fn what_was_said_of_a_line_is_kept_when_its_client_changes() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 2}));
    let (company, retailer) = (office.company(json!({})), office.retailer());
    let lines = json!([
        {"description": "Said", "unit_price": 100, "tax_rate": 10, "withholding_rate": 7, "surcharge_rate": 0},
        {"description": "Not said", "unit_price": 100},
        {"description": "Exempt", "unit_price": 100, "exemption": "E1"},
    ]);
    let more = json!({"lines": lines, "discount_percent": 10, "adjustments": [
        {"description": "Postage", "amount": 5, "tax_rate": 21}, {"description": "Goodwill", "amount": -2, "tax_rate": 10},
    ]});
    let draft = office.drafted(company, more);
    let moved = office.moved(draft, retailer);
    let rates: Vec<_> = moved["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| ["tax_rate", "surcharge_rate", "withholding_rate"].map(|name| line[name].clone()))
        .collect();
    let none = Value::Null;
    assert_eq!(
        rates,
        [
            [json!("10"), none.clone(), json!("7")],
            [json!("21"), json!("5.2"), json!("2")],
            [json!("0"), none, json!("2")],
        ]
    );
    let amounts: Vec<_> = moved["adjustments"].as_array().unwrap().iter().map(|it| &it["amount"]).collect();
    assert_eq!(amounts, ["-10.00", "-10.00", "-10.00", "5.00", "-2.00"]);
    // nothing changes back and forth
    let before = office.moved(draft, company);
    office.moved(draft, retailer);
    let after = office.moved(draft, company);
    for field in ["lines", "adjustments", "tax_breakdown", "total", "payable"] {
        assert_eq!(before[field], after[field], "{field}");
    }
}

#[test]
fn a_price_with_tax_stays_that_price_when_its_client_changes() {
    let mut office = Office::open();
    let (company, retailer) = (office.company(json!({})), office.retailer());
    let draft = office.drafted(company, json!({"prices_include_tax": true}));
    assert_fields(&office.get(draft), json!({"subtotal": "82.64", "tax": "17.36", "total": "100.00"}));
    let moved = office.moved(draft, retailer);
    assert_fields(
        &moved,
        json!({"subtotal": "79.24", "tax": "16.64", "surcharge_total": "4.12", "total": "100.00"}),
    );
    assert_fields(&office.moved(draft, company), json!({"subtotal": "82.64", "total": "100.00"}));
}

/// What a person saw in the draft is not issued as something else; nor is what no longer holds.
#[test]
fn a_draft_that_no_longer_follows_from_its_client_is_not_issued() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 2}));
    let client = office.company(json!({"tax_id": "87654321X"}));
    let draft = office.drafted(client, json!({}));
    let today = day(0);
    let issue = || json!({"invoice_id": draft});
    office.call("update_client", json!({"client_id": client, "surcharge": true}));
    let words = &[
        "lines[0]: surcharge_rate 0, now 5.2",
        "payable 119.00 EUR, now 124.20",
        "update_invoice",
        &format!("issue_date: {today}"),
    ];
    office.refuses("issue_invoice", issue(), words);
    let anew = office.call("update_invoice", json!({"invoice_id": draft, "issue_date": today}));
    assert_fields(&anew, json!({"surcharge_total": "5.20", "payable": "124.20"}));
    office.call("update_business", json!({"default_withholding_rate": 1, "default_tax_rate": 10}));
    office.refuses(
        "issue_invoice",
        issue(),
        &["tax_category standard, now reduced", "tax_rate 21, now 10", "withholding_rate 2, now 1"],
    );
    // to say it is enough to keep it
    let said = json!([{"description": "Work", "unit_price": "100", "tax_rate": 21, "withholding_rate": 2}]);
    office.call("update_invoice", json!({"invoice_id": draft, "lines": said}));
    assert_fields(&office.call("issue_invoice", issue()), json!({"payable": "124.20"}));
}
