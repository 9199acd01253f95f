//! What must be there before an invoice may be issued (RD 1619/2012, arts. 4, 6, 7, 12, 16; EN 16931, BR-01 to BR-16).
//! All that is missing or wrong is told at once, each with the tool that sets it.

mod simplified;
mod taxes;

use rust_decimal::Decimal;

use super::{
    business::BusinessDetails, client::ClientDetails, codes::Currency, contact::Contact, invoice::Invoice,
    line::Line, series::Kind, tax::category::Category,
};
use crate::error::{Error, Result};

/// Refuses to issue what the law of the business's country would not accept. `invoice` is as it would be issued, and
/// `standing` what stands already of the invoice that it corrects by difference.
///
/// # Errors
/// One conflict that lists everything missing or wrong.
pub fn check(
    business: &BusinessDetails,
    client: &ClientDetails,
    invoice: &Invoice,
    lines: &[Line],
    standing: Decimal,
) -> Result<()> {
    let mut missing = Missing::default();
    seller(business, &mut missing);
    let is_spanish = business.contact.is_in_spain();
    buyer(client, invoice, lines, is_spanish, &mut missing);
    if is_spanish {
        day(invoice, &mut missing);
        currency(invoice, &mut missing);
        taxes::check(client, invoice, lines, &mut missing);
        if invoice.is_simplified() {
            simplified::check(business, invoice, lines, standing, &mut missing);
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
        let parts = [
            ("street", contact.street.is_some()),
            ("postal_code", contact.postal_code.is_some()),
            ("city", contact.city.is_some()),
        ];
        let absent: Vec<&str> = parts.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
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

/// Whether the buyer accounts for the tax, at home or where the goods arrive.
fn is_for_a_business(category: Category) -> bool {
    matches!(category, Category::ReverseCharge | Category::IntraEu)
}

/// Art. 6.1.i: what was done, or paid in advance, on another day than that of the issue. Neither lies ahead.
fn day(invoice: &Invoice, missing: &mut Missing) {
    let issue_date = invoice.issue_date();
    let Some(day) = invoice.operation_date.filter(|day| *day > issue_date) else { return };
    let what = format!("operation_date {day}, which is after the issue date {issue_date}");
    missing.unless(false, &what, tool_of(invoice));
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
