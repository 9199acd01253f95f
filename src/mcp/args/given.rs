//! From an argument as it was given to what the domain takes.

use rust_decimal::Decimal;
use time::Date;

use super::{Number, Text};
use crate::{
    domain::{date, decimal, text},
    error::{Error, Result},
};

/// Text of an optional argument; an empty one counts as absent.
pub fn given(text: Option<&Text>) -> Option<&str> {
    text.map(|text| text.0.trim()).filter(|text| !text.is_empty())
}

/// A change of an optional text: absent keeps, an empty string clears, anything else is parsed.
pub fn change<T>(text: Option<&Text>, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<Option<T>>> {
    text.map(|_| given(text).map(parse).transpose()).transpose()
}

/// Sets, clears or keeps an optional field, as [`change`] says.
pub fn patch<T>(
    target: &mut Option<T>,
    text: &Option<Text>,
    parse: impl FnOnce(&str) -> Result<T>,
) -> Result<()> {
    if let Some(changed) = change(text.as_ref(), parse)? {
        *target = changed;
    }
    Ok(())
}

/// Words to look for, checked as any text is.
pub fn searched(field: &'static str, words: Option<&Text>) -> Result<Option<String>> {
    given(words).map(|words| text::line(field, words, text::NAME_MAX)).transpose()
}

pub fn day(field: &'static str, text: Option<&Text>) -> Result<Option<Date>> {
    given(text).map(|text| date::parse(field, text)).transpose()
}

/// A stretch of days, each end open where it is not given.
pub fn period(
    open: (Date, Date),
    (from_field, from): (&'static str, &Option<Text>),
    (to_field, to): (&'static str, &Option<Text>),
) -> Result<(Date, Date)> {
    let (from, to) = (day(from_field, from.as_ref())?, day(to_field, to.as_ref())?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Error::invalid(
            to_field,
            format!("{to} is before {from_field} {from}"),
            format!("{from} or later"),
        ));
    }
    Ok((from.unwrap_or(open.0), to.unwrap_or(open.1)))
}

pub fn amount(field: &'static str, number: Option<&Number>) -> Result<Option<Decimal>> {
    number.map(|number| decimal::parse(field, &number.0, 4)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_keeps_clears_and_sets() {
        let mut city = Some("Madrid".to_owned());
        let mut patch = |text: Option<&str>| {
            let text = text.map(|text| Text(text.to_owned()));
            patch(&mut city, &text, |text| text::line("city", text, text::NAME_MAX)).unwrap();
            city.clone()
        };
        assert_eq!(patch(None).as_deref(), Some("Madrid"));
        assert_eq!(patch(Some(" Jaén ")).as_deref(), Some("Jaén"));
        assert_eq!(patch(Some(" ")), None);
    }
}
