SELECT id, number, correction_method, total, payable
FROM invoices
WHERE business_id = $1 AND corrects = $2 AND status <> 'cancelled'
ORDER BY id
