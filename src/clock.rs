//! The only reader of the clock. Rules get today and now as arguments.

use time::{Date, OffsetDateTime};

use crate::domain::codes::TimeZone;

/// This moment in UTC, in whole microseconds, which is what PostgreSQL keeps.
pub fn now() -> OffsetDateTime {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's own room")]
    let now = OffsetDateTime::now_utc();
    now.replace_microsecond(now.microsecond()).unwrap_or(now)
}

/// This moment with the offset of a time zone.
pub fn now_in(zone: &TimeZone) -> OffsetDateTime {
    local(now(), zone)
}

/// Which day that moment falls on, in a time zone.
pub fn day(moment: OffsetDateTime, zone: &TimeZone) -> Date {
    local(moment, zone).date()
}

/// That moment with the offset that a time zone had then.
pub fn local(moment: OffsetDateTime, zone: &TimeZone) -> OffsetDateTime {
    let offset = jiff::Timestamp::from_nanosecond(moment.unix_timestamp_nanos())
        .map_or(0, |timestamp| zone.rules().to_offset(timestamp).seconds());
    let local = time::UtcOffset::from_whole_seconds(offset).unwrap_or(time::UtcOffset::UTC);
    moment.to_offset(local)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_day_begins_at_the_business_s_own_midnight() {
        let zone = |name| TimeZone::parse("time_zone", name).unwrap();
        let new_year = datetime!(2025-12-31 23:30 UTC);
        assert_eq!(day(new_year, &zone("Europe/Madrid")), date!(2026 - 01 - 01));
        assert_eq!(day(new_year, &zone("Atlantic/Canary")), date!(2025 - 12 - 31));
        assert_eq!(day(datetime!(2026-06-30 22:30 UTC), &zone("Europe/Madrid")), date!(2026 - 07 - 01));
    }
}
