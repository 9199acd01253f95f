//! How the numbers of a series look: written, read, and told apart from those of another.

use std::fmt;

use crate::error::{Error, Result};

/// No business issues more in a series and year; a longer number is not of ours.
pub(super) const COUNT_MAX: i64 = 999_999_999;

/// So long may be what stands in every number: no sentence finds room in it.
const FIXED_MAX: usize = 12;

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
            // numbers stand in sentences of ours, where a host would make a link of an address
            if literal.split('.').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_alphabetic())) {
                return Err(bad("holds a dot before a letter, as addresses do".into()));
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
        let fixed: usize =
            parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum();
        if fixed > FIXED_MAX {
            return Err(bad(format!(
                "holds more than {FIXED_MAX} characters besides {{number}} and {{year}}"
            )));
        }
        Ok(Self { parts })
    }

    pub fn has_year(&self) -> bool {
        self.parts.contains(&Part::Year)
    }

    /// Whether some number could be of both.
    pub fn collides(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.shapes(), other.shapes());
        ours.iter().any(|a| theirs.iter().any(|b| Shape::meet(a, b)))
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
    /// Whether some text is of both, were it but for upper and lower case.
    fn meet(a: &[Self], b: &[Self]) -> bool {
        let both = |pair: (&Self, &Self)| match pair {
            (Self::Char(a), Self::Char(b)) => a.eq_ignore_ascii_case(b),
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
