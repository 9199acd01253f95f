INSERT INTO invoices (business_id, client_id, client_name, kind, status, number, series, issue_date, due_date, due_from_terms,
                      document_due_date, operation_date, currency, exchange_rate, tax_scheme, notes, internal_notes, subtotal,
                      tax, surcharge, total, withholding, payable, netted, corrects, correction_method, correction_code,
                      correction_reason, search_text, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        $27, $28, $29, $30, $30)
RETURNING id
