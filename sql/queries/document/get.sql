SELECT document, digest
FROM issued_documents
WHERE business_id = $1 AND invoice_id = $2
