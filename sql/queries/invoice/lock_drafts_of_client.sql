SELECT id, version, total, currency
FROM invoices
WHERE business_id = $1 AND client_id = $2 AND status = 'draft'
ORDER BY id
FOR UPDATE
