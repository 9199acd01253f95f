//! What is left of an invoice and its corrections, and the correction that takes the last of it: to the unit, whatever
//! was rounded before.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::{
    codes::Currency,
    line::{self, Line},
    money,
    tax::{Key, Rest, Taxes, treatment::Treatment},
};

/// What invoices come to together.
#[derive(Debug, Clone, Default)]
pub(super) struct Left {
    /// Before tax, at each treatment, in the order of the lines.
    nets: Vec<(Treatment, Decimal)>,
    /// Of each group.
    taxes: BTreeMap<Key, Taxes>,
    /// At each rate of withholding.
    withheld: BTreeMap<Decimal, Decimal>,
}

impl Left {
    /// `invoices` by their lines.
    pub fn of<'a>(invoices: impl IntoIterator<Item = &'a [Line]>, currency: Currency) -> Self {
        let mut left = Self::default();
        for lines in invoices {
            let nets = lines.iter().map(|line| (line.treatment, line.net));
            let groups = line::groups(lines, currency).into_iter();
            let taxes =
                groups.map(|group| (group.key, Taxes { tax: group.amount, surcharge: group.surcharge }));
            left.add(nets, taxes, line::withheld(lines, currency));
        }
        left
    }

    fn add(
        &mut self,
        nets: impl IntoIterator<Item = (Treatment, Decimal)>,
        taxes: impl IntoIterator<Item = (Key, Taxes)>,
        withheld: impl IntoIterator<Item = (Decimal, Decimal)>,
    ) {
        for (treatment, more) in nets {
            match self.nets.iter_mut().find(|(known, _)| *known == treatment) {
                Some((_, net)) => *net += more,
                None => self.nets.push((treatment, more)),
            }
        }
        for (key, more) in taxes {
            let taxes = self.taxes.entry(key).or_default();
            taxes.tax += more.tax;
            taxes.surcharge += more.surcharge;
        }
        for (rate, more) in withheld {
            *self.withheld.entry(rate).or_default() += more;
        }
    }

    pub fn base(&self, key: Key) -> Decimal {
        self.nets.iter().filter(|(treatment, _)| treatment.key() == key).map(|(_, net)| *net).sum()
    }

    pub fn taxes(&self, key: Key) -> Decimal {
        self.taxes.get(&key).map_or(Decimal::ZERO, |taxes| taxes.tax + taxes.surcharge)
    }

    /// With tax and surcharge.
    pub fn gross(&self, key: Key) -> Decimal {
        self.base(key) + self.taxes(key)
    }

    /// Before tax, at a rate of withholding.
    fn withheld_from(&self, rate: Decimal) -> Decimal {
        let at_rate = |(treatment, _): &&(Treatment, Decimal)| treatment.withholding_rate == rate;
        self.nets.iter().filter(at_rate).map(|(_, net)| *net).sum()
    }

    /// Gives lines that leave nothing of a group, or of what is withheld at a rate, the rest of it.
    pub fn settle(&self, lines: &mut [Line], currency: Currency) {
        for group in line::groups(lines, currency) {
            self.settle_group(group.key, lines);
        }
        for rate in line::withheld(lines, currency).into_keys().filter(|rate| !rate.is_zero()) {
            let mut at_rate: Vec<&mut Line> =
                lines.iter_mut().filter(|line| line.treatment.withholding_rate == rate).collect();
            if at_rate.iter().map(|line| line.net).sum::<Decimal>() != -self.withheld_from(rate) {
                continue;
            }
            let mut rest = -self.withheld.get(&rate).copied().unwrap_or_default();
            for line in &mut at_rate {
                line.rest.withholding = Some(std::mem::take(&mut rest));
            }
        }
    }

    /// The group's lines take the rest if what they were priced by does: their prices with tax, or what they come to before it.
    fn settle_group(&self, key: Key, lines: &mut [Line]) {
        let mut lines: Vec<&mut Line> = lines.iter_mut().filter(|line| line.treatment.key() == key).collect();
        let net: Decimal = lines.iter().map(|line| line.net).sum();
        let base = -self.base(key);
        match lines.iter().map(|line| line.with_tax.map(|it| it.amount)).sum::<Option<Decimal>>() {
            Some(gross) if gross == -self.gross(key) => {
                if let Some(last) = lines.last_mut() {
                    last.net += base - net;
                }
            }
            None if net == base => {}
            _ => return,
        }
        let Taxes { tax, surcharge } = self.taxes.get(&key).copied().unwrap_or_default();
        let mut rest = Taxes { tax: -tax, surcharge: -surcharge };
        for line in lines {
            line.rest.taxes = Some(std::mem::take(&mut rest));
        }
    }

    /// A line for each treatment that takes all of it back.
    pub fn taken_back(mut self, description: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        for (treatment, net) in self.nets {
            // what was rounded together goes with the first of its treatments
            let Taxes { tax, surcharge } = self.taxes.remove(&treatment.key()).unwrap_or_default();
            let withheld = self.withheld.remove(&treatment.withholding_rate.normalize()).unwrap_or_default();
            if [net, tax, surcharge, withheld].iter().any(|amount| !amount.is_zero()) {
                let taxes = Taxes { tax: -tax, surcharge: -surcharge };
                let rest = Rest { taxes: Some(taxes), withholding: Some(-withheld) };
                lines.push(Line::taking_back(description, treatment, net, rest));
            }
        }
        lines
    }

    /// What the client pays for it.
    pub fn payable(&self) -> Decimal {
        let nets = self.nets.iter().map(|(_, net)| *net);
        let taxes = self.taxes.values().map(|taxes| taxes.tax + taxes.surcharge);
        nets.chain(taxes).sum::<Decimal>() - self.withheld.values().sum::<Decimal>()
    }

    /// What of it is taxed. Where something else bears the same withholding, that is shared by what is before tax.
    pub fn taxed(self, currency: Currency) -> Self {
        let share = |rate: &Decimal, amount: Decimal| {
            let (whole, taxed) = (self.withheld_from(*rate), self.taxed_nets().withheld_from(*rate));
            if whole.is_zero() { Decimal::ZERO } else { money::round(amount * taxed / whole, currency) }
        };
        let withheld = self.withheld.iter().map(|(rate, amount)| (*rate, share(rate, *amount))).collect();
        let taxes = self.taxes.iter().filter(|(key, _)| key.category.is_taxed());
        Self { taxes: taxes.map(|(key, taxes)| (*key, *taxes)).collect(), withheld, ..self.taxed_nets() }
    }

    fn taxed_nets(&self) -> Self {
        let taxed = |(treatment, _): &&(Treatment, Decimal)| treatment.category.is_taxed();
        Self { nets: self.nets.iter().filter(taxed).copied().collect(), ..Self::default() }
    }

    /// `part` of `whole` of it, each amount rounded; the largest net amount takes what rounding leaves of what is to be paid.
    pub fn portion(&self, part: Decimal, whole: Decimal, currency: Currency) -> Self {
        if whole.is_zero() {
            return Self::default();
        }
        let share = |amount: Decimal| money::round(amount * part / whole, currency);
        let shared = |taxes: &Taxes| Taxes { tax: share(taxes.tax), surcharge: share(taxes.surcharge) };
        let mut portion = Self {
            nets: self.nets.iter().map(|(treatment, net)| (*treatment, share(*net))).collect(),
            taxes: self.taxes.iter().map(|(key, taxes)| (*key, shared(taxes))).collect(),
            withheld: self.withheld.iter().map(|(rate, amount)| (*rate, share(*amount))).collect(),
        };
        let missing = share(self.payable()) - portion.payable();
        if let Some((_, net)) = portion.nets.iter_mut().max_by_key(|(_, net)| net.abs()) {
            *net += missing;
        }
        portion
    }

    /// Both together.
    pub fn and(mut self, other: Self) -> Self {
        self.add(other.nets, other.taxes, other.withheld);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        fixtures::USUAL,
        line::{ContentInput, LineInput, compose},
        tax::treatment::TreatmentInput,
    };

    const KINDS: [[&str; 3]; 5] =
        [["21", "5.2", "0"], ["21", "1.75", "15"], ["21", "0", "15"], ["10", "1.4", "7"], ["0", "0", "15"]];

    fn priced(prices: &[(usize, i64)], quantity: Decimal, prices_include_tax: bool) -> Vec<Line> {
        let line = |(kind, cents): &(usize, i64)| {
            let [rate, surcharge, withholding] = KINDS[*kind].map(|percent| Some(percent.parse().unwrap()));
            let tax = TreatmentInput {
                rate,
                surcharge_rate: surcharge,
                withholding_rate: withholding,
                ..TreatmentInput::default()
            };
            let unit_price = Decimal::new(*cents, 2);
            let description = String::new();
            LineInput { description, quantity, unit_price, discount_percent: Decimal::ZERO, tax }
        };
        let lines = prices.iter().map(line).collect();
        let content = ContentInput { lines, prices_include_tax, ..ContentInput::default() };
        compose(&content, USUAL, Currency::EUR).unwrap()
    }

    fn prices() -> impl Strategy<Value = Vec<(usize, i64)>> {
        prop::collection::vec((0..KINDS.len(), 1..100_000_i64), 1..6)
    }

    /// Base, tax, surcharge and withholding, each in every column.
    fn all_of(left: &Left) -> Vec<Decimal> {
        let taxes = left.taxes.values().flat_map(|taxes| [taxes.tax, taxes.surcharge]);
        let amounts = left.nets.iter().map(|(_, net)| *net).chain(taxes);
        amounts.chain(left.withheld.values().copied()).collect()
    }

    fn left(invoices: &[Vec<Line>]) -> Left {
        Left::of(invoices.iter().map(Vec::as_slice), Currency::EUR)
    }

    proptest! {
        /// However it was taken back in parts, and whether the last one is said in lines or not, the sum of each column of
        /// each group is zero in the end.
        #[test]
        fn an_invoice_taken_back_in_parts_leaves_nothing(
            prices in prices(),
            parts in 1..5_u32,
            with_tax: bool,
            said: bool,
        ) {
            let mut invoices = vec![priced(&prices, Decimal::from(parts), with_tax)];
            for _ in 1..parts {
                let mut part = priced(&prices, Decimal::NEGATIVE_ONE, with_tax);
                left(&invoices).settle(&mut part, Currency::EUR);
                invoices.push(part);
            }
            let mut last = priced(&prices, Decimal::NEGATIVE_ONE, with_tax);
            left(&invoices).settle(&mut last, Currency::EUR);
            invoices.push(if said { last } else { left(&invoices).taken_back("") });
            let rest = all_of(&left(&invoices));
            prop_assert!(rest.iter().all(Decimal::is_zero), "{rest:?}");
        }

        /// Art. 80.Cinco LIVA: the tax is given back in the proportion that is unpaid, and all of it is to the unit.
        #[test]
        fn a_portion_is_exact_in_what_is_to_be_paid(prices in prices(), percent in 0..=100_i64) {
            let whole = left(&[priced(&prices, Decimal::ONE, false)]).taxed(Currency::EUR);
            let payable = whole.payable();
            let part = money::round(payable * Decimal::new(percent, 2), Currency::EUR);
            let portion = whole.portion(part, payable, Currency::EUR);
            prop_assert_eq!(portion.payable(), part);
            let rest = left(&[portion.clone().taken_back("")]);
            prop_assert_eq!(rest.payable(), -part);
            if percent == 100 {
                prop_assert_eq!(all_of(&portion), all_of(&whole));
            }
        }
    }
}
