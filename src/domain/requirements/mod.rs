//! What must be there before an invoice may be issued (RD 1619/2012, arts. 4, 6, 7, 12, 16; EN 16931, BR-01 to BR-16).
//! All that is missing or wrong is told at once, each with the tool that sets it.

mod simplified;
mod surcharge;
mod taxes;

use rust_decimal::Decimal;
use time::{Date, macros::date};

use super::{
    business::BusinessDetails,
    client::ClientDetails,
    codes::{Country, Currency},
    contact::Contact,
    date,
    invoice::Invoice,
    line::Line,
    series::Kind,
    tax::category::Category,
    tax_id,
};
use crate::error::{Error, Result};

/// The first day of an invoice that the tax agency takes a record of (AEAT, VERI*FACTU: «Validaciones y errores»,
/// `FechaExpedicionFactura`).
const FIRST_DAY: Date = date!(2024 - 10 - 28);
/// Years that an operation may lie before its invoice (ibidem, `FechaOperacion`).
const OPERATION_YEARS: i32 = 20;

/// Refuses to issue what the law of the business's country would not accept. `invoice` is as it would be issued, and
/// `left` what is left of the invoice that it corrects by difference.
///
/// # Errors
/// One conflict that lists everything missing or wrong.
pub fn check(
    business: &BusinessDetails,
    client: &ClientDetails,
    invoice: &Invoice,
    lines: &[Line],
    left: Decimal,
) -> Result<()> {
    let mut missing = Missing::default();
    seller(business, &mut missing);
    let is_spanish = business.contact.is_in_spain();
    buyer(client, invoice, lines, is_spanish, &mut missing);
    another(business, client, &mut missing);
    if is_spanish {
        day(invoice, &mut missing);
        currency(invoice, &mut missing);
        taxes::check(business, client, invoice, lines, &mut missing);
        if invoice.is_simplified() {
            simplified::check(business, invoice, lines, left, &mut missing);
        }
    }
    missing.into_result()
}

#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    /// Notes what is missing and which tool sets it, unless it holds.
    fn unless(&mut self, holds: bool, what: &str, tool: &str) {
        if !holds {
            self.0.push(format!("{what} ({tool})"));
        }
    }

    fn address(&mut self, contact: &Contact, whose: &str, tool: &str) {
        let absent = contact.missing_address();
        self.unless(absent.is_empty(), &format!("{} of the {whose}", absent.join(", ")), tool);
    }

    fn into_result(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Error::conflict(
            format!("The invoice cannot be issued yet. Missing or wrong: {}.", self.0.join("; ")),
            "Set all of it, then issue again. Nothing was written and no number was taken.",
        ))
    }
}

/// The tool that sets what stands on the invoice itself.
fn tool_of(invoice: &Invoice) -> &'static str {
    if invoice.kind == Kind::Corrective { "correct_invoice" } else { "update_invoice" }
}

/// Who issues: name, tax number, address (art. 6.1.c to e; BT-27, BT-31, BG-5).
fn seller(business: &BusinessDetails, missing: &mut Missing) {
    const TOOL: &str = "update_business";
    missing.unless(business.legal_name.is_some(), "legal_name of the business", TOOL);
    missing.unless(business.tax_id.is_some(), "tax_id of the business", TOOL);
    missing.unless(business.contact.country.is_some(), "country of the business", TOOL);
    if business.contact.is_in_spain() {
        missing.address(&business.contact, "business", TOOL);
    }
}

/// Who receives. A private person needs no tax number and no address (art. 6.1.d and e); a simplified invoice names
/// nobody, nor does what corrects one (art. 7).
fn buyer(client: &ClientDetails, invoice: &Invoice, lines: &[Line], spanish: bool, missing: &mut Missing) {
    const TOOL: &str = "update_client";
    if invoice.is_simplified() {
        return;
    }
    let is_company = client.contact.is_in_spain()
        && client.tax_id.as_deref().and_then(tax_id::kind) == Some(tax_id::Kind::Company);
    let what = "private_person: false for the client, whose tax_id is not that of a natural person";
    missing.unless(!(spanish && client.private_person && is_company), what, TOOL);
    let accounts_for_tax = lines.iter().any(|line| is_for_a_business(line.treatment.category));
    let is_business = spanish && !client.private_person;
    let what = if accounts_for_tax {
        "tax_id of the client, which reverse_charge and intra_eu want"
    } else {
        "tax_id of the client, or private_person: true for a consumer"
    };
    // to a seller in Spain a consumer has the wrong category there, which no number mends
    let needs_number = if spanish { is_business } else { accounts_for_tax };
    missing.unless(client.tax_id.is_some() || !needs_number, what, TOOL);
    if is_business {
        missing.address(&client.contact, "client", TOOL);
    }
}

/// Art. 2.1: one invoices others. In Spain their tax number is that of their country, which is Spain where none is given; it
/// may stand there since before it was looked at.
fn another(business: &BusinessDetails, client: &ClientDetails, missing: &mut Missing) {
    const TOOL: &str = "update_client";
    let Some(number) = &client.tax_id else { return };
    missing.unless(
        business.tax_id.as_ref() != Some(number),
        "another tax_id of the client, since it has that of the business",
        TOOL,
    );
    if business.contact.is_in_spain() {
        let country = client.contact.country.as_ref().map_or("ES", Country::alpha2);
        let what = format!(
            "tax_id of the client, {number}, which is none of its country, {country}: correct tax_id or country"
        );
        missing.unless(tax_id::is_of(number, client.contact.country), &what, TOOL);
    }
}

/// Whether the buyer accounts for the tax, at home or where the goods arrive.
fn is_for_a_business(category: Category) -> bool {
    matches!(category, Category::ReverseCharge | Category::IntraEu)
}

/// Art. 6.1.i: what was done, or paid in advance, on another day than that of the issue. Neither lies ahead, nor so far
/// back that no record can be made of it.
fn day(invoice: &Invoice, missing: &mut Missing) {
    let (issue_date, day) = (invoice.issue_date(), invoice.taxed_on());
    let what = format!(
        "issue_date {issue_date}, and records begin with {FIRST_DAY}: a later one (or, if it was issued then, external_number by create_invoice)"
    );
    missing.unless(issue_date >= FIRST_DAY, &what, tool_of(invoice));
    let what = format!("operation_date {day}, which is after the issue date {issue_date}");
    missing.unless(day <= issue_date, &what, tool_of(invoice));
    let first = date::plus_years(issue_date, -OPERATION_YEARS);
    let what = format!(
        "operation_date {day}, which is before {first}, {OPERATION_YEARS} years before the issue date"
    );
    missing.unless(day >= first, &what, tool_of(invoice));
}

/// Art. 12.1: the tax in euros, whatever the currency.
fn currency(invoice: &Invoice, missing: &mut Missing) {
    let is_euro = invoice.currency == Currency::EUR;
    let what = if is_euro {
        "exchange_rate, which an invoice in EUR does not have"
    } else {
        "exchange_rate, euros for one unit of the currency"
    };
    missing.unless(is_euro == invoice.exchange_rate.is_none(), what, tool_of(invoice));
}
