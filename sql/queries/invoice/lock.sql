SELECT i.id, i.version, i.client_id, c.name, i.status, i.number, i.issue_date, i.due_date, i.due_from_terms, i.document_due_date,
       i.external, i.currency, i.notes, i.internal_notes, i.subtotal, i.tax, i.total, i.paid, i.cancel_reason, i.created_at,
       i.updated_at
FROM invoices i
JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
WHERE i.business_id = $1 AND i.id = $2
FOR NO KEY UPDATE OF i
