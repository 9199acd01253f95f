INSERT INTO invoices (business_id, client_id, status, number, issue_date, due_date, due_from_terms, document_due_date, external,
                      currency, tax_scheme, notes, internal_notes, subtotal, tax, surcharge, total, withholding, payable, paid,
                      search_text, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, $20, $21, $21)
RETURNING id
