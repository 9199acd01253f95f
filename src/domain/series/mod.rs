//! Series and their numbers: correlative, given at issue, without a gap (RD 1619/2012, art. 6.1.a). Corrective
//! invoices, and simplified ones, have series of their own (arts. 6.1.a and 7.1.a).

mod format;

use std::collections::BTreeMap;

use time::Date;

pub use self::format::Format;
use super::{date, text};
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

    /// How far numbers that were given elsewhere have come in this series: for each period the highest, and the last day.
    pub fn reached(&self, numbers: &[(String, Date)]) -> BTreeMap<i32, (i64, Date)> {
        let mut reached = BTreeMap::new();
        for (text, issued) in numbers {
            let Some((year, number)) = self.format.read(text) else { continue };
            // a day of another year would keep this one's from being given
            let day = if self.yearly && issued.year() != year { date::first_of(year) } else { *issued };
            let (highest, last) = reached.entry(self.period(year)).or_insert((number, day));
            (*highest, *last) = (number.max(*highest), day.max(*last));
        }
        reached
    }

    /// Whether some number could be of both, were it but for upper and lower case.
    fn collides(&self, other: &Self) -> bool {
        self.format.collides(&other.format)
    }

    /// Refuses a new series whose code, or whose numbers, could be those of one that there is.
    pub fn stands_beside(&self, all: &[Self]) -> Result<()> {
        if all.iter().any(|other| other.code.eq_ignore_ascii_case(&self.code)) {
            let accepted = "a code of its own; list_series names all";
            return Err(Error::invalid("code", "there is such a series already", accepted));
        }
        let Some(other) = all.iter().find(|other| other.collides(self)) else { return Ok(()) };
        let problem = format!("its numbers could be those of series {}", other.code);
        let accepted = "a format whose numbers no other series can give";
        Err(Error::invalid("number_format", problem, accepted))
    }

    /// The series of a code, or the default, for an invoice of that kind.
    pub fn choose<'a>(all: &'a [Self], wanted: Option<&str>, kind: Kind) -> Result<&'a Self> {
        let found = all.iter().find(|series| match wanted {
            Some(code) => series.code == code,
            None => series.kind == kind && series.is_default,
        });
        let problem = match found {
            Some(series) if series.kind == kind => return Ok(series),
            Some(series) => format!("{} numbers {} invoices", series.code, series.kind.name()),
            None => "there is no such series".to_owned(),
        };
        let of_kind = all.iter().filter(|series| series.kind == kind).map(|series| series.code.as_str());
        let codes = of_kind.collect::<Vec<_>>().join(", ");
        let accepted = format!("a series for {} invoices: {codes}; create_series makes others", kind.name());
        Err(Error::invalid("series", problem, accepted))
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
