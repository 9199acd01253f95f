//! Clients: who the invoices are for (EN 16931, BG-7).

use rust_decimal::Decimal;
use time::OffsetDateTime;

use super::{
    codes::{Currency, Language},
    contact::Contact,
    event::Fields,
    ids::ClientId,
    tax_id, text,
};
use crate::error::{Error, Result};

#[derive(Debug, Clone)]
pub struct Client {
    pub id: ClientId,
    pub version: i64,
    pub details: ClientDetails,
    pub archived_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDetails {
    pub name: String,
    pub tax_id: Option<String>,
    pub contact: Contact,
    /// The language that this client is written to in; the business's where absent.
    pub language: Option<Language>,
    /// Days between issue and due date; the business's where absent.
    pub payment_terms_days: Option<u16>,
    /// A consumer: nothing is withheld, and no tax number is asked for.
    pub private_person: bool,
    /// A retailer in the regime of equivalence (art. 148 LIVA), whose invoices bear the surcharge.
    pub surcharge: bool,
    /// Never printed.
    pub notes: Option<String>,
}

impl ClientDetails {
    pub fn named(name: String) -> Self {
        Self {
            name,
            tax_id: None,
            contact: Contact::default(),
            language: None,
            payment_terms_days: None,
            private_person: false,
            surcharge: false,
            notes: None,
        }
    }

    /// What `find_clients` looks through, folded: name, city, e-mail and tax number.
    pub fn search_text(&self) -> String {
        let parts =
            [Some(&self.name), self.contact.city.as_ref(), self.contact.email.as_ref(), self.tax_id.as_ref()];
        text::fold(&parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
    }

    /// Those who pay for their business in Spain keep IRPF back (art. 99.2 LIRPF).
    pub fn withholds(&self) -> bool {
        !self.private_person && self.contact.is_in_spain()
    }

    /// Refuses what cannot be of one client. The regime of equivalence is for retailers who are natural persons, and for
    /// entities that attribute their income to such (art. 148.Uno LIVA).
    pub fn agree(&self) -> Result<()> {
        if !self.surcharge {
            return Ok(());
        }
        let refuse =
            |problem: &str, accepted: &'static str| Err(Error::invalid("surcharge", problem, accepted));
        if self.private_person {
            return refuse(
                "is for retailers, and the client is a private person",
                "false; or private_person: false",
            );
        }
        let number = self.tax_id.as_deref().unwrap_or_default();
        if self.contact.is_in_spain() && tax_id::kind(number).is_some() && number.starts_with(['A', 'B']) {
            let problem = "is for natural persons and entities of such, and the tax_id is that of a company";
            return refuse(problem, "false, for companies whose NIF begins with A or B");
        }
        Ok(())
    }

    pub fn fields(&self) -> Fields {
        let mut fields = vec![("name", Some(self.name.clone())), ("tax_id", self.tax_id.clone())];
        fields.extend(self.contact.fields());
        fields.extend([
            ("language", self.language.as_ref().map(|language| language.code().to_owned())),
            ("payment_terms_days", self.payment_terms_days.map(|days| days.to_string())),
            ("private_person", self.private_person.then(|| "yes".to_owned())),
            ("surcharge", self.surcharge.then(|| "yes".to_owned())),
            ("notes", self.notes.clone()),
        ]);
        fields
    }
}

impl Client {
    /// All that its history tells of it.
    pub fn fields(&self) -> Vec<(&'static str, Option<String>)> {
        let mut fields = self.details.fields();
        fields.push(("archived", self.archived_at.map(|_| "yes".to_owned())));
        fields
    }
}

/// How a client stands in one currency. Drafts and cancelled invoices do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub currency: Currency,
    pub invoiced: Decimal,
    pub paid: Decimal,
    pub outstanding: Decimal,
    /// The part of `outstanding` whose due date has passed.
    pub overdue: Decimal,
}
