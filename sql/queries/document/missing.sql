-- Invoices of our series that have no document.
SELECT i.id
FROM invoices i
WHERE i.business_id = $1 AND i.status <> 'draft' AND i.series IS NOT NULL AND ($2::bigint IS NULL OR i.id = $2)
  AND NOT EXISTS (SELECT FROM issued_documents d WHERE d.business_id = i.business_id AND d.invoice_id = i.id)
ORDER BY i.id
LIMIT 1
