use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    domain::{
        codes::Country,
        contact::{self, Contact},
        text,
    },
    error::Result,
    mcp::args::{Text, patch},
};

/// Address and contact data, of a business or a client.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ContactArgs {
    street: Option<Text>,
    postal_code: Option<Text>,
    city: Option<Text>,
    province: Option<Text>,
    /// ISO 3166-1, such as ES.
    country: Option<Text>,
    email: Option<Text>,
    phone: Option<Text>,
}

impl ContactArgs {
    pub(super) fn apply(&self, contact: &mut Contact) -> Result<()> {
        let line = |field: &'static str, max| move |value: &str| text::line(field, value, max);
        patch(&mut contact.street, &self.street, line("street", text::NAME_MAX))?;
        patch(&mut contact.postal_code, &self.postal_code, line("postal_code", 20))?;
        patch(&mut contact.city, &self.city, line("city", text::NAME_MAX))?;
        patch(&mut contact.province, &self.province, line("province", text::NAME_MAX))?;
        patch(&mut contact.country, &self.country, |code| Country::parse("country", code))?;
        patch(&mut contact.email, &self.email, |email| contact::email("email", email))?;
        patch(&mut contact.phone, &self.phone, line("phone", 40))
    }
}
