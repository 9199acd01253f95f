//! Books that balance, by the rows alone: each question below has no answer in them.

use crate::support::database::Database;

const QUESTIONS: &[(&str, &str)] = &[
    (
        "invoices that are not the sum of their lines",
        "SELECT id FROM invoices i WHERE subtotal <> coalesce((SELECT sum(net) FROM invoice_lines l WHERE l.invoice_id = i.id), -1)",
    ),
    (
        "invoices whose tax or surcharge is not what their rates make of their lines (prices with tax, and what takes the rest, round otherwise)",
        "SELECT id FROM invoices i WHERE currency = 'EUR'
             AND NOT EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = i.id AND (gross IS NOT NULL OR rest_tax IS NOT NULL))
             AND (tax, surcharge) <> (
                 (SELECT sum(round(base * rate / 100, 2)) FROM (SELECT tax_rate AS rate, sum(net) AS base
                      FROM invoice_lines l WHERE l.invoice_id = i.id GROUP BY tax_rate) AS t),
                 (SELECT sum(round(base * rate / 100, 2)) FROM (SELECT surcharge_rate AS rate, sum(net) AS base
                      FROM invoice_lines l WHERE l.invoice_id = i.id GROUP BY tax_category, tax_rate, exemption, surcharge_rate) AS s))",
    ),
    (
        "invoices whose withholding is not what its rates make of their lines (what takes the rest rounds otherwise)",
        "SELECT id FROM invoices i WHERE currency = 'EUR'
             AND NOT EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = i.id AND rest_withholding IS NOT NULL)
             AND withholding <> (SELECT sum(round(base * rate / 100, 2)) FROM (SELECT withholding_rate AS rate, sum(net) AS base
                      FROM invoice_lines l WHERE l.invoice_id = i.id GROUP BY withholding_rate) AS w)",
    ),
    (
        "invoices that were taken back in full, and not all of each column with them",
        "SELECT original FROM (SELECT CASE correction_method WHEN 'difference' THEN corrects ELSE id END AS original, subtotal, tax, surcharge, total,
                                     withholding, payable
                                FROM invoices) AS each
             GROUP BY original HAVING sum(subtotal) = 0 AND sum(total) = 0
                 AND (sum(tax), sum(surcharge), sum(withholding), sum(payable)) <> (0, 0, 0, 0)",
    ),
    (
        "invoices whose payments do not add up to what was paid",
        "SELECT id FROM invoices i WHERE paid <> coalesce((SELECT sum(amount) FROM payments p WHERE p.invoice_id = i.id), 0)",
    ),
    (
        "invoices that are paid and owe, or the other way round",
        "SELECT id FROM invoices WHERE status IN ('pending', 'paid') AND (status = 'paid') <> (payable - paid - netted = 0)
             AND netted = 0",
    ),
    (
        "a difference between what all invoices owe, and what those that stand come to less all payments",
        "SELECT * FROM (SELECT sum(payable - paid - netted) AS owed,
                               coalesce(sum(payable) FILTER (WHERE NOT superseded), 0) - (SELECT coalesce(sum(amount), 0) FROM payments) AS due
                        FROM invoices WHERE status IN ('pending', 'paid')) AS sums WHERE owed <> due",
    ),
    (
        "series that did not give 1, 2, 3 and so on to their counter, or on from the numbers of elsewhere",
        "SELECT * FROM (
             SELECT c.series, c.period, c.last_external, c.last_number, count(i.id) AS given,
                    coalesce(min(substring(i.number FROM '[0-9]+$')::bigint), c.last_external + 1) AS first,
                    coalesce(max(substring(i.number FROM '[0-9]+$')::bigint), c.last_external) AS last
             FROM series_counters c LEFT JOIN invoices i ON i.business_id = c.business_id AND i.series = c.series
                  AND i.number IS NOT NULL AND (c.period = 0 OR extract(year FROM i.issue_date) = c.period)
             GROUP BY c.series, c.period, c.last_external, c.last_number) AS counted
         WHERE (first, last, given) <> (last_external + 1, last_number, last_number - last_external)",
    ),
    (
        "issued invoices whose series counts nothing",
        "SELECT id FROM invoices i WHERE number IS NOT NULL AND series IS NOT NULL
             AND NOT EXISTS (SELECT FROM series_counters c WHERE c.business_id = i.business_id AND c.series = i.series)",
    ),
    (
        "versions that left no event of their own",
        "SELECT 'invoice', id FROM invoices i
             WHERE version <> (SELECT count(*) FROM events e WHERE e.entity_kind = 'invoice' AND e.entity_id = i.id)
         UNION ALL SELECT 'client', id FROM clients c
             WHERE version <> (SELECT count(*) FROM events e WHERE e.entity_kind = 'client' AND e.entity_id = c.id)",
    ),
    (
        "events whose changes are gone, though their client is not", // those of a deleted client were erased
        "SELECT id FROM events e WHERE NOT EXISTS (SELECT FROM event_changes c WHERE c.event_id = e.id)
             AND EXISTS (SELECT FROM clients c WHERE c.id = e.client_id)",
    ),
    (
        "issued invoices without their document or, of a business in Spain, their record",
        "SELECT id FROM invoices i WHERE number IS NOT NULL AND series IS NOT NULL
             AND (NOT EXISTS (SELECT FROM issued_documents d WHERE d.invoice_id = i.id)
                  OR (SELECT country FROM businesses) = 'ES'
                     AND NOT EXISTS (SELECT FROM registration_records r WHERE r.invoice_id = i.id AND r.kind = 'registration'))",
    ),
];

/// Every invoice is whole: its lines and payments add up to its figures, its number has its place, and each version left its
/// event.
#[track_caller]
pub(crate) fn assert_whole(database: &Database) {
    for (what, question) in QUESTIONS {
        assert_eq!(database.rows(question), Vec::<Vec<String>>::new(), "{what}");
    }
}
