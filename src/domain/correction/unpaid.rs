//! Corrections for what the client does not pay, R2 and R3: of tax alone (art. 80.Tres and Cuatro LIVA), in the proportion
//! of what is unpaid (art. 80.Cinco LIVA).

use rust_decimal::Decimal;

use super::{Code, Standing, left::Left, standing::name};
use crate::{
    domain::{
        client::ClientDetails,
        document,
        invoice::Invoice,
        line::{self, Line},
        money,
        node::Node,
    },
    error::{Error, Result},
};

/// Refuses R2 and R3 where the law does not have them for the client: it is named by its tax number, and established in
/// Spain; insolvent, in the Union (art. 80.Cinco.2.ª LIVA). `form` is the original's document, where facturo made one.
pub fn has_debtor(original: &Invoice, code: Code, form: Option<&Node>, client: &ClientDetails) -> Result<()> {
    let (label, cause) = (original.label(), code.name());
    if !code.is_unpaid() {
        return Ok(());
    }
    let tax_id = form.map_or(client.tax_id.as_deref(), document::buyer_tax_id);
    match client.contact.country.filter(|country| !country.is_spain()) {
        Some(country) if code == Code::R2 && country.is_in_union() && tax_id.is_some() => Ok(()),
        Some(_) => Err(Error::conflict(
            format!(
                "The client of {label} is not established in Spain, so the tax that it does not pay is not given back (art. 80.Cinco.2.ª LIVA)."
            ),
            "R2 is for one in the Union too, if it is insolvent and has a VAT number. The debt itself is given up by record_payment, method write_off.",
        )),
        None if tax_id.is_some() => Ok(()),
        None if form.is_some() => Err(Error::conflict(
            format!("{label} names its client without a NIF, which {cause} wants."),
            "Set the client's tax_id (update_client), correct by method substitution with the same lines, then correct for this cause the \
             invoice that stands in its place.",
        )),
        None => Err(Error::conflict(
            format!("The client of {label} has no NIF, which {cause} wants."),
            "Set its tax_id (update_client).",
        )),
    }
}

impl Standing<'_> {
    /// What the corrections for what is not paid have taken back so far, as they have it: below zero.
    fn given(&self) -> Left {
        Left::of(self.lines_of(|it| it.is_for_unpaid()), self.original.0.currency)
    }

    /// The debt that they have left, where `corrective` takes back the last of the invoice for another cause: then nothing
    /// is owed any more.
    pub fn ended_by(&self, corrective: &Invoice) -> Decimal {
        let is_last = !corrective.is_substitution() && (self.total() + corrective.totals.total).is_zero();
        if is_last && !corrective.is_for_unpaid() { -self.given().payable() } else { Decimal::ZERO }
    }

    /// What is unpaid of each taxed group, and not taken back for it yet.
    fn unpaid(&self) -> Left {
        let currency = self.original.0.currency;
        let charged = || self.all().filter(|(it, _)| !it.is_for_unpaid());
        let outstanding: Decimal = charged().map(|(it, _)| it.outstanding()).sum();
        let payable: Decimal = charged().map(|(it, _)| it.totals.payable).sum();
        let taxed = Left::of(self.lines_of(|it| !it.is_for_unpaid()), currency).taxed(currency);
        taxed.portion(outstanding.max(Decimal::ZERO), payable, currency).and(self.given())
    }

    /// The lines that take back all that R2 or R3 may.
    ///
    /// # Errors
    /// Where nothing taxed is unpaid, or all of it was taken back.
    pub(super) fn taken_back_unpaid(&self, description: &str) -> Result<Vec<Line>> {
        let unpaid = self.unpaid();
        if unpaid.payable() <= Decimal::ZERO {
            let problem = format!(
                "Of {} nothing taxed is unpaid and not corrected for it yet.",
                self.original.0.label()
            );
            return Err(Error::conflict(
                problem,
                "For another cause than R2 and R3 correct it by that; get_invoice names its corrections.",
            ));
        }
        Ok(unpaid.taken_back(description))
    }

    /// Refuses lines that bear no tax, that give more back than of what is unpaid still, or that take more of it back again
    /// than was given: a consumer may pay after all (art. 80.Cuatro LIVA).
    pub(super) fn admits_unpaid(&self, lines: &[Line]) -> Result<()> {
        let (original, currency) = (self.original.0, self.original.0.currency);
        let (unpaid, given) = (self.unpaid(), self.given());
        for group in line::groups(lines, currency) {
            if !group.key.category.is_taxed() {
                let problem = format!("are {}, and R2 and R3 give tax back", name(group.key));
                let accepted =
                    "lines with tax, or none: then the unpaid part of each taxed group is taken back";
                return Err(Error::invalid("lines", problem, accepted));
            }
            let gross = group.base + group.amount + group.surcharge;
            let [unpaid_here, given_here] = [unpaid.gross(group.key), -given.gross(group.key)];
            if gross.is_zero()
                || !(-unpaid_here.max(Decimal::ZERO)..=given_here.max(Decimal::ZERO)).contains(&gross)
            {
                let [gross, here, given, payable] =
                    [gross, unpaid_here.max(Decimal::ZERO), given_here, unpaid.payable().max(Decimal::ZERO)]
                        .map(|amount| money::display(amount, currency));
                let (label, name) = (original.label(), name(group.key));
                return Err(Error::invalid(
                    "lines",
                    format!(
                        "come to {gross} {currency} with tax at {name}, and of {label} {here} are unpaid there and not corrected for it yet"
                    ),
                    format!(
                        "no lines, which takes back the unpaid part of each group by itself ({payable} to pay in all); or lines that \
                         take back up to {here} (quantity below zero, prices_include_tax), above zero up to {given}, what R2 and R3 \
                         have taken back before"
                    ),
                ));
            }
        }
        Ok(())
    }
}
