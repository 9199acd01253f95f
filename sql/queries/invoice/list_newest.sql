SELECT i.id, i.version, i.client_id, c.name, i.status, i.number, i.issue_date, i.due_date, i.due_from_terms, i.document_due_date,
       i.external, i.currency, i.tax_scheme, i.notes, i.internal_notes, i.subtotal, i.tax, i.surcharge, i.total, i.withholding,
       i.payable, i.paid, i.cancel_reason, i.created_at, i.updated_at
FROM invoices i
JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
WHERE i.business_id = $1
  AND i.status = ANY ($2::text[])
  AND ($3::bigint IS NULL OR i.client_id = $3)
  AND i.issue_date BETWEEN $4 AND $5
  AND i.due_date BETWEEN $6 AND $7
  AND i.total BETWEEN $8 AND $9
  AND (i.paid > 0 OR NOT $10)
  AND (i.search_text || ' ' || c.search_text) LIKE ALL ($11::text[])
  AND (i.issue_date, i.id) < ($12, $13)
ORDER BY i.issue_date DESC, i.id DESC
LIMIT $14
