//! The record of an invoice that facturo issues, from the invoice itself.

use rust_decimal::Decimal;

use super::{
    Correction, InvoiceRef, Invoiced, Making, Record, Replaced,
    breakdown::{self, Detail, Regimes},
    party::{Buyer, Issuer},
};
use crate::{
    domain::{
        business::BusinessDetails,
        codes::Currency,
        document::Papers,
        invoice::{Invoice, Issued},
        line::{self, Line},
        place::Place,
        tax::{TaxGroup, euros},
    },
    error::{Error, Result},
};

/// What a corrective invoice corrects.
#[derive(Debug, Clone, Copy)]
pub struct Corrected<'a> {
    pub original: &'a Invoice,
    /// The original's, then those of each of its corrections by difference, oldest first; in their currency.
    pub groups: &'a [Vec<TaxGroup>],
}

impl Papers<'_> {
    /// `corrected` is absent where the invoice corrects none.
    pub fn record(&self, corrected: Option<Corrected<'_>>, making: Making<'_>) -> Result<Record> {
        let Self { client, invoice, lines, .. } = self;
        let issuer = issuer(self.business)?;
        let Issued { number, issue_date, .. } = issued(invoice)?;
        let rate = exchange_rate(invoice)?;
        let groups = line::groups(lines, invoice.currency);
        let (replaced, before) = match corrected {
            Some(Corrected { original, groups: [own, ..] }) if invoice.is_substitution() => {
                // from elsewhere it may lack the rate that this one has
                let in_euros = euros::of(own, original.exchange_rate.unwrap_or(rate))?;
                // whose amounts alone are recorded again
                (breakdown::of(original.scheme, &in_euros, Regimes::default())?, &[][..])
            }
            Some(Corrected { groups, .. }) => (Vec::new(), groups),
            None => (Vec::new(), &[][..]),
        };
        let correction = self.correction(&issuer, &replaced)?;
        let invoiced = Invoiced {
            issuer: &issuer,
            number,
            issue_date: *issue_date,
            operation_date: invoice.operation_date,
            simplified: invoice.is_simplified(),
            correction,
            description: &description(lines),
            buyer: self.buyer()?,
            scheme: invoice.scheme,
            groups: &euros::last_of(before, &groups, rate)?,
            regimes: Regimes {
                cash_accounting: self.business.cash_accounting,
                under_another_tax: matches!(Place::of(client, invoice.scheme), Place::Of(there) if there != invoice.scheme),
            },
        };
        Record::registration(&invoiced, making)
    }

    /// A simplified invoice identifies its buyer only where it bears tax number and domicile (RD 1619/2012, art. 7.2).
    fn buyer(&self) -> Result<Option<Buyer>> {
        let Self { client, invoice, .. } = self;
        if invoice.is_simplified() && !client.contact.missing_address().is_empty() {
            return Ok(None);
        }
        let (country, tax_id) = (client.contact.country, client.tax_id.as_deref());
        Buyer::identified(&client.name, country, tax_id, client.private_person)
    }

    fn correction(&self, issuer: &Issuer, replaced: &[Detail]) -> Result<Option<Correction>> {
        let Some(correction) = &self.invoice.correction else { return Ok(None) };
        let original = InvoiceRef::new(issuer, &correction.original_number, correction.original_issue_date)?;
        Ok(Some(Correction {
            code: correction.code,
            corrected: vec![original],
            replaced: self.invoice.is_substitution().then(|| Replaced::of(replaced)),
        }))
    }
}

/// Who the records of a business are of.
pub fn issuer(business: &BusinessDetails) -> Result<Issuer> {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    Issuer::new(&said(&business.tax_id), &said(&business.legal_name))
}

/// Euros for one unit of the invoice's currency (art. 12 of RD 1619/2012).
fn exchange_rate(invoice: &Invoice) -> Result<Decimal> {
    if invoice.currency == Currency::EUR {
        return Ok(Decimal::ONE);
    }
    invoice.exchange_rate.ok_or_else(|| {
        let accepted = format!("the euros that one {} is worth", invoice.currency);
        Error::invalid("exchange_rate", "is missing", accepted)
    })
}

fn issued(invoice: &Invoice) -> Result<&Issued> {
    invoice
        .issued()
        .ok_or_else(|| Error::conflict(format!("{} is not issued.", invoice.label()), "issue_invoice first."))
}

/// What was sold, in words (`DescripcionOperacion`).
fn description(lines: &[Line]) -> String {
    lines.iter().map(|line| line.description.as_str()).collect::<Vec<_>>().join("; ")
}
