//! Many at once, and deaths at any moment: what was acknowledged is there, and nothing is half written.

mod balance;
mod correcting;
mod deaths;
mod endings;
mod numbering;
mod random;
mod sharing;
mod unavailable;

use std::collections::BTreeSet;

pub(crate) use self::balance::assert_whole;
use crate::support::database::Database;

/// The numbers that a series has given are 1 to their count; answers that count.
#[track_caller]
pub(crate) fn assert_gapless(database: &Database) -> usize {
    let sql = "SELECT split_part(number, '-', 3)::int FROM invoices WHERE series = 'F' AND number IS NOT NULL ORDER BY 1";
    let given: Vec<usize> = database.rows(sql).iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(given, (1..=given.len()).collect::<Vec<_>>());
    let counted = database.rows("SELECT last_number FROM series_counters WHERE series = 'F'");
    assert_eq!(counted.into_iter().flatten().collect::<Vec<_>>(), [given.len().to_string()]);
    given.len()
}

/// Of what was acknowledged, that which is not there.
pub(super) fn missing(database: &Database, acknowledged: &BTreeSet<String>) -> Vec<String> {
    let there: BTreeSet<String> = database.rows("SELECT notes FROM invoices").into_iter().flatten().collect();
    acknowledged.difference(&there).cloned().collect()
}
