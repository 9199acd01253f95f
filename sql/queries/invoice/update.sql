UPDATE invoices
SET client_id = $3, status = $4, number = $5, issue_date = $6, due_date = $7, due_from_terms = $8, document_due_date = $9,
    external = $10, currency = $11, tax_scheme = $12, notes = $13, internal_notes = $14, subtotal = $15, tax = $16,
    surcharge = $17, total = $18, withholding = $19, payable = $20, paid = $21, cancel_reason = $22, search_text = $23,
    updated_at = $24, version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING version
