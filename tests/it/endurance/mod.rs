//! Many at once, and deaths at any moment: what was acknowledged is there, and nothing is half written.

mod correcting;
mod deaths;
mod endings;
mod numbering;
mod sharing;
mod unavailable;

use std::collections::BTreeSet;

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

/// Every invoice is whole: its lines and payments add up to its figures, and each version left its event.
#[track_caller]
pub(crate) fn assert_whole(database: &Database) {
    let lines = "SELECT i.id FROM invoices i WHERE subtotal <> coalesce((SELECT sum(net) FROM invoice_lines l WHERE l.invoice_id = i.id), -1)";
    let paid = "SELECT i.id FROM invoices i WHERE paid <> coalesce((SELECT sum(amount) FROM payments p WHERE p.invoice_id = i.id), 0)";
    let events = "SELECT i.id FROM invoices i WHERE version <> (SELECT count(*) FROM events e WHERE e.entity_kind = 'invoice' AND e.entity_id = i.id)";
    // those of a client that was deleted were erased
    let changes =
        "SELECT e.id FROM events e WHERE NOT EXISTS (SELECT FROM event_changes c WHERE c.event_id = e.id)
                   AND EXISTS (SELECT FROM clients c WHERE c.id = e.client_id)";
    for broken in [lines, paid, events, changes] {
        assert_eq!(database.rows(broken), Vec::<Vec<String>>::new(), "{broken}");
    }
}

/// Of what was acknowledged, that which is not there.
pub(super) fn missing(database: &Database, acknowledged: &BTreeSet<String>) -> Vec<String> {
    let there: BTreeSet<String> = database.rows("SELECT notes FROM invoices").into_iter().flatten().collect();
    acknowledged.difference(&there).cloned().collect()
}
