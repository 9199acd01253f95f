SELECT place, invoice_id, kind, record, hash, seal
FROM registration_records
WHERE business_id = $1 AND place >= $2
ORDER BY place
LIMIT $3
