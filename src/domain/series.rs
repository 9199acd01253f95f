//! Series and their numbers: correlative, given at issue, without a gap (RD 1619/2012, art. 6.1.a). Corrective
//! invoices, and simplified ones, have series of their own (arts. 6.1.a and 7.1.a).

use std::fmt;

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
        let (ours, theirs) = (self.format.shapes(), other.format.shapes());
        ours.iter().any(|a| theirs.iter().any(|b| Shape::meet(a, b)))
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
/// No business issues more in a series and year; a longer number is not of ours.
const COUNT_MAX: i64 = 999_999_999;

/// How the numbers of a series look, such as `F-{year}-{number:04}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    /// At least so many digits.
    Number(usize),
}

impl Format {
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |problem: String| {
            let accepted = "letters, digits, . / - _, one {number} or {number:04}, and {year}, such as F-{year}-{number:04}";
            Error::invalid("number_format", problem, accepted)
        };
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (literal, after) = rest.split_once('{').unwrap_or((rest, ""));
            if let Some(c) = literal.chars().find(|c| !(c.is_ascii_alphanumeric() || "./-_".contains(*c))) {
                return Err(bad(format!("holds {c:?}")));
            }
            if !literal.is_empty() {
                parts.push(Part::Text(literal.to_owned()));
            }
            if literal.len() == rest.len() {
                break;
            }
            let (name, after) = after.split_once('}').ok_or_else(|| bad("has a { without its }".into()))?;
            parts.push(Part::named(name).ok_or_else(|| bad(format!("holds {{{name}}}")))?);
            rest = after;
        }
        let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
        if count(|part| matches!(part, Part::Number(_))) != 1 || count(|part| *part == Part::Year) > 1 {
            return Err(bad("must hold {number} once, and {year} at most once".into()));
        }
        let touching = parts
            .windows(2)
            .any(|two| matches!(two, [Part::Year, Part::Number(_)] | [Part::Number(_), Part::Year]));
        if touching {
            return Err(bad("must keep {year} and {number} apart".into()));
        }
        let format = Self { parts };
        if format.write(9999, COUNT_MAX).len() > NUMBER_MAX {
            return Err(bad(format!("makes numbers of more than {NUMBER_MAX} characters")));
        }
        Ok(format)
    }

    fn has_year(&self) -> bool {
        self.parts.contains(&Part::Year)
    }

    /// All that its numbers may look like: a shape for each count of digits.
    fn shapes(&self) -> Vec<Vec<Shape>> {
        let least = self.parts.iter().find_map(|part| match part {
            Part::Number(digits) => Some(*digits),
            Part::Text(_) | Part::Year => None,
        });
        let least = least.unwrap_or(1);
        let most = COUNT_MAX.to_string().len();
        let of = |digits: usize| {
            let part = |part: &Part| match part {
                Part::Text(text) => text.chars().map(Shape::Char).collect(),
                Part::Year => vec![Shape::Digit('0'); 4],
                // beyond the least count there are no zeros in front
                Part::Number(_) => {
                    let first = if digits > least || digits == 1 { '1' } else { '0' };
                    let rest = std::iter::repeat_n(Shape::Digit('0'), digits - 1);
                    std::iter::once(Shape::Digit(first)).chain(rest).collect()
                }
            };
            self.parts.iter().flat_map(part).collect()
        };
        (least..=most).map(of).collect()
    }

    /// The number that stands on the document.
    pub fn write(&self, year: i32, number: i64) -> String {
        let mut written = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => written.push_str(text),
                Part::Year => written.push_str(&format!("{year:04}")),
                Part::Number(digits) => written.push_str(&format!("{number:0digits$}")),
            }
        }
        written
    }

    /// Reads a number of the very form that [`Self::write`] gives: `(year, number)`, year 0 where it has none.
    pub fn read(&self, text: &str) -> Option<(i32, i64)> {
        let (mut year, mut number) = (0, None);
        let mut rest = text;
        for part in &self.parts {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            match part {
                Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Year => {
                    year = rest.get(..4)?.parse().ok()?;
                    rest = &rest[4..];
                }
                Part::Number(_) => {
                    number = rest[..digits].parse().ok().filter(|count| (1..=COUNT_MAX).contains(count));
                    rest = &rest[digits..];
                }
            }
        }
        let number = number.filter(|number| rest.is_empty() && self.write(year, *number) == text)?;
        Some((year, number))
    }
}

/// What may stand at one place of a number.
#[derive(Clone, Copy)]
enum Shape {
    Char(char),
    /// Any digit from this one on.
    Digit(char),
}

impl Shape {
    /// Whether some text is of both.
    fn meet(a: &[Self], b: &[Self]) -> bool {
        let both = |pair: (&Self, &Self)| match pair {
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::Char(c), Self::Digit(from)) | (Self::Digit(from), Self::Char(c)) => {
                (*from..='9').contains(c)
            }
            (Self::Digit(_), Self::Digit(_)) => true,
        };
        a.len() == b.len() && a.iter().zip(b).all(both)
    }
}

impl Part {
    fn named(name: &str) -> Option<Self> {
        match name {
            "year" => Some(Self::Year),
            "number" => Some(Self::Number(1)),
            _ => {
                let digits: usize = name.strip_prefix("number:0")?.parse().ok()?;
                (1..=9).contains(&digits).then_some(Self::Number(digits))
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Year => f.write_str("{year}")?,
                Part::Number(1) => f.write_str("{number}")?,
                Part::Number(digits) => write!(f, "{{number:0{digits}}}")?,
            }
        }
        Ok(())
    }
}

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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(text: &str) -> Format {
        Format::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_written_and_only_their_exact_form_is_read() {
        let f = format("F-{year}-{number:04}");
        assert_eq!(f.write(2026, 42), "F-2026-0042");
        assert_eq!(f.read("F-2026-12345"), Some((2026, 12_345)));
        for other in [
            "F-2026-42",
            "f-2026-0042",
            "F-26-0042",
            "F-2026-",
            "F-2026-+042",
            "A-2026-0042",
            "F-2026-0042 ",
            "F-2026-9999999999",
            "F-2026-ñ",
        ] {
            assert_eq!(f.read(other), None, "{other}");
        }
        assert_eq!(format("{number}/A").read("7/A"), Some((0, 7)));
    }

    #[test]
    fn a_format_that_cannot_number_is_refused() {
        for bad in [
            "",
            "F-",
            "{year}",
            "{number}{number}",
            "{year}{number}",
            "F {number}",
            "{number:00}",
            "{number:010}",
            "{",
            "{number",
            "{month}-{number}",
            "ñ{number}",
        ] {
            assert!(Format::parse(bad).is_err(), "{bad}");
        }
        assert!(Format::parse(&format!("{}{{number}}", "x".repeat(60))).is_err());
        assert!(Series::new("A", Kind::Standard, "A{number}", true, false).is_err());
        assert!(Series::new("A b", Kind::Standard, "A{number}", false, false).is_err());
    }

    #[test]
    fn series_that_could_give_the_same_number_collide() {
        let series = |format: &str| Series::new("X", Kind::Standard, format, false, false).unwrap();
        assert!(series("F-{year}-{number:04}").collides(&series("F-{year}-{number}")));
        assert!(series("{number}").collides(&series("{number:06}")));
        assert!(series("{number}-{year}").collides(&series("{year}-{number}")));
        assert!(series("A{number:03}").collides(&series("A0{number}")));
        assert!(series("{number}-7").collides(&series("3-{number}")));
        assert!(series("F-2025-{number}").collides(&series("F-{year}-{number}")));
        assert!(!series("F-{number}").collides(&series("G-{number}")));
        assert!(!series("A{number}").collides(&series("A0{number}")));
        assert!(!series("F-{number}").collides(&series("F-{year}-{number}")));
        let [f, s, r] = Series::first_ones().unwrap();
        assert!(!f.collides(&s) && !s.collides(&r) && !f.collides(&r));
    }

    const FORMATS: [&str; 12] = [
        "{number}",
        "{number:04}",
        "1{number}",
        "{number}0",
        "0{number}",
        "00{number:02}",
        "{year}-{number}",
        "{number}-{year}",
        "2026-{number}",
        "{number:03}-2026",
        "{number}-1",
        "20{number}",
    ];

    proptest! {
        #[test]
        fn what_is_written_is_read(year in 1900..=9999_i32, number in 1..=COUNT_MAX, digits in 1..=9_usize) {
            let f = format(&format!("F/{{year}}-{{number:0{digits}}}.x"));
            prop_assert_eq!(f.read(&f.write(year, number)), Some((year, number)));
            prop_assert_eq!(format(&f.to_string()), f);
        }

        /// Whatever two series give the same number collide, and each collides with itself.
        #[test]
        fn a_number_of_two_series_is_foreseen(
            one in prop::sample::select(FORMATS.to_vec()),
            other in prop::sample::select(FORMATS.to_vec()),
            number in 1..=3_000_i64,
        ) {
            let [a, b] = [one, other].map(|text| Series::new("X", Kind::Standard, text, false, false).unwrap());
            if b.format.read(&a.format.write(2026, number)).is_some() {
                prop_assert!(a.collides(&b) && b.collides(&a), "{} and {}", one, other);
            }
        }

        #[test]
        fn no_text_panics(pattern in "\\PC{0,30}", number in "\\PC{0,30}") {
            if let Ok(format) = Format::parse(&pattern) {
                let _ = format.read(&number);
            }
            let _ = format("F-{year}-{number:04}").read(&number);
        }
    }
}
