//! What businesses and clients have in common: an address and ways to reach them (EN 16931, BG-5 to BG-9).

use email_address::{EmailAddress, Options};
use iban::{Iban, IbanLike as _, ParseIbanError};

use super::{codes::Country, event::Fields, text};
use crate::error::{Error, Result};

/// Postal address and contact data. Every part is optional until an invoice is issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub country: Option<Country>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Contact {
    /// Where no country is said, it is Spain.
    pub fn is_in_spain(&self) -> bool {
        self.country.is_none_or(|country| country.is_spain())
    }

    /// The parts that an address wants and this one lacks, by name.
    pub fn missing_address(&self) -> Vec<&'static str> {
        let parts = [("street", &self.street), ("postal_code", &self.postal_code), ("city", &self.city)];
        parts.into_iter().filter(|(_, part)| part.is_none()).map(|(name, _)| name).collect()
    }

    /// The parts by name, in the order of a letter, for the history.
    pub fn fields(&self) -> Fields {
        vec![
            ("street", self.street.clone()),
            ("postal_code", self.postal_code.clone()),
            ("city", self.city.clone()),
            ("province", self.province.clone()),
            ("country", self.country.as_ref().map(|country| country.alpha2().to_owned())),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
        ]
    }
}

/// An e-mail address of RFC 5321 and RFC 6531: letters outside ASCII are welcome, display names are not.
pub fn email(field: &'static str, value: &str) -> Result<String> {
    let value = text::line(field, value, 254)?;
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    if EmailAddress::parse_with_options(&value, options).is_err() || value.contains(char::is_whitespace) {
        let problem = format!("{value:?} is not an e-mail address");
        return Err(Error::invalid(field, problem, "an address such as ana@example.com, without spaces"));
    }
    Ok(value)
}

/// An IBAN of ISO 13616 with its check digits right, in its electronic form. Of a country that joined the registry after
/// the crate's copy of it, the check digits alone are looked at.
pub fn iban(field: &'static str, value: &str) -> Result<String> {
    let value = text::line(field, value, 60)?;
    let plain: String = value.split_whitespace().collect::<String>().to_ascii_uppercase();
    match plain.parse::<Iban>() {
        Ok(iban) => Ok(iban.electronic_str().to_owned()),
        Err(ParseIbanError::UnknownCountry(iban)) if Country::parse(field, iban.country_code()).is_ok() => {
            Ok(iban.electronic_str().to_owned())
        }
        Err(_) => Err(Error::invalid(
            field,
            format!("{value:?} is not an IBAN, or its check digits do not fit"),
            "an IBAN such as ES91 2100 0418 4502 0005 1332",
        )),
    }
}

/// Days between issue and due date.
pub fn payment_terms_days(field: &'static str, days: i64) -> Result<u16> {
    match u16::try_from(days) {
        Ok(days @ 0..=365) => Ok(days),
        _ => Err(Error::invalid(field, format!("{days} days"), "a whole number of days from 0 to 365")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_accents_pass_and_addresses_with_spaces_do_not() {
        assert!(email("email", "ciríaco.hernández@example.com").is_ok());
        for bad in [
            "jose francisco.lerma@example.com",
            "ana",
            "ana@",
            "@example.com",
            "Ana <ana@example.com>",
            "ana@localhost",
            "a@b@example.com",
        ] {
            assert!(email("email", bad).is_err(), "{bad}");
        }
    }

    /// The cases are made with another program (`scripts/fixtures/tax_ids.py`). Of Pakistan, iban_validate 5.0.1 takes
    /// digits only, and the registry letters as well.
    #[test]
    fn python_stdnum_says_the_same_of_ibans() {
        let cases = include_str!("../../tests/fixtures/ibans.csv").lines().skip(1);
        for case in cases.filter(|case| !case.starts_with("PK")) {
            let (value, valid) = case.split_once(',').unwrap();
            assert_eq!(iban("iban", value).is_ok(), valid == "true", "{case}");
        }
    }

    #[test]
    fn ibans_are_checked() {
        assert_eq!(iban("iban", "es91 2100 0418 4502 0005 1332").unwrap(), "ES9121000418450200051332");
        assert!(iban("iban", "ES91 2100 0418 4502 0005 1333").is_err());
    }
}
