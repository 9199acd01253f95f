//! Lines of an invoice (EN 16931, BG-25).

use rust_decimal::Decimal;

use super::{codes::Currency, money};
use crate::error::{Error, Result};

/// Lines that one invoice may have.
pub const LINES_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub description: String,
    /// Up to 6 decimals; below zero takes back what an earlier line gives.
    pub quantity: Decimal,
    /// Before tax, up to 6 decimals, never below zero (BR-27).
    pub unit_price: Decimal,
    /// Percent off quantity × price.
    pub discount_percent: Decimal,
    /// Percent.
    pub tax_rate: Decimal,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency (BT-131).
    pub net: Decimal,
}

/// A line before its net amount is known.
#[derive(Debug, Clone)]
pub struct LineInput {
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    pub tax_rate: Decimal,
}

impl From<Line> for LineInput {
    fn from(line: Line) -> Self {
        let Line { description, quantity, unit_price, discount_percent, tax_rate, net: _ } = line;
        Self { description, quantity, unit_price, discount_percent, tax_rate }
    }
}

impl Line {
    /// Works out the net amount. `index` is where the line stands, for the error.
    pub fn price(input: LineInput, index: usize, currency: Currency) -> Result<Self> {
        let LineInput { description, quantity, unit_price, discount_percent, tax_rate } = input;
        let field = |name: &str| format!("lines[{index}].{name}");
        if quantity.is_zero() {
            return Err(Error::invalid(field("quantity"), "is zero", "any other number"));
        }
        if unit_price < Decimal::ZERO {
            let accepted = "zero or more; to take something back, make the quantity negative";
            return Err(Error::invalid(field("unit_price"), format!("{unit_price} is below zero"), accepted));
        }
        let factor = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
        let gross =
            quantity.checked_mul(unit_price).map(|gross| money::bounded(field("net"), gross)).transpose()?;
        let net = gross
            .and_then(|gross| gross.checked_mul(factor))
            .ok_or_else(|| Error::invalid(field("net"), "is too large", "amounts below 1000000000000"))?;
        let net = money::round(net, currency);
        Ok(Self { description, quantity, unit_price, discount_percent, tax_rate, net })
    }

    /// One line in words, for the history: `2 × Logo at 150.5, 10% off, tax 21%`.
    pub fn describe(&self) -> String {
        let discount = match self.discount_percent {
            percent if percent.is_zero() => String::new(),
            percent => format!(", {}% off", percent.normalize()),
        };
        let (quantity, price, rate) =
            (self.quantity.normalize(), self.unit_price.normalize(), self.tax_rate.normalize());
        format!("{quantity} × {} at {price}{discount}, tax {rate}%", self.description)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn input(quantity: &str, unit_price: &str, discount: &str) -> LineInput {
        LineInput {
            description: "Logo".into(),
            quantity: quantity.parse().unwrap(),
            unit_price: unit_price.parse().unwrap(),
            discount_percent: discount.parse().unwrap(),
            tax_rate: Decimal::from(21),
        }
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
            let line = Line::price(input(quantity, price, discount), 0, Currency::EUR).unwrap();
            assert_eq!(money::display(line.net, Currency::EUR), net, "{quantity} × {price}");
        }
    }

    #[test]
    fn a_bad_line_is_named_by_its_place() {
        let error = Line::price(input("0", "1", "0"), 3, Currency::EUR).unwrap_err().to_string();
        assert!(error.starts_with("lines[3].quantity"), "{error}");
        assert!(Line::price(input("1", "-1", "0"), 0, Currency::EUR).is_err());
        assert!(
            Line::price(input("999999999999.999999", "999999999999.999999", "0"), 0, Currency::EUR).is_err()
        );
    }

    proptest! {
        #[test]
        fn no_input_panics(
            quantity in -999_999_999_999_999_999_i64..=999_999_999_999_999_999,
            price in 0..=999_999_999_999_999_999_i64,
            discount in 0..=1_000_000_i64,
        ) {
            let input = LineInput {
                description: "x".into(),
                quantity: Decimal::new(quantity, 6),
                unit_price: Decimal::new(price, 6),
                discount_percent: Decimal::new(discount, 4),
                tax_rate: Decimal::from(21),
            };
            let _ = Line::price(input, 0, Currency::EUR);
        }
    }
}
