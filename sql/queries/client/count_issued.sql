SELECT count(*) AS issued
FROM invoices
WHERE business_id = $1 AND client_id = $2 AND status <> 'draft'
