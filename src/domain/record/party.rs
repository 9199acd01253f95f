//! Who stands in a record: the issuer, the buyer, and the software that wrote it.

use crate::{
    domain::{codes::Country, tax_id},
    error::{Error, Result},
};

const NAME_MAX: usize = 120;
const ID_MAX: usize = 20;
const NIF_LENGTH: usize = 9;
/// Countries of ISO 3166-1 that the schema's list (`CountryType2`) has not; it has QU for the others.
const UNLISTED: [&str; 8] = ["AX", "BL", "EH", "GF", "GP", "MF", "MQ", "SJ"];
const OTHER_COUNTRY: &str = "QU";

/// Who issues the invoices (`IDEmisorFactura`, `NombreRazonEmisor`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub nif: String,
    pub name: String,
}

impl Issuer {
    /// Whether the NIF's control letter is right is checked where it is typed in.
    pub fn new(tax_id: &str, name: &str) -> Result<Self> {
        Ok(Self { nif: nif("tax_id", tax_id)?, name: named("legal_name", name)? })
    }
}

/// Who the invoice is for (`IDDestinatario`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    pub name: String,
    pub id: BuyerId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuyerId {
    Nif(String),
    /// `IDOtro`. The country's code is that of the schema's list; a VAT number goes without, since it begins with it.
    Other {
        country: Option<String>,
        kind: IdKind,
        id: String,
    },
}

/// `IDType` (list L7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// VAT number of another member state.
    Vat,
    Passport,
    /// Official number of the country of residence.
    Residence,
    ResidenceCertificate,
    Other,
    /// A Spanish NIF that the tax agency does not know.
    Unregistered,
}

impl IdKind {
    pub const ALL: [Self; 6] = [
        Self::Vat,
        Self::Passport,
        Self::Residence,
        Self::ResidenceCertificate,
        Self::Other,
        Self::Unregistered,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Vat => "02",
            Self::Passport => "03",
            Self::Residence => "04",
            Self::ResidenceCertificate => "05",
            Self::Other => "06",
            Self::Unregistered => "07",
        }
    }
}

impl Buyer {
    /// A buyer as the client's card has it; none where there is no tax number. In another member state a business may have
    /// a VAT number, which AEAT looks up in VIES; all others have the number of their country. A country that is
    /// not said is Spain.
    pub fn identified(
        name: &str,
        country: Option<Country>,
        tax_id: Option<&str>,
        private_person: bool,
    ) -> Result<Option<Self>> {
        let Some(tax_id) = tax_id.map(compact).filter(|id| !id.is_empty()) else { return Ok(None) };
        let is_vat = !private_person && tax_id::is_vat(&tax_id, country);
        let country = country.as_ref().map_or("ES", Country::alpha2);
        let id = if country == "ES" {
            BuyerId::Nif(nif("client.tax_id", &tax_id)?)
        } else if is_vat {
            BuyerId::Other { country: None, kind: IdKind::Vat, id: bounded_id(tax_id)? }
        } else {
            let listed = if UNLISTED.contains(&country) { OTHER_COUNTRY } else { country };
            BuyerId::Other {
                country: Some(listed.to_owned()),
                kind: IdKind::Residence,
                id: bounded_id(tax_id)?,
            }
        };
        Ok(Some(Self { name: named("client.name", name)?, id }))
    }
}

/// `SistemaInformatico`: the software and who answers for it (art. 13 of RD 1007/2023).
///
/// The schema wants a producer with a NIF: who signs the «declaración responsable» of the software. Nobody has signed one
/// for facturo, so it is all passed in, and [`Software::facturo`] names whoever runs it as their own producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    pub producer_name: String,
    pub producer_nif: String,
    /// Up to 30 characters.
    pub name: String,
    /// Two characters that tell the producer's systems apart.
    pub id: String,
    pub version: String,
    /// Differs for each installation, and is never used again after a new one.
    pub installation: String,
    /// Whether it can only be used with sending to the tax agency.
    pub sending_only: bool,
    /// Whether it can serve several taxpayers,
    pub for_several: bool,
    /// and whether it does.
    pub serves_several: bool,
}

impl Software {
    /// `several`: the database holds more than one business.
    pub fn facturo(producer: &Issuer, installation: &str, several: bool) -> Self {
        Self {
            producer_name: producer.name.clone(),
            producer_nif: producer.nif.clone(),
            name: "facturo".into(),
            id: "FA".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            installation: clipped(installation, 100),
            sending_only: false,
            for_several: true,
            serves_several: several,
        }
    }
}

fn compact(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !".-/".contains(*c));
    kept.flat_map(char::to_uppercase).collect()
}

fn nif(field: &'static str, text: &str) -> Result<String> {
    let compact = compact(text);
    let nif = compact.strip_prefix("ES").filter(|rest| rest.len() == NIF_LENGTH).unwrap_or(&compact);
    if nif.len() == NIF_LENGTH && nif.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(nif.to_owned());
    }
    let problem =
        if compact.is_empty() { "is missing".to_owned() } else { format!("{text:?} is no Spanish NIF") };
    Err(Error::invalid(field, problem, "nine letters and digits, such as B12345674"))
}

fn bounded_id(id: String) -> Result<String> {
    if id.chars().count() <= ID_MAX {
        return Ok(id);
    }
    Err(Error::invalid("client.tax_id", format!("{id:?} is too long"), format!("up to {ID_MAX} characters")))
}

fn named(field: &'static str, name: &str) -> Result<String> {
    let name = clipped(name, NAME_MAX);
    if name.is_empty() {
        return Err(Error::invalid(field, "is empty", "a name"));
    }
    Ok(name)
}

/// The text on one line, without what XML cannot hold, cut to a number of characters.
pub(super) fn clipped(text: &str, max: usize) -> String {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') { ' ' } else { c };
    let line: String = text.chars().map(plain).collect();
    let line: String = line.trim().chars().take(max).collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buyer(country: &str, tax_id: &str, private_person: bool) -> BuyerId {
        let country = Country::parse("country", country).unwrap();
        Buyer::identified("Ana", Some(country), Some(tax_id), private_person).unwrap().unwrap().id
    }

    fn other(country: Option<&str>, kind: IdKind, id: &str) -> BuyerId {
        BuyerId::Other { country: country.map(str::to_owned), kind, id: id.into() }
    }

    /// Orden HAC/1177/2024, annex, `Destinatarios` and list L7.
    #[test]
    fn a_buyer_is_named_by_the_identifier_of_its_country() {
        assert_eq!(buyer("ES", "b-1234567.4", false), BuyerId::Nif("B12345674".into()));
        assert_eq!(buyer("ES", "ESB12345674", false), BuyerId::Nif("B12345674".into()));
        assert_eq!(buyer("DE", "DE123456789", false), other(None, IdKind::Vat, "DE123456789"));
        assert_eq!(buyer("DE", "2712345678", false), other(Some("DE"), IdKind::Residence, "2712345678"));
        assert_eq!(buyer("GR", "EL123456789", false), other(None, IdKind::Vat, "EL123456789"));
        assert_eq!(buyer("GB", "XI123456789", false), other(None, IdKind::Vat, "XI123456789"));
        assert_eq!(buyer("GB", "GB123456789", false), other(Some("GB"), IdKind::Residence, "GB123456789"));
        assert_eq!(buyer("FR", "X4RTBPFW4", true), other(Some("FR"), IdKind::Residence, "X4RTBPFW4"));
        assert_eq!(buyer("GP", "12345", false), other(Some("QU"), IdKind::Residence, "12345"));
        assert_eq!(Buyer::identified("Ana", None, Some(" "), false).unwrap(), None);
        assert!(Buyer::identified("Ana", None, Some("1234"), false).is_err());
    }

    #[test]
    fn names_are_cut_to_what_a_record_holds() {
        assert_eq!(Issuer::new("89890001K", &"ñ".repeat(130)).unwrap().name.chars().count(), 120);
        assert_eq!(clipped(" a\nb\u{0} ", 10), "a b");
        assert!(Issuer::new("8989000", "Ana").is_err());
        assert!(Issuer::new("89890001K", "  ").is_err());
    }
}
