//! What stands of an invoice that is corrected by difference, and what may be taken back of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Method, left::Left};
use crate::{
    domain::{
        invoice::Invoice,
        line::{self, Line, LineKind, WithTax},
        money,
        tax::{Key, TaxGroup, Totals},
    },
    error::{Error, Result},
};

/// An invoice and its corrections by difference so far, each with its lines.
pub struct Standing<'a> {
    pub(super) original: (&'a Invoice, &'a [Line]),
    pub(super) earlier: Vec<(&'a Invoice, &'a [Line])>,
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

    pub(super) fn all(&self) -> impl Iterator<Item = &(&'a Invoice, &'a [Line])> {
        [&self.original].into_iter().chain(&self.earlier)
    }

    /// With tax and surcharge.
    pub fn total(&self) -> Decimal {
        self.all().map(|(invoice, _)| invoice.totals.total).sum()
    }

    fn payable(&self) -> Decimal {
        self.all().map(|(invoice, _)| invoice.totals.payable).sum()
    }

    fn left(&self) -> Left {
        Left::of(self.lines_of(|_| true), self.original.0.currency)
    }

    pub(super) fn lines_of(&self, wanted: impl Fn(&Invoice) -> bool) -> impl Iterator<Item = &'a [Line]> {
        self.all().filter(move |(invoice, _)| wanted(invoice)).map(|(_, lines)| *lines)
    }

    /// The first that is known.
    pub(super) fn exchange_rate(&self) -> Option<Decimal> {
        self.all().find_map(|(invoice, _)| invoice.exchange_rate)
    }

    /// What the original comes to at each rate, then each of its corrections, oldest first.
    pub fn groups(&self) -> Vec<Vec<TaxGroup>> {
        self.all().map(|(invoice, lines)| line::groups(lines, invoice.currency)).collect()
    }

    /// Gives lines that leave nothing of a group the rest of it.
    pub(super) fn settle(&self, lines: &mut [Line]) {
        self.left().settle(lines, self.original.0.currency);
    }

    /// What is left before tax at each rate of withholding, together with `more`.
    fn withheld_from(&self, more: &[Line]) -> BTreeMap<Decimal, Decimal> {
        let mut bases = BTreeMap::new();
        for line in self.all().flat_map(|(_, lines)| *lines).chain(more) {
            *bases.entry(line.treatment.withholding_rate).or_default() += line.net;
        }
        bases
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
            let there = left.base(group.key);
            let base = there + group.base;
            let total = left.gross(group.key) + group.base + group.amount + group.surcharge;
            // either may be off by the units that rounding makes; what is too much, is so in both
            if group.base < Decimal::ZERO && base < Decimal::ZERO && total < Decimal::ZERO {
                let [back, there] = [-group.base, there].map(|base| money::display(base, currency));
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
        let lines = self.left().taken_back(description);
        if lines.is_empty() { Err(self.nothing_left()) } else { Ok(lines) }
    }

    fn nothing_left(&self) -> Error {
        Error::conflict(
            format!("All of {} was taken back already.", self.original.0.label()),
            "get_invoice names its corrections; the debt that R2 or R3 left is given up by record_payment, method write_off.",
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
pub(super) fn name(key: Key) -> String {
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
