//! Lines of an invoice (EN 16931, BG-25), and the allowances and charges on the whole of it (BG-20, BG-21).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    codes::Currency,
    money,
    tax::{
        self, TaxGroup, Taxed, Totals,
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
    /// Where the price was given with its tax.
    pub with_tax: Option<WithTax>,
    /// Percent off quantity × price; of an allowance the percentage of the whole that it is, where it is one (BT-94).
    pub discount_percent: Decimal,
    /// What was said of the tax. The rest of the treatment followed, and follows anew as long as the invoice is a draft.
    pub asked: TreatmentInput,
    pub treatment: Treatment,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency (BT-131); below zero for an allowance. Where the
    /// price was given with its tax, what is before tax of [`WithTax::amount`].
    pub net: Decimal,
}

/// A price that holds tax and surcharge, and what it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithTax {
    pub unit_price: Decimal,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency.
    pub amount: Decimal,
}

/// A line as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInput {
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    pub tax: TreatmentInput,
}

/// Something put on (above zero) or taken off (below zero) the whole invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustmentInput {
    pub description: String,
    pub amount: Decimal,
    pub tax: TreatmentInput,
}

/// What is to stand on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentInput {
    pub lines: Vec<LineInput>,
    /// Percent off the whole, with the text that stands for it.
    pub discount: Option<(Decimal, String)>,
    pub adjustments: Vec<AdjustmentInput>,
    /// Prices and adjustments hold tax and surcharge already.
    pub prices_include_tax: bool,
}

impl ContentInput {
    /// What was asked for where it led to these lines, so that it can be worked out anew.
    pub fn of(lines: &[Line]) -> Self {
        let mut input = Self::default();
        for line in lines {
            let (description, tax) = (line.description.clone(), line.asked);
            let unit_price = line.with_tax.map_or(line.unit_price, |with_tax| with_tax.unit_price);
            let (quantity, discount_percent) = (line.quantity, line.discount_percent);
            input.prices_include_tax |= line.with_tax.is_some();
            match line.kind {
                LineKind::Item => {
                    input.lines.push(LineInput { description, quantity, unit_price, discount_percent, tax });
                }
                LineKind::Allowance if !discount_percent.is_zero() => {
                    input.discount = Some((discount_percent, description));
                }
                LineKind::Allowance | LineKind::Charge => {
                    let amount = if line.kind == LineKind::Charge { unit_price } else { -unit_price };
                    input.adjustments.push(AdjustmentInput { description, amount, tax });
                }
            }
        }
        input
    }
}

/// Prices everything. A discount on the whole becomes an allowance for each tax treatment, since each bears its own tax.
pub fn compose(input: &ContentInput, usual: Usual, currency: Currency) -> Result<Vec<Line>> {
    let with_tax = input.prices_include_tax;
    let item = |(index, line)| Line::item(line, index, with_tax, usual, currency);
    let mut lines = input.lines.iter().enumerate().map(item).collect::<Result<Vec<_>>>()?;
    if let Some((percent, description)) = &input.discount {
        lines.extend(discount(&lines, *percent, description, currency));
    }
    for (index, adjustment) in input.adjustments.iter().enumerate() {
        lines.push(Line::adjustment(adjustment, index, with_tax, usual, currency)?);
    }
    if input.lines.is_empty() || lines.len() > LINES_MAX {
        let accepted = format!("1 to {LINES_MAX} lines, discounts and charges included");
        return Err(Error::invalid("lines", format!("there are {}", lines.len()), accepted));
    }
    take_tax_out(&mut lines, currency);
    Ok(lines)
}

/// Prices what is asked for: the lines, and what they come to.
pub fn price(input: &ContentInput, usual: Usual, currency: Currency) -> Result<(Vec<Line>, Totals)> {
    let lines = compose(input, usual, currency)?;
    let totals = totals(&lines, currency)?;
    Ok((lines, totals))
}

pub fn totals(lines: &[Line], currency: Currency) -> Result<Totals> {
    tax::totals(&lines.iter().map(Line::taxed).collect::<Vec<_>>(), currency)
}

pub fn groups(lines: &[Line], currency: Currency) -> Vec<TaxGroup> {
    tax::groups(lines.iter().map(Line::taxed), currency)
}

fn discount(items: &[Line], percent: Decimal, description: &str, currency: Currency) -> Vec<Line> {
    let mut bases: Vec<(&Line, Decimal)> = Vec::new();
    for item in items {
        match bases.iter_mut().find(|(first, _)| first.treatment == item.treatment) {
            Some((_, base)) => *base += item.amount(),
            None => bases.push((item, item.amount())),
        }
    }
    let taken =
        |(first, base): (_, Decimal)| (first, money::round(base * percent / Decimal::ONE_HUNDRED, currency));
    let allowance = |(first, amount): (&Line, Decimal)| {
        let whole = Line::whole(description.to_owned(), -amount, first.with_tax.is_some(), first.treatment);
        Line { discount_percent: percent, ..whole }
    };
    bases.into_iter().map(taken).filter(|(_, amount)| !amount.is_zero()).map(allowance).collect()
}

/// The net amounts of lines priced with tax. Those of one group add up to what is before tax of their sum, rounded once:
/// each line gets what its group has come to with it, less what it had come to before.
fn take_tax_out(lines: &mut [Line], currency: Currency) {
    let mut sums = BTreeMap::<tax::Key, (Decimal, Decimal)>::new();
    for line in lines {
        let Some(WithTax { amount, .. }) = line.with_tax else { continue };
        let (gross, net) = sums.entry(tax::key(&line.treatment)).or_default();
        *gross += amount;
        let up_to_here = money::round(line.treatment.without_tax(*gross), currency);
        line.net = up_to_here - *net;
        *net = up_to_here;
    }
}

/// In words, how the tax of lines differs from that of the same lines worked out anew.
pub fn changes(before: &[Line], now: &[Line]) -> Vec<String> {
    let (before, now) = (places(before), places(now));
    let differs = |((place, before), (_, now)): (&(String, Treatment), &(String, Treatment))| {
        let parts = before.parts().into_iter().zip(now.parts()).filter(|(before, now)| before != now);
        let parts: Vec<String> =
            parts.map(|((name, before), (_, now))| format!("{name} {before}, now {now}")).collect();
        (!parts.is_empty()).then(|| format!("{place}: {}", parts.join(", ")))
    };
    before.iter().zip(&now).filter_map(differs).collect()
}

/// Where each line was said to stand, such as `adjustments[0]`. A discount on the whole goes with the lines.
fn places(lines: &[Line]) -> Vec<(String, Treatment)> {
    let (items, whole): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.kind == LineKind::Item);
    let adjustments = whole.into_iter().filter(|line| line.discount_percent.is_zero());
    let items =
        items.into_iter().enumerate().map(|(index, line)| (format!("lines[{index}]"), line.treatment));
    let adjustments =
        adjustments.enumerate().map(|(index, line)| (format!("adjustments[{index}]"), line.treatment));
    items.chain(adjustments).collect()
}

impl Line {
    /// Works out a line's amount. `index` is where it stands, for the error.
    fn item(
        input: &LineInput,
        index: usize,
        with_tax: bool,
        usual: Usual,
        currency: Currency,
    ) -> Result<Self> {
        let place = format!("lines[{index}]");
        let field = |name: &str| format!("{place}.{name}");
        let LineInput { description, quantity, unit_price, discount_percent, tax } = input;
        if quantity.is_zero() {
            return Err(Error::invalid(field("quantity"), "is zero", "any other number"));
        }
        if *unit_price < Decimal::ZERO {
            let accepted = "zero or more; to take something back, make the quantity negative";
            return Err(Error::invalid(field("unit_price"), format!("{unit_price} is below zero"), accepted));
        }
        let factor = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
        let whole = quantity.checked_mul(*unit_price);
        let whole = whole.map(|whole| money::bounded(field("net"), whole)).transpose()?;
        let amount = whole
            .and_then(|whole| whole.checked_mul(factor))
            .ok_or_else(|| Error::invalid(field("net"), "is too large", "amounts below 1000000000000"))?;
        let line = Self {
            kind: LineKind::Item,
            description: description.clone(),
            quantity: *quantity,
            unit_price: *unit_price,
            with_tax: None,
            discount_percent: *discount_percent,
            asked: *tax,
            treatment: Treatment::resolve(tax, usual, &place)?,
            net: money::round(amount, currency),
        };
        Ok(if with_tax { line.priced_with_tax() } else { line })
    }

    fn adjustment(
        input: &AdjustmentInput,
        index: usize,
        with_tax: bool,
        usual: Usual,
        currency: Currency,
    ) -> Result<Self> {
        let place = format!("adjustments[{index}]");
        let amount = money::exact(format!("{place}.amount"), input.amount, currency)?;
        if amount.is_zero() {
            return Err(Error::invalid(
                format!("{place}.amount"),
                "is zero",
                "below zero to take off, above to put on",
            ));
        }
        let treatment = Treatment::resolve(&input.tax, usual, &place)?;
        Ok(Self { asked: input.tax, ..Self::whole(input.description.clone(), amount, with_tax, treatment) })
    }

    fn whole(description: String, amount: Decimal, with_tax: bool, treatment: Treatment) -> Self {
        let line = Self {
            kind: if amount < Decimal::ZERO { LineKind::Allowance } else { LineKind::Charge },
            description,
            quantity: Decimal::ONE,
            unit_price: amount.abs(),
            with_tax: None,
            discount_percent: Decimal::ZERO,
            asked: TreatmentInput::default(),
            treatment,
            net: amount,
        };
        if with_tax { line.priced_with_tax() } else { line }
    }

    /// Takes back what is left of an invoice at one treatment: so much before tax, and so much with it.
    pub fn taking_back(description: &str, treatment: Treatment, net: Decimal, gross: Decimal) -> Self {
        Self {
            kind: LineKind::Item,
            description: description.to_owned(),
            quantity: if gross < Decimal::ZERO { Decimal::ONE } else { Decimal::NEGATIVE_ONE },
            unit_price: net.abs(),
            with_tax: Some(WithTax { unit_price: gross.abs(), amount: -gross }),
            discount_percent: Decimal::ZERO,
            asked: TreatmentInput::default(),
            treatment,
            net: -net,
        }
    }

    /// The same with the price read as one that holds the tax; [`take_tax_out`] works the net amount out.
    fn priced_with_tax(self) -> Self {
        let with_tax = Some(WithTax { unit_price: self.unit_price, amount: self.net });
        let unit_price = money::fine(self.treatment.without_tax(self.unit_price));
        Self { unit_price, with_tax, ..self }
    }

    /// What it comes to as it was priced: with tax, or before.
    fn amount(&self) -> Decimal {
        self.with_tax.map_or(self.net, |with_tax| with_tax.amount)
    }

    /// What its tax is worked out from.
    fn taxed(&self) -> Taxed {
        let gross = self.with_tax.map(|with_tax| with_tax.amount);
        Taxed { treatment: self.treatment, net: self.net, gross }
    }

    /// One line in words, for the history: `2 × Logo at 150.5, 10% off, tax 21%`.
    pub fn describe(&self) -> String {
        let part = |text: &str, percent: Decimal| match percent {
            none if none.is_zero() => String::new(),
            percent => format!(", {text} {}%", percent.normalize()),
        };
        let what = match self.kind {
            LineKind::Item => {
                let (price, held) = match self.with_tax {
                    Some(with_tax) => (with_tax.unit_price, " with tax"),
                    None => (self.unit_price, ""),
                };
                let (quantity, price) = (self.quantity.normalize(), price.normalize());
                let less = part("less", self.discount_percent);
                format!("{quantity} × {} at {price}{held}{less}", self.description)
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
        let shipping = AdjustmentInput {
            description: "Portes".into(),
            amount: Decimal::from(5),
            tax: TreatmentInput::default(),
        };
        let content =
            ContentInput { lines, discount, adjustments: vec![shipping], ..ContentInput::default() };
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
                prop_assert!((group.amount - of(group.rate)).abs() <= cent, "{group:?}");
                prop_assert!((group.surcharge - of(group.surcharge_rate)).abs() <= cent, "{group:?}");
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
                tax: TreatmentInput::default(),
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
}
