SELECT id, number, correction_method, correction_code, total, payable
FROM invoices
WHERE business_id = $1 AND corrects = $2 AND status <> 'cancelled'
ORDER BY id
