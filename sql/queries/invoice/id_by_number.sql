SELECT id
FROM invoices
WHERE business_id = $1 AND number = $2
