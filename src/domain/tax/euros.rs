//! Tax in euros, whatever the currency (art. 12 of RD 1619/2012).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Key, TaxGroup};
use crate::{
    domain::{codes::Currency, money},
    error::{Error, Result},
};

/// Each amount is turned into euros and rounded by itself. `exchange_rate` is the euros for one unit of the currency.
///
/// # Errors
/// Amounts in euros with more than 12 digits before the point.
pub fn of(groups: &[TaxGroup], exchange_rate: Decimal) -> Result<Vec<TaxGroup>> {
    last_of(&[], groups, exchange_rate)
}

/// The same of a correction by difference. `before` are the groups of its original and of the corrections of that one so
/// far, oldest first. What leaves nothing of a group takes the euros that are left of it, so that all add up to zero.
///
/// # Errors
/// Amounts in euros with more than 12 digits before the point.
pub fn last_of(
    before: &[Vec<TaxGroup>],
    groups: &[TaxGroup],
    exchange_rate: Decimal,
) -> Result<Vec<TaxGroup>> {
    let mut left = BTreeMap::<Key, (Amounts, Amounts)>::new();
    let mut turn = |group: &TaxGroup| -> Result<TaxGroup> {
        let amounts = [group.base, group.amount, group.surcharge];
        let (there, euros) = left.entry(group.key).or_default();
        add(there, amounts);
        let turned = if *there == Amounts::default() {
            euros.map(|amount| -amount)
        } else {
            let [base, amount, surcharge] = amounts.map(|amount| in_euros(amount, exchange_rate));
            [base?, amount?, surcharge?]
        };
        add(euros, turned);
        let [base, amount, surcharge] = turned;
        Ok(TaxGroup { key: group.key, base, amount, surcharge })
    };
    for group in before.iter().flatten() {
        turn(group)?;
    }
    groups.iter().map(turn).collect()
}

/// Base, tax and surcharge.
type Amounts = [Decimal; 3];

fn add(sum: &mut Amounts, amounts: Amounts) {
    for (sum, amount) in sum.iter_mut().zip(amounts) {
        *sum += amount;
    }
}

fn in_euros(amount: Decimal, exchange_rate: Decimal) -> Result<Decimal> {
    let too_large = || {
        Error::invalid("exchange_rate", "makes the amount too large", "euros for one unit of the currency")
    };
    let amount = amount.checked_mul(exchange_rate).ok_or_else(too_large)?;
    money::bounded("the amount in euros", money::round(amount, Currency::EUR))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::tax::category::Category;

    fn group(base: i64, amount: i64) -> TaxGroup {
        let rate = Decimal::from(21);
        let key = Key { category: Category::Standard, rate, exemption: None, surcharge_rate: Decimal::ZERO };
        let [base, amount] = [base, amount].map(|cents| Decimal::new(cents, 2));
        TaxGroup { key, base, amount, surcharge: Decimal::ZERO }
    }

    #[test]
    fn no_rate_makes_an_amount_too_large() {
        let error = of(&[group(200, 42)], Decimal::MAX).unwrap_err().to_string();
        assert!(error.starts_with("exchange_rate"), "{error}");
    }

    proptest! {
        /// Art. 12: what is taken back of an invoice in any number of parts comes to its euros, no more and no less.
        #[test]
        fn what_is_taken_back_in_full_comes_to_nothing_in_euros(
            parts in prop::collection::vec((1..10_000_000_i64, 0..1_000_000_i64), 1..8),
            rate in 1..5_000_000_i64,
        ) {
            let rate = Decimal::new(rate, 6);
            let whole = parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
            let mut before = vec![vec![group(whole.0, whole.1)]];
            let mut euros = of(&before[0], rate).unwrap();
            for (base, amount) in parts {
                let part = vec![group(-base, -amount)];
                euros.extend(last_of(&before, &part, rate).unwrap());
                before.push(part);
            }
            prop_assert_eq!(euros.iter().map(|group| group.base).sum::<Decimal>(), Decimal::ZERO);
            prop_assert_eq!(euros.iter().map(|group| group.amount).sum::<Decimal>(), Decimal::ZERO);
        }
    }
}
