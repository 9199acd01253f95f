//! Invoices that another program worked out by the formulas of EN 16931 (`scripts/fixtures/invoices.py`).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;
use time::macros::date;

use super::{
    codes::Currency,
    line::{self, AdjustmentInput, ContentInput, Line, LineInput, LineKind, compose},
    money,
    tax::{
        category::{Category, Exemption, Scheme},
        treatment::{TreatmentInput, Usual},
    },
};

/// Nothing is usual: what is not said bears no tax.
pub(super) const USUAL: Usual = Usual {
    scheme: Scheme::Iva,
    rate: Decimal::ZERO,
    surcharge: false,
    withholding_rate: Decimal::ZERO,
    on: date!(2026 - 11 - 24),
};

fn cases(name: &str) -> Vec<Value> {
    let fixture: Value = serde_json::from_str(include_str!("../../tests/fixtures/invoices.json")).unwrap();
    fixture[name].as_array().unwrap().clone()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

fn number(value: &Value, key: &str) -> Decimal {
    text(value, key).parse().unwrap()
}

fn currency(case: &Value) -> Currency {
    Currency::parse("currency", text(case, "currency")).unwrap()
}

/// The code of UNCL5305.
fn code(category: Category) -> &'static str {
    match category {
        Category::Standard | Category::Reduced => "S",
        Category::Zero => "Z",
        Category::Exempt => "E",
        Category::ReverseCharge => "AE",
        Category::IntraEu => "K",
        Category::Export => "G",
        Category::OutsideScope => "O",
    }
}

fn treatment(entry: &Value) -> TreatmentInput {
    let category = Category::ALL
        .into_iter()
        .find(|category| code(*category) == text(entry, "category"))
        .filter(|category| !category.is_taxed());
    TreatmentInput {
        category,
        rate: Some(number(entry, "rate")),
        exemption: (category == Some(Category::Exempt)).then_some(Exemption::E1),
        surcharge_rate: Some(number(entry, "surcharge_rate")),
        withholding_rate: Some(number(entry, "withholding_rate")),
    }
}

fn line(entry: &Value) -> LineInput {
    LineInput {
        description: "Algo".into(),
        quantity: number(entry, "quantity"),
        unit_price: number(entry, "price"),
        discount_percent: number(entry, "discount"),
        tax: treatment(entry),
    }
}

fn content(case: &Value) -> ContentInput {
    let adjustment = |entry: &Value| AdjustmentInput {
        description: "Algo".into(),
        amount: number(entry, "amount"),
        tax: treatment(entry),
    };
    let entries = |key: &str| case[key].as_array().unwrap().iter();
    let discount = number(case, "discount");
    ContentInput {
        lines: entries("lines").map(line).collect(),
        discount: (!discount.is_zero()).then(|| (discount, "Descuento".into())),
        adjustments: entries("adjustments").map(adjustment).collect(),
        prices_include_tax: case["with_tax"] == true,
    }
}

/// Everything that was expected, as found, in the same form.
fn found(case: &Value, lines: &[Line]) -> Value {
    let currency = currency(case);
    let money = |amount: Decimal| Value::from(money::display(amount, currency));
    let nets =
        |lines: &[Line]| lines.iter().map(|line| money::display(line.net, currency)).collect::<Vec<_>>();
    let items = lines.iter().take_while(|line| line.kind == LineKind::Item).count();
    let adjustments = case["adjustments"].as_array().unwrap().len();
    let groups = line::groups(lines, currency);
    let mut rates = BTreeMap::<_, (Decimal, Decimal)>::new();
    for group in &groups {
        let (base, tax) = rates.entry((code(group.key.category), group.key.rate.to_string())).or_default();
        (*base, *tax) = (*base + group.base, *tax + group.amount);
    }
    let breakdown: Vec<Value> = rates
        .into_iter()
        .map(|((category, rate), (base, tax))| {
            serde_json::json!({"category": category, "rate": rate, "base": money(base), "tax": money(tax)})
        })
        .collect();
    let mut surcharges: Vec<_> = groups.iter().filter(|group| !group.key.surcharge_rate.is_zero()).collect();
    surcharges.sort_by_key(|group| (group.key.rate.to_string(), group.key.surcharge_rate));
    let surcharges: Vec<Value> = surcharges
        .into_iter()
        .map(|group| {
            let (rate, surcharge_rate) = (group.key.rate.to_string(), group.key.surcharge_rate.to_string());
            serde_json::json!({"rate": rate, "surcharge_rate": surcharge_rate, "amount": money(group.surcharge)})
        })
        .collect();
    let totals = line::totals(lines, currency).unwrap();
    serde_json::json!({
        "nets": nets(&lines[..items]),
        "allowances": nets(&lines[items..lines.len() - adjustments]),
        "breakdown": breakdown,
        "surcharges": surcharges,
        "subtotal": money(totals.subtotal),
        "tax": money(totals.tax),
        "surcharge": money(totals.surcharge),
        "total": money(totals.total),
        "withholding": money(totals.withholding),
        "payable": money(totals.payable),
    })
}

fn assert_all_come_to_what_is_expected(name: &str) {
    let mut wrong = Vec::new();
    for case in cases(name) {
        let lines = compose(&content(&case), USUAL, currency(&case)).unwrap();
        let found = found(&case, &lines);
        if found != case["expected"] {
            wrong.push(format!("{case}\nfound {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// BR-CO-10 to BR-CO-17, BR-S-08 and its sisters.
#[test]
fn invoices_come_to_what_the_standard_s_formulas_say() {
    assert_all_come_to_what_is_expected("invoices");
}

/// The total is the sum of the prices, to the unit.
#[test]
fn tickets_come_to_the_sum_of_their_prices() {
    assert_all_come_to_what_is_expected("tickets");
}
