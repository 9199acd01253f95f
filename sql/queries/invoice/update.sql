UPDATE invoices
SET client_id = $3, status = $4, number = $5, issue_date = $6, due_date = $7, due_from_terms = $8, document_due_date = $9,
    external = $10, currency = $11, notes = $12, internal_notes = $13, subtotal = $14, tax = $15, total = $16, paid = $17,
    cancel_reason = $18, search_text = $19, updated_at = $20, version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING version
