//! Codes that standards define: currency, country, language, time zone. Each is checked against a well-kept table.

use std::fmt;

use crate::error::{Error, Result};

/// A currency of ISO 4217, such as EUR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    pub fn parse(field: &'static str, code: &str) -> Result<Self> {
        let code = code.trim();
        iso_currency::Currency::from_code(&code.to_ascii_uppercase())
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| {
                Error::invalid(
                    field,
                    format!("{code:?} is not a currency"),
                    "a code of ISO 4217, such as EUR",
                )
            })
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the smallest unit: EUR 2, JPY 0, KWD 3.
    pub fn exponent(self) -> u32 {
        self.0.exponent().unwrap_or(2).into()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Member states of the European Union.
const UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// A country of ISO 3166-1, by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(celes::Country);

impl Country {
    pub fn parse(field: &'static str, code: &str) -> Result<Self> {
        let code = code.trim();
        celes::Country::from_alpha2(code.to_ascii_uppercase()).map(Self).map_err(|_| {
            Error::invalid(
                field,
                format!("{code:?} is not a country"),
                "two letters of ISO 3166-1, such as ES",
            )
        })
    }

    pub fn alpha2(&self) -> &'static str {
        self.0.alpha2
    }

    pub fn is_spain(&self) -> bool {
        self.alpha2() == "ES"
    }

    pub fn is_in_union(&self) -> bool {
        UNION.contains(&self.alpha2())
    }
}

/// A language of ISO 639-1, by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(isolang::Language);

impl Language {
    /// The languages that documents and reminders are written in.
    pub const SPOKEN: [&str; 2] = ["es", "en"];

    pub fn parse(field: &'static str, code: &str) -> Result<Self> {
        let code = code.trim();
        isolang::Language::from_639_1(&code.to_ascii_lowercase()).map(Self).ok_or_else(|| {
            Error::invalid(
                field,
                format!("{code:?} is not a language"),
                "two letters of ISO 639-1, such as es",
            )
        })
    }

    /// A language that facturo itself writes documents in.
    pub fn parse_spoken(field: &'static str, code: &str) -> Result<Self> {
        let language = Self::parse(field, code)?;
        if Self::SPOKEN.contains(&language.code()) {
            return Ok(language);
        }
        Err(Error::invalid(field, format!("facturo does not write in {code:?}"), "es or en"))
    }

    pub fn code(&self) -> &'static str {
        self.0.to_639_1().unwrap_or("es")
    }
}

/// A time zone of the IANA database, such as Europe/Madrid: it says which day it is for the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    pub fn parse(field: &'static str, name: &str) -> Result<Self> {
        jiff::tz::TimeZone::get(name.trim())
            .ok()
            .filter(|zone| zone.iana_name().is_some_and(|name| name != "Etc/Unknown"))
            .map(Self)
            .ok_or_else(|| {
                Error::invalid(
                    field,
                    format!("{:?} is not a time zone", name.trim()),
                    "a name of the IANA database, such as Europe/Madrid",
                )
            })
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The rules themselves, for the clock.
    pub fn rules(&self) -> &jiff::tz::TimeZone {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_whatever_their_case() {
        assert_eq!(Currency::parse("currency", " eur ").unwrap(), Currency::EUR);
        assert_eq!(Country::parse("country", "es").unwrap().alpha2(), "ES");
        assert_eq!(Language::parse("language", "CA").unwrap().code(), "ca");
        assert_eq!(TimeZone::parse("time_zone", "europe/madrid").unwrap().name(), "Europe/Madrid");
    }

    #[test]
    fn unknown_codes_are_refused_by_field() {
        for error in [
            Currency::parse("currency", "EURO").err(),
            Currency::parse("currency", "XTS").err(),
            Country::parse("country", "Spain").err(),
            Language::parse("language", "spanish").err(),
            TimeZone::parse("time_zone", "Madrid").err(),
        ] {
            assert!(matches!(error, Some(Error::Invalid { .. })), "{error:?}");
        }
        assert!(Language::parse_spoken("language", "fr").is_err());
        let error = Country::parse("country", " España ").unwrap_err().to_string();
        assert!(error.contains("\"España\" is not a country"), "quoted as it was written: {error}");
    }

    #[test]
    fn exponents_are_the_currencies_own() {
        for (code, exponent) in [("JPY", 0), ("EUR", 2), ("KWD", 3)] {
            assert_eq!(Currency::parse("currency", code).unwrap().exponent(), exponent);
        }
    }
}
