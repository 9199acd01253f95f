use proptest::prelude::*;
use time::macros::date;

use super::*;
use crate::domain::tax::category::Scheme;

const USUAL: Usual = Usual {
    scheme: Scheme::Iva,
    rate: Decimal::from_parts(21, 0, 0, false, 0),
    surcharge: false,
    withholding_rate: Decimal::ZERO,
    on: date!(2026 - 11 - 24),
};

fn input(quantity: &str, unit_price: &str, discount: &str) -> LineInput {
    LineInput {
        description: "Logo".into(),
        quantity: quantity.parse().unwrap(),
        unit_price: unit_price.parse().unwrap(),
        discount_percent: discount.parse().unwrap(),
        tax: TreatmentInput::default(),
    }
}

fn item(input: &LineInput) -> Result<Line> {
    Line::item(input, 3, false, USUAL, Currency::EUR)
}

#[test]
fn a_line_s_net_is_rounded_half_away_from_zero() {
    for (quantity, price, discount, net) in [
        ("3", "0.335", "0", "1.01"),
        ("-3", "0.335", "0", "-1.01"),
        ("2", "150.50", "10", "270.90"),
        ("0.333333", "3", "0", "1.00"),
        ("1", "100", "100", "0.00"),
        ("999999999999", "0.999999", "0", "999998999999.00"),
    ] {
        let line = item(&input(quantity, price, discount)).unwrap();
        assert_eq!(money::display(line.net, Currency::EUR), net, "{quantity} × {price}");
    }
}

#[test]
fn a_bad_line_is_named_by_its_place() {
    let error = item(&input("0", "1", "0")).unwrap_err().to_string();
    assert!(error.starts_with("lines[3].quantity"), "{error}");
    assert!(item(&input("1", "-1", "0")).is_err());
    assert!(item(&input("999999999999.999999", "999999999999.999999", "0")).is_err());
}

fn with_tax(lines: Vec<LineInput>) -> ContentInput {
    ContentInput { lines, prices_include_tax: true, ..ContentInput::default() }
}

#[test]
fn a_price_with_tax_gives_its_tax_back() {
    let lines = compose(&with_tax(vec![input("10", "12.10", "0")]), USUAL, Currency::EUR).unwrap();
    assert_eq!((lines[0].unit_price, lines[0].net), (Decimal::TEN, Decimal::from(100)));
}

/// The lines of a rate share one rounding, so that none is off by more than a unit, and their sum not at all.
#[test]
fn lines_priced_with_tax_share_one_rounding() {
    let lines = compose(&with_tax(vec![input("1", "1", "0"); 3]), USUAL, Currency::EUR).unwrap();
    let nets: Vec<String> = lines.iter().map(|line| money::display(line.net, Currency::EUR)).collect();
    assert_eq!(nets, ["0.83", "0.82", "0.83"]); // 3 / 1.21 is 2.48
}

#[test]
fn a_discount_on_the_whole_is_taken_off_each_rate() {
    let reduced = TreatmentInput { rate: Some(Decimal::TEN), ..TreatmentInput::default() };
    let lines = vec![input("1", "100", "0"), LineInput { tax: reduced, ..input("1", "33.33", "0") }];
    let discount = Some((Decimal::TEN, "Descuento 10 %".to_owned()));
    let shipping = AdjustmentInput { description: "Portes".into(), amount: Decimal::from(5), tax: reduced };
    let content = ContentInput { lines, discount, adjustments: vec![shipping], ..ContentInput::default() };
    let nets: Vec<String> = compose(&content, USUAL, Currency::EUR)
        .unwrap()
        .iter()
        .map(|line| format!("{} {}", line.kind.name(), money::display(line.net, Currency::EUR)))
        .collect();
    assert_eq!(nets, ["item 100.00", "item 33.33", "allowance -10.00", "allowance -3.33", "charge 5.00"]);
}

proptest! {
    #[test]
    fn no_input_panics(
        quantity in -999_999_999_999_999_999_i64..=999_999_999_999_999_999,
        price in 0..=999_999_999_999_999_999_i64,
        discount in 0..=1_000_000_i64,
    ) {
        let input = LineInput {
            quantity: Decimal::new(quantity, 6),
            unit_price: Decimal::new(price, 6),
            discount_percent: Decimal::new(discount, 4),
            ..input("1", "1", "0")
        };
        let _ = item(&input);
    }

    /// As large, small and many as what is read may be.
    #[test]
    fn no_invoice_panics(
        lines in prop::collection::vec((quantities(), extreme(), 0..=1_000_000_i64, rates()), 0..520),
        adjustment in extreme(),
        discount in 0..=1_000_000_i64,
        code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        prices_include_tax: bool,
    ) {
        let line = |(quantity, price, less, rate): (i64, Decimal, i64, i64)| LineInput {
            quantity: Decimal::new(quantity, 6),
            unit_price: price.abs(),
            discount_percent: Decimal::new(less, 4),
            tax: TreatmentInput { rate: Some(Decimal::new(rate, 4)), ..TreatmentInput::default() },
            ..input("1", "1", "0")
        };
        let content = ContentInput {
            lines: lines.into_iter().map(line).collect(),
            discount: Some((Decimal::new(discount, 4), "Descuento".into())),
            adjustments: vec![AdjustmentInput {
                description: "Portes".into(),
                amount: adjustment.trunc(),
                tax: TreatmentInput::default(),
            }],
            prices_include_tax,
        };
        let currency = Currency::parse("currency", code).unwrap();
        let _ = price(&content, USUAL, currency);
    }

    /// A ticket comes to the sum of its prices, to the unit, and to base and tax as BR-CO-17 lets them be.
    #[test]
    fn prices_with_tax_add_up_to_the_total(content in tickets(), retailer: bool) {
        let usual = Usual { surcharge: retailer, ..USUAL };
        let lines = compose(&content, usual, Currency::EUR).unwrap();
        let totals = totals(&lines, Currency::EUR).unwrap();
        let asked: Decimal = lines.iter().map(Line::amount).sum();
        prop_assert_eq!(totals.total, asked);
        prop_assert_eq!(totals.subtotal, lines.iter().map(|line| line.net).sum::<Decimal>());
        let cent = Decimal::new(1, 2);
        for group in groups(&lines, Currency::EUR) {
            let of = |rate: Decimal| money::round(group.base * rate / Decimal::ONE_HUNDRED, Currency::EUR);
            prop_assert!((group.amount - of(group.key.rate)).abs() <= cent, "{group:?}");
            prop_assert!((group.surcharge - of(group.key.surcharge_rate)).abs() <= cent, "{group:?}");
        }
    }

    /// What was asked is known from the lines, and leads to them again.
    #[test]
    fn what_was_asked_is_kept(content in tickets(), prices_include_tax: bool, retailer: bool) {
        let content = ContentInput { prices_include_tax, ..content };
        let lines = compose(&content, USUAL, Currency::EUR).unwrap();
        prop_assert_eq!(&compose(&ContentInput::of(&lines), USUAL, Currency::EUR).unwrap(), &lines);
        let usual = Usual { surcharge: retailer, withholding_rate: Decimal::from(15), ..USUAL };
        let moved = compose(&ContentInput::of(&lines), usual, Currency::EUR).unwrap();
        prop_assert_eq!(moved, compose(&content, usual, Currency::EUR).unwrap());
    }
}

/// Prices to the cent with their tax, at several rates, with a discount and postage.
fn tickets() -> impl Strategy<Value = ContentInput> {
    let line = (1..=2_000_i64, 1..=1_000_000_i64, prop::sample::select(vec![None, Some(10), Some(4)]));
    let line = line.prop_map(|(quantity, cents, rate): (i64, i64, Option<i64>)| LineInput {
        quantity: Decimal::new(quantity, u32::from(quantity % 7 == 0) * 3),
        unit_price: Decimal::new(cents, 2),
        tax: TreatmentInput { rate: rate.map(Decimal::from), ..TreatmentInput::default() },
        ..input("1", "1", "0")
    });
    let postage = prop::option::of(1..=2_000_i64);
    let discount = prop::sample::select(vec![0, 5, 10, 33]);
    (prop::collection::vec(line, 1..20), discount, postage).prop_map(|(lines, discount, postage)| {
        let postage = postage.map(|cents| AdjustmentInput {
            description: "Portes".into(),
            amount: Decimal::new(cents, 2),
            tax: TreatmentInput { rate: Some(Decimal::TEN), ..TreatmentInput::default() },
        });
        ContentInput {
            lines,
            discount: (discount != 0).then(|| (Decimal::from(discount), "Descuento".into())),
            adjustments: postage.into_iter().collect(),
            prices_include_tax: true,
        }
    })
}

fn quantities() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![-1_000_000, -1, 1, 500_000, 1_000_000])
}

fn rates() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![0, 1, 40_000, 1_000_000])
}

fn extreme() -> impl Strategy<Value = Decimal> {
    let most = 999_999_999_999_999_999_i64;
    let edges = vec![-most, -1_000_000, -1, 1, 1_000_000, 999_999_000_000, most];
    prop_oneof![prop::sample::select(edges), -most..=most].prop_map(|micros| Decimal::new(micros, 6))
}
