use schemars::JsonSchema;
use serde::Deserialize;

use super::contact::ContactArgs;
use crate::{
    auth::scope::Scope,
    domain::{
        business::BusinessDetails,
        codes::{Currency, Language, TimeZone},
        contact, decimal,
        tax::category::Scheme,
        tax_id, text,
    },
    error::Result,
    mcp::{
        args::{And, Flag, Int, Number, Text, VersionArgs, given, patch},
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
        scopes: &[Scope::BusinessRead],
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
        scopes: &[Scope::BusinessWrite],
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
}

impl UpdateBusiness {
    fn apply(&self, details: &mut BusinessDetails) -> Result<()> {
        patch(&mut details.legal_name, &self.legal_name, |name| {
            text::line("legal_name", name, text::NAME_MAX)
        })?;
        patch(&mut details.tax_id, &self.tax_id, |id| tax_id::plain("tax_id", id))?;
        patch(&mut details.iban, &self.iban, |iban| contact::iban("iban", iban))?;
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
