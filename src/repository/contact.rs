//! The columns that a business and its clients have alike, from `street` to `phone`.

use super::sql::{Columns, Param};
use crate::{
    domain::{codes::Country, contact::Contact},
    error::Result,
};

pub struct ContactColumns<'a> {
    contact: &'a Contact,
    country: Option<&'static str>,
}

impl<'a> ContactColumns<'a> {
    pub fn of(contact: &'a Contact) -> Self {
        Self { contact, country: contact.country.as_ref().map(Country::alpha2) }
    }

    pub fn params(&self) -> [Param<'_>; 7] {
        let Contact { street, postal_code, city, province, country: _, email, phone } = self.contact;
        [street, postal_code, city, province, &self.country, email, phone]
    }
}

pub fn read(row: &mut Columns<'_>) -> Result<Contact> {
    Ok(Contact {
        street: row.get("street")?,
        postal_code: row.get("postal_code")?,
        city: row.get("city")?,
        province: row.get("province")?,
        country: row.parse_opt("country", Country::parse)?,
        email: row.get("email")?,
        phone: row.get("phone")?,
    })
}
