UPDATE invoices
SET client_id = $3, kind = $4, status = $5, number = $6, series = $7, issue_date = $8, due_date = $9, due_from_terms = $10,
    document_due_date = $11, operation_date = $12, currency = $13, exchange_rate = $14, tax_scheme = $15, notes = $16,
    internal_notes = $17, subtotal = $18, tax = $19, surcharge = $20, total = $21, withholding = $22, payable = $23,
    netted = $24, paid = $25, cancel_reason = $26, superseded = $27, search_text = $28, updated_at = $29,
    version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING version
