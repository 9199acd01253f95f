SELECT place, invoice_id, kind, record, hash, seal
FROM registration_records
WHERE business_id = $1 AND invoice_id = $2
ORDER BY place
