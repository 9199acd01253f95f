INSERT INTO issued_documents (business_id, invoice_id, document, digest)
VALUES ($1, $2, $3, $4)
