-- An invoice stays what it was in the period of its issue; one that stands in its place counts for the difference, in its own
-- (art. 89.Cinco LIVA). Together they come to the one that stands.
-- Groups in the order of their keys, or largest first for clients and cities; `ahead` orders, so that pages can go on.
SELECT key, label, currency, count, subtotal, tax, total, withholding, paid, netted, outstanding, ahead
FROM (
    SELECT key, max(label) AS label, currency, count(*) AS count, sum(subtotal) AS subtotal, sum(tax) AS tax, sum(total) AS total,
           sum(withholding) AS withholding, sum(paid) AS paid, sum(netted) AS netted, sum(outstanding) AS outstanding,
           CASE WHEN $4 IN ('client', 'city') THEN -sum(total) ELSE 0 END AS ahead
    FROM (
        SELECT CASE $4
                   WHEN 'month' THEN to_char(i.issue_date, 'YYYY-MM')
                   WHEN 'client' THEN i.client_id::text
                   WHEN 'city' THEN coalesce(c.city_folded, '')
                   WHEN 'status' THEN i.status
                   ELSE i.currency
               END AS key,
               CASE $4 WHEN 'client' THEN c.name WHEN 'city' THEN coalesce(c.city, '') ELSE '' END AS label,
               i.currency, i.subtotal - coalesce(replaced.subtotal, 0) AS subtotal,
               i.tax + i.surcharge - coalesce(replaced.tax + replaced.surcharge, 0) AS tax,
               i.total - coalesce(replaced.total, 0) AS total, i.withholding - coalesce(replaced.withholding, 0) AS withholding,
               i.paid, i.netted - coalesce(replaced.payable, 0) AS netted,
               CASE WHEN i.status = 'pending' THEN i.payable - i.paid - i.netted ELSE 0 END AS outstanding
        FROM invoices i
        LEFT JOIN invoices replaced ON replaced.business_id = i.business_id AND replaced.id = i.corrects
             AND i.correction_method = 'substitution'
        JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
        WHERE i.business_id = $1
          AND i.issue_date BETWEEN $2 AND $3
          AND ($4 = 'status' OR i.status IN ('pending', 'paid'))
    ) invoice
    GROUP BY key, currency
) grouped
WHERE (ahead, key, currency) > ($5::numeric, $6, $7)
ORDER BY ahead, key, currency
LIMIT $8
