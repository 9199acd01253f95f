//! What must be there before an invoice may be issued (RD 1619/2012, arts. 4, 6, 7, 12, 16; EN 16931, BR-01 to BR-16).
//! All that is missing is told at once, each with the tool that sets it.

use rust_decimal::Decimal;

use super::{
    business::BusinessDetails,
    client::ClientDetails,
    codes::Currency,
    contact::Contact,
    invoice::Invoice,
    line::Line,
    money,
    series::Kind,
    tax::{category::Category, rates},
};
use crate::error::{Error, Result};

/// Euros with tax that a simplified invoice may come to (art. 4.1.a).
const SIMPLIFIED_MAX: Decimal = Decimal::from_parts(400, 0, 0, false, 0);
/// The same in the sectors that art. 4.2 lists.
const SIMPLIFIED_RETAIL_MAX: Decimal = Decimal::from_parts(3_000, 0, 0, false, 0);

/// Refuses to issue what the law of the business's country would not accept. `invoice` is as it would be issued, and
/// `standing` what stands already of the invoice that it corrects by difference.
///
/// # Errors
/// One conflict that lists everything missing.
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
        spanish(client, invoice, lines, &mut missing);
        if invoice.is_simplified() {
            simplified(business, invoice, lines, standing, &mut missing);
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
/// nobody (art. 7).
fn buyer(client: &ClientDetails, invoice: &Invoice, lines: &[Line], spanish: bool, missing: &mut Missing) {
    const TOOL: &str = "update_client";
    if invoice.kind == Kind::Simplified {
        return;
    }
    let needs_number = lines
        .iter()
        .any(|line| matches!(line.treatment.category, Category::ReverseCharge | Category::IntraEu));
    let is_business = spanish && !client.private_person;
    missing.unless(
        client.tax_id.is_some() || !(needs_number || is_business),
        "tax_id of the client, or private_person: true for a consumer",
        TOOL,
    );
    if is_business {
        missing.address(&client.contact, "client", TOOL);
    }
}

/// Where goods for a client go.
#[derive(PartialEq, Eq)]
enum Place {
    Spain,
    /// Another member state, or Northern Ireland, which counts as one for goods.
    Union,
    Elsewhere,
}

impl Place {
    /// Northern Ireland is told by its VAT number.
    fn of(client: &ClientDetails) -> Self {
        let northern_irish = client.tax_id.as_deref().is_some_and(|number| number.starts_with("XI"));
        match client.contact.country {
            None => Self::Spain,
            Some(country) if country.is_spain() => Self::Spain,
            Some(country) if country.is_in_union() => Self::Union,
            Some(country) if country.alpha2() == "GB" && northern_irish => Self::Union,
            Some(_) => Self::Elsewhere,
        }
    }
}

fn spanish(client: &ClientDetails, invoice: &Invoice, lines: &[Line], missing: &mut Missing) {
    let tool = if invoice.kind == Kind::Corrective { "correct_invoice" } else { "update_invoice" };
    // art. 12.1: the tax in euros, whatever the currency
    missing.unless(
        invoice.currency == Currency::EUR || invoice.exchange_rate.is_some(),
        "exchange_rate, euros for one unit of the currency",
        tool,
    );
    rates_of_the_day(invoice, lines, tool, missing);
    let destination = Place::of(client);
    for (index, line) in lines.iter().enumerate() {
        let place = |what: &str| format!("lines[{index}]: {what}");
        match line.treatment.category {
            // art. 6.1.j
            Category::Exempt => {
                let basis = "exemption, the legal basis of an exempt line (E1, E3, E4 or E6)";
                missing.unless(line.treatment.exemption.is_some(), &place(basis), tool);
            }
            Category::IntraEu => {
                missing.unless(
                    destination == Place::Union,
                    &place("intra_eu wants a client in another member state"),
                    "update_client",
                );
            }
            Category::Export => {
                missing.unless(
                    destination == Place::Elsewhere,
                    &place("export wants a client outside the Union"),
                    "update_client",
                );
            }
            _ => {}
        }
    }
    // art. 16.4: what bears the surcharge is documented apart
    let taxed = || lines.iter().filter(|line| line.treatment.category.is_taxed());
    let surcharged = taxed().filter(|line| !line.treatment.surcharge_rate.is_zero()).count();
    missing.unless(
        surcharged == 0 || surcharged == taxed().count(),
        "lines with and without surcharge_rate, which belong on separate invoices",
        tool,
    );
}

/// The rates must be those of the day of the operation; a correction keeps those of its original.
fn rates_of_the_day(invoice: &Invoice, lines: &[Line], tool: &str, missing: &mut Missing) {
    let on = invoice.taxed_on();
    let known = rates::known(invoice.scheme, on);
    let strange = lines.iter().map(|line| line.treatment.rate.normalize()).find(|rate| !known.contains(rate));
    if let Some(rate) = strange.filter(|rate| !known.is_empty() && !rate.is_zero()) {
        let rates = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let what = format!("{rate}% is no rate of {} on {on}: {rates}", invoice.scheme.name());
        missing.unless(false, &what, tool);
    }
}

/// Art. 4: up to 400 euros, and never for what goes abroad or reverses the charge; a correction together with what stands
/// of its original. What takes back is let be.
fn simplified(
    business: &BusinessDetails,
    invoice: &Invoice,
    lines: &[Line],
    standing: Decimal,
    missing: &mut Missing,
) {
    let wants = match invoice.kind {
        Kind::Corrective => "take it all back (correct_invoice without lines), then make one of",
        Kind::Standard | Kind::Simplified => "this one wants",
    };
    let rate = invoice.exchange_rate.filter(|_| invoice.currency != Currency::EUR);
    let euros = (standing + invoice.totals.total) * rate.unwrap_or(Decimal::ONE);
    let limit = if business.retail { SIMPLIFIED_RETAIL_MAX } else { SIMPLIFIED_MAX };
    missing.unless(
        euros <= limit || invoice.totals.total <= Decimal::ZERO,
        &format!(
            "a simplified invoice comes to {} EUR at most; {wants} kind: standard",
            money::display(limit, Currency::EUR)
        ),
        "create_invoice",
    );
    let abroad = lines.iter().any(|line| {
        matches!(line.treatment.category, Category::IntraEu | Category::Export | Category::ReverseCharge)
    });
    missing.unless(
        !abroad,
        &format!("across borders or with reverse charge, {wants} kind: standard"),
        "create_invoice",
    );
}
