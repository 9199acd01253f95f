//! Corrections for what the client does not pay, R2 and R3: of tax alone (art. 80.Tres and Cuatro LIVA), in the proportion
//! of what is unpaid (art. 80.Cinco LIVA).

use rust_decimal::Decimal;

use super::{Standing, left::Left, standing::name};
use crate::{
    domain::{
        line::{self, Line},
        money,
    },
    error::{Error, Result},
};

impl Standing<'_> {
    /// What the corrections for what is not paid have taken back so far, as they have it: below zero.
    fn given(&self) -> Left {
        Left::of(self.lines_of(|it| it.is_for_unpaid()), self.original.0.currency)
    }

    /// What they have taken back of what is to be paid.
    pub fn given_payable(&self) -> Decimal {
        -self.given().payable()
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
