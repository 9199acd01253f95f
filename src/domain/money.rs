//! Money. One rounding rule for the whole house: **half away from zero, to the currency's own exponent**, and sums of
//! rounded amounts are exact (EN 16931, BR-CO-10 to BR-CO-17). Where it is applied depends on how an invoice is priced:
//!
//! - **before tax**: to each line's net amount, then to the tax of each rate and the surcharge of each group (`tax::groups`);
//! - **with tax**, as on a till: to each line's gross amount, so that the total is the sum of the prices, to the unit; then
//!   to what is before tax of the gross amounts of a group (`line::compose`). What remains is its tax and surcharge.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{codes::Currency, decimal};
use crate::error::{Error, Result};

/// Rounds to the smallest unit of the currency, half away from zero.
pub fn round(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.exponent(), RoundingStrategy::MidpointAwayFromZero)
}

/// The largest amount of the currency that is not above: what a limit leaves. It never becomes part of a sum.
pub fn floor(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.exponent(), RoundingStrategy::ToNegativeInfinity)
}

/// Rounds a unit price to the decimals that it may have.
pub fn fine(price: Decimal) -> Decimal {
    price.round_dp_with_strategy(decimal::FINE_DECIMALS, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// Refuses an amount with more decimals than its currency has.
pub fn exact(field: impl Into<Cow<'static, str>>, amount: Decimal, currency: Currency) -> Result<Decimal> {
    let decimals = amount.normalize().scale();
    if decimals <= currency.exponent() {
        return Ok(amount);
    }
    let accepted = format!("at most {} decimals, which is what {currency} has", currency.exponent());
    Err(Error::invalid(field, format!("{amount} has {decimals} decimals"), accepted))
}

/// Writes an amount with exactly the decimals of its currency: `1250.50`.
pub fn display(amount: Decimal, currency: Currency) -> String {
    let mut amount = round(amount, currency);
    amount.rescale(currency.exponent());
    if amount.is_zero() {
        amount.set_sign_positive(true);
    }
    amount.to_string()
}

/// Refuses an amount with more than 12 digits before the point.
pub fn bounded(what: impl Into<Cow<'static, str>>, amount: Decimal) -> Result<Decimal> {
    if amount.abs() < decimal::LIMIT {
        return Ok(amount);
    }
    Err(Error::invalid(what, format!("comes to {amount}, which is too large"), "amounts below 1000000000000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse("currency", code).unwrap()
    }

    #[test]
    fn halves_go_away_from_zero_at_the_currency_s_own_exponent() {
        for (code, amount, rounded) in [
            ("EUR", "1.005", "1.01"),
            ("EUR", "-1.005", "-1.01"),
            ("EUR", "2.4449", "2.44"),
            ("JPY", "0.5", "1"),
            ("KWD", "0.0005", "0.001"),
        ] {
            assert_eq!(display(amount.parse().unwrap(), currency(code)), rounded);
        }
    }

    #[test]
    fn amounts_are_written_with_their_currency_s_decimals() {
        assert_eq!(display(Decimal::from(5), currency("EUR")), "5.00");
        assert_eq!(display(Decimal::from(5), currency("JPY")), "5");
        assert_eq!(display("-0.001".parse().unwrap(), currency("EUR")), "0.00");
    }
}
