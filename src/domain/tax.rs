//! Tax: a base and an amount for each rate (RD 1619/2012, art. 6.2; EN 16931, BG-23).

use rust_decimal::Decimal;

use super::{codes::Currency, money};
use crate::error::Result;

/// The lines of one rate taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxGroup {
    /// Percent.
    pub rate: Decimal,
    /// Sum of the lines' net amounts (BT-116).
    pub base: Decimal,
    /// `base × rate`, rounded once (BT-117, BR-CO-17).
    pub amount: Decimal,
}

/// What an invoice comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the lines' net amounts (BT-109).
    pub subtotal: Decimal,
    /// Sum of the groups' taxes (BT-110).
    pub tax: Decimal,
    /// With tax (BT-112).
    pub total: Decimal,
}

/// Groups `(rate, net)` pairs by rate, lowest first, and taxes each group. The order of the pairs does not matter.
pub fn breakdown(lines: impl IntoIterator<Item = (Decimal, Decimal)>, currency: Currency) -> Vec<TaxGroup> {
    let mut groups = std::collections::BTreeMap::<Decimal, Decimal>::new();
    for (rate, net) in lines {
        *groups.entry(rate.normalize()).or_default() += net;
    }
    let tax = |(rate, base): (Decimal, Decimal)| {
        let amount = money::round(base * rate / Decimal::ONE_HUNDRED, currency);
        TaxGroup { rate, base, amount }
    };
    groups.into_iter().map(tax).collect()
}

/// Adds the groups up. Refuses sums with more than 12 digits before the point.
pub fn totals(groups: &[TaxGroup]) -> Result<Totals> {
    let subtotal: Decimal = groups.iter().map(|group| group.base).sum();
    let tax: Decimal = groups.iter().map(|group| group.amount).sum();
    money::bounded("the subtotal", subtotal)?;
    let total = money::bounded("the total", subtotal + tax)?;
    Ok(Totals { subtotal, tax, total })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tax_is_rounded_once_a_group_not_once_a_line() {
        let line = (Decimal::from(21), "0.07".parse().unwrap());
        let groups = breakdown(std::iter::repeat_n(line, 10), Currency::EUR);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].base.to_string(), "0.70");
        assert_eq!(groups[0].amount.to_string(), "0.15"); // ten times 0.01 would be 0.10
    }

    proptest! {
        #[test]
        fn sums_hold_and_order_does_not_matter(
            lines in prop::collection::vec((prop::sample::select(vec![0, 4, 10, 21]), -1_000_000_i64..1_000_000), 0..30),
        ) {
            let pairs: Vec<_> =
                lines.iter().map(|(rate, cents)| (Decimal::from(*rate), Decimal::new(*cents, 2))).collect();
            let groups = breakdown(pairs.iter().copied(), Currency::EUR);
            let totals = totals(&groups).unwrap();
            prop_assert_eq!(totals.subtotal, pairs.iter().map(|(_, net)| *net).sum::<Decimal>());
            prop_assert_eq!(totals.total, totals.subtotal + totals.tax);
            prop_assert_eq!(breakdown(pairs.iter().rev().copied(), Currency::EUR), groups);
        }
    }
}
