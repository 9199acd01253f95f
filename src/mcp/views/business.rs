use schemars::JsonSchema;
use serde::Serialize;

use super::moment;
use crate::{domain::business::Business, mcp::tool::View};

#[derive(Serialize, JsonSchema)]
pub struct BusinessView {
    id: i64,
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id: Option<String>,
    #[serde(flatten)]
    contact: ContactView,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    currency: String,
    time_zone: String,
    language: String,
    retail: bool,
    cash_accounting: bool,
    payment_terms_days: u16,
    tax_scheme: String,
    /// Percent.
    default_tax_rate: String,
    /// Percent.
    default_withholding_rate: String,
    created_at: String,
    updated_at: String,
}

/// Address and contact data, of a business or a client.
#[derive(Serialize, JsonSchema)]
pub struct ContactView {
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl From<crate::domain::contact::Contact> for ContactView {
    fn from(contact: crate::domain::contact::Contact) -> Self {
        Self {
            street: contact.street,
            postal_code: contact.postal_code,
            city: contact.city,
            province: contact.province,
            country: contact.country.map(|country| country.alpha2().to_owned()),
            email: contact.email,
            phone: contact.phone,
        }
    }
}

impl From<Business> for BusinessView {
    fn from(business: Business) -> Self {
        let Business { id, version, details, created_at, updated_at } = business;
        Self {
            id: id.0,
            version,
            legal_name: details.legal_name,
            tax_id: details.tax_id,
            contact: details.contact.into(),
            iban: details.iban,
            currency: details.currency.to_string(),
            time_zone: details.time_zone.name().to_owned(),
            language: details.language.code().to_owned(),
            retail: details.retail,
            cash_accounting: details.cash_accounting,
            payment_terms_days: details.payment_terms_days,
            tax_scheme: details.tax_scheme.name().to_owned(),
            default_tax_rate: details.default_tax_rate.normalize().to_string(),
            default_withholding_rate: details.default_withholding_rate.normalize().to_string(),
            created_at: moment(created_at),
            updated_at: moment(updated_at),
        }
    }
}

impl View for BusinessView {
    fn summary(&self) -> String {
        let named = if self.legal_name.is_some() {
            ""
        } else {
            " It has no legal_name yet: update_business sets it."
        };
        format!(
            "Business {}: {}, due in {} days, tax {}% where nothing else is said.{named}",
            self.id, self.currency, self.payment_terms_days, self.default_tax_rate
        )
    }
}
