INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, reference, reverses, reason, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id
