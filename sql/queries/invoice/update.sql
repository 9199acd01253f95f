UPDATE invoices
SET client_id = $3, client_name = $4, kind = $5, status = $6, number = $7, series = $8, issue_date = $9, due_date = $10,
    due_from_terms = $11, document_due_date = $12, operation_date = $13, currency = $14, exchange_rate = $15, tax_scheme = $16,
    notes = $17, internal_notes = $18, subtotal = $19, tax = $20, surcharge = $21, total = $22, withholding = $23,
    payable = $24, netted = $25, paid = $26, cancel_reason = $27, superseded = $28, search_text = $29, updated_at = $30,
    version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING version
