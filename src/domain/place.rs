//! Where a client is, as the indirect taxes have it (art. 3 LIVA).

use super::{client::ClientDetails, tax::category::Scheme};

/// Where goods for a client go, or where it is established.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// The part of Spain where this tax is the one (art. 3 LIVA).
    Of(Scheme),
    /// Another member state, or Northern Ireland, which counts as one for goods.
    Union,
    Elsewhere,
}

impl Place {
    /// The parts of Spain are told by the province that a postal code begins with, and Northern Ireland by its VAT number.
    /// Where nothing is said, goods stay where they are: at the place of `scheme`.
    pub fn of(client: &ClientDetails, scheme: Scheme) -> Self {
        let northern_irish = client.tax_id.as_deref().is_some_and(|number| number.starts_with("XI"));
        match client.contact.country {
            None => Self::in_spain(client, scheme),
            Some(country) if country.is_spain() => Self::in_spain(client, scheme),
            Some(country) if country.is_in_union() => Self::Union,
            Some(country) if country.alpha2() == "GB" && northern_irish => Self::Union,
            Some(_) => Self::Elsewhere,
        }
    }

    fn in_spain(client: &ClientDetails, scheme: Scheme) -> Self {
        Self::Of(match client.contact.postal_code.as_deref().and_then(|code| code.get(..2)) {
            None => scheme,
            Some("35" | "38") => Scheme::Igic,
            Some("51" | "52") => Scheme::Ipsi,
            Some(_) => Scheme::Iva,
        })
    }

    /// Whether goods that are taxed by `scheme` are exported when they go there.
    pub fn is_abroad(&self, scheme: Scheme) -> bool {
        match self {
            Self::Of(there) => *there != scheme,
            Self::Union => scheme != Scheme::Iva,
            Self::Elsewhere => true,
        }
    }
}
