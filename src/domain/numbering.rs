//! Legal numbers: correlative within a series and a year, given at issue (RD 1619/2012, art. 6.1.a).

use super::text;
use crate::error::{Error, Result};

/// The series of ordinary invoices, numbered `F-2026-0001`, `F-2026-0002`, … and from 1 again each year.
pub const SERIES: &str = "F";

/// No business issues more in a year; a longer number is not ours.
const NUMBER_MAX: i64 = 999_999_999;

/// The number that stands on the document.
pub fn format(year: i32, number: i64) -> String {
    format!("{SERIES}-{year:04}-{number:04}")
}

/// Reads a number of the form that [`format()`] writes, so that an invoice issued elsewhere cannot take a place in our
/// own series unseen: `(year, number)`.
pub fn parse(text: &str) -> Option<(i32, i64)> {
    let (year, number) = text.strip_prefix(SERIES)?.strip_prefix('-')?.split_once('-')?;
    let (year, number) = (year.parse().ok()?, number.parse().ok().filter(|number| *number <= NUMBER_MAX)?);
    (format(year, number) == text).then_some((year, number))
}

/// Longest number of an invoice issued elsewhere (Orden HAC/1177/2024, `NumSerieFactura`).
const EXTERNAL_MAX: usize = 60;

/// A number that another system gave.
pub fn external(number: &str) -> Result<String> {
    let number = text::line("external_number", number, EXTERNAL_MAX)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || " ./-_#".contains(c);
    if number.chars().all(plain) {
        return Ok(number);
    }
    let accepted = format!("up to {EXTERNAL_MAX} letters, digits, spaces and . / - _ #");
    Err(Error::invalid("external_number", format!("{number:?} has other characters"), accepted))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_exact_form_is_ours() {
        assert_eq!(format(2026, 42), "F-2026-0042");
        assert_eq!(parse("F-2026-12345"), Some((2026, 12345)));
        for other in
            ["F-2026-42", "f-2026-0042", "F-26-0042", "F-2026-", "F-2026-+042", "A-2026-0042", "F-2026-0042 "]
        {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(year in 1900..=9999_i32, number in 1..=NUMBER_MAX) {
            prop_assert_eq!(parse(&format(year, number)), Some((year, number)));
        }
    }
}
