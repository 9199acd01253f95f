//! From an invoice to its record: what the record says, and what it refuses to say.

use rust_decimal::Decimal;
use time::{Date, Duration, OffsetDateTime};

use super::{
    Act, Correction, InvoiceRef, Kind, Previous, Record, Registration,
    breakdown::{self, Detail, Nature, Regimes},
    moment,
    party::{self, Buyer, BuyerId, Issuer, Software},
};
use crate::{
    domain::{
        correction::Code,
        money,
        tax::{TaxGroup, category::Scheme},
    },
    error::{Error, Result},
};

const DESCRIPTION_MAX: usize = 500;
/// How far a clock may be off (AEAT's margin for `FechaHoraHusoGenRegistro`).
const CLOCK_MARGIN: Duration = Duration::minutes(1);

/// What is known of an invoice when it is issued.
#[derive(Debug, Clone)]
pub struct Invoiced<'a> {
    pub issuer: &'a Issuer,
    pub number: &'a str,
    pub issue_date: Date,
    pub operation_date: Option<Date>,
    /// A simplified invoice (art. 4 of RD 1619/2012), or one that corrects simplified ones.
    pub simplified: bool,
    pub correction: Option<Correction>,
    /// What was sold, in words; cut where it is too long for a record.
    pub description: &'a str,
    /// Where it has an identifier: [`Buyer::identified`].
    pub buyer: Option<Buyer>,
    pub scheme: Scheme,
    /// In euros, each rounded by itself, so that the totals are the sums of what stands in the record (errors 1210 and 1216).
    pub groups: &'a [TaxGroup],
    pub regimes: Regimes,
}

/// Where and when a record is made.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    pub previous: Option<&'a Previous>,
    pub software: &'a Software,
    pub generated_at: OffsetDateTime,
}

impl Record {
    /// # Errors
    /// What the record cannot say: a NIF, number, buyer, rate or exemption that the schema or AEAT's checks refuse, or
    /// a clock that is more than a minute behind the record before.
    pub fn registration(invoiced: &Invoiced<'_>, making: Making<'_>) -> Result<Self> {
        let invoice = InvoiceRef::new(invoiced.issuer, invoiced.number, invoiced.issue_date)?;
        let breakdown = breakdown::of(invoiced.scheme, invoiced.groups, invoiced.regimes)?;
        let kind = kind_of(invoiced);
        check_buyer(invoiced, &breakdown)?;
        let tax: Decimal = breakdown.iter().map(|detail| detail.tax() + detail.surcharge()).sum();
        let bases: Decimal = breakdown.iter().map(|detail| detail.base).sum();
        let registration = Registration {
            issuer_name: invoiced.issuer.name.clone(),
            kind,
            correction: invoiced
                .correction
                .clone()
                .map(|correction| Correction { code: kind.cause(), ..correction }),
            operation_date: invoiced.operation_date.filter(|date| *date != invoiced.issue_date),
            description: party::clipped(invoiced.description, DESCRIPTION_MAX),
            qualified: invoiced.simplified && invoiced.buyer.is_some(),
            unidentified: !invoiced.simplified && invoiced.buyer.is_none(),
            buyer: invoiced.buyer.clone(),
            breakdown,
            tax,
            total: money::bounded("the total in euros", bases + tax)?,
        };
        if registration.description.is_empty() {
            return Err(Error::invalid("lines", "have no description", "what was sold, in words"));
        }
        Self::linked(invoice, Act::Registration(Box::new(registration)), making)
    }

    /// Says that an invoice is void. `invoice` is as its registration names it.
    pub fn cancellation(invoice: InvoiceRef, making: Making<'_>) -> Result<Self> {
        Self::linked(invoice, Act::Cancellation, making)
    }

    fn linked(invoice: InvoiceRef, act: Act, making: Making<'_>) -> Result<Self> {
        let mut record = Self {
            place: making.previous.map_or(1, |previous| previous.place + 1),
            invoice,
            act,
            previous: making.previous.map(|previous| previous.pointer.clone()),
            software: making.software.clone(),
            generated_at: not_before(making.generated_at, making.previous)?,
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        Ok(record)
    }
}

/// `TipoFactura`: only F2 and R5 go without a buyer (errors 1189 and 1190), so that decides. A simplified invoice that
/// names its buyer is an F1 with its mark, a full one that does not is an F2 with its own (errors 1183 and 1185); what
/// corrects the first is no R5 but has the cause that is usual.
fn kind_of(invoiced: &Invoiced<'_>) -> Kind {
    let Some(correction) = &invoiced.correction else {
        return if invoiced.buyer.is_some() { Kind::F1 } else { Kind::F2 };
    };
    if invoiced.buyer.is_none() {
        return Kind::R5;
    }
    match correction.code {
        Code::R1 => Kind::R1,
        Code::R2 => Kind::R2,
        Code::R3 => Kind::R3,
        Code::R5 if correction.replaced.is_none() => Kind::R1,
        Code::R4 | Code::R5 => Kind::R4,
    }
}

/// Who the buyer must be: errors 1197 (reverse charge), 1289 (intra-EU), 1191 and 1192 (R3 and R2).
fn check_buyer(invoiced: &Invoiced<'_>, breakdown: &[Detail]) -> Result<()> {
    let refuse =
        |problem: &str, accepted: &'static str| Err(Error::invalid("client.tax_id", problem, accepted));
    let has = |wanted: fn(&Detail) -> bool| breakdown.iter().any(wanted);
    let id = invoiced.buyer.as_ref().map(|buyer| &buyer.id);
    if id.is_none() && has(|detail| detail.nature == Nature::ReverseCharge) {
        return refuse("is missing, and the buyer accounts for the tax", "the buyer's tax number");
    }
    if has(Detail::is_intra_eu) && !matches!(id, Some(BuyerId::Other { .. })) {
        return refuse(
            "is no VAT number of another member state",
            "one such as DE123456789, for intra-EU supplies",
        );
    }
    let spanish = matches!(id, Some(BuyerId::Nif(_)));
    let vat = matches!(id, Some(BuyerId::Other { kind: party::IdKind::Vat, .. }));
    let ground = invoiced.correction.as_ref().map(|correction| correction.code);
    if ground == Some(Code::R3) && !spanish || ground == Some(Code::R2) && !spanish && !vat {
        return refuse("does not go with this ground of correction", "a Spanish NIF; or another ground");
    }
    Ok(())
}

/// A record is never older than the one before it. Less than a minute of a clock that was set back is the margin that
/// AEAT grants anyhow; more is for a person to look at.
fn not_before(now: OffsetDateTime, previous: Option<&Previous>) -> Result<OffsetDateTime> {
    let now = now.replace_nanosecond(0).unwrap_or(now);
    match previous.map(|previous| previous.generated_at) {
        Some(last) if now + CLOCK_MARGIN < last => Err(Error::conflict(
            format!(
                "This computer's clock says {}, but the last record was made at {}.",
                moment(now),
                moment(last)
            ),
            "Set the clock right and try again.",
        )),
        Some(last) if now < last => Ok(last.to_offset(now.offset())),
        _ => Ok(now),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;
    use crate::domain::{
        codes::Currency,
        record::samples,
        tax::{
            self, Rest, Taxed,
            category::{Category, Exemption},
        },
    };

    fn groups() -> impl Strategy<Value = Vec<TaxGroup>> {
        let kinds = vec![
            (Category::Standard, "21", "0", None),
            (Category::Standard, "21", "5.2", None),
            (Category::Reduced, "10", "1.4", None),
            (Category::Zero, "0", "0", None),
            (Category::Exempt, "0", "0", Some(Exemption::E1)),
            (Category::ReverseCharge, "0", "0", None),
            (Category::Export, "0", "0", Some(Exemption::E2)),
            (Category::OutsideScope, "0", "0", Some(Exemption::N2)),
        ];
        let line = (prop::sample::select(kinds), any::<i64>());
        let line = line.prop_map(|((category, rate, surcharge, exemption), net)| {
            let treatment = samples::treatment(category, rate, exemption, surcharge);
            Taxed {
                treatment,
                net: Decimal::new(net % 100_000_000_000, 2),
                gross: None,
                rest: Rest::default(),
            }
        });
        prop::collection::vec(line, 1..12).prop_map(|lines| tax::groups(lines, Currency::EUR))
    }

    proptest! {
        /// AEAT errors 1210 and 1216: the totals are the sums of the breakdown, whatever the currency; what is written is
        /// read again, and no input panics.
        #[test]
        fn totals_hold_and_every_record_is_read_again(
            groups in groups(),
            rate in 1..100_000_000_i64,
            description in ".*",
            named: bool,
        ) {
            let issuer = samples::issuer();
            let software = samples::software();
            let Ok(groups) = tax::euros::of(&groups, Decimal::new(rate, 6)) else { return Ok(()) };
            let invoiced = Invoiced {
                issue_date: date!(2026 - 11 - 24),
                description: &description,
                regimes: Regimes::default(),
                ..samples::invoiced(&issuer, "1", samples::buyer("US", "1").filter(|_| named), &groups)
            };
            let generated_at = datetime!(2026-11-24 19:20:30 +1);
            let Ok(record) = Record::registration(&invoiced, Making { previous: None, software: &software, generated_at }) else {
                return Ok(());
            };
            let of = record.registered().unwrap();
            let sum = |amount: fn(&Detail) -> Decimal| of.breakdown.iter().map(amount).sum::<Decimal>();
            prop_assert_eq!(of.tax, sum(|detail| detail.tax() + detail.surcharge()));
            prop_assert_eq!(of.total, sum(|detail| detail.base) + of.tax);
            prop_assert!(of.breakdown.iter().all(|detail| detail.base.normalize().scale() <= 2));
            prop_assert_eq!(Record::from_form(1, &record.form()), Some(record));
        }
    }
}
