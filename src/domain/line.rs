//! Lines of an invoice (EN 16931, BG-25), and the allowances and charges on the whole of it (BG-20, BG-21).

use rust_decimal::Decimal;

use super::{
    codes::Currency,
    money,
    tax::{
        self, TaxGroup, Totals,
        treatment::{Treatment, TreatmentInput, Usual},
    },
};
use crate::error::{Error, Result};

/// Lines that one invoice may have, allowances and charges included.
pub const LINES_MAX: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Something that was sold (BG-25).
    Item,
    /// Taken off the whole (BG-20).
    Allowance,
    /// Put on the whole (BG-21).
    Charge,
}

impl LineKind {
    pub const ALL: [Self; 3] = [Self::Item, Self::Allowance, Self::Charge];

    pub fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Allowance => "allowance",
            Self::Charge => "charge",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    pub description: String,
    /// Up to 6 decimals; below zero takes back what an earlier line gives. 1 for allowances and charges.
    pub quantity: Decimal,
    /// Before tax, up to 6 decimals, never below zero (BR-27).
    pub unit_price: Decimal,
    /// Percent off quantity × price.
    pub discount_percent: Decimal,
    pub treatment: Treatment,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency (BT-131); below zero for an allowance.
    pub net: Decimal,
}

/// A line as it is asked for.
#[derive(Debug, Clone)]
pub struct LineInput {
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    /// The price holds the tax and the surcharge already.
    pub price_includes_tax: bool,
    pub discount_percent: Decimal,
    pub tax: TreatmentInput,
}

/// Something put on (above zero) or taken off (below zero) the whole invoice.
#[derive(Debug, Clone)]
pub struct AdjustmentInput {
    pub description: String,
    pub amount: Decimal,
    pub tax: TreatmentInput,
}

/// What is to stand on an invoice.
#[derive(Debug, Clone, Default)]
pub struct ContentInput {
    pub lines: Vec<LineInput>,
    /// Percent off the whole, with the text that stands for it.
    pub discount: Option<(Decimal, String)>,
    pub adjustments: Vec<AdjustmentInput>,
}

/// Prices everything. A discount on the whole becomes an allowance for each tax treatment, since each bears its own tax.
pub fn compose(input: &ContentInput, usual: Usual, currency: Currency) -> Result<Vec<Line>> {
    let items = input.lines.iter().enumerate().map(|(index, line)| Line::item(line, index, usual, currency));
    let mut lines = items.collect::<Result<Vec<_>>>()?;
    if let Some((percent, description)) = &input.discount {
        lines.extend(discount(&lines, *percent, description, currency));
    }
    for (index, adjustment) in input.adjustments.iter().enumerate() {
        lines.push(Line::adjustment(adjustment, index, usual, currency)?);
    }
    if input.lines.is_empty() || lines.len() > LINES_MAX {
        let accepted = format!("1 to {LINES_MAX} lines, discounts and charges included");
        return Err(Error::invalid("lines", format!("there are {}", lines.len()), accepted));
    }
    Ok(lines)
}

/// Prices what is asked for: the lines, and what they come to.
pub fn price(input: &ContentInput, usual: Usual, currency: Currency) -> Result<(Vec<Line>, Totals)> {
    let lines = compose(input, usual, currency)?;
    let totals = totals(&lines, currency)?;
    Ok((lines, totals))
}

pub fn totals(lines: &[Line], currency: Currency) -> Result<Totals> {
    tax::totals(&lines.iter().map(taxed).collect::<Vec<_>>(), currency)
}

pub fn groups(lines: &[Line], currency: Currency) -> Vec<TaxGroup> {
    tax::groups(lines.iter().map(taxed), currency)
}

fn taxed(line: &Line) -> (Treatment, Decimal) {
    (line.treatment, line.net)
}

fn discount(items: &[Line], percent: Decimal, description: &str, currency: Currency) -> Vec<Line> {
    let mut bases: Vec<(Treatment, Decimal)> = Vec::new();
    for item in items {
        match bases.iter_mut().find(|(treatment, _)| *treatment == item.treatment) {
            Some((_, base)) => *base += item.net,
            None => bases.push((item.treatment, item.net)),
        }
    }
    let taken = |(treatment, base): (Treatment, Decimal)| {
        (treatment, money::round(base * percent / Decimal::ONE_HUNDRED, currency))
    };
    let allowance =
        |(treatment, amount): (Treatment, Decimal)| Line::whole(description.to_owned(), -amount, treatment);
    bases.into_iter().map(taken).filter(|(_, amount)| !amount.is_zero()).map(allowance).collect()
}

impl Line {
    /// Works out a line's net amount. `index` is where it stands, for the error.
    fn item(input: &LineInput, index: usize, usual: Usual, currency: Currency) -> Result<Self> {
        let place = format!("lines[{index}]");
        let field = |name: &str| format!("{place}.{name}");
        let LineInput { description, quantity, unit_price, price_includes_tax, discount_percent, tax } =
            input;
        if quantity.is_zero() {
            return Err(Error::invalid(field("quantity"), "is zero", "any other number"));
        }
        if *unit_price < Decimal::ZERO {
            let accepted = "zero or more; to take something back, make the quantity negative";
            return Err(Error::invalid(field("unit_price"), format!("{unit_price} is below zero"), accepted));
        }
        let treatment = Treatment::resolve(tax, usual, &place)?;
        let unit_price = if *price_includes_tax { treatment.without_tax(*unit_price) } else { *unit_price };
        let factor = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
        let gross =
            quantity.checked_mul(unit_price).map(|gross| money::bounded(field("net"), gross)).transpose()?;
        let net = gross
            .and_then(|gross| gross.checked_mul(factor))
            .ok_or_else(|| Error::invalid(field("net"), "is too large", "amounts below 1000000000000"))?;
        Ok(Self {
            kind: LineKind::Item,
            description: description.clone(),
            quantity: *quantity,
            unit_price,
            discount_percent: *discount_percent,
            treatment,
            net: money::round(net, currency),
        })
    }

    fn adjustment(input: &AdjustmentInput, index: usize, usual: Usual, currency: Currency) -> Result<Self> {
        let place = format!("adjustments[{index}]");
        let amount = money::exact(format!("{place}.amount"), input.amount, currency)?;
        if amount.is_zero() {
            return Err(Error::invalid(
                format!("{place}.amount"),
                "is zero",
                "below zero to take off, above to put on",
            ));
        }
        Ok(Self::whole(input.description.clone(), amount, Treatment::resolve(&input.tax, usual, &place)?))
    }

    fn whole(description: String, amount: Decimal, treatment: Treatment) -> Self {
        Self {
            kind: if amount < Decimal::ZERO { LineKind::Allowance } else { LineKind::Charge },
            description,
            quantity: Decimal::ONE,
            unit_price: amount.abs(),
            discount_percent: Decimal::ZERO,
            treatment,
            net: amount,
        }
    }

    /// One line in words, for the history: `2 × Logo at 150.5, 10% off, tax 21%`.
    pub fn describe(&self) -> String {
        let part = |text: &str, percent: Decimal| match percent {
            none if none.is_zero() => String::new(),
            percent => format!(", {text} {}%", percent.normalize()),
        };
        let what = match self.kind {
            LineKind::Item => {
                let (quantity, price) = (self.quantity.normalize(), self.unit_price.normalize());
                format!("{quantity} × {} at {price}{}", self.description, part("less", self.discount_percent))
            }
            LineKind::Allowance | LineKind::Charge => {
                format!("{} {}: {}", self.kind.name(), self.description, self.net.normalize())
            }
        };
        let Treatment { category, rate, exemption, surcharge_rate, withholding_rate } = self.treatment;
        let basis = exemption.map(|exemption| format!(" {}", exemption.code())).unwrap_or_default();
        let (surcharge, withholding) =
            (part("surcharge", surcharge_rate), part("withholding", withholding_rate));
        format!("{what}, {}{basis} {}%{surcharge}{withholding}", category.name(), rate.normalize())
    }
}

#[cfg(test)]
mod tests {
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
            price_includes_tax: false,
            discount_percent: discount.parse().unwrap(),
            tax: TreatmentInput::default(),
        }
    }

    fn item(input: &LineInput) -> Result<Line> {
        Line::item(input, 3, USUAL, Currency::EUR)
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

    #[test]
    fn a_price_with_tax_gives_its_tax_back() {
        let line = item(&LineInput { price_includes_tax: true, ..input("10", "12.10", "0") }).unwrap();
        assert_eq!((line.unit_price.to_string().as_str(), line.net), ("10", Decimal::from(100)));
    }

    #[test]
    fn a_discount_on_the_whole_is_taken_off_each_rate() {
        let reduced = TreatmentInput { rate: Some(Decimal::TEN), ..TreatmentInput::default() };
        let lines = vec![input("1", "100", "0"), LineInput { tax: reduced, ..input("1", "33.33", "0") }];
        let discount = Some((Decimal::TEN, "Descuento 10 %".to_owned()));
        let shipping = AdjustmentInput {
            description: "Portes".into(),
            amount: Decimal::from(5),
            tax: TreatmentInput::default(),
        };
        let content = ContentInput { lines, discount, adjustments: vec![shipping] };
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
            price_includes_tax: bool,
        ) {
            let input = LineInput {
                quantity: Decimal::new(quantity, 6),
                unit_price: Decimal::new(price, 6),
                discount_percent: Decimal::new(discount, 4),
                price_includes_tax,
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
        ) {
            let line = |(quantity, price, less, rate): (i64, Decimal, i64, i64)| LineInput {
                quantity: Decimal::new(quantity, 6),
                unit_price: price.abs(),
                price_includes_tax: less % 2 == 0,
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
            };
            let currency = Currency::parse("currency", code).unwrap();
            let _ = price(&content, USUAL, currency);
        }
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
}
