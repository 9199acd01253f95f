//! The business: who issues the invoices. It is the tenant that everything else belongs to.

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    client::ClientDetails,
    codes::{Currency, Language, TimeZone},
    contact::Contact,
    event::Fields,
    ids::BusinessId,
    tax::{
        category::Scheme,
        rates::{self, Income},
        treatment::Usual,
    },
    tax_id,
};
use crate::error::{Error, Result};

#[derive(Debug, Clone)]
pub struct Business {
    pub id: BusinessId,
    pub version: i64,
    pub details: BusinessDetails,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

/// What the business says of itself, and its defaults for new invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDetails {
    /// Absent until the person has said it.
    pub legal_name: Option<String>,
    pub tax_id: Option<String>,
    pub contact: Contact,
    pub iban: Option<String>,
    pub currency: Currency,
    pub time_zone: TimeZone,
    /// The language of documents and reminders.
    pub language: Language,
    /// Of a sector that may issue simplified invoices up to 3,000 euros (RD 1619/2012, art. 4.2): retail, hospitality,
    /// transport of persons, hairdressing and others.
    pub retail: bool,
    /// In the special regime of cash accounting (arts. 163 decies ff. LIVA), which its invoices must say.
    pub cash_accounting: bool,
    /// Days between issue and due date where the client has no terms of its own.
    pub payment_terms_days: u16,
    pub tax_scheme: Scheme,
    /// Percent.
    pub default_tax_rate: Decimal,
    /// Percent; what clients who are businesses in Spain keep back (art. 101 LIRPF).
    pub default_withholding_rate: Decimal,
}

/// What clients may withhold of a company, for the error.
pub const WITHHELD_OF_COMPANIES: &str =
    "0; or 19 of rents and rights and 24 of the right to an image (art. 75 RIRPF, art. 128 LIS)";

impl BusinessDetails {
    /// What holds for a client's lines where they say nothing else. Only clients who are businesses in Spain withhold.
    pub fn usual_tax(&self, client: &ClientDetails, scheme: Scheme, on: Date) -> Usual {
        Usual {
            scheme,
            rate: self.default_tax_rate,
            surcharge: client.surcharge,
            withholding_rate: if client.withholds() { self.default_withholding_rate } else { Decimal::ZERO },
            on,
        }
    }

    /// Whether clients may withhold this of it: of companies no more than a part of rents and rights (RIRPF, art. 75; Ley 27/2014,
    /// art. 128).
    pub fn may_have_withheld(&self, rate: Decimal) -> bool {
        let is_corporate = self.tax_id.as_deref().is_some_and(tax_id::is_corporate);
        let is_company = is_corporate && self.contact.is_in_spain();
        rate.is_zero() || !is_company || rates::income(rate) == Some(Income::Property)
    }

    /// Refuses what cannot be of one business.
    pub fn agree(&self) -> Result<()> {
        let rate = self.default_withholding_rate;
        if self.may_have_withheld(rate) {
            return Ok(());
        }
        let problem =
            format!("{} is of natural persons, and the tax_id is that of a company", rate.normalize());
        Err(Error::invalid("default_withholding_rate", problem, WITHHELD_OF_COMPANIES))
    }

    /// Days between issue and due date for a client.
    pub fn terms_days(&self, client: &ClientDetails) -> u16 {
        client.payment_terms_days.unwrap_or(self.payment_terms_days)
    }

    pub fn fields(&self) -> Fields {
        let mut fields = vec![("legal_name", self.legal_name.clone()), ("tax_id", self.tax_id.clone())];
        fields.extend(self.contact.fields());
        fields.extend([
            ("iban", self.iban.clone()),
            ("currency", Some(self.currency.to_string())),
            ("time_zone", Some(self.time_zone.name().to_owned())),
            ("language", Some(self.language.code().to_owned())),
            ("retail", self.retail.then(|| "yes".to_owned())),
            ("cash_accounting", self.cash_accounting.then(|| "yes".to_owned())),
            ("payment_terms_days", Some(self.payment_terms_days.to_string())),
            ("tax_scheme", Some(self.tax_scheme.name().to_owned())),
            ("default_tax_rate", Some(self.default_tax_rate.normalize().to_string())),
            ("default_withholding_rate", Some(self.default_withholding_rate.normalize().to_string())),
        ]);
        fields
    }
}
