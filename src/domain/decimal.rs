//! Decimal numbers as people write them for a computer: digits and a point. Never a float.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::error::{Error, Result};

/// Digits before the point that amounts, quantities and prices may have.
pub const INTEGER_DIGITS: u32 = 12;
/// Decimals that quantities and unit prices may have.
pub const FINE_DECIMALS: u32 = 6;
/// The first number with too many digits before the point.
pub const LIMIT: Decimal = Decimal::from_parts(0xD4A5_1000, 0xE8, 0, false, 0);

/// Reads `-12.50`: an optional sign, digits, and at most `decimals` of them behind a point. Trailing zeros do not
/// count as decimals.
pub fn parse(field: impl Into<Cow<'static, str>>, text: &str, decimals: u32) -> Result<Decimal> {
    let field = field.into();
    let accepted = || {
        let fraction = match decimals {
            0 => "no decimals".to_owned(),
            n => format!("a point and up to {n} decimals"),
        };
        format!("a number with up to {INTEGER_DIGITS} digits, {fraction}, such as {}", example(decimals))
    };
    let text = text.trim();
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |unsigned| ("-", unsigned));
    let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(integer) || !digits(fraction) {
        return Err(Error::invalid(field, format!("{text:?} is not a number"), accepted()));
    }
    let significant = fraction.trim_end_matches('0').len();
    if significant > decimals as usize {
        let problem = format!("{text} has {significant} decimals");
        return Err(Error::invalid(field, problem, accepted()));
    }
    if integer.trim_start_matches('0').len() > INTEGER_DIGITS as usize {
        return Err(Error::invalid(field, format!("{text} is too large"), accepted()));
    }
    let plain = format!("{sign}{integer}.{}", &fraction[..significant.max(1)]);
    Decimal::from_str_exact(&plain)
        .map(|number| number.normalize())
        .map_err(|_| Error::invalid(field, format!("{text:?} is not a number"), accepted()))
}

fn example(decimals: u32) -> &'static str {
    match decimals {
        0 => "1250",
        _ => "1250.5",
    }
}

/// A percentage from 0 to 100 with up to 4 decimals.
pub fn percent(field: impl Into<Cow<'static, str>>, text: &str) -> Result<Decimal> {
    let field = field.into();
    let rate = parse(field.clone(), text, 4)?;
    if rate < Decimal::ZERO || rate > Decimal::ONE_HUNDRED {
        return Err(Error::invalid(field, format!("{rate} is no percentage"), "0 to 100, such as 21"));
    }
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_limit_is_a_one_and_twelve_zeros() {
        assert_eq!(LIMIT, Decimal::from(1_000_000_000_000_u64));
    }

    #[test]
    fn plain_numbers_are_read_and_others_named() {
        for (text, value) in [("12.50", "12.5"), ("-3", "-3"), ("0012.5000000000", "12.5"), (" 7 ", "7")] {
            assert_eq!(parse("amount", text, 2).unwrap().to_string(), value);
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1,5",
            "1.234,56",
            "1e3",
            "--1",
            "--1.5",
            "+1",
            "0x1",
            "1.001",
            "1000000000000",
            "NaN",
            "١",
        ] {
            let error = parse("amount", text, 2).unwrap_err().to_string();
            assert!(error.starts_with("amount: "), "{text}: {error}");
        }
        assert!(parse("amount", &"9".repeat(5000), 2).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = parse("amount", &text, 6);
        }

        #[test]
        fn what_is_written_is_read_again(integer in -999_999_999_999_i64..=999_999_999_999, micros in 0..1_000_000_u32) {
            let text = format!("{integer}.{micros:06}");
            let number = parse("amount", &text, 6).unwrap();
            prop_assert_eq!(parse("amount", &number.to_string(), 6).unwrap(), number);
        }
    }
}
