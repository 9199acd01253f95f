//! Which tax, and why: the scheme, the category of EN 16931 (code list UNCL5305), and the legal basis where none is due.

use crate::error::{Error, Result};

/// The indirect tax of the place of supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Value added tax; in Spain IVA (Ley 37/1992), on the mainland and the Balearic Islands.
    Iva,
    /// Canary Islands (Ley 20/1991).
    Igic,
    /// Ceuta and Melilla (Ley 8/1991).
    Ipsi,
}

impl Scheme {
    pub const ALL: [Self; 3] = [Self::Iva, Self::Igic, Self::Ipsi];

    pub fn name(self) -> &'static str {
        match self {
            Self::Iva => "iva",
            Self::Igic => "igic",
            Self::Ipsi => "ipsi",
        }
    }

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let name = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or_else(|| {
            Error::invalid(field, format!("{text:?} is no tax scheme"), Self::ALL.map(Self::name).join(", "))
        })
    }
}

/// Why a line bears the tax it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The general rate, or a raised one.
    Standard,
    /// One of the reduced rates.
    Reduced,
    /// Taxed, at a rate of 0.
    Zero,
    /// Exempt by law, which [`Exemption`] names.
    Exempt,
    /// The buyer accounts for the tax (art. 84.Uno.2º LIVA).
    ReverseCharge,
    /// Goods supplied to a business in another member state (art. 25 LIVA).
    IntraEu,
    /// Goods that leave the Union (art. 21 LIVA).
    Export,
    /// Not subject to the tax at all.
    OutsideScope,
}

impl Category {
    pub const ALL: [Self; 8] = [
        Self::Standard,
        Self::Reduced,
        Self::Zero,
        Self::Exempt,
        Self::ReverseCharge,
        Self::IntraEu,
        Self::Export,
        Self::OutsideScope,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reduced => "reduced",
            Self::Zero => "zero",
            Self::Exempt => "exempt",
            Self::ReverseCharge => "reverse_charge",
            Self::IntraEu => "intra_eu",
            Self::Export => "export",
            Self::OutsideScope => "outside_scope",
        }
    }

    pub fn parse(field: impl Into<std::borrow::Cow<'static, str>>, text: &str) -> Result<Self> {
        let name = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|category| category.name() == name).ok_or_else(|| {
            Error::invalid(
                field,
                format!("{text:?} is no tax category"),
                Self::ALL.map(Self::name).join(", "),
            )
        })
    }

    /// Whether lines of it bear tax; all others have a rate of 0.
    pub fn is_taxed(self) -> bool {
        matches!(self, Self::Standard | Self::Reduced)
    }
}

/// The legal basis of a line without tax, by the codes that the tax agency keeps (Orden HAC/1177/2024, lists L9, L10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exemption {
    /// Interior operations: health, education, insurance, housing leases … (art. 20 LIVA).
    E1,
    /// Exports (art. 21 LIVA).
    E2,
    /// Operations assimilated to exports (art. 22 LIVA).
    E3,
    /// Customs areas and warehouses (arts. 23 and 24 LIVA).
    E4,
    /// Intra-Community supplies (art. 25 LIVA).
    E5,
    /// Another basis.
    E6,
    /// Not subject (arts. 7 and 14 LIVA).
    N1,
    /// Not subject by the rules of place of supply (arts. 68 to 70 LIVA).
    N2,
}

impl Exemption {
    pub const ALL: [Self; 8] =
        [Self::E1, Self::E2, Self::E3, Self::E4, Self::E5, Self::E6, Self::N1, Self::N2];

    pub fn code(self) -> &'static str {
        match self {
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
            Self::E5 => "E5",
            Self::E6 => "E6",
            Self::N1 => "N1",
            Self::N2 => "N2",
        }
    }

    pub fn parse(field: impl Into<std::borrow::Cow<'static, str>>, text: &str) -> Result<Self> {
        let code = text.trim().to_uppercase();
        Self::ALL.into_iter().find(|exemption| exemption.code() == code).ok_or_else(|| {
            let accepted = "E1 (art. 20 LIVA), E2 (21), E3 (22), E4 (23, 24), E5 (25), E6 (other), N1 (7, 14), N2 (68 to 70)";
            Error::invalid(field, format!("{text:?} is no legal basis"), accepted)
        })
    }

    /// The basis that a category has by itself.
    pub fn of(category: Category) -> Option<Self> {
        match category {
            Category::Export => Some(Self::E2),
            Category::IntraEu => Some(Self::E5),
            Category::OutsideScope => Some(Self::N1),
            _ => None,
        }
    }

    /// Whether a line of this category may stand on this basis.
    pub fn fits(self, category: Category) -> bool {
        match category {
            Category::Exempt => matches!(self, Self::E1 | Self::E3 | Self::E4 | Self::E6),
            Category::Export => matches!(self, Self::E2 | Self::E3),
            Category::IntraEu => self == Self::E5,
            Category::OutsideScope => matches!(self, Self::N1 | Self::N2),
            Category::Standard | Category::Reduced | Category::Zero | Category::ReverseCharge => false,
        }
    }
}
