//! Money, dates and rates as people read them. What comes in is what the tools answer.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::words::{self, Lang};
use crate::{clock, domain::codes::TimeZone};

/// `1461.20` and `EUR` to `1.461,20 €` or `€1,461.20`.
pub(super) fn money(lang: Lang, amount: &str, currency: &str) -> String {
    let (sign, amount) = amount.strip_prefix('-').map_or(("", amount), |rest| ("−", rest));
    let (digits, cents) = amount.split_once('.').unwrap_or((amount, ""));
    let grouped = whole(lang, digits);
    let point = if lang == Lang::Es { "," } else { "." };
    let number = if cents.is_empty() { grouped } else { grouped + point + cents };
    match (lang, currency) {
        (Lang::Es, "EUR") => format!("{sign}{number} €"),
        (Lang::En, "EUR") => format!("{sign}€{number}"),
        _ => format!("{sign}{number} {currency}"),
    }
}

/// A whole number, its digits in groups of three.
pub(super) fn whole(lang: Lang, number: &str) -> String {
    let separator = if lang == Lang::Es { '.' } else { ',' };
    let digits = number.chars().count();
    let grouped = number.chars().enumerate().flat_map(|(at, digit)| {
        (at > 0 && (digits - at).is_multiple_of(3)).then_some(separator).into_iter().chain([digit])
    });
    grouped.collect()
}

/// A quantity, with the point that the language has.
pub(super) fn quantity(lang: Lang, number: &str) -> String {
    let number = number.replace('-', "−");
    match lang {
        Lang::Es => number.replace('.', ","),
        Lang::En => number,
    }
}

pub(super) fn percent(lang: Lang, rate: &str) -> String {
    match lang {
        Lang::Es => format!("{} %", rate.replace('.', ",")),
        Lang::En => format!("{rate}%"),
    }
}

/// An IBAN in groups of four.
pub(super) fn in_fours(iban: &str) -> String {
    let spaced = iban
        .chars()
        .enumerate()
        .flat_map(|(at, c)| (at > 0 && at % 4 == 0).then_some(' ').into_iter().chain([c]));
    spaced.collect()
}

/// `2026-03-05` to `05/03/2026` or `5 Mar 2026`.
pub(super) fn date(lang: Lang, date: &str) -> String {
    let mut parts = date.split('-');
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return date.to_owned();
    };
    match lang {
        Lang::Es => format!("{day}/{month}/{year}"),
        Lang::En => {
            let name: String = month_name(lang, month).chars().take(3).collect();
            format!("{} {name} {year}", day.trim_start_matches('0'))
        }
    }
}

/// The time of day of a moment of RFC 3339, in a time zone: `2026-03-05T09:15:00Z` to `10:15:00` in Madrid.
pub(super) fn time(moment: &str, zone: &TimeZone) -> String {
    let Ok(moment) = OffsetDateTime::parse(moment, &Rfc3339) else { return moment.to_owned() };
    let (hour, minute, second) = clock::local(moment, zone).to_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// `2026-03` to `marzo de 2026` or `March 2026`.
pub(super) fn month(lang: Lang, key: &str) -> String {
    let Some((year, month)) = key.split_once('-') else { return key.to_owned() };
    match lang {
        Lang::Es => format!("{} de {year}", month_name(lang, month)),
        Lang::En => format!("{} {year}", month_name(lang, month)),
    }
}

fn month_name(lang: Lang, month: &str) -> &'static str {
    let at = month.parse::<usize>().unwrap_or_default().saturating_sub(1);
    words::MONTHS.get(at).map_or("", |name| lang.of(name))
}

/// Time measured, in seconds with one decimal.
pub(super) fn seconds(lang: Lang, time: std::time::Duration) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    quantity(lang, &format!("{}.{}", tenths / 10, tenths % 10))
}

/// Time measured, in milliseconds with one decimal.
pub(super) fn milliseconds(lang: Lang, time: std::time::Duration) -> String {
    let tenths = (time.as_micros() + 50) / 100;
    quantity(lang, &format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_as_each_language_does() {
        assert_eq!(money(Lang::Es, "1461.20", "EUR"), "1.461,20 €");
        assert_eq!(money(Lang::En, "1234567.89", "EUR"), "€1,234,567.89");
        assert_eq!(money(Lang::Es, "-999.00", "EUR"), "−999,00 €");
        assert_eq!(money(Lang::En, "500", "JPY"), "500 JPY");
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let zone = TimeZone::parse("time_zone", "Europe/Madrid").unwrap();
        assert_eq!(time("2026-03-05T09:15:00.123456Z", &zone), "10:15:00");
        assert_eq!(time("2026-07-05T23:15:00Z", &zone), "01:15:00");
    }

    #[test]
    fn days_and_months_are_named() {
        assert_eq!(date(Lang::Es, "2026-03-05"), "05/03/2026");
        assert_eq!(date(Lang::En, "2026-03-05"), "5 Mar 2026");
        assert_eq!(month(Lang::Es, "2025-12"), "diciembre de 2025");
    }
}
