INSERT INTO invoices (business_id, client_id, status, number, issue_date, due_date, due_from_terms, document_due_date, external,
                      currency, notes, internal_notes, subtotal, tax, total, paid, search_text, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17, $17)
RETURNING id
