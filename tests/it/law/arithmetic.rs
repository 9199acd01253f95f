//! EN 16931, BR-CO-10 to BR-CO-17, BG-20 and BG-21, over what the real binary answers.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, with};

fn dec(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn share(base: Decimal, percent: &Value) -> Decimal {
    cents(base * dec(percent) / Decimal::ONE_HUNDRED)
}

/// Works an invoice out once more, from nothing but its lines and adjustments.
#[track_caller]
fn assert_adds_up(invoice: &Value) {
    let items = invoice["lines"].as_array().unwrap();
    let whole = invoice["adjustments"].as_array().unwrap();
    for line in items {
        let factor = Decimal::ONE - dec(&line["discount_percent"]) / Decimal::ONE_HUNDRED;
        let net = cents(dec(&line["quantity"]) * dec(&line["unit_price"]) * factor);
        assert_eq!(dec(&line["net"]), net, "BT-131 of {line}");
    }
    let nets = || {
        let items = items.iter().map(|line| (line, dec(&line["net"])));
        items.chain(whole.iter().map(|adjustment| (adjustment, dec(&adjustment["amount"]))))
    };
    let groups = invoice["tax_breakdown"].as_array().unwrap();
    let mut withheld = std::collections::BTreeMap::<Decimal, Decimal>::new();
    for (line, net) in nets() {
        if let Some(rate) = line.get("withholding_rate") {
            *withheld.entry(dec(rate)).or_default() += net;
        }
    }
    let sum = |field: &str| -> Decimal { groups.iter().filter_map(|group| group.get(field)).map(dec).sum() };
    let subtotal: Decimal = nets().map(|(_, net)| net).sum();
    assert_eq!(dec(&invoice["subtotal"]), subtotal, "BR-CO-10 to BR-CO-13");
    assert_eq!(sum("base"), subtotal, "BR-S-08 and its like");
    for group in groups {
        let of = |(line, _): &(&Value, Decimal)| {
            line["tax_category"] == group["category"]
                && line["tax_rate"] == group["rate"]
                && line.get("exemption") == group.get("exemption")
                && line.get("surcharge_rate") == group.get("surcharge_rate")
        };
        let base: Decimal = nets().filter(of).map(|(_, net)| net).sum();
        assert_eq!(dec(&group["base"]), base, "BT-116 of {group}");
        // a rate's tax is rounded once, whatever surcharges stand beside it
        let of_rate = || groups.iter().filter(|other| other["rate"] == group["rate"]);
        let [bases, amounts] = ["base", "amount"].map(|field| of_rate().map(|it| dec(&it[field])).sum());
        assert_eq!(amounts, share(bases, &group["rate"]), "BR-CO-17 of {group}");
        let own = share(base, &group["rate"]);
        assert!((dec(&group["amount"]) - own).abs() <= Decimal::new(1, 2), "BR-CO-17 of {group}: {own}");
        if let Some(rate) = group.get("surcharge_rate") {
            assert_eq!(dec(&group["surcharge"]), share(base, rate), "{group}");
        }
    }
    assert_eq!(dec(&invoice["tax"]), sum("amount"), "BR-CO-14");
    assert_eq!(dec(&invoice["surcharge_total"]), sum("surcharge"));
    let total = subtotal + sum("amount") + sum("surcharge");
    assert_eq!(dec(&invoice["total"]), total, "BR-CO-15");
    let withheld: Decimal =
        withheld.into_iter().map(|(rate, base)| cents(base * rate / Decimal::ONE_HUNDRED)).sum();
    assert_eq!(dec(&invoice["withholding_total"]), withheld);
    assert_eq!(dec(&invoice["payable"]), total - withheld, "BR-CO-16");
}

/// The same numbers each time, from a generator of the simplest kind.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn decimal(&mut self, end: u64, scale: u32) -> String {
        let units = i64::try_from(1 + self.below(end)).unwrap();
        Decimal::new(units, scale).to_string()
    }
}

fn random_line(numbers: &mut Numbers) -> Value {
    let taxes = [
        json!({}),
        json!({"tax_rate": 10}),
        json!({"tax_rate": 4, "withholding_rate": 7}),
        json!({"withholding_rate": 15}),
        json!({"exemption": "E1"}),
        json!({"tax_category": "zero"}),
        json!({"tax_rate": 21, "surcharge_rate": "5.2"}),
        json!({"tax_category": "outside_scope"}),
    ];
    let mut line = taxes[usize::try_from(numbers.below(8)).unwrap()].clone();
    line["description"] = json!("Work");
    line["quantity"] = json!(numbers.decimal(9_999, 3));
    line["unit_price"] = json!(numbers.decimal(99_999_999, 6));
    line["discount_percent"] = json!(numbers.decimal(9_999, 2));
    line
}

#[test]
fn br_co_10_to_17_hold_to_the_cent_for_many_invoices() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let mut numbers = Numbers(42);
    for _ in 0..60 {
        let lines: Vec<Value> = (0..=numbers.below(12)).map(|_| random_line(&mut numbers)).collect();
        let mut new = json!({"client_id": client, "lines": lines});
        if numbers.below(2) == 0 {
            new["discount_percent"] = json!(numbers.decimal(5_000, 2));
        }
        if numbers.below(2) == 0 {
            let amount = numbers.decimal(9_999, 2);
            new["adjustments"] = json!([{"description": "Postage", "amount": amount, "tax_rate": 21}]);
        }
        let made = office.call("create_invoice", new);
        assert_adds_up(&made);
        assert_adds_up(&office.look(&made));
    }
}

#[test]
fn bg_20_a_discount_on_the_whole_is_taken_off_each_rate() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let lines = json!([
        {"description": "Design", "unit_price": 100},
        {"description": "Books", "unit_price": "33.33", "tax_rate": 4},
        {"description": "More design", "unit_price": 50},
    ]);
    let invoice = office.sold_lines(client, lines.clone(), json!({"discount_percent": "12.5"}));
    assert_adds_up(&invoice);
    // 12.5 % of 150 is 18.75, of 33.33 is 4.17
    let expected = json!([
        {"description": "Descuento 12,5 %", "amount": "-18.75", "tax_category": "standard", "tax_rate": "21"},
        {"description": "Descuento 12,5 %", "amount": "-4.17", "tax_category": "reduced", "tax_rate": "4"},
    ]);
    assert_eq!(invoice["adjustments"], expected);
    assert_fields(&invoice, json!({"subtotal": "160.41", "tax": "28.73", "total": "189.14"}));
    assert_eq!(invoice["lines"].as_array().unwrap().len(), 3);
    office.call("update_business", json!({"language": "en"}));
    let english = office.sold_lines(client, lines.clone(), json!({"discount_percent": 100}));
    assert_eq!(english["adjustments"][0]["description"], "Discount 100%");
    assert_fields(&english, json!({"status": "paid", "total": "0.00"}));
    for (bad, word) in [(json!("101"), "0 to 100"), (json!("-1"), "0 to 100"), (json!("ten"), "a number")] {
        let new = json!({"client_id": client, "lines": lines, "discount_percent": bad});
        office.refuses("create_invoice", new, &["discount_percent", word]);
    }
}

#[test]
fn bg_21_charges_and_allowances_stand_on_the_whole_with_their_own_tax() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let adjustments = json!([
        {"description": "Postage", "amount": "7.50"},
        {"description": "Goodwill", "amount": "-2.25", "tax_rate": 4},
        {"description": "Deposit", "amount": 5, "tax_category": "outside_scope"},
    ]);
    let more = json!({"adjustments": adjustments, "tax_rate": 4});
    let invoice = office.sold(client, "100", more);
    assert_adds_up(&invoice);
    assert_fields(&invoice, json!({"subtotal": "110.25", "tax": "4.21", "total": "114.46"}));
    let told: Vec<_> = invoice["adjustments"].as_array().unwrap().iter().map(|it| &it["amount"]).collect();
    assert_eq!(told, ["7.50", "-2.25", "5.00"]);
    for (adjustment, field, word) in [
        (json!({"description": "x", "amount": 0}), "amount", "is zero"),
        (json!({"description": "x", "amount": "1.005"}), "amount", "2 decimals"),
        (json!({"description": "", "amount": 1}), "description", "1 to 200"),
        (json!({"description": "x"}), "amount", ""),
        (json!({"description": "x", "amount": 1, "quantity": 2}), "quantity", "unknown field"),
    ] {
        let new = json!({
            "client_id": client, "net_amount": 10, "description": "Work", "adjustments": [adjustment],
        });
        office.refuses("create_invoice", new, &["adjustments[0]", field, word]);
    }
    let below = json!({
        "client_id": client, "net_amount": 10, "description": "Work",
        "adjustments": [{"description": "Too much", "amount": "-11"}],
    });
    office.refuses("create_invoice", below, &["lines", "add up to -1.21 EUR"]);
}

/// Arts. 78.Dos.1º and 78.Tres.2º LIVA: what goes with a supply is taxed as the supply is.
#[test]
fn what_stands_on_the_whole_is_taxed_as_its_lines_are() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let (company, retailer) = (office.company(json!({})), office.retailer());
    let (france, america) = (office.abroad("FR", "FR40303265045"), office.abroad("US", "12-3456789"));
    for (client, tax, amount, expected) in [
        (company, json!({"tax_rate": 10}), "-50", json!({"tax": "5.00", "withholding_total": "7.50"})),
        (company, json!({"withholding_rate": 7}), "5", json!({"tax": "22.05", "withholding_total": "7.35"})),
        (company, json!({"exemption": "E1"}), "5", json!({"tax": "0.00", "withholding_total": "15.75"})),
        (company, json!({"tax_category": "reverse_charge"}), "5", json!({"tax": "0.00", "total": "105.00"})),
        (
            retailer,
            json!({"tax_rate": 10, "withholding_rate": 0}),
            "5",
            json!({"tax": "10.50", "surcharge_total": "1.47"}),
        ),
        (france, json!({"tax_category": "intra_eu"}), "5", json!({"tax": "0.00", "total": "105.00"})),
        (america, json!({"exemption": "N2"}), "5", json!({"tax": "0.00", "total": "105.00"})),
    ] {
        let adjustments = json!([{"description": "Postage, or discount", "amount": amount}]);
        let invoice = office.sold(client, "100", with(tax, json!({"adjustments": adjustments})));
        assert_fields(&invoice, expected);
        assert_eq!(invoice["tax_breakdown"].as_array().unwrap().len(), 1, "{invoice}");
        assert_adds_up(&invoice);
    }
}

#[test]
fn what_stands_on_the_whole_of_unlike_lines_says_its_tax() {
    let mut office = Office::open();
    let company = office.company(json!({}));
    let line = |tax: Value| with(json!({"description": "Work", "unit_price": 100}), tax);
    let new = |lines: &Value, tax: Value| {
        let postage = with(json!({"description": "Postage", "amount": 5}), tax);
        json!({"client_id": company, "lines": lines, "adjustments": [postage]})
    };
    let rates = json!([line(json!({})), line(json!({"tax_rate": 10}))]);
    let words =
        &["adjustments[0].tax_rate", "is not given", "not all taxed alike", "one adjustment for each"];
    office.refuses("create_invoice", new(&rates, json!({})), words);
    office.refuses("create_invoice", new(&rates, json!({"withholding_rate": 0})), words);
    let said = office.call("create_invoice", new(&rates, json!({"tax_rate": 10})));
    assert_fields(&said, json!({"subtotal": "205.00", "tax": "31.50"}));
    // and what is withheld
    let withheld = json!([line(json!({})), line(json!({"withholding_rate": 15}))]);
    let words = &["adjustments[0].withholding_rate", "is not given"];
    office.refuses("create_invoice", new(&withheld, json!({})), words);
    let said = office.call("create_invoice", new(&withheld, json!({"withholding_rate": 15})));
    assert_fields(&said, json!({"tax": "43.05", "withholding_total": "15.75"}));
}

/// An expense paid in the client's name (art. 78.Tres.3º LIVA), and an exempt charge.
#[test]
fn what_stands_on_the_whole_may_be_exempt_or_bear_no_withholding() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let company = office.company(json!({}));
    let adjustments = json!([
        {"description": "Fee paid for you", "amount": 50, "tax_category": "outside_scope", "withholding_rate": 0},
        {"description": "Insurance", "amount": 10, "exemption": "E1"},
        {"description": "Abroad", "amount": 10, "exemption": "N2"},
    ]);
    let invoice = office.sold(company, "100", json!({"adjustments": adjustments}));
    assert_fields(&invoice, json!({"tax": "21.00", "total": "191.00", "withholding_total": "18.00"}));
    let bases: Vec<_> =
        invoice["tax_breakdown"].as_array().unwrap().iter().map(|it| &it["exemption"]).collect();
    assert_eq!(bases, [&Value::Null, &json!("E1"), &json!("N1"), &json!("N2")]);
    assert_adds_up(&invoice);
}

/// Arts. 78.Tres.2º and 80.Uno LIVA: what is taken off, is taken off where it was charged.
#[test]
fn no_rate_is_charged_below_zero() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let less =
        |amount: i64, rate: i64| json!([{"description": "Discount", "amount": amount, "tax_rate": rate}]);
    let words = &["-50.00 EUR at standard 21%", "no less than zero", "correct_invoice", "(update_invoice)"];
    office.sells_not(client, json!({"tax_rate": 10, "adjustments": less(-50, 21)}), words);
    let lines = json!([
        {"description": "Work", "unit_price": 100},
        {"description": "Returned", "quantity": -1, "unit_price": 10, "exemption": "E1"},
    ]);
    let new = json!({"client_id": client, "lines": lines, "issue": true});
    office.refuses("create_invoice", new, &["-10.00 EUR at exempt 0%"]);
    office.sold(client, "100", json!({"tax_rate": 10, "adjustments": less(-100, 10)}));
    // what corrects may, and what was issued elsewhere stands as it is
    let elsewhere =
        json!({"tax_rate": 10, "adjustments": less(-50, 21), "issue": false, "external_number": "A-1"});
    let elsewhere = office.sold(client, "100", elsewhere);
    office.corrected(&elsewhere, json!({}));
}

#[test]
fn prices_that_hold_the_tax_give_it_back() {
    let mut office = Office::open();
    let (client, retailer) = (office.client("Ana"), office.retailer());
    let included = || json!({"prices_include_tax": true});
    let invoice = office.sold(client, "121", included());
    assert_fields(&invoice, json!({"subtotal": "100.00", "tax": "21.00", "total": "121.00"}));
    assert_eq!(invoice["lines"][0]["unit_price"], "100");
    let lines = json!([
        {"description": "A", "unit_price": "10", "quantity": 3},
        {"description": "B", "unit_price": "1", "tax_rate": 4},
        {"description": "C", "unit_price": "5", "exemption": "E1"},
    ]);
    let invoice = office.sold_lines(client, lines, included());
    assert_fields(&invoice, json!({"subtotal": "30.75", "tax": "5.25", "total": "36.00"}));
    let first =
        json!({"unit_price": "8.264463", "unit_price_with_tax": "10", "net": "24.79", "gross": "30.00"});
    assert_fields(&invoice["lines"][0], first);
    let with_surcharge = office.sold(retailer, "126.20", included());
    assert_fields(
        &with_surcharge,
        json!({"subtotal": "100.00", "tax": "21.00", "surcharge_total": "5.20", "total": "126.20"}),
    );
}

/// A till's prices are its total, to the cent; base and tax are taken out of it, and BR-CO-17 holds to a cent.
#[test]
fn prices_that_hold_the_tax_add_up_to_the_total() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (price, quantity, rate, subtotal, total) in [
        ("100", "1", 21, "82.64", "100.00"),
        ("0.01", "3", 21, "0.02", "0.03"),
        ("0.01", "1", 21, "0.01", "0.01"),
        ("3", "100000", 10, "272727.27", "300000.00"),
        ("0.05", "900000", 21, "37190.08", "45000.00"),
    ] {
        let lines = json!([
            {"description": "Sold", "unit_price": price, "quantity": quantity, "tax_rate": rate},
        ]);
        let invoice = office.sold_lines(client, lines, json!({"prices_include_tax": true}));
        assert_fields(&invoice, json!({"subtotal": subtotal, "total": total, "payable": total}));
        let paid = office.call("record_payment", json!({"invoice_id": invoice["id"], "amount": total}));
        assert_eq!(paid["invoice"]["status"], "paid");
        let (back, _) = office.corrected(&invoice, json!({}));
        assert_fields(&back, json!({"total": format!("-{total}"), "subtotal": format!("-{subtotal}")}));
    }
    // a discount and postage hold it too
    let lines = json!([
        {"description": "Coffee", "unit_price": "1.50", "quantity": 3, "tax_rate": 10},
        {"description": "Cup", "unit_price": "9.99"},
    ]);
    let more = json!({
        "prices_include_tax": true, "discount_percent": 10,
        "adjustments": [{"description": "Postage", "amount": "4.95", "tax_rate": 21}],
    });
    let ticket = office.sold_lines(client, lines, more);
    // 4.50 + 9.99 − 0.45 − 1.00 + 4.95
    assert_fields(&ticket, json!({"total": "17.99", "subtotal": "15.20", "tax": "2.79"}));
    assert_eq!(ticket["adjustments"][2]["gross"], "4.95");
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}
