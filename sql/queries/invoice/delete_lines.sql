DELETE FROM invoice_lines
WHERE business_id = $1 AND invoice_id = $2
