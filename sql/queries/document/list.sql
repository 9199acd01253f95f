SELECT invoice_id, document, digest
FROM issued_documents
WHERE business_id = $1 AND invoice_id > $2 AND ($3::bigint IS NULL OR invoice_id = $3)
ORDER BY invoice_id
LIMIT $4
