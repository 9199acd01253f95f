//! What stands of an invoice that is corrected by difference, and what may be taken back of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Method;
use crate::{
    domain::{
        invoice::Invoice,
        line::{self, Line, LineKind, WithTax},
        money,
        tax::{Key, Totals, treatment::Treatment},
    },
    error::{Error, Result},
};

/// An invoice and its corrections by difference so far, each with its lines.
pub struct Standing<'a> {
    original: (&'a Invoice, &'a [Line]),
    earlier: Vec<(&'a Invoice, &'a [Line])>,
}

/// What is left at a rate or reason, with its tax.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    base: Decimal,
    taxes: Decimal,
}

impl<'a> Standing<'a> {
    pub fn new(
        original: (&'a Invoice, &'a [Line]),
        earlier: impl IntoIterator<Item = (&'a Invoice, &'a [Line])>,
    ) -> Self {
        Self { original, earlier: earlier.into_iter().collect() }
    }

    pub fn original(&self) -> (&'a Invoice, &'a [Line]) {
        self.original
    }

    fn all(&self) -> impl Iterator<Item = &(&'a Invoice, &'a [Line])> {
        [&self.original].into_iter().chain(&self.earlier)
    }

    /// With tax and surcharge.
    pub fn total(&self) -> Decimal {
        self.all().map(|(invoice, _)| invoice.totals.total).sum()
    }

    fn payable(&self) -> Decimal {
        self.all().map(|(invoice, _)| invoice.totals.payable).sum()
    }

    fn left(&self) -> BTreeMap<Key, Left> {
        let mut left = BTreeMap::<_, Left>::new();
        let groups = self.all().flat_map(|(invoice, lines)| line::groups(lines, invoice.currency));
        for group in groups {
            let entry = left.entry(group.key).or_default();
            entry.base += group.base;
            entry.taxes += group.amount + group.surcharge;
        }
        left
    }

    /// What is left before tax at each rate of withholding, together with `more`.
    fn withheld_from(&self, more: &[Line]) -> BTreeMap<Decimal, Decimal> {
        let mut bases = BTreeMap::new();
        for line in self.all().flat_map(|(_, lines)| *lines).chain(more) {
            *bases.entry(line.treatment.withholding_rate).or_default() += line.net;
        }
        bases
    }

    /// What a correction comes to that [`Self::admits`]. A withholding is rounded on each document, so its parts need not add
    /// up to the whole: where nothing is left of the total, nothing is left to pay.
    pub fn settled(&self, method: Method, totals: Totals) -> Totals {
        if method == Method::Substitution || !(self.total() + totals.total).is_zero() {
            return totals;
        }
        let payable = -self.payable();
        Totals { withholding: totals.total - payable, payable, ..totals }
    }

    /// Refuses to give more tax back for what the client has not paid than of what is outstanding still, or to take more of it
    /// back again than was given: a consumer may pay after all (art. 80.Cuatro LIVA).
    pub fn admits_unpaid(&self, totals: &Totals) -> Result<()> {
        let (original, currency) = (self.original.0, self.original.0.currency);
        let given: Decimal =
            self.earlier.iter().filter(|(it, _)| it.is_for_unpaid()).map(|(it, _)| -it.totals.payable).sum();
        let unpaid = (original.outstanding() - given).max(Decimal::ZERO);
        if totals.total.is_zero() || !(-unpaid..=given).contains(&totals.payable) {
            let [payable, unpaid, given] =
                [totals.payable, unpaid, given].map(|amount| money::display(amount, currency));
            let label = original.label();
            return Err(Error::invalid(
                "lines",
                format!(
                    "come to {payable} {currency}, and of {label} {unpaid} are unpaid and not corrected for it yet"
                ),
                format!(
                    "lines with a quantity below zero that take back up to {unpaid}, with prices_include_tax for an amount with its \
                     tax; above zero up to {given}, what R2 and R3 have taken back before"
                ),
            ));
        }
        Ok(())
    }

    /// Refuses a correction that takes back more than is left: altogether, at some rate, or with some withholding.
    pub fn admits(&self, method: Method, lines: &[Line], totals: &Totals) -> Result<()> {
        match method {
            Method::Substitution => self.admits_in_its_place(totals),
            Method::Difference => {
                self.admits_difference(lines, totals)?;
                self.admits_at_each_rate(lines)
            }
        }
    }

    fn admits_in_its_place(&self, totals: &Totals) -> Result<()> {
        if !self.earlier.is_empty() {
            return Err(Error::conflict(
                format!("{} was corrected by difference before.", self.original.0.label()),
                "Correct it by difference once more.",
            ));
        }
        if totals.total < Decimal::ZERO {
            let accepted = "all that is right, which is zero or more";
            return Err(Error::invalid("lines", "add up to less than zero", accepted));
        }
        Ok(())
    }

    fn admits_difference(&self, lines: &[Line], totals: &Totals) -> Result<()> {
        let currency = self.original.0.currency;
        let (total, payable) = (self.total(), self.payable());
        if total.is_zero() && totals.total < Decimal::ZERO {
            return Err(self.nothing_left());
        }
        if total + totals.total < Decimal::ZERO {
            let left = money::display(total, currency);
            let problem = format!("take back more than the {left} {currency} that are left of it");
            let accepted = format!("a total down to -{left}; without lines or net_amount, all that is left");
            return Err(Error::invalid("lines", problem, accepted));
        }
        self.admits_withholding(lines, (total + totals.total, payable + totals.payable))
    }

    /// No more is taken back with a rate of withholding than stands with it. `total` and `payable` are what would be left.
    fn admits_withholding(&self, lines: &[Line], (total, payable): (Decimal, Decimal)) -> Result<()> {
        let fits = Decimal::ZERO <= payable && payable <= total;
        // what is too much, is so in both; less is rounding
        let Some((rate, base)) =
            self.withheld_from(lines).into_iter().find(|(_, base)| !fits && *base < Decimal::ZERO)
        else {
            return Ok(());
        };
        let currency = self.original.0.currency;
        let (base, rate) = (money::display(-base, currency), rate.normalize());
        let problem =
            format!("take back {base} {currency} more than stand with a withholding_rate of {rate}");
        Err(Error::invalid("lines", problem, "the withholding_rate of the original on each line"))
    }

    /// What moves from a wrong rate to the right one is let be, since it takes no more back at the one than is there.
    fn admits_at_each_rate(&self, lines: &[Line]) -> Result<()> {
        let currency = self.original.0.currency;
        let left = self.left();
        for group in line::groups(lines, currency) {
            let there = left.get(&group.key).copied().unwrap_or_default();
            let base = there.base + group.base;
            let total = base + there.taxes + group.amount + group.surcharge;
            // either may be off by the units that rounding makes; what is too much, is so in both
            if group.base < Decimal::ZERO && base < Decimal::ZERO && total < Decimal::ZERO {
                let [back, there] = [-group.base, there.base].map(|base| money::display(base, currency));
                let problem =
                    format!("take back {back} {currency} at {}, where {there} are left", name(group.key));
                let accepted = "at each rate, surcharge and legal basis no more than the original and its corrections have there";
                return Err(Error::invalid("lines", problem, accepted));
            }
        }
        Ok(())
    }

    /// The lines that take back all that is left: those of the original where nothing was corrected yet; else one for each
    /// treatment, called by `description`, which gives the tax back to the unit.
    pub fn taken_back(&self, description: &str) -> Result<Vec<Line>> {
        if self.earlier.is_empty() {
            return Ok(negated(self.original.1));
        }
        let mut nets: Vec<(Treatment, Decimal)> = Vec::new();
        for line in self.all().flat_map(|(_, lines)| *lines) {
            match nets.iter_mut().find(|(treatment, _)| *treatment == line.treatment) {
                Some((_, net)) => *net += line.net,
                None => nets.push((line.treatment, line.net)),
            }
        }
        let mut left = self.left();
        let mut lines = Vec::new();
        for (treatment, net) in nets {
            // the tax of a rate goes with the first of its treatments
            let taxes = left.remove(&treatment.key()).unwrap_or_default().taxes;
            if !net.is_zero() || !taxes.is_zero() {
                lines.push(Line::taking_back(description, treatment, net, net + taxes));
            }
        }
        if lines.is_empty() { Err(self.nothing_left()) } else { Ok(lines) }
    }

    fn nothing_left(&self) -> Error {
        Error::conflict(
            format!("All of {} was taken back already.", self.original.0.label()),
            "get_invoice names its corrections.",
        )
    }
}

/// All lines of an original taken back.
fn negated(lines: &[Line]) -> Vec<Line> {
    let negate = |line: &Line| Line {
        kind: match line.kind {
            LineKind::Item => LineKind::Item,
            LineKind::Allowance => LineKind::Charge,
            LineKind::Charge => LineKind::Allowance,
        },
        quantity: if line.kind == LineKind::Item { -line.quantity } else { line.quantity },
        with_tax: line.with_tax.map(|with_tax| WithTax { amount: -with_tax.amount, ..with_tax }),
        net: -line.net,
        ..line.clone()
    };
    lines.iter().map(negate).collect()
}

/// A rate or reason as people call it.
fn name(key: Key) -> String {
    let Key { category, rate, exemption, surcharge_rate } = key;
    if !category.is_taxed() {
        let basis = exemption.map(|basis| format!(" {}", basis.code())).unwrap_or_default();
        return format!("{}{basis}", category.name());
    }
    match surcharge_rate {
        none if none.is_zero() => format!("{rate}%"),
        surcharge => format!("{rate}% with surcharge {surcharge}%"),
    }
}
