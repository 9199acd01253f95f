//! Registration records (registros de facturación): what RD 1007/2023 and Orden HAC/1177/2024 want of each invoice and
//! each cancellation. The records of a business form one chain: each names the one before it and holds its hash.
//!
//! Names of elements, code lists and lengths are those of the schema that AEAT publishes (`SuministroInformacion.xsd`,
//! version 1.0). Numbers such as «error 1199» are those of AEAT's list of validation errors.
//!
//! facturo writes and keeps the records. It neither sends nor signs them, and nobody has certified it.

pub mod breakdown;
pub mod chain;
pub mod form;
pub mod issued;
pub mod making;
pub mod party;
mod read;
#[cfg(test)]
pub(crate) mod samples;

use std::fmt::Write as _;

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

pub use self::making::{Invoiced, Making};
use self::{
    breakdown::Detail,
    party::{Buyer, Issuer, Software},
};
use super::{codes::Currency, correction::Code, money, series::NUMBER_MAX};
use crate::error::{Error, Result};

/// From here on a record is marked (`Macrodato`; errors 1138 and 1139).
const LARGE: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[day]-[month]-[year]");
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]"
);

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// 1 for the first of the business.
    pub place: i64,
    /// The invoice that is registered or cancelled.
    pub invoice: InvoiceRef,
    pub act: Act,
    /// None for the first of the chain.
    pub previous: Option<Pointer>,
    pub software: Software,
    /// In whole seconds, with the offset of the business's time zone (art. 7 of the Orden).
    pub generated_at: OffsetDateTime,
    /// `Huella`: SHA-256 in upper-case hex (art. 13 of the Orden, list L12).
    pub hash: String,
}

/// What names an invoice for the tax agency: issuer's NIF, series with number, day of issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRef {
    pub issuer: String,
    pub number: String,
    pub date: Date,
}

/// What names the record before (`RegistroAnterior`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    pub invoice: InvoiceRef,
    pub hash: String,
}

/// The last record of the chain, for the one that comes after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    pub place: i64,
    pub pointer: Pointer,
    pub generated_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// `RegistroAlta` (art. 10 of RD 1007/2023).
    Registration(Box<Registration>),
    /// `RegistroAnulacion` (art. 11 of RD 1007/2023).
    Cancellation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub issuer_name: String,
    pub kind: Kind,
    pub correction: Option<Correction>,
    /// Where it is not the day of issue.
    pub operation_date: Option<Date>,
    pub description: String,
    /// A simplified invoice that names its buyer (arts. 7.2 and 7.3 of RD 1619/2012).
    pub qualified: bool,
    /// A full invoice whose buyer need not be identified (art. 6.1.d of RD 1619/2012).
    pub unidentified: bool,
    pub buyer: Option<Buyer>,
    pub breakdown: Vec<Detail>,
    /// `CuotaTotal`: tax and surcharge, in euros.
    pub tax: Decimal,
    /// `ImporteTotal`: bases, tax and surcharge, in euros. What the buyer withholds stays in it.
    pub total: Decimal,
}

/// `TipoFactura` (list L2). F3, a full invoice in place of simplified ones, is not issued by facturo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    F1,
    F2,
    R1,
    R2,
    R3,
    R4,
    R5,
}

impl Kind {
    pub const ALL: [Self; 7] = [Self::F1, Self::F2, Self::R1, Self::R2, Self::R3, Self::R4, Self::R5];

    pub fn code(self) -> &'static str {
        match self {
            Self::F1 => "F1",
            Self::F2 => "F2",
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
        }
    }

    /// The cause of a corrective invoice of this kind.
    fn cause(self) -> Code {
        match self {
            Self::R1 => Code::R1,
            Self::R2 => Code::R2,
            Self::R3 => Code::R3,
            Self::R5 => Code::R5,
            Self::F1 | Self::F2 | Self::R4 => Code::R4,
        }
    }
}

/// What a corrective invoice says of those that it corrects (art. 15 of RD 1619/2012).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The cause. R5 goes without a buyer and the others do not, so the record's kind may be another.
    pub code: Code,
    pub corrected: Vec<InvoiceRef>,
    /// By substitution (`S`): what is replaced. By difference (`I`) where absent (errors 1118 and 1119).
    pub replaced: Option<Replaced>,
}

/// `ImporteRectificacion`: the sums of the replaced invoices, in euros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    pub base: Decimal,
    pub tax: Decimal,
    pub surcharge: Decimal,
}

impl Replaced {
    /// What the breakdown of a replaced invoice comes to: its registration's, or [`breakdown::of`] its tax groups where it
    /// was issued elsewhere.
    pub fn of(original: &[Detail]) -> Self {
        let sum = |amount: fn(&Detail) -> Decimal| original.iter().map(amount).sum();
        Self { base: sum(|detail| detail.base), tax: sum(Detail::tax), surcharge: sum(Detail::surcharge) }
    }
}

impl Record {
    /// What the record after this one has to say of it.
    pub fn as_previous(&self) -> Previous {
        Previous {
            place: self.place,
            pointer: Pointer { invoice: self.invoice.clone(), hash: self.hash.clone() },
            generated_at: self.generated_at,
        }
    }

    pub fn registered(&self) -> Option<&Registration> {
        match &self.act {
            Act::Registration(registration) => Some(registration),
            Act::Cancellation => None,
        }
    }

    /// What is hashed: `name=value` pairs in the order of the record's design, joined by `&` (AEAT, «Detalle de las
    /// especificaciones técnicas para generación de la huella», v0.1.2 of 27 August 2024, section 3; art. 13 of the
    /// Orden). AEAT takes one decimal or two for the same amount; facturo always writes two, here and in the record.
    pub fn hash_input(&self) -> String {
        let InvoiceRef { issuer, number, date } = &self.invoice;
        let date = day(*date);
        let previous = self.previous.as_ref().map_or("", |previous| previous.hash.as_str());
        let end = format!("Huella={previous}&FechaHoraHusoGenRegistro={}", moment(self.generated_at));
        match &self.act {
            Act::Registration(of) => format!(
                "IDEmisorFactura={issuer}&NumSerieFactura={number}&FechaExpedicionFactura={date}\
                 &TipoFactura={}&CuotaTotal={}&ImporteTotal={}&{end}",
                of.kind.code(),
                euros(of.tax),
                euros(of.total),
            ),
            Act::Cancellation => format!(
                "IDEmisorFacturaAnulada={issuer}&NumSerieFacturaAnulada={number}\
                 &FechaExpedicionFacturaAnulada={date}&{end}"
            ),
        }
    }

    pub fn computed_hash(&self) -> String {
        sha256(&self.hash_input())
    }
}

impl InvoiceRef {
    /// `NumSerieFactura` takes printable ASCII without `"`, `'`, `<`, `>` and `=` (errors 1130 and 1287).
    pub fn new(issuer: &Issuer, number: &str, date: Date) -> Result<Self> {
        let number = number.trim();
        let plain = |c: char| (' '..='~').contains(&c) && !"\"'<>=".contains(c);
        if number.is_empty() || number.len() > NUMBER_MAX || !number.chars().all(plain) {
            let accepted = format!("1 to {NUMBER_MAX} letters, digits and marks, without \" ' < > =");
            return Err(Error::invalid("number", format!("{number:?} cannot be registered"), accepted));
        }
        Ok(Self { issuer: issuer.nif.clone(), number: number.to_owned(), date })
    }
}

/// `dd-mm-yyyy`, as all days in a record.
pub fn day(date: Date) -> String {
    date.format(DATE).unwrap_or_default()
}

/// ISO 8601 with seconds and a numeric offset (AEAT, «huella», v0.1.2, section 3; error 1244).
pub fn moment(at: OffsetDateTime) -> String {
    at.format(MOMENT).unwrap_or_default()
}

/// Euros with two decimals and a point (`ImporteSgn12.2Type`).
pub fn euros(amount: Decimal) -> String {
    money::display(amount, Currency::EUR)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}"); // a String takes all that is written to it
        hex
    })
}

#[cfg(test)]
mod tests;
