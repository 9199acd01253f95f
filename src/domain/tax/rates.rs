//! Spain's rates with their days, as data (`data/spain`). They say which category a rate of tax belongs to, which
//! surcharge goes with it, and whether the law knew it on a day; and which parts of an income clients withhold, and of what. IPSI
//! is set by each city and is not listed.

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
    days: Days,
}

/// A rate of IRPF that clients withhold.
struct Withheld {
    rate: Decimal,
    of: Income,
    days: Days,
}

/// What clients withhold a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Income {
    /// Farming, forestry, and what is estimated objectively (RIRPF, art. 95.4 to 95.6).
    Trade,
    /// What natural persons earn by their work: professions, courses, directors (RIRPF, arts. 80 and 95.1).
    Work,
    /// Rents, rights and the like, of companies too (RIRPF, arts. 100 and 101; Ley 27/2014, art. 128).
    Property,
}

impl Income {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "trade" => Some(Self::Trade),
            "work" => Some(Self::Work),
            "property" => Some(Self::Property),
            _ => None,
        }
    }
}

/// When a rate holds: from the first day to the last, or until further notice.
struct Days {
    from: Date,
    to: Option<Date>,
}

impl Days {
    fn read(from: &str, to: &str) -> Option<Self> {
        Some(Self {
            from: date::parse("from", from).ok()?,
            to: if to.is_empty() { None } else { Some(date::parse("to", to).ok()?) },
        })
    }

    fn hold(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

const TAX_RATES: &str = include_str!("../../../data/spain/tax_rates.csv");
const WITHHOLDING_RATES: &str = include_str!("../../../data/spain/withholding_rates.csv");

static RATES: LazyLock<Vec<Rate>> = LazyLock::new(|| read(TAX_RATES, rate));
static WITHHELD: LazyLock<Vec<Withheld>> = LazyLock::new(|| read(WITHHOLDING_RATES, withheld_rate));

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads all of them")]
fn read<T>(file: &str, line: fn(&str) -> Option<T>) -> Vec<T> {
    file.lines().skip(1).map(|text| line(text).expect("data/spain is well formed")).collect()
}

fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    line.splitn(N, ',').collect::<Vec<_>>().try_into().ok()
}

fn rate(line: &str) -> Option<Rate> {
    let [scheme, category, rate, surcharge, from, to, _source] = fields(line)?;
    Some(Rate {
        scheme: Scheme::parse("scheme", scheme).ok()?,
        category: Category::parse("category", category).ok()?,
        rate: rate.parse().ok()?,
        surcharge: if surcharge.is_empty() { None } else { Some(surcharge.parse().ok()?) },
        days: Days::read(from, to)?,
    })
}

fn withheld_rate(line: &str) -> Option<Withheld> {
    let [rate, of, from, to, _source] = fields(line)?;
    Some(Withheld { rate: rate.parse().ok()?, of: Income::parse(of)?, days: Days::read(from, to)? })
}

fn valid(scheme: Scheme, on: Date) -> impl Iterator<Item = &'static Rate> {
    RATES.iter().filter(move |rate| rate.scheme == scheme && rate.days.hold(on))
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

/// The parts of an income that clients withheld on a day, in percent, lowest first (art. 101 LIRPF; arts. 95, 100 and 101
/// RIRPF); none where they are not listed, before 2016.
pub fn withheld(on: Date) -> Vec<Decimal> {
    let mut rates: Vec<Decimal> =
        WITHHELD.iter().filter(|known| known.days.hold(on)).map(|known| known.rate).collect();
    rates.sort_unstable();
    rates
}

/// What a rate of IRPF is withheld of, whatever the day; none where it is no rate.
pub fn income(withheld: Decimal) -> Option<Income> {
    WITHHELD.iter().find(|known| known.rate == withheld).map(|known| known.of)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        assert_eq!(RATES.len() + 1, TAX_RATES.lines().count());
        assert_eq!(WITHHELD.len() + 1, WITHHOLDING_RATES.lines().count());
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
        let days = [
            (date!(2018 - 05 - 05), "20 13.5 9.5 7 3 0"),
            (date!(2019 - 05 - 05), "20 13.5 9.5 6.5 3 0"),
            (date!(2026 - 11 - 24), "20 15 9.5 7 5 3 0"),
        ];
        for (day, rates) in days {
            let found =
                known(Scheme::Igic, day).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
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

    #[test]
    fn a_surcharge_has_its_days_too() {
        let days = [(date!(2022 - 12 - 31), "0.5"), (date!(2023 - 01 - 01), "0.62")];
        for (day, surcharge) in days {
            assert_eq!(surcharges(Scheme::Iva, Decimal::from(5), day), [surcharge.parse().unwrap()], "{day}");
        }
    }

    #[test]
    fn what_clients_withhold_has_its_days() {
        let days = [
            (date!(2015 - 12 - 31), ""),
            (date!(2018 - 07 - 04), "1 2 3.5 7 7.5 9.5 15 17.5 19 24 35"),
            (date!(2026 - 11 - 24), "1 2 2.8 6 7 7.6 14 15 19 24 35"),
        ];
        for (day, rates) in days {
            let found = withheld(day).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            assert_eq!(found, rates, "{day}");
        }
    }
}
