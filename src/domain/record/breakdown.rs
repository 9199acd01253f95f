//! `Desglose`: base and tax for each rate and reason, in euros.

use rust_decimal::Decimal;

use crate::{
    domain::tax::{
        Key, TaxGroup,
        category::{Category, Exemption, Scheme},
    },
    error::{Error, Result},
};

/// `DetalleDesglose` may stand so many times.
const DETAILS_MAX: usize = 12;
/// Decimals of a percentage (`Tipo2.2Type`).
const RATE_DECIMALS: u32 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub scheme: Scheme,
    pub regime: Regime,
    pub nature: Nature,
    /// `BaseImponibleOimporteNoSujeto`.
    pub base: Decimal,
}

/// `ClaveRegimen` (lists L8A and L8B). It is kept, not worked out again, so that a record reads the same for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    General,
    Export,
    CashAccounting,
    /// Subject to IGIC or IPSI.
    OtherTax,
}

/// What decides the regime besides the tax itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Regimes {
    /// The issuer is in the special regime of cash accounting.
    pub cash_accounting: bool,
    /// The client is where Spain has another tax than the invoice's.
    pub under_another_tax: bool,
}

impl Regime {
    pub const ALL: [Self; 4] = [Self::General, Self::Export, Self::CashAccounting, Self::OtherTax];

    pub fn code(self) -> &'static str {
        match self {
            Self::General => "01",
            Self::Export => "02",
            Self::CashAccounting => "07",
            Self::OtherTax => "08",
        }
    }

    /// 02 for exports, which may not stand under 01 (errors 1199 and 1286); 08 for services that IVA leaves to the tax of the Canary
    /// Islands, Ceuta or Melilla (AEAT, «Preguntas frecuentes» of the SII, 2.22); else the general regime. Of a surcharge too:
    /// 18 is for the retailer's own sales as far as AEAT's texts say, and the rule that tied the surcharge to 18 was taken
    /// back (AEAT, «Validaciones y errores», v1.1.2).
    fn of(scheme: Scheme, nature: &Nature, regimes: Regimes) -> Self {
        match (scheme, nature) {
            (Scheme::Iva | Scheme::Igic, Nature::Exempt(Exemption::E2 | Exemption::E3)) => Self::Export,
            (Scheme::Iva | Scheme::Igic, Nature::Taxed { .. }) if regimes.cash_accounting => {
                Self::CashAccounting
            }
            (Scheme::Iva, Nature::OutsideScope(Exemption::N2)) if regimes.under_another_tax => Self::OtherTax,
            _ => Self::General,
        }
    }
}

/// `CalificacionOperacion` (list L9) or `OperacionExenta` (list L10), with what each may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    /// S1. Only here are tax (error 1207) and surcharge (error 1281).
    Taxed { rate: Decimal, amount: Decimal, surcharge: Option<Surcharge> },
    /// S2. Rate and tax are written, as zero (error 1198).
    ReverseCharge,
    /// N1 or N2. Neither rate nor tax is written (error 1237).
    OutsideScope(Exemption),
    /// E1 to E6. Neither rate nor tax is written (error 1238).
    Exempt(Exemption),
}

/// Recargo de equivalencia.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surcharge {
    pub rate: Decimal,
    pub amount: Decimal,
}

impl Detail {
    pub fn tax(&self) -> Decimal {
        match &self.nature {
            Nature::Taxed { amount, .. } => *amount,
            _ => Decimal::ZERO,
        }
    }

    pub fn surcharge(&self) -> Decimal {
        match &self.nature {
            Nature::Taxed { surcharge: Some(surcharge), .. } => surcharge.amount,
            _ => Decimal::ZERO,
        }
    }

    pub(super) fn is_intra_eu(&self) -> bool {
        self.scheme == Scheme::Iva && self.nature == Nature::Exempt(Exemption::E5)
    }

    /// Whether both may be one detail: groups differ by more than a record tells apart.
    fn joins(&self, other: &Self) -> bool {
        let key = |detail: &Self| match &detail.nature {
            Nature::Taxed { rate, surcharge, .. } => {
                let surcharge = surcharge.as_ref().map(|surcharge| surcharge.rate);
                Nature::Taxed {
                    rate: *rate,
                    amount: Decimal::ZERO,
                    surcharge: surcharge.map(|rate| Surcharge { rate, amount: Decimal::ZERO }),
                }
            }
            nature => nature.clone(),
        };
        self.scheme == other.scheme && key(self) == key(other)
    }

    fn add(&mut self, other: Self) {
        self.base += other.base;
        if let (
            Nature::Taxed { amount, surcharge, .. },
            Nature::Taxed { amount: more, surcharge: extra, .. },
        ) = (&mut self.nature, other.nature)
        {
            *amount += more;
            if let (Some(surcharge), Some(extra)) = (surcharge, extra) {
                surcharge.amount += extra.amount;
            }
        }
    }
}

/// `Impuesto` (list L1).
pub fn scheme_code(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Iva => "01",
        Scheme::Ipsi => "02",
        Scheme::Igic => "03",
    }
}

/// The breakdown of an invoice, whose `groups` are in euros already.
///
/// # Errors
/// An exempt group without its legal basis, rates with more than two decimals, no group, or more than twelve details.
pub fn of(scheme: Scheme, groups: &[TaxGroup], regimes: Regimes) -> Result<Vec<Detail>> {
    let mut details: Vec<Detail> = Vec::new();
    for group in groups {
        let nature = nature(group)?;
        let regime = Regime::of(scheme, &nature, regimes);
        let detail = Detail { scheme, regime, nature, base: group.base };
        match details.iter_mut().find(|known| known.joins(&detail)) {
            Some(known) => known.add(detail),
            None => details.push(detail),
        }
    }
    if details.is_empty() || details.len() > DETAILS_MAX {
        let problem = format!("come to {} kinds of tax", details.len());
        return Err(Error::invalid(
            "lines",
            problem,
            format!("1 to {DETAILS_MAX} rates and reasons on one invoice"),
        ));
    }
    Ok(details)
}

fn nature(group: &TaxGroup) -> Result<Nature> {
    let Key { category, exemption, surcharge_rate, .. } = group.key;
    Ok(match category {
        Category::Standard | Category::Reduced | Category::Zero => Nature::Taxed {
            rate: rate(group.key.rate)?,
            amount: group.amount,
            surcharge: if surcharge_rate.is_zero() {
                None
            } else {
                Some(Surcharge { rate: rate(surcharge_rate)?, amount: group.surcharge })
            },
        },
        Category::ReverseCharge => Nature::ReverseCharge,
        Category::OutsideScope => Nature::OutsideScope(exemption.unwrap_or(Exemption::N1)),
        Category::Exempt | Category::Export | Category::IntraEu => {
            Nature::Exempt(exemption.or(Exemption::of(category)).ok_or_else(|| {
                Error::invalid(
                    "exemption",
                    "is missing on an exempt line",
                    "E1, E3, E4 or E6: why the line is exempt",
                )
            })?)
        }
    })
}

fn rate(percent: Decimal) -> Result<Decimal> {
    let percent = percent.normalize();
    if percent.scale() <= RATE_DECIMALS {
        return Ok(percent);
    }
    Err(Error::invalid("tax_rate", format!("{percent} cannot be registered"), "at most two decimals"))
}
