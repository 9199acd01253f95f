//! From what is said of a line's tax, and what is usual, to its treatment.

use rust_decimal::Decimal;
use time::Date;

use super::{
    Key,
    category::{Category, Exemption, Scheme},
    rates::{self, Income},
};
use crate::error::{Error, Result};

/// What decides the tax of a line. Rates are percentages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Treatment {
    pub category: Category,
    pub rate: Decimal,
    /// Why no tax is due, for the categories that need it. An exempt line may lack it until it is issued.
    pub exemption: Option<Exemption>,
    /// Recargo de equivalencia, on top of the tax.
    pub surcharge_rate: Decimal,
    /// IRPF that the client keeps back, on the taxable base.
    pub withholding_rate: Decimal,
}

/// What is said of a line's tax; all else follows from the [`Usual`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TreatmentInput {
    pub category: Option<Category>,
    pub rate: Option<Decimal>,
    pub exemption: Option<Exemption>,
    pub surcharge_rate: Option<Decimal>,
    pub withholding_rate: Option<Decimal>,
}

impl TreatmentInput {
    /// The names of what is said. With the [`Treatment`] it led to they are enough to know it again.
    pub fn said(&self) -> String {
        let parts = [
            (CATEGORY, self.category.is_some()),
            (RATE, self.rate.is_some()),
            (EXEMPTION, self.exemption.is_some()),
            (SURCHARGE, self.surcharge_rate.is_some()),
            (WITHHOLDING, self.withholding_rate.is_some()),
        ];
        let said: Vec<&str> = parts.into_iter().filter(|(_, said)| *said).map(|(name, _)| name).collect();
        said.join(" ")
    }

    /// Whether the tax itself is said, and not only what is withheld.
    fn is_taxed_by_itself(&self) -> bool {
        let Self { category, rate, exemption, surcharge_rate, withholding_rate: _ } = self;
        category.is_some() || rate.is_some() || exemption.is_some() || surcharge_rate.is_some()
    }

    /// What was said where it led to this treatment.
    pub fn of(treatment: Treatment, said: &str) -> Self {
        let is = |name: &str| said.split(' ').any(|said| said == name);
        Self {
            category: is(CATEGORY).then_some(treatment.category),
            rate: is(RATE).then_some(treatment.rate),
            exemption: treatment.exemption.filter(|_| is(EXEMPTION)),
            surcharge_rate: is(SURCHARGE).then_some(treatment.surcharge_rate),
            withholding_rate: is(WITHHOLDING).then_some(treatment.withholding_rate),
        }
    }
}

const CATEGORY: &str = "tax_category";
const RATE: &str = "tax_rate";
const EXEMPTION: &str = "exemption";
const SURCHARGE: &str = "surcharge_rate";
const WITHHOLDING: &str = "withholding_rate";

/// What holds for an invoice where its lines say nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Usual {
    pub scheme: Scheme,
    pub rate: Decimal,
    /// The client is a retailer in the regime of equivalence (art. 148 LIVA).
    pub surcharge: bool,
    pub withholding_rate: Decimal,
    /// The day whose rates count.
    pub on: Date,
}

impl Treatment {
    /// `place` is where the line stands, such as `lines[0]`, for the error.
    pub fn resolve(input: &TreatmentInput, usual: Usual, place: &str) -> Result<Self> {
        let field = |name: &str| format!("{place}.{name}");
        let category = input.category.or_else(|| input.exemption.map(category_of));
        let untaxed = category.is_some_and(|category| !category.is_taxed());
        let rate = input.rate.unwrap_or(if untaxed { Decimal::ZERO } else { usual.rate });
        let of_rate = rates::category(usual.scheme, rate, usual.on);
        let category = category.unwrap_or(of_rate);
        if input.rate.is_none() && category.is_taxed() && category != of_rate {
            let problem =
                format!("is not given, and the usual one of {} is not {}", rate.normalize(), category.name());
            return Err(Error::invalid(field("tax_rate"), problem, "the rate in percent, such as 10"));
        }
        if category.is_taxed() == rate.is_zero() {
            let accepted = if rate.is_zero() {
                "zero, exempt, reverse_charge, intra_eu, export or outside_scope for a rate of 0"
            } else {
                "standard or reduced for a rate above 0"
            };
            let problem = format!("{} does not go with a rate of {}", category.name(), rate.normalize());
            return Err(Error::invalid(field("tax_category"), problem, accepted));
        }
        if let Some(exemption) = input.exemption.filter(|exemption| !exemption.fits(category)) {
            let problem = format!("{} does not go with {}", exemption.code(), category.name());
            let accepted = "E1, E3, E4 or E6 for exempt; E2 or E3 for export; E5 for intra_eu; N1 or N2 for outside_scope";
            return Err(Error::invalid(field("exemption"), problem, accepted));
        }
        let withholding_rate = input.withholding_rate.unwrap_or(usual.withholding_rate);
        let usual_surcharge = || {
            let bears = usual.surcharge && may_bear_surcharge(withholding_rate);
            let known = bears.then(|| rates::surcharges(usual.scheme, rate, usual.on));
            known.and_then(|known| known.first().copied()).unwrap_or_default()
        };
        let surcharge_rate = input.surcharge_rate.unwrap_or_else(usual_surcharge);
        if !surcharge_rate.is_zero() && !category.is_taxed() {
            let problem = format!("a surcharge does not go with {}", category.name());
            return Err(Error::invalid(field("surcharge_rate"), problem, "0, or a line that is taxed"));
        }
        Ok(Self {
            category,
            rate,
            exemption: input.exemption.or(Exemption::of(category)),
            surcharge_rate,
            withholding_rate,
        })
    }

    /// Of what is put on the whole of these lines or taken off it. What goes with a supply is taxed as the supply is (arts.
    /// 78.Dos.1º and 78.Tres.2º LIVA), so what is not said is theirs.
    ///
    /// # Errors
    /// Nothing is said, and the lines are not alike.
    pub fn on_the_whole(input: &TreatmentInput, lines: &[Self], usual: Usual, place: &str) -> Result<Self> {
        let Some(first) = lines.first() else { return Self::resolve(input, usual, place) };
        let withheld_alike = lines.iter().all(|line| line.withholding_rate == first.withholding_rate);
        let withheld = input.withholding_rate.or(withheld_alike.then_some(first.withholding_rate));
        if input.is_taxed_by_itself() {
            let withholding_rate = withheld.unwrap_or(usual.withholding_rate);
            return Self::resolve(input, Usual { withholding_rate, ..usual }, place);
        }
        let taxed_alike = lines.iter().all(|line| line.key() == first.key());
        match withheld {
            Some(withholding_rate) if taxed_alike => Ok(Self { withholding_rate, ..*first }),
            _ => {
                let name = if taxed_alike { WITHHOLDING } else { RATE };
                let accepted = "tax_rate, tax_category or exemption of the lines that it belongs to, and withholding_rate where \
                                those differ; or one adjustment for each";
                let problem = "is not given, and the lines are not all taxed alike";
                Err(Error::invalid(format!("{place}.{name}"), problem, accepted))
            }
        }
    }

    /// What decides in which group of taxes it stands.
    pub fn key(&self) -> Key {
        let Self { category, rate, exemption, surcharge_rate, .. } = *self;
        Key { category, rate: rate.normalize(), exemption, surcharge_rate: surcharge_rate.normalize() }
    }

    /// What is before tax of an amount that holds tax and surcharge, not rounded.
    pub fn without_tax(&self, amount: Decimal) -> Decimal {
        amount / (Decimal::ONE + (self.rate + self.surcharge_rate) / Decimal::ONE_HUNDRED)
    }

    /// In words, part by part, for comparing two.
    pub fn parts(&self) -> [(&'static str, String); 5] {
        let plain = |rate: Decimal| rate.normalize().to_string();
        [
            (CATEGORY, self.category.name().to_owned()),
            (RATE, plain(self.rate)),
            (EXEMPTION, self.exemption.map_or("none", Exemption::code).to_owned()),
            (SURCHARGE, plain(self.surcharge_rate)),
            (WITHHOLDING, plain(self.withholding_rate)),
        ]
    }
}

/// Whether what bears this withholding may be goods, which alone bear the surcharge (arts. 148 and 154 LIVA): work and rents are
/// services.
pub fn may_bear_surcharge(withholding_rate: Decimal) -> bool {
    withholding_rate.is_zero() || rates::income(withholding_rate) == Some(Income::Trade)
}

/// The category that a legal basis speaks of.
fn category_of(exemption: Exemption) -> Category {
    match exemption {
        Exemption::E1 | Exemption::E3 | Exemption::E4 | Exemption::E6 => Category::Exempt,
        Exemption::E2 => Category::Export,
        Exemption::E5 => Category::IntraEu,
        Exemption::N1 | Exemption::N2 => Category::OutsideScope,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    fn usual() -> Usual {
        Usual {
            scheme: Scheme::Iva,
            rate: Decimal::from(21),
            surcharge: false,
            withholding_rate: Decimal::from(15),
            on: date!(2026 - 11 - 24),
        }
    }

    #[test]
    fn what_is_not_said_follows_from_what_is_usual() {
        let plain = Treatment::resolve(&TreatmentInput::default(), usual(), "lines[0]").unwrap();
        assert_eq!((plain.category, plain.rate), (Category::Standard, Decimal::from(21)));
        assert_eq!((plain.surcharge_rate, plain.withholding_rate), (Decimal::ZERO, Decimal::from(15)));

        let retailer = Usual { surcharge: true, withholding_rate: Decimal::ZERO, ..usual() };
        let reduced = TreatmentInput { rate: Some(Decimal::TEN), ..TreatmentInput::default() };
        let reduced = Treatment::resolve(&reduced, retailer, "lines[0]").unwrap();
        assert_eq!((reduced.category, reduced.surcharge_rate), (Category::Reduced, "1.4".parse().unwrap()));

        for (withheld, surcharge) in
            [("1", "5.2"), ("2", "5.2"), ("7", "0"), ("15", "0"), ("19", "0"), ("7.6", "0")]
        {
            let usual = Usual { withholding_rate: withheld.parse().unwrap(), ..retailer };
            let found = Treatment::resolve(&TreatmentInput::default(), usual, "lines[0]").unwrap();
            assert_eq!(found.surcharge_rate, surcharge.parse().unwrap(), "{withheld}% withheld");
        }

        let export = TreatmentInput { category: Some(Category::Export), ..TreatmentInput::default() };
        let export = Treatment::resolve(&export, retailer, "lines[0]").unwrap();
        assert_eq!((export.rate, export.exemption), (Decimal::ZERO, Some(Exemption::E2)));

        let basis = TreatmentInput { exemption: Some(Exemption::E1), ..TreatmentInput::default() };
        assert_eq!(Treatment::resolve(&basis, usual(), "lines[0]").unwrap().category, Category::Exempt);
    }

    #[test]
    fn contradictions_are_refused_by_place() {
        let of = |category, rate: i64| TreatmentInput {
            category: Some(category),
            rate: Some(rate.into()),
            ..TreatmentInput::default()
        };
        let surcharged = TreatmentInput { surcharge_rate: Some(Decimal::ONE), ..of(Category::Exempt, 0) };
        let rateless = TreatmentInput { category: Some(Category::Reduced), ..TreatmentInput::default() };
        let misplaced = TreatmentInput { exemption: Some(Exemption::E5), ..of(Category::Exempt, 0) };
        for (input, field) in [
            (of(Category::Exempt, 21), "lines[1].tax_category"),
            (of(Category::Standard, 0), "lines[1].tax_category"),
            (surcharged, "lines[1].surcharge_rate"),
            (rateless, "lines[1].tax_rate"), // 21 is not a reduced rate
            (misplaced, "lines[1].exemption"),
        ] {
            let error = Treatment::resolve(&input, usual(), "lines[1]").unwrap_err().to_string();
            assert!(error.starts_with(field), "{error}");
        }
    }

    fn percents() -> impl Strategy<Value = Option<Decimal>> {
        prop::option::of((0..=1_000_000_i64).prop_map(|percent| Decimal::new(percent, 4)))
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_consistent_or_refused(
            category in prop::option::of(prop::sample::select(Category::ALL.to_vec())),
            exemption in prop::option::of(prop::sample::select(Exemption::ALL.to_vec())),
            rate in prop_oneof![percents(), Just(Some(Decimal::ZERO))],
            surcharge_rate in percents(),
            withholding_rate in percents(),
            scheme in prop::sample::select(Scheme::ALL.to_vec()),
            usual_rate in prop_oneof![Just(Decimal::ZERO), Just(Decimal::from(21)), Just(Decimal::ONE_HUNDRED)],
            surcharge: bool,
            day in 0..400_000_i64,
            price in 0..=999_999_999_999_999_999_i64,
        ) {
            let input = TreatmentInput { category, rate, exemption, surcharge_rate, withholding_rate };
            let on = date!(1900 - 01 - 01) + time::Duration::days(day);
            let usual = Usual { scheme, rate: usual_rate, surcharge, on, ..usual() };
            if let Ok(found) = Treatment::resolve(&input, usual, "lines[0]") {
                prop_assert_eq!(found.category.is_taxed(), !found.rate.is_zero());
                prop_assert!(found.category.is_taxed() || found.surcharge_rate.is_zero());
                prop_assert!(found.exemption.is_none_or(|exemption| exemption.fits(found.category)));
                prop_assert!(category.is_none_or(|category| category == found.category));
                prop_assert_eq!(TreatmentInput::of(found, &input.said()), input);
                let price = Decimal::new(price, 6);
                prop_assert!(found.without_tax(price) <= price);
            }
        }
    }
}
