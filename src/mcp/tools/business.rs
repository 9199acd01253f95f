use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    books::Books,
    domain::{
        business::BusinessDetails,
        codes::{Country, Currency, Language, TimeZone},
        contact::{self, Contact},
        decimal,
        tax::category::Scheme,
        tax_id, text,
    },
    error::Result,
    mcp::{
        args::{And, Flag, Int, Number, Text, VersionArgs, given},
        tool::{About, Desk, Entry, Read, Write},
        views::business::BusinessView,
    },
    repository, service,
    service::Act,
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::read::<GetBusiness>(), Entry::write::<UpdateBusiness>()]
}

#[derive(Deserialize, JsonSchema)]
struct GetBusiness {}

impl Read for GetBusiness {
    const ABOUT: About = About {
        name: "get_business",
        title: "Show the business",
        description: "The business that issues the invoices: its name, tax number, address, bank account, and its defaults \
                      for currency, tax rate and payment terms.",
    };
    type Args = Self;
    type View = BusinessView;

    async fn call(desk: &Desk<'_>, _: Self) -> Result<BusinessView> {
        Ok(repository::business::get(desk.client, desk.business).await?.into())
    }
}

#[derive(Deserialize, JsonSchema)]
struct UpdateBusiness {
    legal_name: Option<Text>,
    /// NIF, CIF, NIE or VAT number.
    tax_id: Option<Text>,
    iban: Option<Text>,
    /// ISO 4217, such as EUR; for new invoices.
    currency: Option<Text>,
    /// IANA name, such as Europe/Madrid.
    time_zone: Option<Text>,
    /// es or en; of documents and reminders.
    language: Option<Text>,
    /// Retail, hospitality and the like: simplified invoices up to 3000 EUR instead of 400.
    retail: Option<Flag>,
    /// In the special regime of cash accounting (criterio de caja).
    cash_accounting: Option<Flag>,
    /// Days from issue to due date, 0 to 365.
    payment_terms_days: Option<Int>,
    /// iva, igic or ipsi.
    tax_scheme: Option<Text>,
    /// Percent, such as 21.
    default_tax_rate: Option<Number>,
    /// Percent of IRPF that clients withhold, such as 15; 0 for none.
    default_withholding_rate: Option<Number>,
}

impl Write for UpdateBusiness {
    const ABOUT: About = About {
        name: "update_business",
        title: "Describe the business",
        description: "Change what the business says of itself, or its defaults for new invoices. Only what is given \
                      changes; an empty string clears an optional field.",
    };
    type Args = And<And<Self, ContactArgs>, VersionArgs>;
    type View = BusinessView;

    async fn call(act: &Act<'_>, And(And(args, contact), version): Self::Args) -> Result<BusinessView> {
        let changed = service::business::update(act, version.expected(), |details| {
            args.apply(details)?;
            contact.apply(&mut details.contact)
        });
        Ok(changed.await?.into())
    }

    fn committed(books: &Books) {
        books.forget_time_zone();
    }
}

impl UpdateBusiness {
    fn apply(&self, details: &mut BusinessDetails) -> Result<()> {
        text::patch(&mut details.legal_name, raw(&self.legal_name), |name| {
            text::line("legal_name", name, text::NAME_MAX)
        })?;
        text::patch(&mut details.tax_id, raw(&self.tax_id), |id| tax_id::plain("tax_id", id))?;
        text::patch(&mut details.iban, raw(&self.iban), |iban| contact::iban("iban", iban))?;
        if let Some(code) = given(self.currency.as_ref()) {
            details.currency = Currency::parse("currency", code)?;
        }
        if let Some(name) = given(self.time_zone.as_ref()) {
            details.time_zone = TimeZone::parse("time_zone", name)?;
        }
        if let Some(code) = given(self.language.as_ref()) {
            details.language = Language::parse_spoken("language", code)?;
        }
        details.retail = self.retail.as_ref().map_or(details.retail, |flag| flag.0);
        details.cash_accounting =
            self.cash_accounting.as_ref().map_or(details.cash_accounting, |flag| flag.0);
        if let Some(Int(days)) = self.payment_terms_days {
            details.payment_terms_days = contact::payment_terms_days("payment_terms_days", days)?;
        }
        if let Some(name) = given(self.tax_scheme.as_ref()) {
            details.tax_scheme = Scheme::parse("tax_scheme", name)?;
        }
        if let Some(Number(rate)) = &self.default_withholding_rate {
            details.default_withholding_rate = decimal::percent("default_withholding_rate", rate)?;
        }
        if let Some(Number(rate)) = &self.default_tax_rate {
            details.default_tax_rate = decimal::percent("default_tax_rate", rate)?;
        }
        Ok(())
    }
}

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
        text::patch(&mut contact.street, raw(&self.street), line("street", text::NAME_MAX))?;
        text::patch(&mut contact.postal_code, raw(&self.postal_code), line("postal_code", 20))?;
        text::patch(&mut contact.city, raw(&self.city), line("city", text::NAME_MAX))?;
        text::patch(&mut contact.province, raw(&self.province), line("province", text::NAME_MAX))?;
        text::patch(&mut contact.country, raw(&self.country), |code| Country::parse("country", code))?;
        text::patch(&mut contact.email, raw(&self.email), |email| contact::email("email", email))?;
        text::patch(&mut contact.phone, raw(&self.phone), line("phone", 40))
    }
}

pub(super) fn raw(text: &Option<Text>) -> Option<&str> {
    text.as_ref().map(|text| text.0.as_str())
}
