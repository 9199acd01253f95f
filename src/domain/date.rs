//! Calendar days as `YYYY-MM-DD` (ISO 8601).

use std::borrow::Cow;

use time::{Date, Duration, Month, format_description::BorrowedFormatItem, macros::format_description};

use crate::error::{Error, Result};

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

pub fn parse(field: impl Into<Cow<'static, str>>, text: &str) -> Result<Date> {
    let text = text.trim();
    written(text).filter(|date| YEARS.contains(&date.year())).ok_or_else(|| {
        let accepted = format!("YYYY-MM-DD, such as 2026-03-31, from {} to {}", YEARS.start(), YEARS.end());
        Error::invalid(field, format!("{text:?} is not a date"), accepted)
    })
}

/// The same day so many years later, or before where they are below zero; the 28th of a February without a 29th.
pub fn plus_years(date: Date, years: i32) -> Date {
    let year = date.year() + years;
    date.replace_year(year).or_else(|_| date.replace_day(28)?.replace_year(year)).unwrap_or(if years < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

/// As Spanish documents write it: `31/03/2026`.
pub fn spanish(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), u8::from(date.month()), date.year())
}

/// Reads what a date's own `Display` writes, in any year of four digits.
pub fn written(text: &str) -> Option<Date> {
    Date::parse(text, FORMAT).ok().filter(|_| text.len() == 10)
}

/// The first day of a year.
pub fn first_of(year: i32) -> Date {
    Date::from_calendar_date(year, Month::January, 1).unwrap_or(Date::MIN)
}

/// The day so many days after another, or the last that the calendar has in that direction.
pub fn plus_days(date: Date, days: i64) -> Date {
    date.saturating_add(Duration::seconds(days.saturating_mul(24 * 60 * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_count_of_days_leads_out_of_the_calendar() {
        let day = parse("due_date", "2024-02-28").unwrap();
        assert_eq!(plus_days(day, 2).to_string(), "2024-03-01");
        assert_eq!(plus_days(day, -28).to_string(), "2024-01-31");
        assert_eq!((plus_days(day, i64::MIN), plus_days(day, i64::MAX)), (Date::MIN, Date::MAX));
    }

    #[test]
    fn only_real_days_pass() {
        assert_eq!(parse("due_date", "2024-02-29").unwrap().to_string(), "2024-02-29");
        for bad in [
            "2023-02-29",
            "2026-1-1",
            "01/02/2026",
            "+2026-01-01",
            "0000-01-01",
            "9999-01-01",
            "2026-01-01T00:00:00Z",
            "",
        ] {
            assert!(parse("due_date", bad).is_err(), "{bad}");
        }
        let error = parse("due_date", "1800-01-01").unwrap_err().to_string();
        assert!(error.contains("from 1900 to 2999"), "{error}");
    }

    #[test]
    fn a_leap_day_has_its_anniversary_on_the_28th() {
        use time::macros::date;
        assert_eq!(plus_years(date!(2024 - 02 - 29), 4), date!(2028 - 02 - 29));
        assert_eq!(plus_years(date!(2024 - 02 - 29), -5), date!(2019 - 02 - 28));
        assert_eq!(plus_years(date!(2024 - 03 - 31), 1), date!(2025 - 03 - 31));
    }

    #[test]
    fn spanish_documents_write_the_day_first() {
        assert_eq!(spanish(time::macros::date!(2026 - 03 - 05)), "05/03/2026");
    }
}
