//! Series and their numbers: correlative, given at issue, without a gap (RD 1619/2012, art. 6.1.a). Corrective
//! invoices, and simplified ones, have series of their own (arts. 6.1.a and 7.1.a).

mod format;

pub use self::format::Format;
use super::text;
use crate::error::{Error, Result};

/// What an invoice is by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A full invoice (art. 6).
    Standard,
    /// A simplified invoice, what used to be a ticket (arts. 4 and 7).
    Simplified,
    /// Corrects another (art. 15).
    Corrective,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Standard, Self::Simplified, Self::Corrective];

    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Simplified => "simplified",
            Self::Corrective => "corrective",
        }
    }

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text.trim()).ok_or_else(|| {
            Error::invalid(
                field,
                format!("{text:?} is no kind of invoice"),
                Self::ALL.map(Self::name).join(", "),
            )
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// How people call it.
    pub code: String,
    pub kind: Kind,
    pub format: Format,
    /// Numbers begin at 1 again each year.
    pub yearly: bool,
    /// Taken for its kind where no series is named.
    pub is_default: bool,
}

impl Series {
    /// # Errors
    /// A series that begins again each year without the year in its numbers, which would give each twice.
    pub fn new(code: &str, kind: Kind, format: &str, yearly: bool, is_default: bool) -> Result<Self> {
        let format = Format::parse(format)?;
        if yearly && !format.has_year() {
            let problem = "begins again each year, but its numbers do not say which year";
            return Err(Error::invalid(
                "number_format",
                problem,
                "a format with {year}, or yearly_restart: false",
            ));
        }
        Ok(Self { code: code_of(code)?, kind, format, yearly, is_default })
    }

    /// The series that every business begins with.
    pub fn first_ones() -> Result<[Self; 3]> {
        Ok([
            Self::new("F", Kind::Standard, "F-{year}-{number:04}", true, true)?,
            Self::new("S", Kind::Simplified, "S-{year}-{number:04}", true, true)?,
            Self::new("R", Kind::Corrective, "R-{year}-{number:04}", true, true)?,
        ])
    }

    /// Which counter counts an invoice of that year; 0 for series that never begin again.
    pub fn period(&self, year: i32) -> i32 {
        if self.yearly { year } else { 0 }
    }

    /// Whether some number could be of both.
    pub fn collides(&self, other: &Self) -> bool {
        self.format.collides(&other.format)
    }
}

fn code_of(code: &str) -> Result<String> {
    let code = text::line("code", code, 20)?;
    if code.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
        return Ok(code);
    }
    Err(Error::invalid("code", format!("{code:?} has other characters"), "up to 20 letters, digits, - and _"))
}

/// Longest number (Orden HAC/1177/2024, `NumSerieFactura`).
pub const NUMBER_MAX: usize = 60;

/// A number that another system gave.
pub fn external(number: &str) -> Result<String> {
    let number = text::line("external_number", number, NUMBER_MAX)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || " ./-_#".contains(c);
    if number.chars().all(plain) {
        return Ok(number);
    }
    let accepted = format!("up to {NUMBER_MAX} letters, digits, spaces and . / - _ #");
    Err(Error::invalid("external_number", format!("{number:?} has other characters"), accepted))
}

#[cfg(test)]
mod tests;
