//! Tax: a base and an amount for each category and rate (RD 1619/2012, art. 6.2; EN 16931, BG-23), the surcharge of
//! equivalence beside it (art. 161 LIVA), and what the client withholds (art. 101 LIRPF).

pub mod category;
pub mod euros;
pub mod rates;
pub mod treatment;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use self::{
    category::{Category, Exemption},
    treatment::Treatment,
};
use super::{codes::Currency, money};
use crate::error::Result;

/// What the tax of a line is worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Taxed {
    pub treatment: Treatment,
    /// Before tax.
    pub net: Decimal,
    /// With tax and surcharge, where that is how the line was priced.
    pub gross: Option<Decimal>,
    pub rest: Rest,
}

/// What a line of a correction bears where its rates do not say, since nothing is left after it: the rest, to the unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    /// Of the line's group.
    pub taxes: Option<Taxes>,
    /// At the line's rate of withholding.
    pub withholding: Option<Decimal>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taxes {
    pub tax: Decimal,
    pub surcharge: Decimal,
}

/// What the lines of a [`TaxGroup`] have in common; groups stand in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub category: Category,
    /// Percent (BT-119).
    pub rate: Decimal,
    pub exemption: Option<Exemption>,
    /// Percent.
    pub surcharge_rate: Decimal,
}

/// The lines of one category and rate taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxGroup {
    pub key: Key,
    /// Sum of the lines' net amounts (BT-116).
    pub base: Decimal,
    /// BT-117; how it is rounded: [`groups`].
    pub amount: Decimal,
    pub surcharge: Decimal,
}

/// What an invoice comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the lines' net amounts (BT-109).
    pub subtotal: Decimal,
    /// Sum of the groups' taxes.
    pub tax: Decimal,
    /// Sum of the groups' surcharges.
    pub surcharge: Decimal,
    /// With tax and surcharge (BT-112).
    pub total: Decimal,
    pub withholding: Decimal,
    /// `total − withholding`: what the client pays to the business (BT-115).
    pub payable: Decimal,
}

/// Puts lines together by category and rate, and taxes each group once. Their order does not matter.
///
/// Of lines priced before tax the tax is `base × rate`, rounded once a rate (BR-CO-17, BR-S-08): beside another group of
/// the rate, with another surcharge, it may differ from the product by one unit. The surcharge is `base × its rate`.
/// Of lines priced with tax it is what their prices hold above the base; tax and surcharge share that by their rates. So
/// prices add up to the total, and the tax may differ from the product by one unit, which BR-CO-17 lets pass.
/// What lines take as a [`Rest`] is added as it is.
pub fn groups(lines: impl IntoIterator<Item = Taxed>, currency: Currency) -> Vec<TaxGroup> {
    let mut sums = BTreeMap::<Key, Sums>::new();
    for Taxed { treatment, net, gross, rest } in lines {
        let sums = sums.entry(treatment.key()).or_default();
        sums.base += net;
        match (rest.taxes, gross) {
            (Some(taxes), _) => {
                sums.rest.tax += taxes.tax;
                sums.rest.surcharge += taxes.surcharge;
            }
            (None, None) => sums.priced_before += net,
            (None, Some(gross)) => sums.held += gross - net,
        }
    }
    let mut rates = BTreeMap::<Decimal, (Decimal, Decimal)>::new();
    let group = |(key, sums): (Key, Sums)| {
        let Key { rate, surcharge_rate, .. } = key;
        let (whole_base, taxed) = rates.entry(rate).or_default();
        *whole_base += sums.priced_before;
        let on_top = share(*whole_base, rate, currency) - *taxed;
        *taxed += on_top;
        let held = held_tax(sums.held, rate, surcharge_rate, currency);
        let on_base = share(sums.priced_before, surcharge_rate, currency);
        let (base, amount) = (sums.base, on_top + held + sums.rest.tax);
        let surcharge = on_base + sums.held - held + sums.rest.surcharge;
        TaxGroup { key, base, amount, surcharge }
    };
    sums.into_iter().map(group).collect()
}

#[derive(Default)]
struct Sums {
    base: Decimal,
    /// The part of the base whose prices were before tax.
    priced_before: Decimal,
    /// Tax and surcharge that prices held.
    held: Decimal,
    rest: Taxes,
}

/// The tax in what prices held of tax and surcharge.
fn held_tax(held: Decimal, rate: Decimal, surcharge_rate: Decimal, currency: Currency) -> Decimal {
    if surcharge_rate.is_zero() {
        return held;
    }
    money::round(held * rate / (rate + surcharge_rate), currency)
}

/// What an invoice comes to.
///
/// # Errors
/// Sums with more than 12 digits before the point.
pub fn totals(lines: &[Taxed], currency: Currency) -> Result<Totals> {
    let groups = groups(lines.iter().copied(), currency);
    let sum = |of: fn(&TaxGroup) -> Decimal| groups.iter().map(of).sum::<Decimal>();
    let subtotal = money::bounded("the subtotal", sum(|group| group.base))?;
    let (tax, surcharge) = (sum(|group| group.amount), sum(|group| group.surcharge));
    let total = money::bounded("the total", subtotal + tax + surcharge)?;
    let withholding = withheld(lines.iter().copied(), currency).into_values().sum();
    Ok(Totals { subtotal, tax, surcharge, total, withholding, payable: total - withholding })
}

/// What the client withholds at each rate: `base × rate`, rounded once.
pub fn withheld(lines: impl IntoIterator<Item = Taxed>, currency: Currency) -> BTreeMap<Decimal, Decimal> {
    let mut sums = BTreeMap::<Decimal, (Decimal, Decimal)>::new();
    for Taxed { treatment, net, rest, .. } in lines {
        let (base, taken) = sums.entry(treatment.withholding_rate.normalize()).or_default();
        match rest.withholding {
            Some(withholding) => *taken += withholding,
            None => *base += net,
        }
    }
    let withheld = |(rate, (base, taken))| (rate, share(base, rate, currency) + taken);
    sums.into_iter().map(withheld).collect()
}

fn share(base: Decimal, rate: Decimal, currency: Currency) -> Decimal {
    money::round(base * rate / Decimal::ONE_HUNDRED, currency)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn treatment(rate: &str, surcharge: &str, withholding: &str) -> Treatment {
        let rate: Decimal = rate.parse().unwrap();
        Treatment {
            category: if rate.is_zero() { Category::Zero } else { Category::Standard },
            rate,
            exemption: None,
            surcharge_rate: surcharge.parse().unwrap(),
            withholding_rate: withholding.parse().unwrap(),
        }
    }

    fn cents(cents: i64) -> Decimal {
        Decimal::new(cents, 2)
    }

    fn taxed(treatment: Treatment, net: Decimal) -> Taxed {
        Taxed { treatment, net, gross: None, rest: Rest::default() }
    }

    #[test]
    fn tax_is_rounded_once_a_group_not_once_a_line() {
        let line = taxed(treatment("21", "0", "0"), cents(7));
        let lines = [line; 10];
        assert_eq!(groups(lines, Currency::EUR).len(), 1);
        assert_eq!(totals(&lines, Currency::EUR).unwrap().tax, cents(15)); // ten times 0.01 would be 0.10
    }

    /// BR-CO-17: a rate's tax is one, whatever surcharges stand beside it.
    #[test]
    fn tax_is_rounded_once_a_rate_though_its_surcharges_differ() {
        let lines =
            [("21", "5.2"), ("21", "1.75")].map(|(rate, more)| taxed(treatment(rate, more, "0"), cents(7)));
        let amounts = groups(lines, Currency::EUR).into_iter().map(|group| group.amount).collect::<Vec<_>>();
        assert_eq!(amounts, [cents(1), cents(2)]); // 0.03 on 0.14, and not 0.01 twice
    }

    #[test]
    fn withholding_is_on_the_base_and_leaves_the_total_alone() {
        let line = taxed(treatment("21", "0", "15"), cents(100_000));
        let totals = totals(&[line], Currency::EUR).unwrap();
        assert_eq!(
            (totals.total, totals.withholding, totals.payable),
            (cents(121_000), cents(15_000), cents(106_000))
        );
    }

    #[test]
    fn the_surcharge_stands_beside_the_tax_of_its_group() {
        let lines = [("21", "5.2", 10_000), ("10", "1.4", 5_000)];
        let lines = lines.map(|(rate, more, net)| taxed(treatment(rate, more, "0"), cents(net)));
        let totals = totals(&lines, Currency::EUR).unwrap();
        assert_eq!((totals.tax, totals.surcharge, totals.total), (cents(2_600), cents(590), cents(18_190)));
    }

    fn lines() -> impl Strategy<Value = Vec<Taxed>> {
        let kinds = vec![
            ("21", "0", "15"),
            ("21", "5.2", "0"),
            ("10", "0", "7"),
            ("4", "0.5", "0"),
            ("0", "0", "19"),
        ];
        let line = (prop::sample::select(kinds), -10_000_000_i64..10_000_000).prop_map(
            |((rate, surcharge, withholding), net)| {
                taxed(treatment(rate, surcharge, withholding), cents(net))
            },
        );
        prop::collection::vec(line, 0..40)
    }

    proptest! {
        /// BR-CO-10 to BR-CO-17, and RD 1619/2012 art. 6.2: a base for each rate.
        #[test]
        fn sums_hold_and_order_does_not_matter(lines in lines()) {
            let found = totals(&lines, Currency::EUR).unwrap();
            prop_assert_eq!(found.subtotal, lines.iter().map(|line| line.net).sum::<Decimal>());
            prop_assert_eq!(found.total, found.subtotal + found.tax + found.surcharge);
            prop_assert_eq!(found.payable, found.total - found.withholding);
            let together = groups(lines.iter().copied(), Currency::EUR);
            for rate in together.iter().map(|group| group.key.rate) {
                let of_rate = || together.iter().filter(|group| group.key.rate == rate);
                let base: Decimal = of_rate().map(|group| group.base).sum();
                let tax: Decimal = of_rate().map(|group| group.amount).sum();
                prop_assert_eq!(tax, share(base, rate, Currency::EUR));
            }
            let reversed: Vec<_> = lines.into_iter().rev().collect();
            prop_assert_eq!(groups(reversed.iter().copied(), Currency::EUR), together);
            prop_assert_eq!(totals(&reversed, Currency::EUR).unwrap(), found);
        }
    }
}
