-- The first invoice whose payments do not add up to what it says was paid.
SELECT i.id
FROM invoices i
WHERE i.business_id = $1 AND ($2::bigint IS NULL OR i.id = $2)
  AND i.paid <> (SELECT coalesce(sum(p.amount), 0)
                 FROM payments p
                 WHERE p.business_id = i.business_id AND p.invoice_id = i.id)
ORDER BY i.id
LIMIT 1
