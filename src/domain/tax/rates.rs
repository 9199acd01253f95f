//! Spain's rates with their days, as data (`data/spain/tax_rates.csv`). They say which category a rate belongs to,
//! which surcharge goes with it, and whether the law knew it on a day. IPSI is set by each city and is not listed.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use time::Date;

use super::category::{Category, Scheme};
use crate::domain::date;

struct Rate {
    scheme: Scheme,
    category: Category,
    rate: Decimal,
    /// Recargo de equivalencia (art. 161 LIVA).
    surcharge: Option<Decimal>,
    from: Date,
    to: Option<Date>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads all of it")]
static RATES: LazyLock<Vec<Rate>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/spain/tax_rates.csv").lines().skip(1);
    lines.map(|line| read(line).expect("data/spain/tax_rates.csv is well formed")).collect()
});

fn read(line: &str) -> Option<Rate> {
    let [scheme, category, rate, surcharge, from, to, _source]: [&str; 7] =
        line.splitn(7, ',').collect::<Vec<_>>().try_into().ok()?;
    Some(Rate {
        scheme: Scheme::parse("scheme", scheme).ok()?,
        category: Category::parse("category", category).ok()?,
        rate: rate.parse().ok()?,
        surcharge: if surcharge.is_empty() { None } else { Some(surcharge.parse().ok()?) },
        from: date::parse("from", from).ok()?,
        to: if to.is_empty() { None } else { Some(date::parse("to", to).ok()?) },
    })
}

fn valid(scheme: Scheme, on: Date) -> impl Iterator<Item = &'static Rate> {
    RATES
        .iter()
        .filter(move |rate| rate.scheme == scheme && rate.from <= on && rate.to.is_none_or(|to| on <= to))
}

/// The category that a rate belongs to: by the law of the day where it knows the rate, else standard.
pub fn category(scheme: Scheme, rate: Decimal, on: Date) -> Category {
    let known = valid(scheme, on).find(|known| known.rate == rate).map(|known| known.category);
    known.unwrap_or(if rate.is_zero() { Category::Zero } else { Category::Standard })
}

/// The rates that the law knew on a day, highest first; none where they are not listed.
pub fn known(scheme: Scheme, on: Date) -> Vec<Decimal> {
    let mut rates: Vec<Decimal> = valid(scheme, on).map(|known| known.rate).collect();
    rates.sort_unstable_by(|a, b| b.cmp(a));
    rates.dedup();
    rates
}

/// The surcharges that go with a rate, the usual one first.
pub fn surcharges(scheme: Scheme, rate: Decimal, on: Date) -> Vec<Decimal> {
    valid(scheme, on).filter(|known| known.rate == rate).filter_map(|known| known.surcharge).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        assert_eq!(RATES.len() + 1, include_str!("../../../data/spain/tax_rates.csv").lines().count());
    }

    #[test]
    fn rates_have_their_days() {
        let days = [
            (date!(2012 - 08 - 31), "18 8 4"),
            (date!(2024 - 10 - 15), "21 10 7.5 4 2 0"),
            (date!(2026 - 11 - 24), "21 10 4 0"),
        ];
        for (day, rates) in days {
            let found = known(Scheme::Iva, day).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            assert_eq!(found, rates, "{day}");
        }
    }

    #[test]
    fn rates_know_their_category_and_surcharge() {
        let today = date!(2026 - 11 - 24);
        assert_eq!(category(Scheme::Iva, Decimal::TEN, today), Category::Reduced);
        assert_eq!(category(Scheme::Igic, Decimal::from(7), today), Category::Standard);
        assert_eq!(category(Scheme::Iva, Decimal::ZERO, today), Category::Zero);
        assert_eq!(
            surcharges(Scheme::Iva, Decimal::from(21), today),
            ["5.2".parse().unwrap(), "1.75".parse().unwrap()]
        );
        assert_eq!(surcharges(Scheme::Igic, Decimal::from(7), today), []);
    }
}
